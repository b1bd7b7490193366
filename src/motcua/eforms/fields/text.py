"""Short text, with an optional mask (`9999`: digits, `A`: letters, `X`: either). No regex: an uploaded one can hang."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy

DEFAULT_MAX = 255


def fits_mask(text: str, mask: str) -> bool:
    if len(text) != len(mask):
        return False
    for char, sign in zip(text, mask, strict=True):
        if sign == "9" and not (char.isascii() and char.isdigit()):
            return False
        if sign == "A" and not (char.isascii() and char.isalpha()):
            return False
        if sign == "X" and not (char.isascii() and char.isalnum()):
            return False
        if sign not in "9AX" and char != sign:
            return False
    return True


class ShortText(FieldType):
    key = "text"
    title = Text("Văn bản ngắn", "Short text")
    options = frozenset({"mask", "autocomplete", "width", "inputmode", "spellcheck"})
    messages = {
        "mask": Text("{subject} phải có dạng {mask}", "{subject} must look like {mask}"),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw)
        limit = field.max_length or DEFAULT_MAX
        if len(text) > limit:
            raise invalid("too_long", limit=limit, length=len(text))
        mask = field.settings.get("mask", "")
        if mask and not fits_mask(text, mask):
            raise invalid("mask", mask=mask)
        if not text:
            raise invalid("required")
        return text

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        s = field.settings
        return Control(
            kind="input",
            value=as_input(value),
            autocomplete=s.get("autocomplete", ""),
            inputmode=s.get("inputmode", ""),
            spellcheck=s.get("spellcheck", ""),
            width=s.get("width", ""),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": field.max_length or DEFAULT_MAX}


class Agency(ShortText):
    """The office that keeps a register or issued a paper, in words: many of them no longer exist under that name."""

    key = "agency"
    title = Text("Cơ quan", "Agency")


TEXT = ShortText()
TYPES = (TEXT, Agency())
