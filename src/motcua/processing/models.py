"""How a dossier is worked on: definitions frozen per version, and their execution as rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Role
from motcua.kernel.ids import uuid7
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency, Unit
from motcua.processing.rules import Kind, UnitRule


class ProcessVersion(models.Model):
    """The internal process of a procedure case, or of all that have none of their own (case of null).

    Published once and never changed (trigger): a dossier keeps the version it began with.
    """

    case = models.ForeignKey(
        ProcedureCase, null=True, blank=True, on_delete=models.PROTECT, related_name="processes"
    )
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    policy = models.JSONField(default=dict, db_default={}, blank=True, help_text="processing.rules.Policy")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(
        blank=True, default="", db_default="", help_text="Why it was published, as its author said"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="process_number", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class ProcessDraft(models.Model):
    """What is being written for a case, or for all that have no process of their own (case of null): one for everybody.

    Who saves says which revision was read; another one is refused. It stays when it has been published: its stream tells
    who changed what, and who published which version why.
    """

    case = models.ForeignKey(
        ProcedureCase, null=True, blank=True, on_delete=models.PROTECT, related_name="process_drafts"
    )
    table = models.JSONField(help_text="processing.tables.written")
    revision = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    published = models.ForeignKey(
        ProcessVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The version it became, while nothing has been changed since",
    )
    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="process_draft_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"draft of {self.case_id} r{self.revision}"


class ProcessDraftRevision(models.Model):
    """A draft as it was, so that a change can be undone; the newest hundred are kept."""

    draft = models.ForeignKey(ProcessDraft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    table = models.JSONField(help_text="processing.tables.written")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="process_draft_revision")]

    def __str__(self) -> str:
        return f"r{self.number} of draft {self.draft_id}"


class Unfit(models.Model):
    """What of a process in force fits its case no more, as it was told (``processing.watching``): open until it is mended,
    and told once, by constraint. What comes back is another row.
    """

    version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, help_text="processing.fitting.Misfit")
    step = models.CharField(max_length=30, blank=True)
    field = models.CharField(max_length=100, blank=True)
    found_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code", "step", "field"],
                condition=Q(mended_at=None),
                name="unfit_told_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.version_id} {self.step} {self.field}".strip()


class Step(models.Model):
    """One row of a process: who, where, how long, and what may be done there (``processing.rules.StepSpec``)."""

    process = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=30)
    kind = models.CharField(
        max_length=8, choices=[(k.value, k.value) for k in Kind], default=Kind.TASK, db_default="task"
    )
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role], blank=True)
    agency = models.CharField(
        max_length=35,
        blank=True,
        default="",
        db_default="",
        help_text="Empty: the dossier's; parent; or the code of another",
    )
    unit_rule = models.CharField(max_length=12, choices=[(rule.value, rule.value) for rule in UnitRule])
    unit = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Code of the unit, with the rule named",
    )
    working_minutes = models.PositiveIntegerField(null=True, help_text="Null: what the term leaves")
    outcomes = models.JSONField(help_text="Outcome to the key of the next step; null ends the process")
    permits = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Turns that do not leave the step"
    )
    join = models.CharField(
        max_length=30, blank=True, default="", db_default="", help_text="Of a fork: where its branches meet"
    )
    conditions = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Of a choice: pairs of outcome and condition, in order",
    )
    does = models.CharField(
        max_length=30, blank=True, default="", db_default="", help_text="What an automatic step does"
    )
    result = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="What the step brings, in words"
    )

    class Meta:
        ordering = ["process", "position"]
        constraints = [models.UniqueConstraint(fields=["process", "key"], name="step_key")]

    def __str__(self) -> str:
        return f"{self.process_id}/{self.key}"


class StepRun(models.Model):
    """A step being done on a dossier. Open while ``closed_at`` is null.

    It names a role in a unit, never a list of people: who may act is evaluated when it is read. A fork leaves a closed
    run, which is the scope of what its branches open.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="runs")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="runs")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    waits_for = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="Empty: for whoever does it; else applicant or signature",
    )
    alarm_at = models.DateTimeField(
        null=True, help_text="When something is to be said about its due time next"
    )
    alarms = models.SmallIntegerField(
        default=0, db_default=0, help_text="What has been said (processing.rules.Alarm)"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The absent officer for whom a substitute closed it",
    )
    outcome = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    scope = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The fork whose branch it is in",
    )

    objects = PlannedQuerySet["StepRun"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "step"], condition=Q(closed_at=None), name="run_open_once"
            )
        ]
        indexes = [
            models.Index("unit", "role", "due_at", "id", name="run_worklist", condition=Q(closed_at=None)),
            models.Index("agency", "due_at", "id", name="run_of_agency", condition=Q(closed_at=None)),
            models.Index("dossier", "opened_at", name="run_of_dossier"),
            models.Index("alarm_at", name="run_alarm", condition=Q(closed_at=None, alarm_at__isnull=False)),
            models.Index("agency", "unit", name="run_waits", condition=Q(closed_at=None) & ~Q(waits_for="")),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.step_id} {'open' if self.closed_at is None else self.outcome}"


