"""When a dossier is due, and why: Civil Code 2015 arts 147–148 over a working calendar.

The rules, in the order they are applied:
1. Receipt at or after the cut-off hour, or outside open hours, is deemed receipt at the next opening;
   after the cut-off that is the opening of the next open *day* (Decree 61/2018 art. 18).
2. A restart is a new receipt: rule 1 again, and everything before it is forgotten.
3. Working days and calendar days leave out the day of deemed receipt (art. 147(2)) and end at the close
   of their last day; a calendar term that ends on a day off ends at the close of the next working day
   (art. 148(5)); a month without the corresponding day ends on its last day (art. 148(3)).
   Same-day ends at the close of the day of deemed receipt. Working hours and minutes run to the minute.
4. A pause that begins before the deadline adds back the working minutes it covered; day terms then run to
   the close of the day reached. Overlapping pauses count once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property

from .calendar import Calendar
from .counting import from_minutes, to_minutes
from .days import ZONE, DayShape
from .table import MINUTES_PER_DAY, Table
from .terms import Term, WorkingTimeError


class DayCode(StrEnum):
    """What a day was for the count. The face words it; `describe_day` gives the parameters."""

    AFTER_CUTOFF = "received-after-cutoff"
    OUTSIDE_HOURS = "received-outside-hours"
    BEFORE_RESTART = "before-restart"
    FIRST_DAY = "receipt-day-not-counted"
    RECEIPT_DAY = "receipt-day-counted"
    WORKED = "worked"
    CALENDAR_DAY = "calendar-day"
    ROLLED = "next-working-day"
    GIVEN_BACK = "given-back-for-pause"
    PAUSED = "paused"
    WEEKEND = "off-weekly"
    RECEPTION_ONLY = "reception-only"
    HOLIDAY = "off-holiday"
    OBSERVED = "off-observed"
    SWAPPED = "off-swap"
    LOCAL = "off-local"


_OFF_CODES = {
    "holiday": DayCode.HOLIDAY,
    "observed": DayCode.OBSERVED,
    "swap": DayCode.SWAPPED,
    "local": DayCode.LOCAL,
}


@dataclass(frozen=True, slots=True)
class DayNote:
    """One day of the reasoning.

    ordinal: the how-manieth counted day this is (working or calendar days), when it counts as one.
    worked, paused: working minutes of this day that ran, and that a pause covered.
    title_vi, title_en: name of the day off; instead_of: the other half of a swap, on either side of it.
    """

    day: date
    code: DayCode
    ordinal: int | None
    worked: int
    paused: int
    title_vi: str
    title_en: str
    instead_of: date | None
    provisional: bool
    deadline: bool


def describe_day(note: DayNote) -> tuple[str, dict[str, object]]:
    """`(code, params)` for the face that words the day; params hold only what this day has."""
    params: dict[str, object] = {"day": note.day}
    for name in (
        "ordinal",
        "worked",
        "paused",
        "title_vi",
        "title_en",
        "instead_of",
        "provisional",
        "deadline",
    ):
        value = getattr(note, name)
        if value:
            params[name] = value
    return note.code.value, params


@dataclass(frozen=True)
class Due:
    """A deadline and where it came from. All moments are aware, +07:00.

    at: the deadline. With a pause still open it is the deadline as if the pause ended at once, i.e. the
        earliest it can be; `paused_since` then says when the clock stopped.
    deemed_received: when receipt takes effect. counted_from: the same for the restart, if there was one.
    paused: working minutes added back.
    """

    at: datetime
    deemed_received: datetime
    counted_from: datetime
    received: datetime
    term: Term
    cutoff: time | None
    restart_at: datetime | None
    paused: int
    paused_since: datetime | None
    calendar: Calendar = field(repr=False)
    _pauses: tuple[tuple[int, int], ...] = field(repr=False)

    @property
    def provisional(self) -> bool:
        """True when the count touches days whose holidays are not proclaimed yet."""
        start = self.calendar.provisional_from
        return start is not None and self.at.date() >= start

    @cached_property
    def days(self) -> tuple[DayNote, ...]:
        """Every day from receipt to deadline. Made when asked for: filing a dossier needs only `at`."""
        return tuple(_days(self))


Pause = tuple[datetime, datetime | None]


def due(
    calendar: Calendar,
    received: datetime,
    term: Term,
    *,
    cutoff: time | None = None,
    pauses: Sequence[Pause] = (),
    restart_at: datetime | None = None,
) -> Due:
    """The deadline of `term` for a dossier received at `received` (aware).

    pauses: (from, to) with to=None while the clock still stands. Raises WorkingTimeError for reversed
    pauses, a restart before receipt, naive moments; CalendarRangeError beyond the calendar.
    """
    table = calendar.table
    arrived = to_minutes(received)
    deemed = start = _deemed(table, arrived, cutoff)
    if restart_at is not None:
        again = to_minutes(restart_at)
        if again < arrived:
            raise WorkingTimeError("restart-before-receipt", "the count cannot restart before receipt")
        start = _deemed(table, again, cutoff)
    raw = at = _unpaused(table, start, term)
    added, stands = 0, None
    closed: list[tuple[int, int]] = []
    for low, high in _merged(pauses, start):
        if low >= at:
            break
        if high is None:
            stands = low
            break
        covered = table.worked(low, high)
        added += covered
        closed.append((low, high))
        raw = table.add(raw, covered)
        at = max(raw, table.close(raw // MINUTES_PER_DAY)) if term.by_day else raw
    return Due(
        at=from_minutes(at),
        deemed_received=from_minutes(deemed),
        counted_from=from_minutes(start),
        received=received.astimezone(ZONE),
        term=term,
        cutoff=cutoff,
        restart_at=None if restart_at is None else restart_at.astimezone(ZONE),
        paused=added,
        paused_since=None if stands is None else from_minutes(stands),
        calendar=calendar,
        _pauses=tuple(closed),
    )


def _deemed(table: Table, moment: int, cutoff: time | None) -> int:
    day, minute = divmod(moment, MINUTES_PER_DAY)
    if cutoff is not None and minute >= cutoff.hour * 60 + cutoff.minute:
        return table.opening_after_day(day)
    return table.opening(moment)


def _unpaused(table: Table, start: int, term: Term) -> int:
    """Deadline before any pause."""
    day = start // MINUTES_PER_DAY
    match term.unit:
        case "minutes":
            return table.add(start, term.value)
        case "wh":
            return table.add(start, term.value * 60)
        case "same-day":
            close = table.close(day)
            # Received in evening reception hours, after work has closed: the day ends with those hours.
            return close if start < close else day * MINUTES_PER_DAY + table.shape(day).open[-1][1]
        case "wd":
            return table.close(table.working_day_after(day, term.value))
        case "d" | "month":
            return table.close(table.working_day_after(_calendar_end(day, term), 0))


def _calendar_end(day: int, term: Term) -> int:
    """Last day of a term in calendar days or months, before any move to a working day."""
    if term.unit == "d":
        return day + term.value
    first = date.fromordinal(day)
    years, month = divmod(first.month - 1 + term.value, 12)
    year = first.year + years
    if year > 9999:
        raise WorkingTimeError("term-value", "the term runs beyond the year 9999", value=term.value)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])).toordinal()


def _merged(pauses: Sequence[Pause], start: int) -> Iterator[tuple[int, int | None]]:
    """Pauses in order, clipped to what lies after `start`, overlaps joined; None = still open."""
    spans: list[tuple[int, int | None]] = []
    for since, until in pauses:
        low, high = to_minutes(since), None if until is None else to_minutes(until)
        if high is not None and high < low:
            raise WorkingTimeError("pause-reversed", "a pause ends before it begins", start=since, end=until)
        if high is None or high > start:
            spans.append((max(low, start), high))
    spans.sort(key=lambda span: span[0])
    current: tuple[int, int | None] | None = None
    for low, high in spans:
        if current is None:
            current = (low, high)
        elif current[1] is None or low <= current[1]:
            end = None if current[1] is None or high is None else max(current[1], high)
            current = (current[0], end)
        else:
            yield current
            current = (low, high)
    if current is not None:
        yield current


def _days(outcome: Due) -> Iterator[DayNote]:
    """The reasoning, day by day, from receipt to deadline."""
    table = outcome.calendar.table
    origin = outcome.restart_at or outcome.received
    origin_day, start_day = origin.toordinal(), outcome.counted_from.toordinal()
    start, at = to_minutes(outcome.counted_from), to_minutes(outcome.at)
    last = outcome.at.toordinal()
    counter = _Counter(outcome, start_day)
    provisional_from = outcome.calendar.provisional_from
    provisional = last + 1 if provisional_from is None else provisional_from.toordinal()
    for day in range(min(outcome.received.toordinal(), start_day), last + 1):
        shape = table.shape(day)
        midnight = day * MINUTES_PER_DAY
        low, high = max(start, midnight), min(at, midnight + MINUTES_PER_DAY)
        paused = sum(
            table.worked(max(low, since), min(high, until))
            for since, until in outcome._pauses
            if max(low, since) < min(high, until)
        )
        ran = table.worked(low, max(low, high)) - paused
        ordinal: int | None = None
        if day < origin_day:
            code = DayCode.BEFORE_RESTART
        elif day < start_day:
            code = _why_not_received(outcome, origin, shape)
        else:
            code, ordinal = counter.count(day, shape, ran)
        if code in (DayCode.FIRST_DAY, DayCode.CALENDAR_DAY):
            ran = 0
        yield DayNote(
            day=date.fromordinal(day),
            code=code,
            ordinal=ordinal,
            worked=ran,
            paused=paused,
            title_vi=shape.off.title_vi if shape.off else "",
            title_en=shape.off.title_en if shape.off else "",
            instead_of=shape.instead_of,
            provisional=day >= provisional,
            deadline=day == last,
        )


class _Counter:
    """Names the days from deemed receipt on, counting those that count."""

    def __init__(self, outcome: Due, start_day: int) -> None:
        self.term = outcome.term
        self.start_day = start_day
        self.seen = 0
        unit = self.term.unit
        self.calendar_end = _calendar_end(start_day, self.term) if unit in ("d", "month") else 0
        self.rolled = False

    def count(self, day: int, shape: DayShape, ran: int) -> tuple[DayCode, int | None]:
        unit = self.term.unit
        if day == self.start_day:
            return (DayCode.FIRST_DAY if unit in ("wd", "d", "month") else DayCode.RECEIPT_DAY), None
        if day <= self.calendar_end:
            return DayCode.CALENDAR_DAY, day - self.start_day
        if not shape.minutes:
            return _off_code(shape), None
        if not ran:
            return DayCode.PAUSED, None
        if unit in ("wh", "minutes"):
            return DayCode.WORKED, None
        if unit == "wd" and self.seen < self.term.value:
            self.seen += 1
            return DayCode.WORKED, self.seen
        if self.calendar_end and not self.rolled:
            self.rolled = True
            return DayCode.ROLLED, None
        return DayCode.GIVEN_BACK, None


def _why_not_received(outcome: Due, origin: datetime, shape: DayShape) -> DayCode:
    if not shape.open:
        return _off_code(shape)
    if outcome.cutoff is not None and origin.time() >= outcome.cutoff:
        return DayCode.AFTER_CUTOFF
    return DayCode.OUTSIDE_HOURS


def _off_code(shape: DayShape) -> DayCode:
    if shape.off is not None:
        return _OFF_CODES[shape.off.kind]
    return DayCode.RECEPTION_ONLY if shape.open else DayCode.WEEKEND
