"""A world of the test's own (registers are never asked inside a transaction), and registers that can be had in any mood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from motcua.exchange import connectors
from motcua.exchange.connectors import KNOWN, Connector, Known
from motcua.kernel.registry import Registry
from tests.committed import _world_template, committed  # noqa: F401 - fixtures


@dataclass
class Moody:
    """A register that says what the test gives it; ``mood`` may be an exception to raise."""

    known: Known
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    mood: Exception | None = None
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.known.key

    def ask(self, number: str, names: Any, *, purpose: str) -> dict[str, Any]:
        self.asked.append((number, frozenset(names)))
        if self.mood is not None:
            raise self.mood
        return {name: value for name, value in self.people.get(number, {}).items() if name in names}


Connect = Callable[..., dict[str, Moody]]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Connect moody registers: ``connect("dan-cu")["dan-cu"].people[...] = {...}``."""

    def connect_all(*keys: str) -> dict[str, Moody]:
        registry: Registry[Connector] = Registry("registers")
        made = {known.key: Moody(known) for known in KNOWN if known.key in keys}
        for register in made.values():
            registry.register(register)
        connectors.connected.forget()
        monkeypatch.setattr(connectors.connected, "_load", lambda _: registry)
        return made

    yield connect_all
    connectors.connected.forget()
