"""Facts counted from events, and the sums of facts that pages read.

A fact is written in the transaction of the event it comes from (append only: 4–12 % of a transaction, where a
counter costs five times it; docs/decisions/0007). A job folds facts into the rollups; what a number counts can
be opened, because the facts stay. No fact holds personal data.
"""

from __future__ import annotations

from django.db import models

from motcua.catalogue.models import Procedure
from motcua.dossiers.models import Dossier
from motcua.organisations.models import Agency


class Measure(models.IntegerChoices):
    """What is counted."""

    FILED = 1
    FINISHED = 2
    RETURNED = 3
    ENDED_OTHERWISE = 4
    RATED = 5
    SUPPLEMENT_ASKED = 6
    #: A part of a joint dossier: it counts for the usual time of its procedure, never as a dossier.
    PART_FINISHED = 7


class Fact(models.Model):
    """One countable fact about one dossier, on one day (Asia/Ho_Chi_Minh).

    The column ``xid`` (the writing transaction, added in migration 0001) lets the fold take exactly the facts
    whose transactions have ended, each once, without a lock.
    """

    measure = models.SmallIntegerField(choices=Measure.choices)
    day = models.DateField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="facts")
    online = models.BooleanField()
    remote = models.BooleanField()
    late = models.BooleanField(null=True)
    level = models.SmallIntegerField(null=True, help_text="Level of a rating")
    minutes = models.IntegerField(null=True, help_text="Counted working minutes, pauses excluded")
    full_process = models.BooleanField(null=True, help_text="Of a returned dossier (R2.11)")
    broken_by = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="The step that was not full-process"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "measure"], name="fact_once")]
        indexes = [
            models.Index("agency", "measure", "day", name="fact_behind_number"),
            models.Index("procedure", "day", name="fact_usual_time", condition=models.Q(measure=2)),
            models.Index("procedure", "day", name="fact_usual_part", condition=models.Q(measure=7)),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.dossier_id} on {self.day}"


class Sums(models.Model):
    """What is summed of the facts of a measure."""

    measure = models.SmallIntegerField(choices=Measure.choices)
    amount = models.IntegerField(default=0)
    online = models.IntegerField(default=0)
    remote = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)

    class Meta:
        abstract = True


class DayRollup(Sums):
    """Sum of the facts of a day, per agency and procedure."""

    day = models.DateField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "measure", "day"], name="day_rollup_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.agency_id} {self.measure}: {self.amount}"


class MonthRollup(Sums):
    """Sum of the facts of a month, per agency and procedure; ``month`` is its first day."""

    month = models.DateField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "agency", "procedure", "measure"], name="month_rollup_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.agency_id} {self.procedure_id} {self.measure}: {self.amount}"


class FoldMark(models.Model):
    """Up to which transaction the facts have been folded (one row)."""

    horizon = models.CharField(max_length=20, default="0")
    folded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.horizon


class UsualTime(models.Model):
    """Counted working time that finished dossiers of a procedure took in the last 90 days (minutes)."""

    procedure = models.OneToOneField(
        Procedure, primary_key=True, on_delete=models.CASCADE, related_name="usual_time"
    )
    finished = models.IntegerField()
    p50 = models.IntegerField()
    p90 = models.IntegerField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.procedure_id}: {self.p50}/{self.p90}"
