"""A condition as one line that people can read. Nobody evaluates it: the data beside it is what counts. Pure."""

from __future__ import annotations

import json
from typing import Any

from motcua.eforms.conditions import Comparison, Condition, Junction, parse

SIGNS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "in": "∈", "not_in": "∉"}
#: The ``language`` of what is written: a name that no engine takes for one of its own.
LANGUAGE = "urn:motcua:condition:1"


def readable(data: Any) -> str:
    """``dossier.channel = "online" và (tuoi < 18 hoặc giam_ho có)``. Raises BadCondition."""
    return _words(parse(data))


def _words(condition: Condition, inner: bool = False) -> str:
    if isinstance(condition, Comparison):
        return _comparison(condition)
    if condition.word == "not":
        return f"không ({_words(condition.parts[0])})"
    text = _joined(condition)
    return f"({text})" if inner and len(condition.parts) > 1 else text


def _joined(condition: Junction) -> str:
    word = " và " if condition.word == "all" else " hoặc "
    return word.join(_words(part, inner=True) for part in condition.parts)


def _comparison(condition: Comparison) -> str:
    if condition.op in ("filled", "blank"):
        return f"{condition.field} {'có' if condition.op == 'filled' else 'trống'}"
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    right = condition.other or json.dumps(value, ensure_ascii=False)
    return f"{condition.field} {SIGNS[condition.op]} {right}"
