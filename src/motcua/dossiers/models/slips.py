"""The slips that were issued."""

from __future__ import annotations

from django.db import models

from motcua.dossiers.models.dossier import Dossier
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet


class SlipKind(models.TextChoices):
    """Slips of a dossier; the numbers are those of TT 03/2025/TT-VPCP (07, the register, is of an agency)."""

    ACKNOWLEDGEMENT = "ack"
    RECEIPT = "01"
    SUPPLEMENT = "02"
    REFUSAL = "03"
    APOLOGY = "04"
    STOP = "05"
    CONTROL = "06"  # between offices: no applicant sees it
    INELIGIBLE = "tbkd"  # thông báo không đủ điều kiện: no form is prescribed for it


class Slip(models.Model):
    """An issued slip. It is stored, so that a reprint is the same to the byte.

    ``issued_at`` is the moment of the event that brought it: each event brings one slip of a kind, and a dossier that
    is reopened or begins anew lawfully has a second one.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="slips")
    kind = models.CharField(max_length=4, choices=SlipKind.choices)
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="slips")
    issued_at = models.DateTimeField()

    objects = PlannedQuerySet["Slip"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind", "issued_at"], name="slip_once_an_event")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dossier_id}"
