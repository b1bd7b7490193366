"""A row that carries the head of its stream, without a table."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from motcua.kernel.events import GENESIS


class Thing:
    """What events happen to in these tests."""

    def __init__(self) -> None:
        self.stream: UUID = uuid4()
        self.event_seq = 0
        self.event_hash: Any = GENESIS
