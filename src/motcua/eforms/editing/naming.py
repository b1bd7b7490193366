"""Who names whom: where a field is named, and all those places when it is called otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from motcua.eforms.fields import FIELD_TYPES

Json = dict[str, Any]
RULES = ("checks", "blocks", "components", "cases", "routes")
"""Rules over several answers; all but `checks` stand under `outcomes`."""

Named = Callable[[str, str], str]
"""Told the word by which a field is named, and its id; gives the id to stand there."""


@dataclass(frozen=True, slots=True)
class Use:
    """Where a field is named: `where` is the id of a field or section, or `checks.0`, `fee`; `word` says by what."""

    where: str
    word: str


def uses(definition: Mapping[str, Any], field_id: str) -> list[Use]:
    """Everything that would name nothing if the field left."""
    found: dict[Use, None] = {}
    for where, part in _parts(deepcopy(dict(definition))):
        # It leaves with what it names itself. A section may have the same id.
        if "type" in part and part["id"] == field_id:
            continue

        def note(word: str, name: str, where: str = where) -> str:
            if name == field_id:
                found[Use(where, word)] = None
            return name

        _name(part, note)
    return list(found)


def renamed(definition: Json, old: str, new: str) -> Json:
    """The field `old` called `new`, wherever it is named: conditions, copies, settings, formulas, rules."""
    made = deepcopy(definition)
    for _, part in list(_parts(made)):
        if part.get("id") == old and "type" in part:
            part["id"] = new
        _name(part, lambda _, name: new if name == old else name)
    return made


def rules(definition: Mapping[str, Any], kind: str) -> list[Json]:
    """The rules of a kind (`RULES`); a list of the definition itself or an empty one."""
    holder = definition if kind == "checks" else definition.get("outcomes") or {}
    found: list[Json] = holder.get(kind) or []
    return found


def _parts(definition: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """(where, part) of everything that may name a field."""
    for section in definition["sections"]:
        yield str(section["id"]), section
        yield from ((str(field["id"]), field) for field in section.get("fields", ()))
    for kind in RULES:
        yield from ((f"{kind}.{place}", rule) for place, rule in enumerate(rules(definition, kind)))
    fee = (definition.get("outcomes") or {}).get("fee")
    if fee:
        yield "fee", fee


def _name(part: Json, change: Named) -> None:
    """Put the names of other fields in a section, field or rule through `change`, in place."""
    for word in ("show_if", "required_if", "if"):
        if word in part:
            part[word] = _condition(part[word], word, change)
    if isinstance(copy := part.get("copy_from"), dict):
        copy["field"] = change("copy_from", str(copy.get("field", "")))
        if "if" in copy:
            copy["if"] = _condition(copy["if"], "copy_from", change)
    if "type" not in part and isinstance(part.get("field"), str):
        part["field"] = change("field", part["field"])
    if isinstance(part.get("formula"), str):
        part["formula"] = _formula(part["formula"], change)
    if isinstance(compute := part.get("compute"), dict) and (of := compute.get("of")):
        compute["of"] = (
            [change("formula", str(one)) for one in of]
            if isinstance(of, list)
            else change("formula", str(of))
        )
    kind = str(part.get("type", "")).partition(":")[0]
    if kind in FIELD_TYPES:
        for name, setting in FIELD_TYPES.get(kind).options.items():
            value = part.get(name)
            if setting.names == "field" and isinstance(value, str) and value not in setting.besides:
                part[name] = change("setting", value)


def _condition(data: Any, word: str, change: Named) -> Any:
    if isinstance(data, str):
        return change(word, data)
    if isinstance(data, list):
        return [_condition(one, word, change) for one in data]
    if not isinstance(data, Mapping):
        return data
    made = {}
    for key, value in data.items():
        if key in ("all", "any", "not"):
            made[key] = _condition(value, word, change)
        else:
            made[key] = change(word, str(value)) if key in ("field", "other") else value
    return made


_WORDS = re.compile(
    r"""(?<!\w)[rRbB]{0,2}(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")   # a text, with its prefix
      | \.\s*[A-Za-z_]\w*                                            # a member
      | (?<!\w)([a-z][a-z0-9_]*)(?!\w|\s*\()                         # a name, not of a function
    """,
    re.VERBOSE | re.DOTALL,
)
_OF_CEL = frozenset({"true", "false", "null", "in"})


def _formula(text: str, change: Named) -> str:
    """Names outside of quotes that are neither a member (`r.ten`) nor a function."""

    def put(found: re.Match[str]) -> str:
        return change("formula", found[1]) if found[1] and found[1] not in _OF_CEL else found[0]

    return _WORDS.sub(put, text)


def names_in(part: Json) -> set[str]:
    """Fields that a section, field or rule names."""
    found: set[str] = set()

    def note(_: str, name: str) -> str:
        found.add(name)
        return name

    _name(deepcopy(part), note)
    return found
