"""Rounds, assessments and lists of the agency; collections and submissions of the Ministry.

Everything that is written here has a stream of events (``kernel/events.py``): the round, each assessment, each collection.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from motcua.catalogue.models import Procedure
from motcua.kernel.events import GENESIS
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.ids import uuid7
from motcua.kernel.models import Blob, GuardedQuerySet
from motcua.organisations.models import Agency

LEVELS = [("full", "full"), ("partial", "partial"), ("information", "information")]


class ReviewRound(models.Model):
    """A review [đợt rà soát]: who takes part, under which instrument, until when, judged by the law of which day."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=200)
    instrument = models.CharField(max_length=200, help_text="The act that orders the review")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="rounds", help_text="Whose list it will be"
    )
    opened_on = models.DateField()
    deadline = models.DateField()
    judged_on = models.DateField(help_text="The day whose law decides the levels")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    agencies: models.ManyToManyField[Agency, Any] = models.ManyToManyField(
        Agency, related_name="joined_rounds"
    )
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    class Meta:
        db_table = "programme_round"
        constraints = [
            models.CheckConstraint(name="round_in_order", condition=Q(deadline__gte=F("opened_on"))),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewAssessment(models.Model):
    """One procedure in a round: whose it is, what was found, what it was judged to be, and how far it has come.

    ``revision`` grows with every change: whoever saves says which one they saw, so that two editors never overwrite each
    other. The judgement is stored as it was made: a page over 2,639 rows judges nothing.
    """

    class State(models.TextChoices):
        TODO = "todo"
        DRAFT = "draft"
        RETURNED = "returned"
        SUBMITTED = "submitted"
        CHECKED = "checked"
        APPROVED = "approved"
        EXCLUDED = "excluded"

    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="assessments")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="assessments")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=9, choices=State.choices, default=State.TODO)
    findings = models.JSONField(null=True)
    level = models.CharField(max_length=12, choices=LEVELS, blank=True)
    judgement = models.JSONField(null=True)
    effort = models.PositiveSmallIntegerField(null=True)
    demand = models.PositiveIntegerField(null=True, help_text="Dossiers a year, imported; null: counted here")
    demand_online = models.PositiveIntegerField(default=0)
    remark = models.TextField(blank=True, help_text="Why it was sent back, for as long as that is open")
    revision = models.PositiveIntegerField(default=1)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(null=True)
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    objects = GuardedQuerySet["ReviewAssessment"].as_manager()

    class Meta:
        db_table = "programme_assessment"
        constraints = [
            models.UniqueConstraint(fields=["round", "procedure"], name="assessment_once"),
            models.CheckConstraint(
                name="assessment_judged_before_sent",
                condition=Q(state__in=["todo", "draft", "excluded"]) | ~Q(level=""),
            ),
        ]
        indexes = [models.Index(fields=["round", "agency", "state"], name="assessment_by_agency")]

    def __str__(self) -> str:
        return f"{self.procedure_id} in {self.round_id}: {self.state}"


class ServiceList(models.Model):
    """The list of online services [danh mục DVCTT] that an approved round gives, as a numbered document."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"

    round = models.OneToOneField(ReviewRound, on_delete=models.PROTECT, related_name="list")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="service_lists")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    number = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=80, blank=True)
    signer = models.CharField(max_length=200, blank=True)
    signer_title = models.CharField(max_length=120, blank=True)
    effective_on = models.DateField(null=True)
    approved_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True, help_text="When its levels were set in the catalogue")
    content_hash = models.CharField(max_length=64, blank=True)
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="service_lists")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "programme_list"
        constraints = [
            models.CheckConstraint(
                name="list_approved_is_complete",
                condition=Q(state="draft")
                | (
                    ~Q(number="")
                    & ~Q(signer="")
                    & Q(effective_on__isnull=False)
                    & Q(approved_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                fields=["agency", "number"], name="list_number_once", condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or 'draft'} of {self.agency_id}"


class ListEntry(models.Model):
    """One line of a list, frozen when the list was approved."""

    service_list = models.ForeignKey(ServiceList, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    national_code = models.CharField(max_length=8)
    name = models.TextField()
    folded = models.TextField(help_text="What it is searched by")
    sector = models.CharField(max_length=200)
    agency_code = models.CharField(max_length=35)
    agency_name = models.CharField(max_length=200)
    level = models.CharField(max_length=12, choices=LEVELS)
    reasons = models.JSONField(default=list, help_text="Causes with their legal basis, for partial services")

    class Meta:
        db_table = "programme_list_entry"
        constraints = [
            models.UniqueConstraint(fields=["service_list", "national_code"], name="list_entry_once")
        ]
        indexes = [models.Index(fields=["service_list", "position"], name="list_entry_in_order")]

    def __str__(self) -> str:
        return f"{self.national_code}: {self.level}"


class Connection(models.Model):
    """Where an agency sends its lists: the Ministry's address, the collection, and the token it was given."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="review_connection")
    address = models.URLField(max_length=300)
    collection = models.CharField(max_length=40)
    token = EncryptedTextField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "programme_connection"

    def __str__(self) -> str:
        return f"{self.agency_id} to {self.address}"


class Delivery(models.Model):
    """A list on its way to the Ministry, and the receipt that came back."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RECEIVED = "received"
        REFUSED = "refused"

    list = models.ForeignKey(ServiceList, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(null=True)
    late_days = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "programme_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["list"], name="delivery_one_waiting", condition=Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"list {self.list_id}: {self.state}"
