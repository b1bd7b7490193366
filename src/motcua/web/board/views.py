"""The head's board: three numbers with their target and pace, a chart each, the agencies, and the dossiers behind."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.law import keys, limits
from motcua.measurement import queries
from motcua.measurement.models import FoldMark
from motcua.measurement.queries import Figures, Row
from motcua.organisations.models import Agency
from motcua.web.shared.formats import number_vn, percent_vn
from motcua.web.shared.staff import acting, navigation, staff

PAGE = 50
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


@dataclass(frozen=True, slots=True)
class Share:
    """One of the three numbers: which counts make it, and its target (0..1, None: the law sets none)."""

    key: str
    title: str
    part: str
    whole: str
    unit: str
    share: Callable[[Figures], float | None]
    counts: Callable[[Figures], tuple[int, int]]


SHARES = (
    Share("remote", N_("Hồ sơ nộp từ xa"), "remote", "filed", N_("hồ sơ nộp từ xa"),
          lambda f: f.remote_share, lambda f: (f.remote, f.filed)),
    Share("on_time", N_("Giải quyết đúng hạn"), "on_time", "finished", N_("hồ sơ đúng hạn"),
          lambda f: f.on_time_share, lambda f: (f.finished - f.late, f.finished)),
    Share("satisfied", N_("Người dân hài lòng"), "satisfied", "rated", N_("đánh giá hài lòng"),
          lambda f: f.satisfied_share, lambda f: (f.satisfied, f.rated)),
)  # fmt: skip


def months_back(day: date, count: int) -> date:
    """First day of the month ``count`` months before that of ``day``."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return months_back(day, -1) - timedelta(days=1)


def missing_for(part: int, whole: int, target: float) -> int:
    """How many more of ``whole`` would have to count for the target to be met; 0 when it is."""
    return max(0, math.ceil(target * whole - part - 1e-9))


def roots(actor: Actor) -> list[Agency]:
    """The agencies a head answers for, those below another of theirs left out."""
    codes = sorted({seat.agency_code for seat in actor.seats_as(Role.HEAD)})
    top = [code for code in codes if not any(code.startswith(f"{other}.") for other in codes)]
    return list(Agency.objects.filter(code__in=top).order_by("code"))


def chosen_root(actor: Actor, asked: str) -> tuple[Agency, list[Agency]]:
    """The agency to show: the asked one if the head answers for it, their first one when none is asked."""
    own = roots(actor)
    if not asked:
        return own[0], own
    if not any(f"{asked}.".startswith(f"{agency.code}.") for agency in own):
        raise Http404
    found = Agency.objects.filter(code=asked).first()
    if found is None:
        raise Http404
    return found, own


def _targets(today: date) -> dict[str, float | None]:
    return {
        "remote": limits.integer(keys.REMOTE_SHARE_TARGET, today) / 100,
        "on_time": None,
        "satisfied": limits.integer("targets.satisfaction", today) / 100,
    }


@require_safe
@staff(Role.HEAD)
def board(request: HttpRequest) -> HttpResponseBase:
    """``/board/?agency=H56.201``: the last twelve months, and the present one against its target."""
    actor = acting(request)
    today = local_day(clock_now())
    agency, own = chosen_root(actor, request.GET.get("agency", ""))
    since, until = months_back(today, 11), month_end(today)
    months = queries.by_month(since, until, under=agency.code)
    agencies = queries.by_agency(since, until, under=agency.code)
    total = queries.total(months)
    this_month = next(
        (row.figures for row in months if row.key == today.replace(day=1).isoformat()), Figures()
    )
    targets = _targets(today)
    mark = FoldMark.objects.filter(pk=1).first()
    context = {
        "staff": navigation(actor, "board"),
        "agency": agency,
        "own": own if len(own) > 1 else [],
        "above": _above(agency, own),
        "since": since,
        "until": until,
        "folded_at": mark.folded_at if mark else None,
        "numbers": [_number(share, total, this_month, targets[share.key], agency.code, since, until, today) for share in SHARES],
        "charts": [_chart(share, months, targets[share.key], since) for share in SHARES],
        "rows": [_row(row, since, until, row.key != agency.code) for row in agencies],
        "total": _row(Row(agency.code, _("Cộng"), total), since, until, False) if len(agencies) > 1 else None,
    }  # fmt: skip
    return render(request, "board/board.html", context)


def _above(agency: Agency, own: Sequence[Agency]) -> str:
    """Where a head who has gone down the tree goes up again; empty at their own agency."""
    if any(agency.code == one.code for one in own) or "." not in agency.code:
        return ""
    return agency.code.rpartition(".")[0]


