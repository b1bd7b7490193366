"""What ships for calendars: office hours Monday to Friday and the national days off.

The days off are read from `kernel/data/holidays_vn.toml`, made by `tools/seed_holidays.py`. The package
it is made from takes 0.7 s to import and misses swaps, so only the file runs; agencies edit their own copy.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from .days import DayOff, MakeUpDay, Week, week

_SESSIONS = (("07:30", "11:30"), ("13:30", "17:30"))
STANDARD_WEEK: Week = week(dict.fromkeys(range(5), _SESSIONS))


@dataclass(frozen=True, slots=True)
class NationalDays:
    """Days off and make-up days of the country from `first` to `last`, both included."""

    first: date
    last: date
    provisional_from: date
    days_off: tuple[DayOff, ...]
    make_up_days: tuple[MakeUpDay, ...]


@lru_cache(maxsize=1)
def national_days() -> NationalDays:
    """The shipped days, for `standard_calendar` and to seed the rows an agency edits."""
    text = (resources.files("motcua.kernel") / "data" / "holidays_vn.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return NationalDays(
        first=data["first"],
        last=data["last"],
        provisional_from=data["provisional_from"],
        days_off=tuple(
            DayOff(row["date"], row["kind"], row["vi"], row["en"], row.get("instead_of"))
            for row in data["days_off"]
        ),
        make_up_days=tuple(MakeUpDay(row["date"], row["instead_of"]) for row in data["make_up_days"]),
    )
