"""Reads of agencies, seats and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db import connection
from django.db.models import Q

from motcua.kernel import working_time
from motcua.kernel.actors import Actor, Role, Seat
from motcua.kernel.caching import Kept
from motcua.organisations.models import Absence, Agency, CalendarChange, CalendarDay, Unit, WorkingCalendar

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


def _load_calendar(key: tuple[str, int]) -> working_time.Calendar:
    """The working calendar of an agency: hours that follow each other, and the days that are unlike their weekday.

    A term that runs across a change of hours (summer after winter) is reckoned by each in its time.
    """
    line = ancestors(key[0])
    by_agency: dict[str, list[WorkingCalendar]] = {}
    own = WorkingCalendar.objects.filter(Q(agency=None) | Q(agency__code__in=line))
    for hours in own.select_related("agency").order_by("-valid_from"):
        by_agency.setdefault(hours.agency.code if hours.agency else "", []).append(hours)
    # The nearest agency up the tree that has hours of its own on the day gives them; its newest hours count.
    ordered = [hours for name in [*line, ""] for hours in by_agency.get(name, ())]
    days: dict[str, list[CalendarDay]] = {}
    unlike = CalendarDay.objects.filter(Q(agency=None) | Q(agency__code__in=line))
    for day in unlike.select_related("agency"):
        days.setdefault(day.agency.code if day.agency else "", []).append(day)
    # Gathered on the way down: an agency's own day takes the place of the one it inherits.
    gathered = {day.day: day for name in ["", *reversed(line)] for day in days.get(name, ())}
    return _chained(ordered, gathered)


def _chained(hours: list[WorkingCalendar], days: dict[date, CalendarDay]) -> working_time.Calendar:
    """One calendar for each stretch of time with the same hours, each naming the one that follows it."""
    standard = working_time.standard_calendar()
    off = {day: row.name for day, row in days.items() if row.kind == CalendarDay.Kind.OFF}
    worked = {day: row.name for day, row in days.items() if row.kind == CalendarDay.Kind.WORKED}
    following: working_time.Calendar | None = None
    for first, last, chosen in reversed(_stretches(hours, standard.valid_from, standard.valid_until)):
        following = working_time.Calendar.build(
            hours=_week(chosen.hours) if chosen else standard.weekly,
            reception=_week(chosen.reception) if chosen else standard.reception,
            off={day: name for day, name in off.items() if first <= day <= last},
            worked={day: name for day, name in worked.items() if first <= day <= last},
            valid_from=first,
            valid_until=last,
            then=following,
        )
    assert following is not None
    return following


def _stretches(
    hours: list[WorkingCalendar], first: date, last: date
) -> list[tuple[date, date, WorkingCalendar | None]]:
    """From ``first`` to ``last``, cut where other hours begin to count; None: the standard ones."""
    edges = {first}
    for row in hours:
        edges.add(row.valid_from)
        if row.valid_to is not None:
            edges.add(row.valid_to + timedelta(days=1))
    cuts = sorted(edge for edge in edges if first <= edge <= last)
    found: list[tuple[date, date, WorkingCalendar | None]] = []
    for begin, end in zip(cuts, [*(cut - timedelta(days=1) for cut in cuts[1:]), last], strict=True):
        chosen = next(
            (
                row
                for row in hours
                if row.valid_from <= begin and (row.valid_to is None or begin <= row.valid_to)
            ),
            None,
        )
        if found and found[-1][2] is chosen:
            found[-1] = (found[-1][0], end, chosen)
        else:
            found.append((begin, end, chosen))
    return found


#: By agency code and the newest change of any calendar.
_calendars: Kept[tuple[str, int], working_time.Calendar] = Kept(_load_calendar, seconds=None, size=2048)


def _newest_change(_: None) -> int:
    return CalendarChange.objects.order_by("-id").values_list("id", flat=True).first() or 0


_change: Kept[None, int] = Kept(_newest_change, seconds=5)


def calendar_changed() -> None:
    """This process has edited a calendar: it reckons with it from now on; the others within five seconds."""
    _change.forget()


def calendar_for(code: str) -> working_time.Calendar:
    """The working calendar of an agency, inherited down the tree; at most 5 s behind an edit."""
    return _calendars((code, _change(None)))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who holds posts in an agency; ``titles`` in words."""

    account: int
    name: str
    titles: str


def colleagues(agency: int, on: date, *, unit: int | None = None, role: str = "") -> list[Colleague]:
    """Who holds a post in an agency (in one unit, in one role) on a day, substitutes included; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COLLEAGUES, {"agency": agency, "day": on, "unit": unit, "role": role}
        )  # an unknown unit or role finds nobody
        return [Colleague(*row) for row in cursor.fetchall()]


_COLLEAGUES = """
    SELECT account.id, account.full_name, string_agg(DISTINCT post.title, ', ' ORDER BY post.title)
      FROM (SELECT holding.post_id, holding.officer_id AS officer_id
              FROM organisations_holding AS holding
             WHERE holding.since <= %(day)s AND (holding.until IS NULL OR holding.until >= %(day)s)
             UNION ALL
            SELECT holding.post_id, absence.substitute_id
              FROM organisations_absence AS absence
              JOIN organisations_holding AS holding ON holding.officer_id = absence.officer_id
             WHERE absence.ended_at IS NULL AND absence.since <= %(day)s AND absence.until >= %(day)s
               AND holding.since <= %(day)s AND (holding.until IS NULL OR holding.until >= %(day)s)) AS seat
      JOIN organisations_post AS post ON post.id = seat.post_id
      JOIN organisations_unit AS unit ON unit.id = post.unit_id
      JOIN identity_account AS account ON account.id = seat.officer_id
     WHERE unit.agency_id = %(agency)s AND account.is_active
       AND (%(unit)s::bigint IS NULL OR unit.id = %(unit)s) AND (%(role)s = '' OR post.role = %(role)s)
     GROUP BY account.id, account.full_name
     ORDER BY account.full_name, account.id
"""


def absences(actor: Actor, today: date) -> list[Absence]:
    """Absences that are or will be: the actor's own, those they stand in for, and those of agencies they head."""
    heads = Q(pk__in=[])
    held = Q(officer__holdings__until=None) | Q(officer__holdings__until__gte=today)
    for seat in actor.seats_as(Role.HEAD):
        heads |= held & Q(officer__holdings__post__unit__agency=seat.agency)
    found = Absence.objects.filter(Q(officer=actor.account) | Q(substitute=actor.account) | heads)
    return list(
        found.filter(ended_at=None, until__gte=today)
        .select_related("officer", "substitute", "made_by")
        .distinct()
        .order_by("since", "pk")
    )
