"""Tables of the room, gathered from its parts."""

from motcua.programme.review.models import (
    Connection,
    Delivery,
    ListEntry,
    ReviewAssessment,
    ReviewRound,
    ServiceList,
)
from motcua.programme.review.national_models import (
    AccessToken,
    Collection,
    Reminder,
    Submission,
    SubmittedEntry,
)

__all__ = [
    "AccessToken",
    "Collection",
    "Connection",
    "Delivery",
    "ListEntry",
    "Reminder",
    "ReviewAssessment",
    "ReviewRound",
    "ServiceList",
    "Submission",
    "SubmittedEntry",
]
