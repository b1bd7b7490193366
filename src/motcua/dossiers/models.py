"""The waist of the house: dossiers, what they were filed with, and the drafts they come from."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import Component, Procedure, ProcedureCase, ProcedureVersion
from motcua.dossiers.audience import DossierQuerySet
from motcua.dossiers.lifecycle import OPEN, Status
from motcua.eforms.models import FormVersion
from motcua.kernel.events import GENESIS
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.ids import uuid7
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency, Unit


class Channel(models.IntegerChoices):
    """KenhThucHien of the National Portal."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class Assistance(models.TextChoices):
    """Who keyed an online dossier, and where: it decides whether the dossier is remote (R5.4)."""

    NONE = "none"
    OUTREACH = "outreach"
    COUNTER_STAFF = "counter_staff"
    KIOSK = "kiosk"
    PROXY = "proxy"


class Dossier(models.Model):
    """One request, filed once, with one code. Changed by actions only."""

    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(max_length=60, unique=True)
    lookup_secret = EncryptedTextField()
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="dossiers")
    # Where an index below begins with a key, it needs none of its own.
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="dossiers", db_index=False
    )
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="dossiers")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="dossiers", db_index=False)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="dossiers")
    status = models.SmallIntegerField(choices=[(s.value, s.name.lower()) for s in Status])

    channel = models.SmallIntegerField(choices=Channel.choices)
    assistance = models.CharField(max_length=14, choices=Assistance.choices, default=Assistance.NONE)
    remote = models.BooleanField()
    return_by = models.CharField(max_length=8, default="online", help_text="online, counter or post")

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="dossiers",
        db_index=False,
    )
    applicant_kind = models.CharField(max_length=10)
    applicant_name = models.CharField(max_length=200)
    applicant_folded = models.CharField(max_length=200)
    applicant_number = EncryptedTextField(blank=True)
    applicant_index = models.BinaryField(max_length=32, null=True)
    contact = EncryptedTextField(blank=True, help_text="JSON: phone, email, address")
    authorised = EncryptedTextField(
        blank=True,
        default="",
        db_default="",
        help_text="JSON of the person authorised to file: name, number, address, phone, email, paper",
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    joint = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        db_index=False,
        help_text="Of a part: the joint dossier it belongs to",
    )
    joint_part = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="Of a part: its key in the plan"
    )

    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    objects = DossierQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                "agency", "due_at", name="dossier_open_by_due", condition=Q(status__in=[int(s) for s in OPEN])
            ),
            models.Index(fields=["agency", "-submitted_at"], name="dossier_by_agency"),
            models.Index(fields=["applicant", "-submitted_at"], name="dossier_by_applicant"),
            models.Index(fields=["applicant_index", "-submitted_at"], name="dossier_by_person"),
            # For searching, within an agency: names from their beginning or any word of them, and procedures newest first.
            models.Index(
                "agency",
                OpClass("applicant_folded", "varchar_pattern_ops"),
                name="dossier_by_name",
                include=["id", "unit"],
            ),
            models.Index("procedure", "agency", "id", name="dossier_by_procedure", include=["unit"]),
            models.Index("joint", name="dossier_parts", condition=Q(joint__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def contacts(self) -> dict[str, str]:
        """Phone, e-mail and address as given for this dossier."""
        contacts: dict[str, str] = orjson.loads(self.contact) if self.contact else {}
        return contacts

    def involve(self, *, agency: int, unit: int) -> None:
        """A unit beside the one that answers for it works on it, or is asked: its people may see it from now on."""
        Involvement.objects.get_or_create(dossier=self, unit_id=unit, defaults={"agency_id": agency})

    @property
    def authorised_person(self) -> dict[str, str]:
        """Who filed it for the applicant with an authorisation; empty when nobody did."""
        person: dict[str, str] = orjson.loads(self.authorised) if self.authorised else {}
        return person

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        from motcua.kernel.models import RulesSkipped

        raise RulesSkipped(
            "A dossier is never deleted; archives and the removal of personal data are actions."
        )


class Involvement(models.Model):
    """A unit that works or has worked on a dossier beside its own: part of who may see it (``audience.py``)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="involvements")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "unit"], name="involved_once")]

    def __str__(self) -> str:
        return f"unit {self.unit_id} on {self.dossier_id}"


class DossierView(models.Model):
    """An officer has looked at a dossier on a day: how often, first and last (``looking.py``). Shown to heads.

    No constraint to the rows it names, which are never deleted: writing it locks nothing and waits for nobody.
    """

    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="views", db_constraint=False, db_index=False
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "officer", "day"], name="viewed_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} at {self.dossier_id} on {self.day}: {self.count}"


class Posting(models.Model):
    """Something of a dossier that went by public post (bưu chính công ích): the envelope it came in, or the result.

    ``party`` is the sender of what came in, the addressee of what went out.
    """

    class Way(models.TextChoices):
        IN = "in"
        OUT = "out"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="postings")
    way = models.CharField(max_length=3, choices=Way.choices)
    number = models.CharField(max_length=40, help_text="Of the post's slip (số hiệu bưu gửi)")
    party = models.CharField(max_length=200)
    address = EncryptedTextField(blank=True)
    posted_on = models.DateField(null=True, help_text="Handed to the post")
    arrived_on = models.DateField(null=True, help_text="Reached the agency; for what came in")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "way", "number"], name="posting_once"),
            models.CheckConstraint(
                name="posting_in_order",
                condition=Q(posted_on=None) | Q(arrived_on=None) | Q(arrived_on__gte=models.F("posted_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.number} of {self.dossier_id}"


class DossierAnswers(models.Model):
    """The cleaned answers as filed: encrypted whole, since a form is full of identity numbers.

    An answered supplement adds a row with the next number; what was filed first stays as it was.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="answer_sets")
    number = models.PositiveSmallIntegerField(default=1)
    body = EncryptedTextField()
    filed_at = models.DateTimeField()

    objects = PlannedQuerySet["DossierAnswers"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "number"], name="answers_number")]

    def __str__(self) -> str:
        return f"answers {self.number} of {self.dossier_id}"

    @property
    def values(self) -> dict[str, Any]:
        body: dict[str, Any] = orjson.loads(self.body)
        return body


