"""Periods and what a share still needs, by cases and against counting one by one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.web.board.rules import PERIODS, Period, month_end, months_back, needed, period


@pytest.mark.parametrize(
    ("asked", "today", "since", "until"),
    [
        ("month", date(2026, 11, 24), date(2026, 11, 1), date(2026, 11, 30)),
        ("quarter", date(2026, 11, 24), date(2026, 10, 1), date(2026, 11, 30)),
        ("quarter", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 31)),
        ("year", date(2026, 11, 24), date(2026, 1, 1), date(2026, 11, 30)),
        ("twelve", date(2026, 11, 24), date(2025, 12, 1), date(2026, 11, 30)),
        ("twelve", date(2024, 2, 29), date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_periods(asked: str, today: date, since: date, until: date) -> None:
    found = period(asked, today)
    assert (found.key, found.since, found.until) == (asked, since, until)


def test_an_unknown_period_is_the_year() -> None:
    assert period("gestern", date(2026, 3, 5)) == Period("year", date(2026, 1, 1), date(2026, 3, 31))


@given(st.dates(date(2023, 1, 1), date(2030, 12, 31)), st.sampled_from(PERIODS))
def test_a_period_is_made_of_whole_months_and_holds_today(today: date, key: str) -> None:
    found = period(key, today)
    assert found.since.day == 1
    assert found.until == month_end(found.until)
    assert found.since <= today <= found.until


def test_months() -> None:
    assert months_back(date(2026, 1, 31), 1) == date(2025, 12, 1)
    assert months_back(date(2026, 11, 24), 11) == date(2025, 12, 1)
    assert months_back(date(2026, 12, 24), -1) == date(2027, 1, 1)
    assert month_end(date(2024, 2, 10)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("part", "whole", "target", "more"),
    [
        (5, 10, 50, 0),
        (4, 10, 50, 2),
        (0, 3, 50, 3),
        (19, 20, 95, 0),
        (18, 20, 95, 20),
        (0, 0, 50, 0),
        (9, 10, 100, None),
    ],
)
def test_what_is_still_needed(part: int, whole: int, target: int, more: int | None) -> None:
    assert needed(part, whole, target) == more


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 99))
def test_needed_is_the_least_number_that_reaches_the_target(part: int, more: int, target: int) -> None:
    whole = part + more
    count = needed(part, whole, target)
    assert count is not None
    assert 100 * (part + count) >= target * (whole + count)
    assert count == 0 or 100 * (part + count - 1) < target * (whole + count - 1)
