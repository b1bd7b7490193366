"""Compound answers with fixed pieces: identity paper, land parcel, bank account, period of time, appointment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.address import ADDRESS
from motcua.eforms.fields.base import Context, Field, Text, invalid, part, tidy
from motcua.eforms.fields.code import CHOICE, choices_of
from motcua.eforms.fields.compound import Compound
from motcua.eforms.fields.date import DATE, first_day, last_day, written
from motcua.eforms.fields.name import NAME
from motcua.eforms.fields.numbers import NUMBER
from motcua.eforms.fields.text import TEXT
from motcua.eforms.reference import reference

_PAPER_NUMBER = re.compile(r"[0-9A-Za-z/.\-]{4,30}")
_LENGTHS = {"can_cuoc": (12,), "can_cuoc_dien_tu": (12,), "cmnd": (9, 12)}
_ACCOUNT = re.compile(r"[0-9A-Z]{4,24}")


class IdPaper(Compound):
    """Giấy tờ tùy thân: kind, number, issued on, issued by."""

    key = "id_paper"
    title = Text("Giấy tờ tùy thân", "Identity paper")
    help = Text(
        "Loại, số, ngày cấp, nơi cấp của giấy tờ tùy thân.",
        "Kind, number, day and place of issue of an identity paper.",
    )
    family = "person"
    says = "pieces"
    messages = {
        "paper_number": Text(
            "Số giấy tờ chỉ gồm chữ cái không dấu và chữ số, từ 4 đến 30 ký tự",
            "The paper's number has letters and digits only, 4 to 30 of them",
        ),
        "paper_digits": Text(
            "Số của {paper} phải có {length} chữ số",
            "The number of this paper ({paper}) must have {length} digits",
        ),
    }
    _pieces = (
        part(
            "type",
            CHOICE,
            "Loại giấy tờ",
            "Kind of paper",
            required=True,
            choices=reference("GIAY_TO"),
            settings={"widget": "select"},
        ),
        part(
            "number",
            TEXT,
            "Số giấy tờ",
            "Number",
            required=True,
            max_length=30,
            settings={"spellcheck": "false", "width": "20"},
        ),
        part("issued_on", DATE, "Ngày cấp", "Issued on", settings={"max": "today"}),
        part("issued_by", TEXT, "Nơi cấp", "Issued by", max_length=150),
    )

    def pieces(self, field: Field) -> tuple[Field, ...]:
        return self._pieces

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        cleaned = super().clean(field, raw, context)
        number = cleaned["number"].replace(" ", "").upper()
        if not _PAPER_NUMBER.fullmatch(number):
            raise invalid("paper_number", "number")
        lengths = _LENGTHS.get(cleaned["type"])
        if lengths and not (number.isdigit() and len(number) in lengths):
            name = reference("GIAY_TO").by_code[cleaned["type"]].label
            raise invalid("paper_digits", "number", paper=name, length=" / ".join(map(str, lengths)))
        return {**cleaned, "number": number}

    def display(self, field: Field, value: Any, lang: str) -> str:
        kind = reference("GIAY_TO").label(value["type"], lang)
        said = [f"{kind} {'no.' if lang == 'en' else 'số'} {value['number']}"]
        if "issued_on" in value:
            said.append(f"{'issued on' if lang == 'en' else 'cấp ngày'} {written(value['issued_on'])}")
        if "issued_by" in value:
            said.append(f"{'by' if lang == 'en' else 'nơi cấp'} {value['issued_by']}")
        return ", ".join(said)

    def from_claim(self, field: Field, claim: Any) -> Any:
        """The citizen id in a claim is the number of the identity card."""
        if isinstance(claim, str) and re.fullmatch(r"\d{12}", claim):
            return {"type": "can_cuoc", "number": claim}
        return super().from_claim(field, claim)


class LandParcel(Compound):
    """Thửa đất: map sheet, parcel, area, place."""

    key = "land_parcel"
    title = Text("Thửa đất", "Land parcel")
    help = Text(
        "Số thửa, tờ bản đồ, diện tích, nơi có đất.",
        "Parcel, map sheet, area, place.",
    )
    family = "place"
    says = "pieces"
    _pieces = (
        part(
            "parcel", TEXT, "Số thửa", "Parcel number", required=True, max_length=20, settings={"width": "10"}
        ),
        part(
            "map_sheet",
            TEXT,
            "Số tờ bản đồ",
            "Map sheet number",
            required=True,
            max_length=20,
            settings={"width": "10"},
        ),
        part(
            "area",
            NUMBER,
            "Diện tích",
            "Area",
            required=True,
            settings={"min": 0.1, "max": 100_000_000, "unit": "m²"},
        ),
        part(
            "address",
            ADDRESS,
            "Địa chỉ thửa đất",
            "Where the parcel is",
            required=True,
            settings={"detail_required": False},
        ),
    )

    def pieces(self, field: Field) -> tuple[Field, ...]:
        return self._pieces

    def display(self, field: Field, value: Any, lang: str) -> str:
        area, place = (self._pieces[i] for i in (2, 3))
        first_line = (
            f"Parcel {value['parcel']}, map sheet {value['map_sheet']}, "
            if lang == "en"
            else f"Thửa {value['parcel']}, tờ bản đồ số {value['map_sheet']}, "
        )
        return f"{first_line}{NUMBER.display(area, value['area'], lang)}\n{ADDRESS.display(place, value['address'], lang)}"


class BankAccount(Compound):
    """Tài khoản ngân hàng nhận tiền."""

    key = "bank_account"
    title = Text("Tài khoản ngân hàng", "Bank account")
    help = Text(
        "Ngân hàng, số tài khoản, chủ tài khoản.",
        "Bank, account number, holder.",
    )
    family = "person"
    says = "pieces"
    messages = {
        "account_number": Text(
            "Số tài khoản gồm 4 đến 24 chữ số hoặc chữ cái không dấu",
            "The account number has 4 to 24 digits or letters",
        ),
    }
    _pieces = (
        part(
            "bank",
            CHOICE,
            "Ngân hàng",
            "Bank",
            required=True,
            choices=reference("NGAN_HANG"),
            settings={"widget": "select"},
        ),
        part(
            "number",
            TEXT,
            "Số tài khoản",
            "Account number",
            required=True,
            max_length=30,
            settings={"inputmode": "numeric", "width": "20", "spellcheck": "false"},
        ),
        part("holder", NAME, "Tên chủ tài khoản", "Account holder", required=True, upper=True),
    )

    def pieces(self, field: Field) -> tuple[Field, ...]:
        return self._pieces

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        cleaned = super().clean(field, raw, context)
        number = re.sub(r"[\s.\-]", "", cleaned["number"]).upper()
        if not _ACCOUNT.fullmatch(number):
            raise invalid("account_number", "number")
        return {**cleaned, "number": number}


class DateRange(Compound):
    """From … to …; `open_end` lets the end stay empty ("until now"). Settings of a date apply to both ends."""

    key = "daterange"
    title = Text("Khoảng thời gian", "Period")
    help = Text(
        "Từ ngày đến ngày.",
        "From a day to a day.",
    )
    family = "number"
    says = "pieces"
    options = {
        "open_end": settings.flag("Được để trống ngày kết thúc", "The end may stay empty"),
        "partial": settings.flag("Ngày, tháng được để trống", "Day and month may stay empty"),
        "min": settings.day("Từ ngày", "Earliest"),
        "max": settings.day("Đến ngày", "Latest"),
        "max_years": settings.whole("Dài nhất (năm)", "Longest (years)", low=1, high=150),
    }
    messages = {
        "range_order": Text("Ngày kết thúc phải sau ngày bắt đầu", "The end must come after the start"),
        "range_long": Text(
            "Thời gian không được quá {limit} năm", "The period must not be longer than {limit} years"
        ),
    }

    def pieces(self, field: Field) -> tuple[Field, ...]:
        made: tuple[Field, ...] | None = field.made.get("pieces")
        if made is not None:
            return made
        given = {key: field.settings[key] for key in ("partial", "min", "max") if key in field.settings}
        open_end = bool(field.settings.get("open_end"))
        made = (
            part("from", DATE, "Từ ngày", "From", required=True, settings=given),
            part("to", DATE, "Đến ngày", "To", required=not open_end, settings=given),
        )
        field.made["pieces"] = made
        return made

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        cleaned = super().clean(field, raw, context)
        if "to" in cleaned:
            start, end = first_day(cleaned["from"]), last_day(cleaned["to"])
            if end < start:
                raise invalid("range_order", "to")
            years = field.settings.get("max_years")
            if years and (end - start).days > years * 366:
                raise invalid("range_long", "to", limit=years)
        return cleaned

    def display(self, field: Field, value: Any, lang: str) -> str:
        start = written(value["from"])
        if "to" not in value:
            return f"{start} – {'now' if lang == 'en' else 'nay'}"
        return f"{start} – {written(value['to'])}"


class Appointment(Compound):
    """A day and a session the person prefers; the office answers with the real hour."""

    key = "appointment"
    title = Text("Lịch hẹn", "Appointment")
    help = Text(
        "Ngày và buổi muốn đến; kiểm tra ngày làm việc.",
        "Day and half-day of a visit; working days are judged.",
    )
    family = "number"
    says = "pieces"
    messages = {
        "not_working_day": Text(
            "Cơ quan không làm việc ngày {day}. Hãy chọn ngày khác",
            "The office is closed on {day}. Choose another day",
        ),
    }
    _pieces = (
        part("day", DATE, "Ngày hẹn", "Day", required=True, settings={"min": "today", "max": "today+90d"}),
        part(
            "session",
            CHOICE,
            "Buổi",
            "Session",
            required=True,
            choices=choices_of(("morning", "Buổi sáng", "Morning"), ("afternoon", "Buổi chiều", "Afternoon")),
        ),
    )

    def pieces(self, field: Field) -> tuple[Field, ...]:
        return self._pieces

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        cleaned = super().clean(field, raw, context)
        day = first_day(cleaned["day"])
        if context.is_working_day is not None and not context.is_working_day(day):
            raise invalid("not_working_day", "day", day=written(cleaned["day"]))
        return cleaned

    def display(self, field: Field, value: Mapping[str, Any], lang: str) -> str:
        session = self._pieces[1]
        return f"{CHOICE.display(session, value['session'], lang)}, {written(tidy(value['day']))}"


TYPES = (IdPaper(), LandParcel(), BankAccount(), DateRange(), Appointment())
