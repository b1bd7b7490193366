"""What can be shown of an unfinished form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from motcua.eforms.compiled import Form, Problem
from motcua.eforms.editing.parts import Json
from motcua.eforms.forms import check_definition, load_definition

_ROUNDS = 30
_OF_CONDITIONS = frozenset(
    {
        "unknown_field",
        "officer_field",
        "bad_condition",
        "condition_type",
        "condition_value",
        "condition_inside",
        "copy_type",
    }
)
_CONDITIONS = ("show_if", "required_if", "copy_from")


def drawable(definition: Mapping[str, Any]) -> tuple[Form | None, tuple[str, ...]]:
    """The form without what is wrong in it, and the ids of the fields left out; None when nothing can be drawn."""
    made: Json = deepcopy(dict(definition))
    left_out: dict[str, None] = {}
    for _ in range(_ROUNDS):
        made["sections"] = [section for section in made["sections"] if section.get("fields")]
        if not made["sections"]:
            break
        found = check_definition(made)
        if not found:
            return load_definition(made), tuple(left_out)
        for problem in found:
            left_out |= dict.fromkeys(_leave_out(made, problem))
    return None, tuple(left_out)


def _leave_out(made: Json, problem: Problem) -> list[str]:
    """Take away what a problem is about, in place; the fields that left."""
    head, *rest = problem.where.split(".")
    if head == "sections" and len(rest) >= 3:
        if problem.code in _OF_CONDITIONS and _without_conditions(made, rest[2]):
            return []
        return _drop(made, {rest[2]})
    if head == "sections" and rest:
        for section in made["sections"]:
            if section["id"] == rest[0]:
                section.pop("show_if", None)
                section["title"] = section.get("title") or {"vi": "–"}
    elif head == "fields":
        return _drop(made, {name.strip() for name in problem.detail.split(",")})
    elif head in ("checks", "outcomes"):
        made.pop(head, None)
    elif not head:
        made["title"] = made.get("title") or {"vi": "–"}
    return []


def _without_conditions(made: Json, name: str) -> bool:
    """Let a question stand without its conditions; whether it had any."""
    found = False
    for section in made["sections"]:
        for field in section.get("fields", ()):
            if field["id"] == name:
                for word in _CONDITIONS:
                    found = field.pop(word, None) is not None or found
    return found


def _drop(made: Json, names: set[str]) -> list[str]:
    gone = []
    for section in made["sections"]:
        fields = section.get("fields", [])
        gone += [str(field["id"]) for field in fields if field["id"] in names]
        section["fields"] = [field for field in fields if field["id"] not in names]
    return gone
