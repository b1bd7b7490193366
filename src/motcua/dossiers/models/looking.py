"""Who looked at a dossier, and who asked for a person's data."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.models.dossier import Dossier
from motcua.dossiers.models.drafts import Draft
from motcua.organisations.models import Agency


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