def _behind(number: str, since: date, until: date, agency: str) -> str:
    asked = {"number": number, "since": since.isoformat(), "until": until.isoformat(), "agency": agency}
    return f"/board/dossiers/?{urlencode(asked)}"


def _number(
    share: Share, total: Figures, month: Figures, target: float | None, agency: str, since: date, until: date, today: date
) -> dict[str, Any]:  # fmt: skip
    part, whole = share.counts(month)
    now = share.share(month)
    pace, state = _("Tháng này chưa có số liệu"), ""
    first = today.replace(day=1)
    if now is not None:
        pace = _("Tháng này %(share)s (%(part)s/%(whole)s)") % {
            "share": percent_vn(now), "part": number_vn(part), "whole": number_vn(whole)
        }  # fmt: skip
        if target is not None:
            lacking = missing_for(part, whole, target)
            state = "behind" if lacking else "ahead"
            if lacking:
                pace += _(", thiếu %(count)s %(unit)s để đạt chỉ tiêu") % {
                    "count": number_vn(lacking), "unit": _(share.unit)
                }  # fmt: skip
            else:
                pace += _(", đang đạt chỉ tiêu")
    part_all, whole_all = share.counts(total)
    return {
        "title": _(share.title),
        "value": percent_vn(share.share(total)),
        "href": _behind(share.part, since, until, agency),
        "of": _("%(part)s trên %(whole)s") % {"part": number_vn(part_all), "whole": number_vn(whole_all)},
        "target": percent_vn(target) if target is not None else "",
        "pace": pace,
        "state": state,
        "month_href": _behind(share.part, first, month_end(first), agency) if whole else "",
    }


def _chart(share: Share, months: Sequence[Row], target: float | None, since: date) -> dict[str, Any]:
    by_key = {row.key: row.figures for row in months}
    keys_of = [months_back(since, -offset) for offset in range(12)]
    values = [share.share(by_key[key.isoformat()]) if key.isoformat() in by_key else None for key in keys_of]
    return {
        "title": _("%(title)s theo tháng (%%)") % {"title": _(share.title)},
        "name": _(share.title),
        "labels": [f"{key.month:02d}/{key.year % 100:02d}" for key in keys_of],
        "values": [round(value * 100, 1) if value is not None else None for value in values],
        "target": target * 100 if target is not None else None,
        "target_words": _("Chỉ tiêu %(target)s") % {"target": percent_vn(target)}
        if target is not None
        else "",
    }


def _row(row: Row, since: date, until: date, below: bool) -> dict[str, Any]:
    f = row.figures

    def cell(number: str, value: int) -> dict[str, Any]:
        return {"value": number_vn(value), "href": _behind(number, since, until, row.key) if value else ""}

    return {
        "code": row.key,
        "label": row.label,
        "below": below,
        "filed": cell("filed", f.filed),
        "online": cell("online", f.online),
        "remote": cell("remote", f.remote),
        "remote_share": percent_vn(f.remote_share),
        "finished": cell("finished", f.finished),
        "late": cell("late", f.late),
        "on_time_share": percent_vn(f.on_time_share),
        "satisfied_share": percent_vn(f.satisfied_share),
    }


@require_safe
@staff(Role.HEAD)
def dossiers(request: HttpRequest) -> HttpResponseBase:
    """``/board/dossiers/?number=remote&since=…&until=…&agency=…``: the dossiers a number counts, as many as it says."""
    actor = acting(request)
    number = request.GET.get("number", "")
    if number not in NUMBERS:
        raise Http404
    try:
        since, until = (
            date.fromisoformat(request.GET.get("since", "")),
            date.fromisoformat(request.GET.get("until", "")),
        )
    except ValueError as error:
        raise Http404 from error
    agency, _own = chosen_root(actor, request.GET.get("agency", ""))
    found = queries.behind(number, actor=actor, since=since, until=until, under=agency.code)
    after = request.GET.get("after", "")
    rows = list(
        queries.page_behind(found, after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None)[: PAGE + 1]
    )  # fmt: skip
    asked = {"number": number, "since": since.isoformat(), "until": until.isoformat(), "agency": agency.code}
    context = {
        "staff": navigation(actor, "board"),
        "title": _(NUMBERS[number]),
        "agency": agency,
        "since": since,
        "until": until,
        "count": found.count(),
        "rows": rows[:PAGE],
        "first": f"/board/dossiers/?{urlencode(asked)}" if after else "",
        "next": f"/board/dossiers/?{urlencode({**asked, 'after': rows[PAGE - 1].pk})}"
        if len(rows) > PAGE
        else "",
    }
    return render(request, "board/dossiers.html", context)
