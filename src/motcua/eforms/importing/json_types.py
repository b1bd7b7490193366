"""What a schema of JSON Schema asks, as the type and settings of a question. Pure.

The schemas that our own types write are known again: a type that is added to `eforms.fields` is, too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeGuard

from motcua.eforms.choices import Text
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import Field
from motcua.eforms.fields.numbers import Number
from motcua.eforms.formulas import fits, pattern_fault
from motcua.eforms.importing.bounds import mask_of
from motcua.eforms.importing.making import MOST_OPTIONS, Notes, tidy_words
from motcua.eforms.reference import NAMES, reference

Schema = Mapping[str, Any]
LONG_TEXT = 255
SEARCHED_FROM = 16
"""A list of so many options is found by typing."""
_FORMATS = {
    "date": "date",
    "time": "time",
    "email": "email",
    "idn-email": "email",
    "binary": "file",
    "data-url": "file",
}
#: Said by JSON Schema about itself, or for programs only.
IGNORED = frozenset(
    {"$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "title", "description", "type",
     "examples", "example", "additionalProperties", "unevaluatedProperties", "writeOnly", "readOnly", "default",
     "enum", "const", "uniqueItems", "$ref", "required", "id"}
)  # fmt: skip
_HANDLED: Mapping[str, frozenset[str]] = {
    "text": frozenset({"minLength", "maxLength", "pattern", "format", "contentMediaType", "contentEncoding"}),
    "numbers": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"}),
    "choice": frozenset({"oneOf", "anyOf", "minLength", "maxLength"}),
    "choices": frozenset({"items", "minItems", "maxItems"}),
}


def leftover(node: Schema, handled: Iterable[str], where: str, notes: Notes) -> None:
    """A note for every keyword that nobody looked at."""
    for word in sorted(set(node) - IGNORED - set(handled)):
        if not word.startswith(("x-", "ui:")):
            notes.add("keyword_left_out", where, word)


def named(node: Schema) -> str:
    """`object`, `array`, `string` … of a schema, guessed from its other words where it does not say; empty for several."""
    said = node.get("type")
    kinds = [kind for kind in said if kind != "null"] if isinstance(said, list) else [said] if said else []
    if len(kinds) == 1:
        return str(kinds[0])
    if kinds:
        return ""
    for word, kind in (
        ("properties", "object"), ("items", "array"), ("minimum", "number"), ("maximum", "number"), ("pattern", "string"),
        ("format", "string"), ("maxLength", "string"), ("minLength", "string"),
    ):  # fmt: skip
        if word in node:
            return kind
    return ""


# --- our own types, known again ---------------------------------------------------------------------------------------------


@cache
def _own() -> tuple[dict[str, str], dict[frozenset[str], str]]:
    """Types by the schema of a single value, and by the names of their pieces."""
    single: dict[str, str] = {}
    pieces: dict[frozenset[str], str] = {}
    for kind in FIELD_TYPES:
        if not kind.asks:
            continue
        schema = kind.json_schema(Field("f", kind, Text("F")))
        if schema.get("properties"):
            pieces.setdefault(frozenset(schema["properties"]), kind.key)
        elif "pattern" in schema or "format" in schema:
            # Lengths alone tell nothing: many a schema has a text of at most a hundred signs.
            single.setdefault(_signature(schema), kind.key)
    return single, pieces


def _signature(node: Schema) -> str:
    said = {word: node[word] for word in ("type", "pattern", "format") if isinstance(node.get(word), str)}
    return json.dumps(said, sort_keys=True)


def own_pieces(node: Schema) -> str:
    """The key of our type of named pieces (`address`, `id_paper` …) that writes such an object, or nothing."""
    properties = node.get("properties")
    if not isinstance(properties, Mapping) or node.get("additionalProperties") is not False:
        return ""
    return _own()[1].get(frozenset(map(str, properties)), "")


# --- single values ------------------------------------------------------------------------------------------------------------


def fill(node: Schema, made: dict[str, Any], notes: Notes) -> bool:
    """Type and settings of a value that is no object; False when it is left out, which a note then says."""
    where = made["id"]
    if node.get("readOnly") is True:
        notes.add("read_only_left_out", "", made["label"]["vi"])
        return False
    if "const" in node:
        if node["const"] is True:
            made["type"] = "declaration"
            return True
        notes.add("fixed_left_out", "", f"{made['label']['vi']}: {node['const']}")
        return False
    if node.get("default") not in (None, "", [], {}):
        notes.add("default_left_out", where, node["default"])
    found = listed(node)
    if found is not None:
        return _choice(node, found, "code", made, notes)
    if "oneOf" in node or "anyOf" in node:
        notes.add("alternatives_left_out", "", made["label"]["vi"])
        return False
    match named(node):
        case "boolean":
            made["type"] = "bool"
            leftover(node, (), where, notes)
        case "integer" | "number" as kind:
            _number(node, kind, made, notes)
        case "string":
            return _text(node, made, notes)
        case "array":
            return _choices(node, made, notes)
        case "null":
            notes.add("type_left_out", "", f"null: {made['label']['vi']}")
            return False
        case _:
            made["type"] = "text"
            notes.add("type_changed", where, f"{node.get('type') or '?'} → text")
            leftover(node, (), where, notes)
    return True


def _number(node: Schema, kind: str, made: dict[str, Any], notes: Notes) -> None:
    low, high = _bound(node, "minimum", made, notes), _bound(node, "maximum", made, notes)
    made["type"] = "int" if kind == "integer" else "number"
    if kind == "integer":
        if high == _numbers("money").highest:
            made["type"] = "money"
        low = math.ceil(low) if low is not None else None
        high = math.floor(high) if high is not None else None
    usual = _numbers(made["type"])
    # What our own schema says where nobody set a bound.
    if low is not None and (low, high) != (usual.lowest, usual.highest):
        made["min"] = low
    if high is not None and high != usual.highest:
        made["max"] = high
    leftover(node, _HANDLED["numbers"], made["id"], notes)


def _numbers(kind: str) -> Number:
    found = FIELD_TYPES.get(kind)
    assert isinstance(found, Number)
    return found


def _bound(node: Schema, word: str, made: dict[str, Any], notes: Notes) -> int | float | None:
    found = node.get(word)
    strict = node.get(f"exclusive{word.capitalize()}")
    if is_number(strict):
        if named(node) == "integer":
            step = 1 if word == "minimum" else -1
            return int(math.floor(strict) + 1 if step == 1 else math.ceil(strict) - 1)
        notes.add("bound_loosened", made["id"], strict)
        found = strict
    if not is_number(found) or abs(found) > 10**15:
        return None
    return found


def is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(node: Schema, made: dict[str, Any], notes: Notes) -> bool:
    where, form = made["id"], node.get("format")
    made["type"] = _own()[0].get(_signature(node), "")
    if not made["type"] and (
        isinstance(form, str) or node.get("contentMediaType") or node.get("contentEncoding")
    ):
        if form == "date-time":
            made["type"] = "date"
            notes.add("time_left_out", where)
        else:
            made["type"] = _FORMATS.get(str(form), "") if form else "file"
            if not made["type"]:
                notes.add("format_left_out", where, form)
    if made["type"] == "file":
        made["component"] = where
        notes.add("component_to_choose", where, where)
    longest = node.get("maxLength")
    if not made["type"]:
        made["type"] = "text"
        if is_number(longest) and longest > 0:
            if longest > LONG_TEXT:
                made["type"] = "textarea"
            if longest not in (LONG_TEXT, 2000):
                made["max_length"] = int(min(longest, 20_000))
        _pattern(node, made, notes)
        shortest = node.get("minLength")
        if is_number(shortest) and shortest > 1:
            notes.add("constraint_left_out", where, f"minLength {shortest}")
    leftover(node, _HANDLED["text"], where, notes)
    return True


def _pattern(node: Schema, made: dict[str, Any], notes: Notes) -> None:
    pattern = node.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        return
    whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    if whole and made["type"] == "text" and (mask := mask_of(pattern)):
        made["mask"] = mask
        return
    ours = pattern.removeprefix("^").removesuffix("$") if whole else f".*(?:{pattern}).*"
    given: list[Any] = [node.get("example")]
    given += node["examples"] if isinstance(node.get("examples"), list) else []
    example = next((one for one in given if isinstance(one, str) and 0 < len(one) <= 200), "")
    if made["type"] == "text" and example and not pattern_fault(ours) and fits(ours, example):
        made.update(pattern=ours, example=example)
    else:
        notes.add("pattern_needs_example", made["id"], pattern)


# --- lists ------------------------------------------------------------------------------------------------------------------------


def listed(node: Schema) -> list[tuple[Any, str]] | None:
    """(value, wording) of an `enum`, or of a `oneOf` of constants with titles; None when it is no list."""
    for word in ("oneOf", "anyOf"):
        parts = node.get(word)
        if isinstance(parts, list) and parts and all(isinstance(p, Mapping) and "const" in p for p in parts):
            return [
                (part["const"], tidy_words(part.get("title") or part.get("description") or ""))
                for part in parts
            ]
    if isinstance(node.get("enum"), list):
        names = node.get("enumNames") or node.get("x-enumNames") or ()
        titles = [tidy_words(name) for name in names] if isinstance(names, list) else []
        return [(value, titles[i] if i < len(titles) else "") for i, value in enumerate(node["enum"])]
    return None


def code_of(value: Any) -> str:
    """How a constant is written as the code of an option; empty for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return tidy_words(value)[:200]
    return str(value) if is_number(value) else ""


