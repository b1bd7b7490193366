"""The tables of working time against a counter that walks minute by minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.kernel.working_time import (
    STANDARD_WEEK,
    ZONE,
    Calendar,
    Term,
    add_minutes,
    due,
    minutes_before,
    next_opening,
    standard_calendar,
    week,
    worked_minutes,
)
from tests.kernel import working_time_oracle as oracle

STANDARD = standard_calendar()
# Odd hours on purpose: three sessions, an evening, an hour on Sunday, a make-up Saturday with Tuesday's hours.
ODD = Calendar(
    weekly=week(
        {
            0: [("07:00", "11:30"), ("13:30", "17:00")],
            1: [("08:00", "09:10"), ("09:20", "12:00"), ("18:00", "20:45")],
            3: [("07:30", "16:30")],
            4: [("07:30", "11:30"), ("13:30", "17:30")],
            6: [("09:00", "10:00")],
        }
    ),
    reception=week({4: [("17:30", "19:00")], 5: [("07:30", "11:30")]}),
    days_off=STANDARD.days_off,
    make_up_days=STANDARD.make_up_days,
)
CALENDARS = st.sampled_from([STANDARD, ODD])

# Around the swaps and Tết as often as anywhere.
DAYS = st.one_of(
    st.dates(date(2023, 1, 1), date(2028, 10, 1)),
    st.sampled_from(
        [
            "2023-01-18",
            "2024-02-06",
            "2024-04-26",
            "2025-01-24",
            "2025-04-25",
            "2025-12-30",
            "2026-02-12",
            "2027-02-02",
        ]
    )
    .map(date.fromisoformat)
    .flatmap(lambda day: st.integers(0, 12).map(lambda n: day + timedelta(days=n))),
)
MOMENTS = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE),
    DAYS,
    st.integers(0, 24 * 60 - 1),
)
TERMS = st.one_of(
    st.builds(Term, st.integers(1, 30), st.just("wh")),
    st.builds(Term, st.integers(1, 12), st.just("wd")),
    st.builds(Term, st.integers(1, 40), st.just("d")),
    st.builds(Term, st.integers(1, 14), st.just("month")),
    st.builds(Term, st.integers(1, 1500), st.just("minutes")),
    st.just(Term(0, "same-day")),
)
CUTOFFS = st.one_of(
    st.none(), st.sampled_from([time(10), time(11, 30), time(15), time(16, 30), time(17, 30)])
)
# Offsets in minutes from receipt, so that most pauses fall inside the term.
PAUSES = st.lists(st.tuples(st.integers(-2000, 12_000), st.integers(0, 9_000)), max_size=3)


@settings(max_examples=300, deadline=None)
@given(CALENDARS, MOMENTS, TERMS, CUTOFFS)
def test_deadline_equals_the_minute_counter(
    calendar: Calendar, received: datetime, term: Term, cutoff: time | None
) -> None:
    outcome = due(calendar, received, term, cutoff=cutoff)
    assert outcome.deemed_received == oracle.deemed(calendar, received, cutoff)
    assert outcome.at == oracle.deadline(calendar, received, term, cutoff)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS, TERMS, CUTOFFS, PAUSES)
def test_paused_deadline_equals_the_minute_counter(
    calendar: Calendar, received: datetime, term: Term, cutoff: time | None, offsets: list[tuple[int, int]]
) -> None:
    pauses = [
        (received + timedelta(minutes=low), received + timedelta(minutes=low + length))
        for low, length in offsets
    ]
    outcome = due(calendar, received, term, cutoff=cutoff, pauses=pauses)
    # A pause that ends before the term begins covers none of it.
    relevant = [span for span in pauses if span[1] > outcome.counted_from]
    assert outcome.at == oracle.deadline(calendar, received, term, cutoff, relevant)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 15_000), st.integers(0, 3_000))
def test_counting_and_adding_are_inverse(
    calendar: Calendar, start: datetime, span: int, minutes: int
) -> None:
    end = start + timedelta(minutes=span)
    assert worked_minutes(calendar, start, end) == oracle.worked(calendar, start, end)
    reached = add_minutes(calendar, start, minutes)
    assert worked_minutes(calendar, start, reached) == minutes
    assert reached == oracle.add(calendar, start, minutes)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS)
def test_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, moment: datetime) -> None:
    opening = next_opening(calendar, moment)
    assert opening == oracle.deemed(calendar, moment, None)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, MOMENTS, TERMS, CUTOFFS, PAUSES, st.one_of(st.none(), st.integers(0, 9_000)))
def test_the_reasoning_is_whole(
    calendar: Calendar,
    received: datetime,
    term: Term,
    cutoff: time | None,
    offsets: list[tuple[int, int]],
    later: int | None,
) -> None:
    """Every day from receipt to deadline once, in order; the last one is the deadline; the count reaches n."""
    pauses = [
        (received + timedelta(minutes=low), received + timedelta(minutes=low + length))
        for low, length in offsets
    ]
    restart = None if later is None else received + timedelta(minutes=later)
    outcome = due(calendar, received, term, cutoff=cutoff, pauses=pauses, restart_at=restart)
    days = [note.day for note in outcome.days]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert (days[0], days[-1]) == (received.date(), outcome.at.date())
    assert [note.deadline for note in outcome.days] == [False] * (len(days) - 1) + [True]
    assert outcome.received <= outcome.deemed_received <= outcome.counted_from <= outcome.at
    if term.unit == "wh":
        assert sum(note.worked for note in outcome.days) == term.value * 60
    if term.unit == "wd":
        reached = max(note.ordinal or 0 for note in outcome.days)
        # Where days differ in length, a short day lost to a pause comes back as a part of a longer one.
        assert reached == term.value or (calendar is ODD and outcome.paused and reached < term.value)
    assert sum(note.paused for note in outcome.days) <= outcome.paused


@settings(max_examples=100, deadline=None)
@given(MOMENTS, TERMS, CUTOFFS, st.integers(0, 5_000))
def test_later_receipt_never_means_an_earlier_deadline(
    received: datetime, term: Term, cutoff: time | None, later: int
) -> None:
    earlier = due(STANDARD, received, term, cutoff=cutoff).at
    assert earlier <= due(STANDARD, received + timedelta(minutes=later), term, cutoff=cutoff).at


@pytest.mark.parametrize("year", range(2023, 2028))
def test_every_working_minute_of_a_year(year: int) -> None:
    """One whole year at once, so that nothing hides between the samples."""
    start, end = datetime(year, 1, 1, tzinfo=ZONE), datetime(year + 1, 1, 1, tzinfo=ZONE)
    days = [start.date() + timedelta(days=n) for n in range((end - start).days)]
    expected = sum(480 for day in days if oracle.hours_of(STANDARD, day))
    assert worked_minutes(STANDARD, start, end) == expected
    assert STANDARD.weekly == STANDARD_WEEK


@given(CALENDARS, MOMENTS, st.integers(0, 3000))
@settings(max_examples=80, deadline=None)
def test_counting_back_is_the_latest_moment_from_which_it_runs(
    calendar: Calendar, moment: datetime, minutes: int
) -> None:
    begin = minutes_before(calendar, moment, minutes)
    assert oracle.worked(calendar, begin, moment) == minutes
    if minutes:
        assert oracle.works(calendar, begin), "a minute later it would be one less"
    with pytest.raises(ValueError, match="negative"):
        minutes_before(calendar, moment, -1)
