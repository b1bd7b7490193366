"""The step graph: pure reading of a process definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.kernel import working_time
from motcua.kernel.refusals import Conflict


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step as published: ``outcomes`` maps what may be decided to the next step's key, or None for the end."""

    pk: int
    key: str
    name: str
    name_en: str
    role: str
    unit_rule: str
    working_minutes: int | None
    outcomes: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Process:
    """A published process version. Steps in order; the first one begins."""

    pk: int
    steps: tuple[StepSpec, ...]

    def step(self, key: str) -> StepSpec:
        return next(step for step in self.steps if step.key == key)

    def after(self, step: StepSpec, outcome: str) -> StepSpec | None:
        """The step that an outcome leads to; raises :class:`Conflict` if the step has no such outcome."""
        if outcome not in step.outcomes:
            raise Conflict("step.no_such_outcome", step=step.key, outcome=outcome)
        following = step.outcomes[outcome]
        return None if following is None else self.step(following)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a process may not be published."""

    code: str
    step: str
    detail: str = ""


def problems(steps: Sequence[StepSpec]) -> list[Problem]:
    """What is wrong with a definition: a dangling outcome, a step nobody reaches, a way that never ends."""
    if not steps:
        return [Problem("empty", "")]
    by_key = {step.key: step for step in steps}
    found = [
        Problem("unknown_next", step.key, f"{outcome} → {following}")
        for step in steps
        for outcome, following in step.outcomes.items()
        if following is not None and following not in by_key
    ]
    found += [Problem("no_outcome", step.key) for step in steps if not step.outcomes]
    reached, frontier = set(), [steps[0].key]
    while frontier:
        key = frontier.pop()
        if key in reached or key not in by_key:
            continue
        reached.add(key)
        frontier += [following for following in by_key[key].outcomes.values() if following is not None]
    found += [Problem("unreachable", step.key) for step in steps if step.key not in reached]
    ending = {step.key for step in steps if None in step.outcomes.values()}
    while True:
        more = {step.key for step in steps if set(step.outcomes.values()) & ending} - ending
        if not more:
            break
        ending |= more
    found += [Problem("never_ends", step.key) for step in steps if step.key in reached - ending]
    return found


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
