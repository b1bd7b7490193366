"""Good answers for any form, and ways to spoil each one: what the tests of all procedures are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from motcua.eforms.divisions import communes, provinces
from motcua.eforms.fields.base import NO_SETTINGS, Field
from motcua.eforms.fields.date import bound
from motcua.eforms.forms import Form
from motcua.eforms.rules import validate, visible

TODAY = dt.date(2026, 11, 24)
NAMES = ("Nguyễn Thị Lan", "Trần Văn Bình", "Lê Hoàng Minh", "Phạm Thị Hoa", "Đặng Quốc Tuấn", "Vũ Ngọc An", "Ỷ Lan")


def answer(field: Field, seed: int = 0) -> Any:
    """One valid raw value."""
    kind, s = field.kind.key, field.settings
    match kind:
        case "text" | "agency":
            mask = s.get("mask")
            text = "".join({"9": "5", "A": "B", "X": "7"}.get(c, c) for c in mask) if mask else f"Nội dung {seed + 1}"
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
            high = bound(s["max"], TODAY) if s.get("max") else None
            low = bound(s["min"], TODAY) if s.get("min") else None
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
        case "code":
            assert field.choices is not None
            return field.choices.options[0].code
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
            return {"day": (TODAY + dt.timedelta(days=3)).isoformat(), "session": "morning"}
        case "id_paper":
            return {"type": "can_cuoc", "number": "038085012345", "issued_on": "2021-05-01", "issued_by": "Bộ Công an"}
        case "group":
            return {column.id: answer(column, seed + i) for i, column in enumerate(field.columns)}
        case "table":
            row = {column.id: answer(column, seed + i) for i, column in enumerate(field.columns)}
            return [row]
        case _:
            pieces = field.kind.pieces(field)  # type: ignore[attr-defined]
            made = {piece.id: answer(piece, seed) for piece in pieces}
            return {**made, "number": "0011 2233 4455"} if kind == "bank_account" else made


def good_answers(form: Form, chosen: Mapping[str, Any] = NO_SETTINGS) -> dict[str, Any]:
    """Raw answers to everything that is asked; `chosen` fixes some of them."""
    answers: dict[str, Any] = dict(chosen)
    while True:
        missing = [f for f in visible(form, answers, today=TODAY) if f not in answers and form.by_id[f].kind.asks]
        if not missing:
            break
        for field_id in missing:
            seed = list(form.by_id).index(field_id)
            answers[field_id] = answer(form.by_id[field_id], seed)
    # Rules over several answers: the small fixed ones of the bundled forms.
    for check in validate(form, answers, today=TODAY).errors:
        if check == "tre_ngay_sinh":
            answers[check] = "2026-02-12"
        if check == "tong_dien_tich_san":
            answers[check] = "500"
    return answers


WRONG: dict[str, tuple[Any, ...]] = {
    "text": ("x" * 3000,),
    "agency": ("x" * 3000,),
    "textarea": ("x" * 60_000,),
    "name": ("12345", "x" * 500),
    "citizen_id": ("12345678901", "03808501234a", "0" * 13),
    "tax_code": ("0100233480", "123", "01002334ab"),
    "phone_vn": ("0112345678", "091234567", "abc"),
    "email": ("lan@", "lan example.com", "@example.com", "a@b"),
    "date": ({"day": "31", "month": "2", "year": "2020"}, "hôm qua", {"day": "1"}, {"day": "1", "month": "2", "year": "20"}),
    "time": ("25:00", "14:60", "sáng"),
    "bool": ("maybe",),
    "consent": ("maybe",),
    "declaration": ("maybe", "0"),
    "int": ("-99", "1,5", "ba", "9" * 30),
    "money": ("-5", "5 USD", "1.23"),
    "number": ("-5", "mười", "1,2,3"),
    "code": ("no-such-code", ["x"]),
    "multi": (["no-such-code"],),
    "address": ({"province": "99", "commune": "1", "detail": "x"}, {"province": "38", "commune": "00070", "detail": "x"}),
    "photo": ({"file": "../../etc/passwd"},),
    "id_paper": ({"type": "can_cuoc", "number": "123"}, {"type": "can_cuoc"}),
    "land_parcel": ({"parcel": "1"},),
    "bank_account": ({"bank": "nowhere", "number": "123456", "holder": "A"},),
    "daterange": ({"from": "2024-05-01", "to": "2024-01-01"}, {"to": "2024-01-01"}),
    "appointment": ({"day": "2020-01-01", "session": "morning"}, {"day": "", "session": "night"}),
}


def spoiled(field: Field, good: Any) -> Iterator[Any]:
    """Raw values that must be refused at this field."""
    kind = field.kind.key
    if kind in ("group", "table"):
        inner = dict(good if kind == "group" else good[0])
        for column in field.columns:
            for wrong in spoiled(column, inner.get(column.id)):
                broken = {**inner, column.id: wrong}
                yield broken if kind == "group" else [broken]
        return
    if field.required:
        yield None
        yield ""
    yield from WRONG[kind]
