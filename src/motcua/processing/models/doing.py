"""What is being done on a dossier: its steps, and the times in which its clock rests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency, Unit
from motcua.processing.models.written import Step


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