def _choice(
    node: Schema, found: list[tuple[Any, str]], kind: str, made: dict[str, Any], notes: Notes
) -> bool:
    values = [(code_of(value), title) for value, title in found]
    if not all(code for code, _ in values) and any(
        value not in ("", None) and not code_of(value) for value, _ in found
    ):
        notes.add("keyword_left_out", made["id"], "enum")
    values = list({code: (code, title) for code, title in reversed(values) if code}.values())[::-1]
    where = made["id"]
    if not values:
        notes.add("alternatives_left_out", "", made["label"]["vi"])
        return False
    if len(values) > MOST_OPTIONS:
        notes.add("too_many_options", "", made["label"]["vi"])
        return False
    made["type"] = kind
    known = _reference(frozenset(code for code, _ in values)) if not any(title for _, title in values) else ""
    if kind == "code" and len(values) >= SEARCHED_FROM:
        made["type"] = "reference"
    if known:
        made["reference"] = known
    else:
        made["options"] = [{"code": code, "label": {"vi": title or code}} for code, title in values]
        bare = [code for code, title in values if not title]
        if bare:
            notes.add("option_label_missing", where, ", ".join(bare))
    leftover(
        node, (*_HANDLED["choice"], "enumNames") if kind == "code" else _HANDLED["choices"], where, notes
    )
    return True


@cache
def _references() -> dict[frozenset[str], str]:
    return {frozenset(reference(name).by_code): name for name in NAMES}


def _reference(codes: frozenset[str]) -> str:
    return _references().get(codes, "") if len(codes) > 1 else ""


def _choices(node: Schema, made: dict[str, Any], notes: Notes) -> bool:
    items = node.get("items")
    found = listed(items) if isinstance(items, Mapping) else None
    if found is None:
        notes.add("type_left_out", "", f"array: {made['label']['vi']}")
        return False
    for word, side in (("minItems", "min"), ("maxItems", "max")):
        if isinstance(node.get(word), int) and 1 <= node[word] <= 100:
            made[side] = int(node[word])
    return _choice(node, found, "multi", made, notes)


def plain_words(text: Any) -> str:
    return tidy_words(text) if isinstance(text, str) else ""
