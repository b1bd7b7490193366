"""Calendars of working time, and exact arithmetic over them in working minutes.

A calendar is data: hours per weekday, days off, make-up days, from–to. Moments are aware datetimes; a
day is a day in Vietnam (`ZONE`). Everything is counted to the whole minute: seconds are dropped, so that
adjoining intervals add up exactly. Intervals are half-open: a moment at closing time is outside.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from .terms import WorkingTimeError

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTES_PER_DAY: Final = 24 * 60

Hours = tuple[tuple[time, time], ...]
Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
NO_HOURS: Final[Week] = ((), (), (), (), (), (), ())

OffKind = Literal["holiday", "observed", "swap", "local"]


class CalendarRangeError(WorkingTimeError):
    """A moment, or the end of a count, lies outside the days the calendar knows."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day nobody works, whatever the weekday.

    kind: `holiday` by law, `observed` in lieu of a weekend holiday, `swap` exchanged for the make-up day
    `instead_of`, `local` declared by the agency itself.
    """

    day: date
    kind: OffKind
    title_vi: str
    title_en: str = ""
    instead_of: date | None = None


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """A day off by the week that is worked, with the hours of the weekday of `instead_of`.

    Where nobody recorded which day it stands for, with those of the first weekday that has hours.
    """

    day: date
    instead_of: date | None = None


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
        for week in (self.weekly, self.reception):
            _check_week(week)
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
        from .shipped import national_days  # the shipped list is itself made of this module's types

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
        return _table(self)

    def shape(self, day: date) -> DayShape:
        """What `day` is in this calendar: its hours and why it is off, if it is."""
        return self.table.shape(day.toordinal())


@dataclass(frozen=True, slots=True)
class DayShape:
    """One day: working spans and open spans in minutes from midnight, and the reason for them."""

    work: tuple[tuple[int, int], ...]
    open: tuple[tuple[int, int], ...]
    minutes: int
    off: DayOff | None = None
    make_up: MakeUpDay | None = None

    @property
    def instead_of(self) -> date | None:
        """The other half of a swap, seen from either side."""
        entry = self.off or self.make_up
        return None if entry is None else entry.instead_of

    @property
    def close(self) -> int:
        """Minute at which the day closes: end of work, or of reception on a day of reception only."""
        return (self.work or self.open)[-1][1]


class Table:
    """The days of a calendar in arrays, so that each question is a binary search.

    Inside, a moment is an int: minutes since 0001-01-01 00:00 in Vietnam.
    """

    __slots__ = ("_before", "_first", "_open_days", "_shapes", "_working_days", "calendar")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._first = calendar.valid_from.toordinal()
        self._shapes: list[DayShape] = []
        part: Calendar | None = calendar
        while part is not None:
            self._shapes.extend(_shapes(part))
            part = part.then
        total = 0
        self._before = array("l", [0])
        for shape in self._shapes:
            total += shape.minutes
            self._before.append(total)
        days = list(enumerate(self._shapes, self._first))
        self._working_days = array("l", [day for day, shape in days if shape.minutes])
        self._open_days = array("l", [day for day, shape in days if shape.open])

    def shape(self, day: int) -> DayShape:
        index = day - self._first
        if not 0 <= index < len(self._shapes):
            raise self._outside(date.fromordinal(max(1, day)))
        return self._shapes[index]

    def works(self, day: int) -> bool:
        return self.shape(day).minutes > 0

    def close(self, day: int) -> int:
        return day * MINUTES_PER_DAY + self.shape(day).close

    def worked_before(self, moment: int) -> int:
        """Working minutes from the start of the calendar to `moment`."""
        day, minute = divmod(moment, MINUTES_PER_DAY)
        total = 0
        for start, end in self.shape(day).work:
            if minute <= start:
                break
            total += min(minute, end) - start
        return self._before[day - self._first] + total

    def worked(self, start: int, end: int) -> int:
        return self.worked_before(end) - self.worked_before(start)

    def add(self, moment: int, minutes: int) -> int:
        """Earliest moment by which `minutes` working minutes have run since `moment`."""
        if minutes == 0:
            return moment
        target = self.worked_before(moment) + minutes
        index = bisect_left(self._before, target) - 1
        if index >= len(self._shapes):
            raise self._outside(None)
        rest = target - self._before[index]
        for start, end in self._shapes[index].work:
            if rest <= end - start:
                return (self._first + index) * MINUTES_PER_DAY + start + rest
            rest -= end - start
        raise AssertionError("the prefix sums disagree with the days")  # pragma: no cover

    def before(self, moment: int, minutes: int) -> int:
        """Latest moment from which `minutes` working minutes run to `moment`."""
        if minutes == 0:
            return moment
        target = self.worked_before(moment) - minutes
        if target < 0:
            raise self._outside(None)
        index = bisect_right(self._before, target) - 1
        rest = target - self._before[index]
        for start, end in self._shapes[index].work:
            if rest < end - start:
                return (self._first + index) * MINUTES_PER_DAY + start + rest
            rest -= end - start
        raise AssertionError("the prefix sums disagree with the days")

    def working_day_after(self, day: int, count: int) -> int:
        """The `count`-th working day after `day`; with count 0, `day` itself or the next working day."""
        index = (
            bisect_right(self._working_days, day) + count - 1
            if count
            else bisect_left(self._working_days, day)
        )
        if index >= len(self._working_days):
            raise self._outside(None)
        return self._working_days[index]

    def opening(self, moment: int) -> int:
        """`moment` if the office is open then, else the next opening."""
        day, minute = divmod(moment, MINUTES_PER_DAY)
        for start, end in self.shape(day).open:
            if minute < end:
                return max(moment, day * MINUTES_PER_DAY + start)
        return self.opening_after_day(day)

    def opening_after_day(self, day: int) -> int:
        """First opening on a day after `day`."""
        index = bisect_right(self._open_days, day)
        if index >= len(self._open_days):
            raise self._outside(None)
        following = self._open_days[index]
        return following * MINUTES_PER_DAY + self.shape(following).open[0][0]

    def _outside(self, day: date | None) -> CalendarRangeError:
        first, last = self.calendar.valid_from, self.calendar.last_day
        return CalendarRangeError(
            "outside-calendar",
            f"the calendar knows the days from {first} to {last}; {day or 'the end of the count'} lies outside",
            first=first,
            last=last,
            day=day,
        )


@lru_cache(maxsize=512)
def _table(calendar: Calendar) -> Table:
    return Table(calendar)


def _shapes(calendar: Calendar) -> Iterable[DayShape]:
    """The days from valid_from to valid_until, plain weekdays sharing one object each."""
    plain = [_shape(calendar.weekly[i], calendar.reception[i]) for i in range(7)]
    usual = next((i for i in range(7) if plain[i].minutes), 0)
    special: dict[date, DayShape] = {entry.day: DayShape((), (), 0, off=entry) for entry in calendar.days_off}
    for made_up in calendar.make_up_days:
        # The make-up day is worked like the day it stands for, with that weekday's hours.
        weekday = made_up.instead_of.weekday() if made_up.instead_of else usual
        worked = plain[weekday]
        special[made_up.day] = DayShape(worked.work, worked.open, worked.minutes, make_up=made_up)
    day = calendar.valid_from
    for _ in range((calendar.valid_until - calendar.valid_from).days + 1):
        yield special.get(day) or plain[day.weekday()]
        day += timedelta(days=1)


def _shape(work: Hours, reception: Hours) -> DayShape:
    spans = tuple((_minute(start), _minute(end)) for start, end in work)
    extra = tuple((_minute(start), _minute(end)) for start, end in reception)
    return DayShape(spans, tuple(sorted(spans + extra)), sum(end - start for start, end in spans))


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _check_week(week: Week) -> None:
    if len(week) != 7:
        raise WorkingTimeError("calendar-week", "a week has seven days")
    for hours in week:
        edges = [edge for span in hours for edge in span]
        if any(edge.second or edge.microsecond for edge in edges):
            raise WorkingTimeError("calendar-hours", "working hours are given to the minute")
        spans_ascend = all(start < end for start, end in hours)
        gaps_ascend = all(one[1] <= two[0] for one, two in pairwise(hours))
        if not (spans_ascend and gaps_ascend):
            raise WorkingTimeError("calendar-hours", "working hours must ascend and must not overlap")


def week(hours: Mapping[int, Iterable[tuple[time | str, time | str]]]) -> Week:
    """A week from `{0: [("07:30", "11:30"), …]}` (0 = Monday); weekdays left out have no hours."""
    if any(day not in range(7) for day in hours):
        raise WorkingTimeError("calendar-week", "weekdays are 0 (Monday) to 6 (Sunday)")
    days = [tuple((_time(start), _time(end)) for start, end in hours.get(day, ())) for day in range(7)]
    return tuple(days)  # type: ignore[return-value]


def _time(text: time | str) -> time:
    if isinstance(text, time):
        return text
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise WorkingTimeError("calendar-hours", f"cannot read the working hour {text!r}") from error


def to_minutes(moment: datetime) -> int:
    """Minutes of an aware moment on the Vietnamese clock, seconds dropped."""
    if moment.tzinfo is None:
        raise WorkingTimeError("naive-moment", "a moment must carry its time zone", moment=moment)
    local = moment.astimezone(ZONE)
    return local.toordinal() * MINUTES_PER_DAY + local.hour * 60 + local.minute


def from_minutes(minutes: int) -> datetime:
    """The aware moment (+07:00) of an internal minute count."""
    day, minute = divmod(minutes, MINUTES_PER_DAY)
    on = date.fromordinal(day)
    return datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=ZONE)


def worked_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working minutes in [start, end); 0 ≤. Raises when `end` is before `start`."""
    first, last = to_minutes(start), to_minutes(end)
    if last < first:
        raise WorkingTimeError(
            "interval-reversed", "the interval ends before it begins", start=start, end=end
        )
    return calendar.table.worked(first, last)


def add_minutes(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """Earliest moment by which `minutes` working minutes have run since `start` (`start` itself for 0).

    A count that fills a session ends at its close, not at the next opening.
    """
    if minutes < 0:
        raise WorkingTimeError("minutes-negative", "working minutes cannot be negative", minutes=minutes)
    return from_minutes(calendar.table.add(to_minutes(start), minutes))


def minutes_before(calendar: Calendar, end: datetime, minutes: int) -> datetime:
    """Latest moment from which `minutes` working minutes run to `end` (`end` itself for 0): when to warn of it.

    A count that fills a session begins with it, not at the close of the one before.
    """
    if minutes < 0:
        raise WorkingTimeError("minutes-negative", "working minutes cannot be negative", minutes=minutes)
    return from_minutes(calendar.table.before(to_minutes(end), minutes))


def next_opening(calendar: Calendar, moment: datetime) -> datetime:
    """`moment` (to the minute) if the office is open then, else the start of the next open hours."""
    return from_minutes(calendar.table.opening(to_minutes(moment)))
