"""Conditions as data: all / any / not over comparisons. Never code, so an uploaded definition can do nothing but compare.

Shape (JSON): `{"all": [c, …]}`, `{"any": [c, …]}`, `{"not": c}`,
`{"field": id, "op": "eq|ne|in|not_in|lt|le|gt|ge|filled|blank", "value": …}` or `"other": id` to compare two fields,
and the old short form `"field_id"`, which means that the field is answered with anything but "no".
A hidden or wrongly answered field counts as blank; a comparison with a blank side is false, except `ne` and `not_in`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]
Test = Callable[[Values], bool]

ORDERED = {"lt", "le", "gt", "ge"}
OPERATORS = {"eq", "ne", "in", "not_in", "filled", "blank", *ORDERED}
MAX_DEPTH = 8


class BadCondition(ValueError):
    """The data is not a condition; the text says where."""


@dataclass(frozen=True, slots=True)
class Comparison:
    field: str
    op: str
    value: Any = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class Junction:
    """`word` is `all`, `any` or `not` (one part)."""

    word: str
    parts: tuple[Condition, ...]


Condition = Comparison | Junction


def parse(data: Any, *, depth: int = 0) -> Condition:
    """Raises BadCondition."""
    if depth > MAX_DEPTH:
        raise BadCondition("nested too deep")
    if isinstance(data, str) and data:
        return Comparison(data, "filled")
    if not isinstance(data, Mapping):
        raise BadCondition(f"not a condition: {data!r}")
    for word in ("all", "any"):
        if word in data:
            parts = data[word]
            if set(data) != {word} or not isinstance(parts, list) or not parts:
                raise BadCondition(f"{word} takes a list of conditions")
            return Junction(word, tuple(parse(part, depth=depth + 1) for part in parts))
    if "not" in data:
        if set(data) != {"not"}:
            raise BadCondition("not takes one condition")
        return Junction("not", (parse(data["not"], depth=depth + 1),))
    return _comparison(data)


def _comparison(data: Mapping[str, Any]) -> Comparison:
    field, op = data.get("field"), data.get("op", "eq" if "value" in data else "filled")
    if not isinstance(field, str) or not field:
        raise BadCondition("a comparison names a field")
    if not isinstance(op, str) or op not in OPERATORS:
        raise BadCondition(f"unknown operator {op!r}")
    if set(data) - {"field", "op", "value", "other"}:
        raise BadCondition(f"unknown words in a comparison of {field}")
    if op in ("filled", "blank"):
        return Comparison(field, op)
    if ("value" in data) == ("other" in data):
        raise BadCondition(f"{field} {op}: give either a value or another field")
    if "other" in data:
        return Comparison(field, op, other=str(data["other"]))
    value = data["value"]
    if op in ("in", "not_in"):
        if not isinstance(value, list):
            raise BadCondition(f"{field} {op}: a list is needed")
        value = tuple(value)
    return Comparison(field, op, value)


def references(condition: Condition | None) -> frozenset[str]:
    """Ids of the fields a condition looks at."""
    return frozenset() if condition is None else frozenset(_walk(condition))


def _walk(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Comparison):
        yield condition.field
        if condition.other:
            yield condition.other
        return
    for part in condition.parts:
        yield from _walk(part)


def is_blank(value: Any) -> bool:
    """Nothing was answered. `False` (answered no) is not blank for comparisons, only for `filled`."""
    return value is None or value == "" or value == [] or value == {}


def compile_test(condition: Condition) -> Test:
    """A closure, made once per form version: conditions run at every save."""
    if isinstance(condition, Junction):
        tests = tuple(compile_test(part) for part in condition.parts)
        if condition.word == "all":
            return lambda values: all(test(values) for test in tests)
        if condition.word == "any":
            return lambda values: any(test(values) for test in tests)
        inner = tests[0]
        return lambda values: not inner(values)
    return _compile_comparison(condition)


def _compile_comparison(c: Comparison) -> Test:
    field, op, fixed, other = c.field, c.op, c.value, c.other
    if op == "filled":
        return lambda values: not is_blank(values.get(field)) and values.get(field) is not False
    if op == "blank":
        return lambda values: is_blank(values.get(field)) or values.get(field) is False

    def test(values: Values) -> bool:
        left = values.get(field)
        right = values.get(other) if other else fixed
        if is_blank(left) or (other and is_blank(right)):
            return op in ("ne", "not_in")
        return _compare(op, left, right)

    return test


def _compare(op: str, left: Any, right: Any) -> bool:
    if op in ("eq", "ne"):
        same = right in left if isinstance(left, list) and not isinstance(right, list) else left == right
        return same if op == "eq" else not same
    if op in ("in", "not_in"):
        choices = right if isinstance(right, list | tuple) else (right,)
        inside = any(item in choices for item in left) if isinstance(left, list) else left in choices
        return inside if op == "in" else not inside
    try:
        if op == "lt":
            return bool(left < right)
        if op == "le":
            return bool(left <= right)
        if op == "gt":
            return bool(left > right)
        return bool(left >= right)
    except TypeError:
        # A definition that compares a date with a number is refused at publication; an old one must not crash a filing.
        return False
