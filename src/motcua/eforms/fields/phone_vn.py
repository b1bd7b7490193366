"""A Vietnamese phone number, stored as `0XXXXXXXXX`. Only the shape of a mobile number is asked for.

The rule is soft on purpose: number plans in libraries lag behind real prefixes (052, 055, 089).
"""

from __future__ import annotations

import re
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy

_NOISE = re.compile(r"[\s.()\-\u2010-\u2015]+")
_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{8,9}")


class PhoneVn(FieldType):
    key = "phone_vn"
    title = Text("Số điện thoại", "Phone number")
    help = Text(
        "Số điện thoại Việt Nam.",
        "A Vietnamese phone number.",
    )
    family = "person"
    options = {
        "landline": settings.flag("Nhận cả số máy bàn", "Landlines too"),
        "autocomplete": settings.AUTOCOMPLETE,
    }
    messages = {
        "phone_wrong": Text(
            "{subject} phải có 10 chữ số và bắt đầu bằng 03, 05, 07, 08 hoặc 09, ví dụ 0912 345 678",
            "{subject} must have 10 digits and start with 03, 05, 07, 08 or 09, for example 0912 345 678",
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        number = _NOISE.sub("", tidy(raw))
        for prefix in ("+84", "0084", "84"):
            if number.startswith(prefix) and len(number) >= len(prefix) + 9:
                number = "0" + number[len(prefix) :].removeprefix("0")
                break
        if number.isascii() and (
            _MOBILE.fullmatch(number) or (field.settings.get("landline") and _LANDLINE.fullmatch(number))
        ):
            return number
        raise invalid("phone_wrong")

    def display(self, field: Field, value: Any, lang: str) -> str:
        return f"{value[:4]} {value[4:7]} {value[7:]}" if len(value) == 10 else str(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="input",
            value=as_input(value),
            type="tel",
            inputmode="tel",
            width="20",
            autocomplete=field.settings.get("autocomplete", ""),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^0[0-9]{9,10}$"}


PHONE = PhoneVn()
TYPES = (PHONE,)
