"""Tables that every room stands on."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

from motcua.kernel.planned import PlannedQuerySet

M = TypeVar("M", bound=models.Model)


class RulesSkipped(RuntimeError):
    """A bulk operation that would pass by the actions, and so leave no event (style.md row 12)."""


class GuardedQuerySet(PlannedQuerySet[M]):
    """Rows that change through actions only: what would skip them raises."""

    def _refuse(self, what: str) -> NoReturn:
        raise RulesSkipped(f"{self.model.__name__}.{what}() skips the actions; write an action instead.")

    def update(self, **kwargs: Any) -> int:
        self._refuse("update")

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse("delete")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[M]:
        self._refuse("bulk_create")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._refuse("bulk_update")


class Event(models.Model):
    """One thing that happened (``kernel/events.py``). Written by :func:`motcua.kernel.events.append` alone."""

    stream = models.UUIDField()
    seq = models.IntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    account_id = models.BigIntegerField(null=True)
    officer = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    hash = models.BinaryField(max_length=32)

    objects = GuardedQuerySet["Event"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]

    def __str__(self) -> str:
        return f"{self.stream}/{self.seq} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RulesSkipped("Events are appended by motcua.kernel.events.append, and never changed.")


class Blob(models.Model):
    """A stored content, known by its SHA-256 (``kernel/blobs.py``).

    Whatever uses a content has a protecting foreign key to its row: these are the references, and a content
    with one left cannot be purged, however many dossiers share it (design decision 14).
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


class FailureCount(models.Model):
    """How often something was tried wrongly in a window of time (``kernel/ratelimit.py``)."""

    key = models.BinaryField(max_length=32, primary_key=True)
    window_start = models.DateTimeField()
    count = models.IntegerField()

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()[:8]}: {self.count}"
