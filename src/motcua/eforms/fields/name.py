"""A person's name: kept as typed, shown in capitals where the form asks (`upper`).

A name is whatever the person says it is: any script, apostrophes, hyphens, one word or nine. Only a name without a
single letter is refused; digits and markup signs raise a doubt, because they are nearly always a slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import (
    Context,
    Control,
    Field,
    FieldError,
    FieldType,
    Text,
    Ui,
    as_input,
    invalid,
    tidy,
)

DEFAULT_MAX = 100
UNUSUAL = frozenset("0123456789<>{}[]=@#$%^*\\/|")


class PersonName(FieldType):
    key = "name"
    title = Text("Họ, chữ đệm và tên", "Person's name")
    help = Text(
        "Họ, chữ đệm, tên. Giữ như đã gõ; hiện chữ in hoa khi bật “In hoa”.",
        "A person’s name. Kept as typed, shown in capitals where “upper” is set.",
    )
    family = "person"
    options = {"autocomplete": settings.AUTOCOMPLETE}
    messages = {
        "no_letters": Text("{subject} phải có chữ cái", "{subject} must have letters"),
        "name_unusual": Text(
            "{subject} có chữ số hoặc ký hiệu lạ. Hãy xem lại cho đúng với giấy tờ",
            "{subject} has digits or unusual signs. Check that it matches the papers",
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw)
        limit = field.max_length or DEFAULT_MAX
        if len(text) > limit:
            raise invalid("too_long", limit=limit, length=len(text))
        if not text:
            raise invalid("required")
        if not any(map(str.isalpha, text)):
            raise invalid("no_letters")
        return text

    def doubts(self, field: Field, value: Any, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
        return () if UNUSUAL.isdisjoint(value) else (FieldError("name_unusual"),)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="input",
            value=as_input(value),
            autocomplete=field.settings.get("autocomplete", ""),
            spellcheck="false",
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": field.max_length or DEFAULT_MAX}


NAME = PersonName()
TYPES = (NAME,)
