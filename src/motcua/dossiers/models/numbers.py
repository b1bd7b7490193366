"""The last numbers given."""

from __future__ import annotations

from django.db import models

from motcua.organisations.models import Agency


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
