"""Working calendars on screen: weekly hours, days off and worked, and their history; deadlines follow by a job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations import actions
from motcua.organisations.models import Agency, CalendarDay
from motcua.processing.jobs import recompute_due
from motcua.web.shared.days import WEEKDAYS
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.web.studio import reading
from motcua.web.studio.trial import UNITS, attempt

NATIONAL = "national"
ISO_DAYS = tuple((str(number), name) for number, name in enumerate(WEEKDAYS, 1))
Hours = dict[str, reading.Spans]
#: One span: "7:30-11:30", "07.30 – 11.30", "7h30 đến 11h30".
_SPAN = re.compile(
    r"(\d{1,2})[:.h](\d{2})?\s*(?:-|–|—|đến|to)\s*(\d{1,2})[:.h](\d{2})?", re.ASCII | re.IGNORECASE
)


@dataclass(slots=True)
class Typed:
    """A change that was refused: what was typed, and the sentence at the field it is about."""

    values: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    said: str = ""

    @property
    def what(self) -> str:
        """Which form was sent: day, hours or remove; empty when none was."""
        return self.values.get("what", "")


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def calendars(request: HttpRequest) -> HttpResponseBase:
    """``/studio/calendars/``: whose calendars there are, and which of them differ from the one above."""
    actor = acting(request)
    english = request.LANGUAGE_CODE == "en"
    context = {
        "staff": navigation(actor, "studio"),
        "national": actor.holds(Role.OPERATOR),
        "agencies": reading.overview(reading.editable(actor), local_day(clock_now()), english=english),
    }
    return render(request, "studio/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/studio/calendars/<agency code or "national">/?year=2026``, with a term to try out."""
    actor = acting(request)
    agency = None if code == NATIONAL else Agency.objects.filter(code=code, active=True).first()
    if agency is None and code != NATIONAL:
        raise Http404
    try:
        actions.check_may_edit(actor, agency)
    except NotAllowed as refusal:
        raise Http404 from refusal
    if request.method != "POST":
        return _draw(request, actor, agency, Typed())
    try:
        with transaction.atomic():
            done = _change(actor, agency, request.POST)
            # Deadlines that were reckoned by the old calendar follow it, in the background.
            recompute_due.defer(agency=agency.code if agency else None)
    except Refused as refusal:
        typed = Typed(request.POST, _field(request.POST, refusal), sentence(refusal.code, refusal.params))
        return _draw(request, actor, agency, typed)
    return HttpResponseRedirect(f"/studio/calendars/{code}/?year={done}&saved=1")


def _field(post: QueryDict, refusal: Refused) -> str:
    """The field a refusal is about."""
    if refusal.code == "calendar.bad_hours" and "day" in refusal.params:
        return f"{refusal.params.get('of', 'hours')}-{refusal.params['day']}"
    if refusal.code == "calendar.day_incomplete":
        if post.get("what") == "hours":
            return "since"
        return "day" if _date(post, "day") is None else "name"
    return {"calendar.no_hours": "hours-1"}.get(refusal.code, "")


def _change(actor: Actor, agency: Agency | None, post: QueryDict) -> int:
    """Make the posted change; returns the year to show afterwards."""
    now = clock_now()
    what = post.get("what", "")
    if what == "remove":
        row = post.get("row", "")
        kept = CalendarDay.objects.filter(
            pk=int(row) if row.isascii() and row.isdigit() and len(row) < 19 else 0, agency=agency
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


def _date(post: Mapping[str, str], name: str) -> date | None:
    """A date typed in three boxes, between the years a calendar is kept for."""
    try:
        year, month, day = (int(post.get(f"{name}-{part}", "")[:4]) for part in ("year", "month", "day"))
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def _day(post: Mapping[str, str], name: str) -> date:
    found = _date(post, name)
    if found is None:
        raise Refused("calendar.day_incomplete")
    return found


def _hours(post: QueryDict, what: str) -> Hours:
    """Hours typed as "7:30–11:30; 13:30–17:00" by weekday; a line that cannot be read is refused with its day."""
    found: Hours = {}
    for day, _name in ISO_DAYS:
        text = post.get(f"{what}-{day}", "").strip()[:200]
        spans = [
            [f"{int(a):02d}:{b or '00'}", f"{int(c):02d}:{d or '00'}"] for a, b, c, d in _SPAN.findall(text)
        ]
        if _SPAN.sub("", text).strip(" ;,/+và"):
            raise Refused("calendar.bad_hours", day=day, of=what)
        if spans:
            found[day] = spans
    return found


def _draw(request: HttpRequest, actor: Actor, agency: Agency | None, typed: Typed) -> HttpResponseBase:
    now = clock_now()
    today = local_day(now)
    tomorrow = today + timedelta(days=1)
    asked = request.GET.get("year", "")
    year = int(asked) if re.fullmatch(r"20\d\d", asked, re.ASCII) else today.year
    language: str = request.LANGUAGE_CODE
    english = language == "en"
    code = agency.code if agency else NATIONAL
    hours, own = reading.in_force(agency, today)
    given = typed.values

    def kept(name: str, usual: object) -> str:
        """What was typed in the form that was refused, else what is usual."""
        return given.get(name, str(usual))

    saved = "saved" in request.GET and not typed.said
    context = {
        "staff": navigation(actor, "studio"),
        "name": reading.name_of(agency, english=english),
        "action": f"/studio/calendars/{code}/",
        "year": year,
        "years": [year - 1, year, year + 1],
        "own": own,
        "inherited_from": reading.name_of(hours.agency if hours else None, english=english),
        "coming": reading.coming_hours(agency, today),
        "weekdays": [
            {
                "key": key,
                "name": _(name),
                "fields": [
                    (what, label, kept(f"{what}-{key}", reading.hours_text(spans.get(key, []))))
                    for what, label, spans in (
                        ("hours", _("Giờ làm việc"), hours.hours if hours else {}),
                        ("reception", _("Giờ chỉ tiếp nhận"), hours.reception if hours else {}),
                    )
                ],
            }
            for key, name in ISO_DAYS
        ],
        "since": {part: kept(f"since-{part}", getattr(tomorrow, part)) for part in ("day", "month", "year")},
        "form": {
            **{
                part: kept(f"day-{part}", year if part == "year" else "") for part in ("day", "month", "year")
            },
            "kind": kept("kind", "off"),
            "name": kept("name", ""),
            "name_en": kept("name_en", ""),
        },
        "days": reading.days_of(agency, year, english=english),
        "history": reading.history_of(agency),
        "trial": attempt(agency.code if agency else "", request.GET, now, language=language),
        "units": [(unit, _(words)) for unit, words in UNITS.items()],
        "fault": typed,
        "saved": saved,
        "touched": reading.open_dossiers(agency) if saved else 0,
    }
    return render(request, "studio/calendar.html", context, status=422 if typed.said else 200)
