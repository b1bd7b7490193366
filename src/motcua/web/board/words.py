"""The board's words: what its numbers are called, what their targets stand on, how far there is to go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.law import keys, limits
from motcua.measurement.queries import Figures
from motcua.web.board.rules import PeriodKey, needed
from motcua.web.shared.formats import number_vn

#: Numbers that open: what the page calls them.
NUMBERS: dict[str, str] = {
    "filed": N_("Hồ sơ đã nộp"),
    "online": N_("Nộp trực tuyến"),
    "remote": N_("Nộp từ xa"),
    "finished": N_("Đã giải quyết"),
    "on_time": N_("Giải quyết đúng hạn"),
    "late": N_("Giải quyết trễ hạn"),
    "ended_otherwise": N_("Kết thúc không có kết quả"),
    "rated": N_("Đã đánh giá"),
    "satisfied": N_("Đánh giá hài lòng"),
}
PERIODS: dict[PeriodKey, Callable[[date], str]] = {
    "month": lambda day: _("Tháng %(month)s") % {"month": f"{day:%m/%Y}"},
    "quarter": lambda day: (
        _("Quý %(quarter)s/%(year)s") % {"quarter": (day.month + 2) // 3, "year": day.year}
    ),
    "year": lambda day: _("Năm %(year)s") % {"year": day.year},
    "twelve": lambda _day: _("12 tháng gần nhất"),
}
SATISFACTION_TARGET = "targets.satisfaction"


@dataclass(frozen=True, slots=True)
class Share:
    """One of the three numbers: which counts make it. ``unit`` names what the whole is made of."""

    key: str
    title: str
    part: str
    whole: str
    unit: str
    more: str
    of: Callable[[Figures], float | None]
    counts: Callable[[Figures], tuple[int, int]]


SHARES = (
    Share("remote", N_("Hồ sơ nộp từ xa"), "remote", "filed", N_("hồ sơ đã nộp"), N_("hồ sơ nộp từ xa"),
          lambda f: f.remote_share, lambda f: (f.remote, f.filed)),
    Share("on_time", N_("Giải quyết đúng hạn"), "on_time", "finished", N_("hồ sơ đã giải quyết"),
          N_("hồ sơ đúng hạn"), lambda f: f.on_time_share, lambda f: (f.finished - f.late, f.finished)),
    Share("satisfied", N_("Người dân hài lòng"), "satisfied", "rated", N_("lượt đánh giá"),
          N_("đánh giá hài lòng"), lambda f: f.satisfied_share, lambda f: (f.satisfied, f.rated)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A target in per cent, the line beside the number, and the sentence that says where it comes from."""

    percent: int
    line: str
    ground: str


def number(key: str) -> str:
    """What a number counts, in words."""
    return _(NUMBERS[key])


def targets(today: date, *, english: bool) -> dict[str, Target | None]:
    """The target of each share; None where no act sets a figure (on time: none was found, so none is shown)."""
    return {
        "remote": _target(keys.REMOTE_SHARE_TARGET, today, english=english),
        "on_time": None,
        "satisfied": _target(SATISFACTION_TARGET, today, english=english),
    }


def _target(key: str, today: date, *, english: bool) -> Target | None:
    row = limits.law().find(key, today)
    if row is None or isinstance(row.value, bool) or not isinstance(row.value, int):
        return None
    act = limits.law().instrument(row.instrument)
    title = act.title_en if english else act.title_vi
    # Some programmes are known by title only; the registry then carries a slug in place of a number.
    name = f"{act.number} – {title}" if "/" in act.number else title
    said = {"title": row.title_en if english else row.title_vi, "percent": row.value, "act": name}
    if row.confidence == "verified":
        return Target(
            row.value,
            _("Chỉ tiêu: %(percent)s%%") % said,
            _("%(title)s: chỉ tiêu %(percent)s%%, theo %(act)s.") % said,
        )
    # A figure carried on from an older act is a yardstick, never shown as law in force.
    return Target(
        row.value,
        _("Mức tham chiếu: %(percent)s%%") % said,
        _(
            "%(title)s: mức tham chiếu %(percent)s%%, lấy từ %(act)s; chưa có văn bản quy định mức cho năm nay."
        )
        % said,
    )


def change(now: float | None, then: float | None) -> str:
    """This month against the one before, in percentage points; empty where one of them has no base."""
    if now is None or then is None:
        return ""
    points = round((now - then) * 100, 1)
    if points == 0:
        return _("không đổi")
    said = {"points": number_vn(abs(points), 1).removesuffix(",0")}
    return _("tăng %(points)s điểm %%") % said if points > 0 else _("giảm %(points)s điểm %%") % said


def need(share: Share, part: int, whole: int, target: Target | None) -> tuple[str, str]:
    """(state, sentence): "ahead" or "behind" the target over the period, and what is still needed."""
    if not whole:
        return "", ""
    missed = whole - part
    if target is None:
        if share.key != "on_time":
            return "", ""
        return "", _("%(count)s hồ sơ trễ hạn trong kỳ") % {"count": number_vn(missed)} if missed else _(
            "không có hồ sơ trễ hạn"
        )
    count = needed(part, whole, target.percent)
    if count == 0:
        return "ahead", _("đạt mức %(percent)s%%") % {"percent": target.percent}
    if count is None:
        return "behind", _("không còn đạt được mức %(percent)s%% trong kỳ") % {"percent": target.percent}
    said = {"count": number_vn(count), "what": _(share.more), "percent": target.percent}
    return "behind", _("cần thêm %(count)s %(what)s liên tiếp để cả kỳ đạt %(percent)s%%") % said
