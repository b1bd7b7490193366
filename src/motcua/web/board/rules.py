"""Periods of the board and what a share still needs: pure arithmetic over days and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

PeriodKey = Literal["month", "quarter", "year", "twelve"]
PERIODS: Final[tuple[PeriodKey, ...]] = get_args(PeriodKey)
#: Targets of plans are set by the year.
USUAL: Final[PeriodKey] = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the first day of one to the last day of another."""

    key: PeriodKey
    since: date
    until: date


def months_back(day: date, count: int) -> date:
    """First day of the month ``count`` months before that of ``day``; after it when negative."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return months_back(day, -1) - timedelta(days=1)


def period(asked: str, today: date) -> Period:
    """The period asked for, ending with the present month; the year for anything unknown."""
    key = next((known for known in PERIODS if known == asked), USUAL)
    back = {"month": 0, "quarter": (today.month - 1) % 3, "year": today.month - 1, "twelve": 11}[key]
    return Period(key, months_back(today, back), month_end(today))


def needed(part: int, whole: int, target: int) -> int | None:
    """How many more, if the next ones all counted, until ``part`` is ``target`` per cent of ``whole``.

    0 when it is; None when no number is enough (a target of 100 per cent already missed).
    """
    lacking = target * whole - 100 * part
    if lacking <= 0:
        return 0
    return None if target >= 100 else -(-lacking // (100 - target))
