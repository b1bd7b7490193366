"""Example answers to any form: valid ones, for demo data, benchmarks, trial filings and tests.

They are made from the definition alone, so that a form nobody has seen yet can be filed as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from motcua.eforms.divisions import communes, provinces
from motcua.eforms.fields.base import Field
from motcua.eforms.fields.compound import Compound
from motcua.eforms.fields.date import bound
from motcua.eforms.forms import Form
from motcua.eforms.rules import validate, visible

NAMES = (
    "Nguyễn Thị Lan",
    "Trần Văn Bình",
    "Lê Hoàng Minh",
    "Phạm Thị Hoa",
    "Đặng Quốc Tuấn",
    "Vũ Ngọc An",
    "Ỷ Lan",
)


def answer(field: Field, seed: int = 0, *, today: dt.date) -> Any:
    """One valid raw value."""
    kind, s = field.kind.key, field.settings
    match kind:
        case "text" | "agency" if s.get("pattern"):
            return str(s["example"])
        case "text" | "agency":
            mask = s.get("mask")
            text = (
                "".join({"9": "5", "A": "B", "X": "7"}.get(c, c) for c in mask)
                if mask
                else f"Nội dung {seed + 1}"
            )
            return text[: field.max_length or 255]
        case "textarea":
            return "Dòng một\nDòng hai"
        case "name":
            return NAMES[seed % len(NAMES)]
        case "citizen_id":
            return f"038{seed % 2}85{seed:06}"
        case "tax_code":
            return "0100233488"
        case "phone_vn":
            return "0912345678"
        case "email":
            return "lan@example.com"
        case "date":
            high = bound(s["max"], today) if s.get("max") else None
            low = bound(s["min"], today) if s.get("min") else None
            day = dt.date(1985, 3, 27) if not low else low + dt.timedelta(days=3)
            assert high is None or day <= high
            precision = s.get("precision", "day")
            return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]
        case "time":
            return "14:30"
        case "bool" | "consent" | "declaration":
            return "1"
        case "int" | "money" | "number":
            return str(max(int(s.get("min", 1)) + 1, 2))
        case "code" | "linked" | "reference":
            assert field.choices is not None
            return field.choices.options[0].code
        case "map":
            area = "19.8, 105.7\n19.8, 105.8\n19.9, 105.8"
            return area if s.get("shape") == "area" else "19.8075, 105.7764"
        case "multi":
            assert field.choices is not None
            return [field.choices.options[0].code]
        case "address":
            province = provinces().options[seed % 34].code
            listed = communes(province)
            assert listed is not None
            return {"province": province, "commune": listed.options[0].code, "detail": "Số 5, thôn Đông"}
        case "photo":
            return {"file": "0123456789abcdef", "name": "anh.jpg"}
        case "daterange":
            return {"from": "2024-01-02", "to": "2024-06-30"}
        case "appointment":
            return {"day": (today + dt.timedelta(days=3)).isoformat(), "session": "morning"}
        case "id_paper":
            return {
                "type": "can_cuoc",
                "number": "038085012345",
                "issued_on": "2021-05-01",
                "issued_by": "Bộ Công an",
            }
        case "group":
            return {
                column.id: answer(column, seed + i, today=today) for i, column in enumerate(field.columns)
            }
        case "table":
            row = {column.id: answer(column, seed + i, today=today) for i, column in enumerate(field.columns)}
            return [row]
        case _ if not isinstance(field.kind, Compound):
            return field.kind.example(field)
        case _:
            pieces = field.kind.pieces(field)
            made = {piece.id: answer(piece, seed, today=today) for piece in pieces}
            return {**made, "number": "0011 2233 4455"} if kind == "bank_account" else made


def good_answers(
    form: Form, chosen: Mapping[str, Any] | None = None, *, today: dt.date, seed: int = 0
) -> dict[str, Any]:
    """Raw answers to everything that is asked; `chosen` fixes some of them."""
    answers: dict[str, Any] = dict(chosen or {})
    while True:
        missing = [
            f for f in visible(form, answers, today=today) if f not in answers and form.by_id[f].kind.asks
        ]
        if not missing:
            break
        for field_id in missing:
            place = list(form.by_id).index(field_id)
            answers[field_id] = answer(form.by_id[field_id], seed + place, today=today)
    # Rules over several answers: the small fixed ones of the bundled forms.
    for check in validate(form, answers, today=today).errors:
        if check == "tre_ngay_sinh":
            answers[check] = (today - dt.timedelta(days=20)).isoformat()
        if check == "tong_dien_tich_san":
            answers[check] = "500"
    return answers
