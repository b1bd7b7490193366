"""What a list is made of: its lines, their keys, and what the lists of a page count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from motcua.workspace.rules import Asked

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a worklist. ``run`` is None for a dossier found by searching on which nothing is open, and for an opinion.

    ``due_state``: on_time, soon, late, paused or none; ``minutes``: working minutes left, or past when late.
    ``key``: where the line stands in its list. ``age``: days since it was filed.
    """

    run: int | None
    dossier: int
    key: str
    code: str
    procedure: str
    applicant: str
    status: int
    step: str
    step_en: str
    unit: str
    due_at: datetime | None
    due_state: str
    minutes: int
    claimed_by: str
    mine: bool
    submitted_at: datetime
    channel: int
    labels: tuple[int, ...]
    age: int

    @property
    def online(self) -> bool:
        return self.channel == 2


@dataclass(frozen=True, slots=True)
class Worklist:
    """Rows, the counts of every list (at most :data:`COUNT_TO` + 1, then there are more), and where to go on.

    ``found``: how many lines the filters or the search leave, counted like the others.
    """

    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    found: int
    next_key: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line to do something with: a dossier, and the step that is open on it."""

    dossier: int
    run: int | None
    code: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """(code, key) of the lines before and after one, where there are any."""

    before: tuple[str, str] | None
    after: tuple[str, str] | None


def by_dossier(asked: Asked) -> bool:
    """Whether a line is a dossier, newest first (search, followed), and not an open run, due first."""
    return bool(asked.q) or asked.view == "followed"


def of_opinions(asked: Asked) -> bool:
    """Whether a line is an opinion that was asked of the officer, due first: there is no step of theirs to act on."""
    return not asked.q and asked.view == "opinions"


def read_key(after: str | None) -> list[Any] | None:
    """The (microseconds since 1970, run) behind a key of an open run; None for anything that is not one."""
    found = re.fullmatch(r"(\d{1,17})~(\d{1,18})", after or "", re.ASCII)
    return [int(found[1]), int(found[2])] if found else None


def key_of(due_at: datetime, run: int) -> str:
    """The key of an open run."""
    return f"{(due_at - _EPOCH) // timedelta(microseconds=1)}~{run}"


def neighbours_from(rows: Iterable[Sequence[Any]]) -> Neighbours:
    """What :func:`beside_sql` has found."""
    near = {side: (code, key) for side, code, key in rows}
    return Neighbours(near.get(0), near.get(1))


#: The key of an open run as a row of SQL: its values are those of :func:`read_key`.
RUN_KEY = "('epoch'::timestamptz + %s * interval '1 microsecond', %s)"
