"""A process as a document: its table as JSON, read back strictly. Pure.

Shape: ``{"name", "policy", "steps": [row, …]}``; a row has the fields of :class:`motcua.processing.rules.StepSpec`, its
conditions as pairs in the order in which they are judged. What a document may hold is bounded here (it comes from
people and other programs); whether it is a good process is for ``checks.py`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from motcua.eforms.conditions import BadCondition, parse
from motcua.kernel.working_time import WorkingTimeError
from motcua.processing.rules import ON, Kind, Policy, StepSpec, UnitRule

#: Bounds: no process of an annex comes near them.
MAX_ROWS, MAX_OUTCOMES, MAX_MINUTES = 80, 20, 480 * 400
LENGTHS = {"name": 120, "name_en": 120, "role": 20, "agency": 35, "unit_rule": 12, "unit": 20, "join": 30, "does": 30,
           "result": 200, "kind": 8}  # fmt: skip
KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]")
#: Outcomes in the order a desk thinks of them.
ORDER = (
    "receive",
    "propose",
    "complete",
    "approve",
    "sign",
    "return_result",
    "send_back",
    "refuse",
    "reject",
)


class Malformed(ValueError):
    """A document that is no process table. ``row``: the key or number of the row ("" for the whole)."""

    def __init__(self, code: str, row: str = "", detail: str = "") -> None:
        super().__init__(f"{code} {row} {detail}".strip())
        self.code, self.row, self.detail = code, row, detail


@dataclass(frozen=True, slots=True)
class Table:
    """A process before it is published: what an author writes."""

    name: str
    steps: tuple[StepSpec, ...]
    policy: Policy = Policy()  # noqa: RUF009 - frozen

    def row(self, key: str) -> StepSpec | None:
        return next((step for step in self.steps if step.key == key), None)

    def place(self, key: str) -> int:
        """Index of a row; -1 when there is none."""
        return next((place for place, step in enumerate(self.steps) if step.key == key), -1)

    def with_row(self, key: str, step: StepSpec) -> Table:
        """The table with one row in place of another; references follow when its key has changed."""
        rows = [step if row.key == key else row for row in self.steps]
        if step.key != key:
            rows = [_renamed(row, key, step.key) for row in rows]
        return replace(self, steps=tuple(rows))

    def without(self, key: str) -> Table:
        """The table without a row; what led to it stays and is a fault that the author is shown."""
        return replace(self, steps=tuple(row for row in self.steps if row.key != key))

    def moved(self, key: str, by: int) -> Table:
        """The table with a row further up (negative) or down."""
        rows, place = list(self.steps), self.place(key)
        if place < 0:
            return self
        rows.insert(max(0, place + by), rows.pop(place))
        return replace(self, steps=tuple(rows))


def _renamed(row: StepSpec, old: str, new: str) -> StepSpec:
    outcomes = {name: new if to == old else to for name, to in row.outcomes.items()}
    return replace(row, outcomes=outcomes, join=new if row.join == old else row.join)


def tidy(step: StepSpec) -> StepSpec:
    """A row without what its kind does not use, its outcomes in the order of the desk."""
    if step.kind == Kind.TASK:
        known = [name for name in ORDER if name in step.outcomes]
        rest = sorted(set(step.outcomes) - set(ORDER))
        return replace(
            step,
            pk=0,
            outcomes={name: step.outcomes[name] for name in (*known, *rest)},
            unit=step.unit if step.unit_rule == UnitRule.NAMED else "",
            join="",
            does="",
            conditions={},
        )
    return replace(
        step,
        pk=0,
        role="",
        agency="",
        unit_rule=str(UnitRule.RESPONSIBLE),
        unit="",
        working_minutes=None,
        permits=(),
        join=step.join if step.kind == Kind.FORK else "",
        does=step.does if step.kind == Kind.AUTO else "",
        conditions=step.conditions if step.kind == Kind.CHOICE else {},
        outcomes=_ordered(step),
    )


def _ordered(step: StepSpec) -> dict[str, str | None]:
    """Of a choice: as its conditions are judged, the way without one last. Of a fork: by name, as JSONB has no order."""
    if step.kind == Kind.CHOICE:
        judged = [name for name in step.conditions if name in step.outcomes]
        return {
            name: step.outcomes[name]
            for name in (*judged, *sorted(set(step.outcomes) - set(step.conditions)))
        }
    return {name: step.outcomes[name] for name in sorted(step.outcomes)}


def written(table: Table) -> dict[str, Any]:
    """As JSON; the inverse of :func:`read`."""
    return {
        "name": table.name,
        "policy": table.policy.written(),
        "steps": [_row(step) for step in table.steps],
    }


def _row(step: StepSpec) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": step.key,
        "kind": str(step.kind),
        "name": step.name,
        "name_en": step.name_en,
    }
    if step.kind == Kind.TASK:
        row |= {
            "role": str(step.role),
            "agency": step.agency,
            "unit_rule": str(step.unit_rule),
            "unit": step.unit,
            "working_minutes": step.working_minutes,
            "permits": list(step.permits),
        }
    row["outcomes"] = dict(step.outcomes)
    if step.kind == Kind.CHOICE:
        row["conditions"] = [[name, condition] for name, condition in step.conditions.items()]
    if step.kind == Kind.FORK:
        row["join"] = step.join
    if step.kind == Kind.AUTO:
        row["does"] = step.does
    return row | {"result": step.result}


def read(data: Any) -> Table:
    """The table of a JSON document, tidied. Raises :class:`Malformed` at the first thing that is no table."""
    if not isinstance(data, Mapping) or not isinstance(data.get("steps"), list):
        raise Malformed("no_table")
    if unknown := set(data) - {"name", "policy", "steps"}:
        raise Malformed("unknown_word", "", ", ".join(sorted(map(str, unknown)))[:80])
    if len(data["steps"]) > MAX_ROWS:
        raise Malformed("too_many_rows", "", str(len(data["steps"])))
    return Table(
        _text(data.get("name", ""), "name", "", 200),
        tuple(_step(raw, str(number)) for number, raw in enumerate(data["steps"], 1)),
        _policy(data.get("policy") or {}),
    )


def _policy(raw: Any) -> Policy:
    try:
        if isinstance(raw, Mapping) and all(isinstance(value, str) for value in raw.values()):
            return Policy.read(raw)
    except (ValueError, WorkingTimeError) as wrong:
        raise Malformed("bad_policy", "", str(wrong)[:120]) from wrong
    raise Malformed("bad_policy")


def _text(raw: Any, field: str, row: str, most: int) -> str:
    if not isinstance(raw, str) or len(raw) > most or _CONTROL.search(raw):
        raise Malformed("bad_text", row, field)
    return raw


def _step(raw: Any, number: str) -> StepSpec:
    if not isinstance(raw, Mapping):
        raise Malformed("no_row", number)
    key = raw.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Malformed("bad_key", number, str(key)[:40])
    known = {"key", "working_minutes", "outcomes", "permits", "conditions", *LENGTHS}
    if unknown := set(raw) - known:
        raise Malformed("unknown_word", key, ", ".join(sorted(map(str, unknown)))[:80])
    words = {name: _text(raw.get(name, ""), name, key, most) for name, most in LENGTHS.items()}
    kind = words["kind"] or Kind.TASK
    if kind not in list(Kind):
        raise Malformed("bad_kind", key, kind)
    rule = words["unit_rule"] or UnitRule.RESPONSIBLE
    if rule not in list(UnitRule):
        raise Malformed("bad_unit_rule", key, rule)
    minutes = raw.get("working_minutes")
    if minutes is not None and (type(minutes) is not int or not 0 <= minutes <= MAX_MINUTES):
        raise Malformed("bad_minutes", key, str(minutes)[:40])
    return tidy(
        StepSpec(
            0,
            key,
            outcomes=_outcomes(raw.get("outcomes") or {}, key),
            permits=_permits(raw.get("permits") or [], key),
            conditions=_conditions(raw.get("conditions") or [], key),
            working_minutes=minutes,
            **words | {"kind": str(kind), "unit_rule": str(rule)},
        )
    )


def _word(raw: Any) -> bool:
    return isinstance(raw, str) and KEY.fullmatch(raw) is not None


def _outcomes(raw: Any, key: str) -> dict[str, str | None]:
    fine = (
        isinstance(raw, Mapping)
        and len(raw) <= MAX_OUTCOMES
        and all(_word(name) and (to is None or _word(to)) for name, to in raw.items())
    )
    if not fine:
        raise Malformed("bad_outcomes", key)
    return dict(raw)


def _permits(raw: Any, key: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or len(raw) > MAX_OUTCOMES or not all(_word(name) for name in raw):
        raise Malformed("bad_permits", key)
    return tuple(dict.fromkeys(raw))


def _conditions(raw: Any, key: str) -> dict[str, Any]:
    if not isinstance(raw, list) or len(raw) > MAX_OUTCOMES:
        raise Malformed("bad_conditions", key)
    found: dict[str, Any] = {}
    for pair in raw:
        if not isinstance(pair, list) or len(pair) != 2 or not _word(pair[0]):
            raise Malformed("bad_conditions", key)
        try:
            parse(pair[1])
        except (BadCondition, TypeError) as wrong:
            raise Malformed("bad_conditions", key, str(wrong)[:120]) from wrong
        _bounded(pair[1], key)
        found[pair[0]] = pair[1]
    return found


def _bounded(condition: Any, key: str) -> None:
    """Every text of a condition is one that can be shown and written as XML; what it compares with are plain values."""
    match condition:
        case str():
            _text(condition, "conditions", key, 200)
        case Mapping():
            for part in condition.values():
                _bounded(part, key)
        case list():
            if len(condition) > 100:
                raise Malformed("bad_conditions", key)
            for part in condition:
                _bounded(part, key)
        case bool() | int() | float() | None:
            pass
        case _:
            raise Malformed("bad_conditions", key)


def free_key(wanted: str, taken: Iterable[str]) -> str:
    """``wanted`` as a key nobody has: lower case, letters and digits, with a number when needed."""
    base = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:26]
    if not base or not base[0].isalpha():
        base = f"b_{base}".strip("_")[:26]
    used = set(taken)
    return next(key for key in (base, *(f"{base}_{n}" for n in range(2, 999))) if key not in used)


def of_process(name: str, steps: Sequence[StepSpec], policy: Policy) -> Table:
    """A published process as a table to write on."""
    return Table(name, tuple(tidy(step) for step in steps), policy)


def linked(steps: Sequence[StepSpec]) -> bool:
    """Whether every row that is named is there: what a picture can be drawn of."""
    keys = {step.key for step in steps}
    named = {to for step in steps for to in step.following} | {s.join for s in steps if s.kind == Kind.FORK}
    return len(keys) == len(steps) > 0 and named <= keys


__all__ = [
    "KEY",
    "MAX_ROWS",
    "ON",
    "Malformed",
    "Table",
    "free_key",
    "linked",
    "of_process",
    "read",
    "tidy",
    "written",
]
