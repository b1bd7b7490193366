"""Working calendars on screen: weekly hours, days off and worked, and their history; deadlines follow by a job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_http_methods, require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations import actions
from motcua.organisations.models import Agency, CalendarChange, CalendarDay, WorkingCalendar
from motcua.organisations.queries import ancestors
from motcua.processing.jobs import recompute_due
from motcua.web.shared.formats import date_vn
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence

NATIONAL = "national"
WEEKDAYS = (
    ("1", N_("Thứ Hai")), ("2", N_("Thứ Ba")), ("3", N_("Thứ Tư")), ("4", N_("Thứ Năm")), ("5", N_("Thứ Sáu")),
    ("6", N_("Thứ Bảy")), ("7", N_("Chủ nhật")),
)  # fmt: skip
Hours = dict[str, list[list[str]]]
#: One span: "7:30-11:30", "07.30 – 11.30", "7h30 đến 11h30".
_SPAN = re.compile(
    r"(\d{1,2})[:.h](\d{2})?\s*(?:-|–|—|đến|to)\s*(\d{1,2})[:.h](\d{2})?", re.ASCII | re.IGNORECASE
)


def editable(actor: Actor) -> list[Agency]:
    """Agencies whose calendar the officer may edit: those of their seats as head or operator, and below."""
    wanted = Q(pk__in=[])
    for seat in actor.seats_as(Role.HEAD, Role.OPERATOR):
        wanted |= Q(code=seat.agency_code) | Q(code__startswith=f"{seat.agency_code}.")
    return list(Agency.objects.filter(wanted, active=True).order_by("code"))


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def calendars(request: HttpRequest) -> HttpResponseBase:
    """``/studio/calendars/``: whose calendars there are, and which of them differ from the one above."""
    actor = acting(request)
    agencies = editable(actor)
    own = set(WorkingCalendar.objects.exclude(agency=None).values_list("agency", flat=True))
    days = CalendarDay.objects.filter(agency__in=agencies, day__gte=local_day(clock_now()))
    coming: dict[int | None, int] = {}
    for agency in days.values_list("agency", flat=True):
        coming[agency] = coming.get(agency, 0) + 1
    context = {
        "staff": navigation(actor, "studio"),
        "national": actor.holds(Role.OPERATOR),
        "agencies": [
            {"code": a.code, "name": a.name, "name_en": a.name_en or a.name, "own": a.pk in own, "days": coming.get(a.pk, 0)}
            for a in agencies
        ],
    }  # fmt: skip
    return render(request, "studio/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/studio/calendars/<agency code or "national">/?year=2026``."""
    actor = acting(request)
    agency = None if code == NATIONAL else Agency.objects.filter(code=code, active=True).first()
    if agency is None and code != NATIONAL:
        raise Http404
    try:
        actions.check_may_edit(actor, agency)
    except NotAllowed as refusal:
        raise Http404 from refusal
    if request.method != "POST":
        return _draw(request, actor, agency)
    try:
        with transaction.atomic():
            done = _change(actor, agency, request.POST)
            # Deadlines that were reckoned by the old calendar follow it, in the background.
            recompute_due.defer(agency=agency.code if agency else None)
    except Refused as refusal:
        said = sentence(refusal.code, refusal.params)
        return _draw(request, actor, agency, problem=said, typed=request.POST, status=422)
    return HttpResponseRedirect(f"/studio/calendars/{code}/?year={done}&saved=1")


def _change(actor: Actor, agency: Agency | None, post: QueryDict) -> int:
    """Make the posted change; returns the year to show afterwards."""
    now = clock_now()
    what = post.get("what", "")
    if what == "remove":
        row = post.get("row", "")
        kept = CalendarDay.objects.filter(
            pk=int(row) if row.isascii() and row.isdigit() else 0, agency=agency
        ).first()
        if kept is None:
            raise NotAllowed("calendar.unknown_day")
        actions.remove_day(actor=actor, row_id=kept.pk, now=now)
        return kept.day.year
    if what == "day":
        day = _day(post, "day")
        actions.set_day(
            actor=actor,
            agency=agency,
            day=day,
            kind=post.get("kind", ""),
            name=post.get("name", "")[:120],
            name_en=post.get("name_en", "")[:120],
            now=now,
        )
        return day.year
    if what == "hours":
        since = _day(post, "since")
        actions.set_hours(
            actor=actor,
            agency=agency,
            valid_from=since,
            hours=_hours(post, "hours"),
            reception=_hours(post, "reception"),
            now=now,
        )
        return since.year
    raise Http404


def _day(post: QueryDict, name: str) -> date:
    """A date typed in three boxes."""
    try:
        year, month, day = (int(post.get(f"{name}-{part}", "")[:4]) for part in ("year", "month", "day"))
        return date(year, month, day)
    except ValueError as error:
        raise Refused("calendar.day_incomplete") from error


