"""Writing a definition part by part: what an author does on screen, as functions over its JSON. Pure.

Each takes a definition and gives a new one; what it does not touch stays as it was, also what it does not know. A draft may
be unfinished: what is wrong with it is for `forms.check_definition` to say, and `drawable` is what can be shown meanwhile.

A field is named by its path: its id, or `table.column` for one inside a table or a group.
"""

from motcua.eforms.editing.blocks import block_of, renewed_block, with_block
from motcua.eforms.editing.drawing import drawable
from motcua.eforms.editing.naming import RULES, Use, renamed, rules, uses
from motcua.eforms.editing.parts import (
    ID,
    NoSuchPart,
    add_column,
    add_field,
    add_section,
    arranged,
    duplicated,
    field_of,
    fields,
    free_id,
    home_of,
    ids,
    moved,
    put_field,
    put_section,
    put_settings,
    section_moved,
    section_of,
    skeleton,
    without_field,
    without_section,
)
from motcua.eforms.editing.rulebook import put_rule, with_fee, without_rule

__all__ = [
    "ID",
    "RULES",
    "NoSuchPart",
    "Use",
    "add_column",
    "add_field",
    "add_section",
    "arranged",
    "block_of",
    "drawable",
    "duplicated",
    "field_of",
    "fields",
    "free_id",
    "home_of",
    "ids",
    "moved",
    "put_field",
    "put_rule",
    "put_section",
    "put_settings",
    "renamed",
    "renewed_block",
    "rules",
    "section_moved",
    "section_of",
    "skeleton",
    "uses",
    "with_block",
    "with_fee",
    "without_field",
    "without_rule",
    "without_section",
]