class Pause(models.Model):
    """A time in which the clock of a dossier rests, and why; an open end is the present."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20)

    objects = PlannedQuerySet["Pause"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(until=None), name="pause_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.since} to {self.until}"


class Supplement(models.Model):
    """The one request to complete a dossier (NĐ 61/2018 art. 11, 15; NĐ 118/2025 art. 17): one, by constraint.

    ``restart``: it was given back as not eligible after appraisal, and the term is counted anew when it is complete
    (NĐ 61/2018 art. 19 cl. 4).
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="supplement")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    items = models.JSONField(help_text="List of {kind: field|component, key, label, note}")
    resume = models.SmallIntegerField(help_text="Status to go back to when answered")
    restart = models.BooleanField(default=False, db_default=False)
    answered_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Supplement"].as_manager()

    def __str__(self) -> str:
        return f"supplement of {self.dossier_id}"


class Extension(models.Model):
    """The one re-appointment of a dossier, with its apology (NĐ 61/2018 art. 19 cl. 9; mẫu 04): one, by constraint."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="extension")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_title = models.CharField(max_length=200)
    reason = models.TextField()
    working_days = models.PositiveSmallIntegerField(help_text="Added to the term, as the apology promises")
    before = models.DateTimeField()
    after = models.DateTimeField()

    objects = PlannedQuerySet["Extension"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.before} → {self.after}"


class StopRequest(models.Model):
    """The applicant asks to stop a dossier that has been received (NĐ 118/2025 art. 21); the one-stop desk answers.

    Open while ``answered_at`` is null. ``accepted`` false: a decision was there already, or it is not the person's to
    stop; the answer says why.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="stop_requests")
    asked_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    objects = PlannedQuerySet["StopRequest"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(answered_at=None), name="stop_request_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"stop request of {self.dossier_id}"


class Consultation(models.Model):
    """An opinion asked of another unit or agency (lấy ý kiến; NĐ 61/2018 art. 19 cl. 5). The term runs on meanwhile.

    Who may answer is whoever sits in the unit when it is read, or only ``expert``. ``stage`` counts what has been said
    about its deadline: 1 reminded, 2 the head of the one-stop desk told that it is overdue.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    run = models.ForeignKey(StepRun, on_delete=models.PROTECT, related_name="consultations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    question = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    stage = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agrees = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Consultation"].as_manager()

    class Meta:
        indexes = [
            models.Index(
                "unit", "due_at", name="consultation_open", condition=Q(answered_at=None, revoked_at=None)
            ),
            models.Index("dossier", "asked_at", name="consultation_of_dossier"),
        ]

    def __str__(self) -> str:
        return f"consultation on {self.dossier_id} of unit {self.unit_id}"


class Transfer(models.Model):
    """A dossier sent on to the agency that is competent for it (NĐ 118/2025 art. 17, 18: intake whatever the place)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="transfers")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    objects = PlannedQuerySet["Transfer"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.from_agency_id} → {self.to_agency_id}"


class Reopening(models.Model):
    """A dossier that had ended and is taken up again, because the agency was wrong (NĐ 61/2018 art. 21)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="reopenings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    status_before = models.SmallIntegerField()

    objects = PlannedQuerySet["Reopening"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id} reopened at {self.at}"
