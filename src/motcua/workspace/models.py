"""What officers lay on dossiers and around them: labels, notes, follows, views, notices, work in bulk, exports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.kernel.events import GENESIS
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.ids import uuid7
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Unit


class Colour(models.TextChoices):
    """Label colours, told apart by people who do not tell red from green (Okabe and Ito); never without the name."""

    GREY = "grey"
    BLUE = "blue"
    SKY = "sky"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    PURPLE = "purple"


class Label(models.Model):
    """A word of a unit for sorting its dossiers. A retired one stays where it lies and is offered no more."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="labels")
    name = models.CharField(max_length=40)
    folded = models.CharField(max_length=40)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.GREY)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "folded"], condition=Q(retired_at=None), name="label_once_in_unit"
            )
        ]

    def __str__(self) -> str:
        return f"label {self.pk} of unit {self.unit_id}"


class DossierLabel(models.Model):
    """A label lying on a dossier."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "label"], name="dossier_label_once")]

    def __str__(self) -> str:
        return f"label {self.label_id} on {self.dossier_id}"


class Note(models.Model):
    """An internal note: for colleagues, never for the applicant. Written once, never changed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField()
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("dossier", "written_at", name="note_of_dossier")]

    def __str__(self) -> str:
        return f"note {self.pk} on {self.dossier_id}"


class Follow(models.Model):
    """An officer who wants to hear what becomes of a dossier."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "dossier"], name="follow_once")]
        indexes = [models.Index("dossier", name="follow_of_dossier")]

    def __str__(self) -> str:
        return f"{self.account_id} follows {self.dossier_id}"


class SavedView(models.Model):
    """A filter with a name: its maker's own, or open by its link to the members of a unit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", help_text="Null: not shared"
    )
    name = models.CharField(max_length=60)
    asked = models.JSONField(help_text="The list and its filters, as workspace.worklists.asked writes them")
    columns = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("account", name="view_of_account"),
            models.Index("unit", name="view_of_unit", condition=Q(unit__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"view {self.id}"


class Preference(models.Model):
    """How one officer's desk looks and what it tells them; without a row the defaults of ``rules`` hold."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    columns = models.JSONField(default=list)
    filters = models.JSONField(default=dict, help_text="List to its filters as last chosen")
    notices = models.JSONField(default=dict, help_text="As workspace.rules.Telling writes it")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"preferences of {self.account_id}"


class NoticeMail(models.Model):
    """An e-mail to an officer: one digest, or one thing that could not wait. Sent once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.BooleanField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("made_at", name="noticemail_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"notice mail {self.pk} ({self.state})"


class Notice(models.Model):
    """Something an officer is told, of a dossier or (without one) of a process they write. ``key`` makes telling twice
    impossible; ``kind`` and ``about`` are worded in the reader's language.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Without a dossier: path, procedure, step"
    )
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100, unique=True)
    urgent = models.BooleanField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(NoticeMail, null=True, on_delete=models.PROTECT, related_name="notices")
    unmailed = models.BooleanField(default=True, help_text="Still to go out by e-mail, if it is to")

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at"], name="notice_of_account"),
            models.Index("account", name="notice_unread", condition=Q(read_at=None)),
            models.Index("account", "urgent", name="notice_unmailed", condition=Q(unmailed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.account_id}"


class Ordered(models.Model):
    """Work ordered at the desk and done by a worker, with a stream of events of its own."""

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    ordered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    class Meta:
        abstract = True


class BulkRun(Ordered):
    """One turn for many dossiers: the officer orders it once, a worker takes it dossier by dossier."""

    action = models.CharField(max_length=20)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="To whom, when the action assigns",
    )
    label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["account", "-ordered_at"], name="bulk_of_account")]

    def __str__(self) -> str:
        return f"{self.action} on {self.total}"


class BulkItem(models.Model):
    """One dossier of a bulk run, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        CANCELLED = "cancelled"

    bulk = models.ForeignKey(BulkRun, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    run = models.BigIntegerField(null=True, help_text="The step that was open when it was ordered")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=60, blank=True, help_text="Why it was refused")
    params = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["BulkItem"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "position"], name="bulk_item_position")]
        indexes = [models.Index("bulk", "position", name="bulk_item_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.position}: {self.state}"


class Export(Ordered):
    """A file of exactly what was filtered: made by a worker, kept for some days, for the officer who asked."""

    class Format(models.TextChoices):
        CSV = "csv"
        XLSX = "xlsx"
        ZIP = "zip"
        SLIPS = "slips"

    format = models.CharField(max_length=5, choices=Format.choices)
    # The filter may hold a name or number that was searched for.
    asked = EncryptedTextField(help_text="JSON: the list and its filters, or the dossiers")
    columns = models.JSONField(default=list)
    language = models.CharField(max_length=2, default="vi")
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="exports")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-ordered_at"], name="export_of_account"),
            models.Index("expires_at", name="export_expiring", condition=Q(blob__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"export {self.id} ({self.format}, {self.state})"
