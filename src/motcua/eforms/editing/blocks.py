"""Sections that are copied from form to form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from motcua.eforms.editing.naming import names_in, renamed
from motcua.eforms.editing.parts import Json, free_id, ids, section_of, section_place


def block_of(definition: Mapping[str, Any], section_id: str) -> Json:
    """A section as a block by itself: conditions on questions outside it are left out, since they would name nothing."""
    section = deepcopy(section_of(definition, section_id))
    section.pop("show_if", None)
    section.pop("block", None)
    inside = {field["id"] for field in section.get("fields", ())}
    for field in section.get("fields", ()):
        for word in ("show_if", "required_if", "copy_from"):
            if word in field and not names_in({word: field[word]}) <= inside:
                del field[word]
    return section


def with_block(
    definition: Json, block: Mapping[str, Any], *, mark: str = "", after: str = ""
) -> tuple[Json, str]:
    """A copy of a block as a new section; ids that are taken already get a number, also where the block names them."""
    made = deepcopy(definition)
    section = deepcopy(dict(block))
    taken = set(ids(made))
    for name in [str(field["id"]) for field in section.get("fields", ())]:
        if name in taken:
            new = free_id(name, taken | {str(field["id"]) for field in section["fields"]})
            section = renamed({"sections": [section]}, name, new)["sections"][0]
            name = new
        taken.add(name)
    section["id"] = free_id(str(section["id"]), [s["id"] for s in made["sections"]], "phan")
    if mark:
        section["block"] = mark
    place = section_place(made, after) + 1 if after else len(made["sections"])
    made["sections"].insert(place, section)
    return made, str(section["id"])
