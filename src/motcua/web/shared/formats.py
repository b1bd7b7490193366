"""How values look on a page: dates, numbers, money, statuses, working time. Pure but for the wording.

Formats do not follow the language of the page: a date is dd/MM/yyyy and money 1.234.567 đ in English too,
because the paper beside the screen says so.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, gettext_noop, ngettext
from markupsafe import Markup, escape

from motcua.kernel.money import format_dong

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTES_PER_WORKING_DAY: Final = 480
NO_BREAK: Final = "\u00a0"

# The ten national codes (reference R1.11): words, sign, tone. The sign carries the meaning where colour cannot.
STATUSES: Final[dict[int, tuple[str, str, str]]] = {
    1: (gettext_noop("Mới đăng ký"), "○", "new"),
    2: (gettext_noop("Được tiếp nhận"), "◐", "working"),
    3: (gettext_noop("Không được tiếp nhận"), "✕", "refused"),
    4: (gettext_noop("Đang xử lý"), "▶", "working"),
    5: (gettext_noop("Yêu cầu bổ sung giấy tờ"), "!", "waiting"),
    6: (gettext_noop("Yêu cầu thực hiện nghĩa vụ tài chính"), "₫", "waiting"),
    7: (gettext_noop("Công dân yêu cầu rút hồ sơ"), "↩", "stopped"),
    8: (gettext_noop("Dừng xử lý"), "■", "stopped"),
    9: (gettext_noop("Đã xử lý xong"), "✓", "done"),
    10: (gettext_noop("Đã trả kết quả"), "✓✓", "done"),
}


def local(moment: datetime) -> datetime:
    """The moment on Vietnamese clocks. A naive moment is a bug upstream, so it raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be shown: {moment!r}")
    return moment.astimezone(ZONE)


def date_vn(value: date | datetime) -> str:
    """`09/06/2026`."""
    day = local(value) if isinstance(value, datetime) else value
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def time_vn(value: datetime | time) -> str:
    """`14:32`, 24 hours."""
    clock = local(value) if isinstance(value, datetime) else value
    return f"{clock.hour:02}:{clock.minute:02}"


def datetime_vn(value: datetime) -> str:
    """`14:32 ngày 09/06/2026`, the order a Vietnamese document uses."""
    return gettext("%(time)s ngày %(date)s") % {"time": time_vn(value), "date": date_vn(value)}


def money(value: int) -> str:
    """Đồng: `1.234.567 đ`; nothing to pay is said in words."""
    return gettext("Miễn phí") if value == 0 else format_dong(value)


def number_vn(value: float | Decimal, digits: int = 0) -> str:
    """`1.234,5`: dots between thousands, a comma before decimals."""
    return f"{value:,.{digits}f}".replace(",", "\0").replace(".", ",").replace("\0", ".")


def percent_vn(share: float | Decimal | None, digits: int = 1) -> str:
    """A share 0..1 as `95,4%`; None (nothing counted) is a dash, never 0%."""
    if share is None:
        return "–"
    text = number_vn(share * 100, digits)
    return f"{text.rstrip('0').rstrip(',') if digits else text}%"


def working_time(minutes: int) -> str:
    """Working minutes in words: `3 ngày làm việc`, `4 giờ làm việc`, `20 phút làm việc`; the sign is dropped.

    Rounded down, except that less than a minute is one: nobody is told "0 phút".
    """
    left = abs(minutes)
    if left >= MINUTES_PER_WORKING_DAY:
        count = left // MINUTES_PER_WORKING_DAY
        return ngettext("%(count)s ngày làm việc", "%(count)s ngày làm việc", count) % {"count": count}
    if left >= 60:
        count = left // 60
        return ngettext("%(count)s giờ làm việc", "%(count)s giờ làm việc", count) % {"count": count}
    count = max(left, 1)
    return ngettext("%(count)s phút làm việc", "%(count)s phút làm việc", count) % {"count": count}


def file_size(size: int) -> str:
    """Bytes for people: `640 KB`, `2,4 MB`; 1024 to the next, as phones and file managers show them."""
    if size < 1024:
        return f"{size}{NO_BREAK}B"
    if size < 1024**2:
        return f"{number_vn(size / 1024)}{NO_BREAK}KB"
    return f"{number_vn(size / 1024**2, 1).removesuffix(',0')}{NO_BREAK}MB"


def status_words(code: int) -> str:
    """The national words of a status 1..10, in the language of the page."""
    return gettext(STATUSES[code][0])


def status_tag(code: int) -> Markup:
    """Sign and words of a status 1..10. KeyError for any other code: there is no eleventh."""
    words, sign, tone = STATUSES[code]
    return Markup(  # noqa: S704 - the parts are escaped or our own constants
        f'<strong class="mc-tag mc-tag--{tone}"><span class="mc-tag__sign" aria-hidden="true">{sign}</span>'
        f"{escape(gettext(words))}</strong>"
    )


def lang_attr(language: str) -> Markup:
    """` lang="vi"` when the text is in another language than the page (WCAG 3.1.2), else nothing.

    `<span{{ "vi" | lang_attr }}>{{ procedure.name }}</span>`
    """
    return Markup("") if get_language() == language else Markup(' lang="{}"').format(language)


FILTERS: Final = {
    function.__name__: function
    for function in (
        date_vn,
        time_vn,
        datetime_vn,
        money,
        number_vn,
        percent_vn,
        working_time,
        file_size,
        status_words,
        status_tag,
        lang_attr,
    )
}
