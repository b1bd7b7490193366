"""What can be shown of an unfinished form. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from motcua.eforms.compiled import Form, Problem
from motcua.eforms.editing.naming import RULES, names_in, rules
from motcua.eforms.editing.parts import ID, Json, free_id
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.forms import check_definition, load_definition

_ROUNDS = 30
_NAMES = frozenset({"unknown_field", "officer_field"})
_OF_CONDITIONS = frozenset({"bad_condition", "condition_type", "condition_value", "condition_inside"})
_CONDITIONS = ("show_if", "required_if", "copy_from")
_UNTITLED = {"vi": "–"}


def drawable(definition: Mapping[str, Any]) -> tuple[Form | None, tuple[str, ...]]:
    """The form without what is wrong in it, and the ids of the fields left out; None when nothing can be drawn."""
    made: Json = deepcopy(dict(definition))
    made["key"] = made.get("key") or "-"
    left_out = dict.fromkeys(_told_apart(made))
    for _ in range(_ROUNDS):
        made["sections"] = [section for section in made["sections"] if section.get("fields")]
        if not made["sections"]:
            break
        found = check_definition(made)
        if not found:
            return load_definition(made), tuple(left_out)
        before = deepcopy(made)
        # One at each place: with what the first is about, the second may be gone. So may a circle, when the rest is mended.
        first = {one.where: one for one in reversed(found) if one.code != "cycle"}
        for problem in reversed(first.values()) if first else found:
            left_out |= dict.fromkeys(_leave_out(made, problem))
        _drop_rules(made, {problem.where for problem in found})
        if made == before:
            break
    return None, tuple(left_out)


def _told_apart(made: Json) -> list[str]:
    """Problems are told by ids: give sections their own, and leave out fields without one, in place; the fields that left."""
    gone, sections, seen = [], set[str](), set[str]()
    for section in made.setdefault("sections", []):
        name = str(section.get("id", ""))
        if name in sections or not ID.fullmatch(name):
            section["id"] = name = free_id(
                name, sections | {str(s.get("id")) for s in made["sections"]}, "phan"
            )
        sections.add(name)
        kept = []
        for field in section.get("fields", ()):
            name = str(field["id"])
            if name in seen or not ID.fullmatch(name):
                gone.append(name)
            else:
                kept.append(field)
            seen.add(name)
        section["fields"] = kept
    return gone


def _leave_out(made: Json, problem: Problem) -> list[str]:
    """Take away what a problem of a field, a section or the form is about, in place; the fields that left."""
    head, *rest = problem.where.split(".")
    if head == "sections" and len(rest) >= 3:
        return _mend_field(made, problem, rest[2], rest[4] if len(rest) >= 5 else "")
    if head == "sections" and rest:
        for section in made["sections"]:
            if section["id"] == rest[0]:
                _mend_words(section, problem, "show_if")
    elif head == "fields":
        return _drop(made, {name.strip() for name in problem.detail.split(",")})
    elif not head:
        _mend_words(made, problem)
    return []


def _mend_words(part: Json, problem: Problem, *conditions: str) -> None:
    """A section or the form itself stays, without what is wrong."""
    if problem.code == "no_title":
        part["title"] = _UNTITLED
    elif problem.code == "unknown_option":
        part.pop(problem.detail, None)
    else:
        for word in conditions:
            part.pop(word, None)


def _mend_field(made: Json, problem: Problem, name: str, column: str) -> list[str]:
    """Let a question stand without the condition or setting that is wrong; else it leaves, or the column it is about."""
    fields = [field for section in made["sections"] for field in section["fields"] if field["id"] == name]
    columns = fields[0].get("columns", []) if fields and column else []
    for part in [one for one in columns if one["id"] == column] if column else fields:
        words = [word for word in _at_fault(part, problem) if word in part]
        for word in words:
            del part[word]
        if words:
            return []
    if len(columns) > 1 and any(one["id"] == column for one in columns):
        fields[0]["columns"] = [one for one in columns if one["id"] != column]
        return []
    return _drop(made, {name})


def _at_fault(part: Json, problem: Problem) -> list[str]:
    """Words of a field that a problem is about and without which it may stand."""
    if problem.code in _NAMES:
        kind = str(part.get("type", "")).partition(":")[0]
        settings = FIELD_TYPES.get(kind).options if kind in FIELD_TYPES else {}
        naming = [*_CONDITIONS, *(word for word, one in settings.items() if one.names == "field")]
        return [word for word in naming if word in part and problem.detail in _named_by(part, word)]
    if problem.code in _OF_CONDITIONS:
        return [word for word in _CONDITIONS if word in part]
    if problem.code == "copy_type":
        return ["copy_from"]
    return [problem.detail] if problem.code == "unknown_option" else []


def _named_by(part: Json, word: str) -> set[str]:
    return names_in({"type": part.get("type", ""), word: part[word]})


def _drop_rules(made: Json, wrong: Iterable[str]) -> None:
    """Rules stand by themselves: one that is wrong does not take the others along."""
    for kind in RULES:
        path = kind if kind == "checks" else f"outcomes.{kind}"
        found = rules(made, kind)
        found[:] = [rule for place, rule in enumerate(found) if f"{path}.{place}" not in wrong]
    if "outcomes.fee" in wrong:
        made["outcomes"].pop("fee", None)


def _drop(made: Json, names: set[str]) -> list[str]:
    gone = []
    for section in made["sections"]:
        gone += [str(field["id"]) for field in section["fields"] if field["id"] in names]
        section["fields"] = [field for field in section["fields"] if field["id"] not in names]
    return gone