class Paper(models.Model):
    """A file filed with a dossier, for one component; ``replaced`` ones stay readable but count no more."""

    class Origin(models.TextChoices):
        UPLOADED = "uploaded"
        SCANNED = "scanned"
        STORE = "store"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="papers")
    component = models.ForeignKey(Component, null=True, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="papers")
    filename = models.CharField(max_length=200)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.UPLOADED)
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Paper"].as_manager()

    def __str__(self) -> str:
        return self.filename


class SlipKind(models.TextChoices):
    """Slips of a dossier; the numbers are those of TT 03/2025/TT-VPCP (07, the register, is of an agency)."""

    ACKNOWLEDGEMENT = "ack"
    RECEIPT = "01"
    SUPPLEMENT = "02"
    REFUSAL = "03"
    APOLOGY = "04"
    STOP = "05"
    CONTROL = "06"  # between offices: no applicant sees it
    INELIGIBLE = "tbkd"  # thông báo không đủ điều kiện: no form is prescribed for it


class Slip(models.Model):
    """An issued slip. It is stored, so that a reprint is the same to the byte.

    ``issued_at`` is the moment of the event that brought it: each event brings one slip of a kind, and a dossier that
    is reopened or begins anew lawfully has a second one.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="slips")
    kind = models.CharField(max_length=4, choices=SlipKind.choices)
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="slips")
    issued_at = models.DateTimeField()

    objects = PlannedQuerySet["Slip"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind", "issued_at"], name="slip_once_an_event")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dossier_id}"


class RegisterEntry(models.Model):
    """A line of an agency's register (sổ theo dõi hồ sơ): the number a received dossier has in the book of the year.

    Written at receipt and never changed, so that a book has no gap; a dossier that goes to another agency keeps its
    line in the first one's book and gets one in the second's.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="register_entries")
    year = models.PositiveSmallIntegerField(help_text="The volume")
    number = models.PositiveIntegerField()
    day = models.DateField(help_text="Of receipt, in Vietnam")

    objects = PlannedQuerySet["RegisterEntry"].as_manager()

    class Meta:
        verbose_name_plural = "register entries"
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "number"], name="register_number_once"),
            models.UniqueConstraint(fields=["dossier", "agency"], name="register_dossier_once"),
        ]
        indexes = [models.Index(fields=["agency", "day", "number"], name="register_by_day")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.year}/{self.number}"


