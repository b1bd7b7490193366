"""A time of day, 24 hours, stored `HH:MM`."""

from __future__ import annotations

import re
from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy

_TIME = re.compile(r"(\d{1,2})\s*(?:[:.hg]|giờ)\s*(\d{1,2})?\s*(?:phút|p|m)?", re.IGNORECASE)


class TimeField(FieldType):
    key = "time"
    title = Text("Giờ, phút", "Time")
    help = Text(
        "Giờ và phút theo 24 giờ.",
        "Hours and minutes of a 24-hour clock.",
    )
    family = "number"
    says = "time"
    messages = {
        "time_wrong": Text(
            "{subject} phải là giờ và phút theo 24 giờ, ví dụ 14:30",
            "{subject} must be hours and minutes on a 24-hour clock, for example 14:30",
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        match = _TIME.fullmatch(tidy(raw))
        if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise invalid("time_wrong")
        return f"{int(match[1]):02}:{int(match[2] or 0):02}"

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(kind="input", value=as_input(value), width="5", **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


TYPES = (TimeField(),)
