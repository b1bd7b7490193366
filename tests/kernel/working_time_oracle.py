"""A slow, plain counter that knows nothing of the tables: it walks minute by minute.

It states the rules of issue 3 a second time, in the most literal way, for the property tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from motcua.kernel.working_time import ZONE, Calendar, Term

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def hours_of(calendar: Calendar, day: date, *, reception: bool = False) -> list[tuple[time, time]]:
    if any(off.day == day for off in calendar.days_off):
        return []
    weekday = day.weekday()
    for made_up in calendar.make_up_days:
        if made_up.day == day:
            weekday = made_up.instead_of.weekday()
    spans = list(calendar.weekly[weekday])
    return sorted(spans + list(calendar.reception[weekday])) if reception else spans


def works(calendar: Calendar, moment: datetime) -> bool:
    return any(a <= moment.time() < b for a, b in hours_of(calendar, moment.date()))


def is_open(calendar: Calendar, moment: datetime) -> bool:
    return any(a <= moment.time() < b for a, b in hours_of(calendar, moment.date(), reception=True))


def worked(calendar: Calendar, start: datetime, end: datetime) -> int:
    count = 0
    while start < end:
        count += works(calendar, start)
        start += MINUTE
    return count


def add(calendar: Calendar, moment: datetime, minutes: int) -> datetime:
    while minutes:
        minutes -= works(calendar, moment)
        moment += MINUTE
    return moment


def close_of(calendar: Calendar, day: date) -> datetime:
    spans = hours_of(calendar, day) or hours_of(calendar, day, reception=True)
    return datetime.combine(day, spans[-1][1], ZONE)


def deemed(calendar: Calendar, moment: datetime, cutoff: time | None) -> datetime:
    on_open_day = bool(hours_of(calendar, moment.date(), reception=True))
    if cutoff is not None and on_open_day and moment.time() >= cutoff:
        moment = datetime.combine(moment.date() + DAY, time(0), ZONE)
    while not is_open(calendar, moment):
        moment += MINUTE
    return moment


def deadline(
    calendar: Calendar,
    received: datetime,
    term: Term,
    cutoff: time | None = None,
    pauses: Sequence[tuple[datetime, datetime]] = (),
    restart_at: datetime | None = None,
) -> datetime:
    start = deemed(calendar, restart_at or received, cutoff)
    if term.unit in ("wh", "minutes"):
        # Literally: the clock runs in working minutes that no pause covers.
        left = term.value * (60 if term.unit == "wh" else 1)
        moment = start
        while left:
            stands = any(low <= moment < high for low, high in pauses)
            left -= works(calendar, moment) and not stands
            moment += MINUTE
        return moment
    day = start.date()
    if term.unit == "wd":
        left = term.value
        while left:
            day += DAY
            left -= bool(hours_of(calendar, day))
    elif term.unit == "d":
        day += DAY * term.value
    elif term.unit == "month":
        year, month = day.year, day.month
        for _ in range(term.value):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        wanted = day.day
        while True:
            try:
                day = date(year, month, wanted)
                break
            except ValueError:
                wanted -= 1
    if term.unit in ("d", "month"):
        while not hours_of(calendar, day):
            day += DAY
    raw = end = close_of(calendar, day)
    if term.unit == "same-day" and start >= end:
        raw = end = datetime.combine(day, hours_of(calendar, day, reception=True)[-1][1], ZONE)
    stopped: set[datetime] = set()
    for low, high in sorted(pauses):
        if low >= end and low not in stopped:
            break
        moment, extra = max(low, start), 0
        while moment < high:
            if moment not in stopped and works(calendar, moment):
                extra += 1
            stopped.add(moment)
            moment += MINUTE
        raw = add(calendar, raw, extra)
        end = max(raw, close_of(calendar, raw.date()))
    return end
