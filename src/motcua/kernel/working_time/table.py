"""The days of a calendar laid out for counting."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from .days import DayShape, Hours
from .terms import WorkingTimeError

if TYPE_CHECKING:
    from .calendar import Calendar

MINUTES_PER_DAY: Final = 24 * 60


class CalendarRangeError(WorkingTimeError):
    """A moment, or the end of a count, lies outside the days the calendar knows."""


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
        raise AssertionError("the prefix sums disagree with the days")

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
def table_of(calendar: Calendar) -> Table:
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
