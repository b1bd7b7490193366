"""Whole numbers, decimal numbers and money. In Vietnamese a dot parts thousands and a comma the decimals.

`1.234` is therefore 1234, also in a decimal field; `120.5` cannot be thousands and is read as 120,5.
"""

from __future__ import annotations

import re
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy
from motcua.kernel.money import format_dong, parse_dong

_WHOLE = re.compile(r"-?\d{1,18}")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:[. \u00a0]\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?")
MAX_INT = 2_147_483_647
MAX_MONEY = 10**15


def grouped(number: int | float) -> str:
    """`1234.5` → `1.234,5`."""
    whole, _, decimals = (
        f"{number:,.6f}".rstrip("0").rstrip(".") if isinstance(number, float) else f"{number:,}"
    ).partition(".")
    whole = whole.replace(",", ".")
    return f"{whole},{decimals}" if decimals else whole


_TURNED = Text("số nhỏ nhất lớn hơn số lớn nhất", "the smallest is larger than the largest")


class Number(FieldType):
    key = "number"
    title = Text("Số thập phân", "Decimal number")
    help = Text(
        "Số có phần thập phân, ví dụ diện tích.",
        "A number with decimals, such as an area.",
    )
    family = "number"
    says = "number"
    options = {
        "min": settings.number("Nhỏ nhất", "Lowest"),
        "max": settings.number("Lớn nhất", "Highest"),
        "unit": settings.plain("Đơn vị", "Unit", longest=20),
    }
    inputmode = "decimal"
    lowest: float = 0
    highest: float = 10**12
    messages = {
        "number_wrong": Text(
            "{subject} phải là một số, ví dụ 120,5", "{subject} must be a number, for example 120,5"
        ),
        "number_low": Text("{subject} phải từ {bound} trở lên", "{subject} must be {bound} or more"),
        "number_high": Text("{subject} không được quá {bound}", "{subject} must be {bound} or less"),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        number = raw if isinstance(raw, int | float) and not isinstance(raw, bool) else self.read(tidy(raw))
        low, high = field.settings.get("min", self.lowest), field.settings.get("max", self.highest)
        if number != number or number < low:
            raise invalid("number_low", bound=grouped(low))
        if number > high:
            raise invalid("number_high", bound=grouped(high))
        return self.settle(number)

    def read(self, text: str) -> int | float:
        if _THOUSANDS.fullmatch(text):
            text = re.sub(r"[. \u00a0]", "", text)
        elif not _DECIMAL.fullmatch(text):
            raise invalid("number_wrong")
        return float(text.replace(",", "."))

    def settle(self, number: int | float) -> int | float:
        number = round(float(number), 6)
        return int(number) if number.is_integer() else number

    def display(self, field: Field, value: Any, lang: str) -> str:
        unit = field.settings.get("unit", "")
        return f"{grouped(value)}\u00a0{unit}" if unit else grouped(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        shown = as_input(value) if isinstance(value, str) or value is None else self.typed(value)
        return Control(
            kind="input",
            value=shown,
            inputmode=self.inputmode,
            width="10",
            spellcheck="false",
            suffix=field.settings.get("unit", ""),
            **self.labels(field, ui),
        )

    def typed(self, value: Any) -> str:
        return grouped(value) if isinstance(value, int | float) else as_input(value)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "number",
            "minimum": field.settings.get("min", self.lowest),
            "maximum": field.settings.get("max", self.highest),
        }

    def faults(self, field: Field) -> tuple[Text, ...]:
        low, high = (field.settings.get(name) for name in ("min", "max"))
        return (_TURNED,) if low is not None and high is not None and low > high else ()


class Integer(Number):
    key = "int"
    title = Text("Số nguyên", "Whole number")
    help = Text(
        "Số nguyên: số bản, số người, số trang.",
        "A whole number: copies, people, pages.",
    )
    family = "number"
    says = "whole"
    inputmode = "numeric"
    highest = MAX_INT
    messages = {
        **Number.messages,
        "int_wrong": Text(
            "{subject} phải là số nguyên, ví dụ 2", "{subject} must be a whole number, for example 2"
        ),
    }

    def read(self, text: str) -> int:
        if _THOUSANDS.fullmatch(text) and "," not in text:
            text = re.sub(r"[. \u00a0]", "", text)
        if not _WHOLE.fullmatch(text):
            raise invalid("int_wrong")
        return int(text)

    def settle(self, number: int | float) -> int:
        if number != int(number):
            raise invalid("int_wrong")
        return int(number)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {**super().json_schema(field), "type": "integer"}


class Money(Integer):
    key = "money"
    title = Text("Số tiền (đồng)", "Money (đồng)")
    help = Text(
        "Số tiền bằng đồng, không có phần lẻ.",
        "An amount in đồng, no fractions.",
    )
    family = "number"
    says = "whole"
    highest = MAX_MONEY
    messages = {
        **Number.messages,
        "int_wrong": Text("{subject} phải là số tiền nguyên", "{subject} must be a whole amount"),
        "money_wrong": Text(
            "{subject} phải là số tiền bằng đồng, ví dụ 50.000.000",
            "{subject} must be an amount in đồng, for example 50.000.000",
        ),
    }

    def read(self, text: str) -> int:
        try:
            return parse_dong(text)
        except ValueError:
            raise invalid("money_wrong") from None

    def display(self, field: Field, value: Any, lang: str) -> str:
        return format_dong(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        shown = as_input(value) if isinstance(value, str) or value is None else self.typed(value)
        return Control(
            kind="input",
            value=shown,
            inputmode="numeric",
            width="20",
            spellcheck="false",
            suffix="đồng",
            **self.labels(field, ui),
        )


INTEGER, NUMBER, MONEY = Integer(), Number(), Money()
TYPES = (INTEGER, NUMBER, MONEY)
