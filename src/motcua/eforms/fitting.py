"""Whether a condition fits the questions it looks at: a slip of an author is told before anybody fills the form. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from motcua.eforms.conditions import ORDERED, Comparison, Condition
from motcua.eforms.fields.base import Field

Fault = tuple[str, str]
_NUMBERS = frozenset({"whole", "number"})
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
#: What can be put in order, and what can be told apart at all.
_ORDERED = _NUMBERS | {"date", "time"}
_COMPARED = _ORDERED | {"text", "yes_no", "choice", "choices"}


def comparisons(*parts: Condition | None) -> Iterator[Comparison]:
    """Every comparison inside."""
    for part in parts:
        if isinstance(part, Comparison):
            yield part
        elif part is not None:
            yield from comparisons(*part.parts)


def misfits(condition: Condition | None, fields: Mapping[str, Field]) -> Iterator[Fault]:
    """(code, detail): `unknown_field`, `condition_value` (no such option), `condition_type`."""
    for one in comparisons(condition):
        for name in (one.field, one.other):
            if name and name not in fields:
                yield "unknown_field", name
        if one.field in fields and (not one.other or one.other in fields):
            yield from _judge(one, fields)


def _judge(one: Comparison, fields: Mapping[str, Field]) -> Iterator[Fault]:
    target = fields[one.field]
    said = target.kind.speaks(target)
    if said == "nothing":
        yield "condition_type", f"{one.field} asks nothing"
        return
    if one.op in ("filled", "blank"):
        return
    if said not in (_ORDERED if one.op in ORDERED else _COMPARED):
        yield "condition_type", f"{one.field} ({said}) can't be compared with {one.op}"
        return
    if one.other:
        other = fields[one.other].kind.speaks(fields[one.other])
        if _kind(other) != _kind(said):
            yield "condition_type", f"{one.field} is {said}, {one.other} is {other}"
        return
    for value in _values(one.value):
        if said in ("choice", "choices"):
            if target.choices is not None and value not in target.choices.by_code:
                yield "condition_value", f"{one.field} has no option {value!r}"
        elif not _fits(said, value):
            yield "condition_type", f"{one.field} is {said}, not {value!r}"


def _kind(said: str) -> str:
    return "number" if said in _NUMBERS else "choice" if said == "choices" else said


def _values(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else (value,)


def _fits(said: str, value: Any) -> bool:
    if said in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if said == "yes_no":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if said == "time":
        return _TIME.fullmatch(value) is not None
    if said == "date":
        try:
            dt.date.fromisoformat((value + "-01-01")[:10])
        except ValueError:
            return False
    return True
