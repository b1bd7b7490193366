"""What the system tells people: an inbox in the account, and e-mail that goes out once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.models import Blob


class Message(models.Model):
    """A notice about a dossier, or (without one) about a draft. ``kind`` and ``facts`` are worded in the reader's language."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="messages"
    )
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80, unique=True, help_text="Makes telling twice impossible")
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="message_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dossier_id}"


class Email(models.Model):
    """An e-mail to send. The worker claims it, sends it and marks it; a fault is kept and tried again."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="email")
    recipient = EncryptedTextField()
    language = models.CharField(max_length=2, default="vi")
    attachment = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="emails")
    attachment_name = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("created_at", name="email_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"e-mail of message {self.message_id} ({self.state})"


class Letter(models.Model):
    """A letter of the thread between an agency and the applicant of a dossier; the agency writes first."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="letters")
    from_office = models.BooleanField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="When the other side first saw it")

    class Meta:
        indexes = [models.Index("dossier", "at", name="letter_of_dossier")]

    def __str__(self) -> str:
        return f"letter {self.pk} of {self.dossier_id}"


class LetterFile(models.Model):
    """A file that came with a letter."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="letter_files")
    filename = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.filename
