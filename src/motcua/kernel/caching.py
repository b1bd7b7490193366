"""Small values kept in the process, for what is read on every request and changes a few times a year."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """``load(key)`` kept for ``seconds`` (None: for ever, for what is immutable), at most ``size`` keys.

    Two threads may both load a key that has run out; neither waits for the other.
    """

    def __init__(self, load: Callable[[K], V], *, seconds: float | None, size: int = 4096) -> None:
        self._load, self._seconds, self._size = load, seconds, size
        self._values: dict[K, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        now = time.monotonic()
        found = self._values.get(key)
        if found is not None and (self._seconds is None or now - found[0] < self._seconds):
            return found[1]
        value = self._load(key)
        with self._lock:
            if len(self._values) >= self._size:
                self._values.clear()
            self._values[key] = (now, value)
        return value

    def peek(self, key: K) -> V | None:
        """What is kept, however old, without loading: for pages that must work when loading cannot."""
        found = self._values.get(key)
        return None if found is None else found[1]

    def forget(self) -> None:
        """Load everything anew from now on (after an edit in this process, and between tests)."""
        with self._lock:
            self._values.clear()
