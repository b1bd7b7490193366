"""Sections and fields of a definition: found, added, changed, moved. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from motcua.eforms.editing.naming import renamed
from motcua.eforms.fields import FIELD_TYPES
from motcua.kernel.text import fold

Json = dict[str, Any]
Wording = Mapping[str, str]

ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


class NoSuchPart(KeyError):
    """A section, field or rule that is not (any more) in the definition."""


def skeleton(key: str, title: Wording) -> Json:
    """A form that asks nothing yet."""
    return {"key": key, "title": dict(title), "source": "", "layout": "sections", "sections": []}


# --- finding --------------------------------------------------------------------------------------------------------


def fields(definition: Mapping[str, Any]) -> Iterator[tuple[Json, Json]]:
    """(section, field), in the order of the form; columns are not among them."""
    for section in definition["sections"]:
        for field in section.get("fields", ()):
            yield section, field


def ids(definition: Mapping[str, Any]) -> list[str]:
    return [str(field["id"]) for _, field in fields(definition)]


def section_of(definition: Mapping[str, Any], section_id: str) -> Json:
    """Raises NoSuchPart."""
    found: Json = definition["sections"][section_place(definition, section_id)]
    return found


def field_of(definition: Mapping[str, Any], path: str) -> Json:
    """Raises NoSuchPart."""
    siblings, place = _siblings(definition, path)
    return siblings[place]


def home_of(definition: Mapping[str, Any], field_id: str) -> str:
    """The section a field stands in. Raises NoSuchPart."""
    for section, field in fields(definition):
        if field["id"] == field_id:
            return str(section["id"])
    raise NoSuchPart(field_id)


def _siblings(definition: Mapping[str, Any], path: str) -> tuple[list[Json], int]:
    """The list a field stands in, and its place there."""
    name, _, column = path.partition(".")
    for section in definition["sections"]:
        for place, field in enumerate(section.get("fields", ())):
            if field["id"] != name:
                continue
            if not column:
                return section["fields"], place
            inner = field.get("columns", [])
            for number, one in enumerate(inner):
                if one["id"] == column:
                    return inner, number
    raise NoSuchPart(path)


def section_place(definition: Mapping[str, Any], section_id: str) -> int:
    for place, section in enumerate(definition["sections"]):
        if section["id"] == section_id:
            return place
    raise NoSuchPart(section_id)


def free_id(label: str, taken: Iterable[str], fallback: str = "cau_hoi") -> str:
    """An id made of a label that none has yet: `ho_va_ten`, `ho_va_ten_2`."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40].strip("_")
    if not ID.fullmatch(base):
        base = fallback
    used, name, number = set(taken), base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name


# --- sections and fields --------------------------------------------------------------------------------------------


def add_section(definition: Json, title: Wording, *, after: str = "") -> tuple[Json, str]:
    """A new, empty section behind another, or at the end; its id."""
    made = deepcopy(definition)
    name = free_id(title.get("vi", ""), [s["id"] for s in made["sections"]], "phan")
    place = section_place(made, after) + 1 if after else len(made["sections"])
    made["sections"].insert(place, {"id": name, "title": dict(title), "fields": []})
    return made, name


def add_field(
    definition: Json, kind: str, label: Wording, *, section: str, place: int | None = None
) -> tuple[Json, str]:
    """A new field of a kind at a place of a section, or at its end; its id."""
    made = deepcopy(definition)
    name = free_id(label.get("vi", ""), ids(made))
    siblings = section_of(made, section).setdefault("fields", [])
    siblings.insert(len(siblings) if place is None else place, _new_field(name, kind, label))
    return made, name


def add_column(definition: Json, parent: str, kind: str, label: Wording) -> tuple[Json, str]:
    """A new field inside a table or group; its path."""
    made = deepcopy(definition)
    columns = field_of(made, parent).setdefault("columns", [])
    name = free_id(label.get("vi", ""), [column["id"] for column in columns], "cot")
    columns.append(_new_field(name, kind, label))
    return made, f"{parent}.{name}"


