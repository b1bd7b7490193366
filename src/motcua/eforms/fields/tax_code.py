"""Mã số thuế: 10 digits, 13 for a branch, or the 12-digit citizen id of a person or household (since 1 July 2025)."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy
from motcua.kernel.personal_codes import WrongCode, parse_tax_code


class TaxCodeField(FieldType):
    key = "tax_code"
    title = Text("Mã số thuế", "Tax code")
    help = Text(
        "10, 12 hoặc 13 chữ số, có kiểm tra chữ số kiểm tra.",
        "10, 12 or 13 digits, with the check digit judged.",
    )
    family = "person"
    messages = {
        "tax_code_digits": Text("{subject} chỉ gồm chữ số", "{subject} has digits only"),
        "tax_code_length": Text(
            "{subject} phải có 10 chữ số (doanh nghiệp), 13 chữ số (chi nhánh) hoặc 12 chữ số (cá nhân, hộ kinh doanh)",
            "{subject} must have 10 digits (company), 13 (branch) or 12 (person, household business)",
        ),
        "tax_code_checksum": Text(
            "{subject} không đúng: chữ số thứ mười là số kiểm tra và không khớp. Hãy xem lại từng chữ số",
            "{subject} is not right: the tenth digit is a check digit and does not fit. Check each digit",
        ),
        "tax_code_component": Text(
            "{subject} không có thật. Hãy xem lại", "{subject} does not exist. Check it again"
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        try:
            return parse_tax_code(tidy(raw)).number
        except WrongCode as wrong:
            raise invalid(f"tax_code_{wrong.code}") from None

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="input",
            value=as_input(value),
            inputmode="numeric",
            spellcheck="false",
            width="20",
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$"}


TAX_CODE = TaxCodeField()
TYPES = (TAX_CODE,)
