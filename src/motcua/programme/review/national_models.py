"""Tables of the receiving side: what the Ministry asked for, who may send it, and what has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from motcua.kernel.events import GENESIS
from motcua.kernel.ids import uuid7
from motcua.programme.review.models import LEVELS


class Collection(models.Model):
    """Lists asked of all ministries and provinces of a day, until a deadline."""

    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    instrument = models.CharField(max_length=200)
    opened_on = models.DateField()
    deadline = models.DateField()
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    class Meta:
        db_table = "programme_collection"
        constraints = [
            models.CheckConstraint(name="collection_in_order", condition=Q(deadline__gte=F("opened_on")))
        ]

    def __str__(self) -> str:
        return self.key


class AccessToken(models.Model):
    """Lets one sender submit. Only the SHA-256 of the token is kept: it was shown once, when it was made."""

    sender = models.CharField(max_length=60, help_text="Key of the sender in data/senders.toml")
    digest = models.BinaryField(max_length=32, unique=True)
    email = models.EmailField(blank=True, help_text="Whom to remind")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_token"
        constraints = [
            models.UniqueConstraint(fields=["sender"], name="token_one_valid", condition=Q(revoked_at=None))
        ]

    def __str__(self) -> str:
        return f"token of {self.sender}"


class Submission(models.Model):
    """A list that has come, with its receipt. The newest of a sender counts; earlier ones stay."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="submissions")
    sender = models.CharField(max_length=60)
    receipt = models.CharField(max_length=40, unique=True)
    received_at = models.DateTimeField()
    late_days = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    list_number = models.CharField(max_length=40)
    signer = models.CharField(max_length=200)
    signed_on = models.DateField()
    amount = models.PositiveIntegerField()
    full = models.PositiveIntegerField()
    partial = models.PositiveIntegerField()
    current = models.BooleanField(default=True)

    class Meta:
        db_table = "programme_submission"
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "sender"], name="submission_one_current", condition=Q(current=True)
            ),
            models.UniqueConstraint(
                fields=["collection", "sender", "content_hash"], name="submission_content_once"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class SubmittedEntry(models.Model):
    """One line of a submitted list."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="entries")
    national_code = models.CharField(max_length=8)
    name = models.TextField()
    level = models.CharField(max_length=12, choices=LEVELS)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "programme_submitted_entry"
        constraints = [
            models.UniqueConstraint(fields=["submission", "national_code"], name="submitted_entry_once")
        ]
        indexes = [models.Index(fields=["national_code", "level"], name="submitted_entry_by_code")]

    def __str__(self) -> str:
        return f"{self.national_code}: {self.level}"


class Reminder(models.Model):
    """That a sender was reminded: on the board, by e-mail where an address is known, and over the API."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="reminders")
    sender = models.CharField(max_length=60)
    at = models.DateTimeField()
    officer = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "programme_reminder"
        indexes = [models.Index(fields=["collection", "sender"], name="reminder_by_sender")]

    def __str__(self) -> str:
        return f"{self.sender} at {self.at}"
