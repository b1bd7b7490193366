"""What changed between two tables of a process, row by row and field by field. Pure; the face words it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from motcua.processing.rules import StepSpec
from motcua.processing.tables import Table, tidy

FIELDS = ("key", "kind", "name", "name_en", "role", "unit_rule", "unit", "agency", "working_minutes", "outcomes", "permits",
          "conditions", "join", "does", "result")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """``what``: added, removed, moved, changed (a row), or name, policy (the whole). ``row``: its key.

    ``field``, ``before``, ``after``: of a change, the values as the row has them; of a row added or removed, the row.
    """

    what: str
    row: str = ""
    name: str = ""
    field: str = ""
    before: Any = None
    after: Any = None


def between(before: Table, after: Table) -> list[Difference]:
    """From one table to the other: the whole first, then rows in the order of ``after``, removed ones last."""
    found = []
    if before.name != after.name:
        found.append(Difference("name", before=before.name, after=after.name))
    if before.policy != after.policy:
        found.append(Difference("policy", before=before.policy, after=after.policy))
    old = {step.key: step for step in before.steps}
    moved = _moved([step.key for step in before.steps], [step.key for step in after.steps])
    for step in after.steps:
        if step.key not in old:
            found.append(Difference("added", step.key, step.name, after=tidy(step)))
            continue
        if step.key in moved:
            found.append(Difference("moved", step.key, step.name))
        found += of_row(old[step.key], step)
    kept = {step.key for step in after.steps}
    found += [Difference("removed", key, s.name, before=tidy(s)) for key, s in old.items() if key not in kept]
    return found


def of_row(before: StepSpec, after: StepSpec) -> list[Difference]:
    """The fields in which a row differs."""
    one, other = tidy(before), tidy(after)
    return [
        Difference("changed", after.key, after.name, name, _value(one, name), _value(other, name))
        for name in FIELDS
        if _value(one, name) != _value(other, name)
    ]


def _value(step: StepSpec, field: str) -> Any:
    value = getattr(step, field)
    # The order in which conditions are judged, and permits offered, is part of them or is not.
    return list(value.items()) if field == "conditions" else set(value) if field == "permits" else value


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Rows whose order among those in both has changed: those outside a longest run that kept its order."""
    rank = {key: place for place, key in enumerate(key for key in before if key in set(after))}
    order = [rank[key] for key in after if key in rank]
    best: list[int] = []  # length of the longest rising run that ends at each place
    back: list[int] = []
    for here, value in enumerate(order):
        length, from_ = max(((best[i], i) for i in range(here) if order[i] < value), default=(0, -1))
        best.append(length + 1)
        back.append(from_)
    kept: set[int] = set()
    here = max(range(len(order)), key=best.__getitem__) if order else -1
    while here >= 0:
        kept.add(order[here])
        here = back[here]
    return {key for key, place in rank.items() if place not in kept}
