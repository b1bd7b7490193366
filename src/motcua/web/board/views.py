"""The head's board: three numbers with their target and pace, a chart each, the tables, and the dossiers behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.measurement import queries
from motcua.measurement.models import FoldMark
from motcua.measurement.queries import Figures
from motcua.organisations.models import Agency
from motcua.web.board import words
from motcua.web.board.rules import PERIODS, USUAL, Period, month_end, months_back, period
from motcua.web.shared.formats import datetime_vn, number_vn, percent_vn, time_vn
from motcua.web.shared.staff import acting, navigation, staff

PAGE = 50
CHARTED_MONTHS = 12


def reach(actor: Actor) -> list[Agency]:
    """The agencies a head answers for, and all below them."""
    wanted = Q(pk__in=[])
    for seat in actor.seats_as(Role.HEAD):
        wanted |= Q(code=seat.agency_code) | Q(code__startswith=f"{seat.agency_code}.")
    return list(Agency.objects.filter(wanted).only("code", "name", "name_en", "short_name").order_by("code"))


def tops(agencies: Sequence[Agency]) -> list[Agency]:
    """Those that lie below no other of them."""
    return [one for one in agencies if not any(one.code.startswith(f"{other.code}.") for other in agencies)]


def chosen(agencies: Sequence[Agency], asked: str) -> Agency:
    """The asked agency if it is in reach, the first when none is asked; 404 for any other."""
    if not asked:
        return agencies[0]
    found = next((agency for agency in agencies if agency.code == asked), None)
    if found is None:
        raise Http404
    return found


@require_safe
@staff(Role.HEAD)
def board(request: HttpRequest) -> HttpResponseBase:
    """``/board/?agency=H56.201&period=month|quarter|year|twelve``."""
    now = clock_now()
    today = local_day(now)
    english = request.LANGUAGE_CODE == "en"
    actor = acting(request)
    agencies = reach(actor)
    agency = chosen(agencies, request.GET.get("agency", ""))
    shown = period(request.GET.get("period", ""), today)
    first = months_back(today, CHARTED_MONTHS - 1)
    by_month = {row.key: row.figures for row in queries.by_month(first, month_end(today), under=agency.code)}
    months = [
        (month, by_month.get(month.isoformat(), Figures()))
        for month in (months_back(first, -offset) for offset in range(CHARTED_MONTHS))
    ]
    figures = {row.key: row.figures for row in queries.by_agency(shown.since, shown.until, under=agency.code)}
    total = queries.total([queries.Row(code, code, one) for code, one in figures.items()])
    targets = words.targets(today, english=english)
    mark = FoldMark.objects.filter(pk=1).first()
    below = [one for one in agencies if f"{one.code}.".startswith(f"{agency.code}.")]
    context = {
        "staff": navigation(actor, "board"),
        "agency": _name(agency, english=english),
        "freshness": _freshness(mark.folded_at if mark else None, now),
        "own": _chips(tops(agencies), agency, shown),
        "above": _above(agency, agencies, shown),
        "periods": [
            {"text": words.PERIODS[key](today), "href": _here(agency.code, key), "on": key == shown.key}
            for key in PERIODS
        ],
        "period": shown,
        "numbers": [_number(share, total, months, targets, agency.code, shown) for share in words.SHARES],
        "charts": [_chart(share, months, targets) for share in words.SHARES],
        "counts": {
            "labels": _labels(months),
            "series": [
                (words.number(key), [getattr(one, key) for _month, one in months])
                for key in ("filed", "online", "remote")
            ],
        },
        "rows": [
            _row(
                _name(one, english=english),
                one.code,
                figures.get(one.code, Figures()),
                shown.since,
                shown.until,
                _here(one.code, shown.key) if one.code != agency.code else "",
            )
            for one in below
        ],
        "months": [
            _row(f"{month:%m/%Y}", agency.code, one, month, month_end(month), "")
            for month, one in reversed(months)
        ],
        "total": _row(_("Cộng"), agency.code, total, shown.since, shown.until, "")
        if len(below) > 1
        else None,
        "grounds": [target.ground for target in targets.values() if target is not None],
    }
    return render(request, "board/board.html", context)


def _name(agency: Agency, *, english: bool) -> str:
    return agency.name_en or agency.name if english else agency.name


def _freshness(folded_at: datetime | None, now: datetime) -> str:
    if folded_at is None:
        return _("chưa có số liệu")
    same_day = local_day(folded_at) == local_day(now)
    return _("số liệu đến %(time)s, cập nhật mỗi 30 giây") % {
        "time": time_vn(folded_at) if same_day else datetime_vn(folded_at)
    }


def _here(agency: str, key: str) -> str:
    asked = {"agency": agency, **({"period": key} if key != USUAL else {})}
    return f"/board/?{urlencode(asked)}"


def _above(agency: Agency, agencies: Sequence[Agency], shown: Period) -> str:
    """Where a head who has gone down the tree goes up again; empty at the top of their reach."""
    above = [one.code for one in agencies if agency.code.startswith(f"{one.code}.")]
    return _here(max(above, key=len), shown.key) if above else ""


def _chips(own: Sequence[Agency], agency: Agency, shown: Period) -> list[dict[str, Any]]:
    if len(own) < 2:
        return []
    return [
        {"text": one.short_name, "href": _here(one.code, shown.key), "on": one.code == agency.code}
        for one in own
    ]


def _behind(number: str, since: date, until: date, agency: str) -> str:
    asked = {"number": number, "since": since.isoformat(), "until": until.isoformat(), "agency": agency}
    return f"/board/dossiers/?{urlencode(asked)}"


def _number(
    share: words.Share,
    total: Figures,
    months: Sequence[tuple[date, Figures]],
    targets: Mapping[str, words.Target | None],
    agency: str,
    shown: Period,
) -> dict[str, Any]:
    """One big number: its value, target, pace and what is still needed, each with the dossiers behind it."""
    target = targets[share.key]
    part, whole = share.counts(total)
    (before, then), (month, now) = months[-2], months[-1]
    state, need = words.need(share, part, whole, target)
    # Without a target the sentence counts what was late, and opens it.
    lateness = share.key == "on_time" and target is None and part < whole
    late = _behind("late", shown.since, shown.until, agency) if lateness else ""
    return {
        "title": _(share.title),
        "value": percent_vn(share.of(total)) if whole else "",
        "href": _behind(share.part, shown.since, shown.until, agency),
        "part": number_vn(part),
        "whole": number_vn(whole),
        "whole_words": _(share.unit),
        "whole_href": _behind(share.whole, shown.since, shown.until, agency) if whole else "",
        "target": target.line if target else _("Chưa có chỉ tiêu bằng số trong văn bản"),
        "pace": [
            {
                "when": when,
                "value": percent_vn(share.of(figures)) if share.counts(figures)[1] else _("chưa có số liệu"),
                "href": _behind(share.part, day, month_end(day), agency) if share.counts(figures)[1] else "",
            }
            for when, day, figures in ((_("Tháng này"), month, now), (_("tháng trước"), before, then))
        ],
        "change": words.change(share.of(now), share.of(then)),
        "need": need,
        "need_href": late,
        "state": state,
    }


def _labels(months: Sequence[tuple[date, Figures]]) -> list[str]:
    return [f"{month:%m/%y}" for month, _figures in months]


def _chart(
    share: words.Share,
    months: Sequence[tuple[date, Figures]],
    targets: Mapping[str, words.Target | None],
) -> dict[str, Any]:
    target = targets[share.key]
    values = [share.of(figures) for _month, figures in months]
    return {
        "title": _("%(title)s, 12 tháng (%%)") % {"title": _(share.title)},
        "name": _(share.title),
        "labels": _labels(months),
        "numbers": [None if value is None else round(value * 100, 1) for value in values],
        "target": target.percent if target else None,
        "target_words": f"{target.percent}%" if target else "",
    }


def _row(label: str, agency: str, f: Figures, since: date, until: date, href: str) -> dict[str, Any]:
    """A line of a table: every number with the address of the dossiers it counts."""

    def cell(number: str, base: int, value: str) -> dict[str, str]:
        return {"value": value, "href": _behind(number, since, until, agency) if base else ""}

    cells = [
        cell(name, getattr(f, name), number_vn(getattr(f, name))) for name in ("filed", "online", "remote")
    ]
    cells.append(cell("remote", f.filed, percent_vn(f.remote_share)))
    cells += [cell(name, getattr(f, name), number_vn(getattr(f, name))) for name in ("finished", "late")]
    cells.append(cell("on_time", f.finished, percent_vn(f.on_time_share)))
    cells.append(cell("rated", f.rated, number_vn(f.rated)))
    cells.append(cell("satisfied", f.rated, percent_vn(f.satisfied_share)))
    return {"label": label, "href": href, "cells": cells}


@require_safe
@staff(Role.HEAD)
def dossiers(request: HttpRequest) -> HttpResponseBase:
    """``/board/dossiers/?number=remote&since=…&until=…&agency=…``: the dossiers a number counts, as many as it says."""
    actor = acting(request)
    number = request.GET.get("number", "")
    if number not in words.NUMBERS:
        raise Http404
    try:
        since, until = (date.fromisoformat(request.GET.get(name, "")) for name in ("since", "until"))
    except ValueError as error:
        raise Http404 from error
    agency = chosen(reach(actor), request.GET.get("agency", ""))
    found = queries.behind(number, actor=actor, since=since, until=until, under=agency.code)
    asked_after = request.GET.get("after", "")
    after = (
        int(asked_after)
        if asked_after.isascii() and asked_after.isdigit() and len(asked_after) < 19
        else None
    )
    rows = list(queries.page_behind(found, after=after)[: PAGE + 1])
    asked = {"number": number, "since": since.isoformat(), "until": until.isoformat(), "agency": agency.code}
    english = request.LANGUAGE_CODE == "en"
    context = {
        "staff": navigation(actor, "board"),
        "title": words.number(number),
        "agency": _name(agency, english=english),
        "back": _here(agency.code, USUAL),
        "since": since,
        "until": until,
        "count": found.count(),
        "rows": rows[:PAGE],
        "first": f"/board/dossiers/?{urlencode(asked)}" if after is not None else "",
        "next": f"/board/dossiers/?{urlencode({**asked, 'after': rows[PAGE - 1].pk})}"
        if len(rows) > PAGE
        else "",
    }
    return render(request, "board/dossiers.html", context)
