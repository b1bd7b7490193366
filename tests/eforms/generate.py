"""Ways to spoil every answer: what the tests of all procedures are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from motcua.eforms import examples
from motcua.eforms.fields.base import Field
from motcua.eforms.forms import Form

TODAY = dt.date(2026, 11, 24)


def answer(field: Field, seed: int = 0) -> Any:
    """One valid raw value, today being fixed."""
    return examples.answer(field, seed, today=TODAY)


def good_answers(form: Form, chosen: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Raw answers to everything that is asked, today being fixed."""
    return examples.good_answers(form, chosen, today=TODAY)


WRONG: dict[str, tuple[Any, ...]] = {
    "text": ("x" * 3000,),
    "agency": ("x" * 3000,),
    "textarea": ("x" * 60_000,),
    "name": ("12345", "x" * 500),
    "citizen_id": ("12345678901", "03808501234a", "0" * 13),
    "tax_code": ("0100233480", "123", "01002334ab"),
    "phone_vn": ("0112345678", "091234567", "abc"),
    "email": ("lan@", "lan example.com", "@example.com", "a@b"),
    "date": (
        {"day": "31", "month": "2", "year": "2020"},
        "hôm qua",
        {"day": "1"},
        {"day": "1", "month": "2", "year": "20"},
    ),
    "time": ("25:00", "14:60", "sáng"),
    "bool": ("maybe",),
    "consent": ("maybe",),
    "declaration": ("maybe", "0"),
    "int": ("-99", "1,5", "ba", "9" * 30),
    "money": ("-5", "5 USD", "1.23"),
    "number": ("-5", "mười", "1,2,3"),
    "code": ("no-such-code", ["x"]),
    "multi": (["no-such-code"],),
    "address": (
        {"province": "99", "commune": "1", "detail": "x"},
        {"province": "38", "commune": "00070", "detail": "x"},
    ),
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
