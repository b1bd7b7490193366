"""How a dossier is worked on: definitions frozen per version, and their execution as rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Role
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency, Unit


class ProcessVersion(models.Model):
    """The internal process of a procedure case, or of all that have none of their own (case of null).

    Published once and never changed (trigger): a dossier keeps the version it began with.
    """

    case = models.ForeignKey(
        ProcedureCase, null=True, blank=True, on_delete=models.PROTECT, related_name="processes"
    )
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="process_number", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Step(models.Model):
    """One step of a process: who, where, how long, and what may be done there."""

    class UnitRule(models.TextChoices):
        ONE_STOP = "one_stop"
        RESPONSIBLE = "responsible"
        LEADERS = "leaders"

    process = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    unit_rule = models.CharField(max_length=12, choices=UnitRule.choices)
    working_minutes = models.PositiveIntegerField(null=True, help_text="Null: what the term leaves")
    outcomes = models.JSONField(help_text="Outcome to the key of the next step; null ends the process")

    class Meta:
        ordering = ["process", "position"]
        constraints = [models.UniqueConstraint(fields=["process", "key"], name="step_key")]

    def __str__(self) -> str:
        return f"{self.process_id}/{self.key}"


class StepRun(models.Model):
    """A step being done on a dossier. Open while ``closed_at`` is null.

    It names a role in a unit, never a list of people: who may act is evaluated when it is read.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="runs")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="runs")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    waiting = models.BooleanField(default=False, help_text="For the applicant, or for the signing service")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)

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
            models.Index("agency", "unit", name="run_waiting", condition=Q(closed_at=None, waiting=True)),
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
    """The one request to complete a dossier (NĐ 61/2018 art. 11, 15; NĐ 118/2025 art. 17): one, by constraint."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="supplement")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    items = models.JSONField(help_text="List of {kind: field|component, key, label, note}")
    resume = models.SmallIntegerField(help_text="Status to go back to when answered")
    answered_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Supplement"].as_manager()

    def __str__(self) -> str:
        return f"supplement of {self.dossier_id}"
