"""Pure rules of the desk: filters that survive every way, when an officer is told, cells that run nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.workspace.rules import (
    CLAIMED,
    COLUMNS,
    DEFAULT_COLUMNS,
    DUE,
    VIEWS,
    ZONE,
    Asked,
    Progress,
    Telling,
    cell,
    columns,
    digest_due,
    due_between,
    instant_at,
    is_quiet,
    unique,
)

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
hours = st.integers(0, 23)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(ZONE))
tellings = st.builds(Telling, digest=st.booleans(), digest_at=hours, quiet_from=hours, quiet_to=hours)
asks = st.builds(
    Asked,
    view=st.sampled_from(VIEWS),
    q=st.text(st.characters(categories=("L", "Nd")), max_size=20),
    procedure=st.lists(st.sampled_from(["1.004873", "2.000815"]), unique=True).map(tuple),
    status=st.lists(st.integers(1, 10), unique=True, max_size=5).map(tuple),
    label=st.lists(st.integers(0, 10**8), unique=True, max_size=5).map(tuple),
    channel=st.lists(st.integers(1, 3), unique=True).map(tuple),
    due=st.sampled_from(["", *DUE]),
    claimed=st.sampled_from(["", *CLAIMED]),
)


@given(asks)
def test_a_filter_is_read_as_it_was_written(asked: Asked) -> None:
    assert Asked.read(asked.write()) == asked
    assert Asked.read({**asked.write(), "status": [str(n) for n in asked.status]}) == asked


@pytest.mark.parametrize(
    "junk",
    [
        {"list": "nobody's"},
        {"status": ["0", "11", "x", "-1", "٣"]},
        {"due": "yesterday", "claimed": "them", "channel": "9"},
        {"q": ["a"], "label": {"a": 1}, "procedure": 7},
        {"channel": ["0", "4"], "label": "1234567890", "step": ["", None]},
    ],
)
def test_what_cannot_be_read_is_left_out(junk: dict[str, object]) -> None:
    assert Asked.read(junk) == Asked()


def test_a_chip_taken_away_leaves_the_others() -> None:
    asked = Asked("unit", status=(1, 4), due="late")
    assert asked.without("status", "4") == replace(asked, status=(1,))
    assert asked.without("due", "late") == replace(asked, due="")
    assert asked.without("list", "unit") == asked
    assert replace(asked, claimed="me").without("claimed", "me") == asked


def test_the_bounds_of_a_filter() -> None:
    asked = Asked.read(
        {
            "q": "  a " + "b" * 200,
            "status": [str(n) for n in range(12)],
            "channel": [str(n) for n in range(5)],
            "label": [str(n) for n in range(30)] + ["123456789"],
            "procedure": ["x" * 90, "y"],
        }
    )
    assert asked.q == "a " + "b" * 98
    assert asked.status == tuple(range(1, 11))
    assert asked.channel == (1, 2, 3)
    assert asked.label == tuple(range(20))
    assert asked.procedure == ("x" * 60, "y")
    assert Asked.read({"label": "123456789"}).label == (123456789,)


def test_what_narrows_a_list_is_neither_the_list_nor_the_search() -> None:
    asked = Asked("unit", q="lan", status=(4,), claimed="me")
    assert asked.filters == {"status": [4], "claimed": "me"}
    assert asked.write() == {"list": "unit", "q": "lan", "status": [4], "claimed": "me"}
    assert Asked().filters == {}


def test_columns_keep_their_order_and_the_two_that_are_always_there() -> None:
    assert columns(["age", "unit", "hack"]) == ("due", "code", "unit", "age")
    assert columns([]) == DEFAULT_COLUMNS == (*COLUMNS[:8], "labels")
    assert columns(COLUMNS) == COLUMNS


def test_lines_are_counted_once_and_no_more_than_five_hundred() -> None:
    assert unique(["1-2", "1-2", "3-4"]) == ("1-2", "3-4")
    assert len(unique([f"{n}-0" for n in range(900)])) == 500


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("due", "begin", "end"),
    [
        ("late", None, "2026-11-24T10:00"),
        ("today", "2026-11-24", "2026-11-25"),
        ("tomorrow", "2026-11-25", "2026-11-26"),
        ("week", "2026-11-24", "2026-12-01"),
        ("later", "2026-12-01", None),
    ],
)
def test_a_day_is_a_day_of_vietnam(due: str, begin: str | None, end: str | None) -> None:
    assert due_between(due, NOW) == (begin and local(begin), end and local(end))


# --- telling ---------------------------------------------------------------------------------------------


@given(tellings, moments)
def test_nothing_is_sent_in_quiet_hours_and_nothing_is_lost(telling: Telling, now: datetime) -> None:
    at = instant_at(telling, "assigned", now)
    assert at is not None
    assert not is_quiet(telling, at)
    assert now <= at <= now + timedelta(days=1)
    assert (at == now) == (not is_quiet(telling, now))


@given(tellings, moments)
def test_quiet_hours_are_what_a_slow_look_at_the_clock_says(telling: Telling, now: datetime) -> None:
    quiet, hour = set(), telling.quiet_from
    while hour != telling.quiet_to:
        quiet.add(hour)
        hour = (hour + 1) % 24
    for hour in range(24):
        assert is_quiet(telling, now.replace(hour=hour)) == (hour in quiet)


def test_what_was_not_chosen_waits_for_the_digest() -> None:
    assert instant_at(Telling(instant=()), "assigned", NOW) is None
    assert instant_at(Telling(), "followed", NOW) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T17:59:59", "2026-11-24T17:59:59"),
        ("2026-11-24T18:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", "2026-11-25T07:00"),
    ],
)
def test_what_comes_in_the_evening_goes_out_at_seven(now: str, expected: str) -> None:
    assert instant_at(Telling(), "assigned", local(now)) == local(expected)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-11-24T08:00", None, True),
        ("2026-11-24T07:59:59", None, False),
        ("2026-11-24T08:00", "2026-11-23T08:00", True),
        ("2026-11-24T12:00", "2026-11-24T08:00", False),
        ("2026-11-24T12:00", "2026-11-24T07:59:59", True),
    ],
)
def test_the_digest_is_due_from_its_hour_on_until_it_went_out(
    now: str, last: str | None, expected: bool
) -> None:
    assert digest_due(Telling(), last and local(last), local(now)) is expected
    assert digest_due(Telling(digest=False), last and local(last), local(now)) is False


@given(tellings, moments)
def test_one_digest_a_day(telling: Telling, day: datetime) -> None:
    """Asked every quarter of an hour, as the job asks: at most one a calendar day, and one if it is wanted."""
    begin = day.replace(hour=0, minute=0, second=0, microsecond=0)
    last, sent = begin - timedelta(hours=12), []
    for quarter in range(96 * 2):
        now = begin + timedelta(minutes=15 * quarter)
        if digest_due(telling, last, now):
            last = now
            sent.append(now)
    assert len(sent) == (2 if telling.digest else 0)
    assert all(moment.hour == telling.digest_at for moment in sent)


def test_telling_is_read_as_it_was_written_and_junk_is_the_standard() -> None:
    own = Telling(False, 6, ("answered",), 20, 5)
    assert Telling.read(own.write()) == own
    for hours in (
        {"digest_at": 0, "quiet_from": 23, "quiet_to": 0},
        {"digest_at": 23, "quiet_from": 0, "quiet_to": 23},
    ):
        assert Telling.read(hours) == Telling(**hours)
    assert Telling.read({"digest_at": 24, "quiet_from": -1}) == Telling()
    assert Telling.read({"digest_at": 99, "quiet_from": "x", "instant": ["nonsense"]}) == Telling(instant=())


# --- cells -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "=cmd|' /C calc'!A0",
        "%0A=1",
        "|x",
        "＝1+1",
        "\x00=1",
        "\n=1",
    ],
)
def test_what_begins_like_a_formula_is_disarmed(attack: str) -> None:
    assert cell(attack) == "'" + attack


@given(st.text())
def test_every_cell_is_itself_or_behind_an_apostrophe(text: str) -> None:
    assert cell(text) in {text, f"'{text}"}
    assert cell(text).lstrip("\x00 \t\r\n\v\f")[:1] not in {"=", "+", "-", "@"} or cell(text).startswith("'")


@pytest.mark.parametrize("name", ["Nguyễn Thị Lan", "H56.201-261124-0001", "24/11/2026 10:00", ""])
def test_ordinary_values_stay_as_they_are(name: str) -> None:
    assert cell(name) == name


def test_progress_adds_up() -> None:
    progress = Progress({"waiting": 2, "done": 3, "refused": 1})
    assert (progress.total, progress.left, progress.of("done", "refused", "failed")) == (6, 2, 4)
    assert (Progress().total, Progress().left, Progress().of("done")) == (0, 0, 0)