class RegisterPrint(models.Model):
    """An order to print a register (mẫu 07) for a period, and the book when it is made. What was printed stays."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    officer = models.CharField(max_length=200, help_text="The name as printed")
    total = models.PositiveIntegerField(help_text="Lines")
    done = models.PositiveIntegerField(default=0, help_text="Lines printed so far")
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="register_prints")

    objects = PlannedQuerySet["RegisterPrint"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["agency", "-ordered_at"], name="register_prints")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.since} to {self.until}"


class DayCounter(models.Model):
    """Last number given by an agency on a day, per series ("dossier", or a slip's kind with the year's first day).

    The row is locked by the transaction that takes a number: a number is used or returned, so there is no gap
    (R3.24). Two dossiers of one agency wait for each other for the length of one submission.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=60)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "series", "day"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.series} {self.day}: {self.last}"


class Draft(models.Model):
    """What a person is filling in. It belongs to the account, and survives sessions, networks and form versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    channel = models.SmallIntegerField(choices=Channel.choices, default=Channel.ONLINE)
    for_person = EncryptedTextField(blank=True, help_text="JSON of the person present, for counter intake")
    body = EncryptedTextField()
    # By field; beside them _touched {field: revision}, _filled, _later {field: register}, _compared, _by {field: account}.
    sources = models.JSONField(default=dict, help_text="Where a prefilled value came from, by field")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    reminded_at = models.DateTimeField(
        null=True, help_text="When its owner was last told that it will be removed"
    )
    dossier = models.OneToOneField(Dossier, null=True, on_delete=models.PROTECT, related_name="draft")
    supplements = models.OneToOneField(
        Dossier,
        null=True,
        on_delete=models.PROTECT,
        related_name="supplement_draft",
        help_text="Dossier it completes",
    )

    objects = PlannedQuerySet["Draft"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-saved_at"], name="draft_by_account", condition=Q(dossier=None)),
            models.Index(
                "saved_at", name="draft_unfiled_by_age", condition=Q(dossier=None, supplements=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def answers(self) -> dict[str, Any]:
        body: dict[str, Any] = orjson.loads(self.body) if self.body else {}
        return body

    @answers.setter
    def answers(self, values: dict[str, Any]) -> None:
        self.body = orjson.dumps(values).decode()


class LookupLog(models.Model):
    """An officer asked for what is known of a person by their number: who, when, for which procedure, whether found.

    The person is known by the blind index alone; the number is nowhere. Shown to heads (``/desk/lookups/``).
    """

    at = models.DateTimeField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="+", db_index=False)
    person_index = models.BinaryField(max_length=32)
    found = models.BooleanField()
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="lookups")

    class Meta:
        indexes = [
            models.Index(fields=["agency", "-at"], name="lookup_by_agency"),
            models.Index(fields=["person_index", "-at"], name="lookup_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} at {self.at}"


class Invitation(models.Model):
    """Somebody asked to fill in parts of a draft. Whoever signs in with the link first is the one; the owner revokes.

    Of the link only a digest is kept, so that nobody who reads the table can use it.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(max_length=80, help_text="What the owner calls them")
    sections = models.JSONField(help_text="Ids of the sections they may fill in")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Until when the link can be taken up")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["accepted_by", "-accepted_at"],
                name="invitation_taken_up",
                condition=Q(revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"invitation to {self.draft_id}"


class DraftUpload(models.Model):
    """A file on its way into a draft: received in chunks, then checked, then kept or refused with its reason.

    It belongs to a component, or (a portrait) to a field of the form. ``mark`` is what the browser knows the file by:
    chosen again, it goes on where it stopped.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving"
        KEPT = "kept"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    component = models.ForeignKey(Component, null=True, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=80, blank=True, default="", db_default="")
    filename = models.CharField(max_length=200)
    mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    problem = models.CharField(max_length=60, blank=True)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="uploads")
    created_at = models.DateTimeField()

    objects = PlannedQuerySet["DraftUpload"].as_manager()

    def __str__(self) -> str:
        return f"{self.filename} {self.offset}/{self.size}"
