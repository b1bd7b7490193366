"""Reading legal terms. Pure.

Order of decision: what the law says (`legal_time`, with its unit) is the term; what the portal shows is only compared
with it, because the portal writes bare numbers ("1", "3", even "1100"). Without a legal term there is no term: a
portal number alone never becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from motcua.catalogue.importing.names import HEDGE, public_text
from motcua.catalogue.records import Handling, OddRow, Term

_UNITS = {"working_hours": "working_hour", "working_days": "working_day", "calendar_days": "calendar_day"}
_PORTAL_UNITS = {"hour": "working_hour", "working_day": "working_day", "calendar_day": "calendar_day"}
_LONGEST = {"hour": 400, "working_day": 250, "calendar_day": 365, "unspecified": 100}
_IN_RULE = re.compile(r"(\d+)\s*(ngày làm việc|ngày|giờ)", re.IGNORECASE)
WORKING_DAY_HOURS = 8
_SAME_DAY = re.compile(r"\btrong ngày\b", re.IGNORECASE)


def read_term(
    row: str, legal: Mapping[str, Any] | None, channels: Sequence[Mapping[str, Any]], *, verified: bool
) -> tuple[Term, list[OddRow]]:
    """The term of a procedure and what was odd about it. `verified`: the compiler checked the number in the law."""
    odd = list(_odd_durations(row, channels))
    if not legal:
        return Term(), [*odd, _odd(row, "term_missing", Handling.UNCERTAIN)]
    rule = str(legal.get("rule") or "")
    pairs = [(int(legal[key]), unit) for key, unit in _UNITS.items() if legal.get(key)]
    if len(pairs) != 1:
        return Term(rule=public_text(rule)), [
            *odd,
            _odd(row, "term_without_number", Handling.UNCERTAIN, rule),
        ]
    value, unit = pairs[0]
    certain = True
    if HEDGE.search(rule):
        certain = False
        odd.append(_odd(row, "term_unverified", Handling.UNCERTAIN, rule))
    elif rule and not _rule_agrees(rule, value, unit):
        certain = False
        odd.append(_odd(row, "term_rule_conflict", Handling.UNCERTAIN, f"{value} {unit}: {rule}"))
    elif not rule and not verified:
        certain = False
        odd.append(_odd(row, "term_unverified", Handling.UNCERTAIN, f"{value} {unit}"))
    seen = [(c["channel"], c["duration"]) for c in channels if c.get("duration")]
    disagreeing = [
        f"{channel}: {d['value']} {d['unit']}" for channel, d in seen if not _agrees(d, value, unit)
    ]
    if disagreeing:
        odd.append(
            _odd(
                row, "term_disagrees_with_portal", Handling.NOTED, f"{value} {unit}; {'; '.join(disagreeing)}"
            )
        )
        if not rule:  # then the number has no other witness
            certain = False
    cutoff = legal.get("cutoff")
    if unit == "working_hour" and value == WORKING_DAY_HOURS and _SAME_DAY.search(rule):
        # "Trong ngày" ends when the day's work ends, not eight working hours later on the next day.
        value, unit = 1, "same_day"
    return Term(value=value, unit=unit, cutoff=cutoff, rule=public_text(rule), certain=certain), odd


def variant_term(term: Term, value: int) -> Term:
    """The term of one case whose number differs (`legal_time.variants`), in the same unit."""
    return replace(term, value=value)


def _rule_agrees(rule: str, value: int, unit: str) -> bool:
    """Whether the sentence names this number with this unit, or says nothing in numbers ("ngay trong ngày")."""
    found = [(int(n), u.lower()) for n, u in _IN_RULE.findall(rule)]
    if unit == "working_hour":
        return True  # "trong ngày", "ngay khi": eight hours or one, said in words
    wanted = "ngày làm việc" if unit == "working_day" else "ngày"
    sums = sum(n for n, u in found if u == wanted)
    return not found or any(n == value and u == wanted for n, u in found) or sums == value


def _agrees(duration: Mapping[str, Any], value: int, unit: str) -> bool:
    number, written = int(duration["value"]), duration["unit"]
    if written == "unspecified":
        return number == value or (unit == "working_hour" and value == WORKING_DAY_HOURS and number == 1)
    return number == value and _PORTAL_UNITS.get(written) == unit


def _odd_durations(row: str, channels: Sequence[Mapping[str, Any]]) -> Iterator[OddRow]:
    values = set()
    for line in channels:
        duration = line.get("duration")
        if not duration:
            yield _odd(row, "duration_missing", Handling.NOTED, line["channel"])
            continue
        number, unit = duration["value"], duration["unit"]
        values.add((number, unit))
        if number > _LONGEST.get(unit, 0):
            yield _odd(row, "duration_impossible", Handling.NOTED, f"{line['channel']}: {number} {unit}")
        elif unit == "unspecified":
            yield _odd(row, "duration_without_unit", Handling.NOTED, f"{line['channel']}: {number}")
    if len(values) > 1:
        yield _odd(
            row, "term_differs_by_channel", Handling.NOTED, ", ".join(f"{n} {u}" for n, u in sorted(values))
        )


def _odd(row: str, reason: str, handling: Handling, detail: str = "") -> OddRow:
    return OddRow("details", row, reason, handling, detail)
