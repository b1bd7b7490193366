"""Deadlines as tables of cases: standard calendar, Monday–Friday 07:30–11:30 and 13:30–17:30."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from motcua.kernel.working_time import (
    NO_HOURS,
    STANDARD_WEEK,
    ZONE,
    Calendar,
    CalendarRangeError,
    DayCode,
    DayOff,
    MakeUpDay,
    Term,
    WorkingTimeError,
    add_minutes,
    describe_day,
    due,
    minutes_before,
    next_opening,
    parse_term,
    standard_calendar,
    week,
    worked_minutes,
)

STANDARD = standard_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def deadline(received: str, term: str, calendar: Calendar = STANDARD, **more: object) -> str:
    outcome = due(calendar, at(received), parse_term(term), **more)
    assert outcome.at.utcoffset().total_seconds() == 7 * 3600
    return outcome.at.replace(tzinfo=None).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("5wd", Term(5, "wd")),
        ("12wh", Term(12, "wh")),
        (" 30D ", Term(30, "d")),
        ("2month", Term(2, "month")),
        ("2months", Term(2, "month")),
        ("90minutes", Term(90, "minutes")),
        ("90 min", Term(90, "minutes")),
        ("1 minute", Term(1, "minutes")),
        ("100000wh", Term(100_000, "wh")),
        ("same-day", Term(0, "same-day")),
    ],
)
def test_a_term_is_read_and_written_back(text: str, term: Term) -> None:
    assert parse_term(text) == term
    assert parse_term(str(term)) == term


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0wd", "-5wd", "0.5wd", "5 weeks", "1e3wd", "9999999wd", "٥wdx"]
)
def test_a_term_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WorkingTimeError):
        parse_term(text)


TET = [
    # 2023: off Friday 20/1 to Thursday 26/1.
    ("2023-01-19T09:00", "1wd", "2023-01-27T17:30"),
    ("2023-01-18T15:00", "8wh", "2023-01-19T15:00"),
    ("2023-01-19T15:30", "8wh", "2023-01-27T15:30"),
    ("2023-01-13T10:00", "10wd", "2023-02-03T17:30"),
    ("2023-01-10T10:00", "10d", "2023-01-27T17:30"),
    # 2024: off Thursday 8/2 to Wednesday 14/2.
    ("2024-02-07T17:29", "1minutes", "2024-02-07T17:30"),
    ("2024-02-07T17:29", "2minutes", "2024-02-15T07:31"),
    ("2024-02-05T09:00", "5wd", "2024-02-19T17:30"),
    ("2024-02-01T08:00", "9d", "2024-02-15T17:30"),
    # 2025: off Monday 27/1 to Friday 31/1.
    ("2025-01-24T11:00", "1wd", "2025-02-03T17:30"),
    ("2025-01-24T16:30", "2wh", "2025-02-03T08:30"),
    ("2024-12-31T09:00", "1month", "2025-02-03T17:30"),
    # 2026: off Monday 16/2 to Friday 20/2 (the example of the issue).
    ("2026-02-12T15:30", "5wd", "2026-02-26T17:30"),
    ("2026-02-12T15:30", "12wh", "2026-02-23T09:30"),
    ("2026-02-12T15:30", "same-day", "2026-02-12T17:30"),
    ("2026-02-12T15:30", "30d", "2026-03-16T17:30"),  # 14/3 is a Saturday
    ("2026-02-13T18:00", "same-day", "2026-02-23T17:30"),
    # 2027 (expected): off Thursday 4/2 to Wednesday 10/2.
    ("2027-02-03T10:00", "1wd", "2027-02-11T17:30"),
    ("2027-02-02T13:30", "12wh", "2027-02-03T17:30"),
    ("2027-02-02T13:31", "12wh", "2027-02-11T07:31"),
]

SWAPS = [
    # 29/4/2024 off, Saturday 4/5/2024 worked.
    ("2024-04-26T10:00", "1wd", "2024-05-02T17:30"),
    ("2024-05-03T10:00", "1wd", "2024-05-04T17:30"),
    ("2024-05-03T16:30", "2wh", "2024-05-04T08:30"),
    ("2024-05-04T10:00", "1wd", "2024-05-06T17:30"),
    # 2/5/2025 off, Saturday 26/4/2025 worked.
    ("2025-04-25T10:00", "2wd", "2025-04-28T17:30"),
    ("2025-04-29T10:00", "1wd", "2025-05-05T17:30"),
    ("2025-04-26T16:00", "same-day", "2025-04-26T17:30"),
    # 2/1/2026 off, Saturday 10/1/2026 worked: missing from the seed package.
    ("2025-12-31T10:00", "1wd", "2026-01-05T17:30"),
    ("2026-01-09T10:00", "1wd", "2026-01-10T17:30"),
    ("2026-01-08T10:00", "2d", "2026-01-10T17:30"),
    ("2026-01-10T09:00", "8wh", "2026-01-12T09:00"),
    # 31/8/2026 off, Saturday 22/8/2026 worked.
    ("2026-08-21T10:00", "1wd", "2026-08-22T17:30"),
    ("2026-08-28T10:00", "1wd", "2026-09-03T17:30"),
]

MONTH_ENDS = [
    ("2023-01-31T09:00", "1month", "2023-02-28T17:30"),  # no 31/2: art. 148(3)
    ("2024-01-31T09:00", "1month", "2024-02-29T17:30"),
    ("2024-08-30T09:00", "6month", "2025-02-28T17:30"),
    ("2025-10-31T09:00", "1month", "2025-12-01T17:30"),  # 30/11/2025 is a Sunday: art. 148(5)
    ("2026-11-30T09:00", "3month", "2027-03-01T17:30"),  # 28/2/2027 is a Sunday
    ("2025-12-15T09:00", "12month", "2026-12-15T17:30"),
    ("2026-01-30T09:00", "1d", "2026-02-02T17:30"),
]

HOURS = [
    ("2026-03-02T07:30", "4wh", "2026-03-02T11:30"),  # ends at the close, not at the next opening
    ("2026-03-02T07:30", "8wh", "2026-03-02T17:30"),
    ("2026-03-02T07:31", "4wh", "2026-03-02T13:31"),
    ("2026-03-02T11:30", "1wh", "2026-03-02T14:30"),  # closing time is outside
    ("2026-03-02T12:00", "1wh", "2026-03-02T14:30"),
    ("2026-03-02T06:00", "1wh", "2026-03-02T08:30"),
    ("2026-03-02T17:30", "1wh", "2026-03-03T08:30"),
    ("2026-02-28T10:00", "1wh", "2026-03-02T08:30"),
    ("2026-03-02T15:29:59", "2wh", "2026-03-02T17:29"),  # seconds are dropped
]


@pytest.mark.parametrize(("received", "term", "expected"), TET + SWAPS + MONTH_ENDS + HOURS)
def test_deadlines(received: str, term: str, expected: str) -> None:
    assert deadline(received, term) == expected


@pytest.mark.parametrize(
    ("received", "deemed", "term", "expected"),
    [
        ("2026-02-12T14:59", "2026-02-12T14:59", "5wd", "2026-02-26T17:30"),
        ("2026-02-12T15:00", "2026-02-13T07:30", "5wd", "2026-02-27T17:30"),
        ("2026-02-12T15:00", "2026-02-13T07:30", "same-day", "2026-02-13T17:30"),
        ("2026-02-13T16:00", "2026-02-23T07:30", "12wh", "2026-02-24T11:30"),
        ("2026-02-13T20:00", "2026-02-23T07:30", "1wd", "2026-02-24T17:30"),
        ("2026-02-14T09:00", "2026-02-23T07:30", "1wd", "2026-02-24T17:30"),
        # A Sunday evening is off, not late: the next opening is Monday, not Tuesday.
        ("2026-03-01T16:00", "2026-03-02T07:30", "1wd", "2026-03-03T17:30"),
        ("2026-03-02T05:00", "2026-03-02T07:30", "same-day", "2026-03-02T17:30"),
        # A Sunday long before the hour, and a day of Tết after it.
        ("2026-03-01T06:00", "2026-03-02T07:30", "1wd", "2026-03-03T17:30"),
        ("2026-02-17T16:00", "2026-02-23T07:30", "1wd", "2026-02-24T17:30"),
    ],
)
def test_cutoff_hour(received: str, deemed: str, term: str, expected: str) -> None:
    outcome = due(STANDARD, at(received), parse_term(term), cutoff=time(15))
    assert outcome.deemed_received == outcome.counted_from == at(deemed)
    assert outcome.at == at(expected)


def test_after_a_cutoff_before_noon_the_afternoon_is_not_the_next_opening() -> None:
    """Decree 61/2018 art. 18: the start of the next working day."""
    outcome = due(STANDARD, at("2026-03-02T11:00"), parse_term("4wh"), cutoff=time(11))
    assert outcome.deemed_received == at("2026-03-03T07:30")


@pytest.mark.parametrize(
    ("received", "deemed"),
    [("2026-03-02T16:29", "2026-03-02T16:29"), ("2026-03-02T16:30", "2026-03-03T07:30")],
)
def test_a_cutoff_counts_to_the_minute(received: str, deemed: str) -> None:
    outcome = due(STANDARD, at(received), parse_term("1wd"), cutoff=time(16, 30))
    assert outcome.deemed_received == at(deemed)


@pytest.mark.parametrize(
    ("term", "pauses", "expected"),
    [
        # received Monday 2026-03-02 09:00; base deadlines: 5wd Monday 9/3, 12wh Tuesday 15:00
        ("5wd", [], "2026-03-09T17:30"),
        ("5wd", [("2026-03-04T07:30", "2026-03-04T17:30")], "2026-03-10T17:30"),
        (
            "5wd",
            [("2026-03-04T09:00", "2026-03-04T10:00")],
            "2026-03-10T17:30",
        ),  # to the close of the day reached
        ("5wd", [("2026-03-04T11:30", "2026-03-04T13:30")], "2026-03-09T17:30"),  # lunch costs nothing
        ("5wd", [("2026-03-06T17:30", "2026-03-09T07:30")], "2026-03-09T17:30"),  # nor does a weekend
        ("5wd", [("2026-03-04T07:30", "2026-03-09T17:30")], "2026-03-13T17:30"),
        ("5wd", [("2026-03-09T15:00", "2026-03-20T15:00")], "2026-03-20T17:30"),  # beyond the first deadline
        ("5wd", [("2026-03-09T17:30", "2026-03-20T15:00")], "2026-03-09T17:30"),  # begun when it had run out
        (
            "5wd",
            [("2026-03-03T08:00", "2026-03-03T10:00"), ("2026-03-03T09:00", "2026-03-03T11:00")],
            "2026-03-10T17:30",
        ),
        (
            "5wd",
            [("2026-03-03T07:30", "2026-03-03T17:30"), ("2026-03-03T07:30", "2026-03-03T17:30")],
            "2026-03-10T17:30",
        ),
        # A second pause within what the first one gave back.
        (
            "5wd",
            [("2026-03-03T07:30", "2026-03-03T17:30"), ("2026-03-10T07:30", "2026-03-10T17:30")],
            "2026-03-11T17:30",
        ),
        ("5wd", [("2026-02-26T08:00", "2026-03-02T08:00")], "2026-03-09T17:30"),  # all before receipt
        ("12wh", [("2026-03-02T10:00", "2026-03-02T11:00")], "2026-03-03T16:00"),
        ("12wh", [("2026-03-02T17:00", "2026-03-05T08:00")], "2026-03-05T16:00"),
        ("30d", [("2026-03-04T07:30", "2026-03-05T17:30")], "2026-04-03T17:30"),
        ("same-day", [("2026-03-02T10:00", "2026-03-03T10:00")], "2026-03-03T17:30"),
        # One within another, one that begins as another ends, one without length.
        ("12wh", [("2026-03-02T10:00", "2026-03-03T10:00"), ("2026-03-02T14:00", "2026-03-02T15:00")], "2026-03-04T15:00"),
        ("12wh", [("2026-03-02T10:00", "2026-03-02T11:00"), ("2026-03-02T11:00", "2026-03-02T14:00")], "2026-03-03T17:00"),
        ("12wh", [("2026-03-02T10:00", "2026-03-02T10:00")], "2026-03-03T15:00"),
        ("12wh", [("2026-03-02T08:00", "2026-03-02T09:00")], "2026-03-03T15:00"),  # ended as the term began
    ],
)  # fmt: skip
def test_pauses(term: str, pauses: list[tuple[str, str]], expected: str) -> None:
    spans = [(at(low), at(high)) for low, high in pauses]
    assert deadline("2026-03-02T09:00", term, pauses=spans) == expected
    assert deadline("2026-03-02T09:00", term, pauses=list(reversed(spans))) == expected


def test_an_open_pause_says_since_when_and_the_earliest_deadline() -> None:
    outcome = due(
        STANDARD, at("2026-03-02T09:00"), parse_term("5wd"), pauses=[(at("2026-03-04T09:00"), None)]
    )
    assert outcome.paused_since == at("2026-03-04T09:00")
    assert outcome.at == at("2026-03-09T17:30")


@pytest.mark.parametrize(
    ("closed", "expected", "since"),
    [
        # The closed pause came before, runs into the open one, or lies within it: only the first adds anything.
        (("2026-03-03T08:00", "2026-03-03T09:00"), "2026-03-03T16:00", "2026-03-03T14:00"),
        (("2026-03-03T13:30", "2026-03-03T15:00"), "2026-03-03T15:00", "2026-03-03T13:30"),
        (("2026-03-03T14:30", "2026-03-03T15:00"), "2026-03-03T15:00", "2026-03-03T14:00"),
        # The same moment: the open one outlasts the other.
        (("2026-03-03T14:00", "2026-03-03T14:30"), "2026-03-03T15:00", "2026-03-03T14:00"),
    ],
)
def test_an_open_pause_swallows_what_overlaps_it(closed: tuple[str, str], expected: str, since: str) -> None:
    spans = [(at(closed[0]), at(closed[1])), (at("2026-03-03T14:00"), None)]
    for pauses in (spans, spans[::-1]):
        outcome = due(STANDARD, at("2026-03-02T09:00"), parse_term("12wh"), pauses=pauses)
        assert (outcome.at, outcome.paused_since) == (at(expected), at(since))


def test_an_open_pause_that_began_when_the_term_had_run_out_stops_nothing() -> None:
    late = [(at("2026-03-03T15:00"), None)]
    outcome = due(STANDARD, at("2026-03-02T09:00"), parse_term("12wh"), pauses=late)
    assert (outcome.at, outcome.paused_since) == (at("2026-03-03T15:00"), None)


@pytest.mark.parametrize(
    ("restart", "term", "expected"),
    [
        ("2026-03-05T10:00", "5wd", "2026-03-12T17:30"),
        ("2026-03-05T15:30", "5wd", "2026-03-13T17:30"),  # the cut-off holds for the completed dossier too
        ("2026-03-07T10:00", "same-day", "2026-03-09T17:30"),
        ("2026-03-05T10:00", "8wh", "2026-03-06T10:00"),
        ("2026-03-02T09:00", "8wh", "2026-03-04T09:00"),  # completed in the minute it was received
    ],
)
def test_restart_counts_anew_and_forgets_earlier_pauses(restart: str, term: str, expected: str) -> None:
    early = [(at("2026-03-03T08:00"), at("2026-03-04T08:00"))]
    assert (
        deadline("2026-03-02T09:00", term, cutoff=time(15), pauses=early, restart_at=at(restart)) == expected
    )


SATURDAY = (("07:30", "11:30"),)
WEEKDAYS = dict.fromkeys(range(5), (("07:30", "11:30"), ("13:30", "17:30")))
RECEIVES = Calendar(weekly=STANDARD_WEEK, reception=week({5: SATURDAY}), days_off=STANDARD.days_off)
WORKS = Calendar(weekly=week({**WEEKDAYS, 5: SATURDAY}), days_off=STANDARD.days_off)


@pytest.mark.parametrize(
    ("calendar", "received", "term", "expected"),
    [
        # Reception only: received on Saturday, the clock runs from Monday.
        (RECEIVES, "2026-03-07T09:00", "1wd", "2026-03-09T17:30"),
        (RECEIVES, "2026-03-07T09:00", "4wh", "2026-03-09T11:30"),
        (RECEIVES, "2026-03-07T09:00", "same-day", "2026-03-07T11:30"),
        (RECEIVES, "2026-03-07T12:00", "1wd", "2026-03-10T17:30"),
        (RECEIVES, "2026-03-06T09:00", "1wd", "2026-03-09T17:30"),
        (RECEIVES, "2026-03-06T09:00", "1d", "2026-03-09T17:30"),
        # A Saturday morning of work is a working day.
        (WORKS, "2026-03-06T09:00", "1wd", "2026-03-07T11:30"),
        (WORKS, "2026-03-07T09:00", "1wd", "2026-03-09T17:30"),
        (WORKS, "2026-03-07T09:00", "4wh", "2026-03-09T09:00"),
        (WORKS, "2026-02-14T12:00", "1wh", "2026-02-21T08:30"),
        # Tết Saturday 2025-02-01 is off although the office has Saturday hours.
        (RECEIVES, "2025-02-01T09:00", "1wd", "2025-02-04T17:30"),
        (WORKS, "2025-01-25T11:00", "1wh", "2025-02-03T08:00"),
    ],
)
def test_saturday_mornings(calendar: Calendar, received: str, term: str, expected: str) -> None:
    assert deadline(received, term, calendar) == expected


def test_summer_hours_take_over_after_winter_hours() -> None:
    summer = Calendar(
        weekly=week(dict.fromkeys(range(5), (("07:00", "11:00"),))), valid_from=date(2026, 4, 16)
    )
    winter = Calendar(weekly=STANDARD_WEEK, valid_until=date(2026, 4, 15), then=summer)
    assert deadline("2026-04-15T17:00", "1wh", winter) == "2026-04-16T07:30"
    assert deadline("2026-04-15T09:00", "2wd", winter) == "2026-04-17T11:00"
    assert winter.last_day == summer.valid_until


def test_the_zone_is_vietnam_wherever_the_moment_comes_from() -> None:
    received = datetime(2026, 2, 12, 17, 30, tzinfo=UTC)  # 00:30 on Friday in Vietnam
    outcome = due(STANDARD, received, parse_term("1wd"))
    assert outcome.deemed_received.isoformat() == "2026-02-13T07:30:00+07:00"
    assert outcome.at.isoformat() == "2026-02-23T17:30:00+07:00"
    assert outcome.days[0].day == date(2026, 2, 13)


def test_every_day_says_what_it_was() -> None:
    outcome = due(STANDARD, at("2026-02-12T15:30"), parse_term("2wd"), cutoff=time(15))
    assert [(note.day.day, note.code, note.ordinal) for note in outcome.days] == [
        (12, DayCode.AFTER_CUTOFF, None),
        (13, DayCode.FIRST_DAY, None),
        (14, DayCode.WEEKEND, None),
        (15, DayCode.WEEKEND, None),
        *((day, DayCode.HOLIDAY, None) for day in range(16, 21)),
        (21, DayCode.WEEKEND, None),
        (22, DayCode.WEEKEND, None),
        (23, DayCode.WORKED, 1),
        (24, DayCode.WORKED, 2),
    ]
    assert describe_day(outcome.days[5]) == (
        "off-holiday",
        {"day": date(2026, 2, 17), "title_vi": "Tết Nguyên Đán", "title_en": "Lunar New Year"},
    )
    assert describe_day(outcome.days[-1])[1]["deadline"] is True
    # Nothing ran on the days before the term began, nor on the one that is not counted.
    assert [note.worked for note in outcome.days] == [0] * 11 + [480, 480]
    assert describe_day(outcome.days[1]) == ("receipt-day-not-counted", {"day": date(2026, 2, 13)})
    assert describe_day(outcome.days[-2]) == (
        "worked",
        {"day": date(2026, 2, 23), "ordinal": 1, "worked": 480},
    )


def test_calendar_days_are_numbered_and_none_of_them_is_worked() -> None:
    outcome = due(STANDARD, at("2026-03-05T10:00"), parse_term("2d"))
    assert [(note.ordinal, note.worked) for note in outcome.days] == [
        (None, 0),
        (1, 0),
        (2, 0),
        (None, 0),
        (None, 480),
    ]


@pytest.mark.parametrize(
    ("received", "term", "more", "expected"),
    [
        ("2026-01-09T10:00", "1wd", {}, ["receipt-day-not-counted", "worked"]),
        ("2025-12-31T16:30", "2wh", {}, ["receipt-day-counted", "off-holiday", "off-swap", "off-weekly", "off-weekly", "worked"]),
        ("2026-03-05T10:00", "2d", {}, ["receipt-day-not-counted", "calendar-day", "calendar-day", "off-weekly", "next-working-day"]),
        ("2026-03-07T10:00", "same-day", {}, ["off-weekly", "off-weekly", "receipt-day-counted"]),
        ("2026-02-27T10:00", "1month", {}, ["receipt-day-not-counted", *["calendar-day"] * 28]),
        ("2026-03-05T17:00", "60minutes", {}, ["receipt-day-counted", "worked"]),
        ("2026-03-05T15:00", "1wd", {"cutoff": time(15)}, ["received-after-cutoff", "receipt-day-not-counted", "off-weekly", "off-weekly", "worked"]),
        ("2026-03-05T17:45", "same-day", {"cutoff": time(18)}, ["received-outside-hours", "receipt-day-counted"]),
        (
            "2026-03-05T10:00",
            "2d",
            {"pauses": [(at("2026-03-06T08:00"), at("2026-03-06T09:00"))]},
            ["receipt-day-not-counted", "calendar-day", "calendar-day", "off-weekly", "next-working-day", "given-back-for-pause"],
        ),
        ("2026-03-05T18:00", "same-day", {}, ["received-outside-hours", "receipt-day-counted"]),
        ("2026-04-26T10:00", "same-day", {}, ["off-holiday", "off-observed", "receipt-day-counted"]),
        (
            "2026-03-02T10:00",
            "2wd",
            {"pauses": [(at("2026-03-03T07:30"), at("2026-03-03T17:30")), (at("2026-03-04T08:00"), at("2026-03-04T09:00"))]},
            ["receipt-day-not-counted", "paused", "worked", "worked", "given-back-for-pause"],
        ),
        (
            "2026-03-02T10:00",
            "1wd",
            {"restart_at": at("2026-03-04T09:00")},
            ["before-restart", "before-restart", "receipt-day-not-counted", "worked"],
        ),
    ],
)  # fmt: skip
def test_reasons_day_by_day(received: str, term: str, more: dict[str, object], expected: list[str]) -> None:
    outcome = due(STANDARD, at(received), parse_term(term), **more)
    assert [note.code for note in outcome.days] == expected
    assert outcome.days[-1].day == outcome.at.date()


def test_a_reception_saturday_between_is_named() -> None:
    outcome = due(RECEIVES, at("2026-03-06T09:00"), parse_term("1wd"))
    assert [note.code for note in outcome.days][1] == DayCode.RECEPTION_ONLY


def test_swap_names_its_other_half_on_both_days() -> None:
    outcome = due(STANDARD, at("2025-12-31T10:00"), parse_term("7wd"))
    notes = {note.day: note for note in outcome.days}
    assert notes[date(2026, 1, 2)].instead_of == date(2026, 1, 10)
    assert notes[date(2026, 1, 10)].instead_of == date(2026, 1, 2)


def test_minutes_of_an_hour_term_add_up_over_the_days() -> None:
    pauses = [(at("2026-02-13T08:00"), at("2026-02-13T10:00"))]
    outcome = due(STANDARD, at("2026-02-12T15:30"), parse_term("12wh"), pauses=pauses)
    assert sum(note.worked for note in outcome.days) == 12 * 60
    assert sum(note.paused for note in outcome.days) == outcome.paused == 120


def test_expected_holidays_are_marked() -> None:
    outcome = due(STANDARD, at("2026-12-30T10:00"), parse_term("3wd"))
    assert outcome.provisional
    assert [note.provisional for note in outcome.days] == [False, False, True, True, True, True, True]
    assert not due(STANDARD, at("2026-12-29T10:00"), parse_term("1wd")).provisional


def test_a_calendar_marks_expected_days_from_the_first_of_them_or_not_at_all() -> None:
    known = Calendar(weekly=STANDARD_WEEK)
    outcome = due(known, at("2026-03-02T10:00"), parse_term("1wd"))
    assert not outcome.provisional
    assert not any(note.provisional for note in outcome.days)
    expected = Calendar(weekly=STANDARD_WEEK, provisional_from=date(2026, 3, 3))
    outcome = due(expected, at("2026-03-02T10:00"), parse_term("1wd"))
    assert outcome.provisional
    assert [note.provisional for note in outcome.days] == [False, True]


@pytest.mark.parametrize(
    ("received", "term", "more", "code"),
    [
        ("2022-12-31T10:00", "1wd", {}, "outside-calendar"),
        ("2030-12-31T10:00", "1wd", {}, "outside-calendar"),
        ("2030-12-31T17:30", "1wh", {}, "outside-calendar"),
        ("2026-03-02T10:00", "100000wd", {}, "outside-calendar"),
        ("2026-03-02T10:00", "100000wh", {}, "outside-calendar"),
        ("2026-03-02T10:00", "100000d", {}, "outside-calendar"),
        ("2026-03-02T10:00", "100000month", {}, "term-value"),
        ("2026-03-02T10:00", "95685month", {}, "outside-calendar"),
        ("2026-03-02T10:00", "95686month", {}, "term-value"),
        ("2026-03-02T10:00", "1wd", {"restart_at": at("2026-03-01T10:00")}, "restart-before-receipt"),
        (
            "2026-03-02T10:00",
            "1wd",
            {"pauses": [(at("2026-03-03T10:00"), at("2026-03-03T09:00"))]},
            "pause-reversed",
        ),
        ("2026-03-02T10:00", "1wd", {"restart_at": datetime(2026, 3, 3)}, "naive-moment"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    received: str, term: str, more: dict[str, object], code: str
) -> None:
    with pytest.raises(WorkingTimeError) as refused:
        due(STANDARD, at(received), parse_term(term), **more)
    assert refused.value.code == code
    assert isinstance(refused.value, CalendarRangeError) == (code == "outside-calendar")


@pytest.mark.parametrize(
    "fields",
    [
        {"weekly": STANDARD_WEEK[:6]},
        {"weekly": (((time(8), time(8)),), *NO_HOURS[1:])},
        {"weekly": (((time(8), time(12)), (time(11), time(17))), *NO_HOURS[1:])},
        {"valid_from": date(2026, 1, 2), "valid_until": date(2026, 1, 1)},
        {"days_off": (DayOff(date(2026, 1, 1), "local", "a"), DayOff(date(2026, 1, 1), "local", "b"))},
        {
            "days_off": (DayOff(date(2026, 1, 1), "local", "a"),),
            "make_up_days": (MakeUpDay(date(2026, 1, 1), date(2026, 1, 2)),),
        },
        {"then": Calendar(weekly=STANDARD_WEEK)},
        {"weekly": (((time(8, 0, 1), time(12)),), *NO_HOURS[1:])},
        {"weekly": (((time(8), time(12, 0, 0, 1)),), *NO_HOURS[1:])},
        {"reception": (((time(9), time(8)),), *NO_HOURS[1:])},
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(WorkingTimeError):
        Calendar(**{"weekly": STANDARD_WEEK, **fields})


def test_equal_calendars_share_one_table() -> None:
    twin = Calendar(
        STANDARD.weekly,
        STANDARD.days_off,
        STANDARD.make_up_days,
        STANDARD.valid_from,
        STANDARD.valid_until,
        provisional_from=STANDARD.provisional_from,
    )
    assert twin is not STANDARD
    assert twin == STANDARD
    assert hash(twin) == hash(STANDARD)
    assert twin.table is STANDARD.table


def test_a_calendar_from_an_agencys_rows() -> None:
    national = {entry.day: entry.title_vi for entry in STANDARD.days_off}
    made_up = {entry.day: "Làm bù" for entry in STANDARD.make_up_days}
    assert Calendar.build(hours=STANDARD_WEEK, off=national, worked=made_up) == STANDARD
    festival = date(2026, 3, 4)
    own = Calendar.build(
        hours={0: [("08:00", "12:00")], 2: [("07:00", "11:00")]},
        off={festival: "Lễ hội làng"},
        worked={date(2026, 3, 7): "Làm bù"},
    )
    outcome = due(own, at("2026-03-02T09:00"), parse_term("1wd"))
    assert outcome.at == at("2026-03-07T12:00")
    assert outcome.days[2].code == DayCode.LOCAL
    assert (own.valid_from, own.valid_until) == (STANDARD.valid_from, STANDARD.valid_until)
    assert own.provisional_from == STANDARD.provisional_from
    summer = Calendar.build(
        hours=own.weekly, off={}, worked={}, valid_from=date(2026, 4, 16), valid_until=date(2026, 4, 16),
        reception={5: [("07:30", "11:30")]}, provisional_from=date(2026, 4, 17),
    )  # fmt: skip
    assert (summer.valid_from, summer.valid_until) == (date(2026, 4, 16), date(2026, 4, 16))
    assert (summer.reception, summer.provisional_from) == (week({5: [("07:30", "11:30")]}), date(2026, 4, 17))
    # In whatever order the rows come, equal calendars are equal; what is known of a day beforehand is kept.
    days = [(date(2026, 5, 5), "b"), (date(2026, 5, 4), DayOff(date(2026, 5, 4), "observed", "a"))]
    made = [(date(2026, 5, 9), ""), (date(2026, 5, 3), MakeUpDay(date(2026, 5, 3), date(2026, 5, 4)))]
    one, other = (Calendar.build(hours=STANDARD_WEEK, off=dict(d), worked=dict(m)) for d, m in ((days, made), (days[::-1], made[::-1])))  # fmt: skip
    assert one == other
    assert one.days_off[0].kind == "observed"
    assert one.make_up_days[0].instead_of == date(2026, 5, 4)
    assert outcome.days[2].title_vi == "Lễ hội làng"


def test_same_day_in_evening_reception_ends_with_the_reception() -> None:
    evening = Calendar(weekly=STANDARD_WEEK, reception=week({4: [("17:30", "19:00")]}))
    assert deadline("2026-03-06T18:00", "same-day", evening) == "2026-03-06T19:00"
    assert deadline("2026-03-06T17:00", "same-day", evening) == "2026-03-06T17:30"
    assert deadline("2026-03-06T17:30", "same-day", evening) == "2026-03-06T19:00"
    # Two rests that adjoin are one: what the second covers counts although the first covers no work.
    rests = [
        (at("2026-03-06T18:30"), at("2026-03-09T07:30")),
        (at("2026-03-09T07:30"), at("2026-03-09T17:30")),
    ]
    assert deadline("2026-03-06T18:00", "same-day", evening, pauses=rests) == "2026-03-09T17:30"


def test_small_arithmetic() -> None:
    assert worked_minutes(STANDARD, at("2026-02-12T15:30"), at("2026-02-23T09:30")) == 12 * 60
    assert worked_minutes(STANDARD, at("2026-02-14T00:00"), at("2026-02-23T07:30")) == 0
    assert add_minutes(STANDARD, at("2026-02-14T10:00"), 0) == at("2026-02-14T10:00")
    assert add_minutes(STANDARD, at("2026-02-14T10:00"), 1) == at("2026-02-23T07:31")
    assert next_opening(STANDARD, at("2026-02-12T15:30")) == at("2026-02-12T15:30")
    assert next_opening(STANDARD, at("2026-02-12T11:30")) == at("2026-02-12T13:30")
    assert next_opening(STANDARD, at("2026-02-13T17:30")) == at("2026-02-23T07:30")
    assert worked_minutes(STANDARD, at("2026-02-12T15:30"), at("2026-02-12T15:30")) == 0
    with pytest.raises(WorkingTimeError):
        worked_minutes(STANDARD, at("2026-02-12T15:30"), at("2026-02-12T15:29"))
    with pytest.raises(WorkingTimeError):
        add_minutes(STANDARD, at("2026-02-12T15:30"), -1)


@pytest.mark.parametrize(
    ("end", "minutes", "begin"),
    [
        ("2026-02-14T10:00", 0, "2026-02-14T10:00"),
        ("2026-02-12T15:30", 60, "2026-02-12T14:30"),
        # A session that is filled begins with it: not at noon, not on the evening before Tết.
        ("2026-02-12T15:30", 120, "2026-02-12T13:30"),
        ("2026-02-12T15:30", 121, "2026-02-12T11:29"),
        ("2026-02-12T15:30", 361, "2026-02-11T17:29"),
        ("2026-02-23T07:31", 1, "2026-02-23T07:30"),
        ("2026-02-23T07:30", 1, "2026-02-13T17:29"),
        ("2023-01-03T17:30", 480, "2023-01-03T07:30"),
    ],
)
def test_counting_back(end: str, minutes: int, begin: str) -> None:
    assert minutes_before(STANDARD, at(end), minutes) == at(begin)


def test_what_began_before_the_calendar_is_not_counted_back() -> None:
    # 2023 begins with days off; the first working minute is that of Tuesday morning.
    assert minutes_before(STANDARD, at("2023-01-03T07:31"), 1) == at("2023-01-03T07:30")
    with pytest.raises(CalendarRangeError):
        minutes_before(STANDARD, at("2023-01-03T07:31"), 2)
    with pytest.raises(WorkingTimeError):
        minutes_before(STANDARD, at("2023-01-03T07:31"), -1)


def test_the_first_and_the_last_day_of_a_calendar_are_known_and_no_other() -> None:
    first, last = STANDARD.valid_from, STANDARD.valid_until
    assert STANDARD.shape(first).off is not None
    assert STANDARD.shape(last).minutes == 480
    assert last.weekday() < 5
    for outside in (first - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(CalendarRangeError) as refused:
            STANDARD.shape(outside)
        assert refused.value.params == {"first": first, "last": last, "day": outside}
    with pytest.raises(CalendarRangeError, match="the end of the count lies outside"):
        add_minutes(STANDARD, at("2030-12-31T17:30"), 1)


def test_a_make_up_day_has_the_hours_of_the_day_it_stands_for_or_of_the_first_that_has_any() -> None:
    hours = week({1: [("08:00", "12:00")], 3: [("13:00", "17:00")]})
    saturdays = (MakeUpDay(date(2026, 3, 7)), MakeUpDay(date(2026, 3, 14), date(2026, 3, 12)))
    calendar = Calendar(weekly=hours, make_up_days=saturdays)
    assert [calendar.shape(entry.day).work for entry in saturdays] == [((480, 720),), ((780, 1020),)]
    with pytest.raises(WorkingTimeError):
        Calendar(weekly=hours, make_up_days=(saturdays[0], saturdays[0]))
    # An office of Sundays, and one that only receives.
    sundays = Calendar(weekly=week({6: [("08:00", "12:00")]}), make_up_days=saturdays[:1])
    assert sundays.shape(saturdays[0].day).work == ((480, 720),)
    receives = Calendar(
        weekly=NO_HOURS, reception=week({0: [("08:00", "12:00")]}), make_up_days=saturdays[:1]
    )
    assert receives.shape(saturdays[0].day).minutes == 0


def test_a_calendar_reaches_as_far_as_the_shipped_days() -> None:
    """Beyond them nobody knows the holidays; before, nobody asks."""
    own = Calendar(weekly=STANDARD_WEEK)
    assert (own.valid_from, own.valid_until) == (STANDARD.valid_from, STANDARD.valid_until)


def test_days_begin_and_end_at_midnight() -> None:
    assert add_minutes(STANDARD, at("2026-03-02T23:59"), 0) == at("2026-03-02T23:59")
    assert worked_minutes(STANDARD, at("2026-03-01T23:59"), at("2026-03-03T00:00")) == 480
    begun = Calendar(weekly=STANDARD_WEEK, valid_from=date(2026, 3, 2))
    assert worked_minutes(begun, at("2026-03-02T00:00"), at("2026-03-03T07:31")) == 481


def test_reception_before_work_opens_the_day() -> None:
    early = Calendar(weekly=STANDARD_WEEK, reception=week({0: [("06:30", "07:30")]}))
    outcome = due(early, at("2026-03-02T06:45"), parse_term("1wh"))
    assert outcome.deemed_received == at("2026-03-02T06:45")
    assert outcome.at == at("2026-03-02T08:30")
    assert next_opening(early, at("2026-03-01T12:00")) == at("2026-03-02T06:30")


@pytest.mark.parametrize(
    "hours",
    [
        {7: [("08:00", "12:00")]},
        {-1: [("08:00", "12:00")]},
        {0: [("08:00", "12:00")], 7: []},
        {0: [("8", "12:00")]},
        {0: [("noon", "13:00")]},
    ],
)
def test_a_week_that_is_none_is_refused(hours: dict[int, list[tuple[str, str]]]) -> None:
    with pytest.raises(WorkingTimeError):
        week(hours)


def test_hours_are_times_or_texts_and_may_adjoin() -> None:
    assert week({6: [(time(8), "12:00")]})[6] == ((time(8), time(12)),)
    adjoining = Calendar(weekly=week({0: [("08:00", "10:00"), ("10:00", "12:00")]}))
    assert add_minutes(adjoining, at("2026-03-02T09:00"), 120) == at("2026-03-02T11:00")


@pytest.mark.parametrize(
    ("value", "unit"), [(1, "year"), (1, "same-day"), (0, "wd"), (100_001, "wh"), (-1, "d")]
)
def test_a_term_that_cannot_be_is_refused(value: int, unit: str) -> None:
    with pytest.raises(WorkingTimeError):
        Term(value, unit)


@pytest.mark.parametrize(
    ("term", "by_day"),
    [("1wd", True), ("1d", True), ("1month", True), ("same-day", True), ("1wh", False), ("1minutes", False)],
)
def test_which_terms_end_with_the_day(term: str, by_day: bool) -> None:
    assert parse_term(term).by_day is by_day


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        (2023, "2023-01-20", "2023-01-26"),
        (2024, "2024-02-08", "2024-02-14"),
        (2025, "2025-01-27", "2025-01-31"),
        (2026, "2026-02-16", "2026-02-20"),
        (2027, "2027-02-04", "2027-02-10"),
    ],
)
def test_shipped_tet(year: int, first: str, last: str) -> None:
    start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    assert all(not STANDARD.shape(date.fromordinal(day)).minutes for day in range(start, end + 1))
    assert add_minutes(STANDARD, at(f"{first}T00:00"), 1).date() > date.fromisoformat(last)
