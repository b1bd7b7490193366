"""What a day and a week of an office are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from .terms import WorkingTimeError

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

Hours = tuple[tuple[time, time], ...]
Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
NO_HOURS: Final[Week] = ((), (), (), (), (), (), ())

OffKind = Literal["holiday", "observed", "swap", "local"]


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day nobody works, whatever the weekday.

    kind: `holiday` by law, `observed` in lieu of a weekend holiday, `swap` exchanged for the make-up day
    `instead_of`, `local` declared by the agency itself.
    """

    day: date
    kind: OffKind
    title_vi: str
    title_en: str = ""
    instead_of: date | None = None


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """A day off by the week that is worked, with the hours of the weekday of `instead_of`.

    Where nobody recorded which day it stands for, with those of the first weekday that has hours.
    """

    day: date
    instead_of: date | None = None


@dataclass(frozen=True, slots=True)
class DayShape:
    """One day: working spans and open spans in minutes from midnight, and the reason for them."""

    work: tuple[tuple[int, int], ...]
    open: tuple[tuple[int, int], ...]
    minutes: int
    off: DayOff | None = None
    make_up: MakeUpDay | None = None

    @property
    def instead_of(self) -> date | None:
        """The other half of a swap, seen from either side."""
        entry = self.off or self.make_up
        return None if entry is None else entry.instead_of

    @property
    def close(self) -> int:
        """Minute at which the day closes: end of work, or of reception on a day of reception only."""
        return (self.work or self.open)[-1][1]


def check_week(week: Week) -> None:
    """Raises WorkingTimeError unless it is seven days of ascending hours, to the minute."""
    if len(week) != 7:
        raise WorkingTimeError("calendar-week", "a week has seven days")
    for hours in week:
        edges = [edge for span in hours for edge in span]
        if any(edge.second or edge.microsecond for edge in edges):
            raise WorkingTimeError("calendar-hours", "working hours are given to the minute")
        spans_ascend = all(start < end for start, end in hours)
        gaps_ascend = all(one[1] <= two[0] for one, two in pairwise(hours))
        if not (spans_ascend and gaps_ascend):
            raise WorkingTimeError("calendar-hours", "working hours must ascend and must not overlap")


def week(hours: Mapping[int, Iterable[tuple[time | str, time | str]]]) -> Week:
    """A week from `{0: [("07:30", "11:30"), …]}` (0 = Monday); weekdays left out have no hours."""
    if any(day not in range(7) for day in hours):
        raise WorkingTimeError("calendar-week", "weekdays are 0 (Monday) to 6 (Sunday)")
    mon, tue, wed, thu, fri, sat, sun = (
        tuple((_time(start), _time(end)) for start, end in hours.get(day, ())) for day in range(7)
    )
    return mon, tue, wed, thu, fri, sat, sun


def _time(text: time | str) -> time:
    if isinstance(text, time):
        return text
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise WorkingTimeError("calendar-hours", f"cannot read the working hour {text!r}") from error
