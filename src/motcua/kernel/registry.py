"""One small typed registry for every family of plug-ins: field types, connectors, signers, payment, notification.

Nothing is global here: a family keeps its own instance, and a test builds a fresh one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """Anything with a stable key of its own."""

    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=Keyed)


class AlreadyRegistered(ValueError):
    """Two things claim one key. It is a programming mistake, so it stops the start."""


class NotRegistered(LookupError):
    """Nobody answers to that key; the message lists who does."""


class Registry(Generic[T]):
    """Things of one family by key, in the order they were registered.

    >>> from types import SimpleNamespace
    >>> signers = Registry("signers")
    >>> signers.register(SimpleNamespace(key="test-ca")).key
    'test-ca'
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._items: dict[str, T] = {}

    def register(self, item: T) -> T:
        """Add `item` under its own key and give it back. Raises AlreadyRegistered, ValueError for an empty key."""
        key = item.key
        if not key:
            raise ValueError(f"{self.family}: {item!r} has no key")
        if key in self._items:
            raise AlreadyRegistered(f"{self.family}: {key!r} is already {self._items[key]!r}")
        self._items[key] = item
        return item

    def get(self, key: str) -> T:
        """Raises NotRegistered with the keys that exist."""
        try:
            return self._items[key]
        except KeyError:
            known = ", ".join(sorted(self._items)) or "none"
            raise NotRegistered(f"{self.family}: no {key!r} (known: {known})") from None

    def keys(self) -> tuple[str, ...]:
        return tuple(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)