def _new_field(name: str, kind: str, label: Wording) -> Json:
    if kind not in FIELD_TYPES:
        raise NoSuchPart(kind)
    field: Json = {"id": name, "type": kind, "label": dict(label)}
    if FIELD_TYPES.get(kind).asks:
        field["required"] = True
    return field


def put_field(definition: Json, path: str, field: Mapping[str, Any]) -> Json:
    """A field as it is now; one with another id is renamed wherever it is named."""
    made = deepcopy(definition)
    siblings, place = _siblings(made, path)
    old = str(siblings[place]["id"])
    siblings[place] = deepcopy(dict(field))
    if "." not in path and field["id"] != old:
        return renamed(made, old, str(field["id"]))
    return made


def put_section(definition: Json, section_id: str, section: Mapping[str, Any]) -> Json:
    """A section's own words; its fields stay. Raises NoSuchPart."""
    made = deepcopy(definition)
    place = section_place(made, section_id)
    kept = made["sections"][place].get("fields", [])
    made["sections"][place] = {**deepcopy(dict(section)), "fields": kept}
    return made


def put_settings(definition: Json, **words: Any) -> Json:
    """Words of the form itself: title, source, layout."""
    return {**deepcopy(definition), **deepcopy(words)}


def without_field(definition: Json, path: str) -> Json:
    made = deepcopy(definition)
    siblings, place = _siblings(made, path)
    del siblings[place]
    return made


def without_section(definition: Json, section_id: str) -> Json:
    """Without a section and all it asks."""
    made = deepcopy(definition)
    del made["sections"][section_place(made, section_id)]
    return made


def duplicated(definition: Json, path: str) -> tuple[Json, str]:
    """A copy of a field behind it, under an id of its own; its path."""
    made = deepcopy(definition)
    siblings, place = _siblings(made, path)
    parent, dot, name = path.rpartition(".")
    taken = [one["id"] for one in siblings] if dot else ids(made)
    copy = {**deepcopy(siblings[place]), "id": free_id(name, taken)}
    siblings.insert(place + 1, copy)
    return made, f"{parent}{dot}{copy['id']}"


# --- order ----------------------------------------------------------------------------------------------------------


def moved(definition: Json, path: str, by: int) -> Json:
    """A field a place up or down; over the edge of its section, into the next one."""
    made = deepcopy(definition)
    siblings, place = _siblings(made, path)
    if 0 <= place + by < len(siblings):
        siblings.insert(place + by, siblings.pop(place))
    elif "." not in path:
        here = section_place(made, home_of(made, path))
        if 0 <= here + by < len(made["sections"]):
            into = made["sections"][here + by].setdefault("fields", [])
            into.insert(0 if by > 0 else len(into), siblings.pop(place))
    return made


def section_moved(definition: Json, section_id: str, by: int) -> Json:
    made = deepcopy(definition)
    place = section_place(made, section_id)
    if 0 <= place + by < len(made["sections"]):
        made["sections"].insert(place + by, made["sections"].pop(place))
    return made


def arranged(definition: Json, order: Iterable[tuple[str, str]]) -> Json:
    """Fields in another order, as (section, field). Raises NoSuchPart when these are not the fields it has."""
    made = deepcopy(definition)
    wanted = list(order)
    homes: dict[str, list[Json]] = {str(section["id"]): [] for section in made["sections"]}
    if sorted(name for _, name in wanted) != sorted(ids(made)) or {s for s, _ in wanted} - homes.keys():
        raise NoSuchPart("order")
    # An unfinished form may have an id twice: each of the two has its place.
    known: dict[str, list[Json]] = {}
    for _, field in fields(made):
        known.setdefault(str(field["id"]), []).append(field)
    for where, name in wanted:
        homes[where].append(known[name].pop(0))
    for section in made["sections"]:
        section["fields"] = homes.pop(str(section["id"]), [])
    return made
