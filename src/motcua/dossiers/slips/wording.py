"""Moments in the words of a state document, in Vietnam's time."""

from __future__ import annotations

from datetime import datetime

from motcua.kernel.clock import VIETNAM

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def clock_words(moment: datetime) -> str:
    """`9 giờ 05, ngày 24/11/2026`."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour} giờ {local:%M}, ngày {local:%d/%m/%Y}"


def appointment_words(moment: datetime) -> str:
    """`16 giờ 30, thứ Năm 26/11/2026`: with the weekday, because people plan by it."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour} giờ {local:%M}, {_WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


def day_words(moment: datetime) -> str:
    """`ngày 05 tháng 02 năm 2026`: days below 10 and months 1, 2 with a zero (NĐ 30/2020 appendix I)."""
    day = moment.astimezone(VIETNAM).date()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def place_date(place: str, moment: datetime) -> str:
    """`Hoàn Kiếm, ngày 05 tháng 02 năm 2026`."""
    return f"{place}, {day_words(moment)}"
