"""Sections that are copied from form to form. Pure."""

from __future__ import annotations

import re
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


def renewed_block(definition: Json, section_id: str, block: Mapping[str, Any], *, mark: str) -> Json:
    """A section as another version of its block has it; when it shows stays its own.

    A question keeps the id it has here, so that answers find it: the block's own, or that with a number where the form
    has asked for something else under it.
    """
    made = deepcopy(definition)
    place = section_place(made, section_id)
    old = made["sections"][place]
    here = {str(field["id"]) for field in old.get("fields", ())}
    elsewhere = set(ids(made)) - here
    section = deepcopy(dict(block))
    for name in [str(field["id"]) for field in section.get("fields", ())]:
        if name in elsewhere:
            numbered = re.compile(rf"{name}_[0-9]+")
            taken = elsewhere | {str(field["id"]) for field in section["fields"]}
            own = next((one for one in sorted(here - taken) if numbered.fullmatch(one)), "")
            section = renamed({"sections": [section]}, name, own or free_id(name, taken))["sections"][0]
    section |= {"id": section_id, "block": mark}
    if "show_if" in old:
        section["show_if"] = old["show_if"]
    made["sections"][place] = section
    return made
