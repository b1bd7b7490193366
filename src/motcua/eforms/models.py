"""Published form definitions. A dossier is bound to one for life."""

from __future__ import annotations

from django.db import models


class FormVersion(models.Model):
    """One published definition of a form; a trigger refuses every later change (migration 0002)."""

    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    stream = models.UUIDField(null=True, editable=False, help_text="Of its event; none for the first ones")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="form_version_number")]

    def __str__(self) -> str:
        return f"{self.key} v{self.number}"
