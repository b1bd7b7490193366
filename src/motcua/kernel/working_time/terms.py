"""Terms of law as values: how long, in which unit. Pure; no calendar here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

Unit = Literal["wh", "wd", "d", "month", "same-day", "minutes"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)

#: Units whose deadline is the close of a day; the others run to the minute.
DAY_UNITS: Final[frozenset[Unit]] = frozenset({"wd", "d", "month", "same-day"})

# No statutory term comes near this; a typing slip ("50000wd") does, and would only walk off the calendar.
MAX_VALUE: Final = 100_000

_TERM = re.compile(r"(?P<value>\d{1,9})\s*(?P<unit>wh|wd|d|months?|minutes?|min)")
#: As typed: each unit by its own name, and a few by another.
_TYPED: Final[dict[str, Unit]] = {
    **{unit: unit for unit in UNITS},
    "months": "month",
    "minute": "minutes",
    "min": "minutes",
}


class WorkingTimeError(ValueError):
    """Something about a term, a calendar or a moment cannot be right.

    `code` and `params` are for the face, which words them; `str()` is English, for logs.
    """

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time a rule grants.

    `value` counts `unit`: `wh` working hours, `wd` working days, `d` calendar days, `month` calendar
    months, `minutes` working minutes; for `same-day` it is 0 and means nothing.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise WorkingTimeError("term-unit", f"unknown unit of time {self.unit!r}", unit=self.unit)
        if self.unit == "same-day":
            if self.value != 0:
                raise WorkingTimeError("term-value", "a same-day term carries no number", value=self.value)
        elif not 1 <= self.value <= MAX_VALUE:
            raise WorkingTimeError(
                "term-value", f"a term must be between 1 and {MAX_VALUE}, not {self.value}", value=self.value
            )

    @property
    def by_day(self) -> bool:
        """True when the term ends at the close of a day (an hour term ends to the minute)."""
        return self.unit in DAY_UNITS

    def __str__(self) -> str:
        return "same-day" if self.unit == "same-day" else f"{self.value}{self.unit}"


def parse_term(text: str) -> Term:
    """Read `5wd`, `12wh`, `30d`, `2month`, `90minutes` or `same-day`; the inverse of `str(term)`.

    Raises WorkingTimeError("term-syntax") for anything else; half days are written in hours (`4wh`).
    """
    cleaned = text.strip().lower()
    if cleaned == "same-day":
        return Term(0, "same-day")
    match = _TERM.fullmatch(cleaned)
    if match is None:
        raise WorkingTimeError(
            "term-syntax",
            f"cannot read the term {text!r}: write 5wd, 12wh, 30d, 2month or same-day",
            text=text,
        )
    return Term(int(match["value"]), _TYPED[match["unit"]])
