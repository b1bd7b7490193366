"""Form definitions: what is published, what is being written, and blocks to copy from. A dossier is bound to a version for
life."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from motcua.kernel.ids import uuid7


class FormVersion(models.Model):
    """One published definition of a form; a trigger refuses every later change (migration 0002)."""

    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who wrote and proposed it, where a second person published",
    )
    reason = models.TextField(blank=True, default="", db_default="")
    stream = models.UUIDField(null=True, editable=False, help_text="Of its event; none for the first ones")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="form_version_number")]

    def __str__(self) -> str:
        return f"{self.key} v{self.number}"


class FormDraft(models.Model):
    """What is being written for a form: one for everybody.

    Who saves says which revision was read; another one is refused. It stays when it has been published: its stream tells
    who changed what, and who published which version why.
    """

    key = models.CharField(max_length=60, unique=True)
    definition = models.JSONField(help_text="Of the right shape (eforms.schema), perhaps not yet publishable")
    revision = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    published = models.ForeignKey(
        FormVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The version it became, while nothing has been changed since",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who proposes it as it is to a second person for publication; void when somebody saves",
    )
    asked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")
    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="form_draft_asked",
                condition=models.Q(asked_by=None, asked_at=None)
                | models.Q(asked_by__isnull=False, asked_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"draft of {self.key} r{self.revision}"


class FormDraftRevision(models.Model):
    """A draft as it was, so that a change can be undone; the newest hundred are kept."""

    draft = models.ForeignKey(FormDraft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="form_draft_revision")]

    def __str__(self) -> str:
        return f"r{self.number} of draft {self.draft_id}"


class FormBlock(models.Model):
    """A version of a section that is copied from form to form; a trigger refuses every later change (migration 0005)."""

    key = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    section = models.JSONField(help_text="A section of a definition")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True, default="", db_default="")
    stream = models.UUIDField(default=uuid7, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="form_block_number")]

    def __str__(self) -> str:
        return f"{self.key}@{self.number}"
