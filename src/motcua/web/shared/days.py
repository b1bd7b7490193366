"""The reasoning behind a deadline in words, day by day: for the desk's clock and the calendar's trial."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.working_time import DayCode, DayNote, describe_day
from motcua.web.shared.formats import date_vn

WEEKDAYS: tuple[str, ...] = (
    N_("Thứ Hai"), N_("Thứ Ba"), N_("Thứ Tư"), N_("Thứ Năm"), N_("Thứ Sáu"), N_("Thứ Bảy"), N_("Chủ nhật"),
)  # fmt: skip
_DAYS: dict[str, str] = {
    DayCode.AFTER_CUTOFF: N_("Nhận sau giờ chốt, tính từ ngày làm việc kế tiếp"),
    DayCode.OUTSIDE_HOURS: N_("Nhận ngoài giờ làm việc"),
    DayCode.BEFORE_RESTART: N_("Trước khi tính lại thời hạn"),
    DayCode.FIRST_DAY: N_("Ngày nhận hồ sơ, chưa tính"),
    DayCode.RECEIPT_DAY: N_("Ngày nhận hồ sơ, có tính"),
    DayCode.WORKED: N_("Ngày làm việc"),
    DayCode.CALENDAR_DAY: N_("Ngày dương lịch"),
    DayCode.ROLLED: N_("Chuyển sang ngày làm việc kế tiếp"),
    DayCode.GIVEN_BACK: N_("Cộng lại thời gian tạm dừng"),
    DayCode.PAUSED: N_("Tạm dừng"),
    DayCode.WEEKEND: N_("Nghỉ hằng tuần"),
    DayCode.RECEPTION_ONLY: N_("Chỉ tiếp nhận, không tính thời hạn"),
    DayCode.HOLIDAY: N_("Nghỉ lễ, Tết"),
    DayCode.OBSERVED: N_("Nghỉ bù"),
    DayCode.SWAPPED: N_("Nghỉ hoán đổi"),
    DayCode.LOCAL: N_("Ngày nghỉ của cơ quan"),
}


def day_line(note: DayNote, language: str) -> dict[str, Any]:
    """A day of the reasoning behind a deadline: {"day", "words", "ordinal", "minutes", "deadline"}."""
    code, params = describe_day(note)
    words = _(_DAYS[DayCode(code)])
    title = params.get("title_en" if language == "en" else "title_vi") or params.get("title_vi")
    if title:
        words = f"{words}: {title}"
    instead = params.get("instead_of")
    if isinstance(instead, date):
        words = _("%(words)s (đổi với ngày %(day)s)") % {"words": words, "day": date_vn(instead)}
    return {
        "day": note.day,
        "words": words,
        "ordinal": note.ordinal,
        "minutes": note.worked,
        "deadline": note.deadline,
    }


def weekday(day: date) -> str:
    """`Thứ Hai` … `Chủ nhật`."""
    return _(WEEKDAYS[day.weekday()])
