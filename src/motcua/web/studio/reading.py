"""What the calendar pages show: whose calendars an officer keeps, what is in force, and what a change will touch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor, Role
from motcua.organisations.models import Agency, CalendarChange, CalendarDay, WorkingCalendar
from motcua.organisations.queries import ancestors
from motcua.web.shared.days import weekday
from motcua.web.shared.formats import date_vn

HISTORY = 30
Spans = list[list[str]]


def editable(actor: Actor) -> list[Agency]:
    """Agencies whose calendar the officer may edit: those of their seats as head or operator, and below."""
    wanted = Q(pk__in=[])
    for seat in actor.seats_as(Role.HEAD, Role.OPERATOR):
        wanted |= Q(code=seat.agency_code) | Q(code__startswith=f"{seat.agency_code}.")
    return list(Agency.objects.filter(wanted, active=True).order_by("code"))


def name_of(agency: Agency | None, *, english: bool) -> str:
    """Of an agency, or of the whole country."""
    if agency is None:
        return _("Lịch chung cả nước")
    return agency.name_en or agency.name if english else agency.name


def hours_text(spans: Spans) -> str:
    """`07:30–11:30; 13:30–17:00`."""
    return "; ".join(f"{start}–{end}" for start, end in spans)


def overview(agencies: list[Agency], today: date, *, english: bool) -> list[dict[str, Any]]:
    """A line per agency: hours of its own or whose it follows, and how many days of its own are to come."""
    line = {code for agency in agencies for code in ancestors(agency.code)}
    owners = {
        row.agency.code: row.agency
        for row in WorkingCalendar.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=today), agency__code__in=line, valid_from__lte=today
        ).select_related("agency")
        if row.agency is not None
    }
    coming = dict(
        CalendarDay.objects.filter(agency__in=agencies, day__gte=today)
        .values_list("agency")
        .annotate(count=Count("pk"))
    )
    found = []
    for agency in agencies:
        owner = next((owners[code] for code in ancestors(agency.code) if code in owners), None)
        found.append(
            {
                "code": agency.code,
                "name": name_of(agency, english=english),
                "own": owner is not None and owner.pk == agency.pk,
                "follows": name_of(owner, english=english),
                "days": coming.get(agency.pk, 0),
            }
        )
    return found


def in_force(agency: Agency | None, on: date) -> tuple[WorkingCalendar | None, bool]:
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


def coming_hours(agency: Agency | None, today: date) -> list[date]:
    """Days from which hours of its own will hold that are kept already."""
    rows = WorkingCalendar.objects.filter(agency=agency, valid_from__gt=today)
    return list(rows.order_by("valid_from").values_list("valid_from", flat=True))


def days_of(agency: Agency | None, year: int, *, english: bool) -> list[dict[str, Any]]:
    """The days unlike their weekday that hold for an agency in a year, its own and inherited, nearest rule last."""
    line = ancestors(agency.code) if agency else []
    rows = (
        CalendarDay.objects.filter(Q(agency=None) | Q(agency__code__in=line), day__year=year)
        .select_related("agency")
        .order_by("day", "agency__code")
    )
    return [
        {
            "id": row.pk,
            "day": row.day,
            "weekday": weekday(row.day),
            "off": row.kind == CalendarDay.Kind.OFF,
            "name": row.name_en if english and row.name_en else row.name,
            "lang": "en" if english and row.name_en else "vi",
            "provisional": row.provisional,
            "whose": name_of(row.agency, english=english) if row.agency else _("cả nước"),
            "mine": row.agency_id == (agency.pk if agency else None),
        }
        for row in rows
    ]


def history_of(agency: Agency | None) -> list[dict[str, Any]]:
    """Who changed what when, newest first."""
    changes = CalendarChange.objects.filter(agency=agency).select_related("officer").order_by("-id")[:HISTORY]
    return [
        {
            "at": change.at,
            "who": change.officer.full_name if change.officer else _("Hệ thống"),
            "what": change_words(change.change),
        }
        for change in changes
    ]


def open_dossiers(agency: Agency | None) -> int:
    """How many dossiers a change of this calendar has reckoned anew (``processing.jobs.recompute_due``)."""
    found = Dossier.objects.filter(status__in=[int(status) for status in OPEN])
    if agency is not None:
        found = found.filter(Q(agency__code=agency.code) | Q(agency__code__startswith=f"{agency.code}."))
    return found.count()


def _when(text: Any) -> str:
    return date_vn(date.fromisoformat(str(text)))


def change_words(change: Mapping[str, Any]) -> str:
    """One line of a calendar's history."""
    kinds = {"off": _("ngày nghỉ"), "worked": _("ngày làm bù")}
    kind, name = kinds.get(change.get("kind", ""), ""), change.get("name", "")
    if "seeded" in change:
        return _("Nạp %(count)s ngày từ danh sách chung") % {"count": change["seeded"]}
    if "hours_from" in change:
        return _("Đổi giờ làm việc từ %(day)s") % {"day": _when(change["hours_from"])}
    if "removed" in change:
        return _("Bỏ %(kind)s %(day)s: %(name)s") % {
            "kind": kind,
            "day": _when(change["removed"]),
            "name": name,
        }
    return _("Đặt %(kind)s %(day)s: %(name)s") % {"kind": kind, "day": _when(change["day"]), "name": name}
