"""What people say of a dossier."""

from __future__ import annotations

from django.db import models

from motcua.dossiers.models import Dossier


class Level(models.IntegerChoices):
    """The three levels of TT 32/2017/TT-BTTTT art. 12 (R1.30)."""

    NOT_SATISFIED = 1
    SATISFIED = 2
    VERY_SATISFIED = 3


class Rating(models.Model):
    """One rating of one dossier: overall is needed, the three parts are not."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="rating")
    overall = models.SmallIntegerField(choices=Level.choices)
    convenience = models.SmallIntegerField(choices=Level.choices, null=True)
    timeliness = models.SmallIntegerField(choices=Level.choices, null=True)
    attitude = models.SmallIntegerField(choices=Level.choices, null=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.overall}"
