"""The register of an agency, and its printed books."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from motcua.dossiers.models.dossier import Dossier
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency


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
