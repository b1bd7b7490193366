"""Số định danh cá nhân: twelve digits. What does not fit the birth date or the sex is a doubt, never a refusal.

Settings `birth_date` and `sex` name the fields to compare with; `sex` may also be a code itself (a mother is `2`).
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
from motcua.kernel.personal_codes import Sex, WrongCode, citizen_id_doubts, parse_citizen_id

SEXES: Mapping[str, Sex] = {"1": "male", "2": "female"}


class CitizenIdField(FieldType):
    key = "citizen_id"
    title = Text("Số định danh cá nhân", "Citizen ID")
    help = Text(
        "12 chữ số; đối chiếu với ngày sinh và giới tính nếu có.",
        "12 digits; compared with birth date and sex where given.",
    )
    family = "person"
    options = {
        "birth_date": settings.field_name(
            "Đối chiếu với câu hỏi về ngày sinh", "Compare with the question on birth date"
        ),
        "sex": settings.field_name(
            "Đối chiếu với câu hỏi về giới tính, hoặc mã 1, 2",
            "Compare with the question on sex, or code 1, 2",
            *SEXES,
        ),
        "autocomplete": settings.AUTOCOMPLETE,
    }
    messages = {
        "citizen_id_digits": Text(
            "{subject} chỉ gồm chữ số, ví dụ 038085012345",
            "{subject} has digits only, for example 038085012345",
        ),
        "citizen_id_length": Text(
            "{subject} phải có đủ 12 chữ số; bạn đã nhập {length}",
            "{subject} must have 12 digits; you entered {length}",
        ),
        "citizen_id_century": Text(
            "Chữ số thứ tư của {subject_lower} không khớp với thế kỷ của năm sinh. Hãy xem lại cả hai; nếu đúng như giấy "
            "tờ thì cứ nộp",
            "The fourth digit of {subject_lower} does not fit the century of birth. Check both; if they match the papers, "
            "go on",
        ),
        "citizen_id_year": Text(
            "Chữ số thứ năm và sáu của {subject_lower} không khớp với năm sinh. Hãy xem lại cả hai; nếu đúng như giấy tờ "
            "thì cứ nộp",
            "The fifth and sixth digits of {subject_lower} do not fit the year of birth. Check both; if they match the "
            "papers, go on",
        ),
        "citizen_id_sex": Text(
            "Chữ số thứ tư của {subject_lower} không khớp với giới tính. Hãy xem lại cả hai; nếu đúng như giấy tờ thì cứ "
            "nộp",
            "The fourth digit of {subject_lower} does not fit the sex. Check both; if they match the papers, go on",
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw)
        try:
            return parse_citizen_id(text).number
        except WrongCode as wrong:
            raise invalid(f"citizen_id_{wrong.code}", length=sum(map(str.isdigit, text))) from None

    def doubts(self, field: Field, value: Any, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
        birth = values.get(field.settings.get("birth_date", ""))
        said = field.settings.get("sex", "")
        sex = SEXES.get(str(values.get(said, said)))
        if not isinstance(birth, str):
            birth = None
        return tuple(
            FieldError(f"citizen_id_{d}") for d in citizen_id_doubts(value, birth_date=birth, sex=sex)
        )

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="input",
            value=as_input(value),
            inputmode="numeric",
            spellcheck="false",
            width="20",
            autocomplete=field.settings.get("autocomplete", ""),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{12}$"}


CITIZEN_ID = CitizenIdField()
TYPES = (CITIZEN_ID,)
