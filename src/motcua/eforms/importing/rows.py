"""Rows of an XLSForm as pyxform leaves them: what their types and looks are to us, and how to get at their parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: Their type → ours, and settings that go with it.
TYPES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "text": ("text", {}),
    "string": ("text", {}),
    "integer": ("int", {}),
    "int": ("int", {}),
    "decimal": ("number", {}),
    "range": ("number", {}),
    "date": ("date", {}),
    "time": ("time", {}),
    "datetime": ("date", {}),
    "select one": ("code", {}),
    "select all that apply": ("multi", {}),
    "note": ("explanation", {}),
    "calculate": ("computed", {}),
    "geopoint": ("map", {"shape": "point"}),
    "geoshape": ("map", {"shape": "area"}),
    "photo": ("file", {}),
    "file": ("file", {}),
    "acknowledge": ("declaration", {}),
    "trigger": ("declaration", {}),
}
METADATA = frozenset(
    {"start", "end", "today", "deviceid", "device id", "subscriberid", "simserial", "phonenumber", "username", "email",
     "audit", "start-geopoint", "background-geopoint", "background-audio", "hidden", "uri:deviceid"}
)  # fmt: skip
#: Looks that change nothing about what is asked.
HARMLESS = frozenset(
    {"field-list", "quick", "compact", "horizontal", "horizontal-compact", "columns", "columns-pack", "columns-flex",
     "likert", "label", "list-nolabel", "table-list", "list", "no-buttons", "no-ticks", "vertical", "picker", "rating",
     "placement-map", "maps", "no-calendar", "thousands-sep", "minimal", "autocomplete", "multiline", "numbers",
     "month-year", "year", "new", "new-front", "new-rear", "annotate", "summary", "pages", "logo", "theme-grid"}
)  # fmt: skip


def name_of(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or "")


def bind_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    bind = row.get("bind")
    return bind if isinstance(bind, Mapping) else {}


def children_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [child for child in row.get("children") or () if isinstance(child, Mapping)]


def looks_of(row: Mapping[str, Any]) -> set[str]:
    control = row.get("control")
    said = str(control.get("appearance") or "") if isinstance(control, Mapping) else ""
    # `search('…')` and `ex:app(…)` are one word each, with everything in their brackets.
    return {re.sub(r"\(.*$", "(…)", word) for word in re.findall(r"[^\s(]+(?:\([^)]*\))?", said)}


def added(label: Any) -> bool:
    return label == "Other" or (
        isinstance(label, Mapping) and bool(label) and set(label.values()) == {"Other"}
    )


def everything(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in children_of(row):
        yield child
        yield from everything(child)


def found(tree: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((row for row in everything(tree) if row.get("name") == name), None)


def counts(tree: Mapping[str, Any], name: str) -> bool:
    """Whether pyxform made this row itself, to hold how often a repeat repeats."""
    said = f"${{{name}}}"
    return any(
        (row.get("control") or {}).get("jr:count") == said
        for row in everything(tree)
        if row.get("type") == "repeat"
    )
