"""What was filed with a dossier: answers and papers."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models

from motcua.catalogue.models import Component
from motcua.dossiers.models.dossier import Dossier
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet


class DossierAnswers(models.Model):
    """The cleaned answers as filed: encrypted whole, since a form is full of identity numbers.

    An answered supplement adds a row with the next number; what was filed first stays as it was.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="answer_sets")
    number = models.PositiveSmallIntegerField(default=1)
    body = EncryptedTextField()
    filed_at = models.DateTimeField()

    objects = PlannedQuerySet["DossierAnswers"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "number"], name="answers_number")]

    def __str__(self) -> str:
        return f"answers {self.number} of {self.dossier_id}"

    @property
    def values(self) -> dict[str, Any]:
        body: dict[str, Any] = orjson.loads(self.body)
        return body


class Paper(models.Model):
    """A file filed with a dossier, for one component; ``replaced`` ones stay readable but count no more."""

    class Origin(models.TextChoices):
        UPLOADED = "uploaded"
        SCANNED = "scanned"
        STORE = "store"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="papers")
    component = models.ForeignKey(Component, null=True, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="papers")
    filename = models.CharField(max_length=200)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.UPLOADED)
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Paper"].as_manager()

    def __str__(self) -> str:
        return self.filename
