"""Bounds and shapes of a single answer as settings of its question. Pure."""

from __future__ import annotations

import re
from typing import Any

from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.importing import expressions
from motcua.eforms.importing.expressions import Node
from motcua.eforms.importing.making import Notes


def put(node: Node, made: dict[str, Any], notes: Notes) -> bool:
    """Put one part of a constraint into a setting; False when no setting says it."""
    found = expressions.bound(node, FIELD_TYPES.get(made["type"]).says)
    if found is not None:
        side, value, loosened = found
        made[side] = value
        if loosened:
            notes.add("bound_loosened", made["id"], value)
        return True
    if made["type"] in ("text", "textarea"):
        if (pattern := expressions.shape(node)) is not None:
            mask = mask_of(pattern) if made["type"] == "text" else None
            if mask:
                made["mask"] = mask
            else:
                notes.add("pattern_needs_example", made["id"], pattern)
            return True
        length = expressions.counted(node, "string-length")
        if length and length[0] == "max" and 1 <= length[1] <= 20_000:
            made["max_length"] = length[1]
            return True
    many = expressions.counted(node, "count-selected") if made["type"] == "multi" else None
    if many and 1 <= many[1] <= 100:
        made.update({side: many[1] for side in ("min", "max") if many[0] in (side, "both")})
        return True
    return False


def mask_of(pattern: str) -> str | None:
    """The mask that says the same as a regular expression of single signs (`^0[0-9]{9}$` → `0999999999`), or None."""
    made = ""
    text = pattern.removeprefix("^").removesuffix("$")
    while text:
        sign, form = next(
            ((sign, form) for sign, forms in _CLASSES.items() for form in forms if text.startswith(form)),
            (text[0], ""),
        )
        if not form:
            form = text[0]
            if sign == "\\" and len(text) > 1 and text[1] in "./-":
                sign, form = text[1], text[:2]
            # A mask has no way to say these three themselves; the others mean something to an expression.
            elif sign in "9AX.\\[](){}*+?|^$":
                return None
        text = text[len(form) :]
        times = re.match(r"\{(\d{1,3})\}", text)
        if times:
            text = text[times.end() :]
        elif text[:1] in ("{", "*", "+", "?"):
            return None
        made += sign * (int(times[1]) if times else 1)
        if len(made) > 100:
            return None
    return made if any(sign in "9AX" for sign in made) else None


_CLASSES = {
    "9": ("[0-9]", r"\d"),
    "A": ("[A-Za-z]", "[a-zA-Z]"),
    "X": ("[A-Za-z0-9]", "[a-zA-Z0-9]", "[0-9A-Za-z]", "[0-9a-zA-Z]"),
}
