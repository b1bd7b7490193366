"""Exact arithmetic over a calendar, in working minutes between moments.

Moments are aware datetimes; a day is a day in Vietnam (`ZONE`). Everything is counted to the whole minute: seconds are
dropped, so that adjoining intervals add up exactly. Intervals are half-open: a moment at closing time is outside.
"""

from __future__ import annotations

from datetime import date, datetime

from .calendar import Calendar
from .days import ZONE
from .table import MINUTES_PER_DAY
from .terms import WorkingTimeError


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
