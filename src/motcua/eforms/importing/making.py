"""What both readers make a definition with: ids that fit, notes, and a last look that leaves only what can be published.

Pure. `settle` is the reason why an import always passes `check_definition`: what a reader could not know beforehand (a
circle of conditions, a formula whose types do not fit) is taken out there, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from motcua.eforms.compiled import Problem
from motcua.eforms.forms import check_definition
from motcua.eforms.importing import MAX_DETAIL, MAX_QUESTIONS, Note, Unreadable
from motcua.kernel.text import clean, fold

LONGEST_ID = 64
MOST_COLUMNS = 30
MOST_OPTIONS = 2000
MOST_NOTES = 2000
GENERAL = {"vi": "Thông tin khai", "en": "Details"}
"""Title of a section for questions that stand in none."""
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROUNDS = 40


class Names:
    """Gives ids that fit and are used once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, said: str, fallback: str) -> str:
        """`Họ và tên` → `ho_va_ten`, then `ho_va_ten_2`; an id that fits stays as it is."""
        made = said if _ID.fullmatch(said) else fold(_HUMP.sub(" ", said)).replace(" ", "_")
        if not made:
            made = fallback
        elif not made[0].isalpha():
            made = f"{fallback}_{made}"
        made = made[:LONGEST_ID].rstrip("_") if len(made) > LONGEST_ID else made
        name, number = made, 1
        while name in self._taken:
            number += 1
            end = f"_{number}"
            name = made[: LONGEST_ID - len(end)] + end
        self._taken.add(name)
        return name


class Notes:
    """Gathers notes, each once, in their order."""

    def __init__(self) -> None:
        self._said: dict[Note, None] = {}

    def add(self, code: str, where: str = "", detail: Any = "") -> None:
        if len(self._said) < MOST_NOTES:
            self._said.setdefault(Note(code, where, clean(str(detail)[: 2 * MAX_DETAIL])[:MAX_DETAIL]))

    def all(self) -> tuple[Note, ...]:
        return tuple(self._said)


def tidy_words(said: Any, *, longest: int = 5000) -> str:
    """A wording as one line without marks of formatting."""
    return clean(re.sub(r"</?[a-zA-Z][^<>]{0,200}>", " ", str(said)[:longest]))


def human(name: str) -> str:
    """`dateOfBirth` → `Date of birth`: what stands in for a wording that is missing."""
    words = clean(re.sub(r"[_\-.]+", " ", _HUMP.sub(" ", name)))[:200]
    return (words[:1].upper() + words[1:].lower()) if words else "?"


def joined(conditions: list[Any]) -> Any:
    """All of them, as one condition; None for none."""
    if not conditions:
        return None
    if len(conditions) == 1:
        return conditions[0]
    parts: list[Any] = []
    for one in conditions:
        inner = one["all"] if isinstance(one, dict) and set(one) == {"all"} else [one]
        parts += [part for part in inner if part not in parts]
    return {"all": parts} if len(parts) > 1 else parts[0]


# --- the last look ------------------------------------------------------------------------------------------------------


def settle(definition: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """The definition without what can't be published. Raises Unreadable when nothing is left."""
    if sum(len(section["fields"]) for section in definition["sections"]) > MAX_QUESTIONS:
        raise Unreadable("too_many_questions", str(MAX_QUESTIONS))
    for _ in range(_ROUNDS):
        _without_empty(definition, notes)
        problems = check_definition(definition)
        if not problems:
            return definition
        _without_checks({problem.where for problem in problems}, definition, notes)
        for problem in problems:
            if not problem.where.startswith("checks"):
                _mend(definition, problem, notes)
    raise Unreadable("no_questions")


def _without_empty(definition: dict[str, Any], notes: Notes) -> None:
    kept = []
    for section in definition["sections"]:
        if section["fields"]:
            kept.append(section)
        else:
            notes.add("group_empty", "", section["title"]["vi"])
    definition["sections"] = kept
    if not any(True for section in kept for field in section["fields"] if field["type"] not in _SILENT):
        raise Unreadable("no_questions")


def _without_checks(places: set[str], definition: dict[str, Any], notes: Notes) -> None:
    kept = []
    for place, check in enumerate(definition.get("checks", ())):
        if any(f"{where}.".startswith(f"checks.{place}.") for where in places):
            notes.add("constraint_left_out", check["field"], sentence(check["if"]))
        else:
            kept.append(check)
    if "checks" in definition:
        definition["checks"] = kept


_SILENT = frozenset({"heading", "explanation", "computed"})
_CONDITIONS = frozenset(
    {"bad_condition", "condition_value", "condition_type", "condition_inside", "officer_field"}
)


def _mend(definition: dict[str, Any], problem: Problem, notes: Notes) -> None:
    if problem.code == "cycle":
        for name in problem.detail.split(", "):
            _break_circle(definition, name, notes)
        return
    path = problem.where.split(".")
    section = _section(definition, path)
    if section is None:
        raise Unreadable("no_questions")
    field = _field(section, path)
    if field is None:
        _unbind(section, notes)
        return
    conditional = "show_if" in field or "required_if" in field
    if conditional and (
        problem.code in _CONDITIONS or (problem.code == "unknown_field" and field["type"] != "computed")
    ):
        _unbind(field, notes)
    elif field["type"] == "computed":
        _drop(section, field, notes, "calculation_left_out", str(field.get("formula", "")))
    else:
        _drop(section, field, notes, "question_left_out", f"{problem.code} {problem.detail}")


def _break_circle(definition: dict[str, Any], name: str, notes: Notes) -> None:
    for section, field in _fields(definition):
        if field["id"] == name:
            _unbind(field, notes)
            _unbind(section, notes)
            if field["type"] == "computed":
                _drop(section, field, notes, "calculation_left_out", str(field.get("formula", "")))


def _fields(definition: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for section in definition["sections"]:
        for field in tuple(section["fields"]):
            yield section, field


def _section(definition: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    """Problems name a section by its id, those of its shape by its place."""
    if len(path) < 2 or path[0] != "sections":
        return None
    return _named(definition["sections"], path[1])


def _field(section: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    if len(path) < 4:
        return None
    return _named(section["fields"], path[3])


def _named(parts: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((part for place, part in enumerate(parts) if name in (part["id"], str(place))), None)


def _unbind(target: dict[str, Any], notes: Notes) -> None:
    for word, code in (("show_if", "condition_left_out"), ("required_if", "required_left_out")):
        if word in target:
            notes.add(code, target["id"], sentence(target.pop(word)))


def _drop(section: dict[str, Any], field: dict[str, Any], notes: Notes, code: str, detail: str) -> None:
    section["fields"] = [one for one in section["fields"] if one is not field]
    notes.add(code, field["id"], detail)


_SIGNS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "in": "∈", "not_in": "∉", "filled": "≠ ∅", "blank": "= ∅"}  # fmt: skip


def sentence(condition: Any) -> str:
    """A condition in signs, when the form it belongs to can't word it: `ten = Lan ∧ tuoi ≥ 18`."""
    if not isinstance(condition, dict):
        return str(condition)
    for word, mark in (("all", " ∧ "), ("any", " ∨ ")):
        if word in condition:
            return "(" + mark.join(sentence(part) for part in condition[word]) + ")"
    if "not" in condition:
        return f"¬ {sentence(condition['not'])}"
    right = condition.get("other", condition.get("value", ""))
    return f"{condition.get('field')} {_SIGNS.get(condition.get('op', 'eq'), '?')} {right}".strip()
