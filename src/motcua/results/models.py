"""Results: drafted, shown, signed, verifiable, and kept for their owner."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.models import Blob
from motcua.organisations.models import Agency


class ResultDocument(models.Model):
    """The outcome of a dossier. A draft may change; once ordered to be signed its content stands.

    A signed one whose dossier is reopened is revoked: it leaves its dossier free for another (``formerly``), and
    whoever verifies it is told.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        SIGNING = "signing"
        FINAL = "final"
        REVOKED = "revoked"

    dossier = models.OneToOneField(Dossier, null=True, on_delete=models.PROTECT, related_name="result")
    formerly = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.PROTECT, related_name="revoked_results"
    )
    template = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    content = EncryptedTextField(help_text="JSON that the template is filled with")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(null=True)
    signer_name = models.CharField(max_length=200, blank=True)
    signer_title = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(blank=True, default="", db_default="")
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="results")
    verify_code = models.CharField(max_length=24, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "template", "year", "number"],
                name="result_number",
                condition=~Q(number=None),
            ),
            models.CheckConstraint(
                name="result_of_one_dossier",
                condition=Q(dossier__isnull=False, formerly=None) | Q(dossier=None, formerly__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def about(self) -> Dossier:
        """The dossier it decides, or decided before it was revoked."""
        found = self.dossier or self.formerly
        assert found is not None  # result_of_one_dossier
        return found


class StoreItem(models.Model):
    """A document in a person's electronic data store (NĐ 45/2020 art. 16): theirs by account or by citizen ID."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="store"
    )
    person_index = models.BinaryField(max_length=32, null=True)
    title = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="store_items")
    result = models.OneToOneField(
        ResultDocument, null=True, on_delete=models.PROTECT, related_name="store_item"
    )
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-kept_at"], name="store_by_account"),
            models.Index(fields=["person_index", "-kept_at"], name="store_by_person"),
        ]

    def __str__(self) -> str:
        return self.title