def _hours(post: QueryDict, what: str) -> Hours:
    """Hours typed as "7:30–11:30; 13:30–17:00" by weekday; a line that cannot be read is refused with its day."""
    found: Hours = {}
    for day, _name in WEEKDAYS:
        text = post.get(f"{what}-{day}", "").strip()[:200]
        spans = [
            [f"{int(a):02d}:{b or '00'}", f"{int(c):02d}:{d or '00'}"] for a, b, c, d in _SPAN.findall(text)
        ]
        if _SPAN.sub("", text).strip(" ;,/+và"):
            raise Refused("calendar.bad_hours", day=day)
        if spans:
            found[day] = spans
    return found


def hours_text(spans: list[list[str]]) -> str:
    """`07:30–11:30; 13:30–17:00`."""
    return "; ".join(f"{start}–{end}" for start, end in spans)


def _in_force(agency: Agency | None, on: date) -> tuple[WorkingCalendar | None, bool]:
    """The weekly hours in force for an agency on a day, and whether they are its own."""
    line = [*(ancestors(agency.code) if agency else []), ""]
    rows = WorkingCalendar.objects.select_related("agency").filter(
        Q(agency=None) | Q(agency__code__in=line), Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on
    )
    newest: dict[str, WorkingCalendar] = {}
    for row in rows.order_by("valid_from"):
        newest[row.agency.code if row.agency else ""] = row
    for place, name in enumerate(line):
        if name in newest:
            return newest[name], place == 0
    return None, False


def _draw(
    request: HttpRequest,
    actor: Actor,
    agency: Agency | None,
    *,
    problem: str = "",
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    today = local_day(clock_now())
    asked = request.GET.get("year", "")
    year = int(asked) if re.fullmatch(r"20\d\d", asked, re.ASCII) else today.year
    english = request.LANGUAGE_CODE == "en"  # type: ignore[attr-defined]
    in_force, own = _in_force(agency, today)
    line = ancestors(agency.code) if agency else []
    days = (
        CalendarDay.objects.filter(Q(agency=None) | Q(agency__code__in=line), day__year=year)
        .select_related("agency")
        .order_by("day")
    )
    changes = CalendarChange.objects.filter(agency=agency).select_related("officer").order_by("-id")[:30]
    given = typed or {}
    context = {
        "staff": navigation(actor, "studio"),
        "agency": agency,
        "code": agency.code if agency else NATIONAL,
        "year": year,
        "years": [year - 1, year + 1],
        "own": own,
        "inherited_from": (in_force.agency.name if in_force and in_force.agency else _("lịch chung cả nước"))
        if not own
        else "",
        "weekdays": [
            {
                "key": key,
                "name": _(name),
                "hours": given.get(
                    f"hours-{key}", hours_text(in_force.hours.get(key, [])) if in_force else ""
                ),
                "reception": given.get(
                    f"reception-{key}", hours_text(in_force.reception.get(key, [])) if in_force else ""
                ),
            }
            for key, name in WEEKDAYS
        ],
        "today": today + timedelta(days=1),
        "days": [
            {
                "id": row.pk,
                "day": row.day,
                "weekday": _(dict(WEEKDAYS)[str(row.day.isoweekday())]),
                "off": row.kind == CalendarDay.Kind.OFF,
                "name": row.name_en if english and row.name_en else row.name,
                "provisional": row.provisional,
                "whose": row.agency.name if row.agency else _("cả nước"),
                "mine": row.agency_id == (agency.pk if agency else None),
            }
            for row in days
        ],
        "history": [
            {
                "at": change.at,
                "who": change.officer.full_name if change.officer else _("Hệ thống"),
                "what": change_words(change.change),
            }
            for change in changes
        ],
        "problem": problem,
        "typed": given,
        "saved": "saved" in request.GET,
    }
    return render(request, "studio/calendar.html", context, status=status)


def _when(text: Any) -> str:
    return date_vn(date.fromisoformat(str(text)))


def change_words(change: Mapping[str, Any]) -> str:
    """One line of a calendar's history."""
    kinds = {"off": _("ngày nghỉ"), "worked": _("ngày làm việc")}
    if "seeded" in change:
        return _("Nạp %(count)s ngày từ danh sách chung") % {"count": change["seeded"]}
    if "hours_from" in change:
        return _("Đổi giờ làm việc từ %(day)s") % {"day": _when(change["hours_from"])}
    if "removed" in change:
        return _("Bỏ %(kind)s %(day)s: %(name)s") % {
            "kind": kinds.get(change.get("kind", ""), ""),
            "day": _when(change["removed"]),
            "name": change.get("name", ""),
        }
    return _("Đặt %(kind)s %(day)s: %(name)s") % {
        "kind": kinds.get(change.get("kind", ""), ""),
        "day": _when(change["day"]),
        "name": change.get("name", ""),
    }
