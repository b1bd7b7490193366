"""What is remembered of registers, every question put to one, and what is still to be compared."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Draft
from motcua.exchange.rules import State
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.models import GuardedQuerySet


class RegisterState(models.Model):
    """The circuit breaker and the budget of one register, shared by all processes (``exchange/rules.py``)."""

    key = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    window_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {'resting' if self.opened_at else 'asked'}"

    @property
    def state(self) -> State:
        return State(self.failures, self.opened_at, self.probe_at, self.window_at, self.asked)

    def remember(self, state: State) -> None:
        """Take over and save."""
        for name in ("failures", "opened_at", "probe_at", "window_at", "asked"):
            setattr(self, name, getattr(state, name))
        self.save()


class RegisterQuery(models.Model):
    """One question to a register, written before it goes out (NĐ 47/2020/NĐ-CP art. 45: time, form, requester,
    content, status, data). Names of what was asked, never what was answered; the person as a blind index.
    """

    class Outcome(models.TextChoices):
        ASKED = "asked"  # and still so when the process died before the answer
        ANSWERED = "answered"
        NOTHING = "nothing"
        SILENT = "silent"
        JUNK = "junk"
        RESTING = "resting"
        OVER_BUDGET = "over_budget"

    at = models.DateTimeField()
    register = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=10)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    person_index = models.BinaryField(max_length=32)
    draft_id = models.UUIDField(null=True, help_text="The draft it was asked for, also when that is gone")
    dossier_id = models.BigIntegerField(null=True)
    names = models.JSONField(help_text="What was asked for")
    given = models.JSONField(default=list, help_text="Names that came with a value")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.ASKED)
    milliseconds = models.PositiveIntegerField(default=0)

    objects = GuardedQuerySet["RegisterQuery"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person_index", "-at"], name="register_query_of_person"),
            models.Index(fields=["register", "-at"], name="register_query_by_register"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.purpose} {self.outcome}"


class Check(models.Model):
    """A field whose answer is compared with a register: given by it, or typed while it did not answer.

    ``value``: the raw value of the register under its own name, "" as long as it has not said it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREES = "agrees"
        DIFFERS = "differs"
        NOTHING = "nothing"
        GIVEN_UP = "given_up"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="checks")
    field = models.CharField(max_length=80)
    register = models.CharField(max_length=40)
    value = EncryptedTextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "field"], name="check_once_a_field")]
        indexes = [models.Index("next_at", name="check_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.field} of {self.draft_id}: {self.state}"

    @property
    def said(self) -> dict[str, Any]:
        """What the register said, by its names."""
        values: dict[str, Any] = orjson.loads(self.value) if self.value else {}
        return values

    @said.setter
    def said(self, values: dict[str, Any]) -> None:
        self.value = orjson.dumps(values).decode() if values else ""
