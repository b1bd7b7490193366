"""Long text, several lines."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy

DEFAULT_MAX = 2000


class LongText(FieldType):
    key = "textarea"
    title = Text("Văn bản dài", "Long text")
    help = Text(
        "Câu trả lời nhiều dòng.",
        "Several lines.",
    )
    family = "text"
    options = {"rows": settings.whole("Số dòng hiện ra", "Lines shown", low=2, high=20)}

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw, multiline=True)
        limit = field.max_length or DEFAULT_MAX
        if len(text) > limit:
            raise invalid("too_long", limit=limit, length=len(text))
        if not text:
            raise invalid("required")
        return text

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="textarea",
            value=as_input(value),
            rows=int(field.settings.get("rows", 4)),
            max_length=field.max_length or DEFAULT_MAX,
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": field.max_length or DEFAULT_MAX}


TYPES = (LongText(),)
