"""What the provider remembers between two requests, all of it in memory and short-lived.

A restart forgets it: whoever was in the middle of signing in starts again, which is also what a portal must bear.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

REQUEST_SECONDS = 600
CODE_SECONDS = 60
TOKEN_SECONDS = 300
PIN_TRIES = 5

T = TypeVar("T")


@dataclass(slots=True)
class AuthorizationRequest:
    """A checked authorization request, waiting for the person."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scope: str
    acr_values: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    username: str
    redirect_uri: str
    nonce: str
    challenge: str
    auth_time: int

    def opened_by(self, verifier: str) -> bool:
        """Whether ``verifier`` is the one behind the S256 challenge (RFC 7636 §4.6)."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return hmac.compare_digest(digest, self.challenge)


@dataclass(slots=True)
class Shelf(Generic[T]):
    """Things kept under an unguessable name until they expire. Shared by the server's threads."""

    seconds: int
    clock: Callable[[], float]
    _kept: dict[str, tuple[float, T]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, thing: T) -> str:
        name = secrets.token_urlsafe(32)
        now = self.clock()
        with self._lock:
            for old in [key for key, (expires, _) in self._kept.items() if expires <= now]:
                del self._kept[old]
            self._kept[name] = (now + self.seconds, thing)
        return name

    def get(self, name: str) -> T | None:
        with self._lock:
            expires, thing = self._kept.get(name, (0.0, None))
        return thing if expires > self.clock() else None

    def take(self, name: str) -> T | None:
        """Like :meth:`get`, for one caller only, however many ask at once."""
        with self._lock:
            expires, thing = self._kept.pop(name, (0.0, None))
        return thing if expires > self.clock() else None

    def values(self) -> list[T]:
        """Everything that has not expired."""
        now = self.clock()
        with self._lock:
            return [thing for expires, thing in self._kept.values() if expires > now]
