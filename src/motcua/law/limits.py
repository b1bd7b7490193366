"""The law in force at a moment, for actions and screens: `limits.integer(keys.X, now)`.

The one place where the shipped rows and, later, the rows changed on screen meet; callers never load files.
"""

from __future__ import annotations

from datetime import date, datetime, time

from motcua.kernel.working_time import ZONE, Term

from .registry import Law, Parameter, Value, load


def law() -> Law:
    """The law this installation works by."""
    return load()


def day_of(now: datetime | date) -> date:
    """The Vietnamese day of an aware moment; a date is itself."""
    return now.astimezone(ZONE).date() if isinstance(now, datetime) else now


def parameter(key: str, now: datetime | date) -> Parameter:
    return law().parameter(key, day_of(now))


def value(key: str, now: datetime | date) -> Value:
    return law().value(key, day_of(now))


def integer(key: str, now: datetime | date) -> int:
    return law().integer(key, day_of(now))


def term(key: str, now: datetime | date) -> Term:
    return law().term(key, day_of(now))


def clock(key: str, now: datetime | date) -> time:
    """An hour of the day, such as the cut-off."""
    return law().time(key, day_of(now))
