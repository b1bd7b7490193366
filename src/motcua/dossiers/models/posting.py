"""What came and went by post."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models.dossier import Dossier
from motcua.kernel.fields import EncryptedTextField


class Posting(models.Model):
    """Something of a dossier that went by public post (bưu chính công ích): the envelope it came in, or the result.

    ``party`` is the sender of what came in, the addressee of what went out.
    """

    class Way(models.TextChoices):
        IN = "in"
        OUT = "out"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="postings")
    way = models.CharField(max_length=3, choices=Way.choices)
    number = models.CharField(max_length=40, help_text="Of the post's slip (số hiệu bưu gửi)")
    party = models.CharField(max_length=200)
    address = EncryptedTextField(blank=True)
    posted_on = models.DateField(null=True, help_text="Handed to the post")
    arrived_on = models.DateField(null=True, help_text="Reached the agency; for what came in")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "way", "number"], name="posting_once"),
            models.CheckConstraint(
                name="posting_in_order",
                condition=Q(posted_on=None) | Q(arrived_on=None) | Q(arrived_on__gte=models.F("posted_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.number} of {self.dossier_id}"
