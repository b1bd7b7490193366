"""Law as dated parameters: which number held on which day, and by which article.

`parameters/*.toml` hold `[[parameter]]` rows, `parameters/instruments.toml` the acts they come from. Every
row is one value over one span of days, so that a dossier is judged by the rule in force when it was filed.
Pure: no Django, no clock. Values changed on screen are laid over these rows by `Law.with_rows`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, Literal, get_args

from motcua.kernel.working_time import Term, parse_term

Value = bool | int | float | str | tuple[str, ...]
Confidence = Literal["verified", "secondary", "memory"]
CONFIDENCES: Final = frozenset(get_args(Confidence))
TERM_UNITS: Final = frozenset({"wh", "wd", "d", "month", "minutes"})
UNITS: Final = TERM_UNITS | {
    "bytes",
    "code",
    "codes",
    "count",
    "flag",
    "hours",
    "mm",
    "pattern",
    "percent",
    "points",
    "seconds",
    "time",
}
STATUSES: Final = frozenset({"in-force", "replaced", "repealed", "expired", "guidance"})


class LawError(ValueError):
    """The rows of law are wrong: a file does not parse, two rows hold at once, an act is not listed."""


class NoParameterError(LookupError):
    """No value of this key holds on this day."""

    def __init__(self, key: str, on: date, known: bool) -> None:
        reason = "no row covers that day" if known else "no such parameter"
        super().__init__(f"{key} on {on}: {reason}")
        self.key, self.on, self.known = key, on, known


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal act. `read`: whether its text was read, or only reports of it."""

    number: str
    title_vi: str
    title_en: str
    issued: date | None
    in_force: date | None
    until: date | None
    replaced_by: str | None
    status: str
    read: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of one key from `valid_from` to `valid_to` (both included; None = until further notice).

    confidence: `verified` in the text of the act or a faithful reproduction; `secondary` in reports of it;
    `memory` recalled or a default of ours: never show it as law.
    """

    key: str
    value: Value
    unit: str
    instrument: str
    article: str
    valid_from: date
    valid_to: date | None
    confidence: Confidence
    title_vi: str
    title_en: str
    note: str = ""

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def term(self) -> Term:
        """The value as a term of time; raises LawError when its unit is none."""
        if self.unit not in TERM_UNITS:
            raise LawError(f"{self.key} is not a term of time but {self.unit}")
        return parse_term(f"{self.value}{self.unit}")


class Law:
    """All parameters, by key and day."""

    def __init__(self, parameters: Iterable[Parameter], instruments: Iterable[Instrument]) -> None:
        self.instruments: Mapping[str, Instrument] = _by_number(instruments)
        rows: dict[str, list[Parameter]] = {}
        for row in parameters:
            if row.instrument not in self.instruments:
                raise LawError(f"{row.key}: the act {row.instrument!r} is not listed in instruments.toml")
            rows.setdefault(row.key, []).append(row)
        self._rows = {key: tuple(_in_order(found)) for key, found in rows.items()}

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._rows)

    def history(self, key: str) -> tuple[Parameter, ...]:
        """All rows of a key, oldest first; empty for an unknown key."""
        return self._rows.get(key, ())

    def find(self, key: str, on: date) -> Parameter | None:
        """The row that holds on a day, or None in a gap (a form that did not exist yet)."""
        return next((row for row in self._rows.get(key, ()) if row.holds(on)), None)

    def parameter(self, key: str, on: date) -> Parameter:
        """The row that holds on a day; raises NoParameterError in a gap or for an unknown key."""
        found = self.find(key, on)
        if found is None:
            raise NoParameterError(key, on, key in self._rows)
        return found

    def value(self, key: str, on: date) -> Value:
        return self.parameter(key, on).value

    def integer(self, key: str, on: date) -> int:
        value = self.value(key, on)
        if isinstance(value, bool) or not isinstance(value, int):
            raise LawError(f"{key} is not a whole number: {value!r}")
        return value

    def term(self, key: str, on: date) -> Term:
        return self.parameter(key, on).term

    def time(self, key: str, on: date) -> time:
        return time.fromisoformat(str(self.value(key, on)))

    def instrument(self, number: str) -> Instrument:
        return self.instruments[number]

    def with_rows(self, rows: Iterable[Parameter]) -> Law:
        """This law with `rows` in the place of whatever held on their days (changes made on screen)."""
        laid = {key: list(found) for key, found in self._rows.items()}
        for row in rows:
            kept = [part for old in laid.get(row.key, []) for part in _cut(old, row)]
            laid[row.key] = [*kept, row]
        return Law((row for found in laid.values() for row in found), self.instruments.values())


def _in_order(rows: list[Parameter]) -> list[Parameter]:
    rows.sort(key=lambda row: row.valid_from)
    for row in rows:
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise LawError(f"{row.key}: ends on {row.valid_to} before it begins on {row.valid_from}")
    for earlier, later in pairwise(rows):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise LawError(f"{earlier.key}: two values hold on {later.valid_from}")
    if len({row.unit for row in rows}) > 1 and not {row.unit for row in rows} <= TERM_UNITS:
        raise LawError(f"{rows[0].key}: its rows differ in unit")
    return rows


def _cut(old: Parameter, new: Parameter) -> Iterable[Parameter]:
    """What is left of `old` before and after the days of `new`."""
    day = timedelta(days=1)
    if new.valid_to is not None and new.valid_to < old.valid_from:
        return (old,)
    if old.valid_to is not None and old.valid_to < new.valid_from:
        return (old,)
    parts = []
    if old.valid_from < new.valid_from:
        parts.append(replace(old, valid_to=new.valid_from - day))
    if new.valid_to is not None and (old.valid_to is None or old.valid_to > new.valid_to):
        parts.append(replace(old, valid_from=new.valid_to + day))
    return parts


def _by_number(instruments: Iterable[Instrument]) -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for act in instruments:
        if act.number in found:
            raise LawError(f"the act {act.number} is listed twice")
        found[act.number] = act
    for act in found.values():
        if act.replaced_by is not None and act.replaced_by not in found:
            raise LawError(f"{act.number}: its successor {act.replaced_by} is not listed")
    return found


_PARAMETER_FIELDS: Final = frozenset(Parameter.__dataclass_fields__)
_INSTRUMENT_FIELDS: Final = frozenset(Instrument.__dataclass_fields__)


def read_parameter(row: Mapping[str, Any]) -> Parameter:
    """A `[[parameter]]` row as a Parameter; LawError names what is wrong with it."""
    name = f"parameter {row.get('key', '(no key)')}"
    _known_fields(name, row, _PARAMETER_FIELDS, optional={"valid_to", "note"})
    value = tuple(row["value"]) if isinstance(row["value"], list) else row["value"]
    if row["unit"] not in UNITS:
        raise LawError(f"{name}: unknown unit {row['unit']!r}")
    if row["confidence"] not in CONFIDENCES:
        raise LawError(f"{name}: unknown confidence {row['confidence']!r}")
    if type(row["valid_from"]) is not date or type(row.get("valid_to", row["valid_from"])) is not date:
        raise LawError(f"{name}: valid_from and valid_to are dates")
    _check_value(name, value, row["unit"])
    return Parameter(**{**row, "value": value, "valid_to": row.get("valid_to")})


def _check_value(name: str, value: object, unit: str) -> None:
    wanted: type | tuple[type, ...] = {
        "flag": bool,
        "codes": tuple,
        "code": str,
        "pattern": str,
        "time": str,
    }.get(unit, (int, float))
    if not isinstance(value, wanted) or (isinstance(value, bool) and unit != "flag"):
        raise LawError(f"{name}: {value!r} is no value in {unit}")
    try:
        if unit in TERM_UNITS:
            parse_term(f"{value}{unit}")
        elif unit == "time":
            time.fromisoformat(str(value))
    except ValueError as error:
        raise LawError(f"{name}: {error}") from error


def read_instrument(row: Mapping[str, Any]) -> Instrument:
    """An `[[instrument]]` row as an Instrument."""
    name = f"act {row.get('number', '(no number)')}"
    _known_fields(
        name, row, _INSTRUMENT_FIELDS, optional={"issued", "in_force", "until", "replaced_by", "note"}
    )
    if row["status"] not in STATUSES:
        raise LawError(f"{name}: unknown status {row['status']!r}")
    return Instrument(**{"issued": None, "in_force": None, "until": None, "replaced_by": None, **row})


def _known_fields(name: str, row: Mapping[str, Any], fields: frozenset[str], *, optional: set[str]) -> None:
    if missing := fields - optional - row.keys():
        raise LawError(f"{name}: {', '.join(sorted(missing))} missing")
    if strange := row.keys() - fields:
        raise LawError(f"{name}: unknown field {', '.join(sorted(strange))}")


@lru_cache(maxsize=1)
def load() -> Law:
    """The shipped law, read once per process; LawError names the file and the row."""
    parameters: list[Parameter] = []
    instruments: list[Instrument] = []
    for file in sorted(
        (resources.files("motcua.law") / "parameters").iterdir(), key=lambda entry: entry.name
    ):
        if not file.name.endswith(".toml"):
            continue
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            _known_fields(
                "file", data, frozenset({"parameter", "instrument"}), optional={"parameter", "instrument"}
            )
            parameters += [read_parameter(row) for row in data.get("parameter", [])]
            instruments += [read_instrument(row) for row in data.get("instrument", [])]
        except (LawError, tomllib.TOMLDecodeError) as error:
            raise LawError(f"{file.name}: {error}") from error
    return Law(parameters, instruments)
