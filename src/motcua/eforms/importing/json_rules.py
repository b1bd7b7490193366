"""`if`/`then`/`else`, `dependentRequired` and their like as conditions of our questions. Pure.

A schema says "not invalid" where a form says "answered so": `if` without `required` also holds when nothing was answered.
Ours holds only for an answer, which is what authors mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.importing.expressions import Inexpressible
from motcua.eforms.importing.json_types import Schema, code_of, is_number
from motcua.eforms.importing.making import human, joined, sentence

if TYPE_CHECKING:
    from motcua.eforms.importing.json_schema import Place, _Reader

_SAID_FOR_READERS = frozenset({"title", "description", "$comment", "type", "required", "properties"})
_COMPARED = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}


def apply(
    reader: _Reader, rules: list[tuple[Schema, tuple[str, ...]]], place: Place, *, within: Any = None
) -> None:
    """Carry out the rules of an object whose questions are made. `within` holds for all of them."""
    for node, trail in rules:
        if "if" in node:
            try:
                condition = condition_of(reader, node["if"], place.path)
            except Inexpressible:
                condition = None
            for word in ("then", "else"):
                if word in node:
                    held = condition if word == "then" or condition is None else negated(condition)
                    branch(reader, node[word], trail, place, held, within, str(node["if"]))
        for word in ("dependentRequired", "dependentSchemas", "dependencies"):
            said = node.get(word)
            for name, asked in said.items() if isinstance(said, Mapping) else ():
                field = reader.made.get((*place.path, str(name)))
                filled = {"field": field["id"], "op": "filled"} if field is not None else None
                more = {"required": asked} if isinstance(asked, list) else asked
                branch(reader, more, trail, place, filled, within, f"{name}")


def negated(condition: Any) -> Any:
    return condition["not"] if set(condition) == {"not"} else {"not": condition}


def branch(
    reader: _Reader, node: Any, trail: tuple[str, ...], place: Place, condition: Any, within: Any, said: str
) -> None:
    """Questions that only a branch has show by its condition; those that it requires are required by it."""
    shape = reader.peek(node, trail, "then")
    if shape is None:
        return
    for name, (inner, inner_trail) in shape.properties.items():
        known = reader.made.get((*place.path, name))
        if known is not None:
            narrowed(reader, known, inner, condition, name)
            continue
        found = reader.peek(inner, inner_trail, name)
        if found is None:
            continue
        show = joined([part for part in (within, condition) if part is not None])
        before = len(place.section["fields"])
        reader.question(name, found, place, required=name in shape.required, show=show)
        if condition is None:
            for field in place.section["fields"][before:]:
                reader.notes.add("condition_left_out", field["id"], said)
    for name in shape.required:
        field = reader.made.get((*place.path, name))
        if field is None:
            if not any(path[: len(place.path) + 1] == (*place.path, name) for path in reader.made):
                reader.notes.add("branch_left_out", "", f"required {human(name)}")
        elif not field.get("required") and field["type"] != "bool":
            if condition is None:
                reader.notes.add("required_left_out", field["id"], said)
            else:
                old = field.get("required_if")
                field["required_if"] = condition if old is None else {"any": [old, condition]}
    for word in sorted(
        set(shape.node) - _SAID_FOR_READERS - {"if", "then", "else", "allOf", "additionalProperties"}
    ):
        reader.notes.add("branch_left_out", "", word)
    if condition is None and shape.rules:
        reader.notes.add("branch_left_out", "", said)
    elif shape.rules:
        apply_inside(reader, shape.rules, place, condition, within)


def apply_inside(
    reader: _Reader, rules: list[tuple[Schema, tuple[str, ...]]], place: Place, condition: Any, within: Any
) -> None:
    """A rule inside a branch: both conditions hold. Only one `if` in another is carried out."""
    both = joined([part for part in (within, condition) if part is not None])
    for node, trail in rules:
        if "if" not in node:
            reader.notes.add(
                "branch_left_out", "", ", ".join(sorted(set(node) & {"dependentRequired", "dependencies"}))
            )
            continue
        try:
            inner = condition_of(reader, node["if"], place.path)
        except Inexpressible:
            reader.notes.add("branch_left_out", "", str(node["if"]))
            continue
        for word, held in (("then", inner), ("else", negated(inner))):
            if word in node:
                branch(reader, node[word], trail, place, joined([both, held]), None, str(node["if"]))


def narrowed(reader: _Reader, field: dict[str, Any], inner: Any, condition: Any, name: str) -> None:
    """A branch that says more about a question that is there already: only that it shows, or not, can be kept."""
    if inner is False and condition is not None and "show_if" not in field:
        field["show_if"] = negated(condition)
    elif isinstance(inner, Mapping) and set(inner) - {"title", "description", "type", "$comment"}:
        reader.notes.add("branch_left_out", field["id"], f"{human(name)}: {', '.join(sorted(inner))}")
    elif "show_if" in field and condition is not None:
        field["show_if"] = {"any": [field["show_if"], condition]}


# --- the condition itself -----------------------------------------------------------------------------------------------------


def condition_of(reader: _Reader, node: Any, path: tuple[str, ...], depth: int = 0) -> Any:
    """Raises Inexpressible."""
    if not isinstance(node, Mapping) or depth > 6:
        raise Inexpressible("not an object")
    parts: list[Any] = []
    properties = node.get("properties")
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        parts += _said(reader, inner, (*path, str(name)), depth)
    required = node.get("required")
    for name in required if isinstance(required, list) else ():
        if not isinstance(properties, Mapping) or name not in properties or not properties[name]:
            parts.append({"field": _field(reader, (*path, str(name)))["id"], "op": "filled"})
    for word in ("allOf", "anyOf"):
        if isinstance(node.get(word), list) and node[word]:
            inside = [condition_of(reader, part, path, depth + 1) for part in node[word]]
            parts.append(inside[0] if len(inside) == 1 else {word.removesuffix("Of"): inside})
    if "not" in node:
        parts.append(negated(condition_of(reader, node["not"], path, depth + 1)))
    if set(node) - _SAID_FOR_READERS - {"allOf", "anyOf", "not"} or not parts:
        raise Inexpressible(", ".join(sorted(map(str, node))))
    return joined(parts)


def _field(reader: _Reader, path: tuple[str, ...]) -> dict[str, Any]:
    found = reader.made.get(path)
    if found is None:
        raise Inexpressible(".".join(path))
    return found


def _said(reader: _Reader, inner: Any, path: tuple[str, ...], depth: int) -> list[Any]:
    """What a schema says of one property, as conditions."""
    if inner is True or inner == {}:
        return []
    if not isinstance(inner, Mapping):
        raise Inexpressible("false")
    if path not in reader.made:
        return [condition_of(reader, inner, path, depth + 1)]
    field = reader.made[path]
    parts: list[Any] = []
    for word, value in inner.items():
        if word in ("title", "description", "type", "$comment"):
            continue
        parts.append(_one(reader, field, word, value, path, depth))
    return parts


def _one(
    reader: _Reader, field: dict[str, Any], word: str, value: Any, path: tuple[str, ...], depth: int
) -> Any:
    says = FIELD_TYPES.get(field["type"]).says
    if word == "const":
        return {"field": field["id"], "op": "eq", "value": _value(field, says, value)}
    if word == "enum" and isinstance(value, list) and value:
        values = [_value(field, says, one) for one in value]
        if says == "yes_no" and len(values) > 1:
            raise Inexpressible("either of a box")
        if len(values) == 1:
            return {"field": field["id"], "op": "eq", "value": values[0]}
        return {"field": field["id"], "op": "in", "value": values}
    if word in _COMPARED and says in ("whole", "number") and is_number(value):
        return {"field": field["id"], "op": _COMPARED[word], "value": value}
    if word == "contains" and says == "choices" and isinstance(value, Mapping) and set(value) == {"const"}:
        return {"field": field["id"], "op": "eq", "value": _value(field, says, value["const"])}
    if word in ("minLength", "minItems") and value == 1 and value is not True:
        return {"field": field["id"], "op": "filled"}
    if word == "not" and isinstance(value, Mapping) and depth < 6:
        return negated(
            joined(_said(reader, value, path, depth + 1)) or {"field": field["id"], "op": "filled"}
        )
    raise Inexpressible(f"{word} {sentence(value)}")


def _value(field: dict[str, Any], says: str, value: Any) -> Any:
    if says in ("choice", "choices"):
        return code_of(value)
    fits = {
        "yes_no": isinstance(value, bool),
        "whole": is_number(value),
        "number": is_number(value),
        "text": isinstance(value, str) and value != "",
        "date": isinstance(value, str),
        "time": isinstance(value, str),
    }.get(says, False)
    if not fits:
        raise Inexpressible(f"{field['id']} is {says}")
    return value
