"""Limits on guessing, shared by all processes, that cost nothing while nobody guesses wrongly.

A failure is one upsert into ``kernel_failurecount``; a success and a refusal are none. That a key is blocked is
remembered by the process that learnt it, so the bound is: within a window, at most ``limit`` failures plus one for
each further process, which learns by its own first failure. For eight workers and a limit of ten that is seventeen
guesses in an hour, against a secret of 10⁶ or more (docs/decisions/0005-sign-in.md).

A key is an account or a network address and is stored as a keyed digest only. A window begins with its first
failure. Call :meth:`Limiter.fail` outside a transaction that may be rolled back, or the failure is forgotten with it.
"""

from __future__ import annotations

import ipaddress
import threading
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from motcua.kernel import clock, crypto
from motcua.kernel.jobs import job
from motcua.kernel.models import FailureCount

REMEMBERED: Final = 20_000
#: How long a counter stays from the beginning of its window; no window is longer.
KEPT: Final = timedelta(days=1)

_UPSERT: Final = """
INSERT INTO kernel_failurecount AS f (key, window_start, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN f.window_start <= %(ended)s THEN 1 ELSE f.count + 1 END,
    window_start = CASE WHEN f.window_start <= %(ended)s THEN EXCLUDED.window_start ELSE f.window_start END
RETURNING window_start, count
"""


class Limiter:
    """At most ``limit`` failures of one key in ``per_seconds``; ``name`` separates what is limited."""

    def __init__(self, name: str, limit: int, per_seconds: int) -> None:
        self.name = name
        self.limit = limit
        self.per = timedelta(seconds=per_seconds)
        self._until: dict[bytes, datetime] = {}
        self._lock = threading.Lock()

    def blocked(self, key: str, now: datetime | None = None) -> int | None:
        """Whole seconds until ``key`` may try again, None when it may. Looks into memory only."""
        until = self._until.get(self._digest(key))
        if until is None:
            return None
        left = (until - (now or clock.now())).total_seconds()
        return int(left) + 1 if left > 0 else None

    def fail(self, key: str, now: datetime | None = None) -> int | None:
        """Count one failure of ``key``; the seconds it is blocked for when that was one too many, else None."""
        now = now or clock.now()
        digest = self._digest(key)
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, {"key": digest, "now": now, "ended": now - self.per})
            start, count = cursor.fetchone()
        if count < self.limit:
            return None
        until = start + self.per
        with self._lock:
            if len(self._until) >= REMEMBERED:
                self._until = {kept: end for kept, end in self._until.items() if end > now}
            if len(self._until) >= REMEMBERED:  # all of them still blocked: an attack from everywhere
                self._until.pop(next(iter(self._until)))
            self._until[digest] = until
        return max(1, int((until - now).total_seconds()))

    def forget(self) -> None:
        """Empty this process's memory (tests)."""
        with self._lock:
            self._until.clear()

    def _digest(self, key: str) -> bytes:
        return crypto.blind_index(f"{self.name}|{key}", crypto.RATE_LIMIT)


def purge(before: datetime) -> int:
    """Delete counters whose window began before ``before``; how many there were."""
    return FailureCount.objects.filter(window_start__lt=before).delete()[0]


@job("kernel.forget_guesses", queue="upkeep", attempts=1, cron="33 2 * * *")
def forget_guesses() -> None:
    """Remove counters whose window is over: one is written for every network and every code that is guessed at."""
    purge(clock.now() - KEPT)


def client_address(request: HttpRequest) -> str:
    """The network a request comes from: an IPv4 address, or the /64 an IPv6 address belongs to.

    ``X-Forwarded-For`` counts only behind our own proxy (``settings.TRUST_FORWARDED_FOR``), and of it only the last
    entry, which that proxy wrote; whatever stands before it was sent by the client.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if getattr(settings, "TRUST_FORWARDED_FOR", False):
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        text = forwarded.rpartition(",")[2].strip() or text
    try:
        address = ipaddress.ip_address(_without_port(text))
    except ValueError:
        return "unknown"  # a unix socket, or rubbish: they share one counter
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _without_port(text: str) -> str:
    """``192.0.2.1:5000`` and ``[2001:db8::1]:5000`` without what follows the address."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text.partition("%")[0]
