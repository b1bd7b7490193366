"""The step graph of a process: pure reading of a published definition. What makes one faulty is in ``checks.py``.

A process is a table, as the annexes of decisions have it (step, who, what, how long, result), whose rows name the rows
that follow. Tasks are done by people; the other kinds are passed through at once: a ``fork`` opens several branches,
its ``join`` waits for all of them, a ``choice`` takes the first branch whose condition holds, an ``auto`` step is done
by the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntFlag, StrEnum
from functools import cached_property
from typing import Any

from motcua.kernel import working_time
from motcua.kernel.refusals import Conflict
from motcua.kernel.working_time import Term

Conditions = Mapping[str, Any]


class Kind(StrEnum):
    """What a row of the table is."""

    TASK = "task"
    FORK = "fork"
    JOIN = "join"
    CHOICE = "choice"
    AUTO = "auto"


class UnitRule(StrEnum):
    """Which unit of the agency does a step; ``NAMED`` is the unit whose code the step gives."""

    ONE_STOP = "one_stop"
    RESPONSIBLE = "responsible"
    LEADERS = "leaders"
    NAMED = "named"


#: Outcomes that end a step and lead on; those with an edge of the lifecycle move the dossier.
OUTCOMES = frozenset(
    {"receive", "refuse", "propose", "complete", "approve", "send_back", "reject", "sign", "return_result"}
)
#: What may be done at a step without leaving it.
PERMITS = frozenset({"ask_supplement", "return_ineligible", "ask_payment", "consult", "transfer"})
#: Outcomes that end the dossier wherever they are taken: what else is open ends with it.
ENDING = frozenset({"refuse", "reject"})
#: The outcome of a join, of an automatic step.
ON = "on"

#: The agency of a step: the dossier's own, the one above it, or the one whose code is given.
OWN, PARENT = "", "parent"


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A row of the table. ``outcomes`` maps what may be decided to the next step's key, or None for the end.

    ``permits``: turns that do not leave the step. ``agency``, ``unit``: whose step it is (:data:`OWN`,
    :data:`PARENT` or a code; a unit's code with the rule "named"). ``join``: the join of a fork. ``conditions``: by
    outcome of a choice, in the order they are judged; the outcome without one is taken otherwise. ``does``: what an
    automatic step does. ``result``: what the step brings, in words, as the annex has it.
    """

    pk: int
    key: str
    name: str
    name_en: str
    role: str
    unit_rule: str
    working_minutes: int | None
    outcomes: Mapping[str, str | None]
    permits: tuple[str, ...] = ()
    kind: str = Kind.TASK
    agency: str = OWN
    unit: str = ""
    join: str = ""
    conditions: Conditions = field(default_factory=dict)
    does: str = ""
    result: str = ""

    @property
    def following(self) -> Iterable[str]:
        """Keys of the steps it may lead to."""
        return [key for key in self.outcomes.values() if key is not None]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a process sets where the law leaves it to the procedure; None: what the law says in general.

    ``ineligible_within``: until when after receipt a dossier may be given back as not eligible. ``after_supplement``:
    "restart" or "resume". ``silence_closes``: after how long without an answer the dossier is closed; by default never,
    because general law does not say so (R3.20).
    """

    ineligible_within: Term | None = None
    after_supplement: str = ""
    silence_closes: Term | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Policy:
        """From JSON; raises ValueError (WorkingTimeError for a term) for what is no policy."""
        if unknown := set(data) - {"ineligible_within", "after_supplement", "silence_closes"}:
            raise ValueError(f"unknown words in a policy: {', '.join(sorted(unknown))}")
        after = data.get("after_supplement") or ""
        if after not in ("", "restart", "resume"):
            raise ValueError(f"after_supplement is restart or resume, not {after!r}")
        terms = {
            name: working_time.parse_term(data[name]) if data.get(name) else None
            for name in ("ineligible_within", "silence_closes")
        }
        return cls(after_supplement=after, **terms)

    def written(self) -> dict[str, str]:
        """As JSON; the inverse of :meth:`read`."""
        values = (
            ("ineligible_within", self.ineligible_within),
            ("after_supplement", self.after_supplement),
            ("silence_closes", self.silence_closes),
        )
        return {name: str(value) for name, value in values if value}


@dataclass(frozen=True)
class Process:
    """A published process version. Steps in order; the first one begins."""

    pk: int
    steps: tuple[StepSpec, ...]
    policy: Policy = Policy()

    @cached_property
    def _by_key(self) -> dict[str, StepSpec]:
        return {step.key: step for step in self.steps}

    @cached_property
    def _by_pk(self) -> dict[int, StepSpec]:
        return {step.pk: step for step in self.steps}

    def step(self, key: str) -> StepSpec:
        return self._by_key[key]

    def by_pk(self, pk: int) -> StepSpec:
        return self._by_pk[pk]

    def has(self, key: str) -> bool:
        return key in self._by_key

    def after(self, step: StepSpec, outcome: str) -> StepSpec | None:
        """The step that an outcome leads to; raises :class:`Conflict` if the step has no such outcome."""
        if outcome not in step.outcomes:
            raise Conflict("step.no_such_outcome", step=step.key, outcome=outcome)
        following = step.outcomes[outcome]
        return None if following is None else self.step(following)


def step_due(
    calendar: working_time.Calendar, opened: datetime, minutes: int | None, dossier_due: datetime | None
) -> datetime:
    """When a step is due: its own working minutes, never later than the dossier; else what the term leaves.

    A dossier without a term (its law gives none) and a step without minutes: one working day, so that nothing
    waits unseen.
    """
    if minutes is None and dossier_due is not None:
        return dossier_due
    own = working_time.add_minutes(calendar, opened, minutes if minutes is not None else 8 * 60)
    return own if dossier_due is None or dossier_due < opened else min(own, dossier_due)


class Alarm(IntFlag):
    """What is said about an open step, each once for a due time: to whoever does it, then up the line.

    SOON and LATE go to those who may act; APOLOGY to the head, while a new appointment can still be given (NĐ 61/2018
    art. 19 cl. 9); HEAD and SUPERIOR to the head of the agency and of the one above it.
    """

    SOON = 1
    LATE = 2
    HEAD = 4
    SUPERIOR = 8
    APOLOGY = 16


@dataclass(frozen=True, slots=True)
class Ladder:
    """How long before and after a due time its alarms come: working minutes, and days for the apology (law)."""

    soon: int
    head: int
    superior: int
    apology_days: int


def alarms(
    calendar: working_time.Calendar,
    ladder: Ladder,
    due: datetime,
    dossier_due: datetime | None,
    *,
    extended: bool,
) -> dict[Alarm, datetime]:
    """When each alarm of an open step comes. No apology without a term, or when there has been one."""
    found = {
        Alarm.SOON: working_time.minutes_before(calendar, due, ladder.soon),
        Alarm.LATE: due,
        Alarm.HEAD: working_time.add_minutes(calendar, due, ladder.head),
        Alarm.SUPERIOR: working_time.add_minutes(calendar, due, ladder.superior),
    }
    if dossier_due is not None and not extended:
        last = dossier_due - timedelta(days=ladder.apology_days)
        found[Alarm.APOLOGY] = working_time.minutes_before(calendar, last, ladder.soon)
    return found


def next_alarm(coming: Mapping[Alarm, datetime], said: Alarm) -> datetime | None:
    """The moment of the next alarm that has not been given; None when all have."""
    return min((moment for alarm, moment in coming.items() if alarm not in said), default=None)


def ringing(coming: Mapping[Alarm, datetime], said: Alarm, now: datetime) -> Alarm:
    """The alarms that have come and have not been given. Of several steps up the line, the last says all."""
    come = Alarm(0)
    for alarm, moment in coming.items():
        if moment <= now and alarm not in said:
            come |= alarm
    return come
