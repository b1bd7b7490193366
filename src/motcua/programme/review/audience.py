"""Who plays which part in a review: the focal point of the province or ministry, units of the owning agency, heads."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from motcua.kernel.actors import Actor, Role
from motcua.organisations.models import Agency
from motcua.programme.review.models import ReviewAssessment, ReviewRound
from motcua.programme.review.rules import Part

#: Who has anything to do with a review at all.
STAFF = (Role.FOCAL_POINT, Role.CIVIL_SERVANT, Role.HEAD)


def within(code: str, root: str) -> bool:
    """Whether an agency is ``root`` or lies below it."""
    return code == root or code.startswith(f"{root}.")


def is_focal(actor: Actor, round_: ReviewRound) -> bool:
    """Whether the actor is the focal point [đơn vị chuyên trách CNTT] of the round's province or ministry."""
    return any(within(seat.agency_code, round_.agency.code) for seat in actor.seats_as(Role.FOCAL_POINT))


def heads(actor: Actor, agency: Agency) -> bool:
    """Whether the actor is head of an agency, itself or above it."""
    return any(within(agency.code, seat.agency_code) for seat in actor.seats_as(Role.HEAD))


def parts_of(actor: Actor, assessment: ReviewAssessment) -> frozenset[Part]:
    """What the actor may be in the sign-off of an assessment."""
    found: set[Part] = set()
    if is_focal(actor, assessment.round):
        found.add("focal")
    if assessment.agency is not None:
        if any(seat.agency == assessment.agency_id for seat in actor.seats_as(Role.CIVIL_SERVANT)):
            found.add("unit")
        if heads(actor, assessment.agency):
            found.add("head")
    return frozenset(found)


def rounds_for(actor: Actor) -> QuerySet[ReviewRound]:
    """Rounds that the actor takes part in: as focal point, in an agency of it, or as a head above one."""
    wanted = Q(pk__in=[])
    for seat in actor.seats_as(Role.FOCAL_POINT):
        wanted |= Q(agency__code=seat.agency_code.split(".")[0])
        wanted |= Q(agency__code=seat.agency_code)
    for seat in actor.seats_as(Role.CIVIL_SERVANT):
        wanted |= Q(agencies=seat.agency)
    for seat in actor.seats_as(Role.HEAD):
        wanted |= Q(agency=seat.agency) | Q(agencies=seat.agency)
        wanted |= Q(agencies__code__startswith=f"{seat.agency_code}.")
    return ReviewRound.objects.filter(wanted).select_related("agency").distinct()


def assessments_for(actor: Actor, round_: ReviewRound) -> QuerySet[ReviewAssessment]:
    """Assessments of a round that the actor may see: all for the focal point, else those of the own agency and below."""
    found = ReviewAssessment.objects.filter(round=round_)
    if is_focal(actor, round_):
        return found
    allowed = Q(pk__in=[])
    for seat in actor.seats_as(Role.CIVIL_SERVANT):
        allowed |= Q(agency=seat.agency)
    for seat in actor.seats_as(Role.HEAD):
        allowed |= Q(agency=seat.agency) | Q(agency__code__startswith=f"{seat.agency_code}.")
    return found.filter(allowed)
