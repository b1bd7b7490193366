"""Reads of agencies, seats and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from django.db import connection
from django.db.models import Q

from motcua.kernel import working_time
from motcua.kernel.actors import Actor, Role, Seat
from motcua.kernel.caching import Kept
from motcua.organisations.models import Agency, CalendarChange, CalendarDay, Unit, WorkingCalendar

# One's own posts first, then those of officers one stands in for. An absence passes on what its officer holds
# themselves, not what they hold for others: who stands in for whom stays one step.
_SEATS = """
    SELECT post.id, agency.id, agency.code, unit.id, post.role, seat.instead_of
      FROM (SELECT %(account)s::bigint AS officer_id, NULL::bigint AS instead_of
             UNION ALL
            SELECT absence.officer_id, absence.officer_id FROM organisations_absence AS absence
             WHERE absence.substitute_id = %(account)s AND absence.ended_at IS NULL
               AND absence.since <= %(day)s AND absence.until >= %(day)s) AS seat
      JOIN organisations_holding AS holding ON holding.officer_id = seat.officer_id
      JOIN organisations_post AS post ON post.id = holding.post_id
      JOIN organisations_unit AS unit ON unit.id = post.unit_id
      JOIN organisations_agency AS agency ON agency.id = unit.agency_id
     WHERE holding.since <= %(day)s AND (holding.until IS NULL OR holding.until >= %(day)s)
     ORDER BY seat.instead_of NULLS FIRST, post.id
"""


def seats_of(account: int, on: date) -> tuple[Seat, ...]:
    """The posts an account holds on a day, and those it holds for officers who are away; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, {"account": account, "day": on})
        return tuple(
            Seat(post=post, agency=agency, agency_code=code, unit=unit, role=Role(role), instead_of=absent)
            for post, agency, code, unit, role, absent in cursor.fetchall()
        )


def officer(account: int, name: str, on: date) -> Actor | None:
    """The account as an officer, or None if it holds no post on that day."""
    seats = seats_of(account, on)
    return Actor(kind="officer", account=account, name=name, seats=seats) if seats else None


@dataclass(frozen=True, slots=True)
class AgencyUnits:
    """The units of an agency by the part they play in a process."""

    agency: Agency
    one_stop: int | None
    leaders: int | None
    by_sector: dict[str, int]
    by_code: dict[str, int]
    others: tuple[int, ...]

    def responsible(self, sector: str) -> int | None:
        """Unit that answers for a sector; without one, the first that appraises; else the one-stop desk."""
        return self.by_sector.get(sector) or next(iter(self.others), None) or self.one_stop


def _load_units(agency_id: int) -> AgencyUnits:
    units = list(Unit.objects.filter(agency=agency_id).order_by("id").prefetch_related("posts"))
    roles = {unit.pk: {post.role for post in unit.posts.all()} for unit in units}
    return AgencyUnits(
        agency=Agency.objects.get(pk=agency_id),
        one_stop=next((unit.pk for unit in units if unit.one_stop), None),
        leaders=next((unit.pk for unit in units if Role.HEAD in roles[unit.pk] and not unit.one_stop), None),
        by_sector={sector: unit.pk for unit in reversed(units) for sector in unit.sectors},
        by_code={unit.code: unit.pk for unit in units},
        others=tuple(unit.pk for unit in units if Role.CIVIL_SERVANT in roles[unit.pk] and not unit.one_stop),
    )


#: Units change a few times a year; ten seconds is soon enough for a new one to get work.
units_of: Kept[int, AgencyUnits] = Kept(_load_units, seconds=10)

#: The key of an agency by its code, for steps that another agency does.
agency_of_code: Kept[str, int | None] = Kept(
    lambda code: Agency.objects.filter(code=code, active=True).values_list("pk", flat=True).first(),
    seconds=10,
)


def ancestors(code: str) -> list[str]:
    """``H56.201`` → [``H56.201``, ``H56``]: nearest first."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _week(hours: dict[str, list[list[str]]]) -> dict[int, list[tuple[time | str, time | str]]]:
    """ISO weekdays as stored → weekdays from 0, as working time counts them."""
    return {int(day) - 1: [(start, end) for start, end in spans] for day, spans in hours.items()}


class _Calendars:
    """All calendars of an agency: whose hours count on which day, and the days that are unlike their weekday.

    A year of dossiers asks for every day of the year; the hours behind them change once in years. So what is kept is
    one calendar for each set of hours, not for each day.
    """

    def __init__(self, code: str) -> None:
        line = ancestors(code)
        own = WorkingCalendar.objects.filter(Q(agency=None) | Q(agency__code__in=line))
        by_agency: dict[str, list[WorkingCalendar]] = {}
        for hours in own.select_related("agency").order_by("-valid_from"):
            by_agency.setdefault(hours.agency.code if hours.agency else "", []).append(hours)
        # The nearest agency up the tree that has hours of its own on the day gives them; its newest hours count.
        self._hours = [hours for name in [*line, ""] for hours in by_agency.get(name, ())]
        days: dict[str, list[CalendarDay]] = {}
        for day in CalendarDay.objects.filter(Q(agency=None) | Q(agency__code__in=line)).select_related(
            "agency"
        ):
            days.setdefault(day.agency.code if day.agency else "", []).append(day)
        # Gathered on the way down: an agency's own day takes the place of the one it inherits.
        self._days = {day.day: day for name in ["", *reversed(line)] for day in days.get(name, ())}
        self._built: dict[int | None, working_time.Calendar] = {}

    def on(self, day: date) -> working_time.Calendar:
        """The calendar that counts on a day."""
        chosen = next(
            (
                hours
                for hours in self._hours
                if hours.valid_from <= day and (hours.valid_to is None or day <= hours.valid_to)
            ),
            None,
        )
        key = chosen.pk if chosen else None
        if key not in self._built:
            self._built[key] = self._build(chosen)
        return self._built[key]

    def _build(self, chosen: WorkingCalendar | None) -> working_time.Calendar:
        standard = working_time.standard_calendar()
        days = self._days.items()
        return working_time.Calendar.build(
            hours=_week(chosen.hours) if chosen else standard.weekly,
            reception=_week(chosen.reception) if chosen else standard.reception,
            off={day: row.name for day, row in days if row.kind == CalendarDay.Kind.OFF},
            worked={day: row.name for day, row in days if row.kind == CalendarDay.Kind.WORKED},
        )


#: By agency code and the newest change of any calendar.
_calendars: Kept[tuple[str, int], _Calendars] = Kept(lambda key: _Calendars(key[0]), seconds=None, size=2048)


def _newest_change(_: None) -> int:
    return CalendarChange.objects.order_by("-id").values_list("id", flat=True).first() or 0


_change: Kept[None, int] = Kept(_newest_change, seconds=5)


def calendar_changed() -> None:
    """This process has edited a calendar: it reckons with it from now on; the others within five seconds."""
    _change.forget()


def calendar_for(code: str, on: date) -> working_time.Calendar:
    """The working calendar of an agency on a day, inherited down the tree; at most 5 s behind an edit."""
    return _calendars((code, _change(None))).on(on)
