"""Processes as they are written: versions with their steps, drafts with what they were, and what fits no more."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import ProcedureCase
from motcua.kernel.actors import Role
from motcua.kernel.ids import uuid7
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
