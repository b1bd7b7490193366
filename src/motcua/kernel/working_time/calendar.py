"""Calendars of working time: data, with hours per weekday, days off, make-up days, from–to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property, lru_cache

from .days import NO_HOURS, DayOff, DayShape, MakeUpDay, Week, check_week, week
from .shipped import STANDARD_WEEK, national_days
from .table import Table, table_of
from .terms import WorkingTimeError


@dataclass(frozen=True)
class Calendar:
    """Working time of an office. Hashable; equal calendars share one table of days.

    weekly: seven tuples (Monday first) of (start, end), ascending, not overlapping.
    reception: hours, in the same shape, in which dossiers are only received (a Saturday morning): a
        dossier is received then, but no term runs and the day is no working day.
    valid_from, valid_until: both included. Outside them CalendarRangeError is raised rather than
        counting on without knowing the holidays.
    provisional_from: from this day on the holidays are expected, not yet proclaimed.
    then: the calendar that takes over after `valid_until` (summer hours after winter hours).
    """

    weekly: Week
    days_off: tuple[DayOff, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()
    valid_from: date = date(2023, 1, 1)
    valid_until: date = date(2030, 12, 31)
    reception: Week = NO_HOURS
    provisional_from: date | None = None
    then: Calendar | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for hours in (self.weekly, self.reception):
            check_week(hours)
        if self.valid_until < self.valid_from:
            raise WorkingTimeError("calendar-range", "the calendar ends before it begins")
        if self.then is not None and self.then.valid_from != self.valid_until + timedelta(days=1):
            raise WorkingTimeError(
                "calendar-chain", "the next calendar must begin the day after this one ends"
            )
        off = {entry.day for entry in self.days_off}
        made_up = {entry.day for entry in self.make_up_days}
        if len(off) < len(self.days_off) or len(made_up) < len(self.make_up_days) or off & made_up:
            raise WorkingTimeError("calendar-day-twice", "a day is listed twice, or both off and made up")
        # The tuples are long and the calendar is a cache key on the submit path: hash them once.
        key = (self.weekly, self.days_off, self.make_up_days, self.valid_from, self.valid_until)
        object.__setattr__(self, "_hash", hash((key, self.reception, self.provisional_from, self.then)))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def build(
        cls,
        *,
        hours: Week | Mapping[int, Iterable[tuple[time | str, time | str]]],
        off: Mapping[date, str | DayOff],
        worked: Mapping[date, str | MakeUpDay],
        reception: Week | Mapping[int, Iterable[tuple[time | str, time | str]]] = NO_HOURS,
        valid_from: date | None = None,
        valid_until: date | None = None,
        provisional_from: date | None = None,
        then: Calendar | None = None,
    ) -> Calendar:
        """A calendar from an agency's rows: hours by weekday (0 = Monday), days off and worked by name.

        A name alone keeps what the shipped list knows about that day (its kind, its swap); a day the list
        does not know is the agency's own. The range defaults to that of the shipped list.
        """
        national = national_days()
        known = {entry.day: entry for entry in national.days_off}
        swapped = {entry.day: entry for entry in national.make_up_days}
        return cls(
            weekly=hours if isinstance(hours, tuple) else week(hours),
            days_off=tuple(
                name if isinstance(name, DayOff) else known.get(day) or DayOff(day, "local", name)
                for day, name in sorted(off.items())
            ),
            make_up_days=tuple(
                name if isinstance(name, MakeUpDay) else swapped.get(day) or MakeUpDay(day)
                for day, name in sorted(worked.items())
            ),
            valid_from=valid_from or national.first,
            valid_until=valid_until or national.last,
            reception=reception if isinstance(reception, tuple) else week(reception),
            provisional_from=provisional_from or national.provisional_from,
            then=then,
        )

    @property
    def last_day(self) -> date:
        """Last day known, the following calendars included."""
        return self.valid_until if self.then is None else self.then.last_day

    @cached_property
    def table(self) -> Table:
        """The days laid out for counting; shared between equal calendars."""
        return table_of(self)

    def shape(self, day: date) -> DayShape:
        """What `day` is in this calendar: its hours and why it is off, if it is."""
        return self.table.shape(day.toordinal())


@lru_cache(maxsize=1)
def standard_calendar() -> Calendar:
    """Monday to Friday 07:30–11:30 and 13:30–17:30 with the national days."""
    days = national_days()
    return Calendar(
        weekly=STANDARD_WEEK,
        days_off=days.days_off,
        make_up_days=days.make_up_days,
        valid_from=days.first,
        valid_until=days.last,
        provisional_from=days.provisional_from,
    )
