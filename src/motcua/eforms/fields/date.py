"""A date typed as day, month, year. Stored `yyyy-MM-dd`; `yyyy-MM` or `yyyy` where the form allows less.

Settings: `precision` (`day`, `month`, `year`), `partial` (day and month may stay empty: old papers often say only the
year), `min` and `max` (`yyyy-MM-dd`, `today`, `today-18y`, `today+24m`, `today+30d`), `birth` (turns on autocomplete).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import (
    ABSENT,
    Context,
    Control,
    Field,
    FieldType,
    PostData,
    Text,
    Ui,
    first,
    invalid,
    tidy,
)

PRECISIONS = {"day": 3, "month": 2, "year": 1}
_BOUND = re.compile(r"today(?:([+-])(\d{1,4})([ymd]))?")
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_WRITTEN = re.compile(r"(?:(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-])?(\d{4})")
EARLIEST = dt.date(1800, 1, 1)
PIECES = ("day", "month", "year")


def shift(day: dt.date, amount: int, unit: str) -> dt.date:
    """`day` moved by days, months or years; a day that does not exist becomes the last one of its month."""
    if unit == "d":
        return day + dt.timedelta(days=amount)
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@lru_cache(maxsize=512)
def bound(text: str, today: dt.date | None) -> dt.date | None:
    """A bound of a definition; None when it hangs on today and today is not known. Raises ValueError."""
    match = _BOUND.fullmatch(text)
    if match is None:
        return dt.date.fromisoformat(text)
    if today is None:
        return None
    if match[1] is None:
        return today
    return shift(today, int(match[2]) * (1 if match[1] == "+" else -1), match[3])


def first_day(value: str) -> dt.date:
    """`2024` → 1 January 2024, `2024-05` → 1 May 2024."""
    return dt.date.fromisoformat((value + "-01-01")[:10])


def last_day(value: str) -> dt.date:
    day = first_day(value)
    if len(value) == 4:
        return dt.date(day.year, 12, 31)
    return shift(day, 1, "m") - dt.timedelta(days=1) if len(value) == 7 else day


def written(value: str) -> str:
    """`2024-02-01` → `01/02/2024`."""
    return "/".join(reversed(value.split("-")))


_TURNED = Text("ngày đầu sau ngày cuối", "the first day is after the last")


class DateField(FieldType):
    key = "date"
    title = Text("Ngày, tháng, năm", "Date")
    help = Text(
        "Ngày, tháng, năm; có thể chỉ hỏi tháng và năm, hoặc chỉ năm.",
        "Day, month, year; or month and year, or the year alone.",
    )
    family = "number"
    says = "date"
    options = {
        "precision": settings.one_of("Mức chính xác", "Precision", "day", "month", "year"),
        "partial": settings.flag("Ngày, tháng được để trống", "Day and month may stay empty"),
        "min": settings.day("Từ ngày", "Earliest"),
        "max": settings.day("Đến ngày", "Latest"),
        "birth": settings.flag("Là ngày sinh của người khai", "Is the birth date of the one who files"),
    }
    messages = {
        "date_incomplete": Text("{subject} còn thiếu {missing}", "{subject} must include {missing}"),
        "date_wrong": Text(
            "{subject} không có trên lịch. Hãy nhập ngày/tháng/năm, ví dụ 27 3 2019",
            "{subject} is not a real date. Enter day, month and year, for example 27 3 2019",
        ),
        "date_year": Text("{subject}: năm phải đủ 4 chữ số", "{subject}: the year must have 4 digits"),
        "date_future": Text("{subject} không được sau hôm nay", "{subject} must not be in the future"),
        "date_past": Text("{subject} không được trước hôm nay", "{subject} must not be in the past"),
        "date_before": Text("{subject} phải từ ngày {bound} trở đi", "{subject} must be {bound} or later"),
        "date_after": Text("{subject} không được sau ngày {bound}", "{subject} must be {bound} or earlier"),
    }

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        pieces = {piece: first(data, f"{name}.{piece}") for piece in PIECES}
        if all(piece is ABSENT for piece in pieces.values()):
            return first(data, name)
        return {key: piece for key, piece in pieces.items() if piece is not ABSENT}

    def blank(self, field: Field, raw: Any) -> bool:
        if isinstance(raw, dict):
            return not any(tidy(raw.get(piece)) for piece in PIECES)
        return super().blank(field, raw)

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        value = self._read(field, raw)
        self._judge(field, value, context)
        return value

    def _read(self, field: Field, raw: Any) -> str:
        if isinstance(raw, str) and _ISO.fullmatch(raw):
            day, month, year = _split(raw)
        elif isinstance(raw, dict):
            day, month, year = (tidy(raw.get(piece)) for piece in PIECES)
            if not (month or year) and (pasted := _WRITTEN.fullmatch(day)):
                # People paste "27/03/2019" into the first box.
                day, month, year = (pasted[i] or "" for i in (1, 2, 3))
        else:
            match = _WRITTEN.fullmatch(tidy(raw))
            if match is None:
                raise invalid("date_wrong")
            day, month, year = (match[i] or "" for i in (1, 2, 3))
        wanted = PRECISIONS[field.settings.get("precision", "day")]
        return self._assemble(day, month, year, wanted, partial=bool(field.settings.get("partial")))

    def _assemble(self, day: str, month: str, year: str, wanted: int, *, partial: bool) -> str:
        given = {"year": year, "month": month, "day": day}
        needed = ("year", "month", "day")[:wanted]
        missing = tuple(piece for piece in needed if not given[piece])
        if partial and year and (not day or month):
            missing = ()
        if missing:
            raise invalid("date_incomplete", missing[0], missing=missing)
        kept = [given[piece] for piece in needed if given[piece]]
        if not all(piece.isascii() and piece.isdigit() for piece in kept):
            raise invalid("date_wrong")
        if len(year) != 4:
            raise invalid("date_year", "year")
        try:
            moment = dt.date(int(year), *(int(piece) for piece in (*kept[1:], "1", "1")[:2]))
        except ValueError:
            raise invalid("date_wrong") from None
        return moment.isoformat()[: (4, 7, 10)[len(kept) - 1]]

    def _judge(self, field: Field, value: str, context: Context) -> None:
        lowest, highest = field.settings.get("min", ""), field.settings.get("max", "")
        low = bound(lowest, context.today) if lowest else EARLIEST
        if low and last_day(value) < low:
            raise invalid("date_past" if lowest == "today" else "date_before", bound=low.strftime("%d/%m/%Y"))
        high = bound(highest, context.today) if highest else None
        if high and first_day(value) > high:
            raise invalid(
                "date_future" if highest == "today" else "date_after", bound=high.strftime("%d/%m/%Y")
            )

    def display(self, field: Field, value: Any, lang: str) -> str:
        return written(str(value))

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        if isinstance(value, str):
            day, month, year = _split(value) if _ISO.fullmatch(value) else (value, "", "")
            value = {"day": day, "month": month, "year": year}
        elif not isinstance(value, dict):
            value = {}
        wanted = PRECISIONS[field.settings.get("precision", "day")]
        pieces = PIECES[3 - wanted :]
        en = ui.lang == "en"
        words = {
            "day": "Day" if en else "Ngày",
            "month": "Month" if en else "Tháng",
            "year": "Year" if en else "Năm",
        }
        autocomplete = field.settings.get("birth") and bool(field.prefill)
        children = tuple(
            Control(
                kind="input",
                name=f"{ui.name}.{piece}",
                id=f"{ui.id}-{piece}",
                label=words[piece],
                value=tidy(value.get(piece)),
                width="4" if piece == "year" else "2",
                error="x" if ui.error or piece in ui.errors else "",
                inputmode="numeric",
                autocomplete=f"bday-{piece}" if autocomplete else "",
            )
            for piece in pieces
        )
        labels = self.labels(field, ui)
        if not labels["error"]:
            labels["error"] = next((ui.errors[piece] for piece in pieces if piece in ui.errors), "")
        return Control(kind="date", children=children, **labels)

    def anchor(self, field: Field, part: str, base: str) -> str:
        start = PIECES[3 - PRECISIONS[field.settings.get("precision", "day")]]
        return f"{base}-{part or start}"

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}

    def from_claim(self, field: Field, claim: Any) -> Any:
        """Registers write `yyyyMMdd`, `dd/MM/yyyy`, `yyyy` or ISO; `{NgayThangNam: …}` or `{Nam: …}` (API 037)."""
        if isinstance(claim, dict):
            claim = claim.get("NgayThangNam") or claim.get("Nam")
        text = str(claim or "").strip()[:10]
        if re.fullmatch(r"\d{8}", text):
            return f"{text[:4]}-{text[4:6]}-{text[6:]}"
        if _ISO.fullmatch(text):
            return text if len(text) != 4 or field.settings.get("partial") else {"year": text}
        if match := _WRITTEN.fullmatch(text):
            return {piece: match[i] or "" for i, piece in enumerate(PIECES, 1)}
        return None

    def faults(self, field: Field) -> tuple[Text, ...]:
        found = []
        for name in ("min", "max"):
            text = field.settings.get(name)
            if text:
                try:
                    bound(text, dt.date(2026, 1, 1))
                except (ValueError, TypeError, OverflowError):
                    found.append(Text(f"“{text}” không phải là ngày", f"{text!r} is not a date"))
        return tuple(found) or self._turned(field)

    def _turned(self, field: Field) -> tuple[Text, ...]:
        """A fixed day beside one that moves with today can't be judged once and for all."""
        ends = [field.settings.get(name) or "" for name in ("min", "max")]
        if not all(ends) or len({end.startswith("today") for end in ends}) > 1:
            return ()
        low, high = (bound(end, dt.date(2026, 1, 1)) for end in ends)
        return (_TURNED,) if low and high and low > high else ()


def _split(iso: str) -> tuple[str, str, str]:
    year, month, day = (*iso.split("-"), "", "")[:3]
    return day, month, year


DATE = DateField()
TYPES = (DATE,)
