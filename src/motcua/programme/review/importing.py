"""Files that a focal point brings into a round: who answers for which procedure, and how often each is asked for.

A plan is made first (the dry run); a row that is wrong is named with its reason. The same plan is made again when it is
confirmed, and its action takes all of it or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from motcua.kernel.codes import national_code
from motcua.programme.review.actions import MOVABLE
from motcua.programme.review.models import ReviewAssessment, ReviewRound
from motcua.programme.review.sheets import MAX_PROBLEMS, Problem, Table, read_table

ASSIGNMENTS: Final = {
    "code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Mã số TTHC", "code"),
    "agency": ("Mã cơ quan", "Mã đơn vị", "Mã định danh", "agency"),
}
DEMAND: Final = {
    "code": ASSIGNMENTS["code"],
    "demand": ("Số hồ sơ", "Số hồ sơ một năm", "Hồ sơ tiếp nhận", "demand"),
    "online": ("Trực tuyến", "Nộp trực tuyến", "Hồ sơ trực tuyến", "online"),
}
MAX_COUNT: Final = 50_000_000
_NUMBER = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+|\d{1,9}(?:\.0)?", re.ASCII)


@dataclass(slots=True)
class Plan:
    """What a file would do. Only a plan without problems can be carried out."""

    assignments: list[tuple[str, str]] = field(default_factory=list)
    counts: list[tuple[str, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    changed: int = 0

    @property
    def good(self) -> bool:
        return not self.problems and bool(self.assignments or self.counts)

    @property
    def cut(self) -> bool:
        """Whether there were too many problems to list them all."""
        return len(self.problems) >= MAX_PROBLEMS


def plan_assignments(round_: ReviewRound, content: bytes) -> Plan:
    """Read a file of procedures and agencies against a round."""
    table = read_table(content, ASSIGNMENTS)
    agencies = set(round_.agencies.values_list("code", flat=True))
    present = {
        code: (state, agency)
        for code, state, agency in ReviewAssessment.objects.filter(round=round_).values_list(
            "procedure__national_code", "state", "agency__code"
        )
    }
    plan = Plan(problems=list(table.problems))

    def one(number: int, code: str, row: dict[str, str]) -> None:
        agency = row["agency"].strip().upper()
        if not agency:
            plan.problems.append(Problem(number, "agency_missing"))
        elif agency not in agencies:
            plan.problems.append(Problem(number, "agency_not_in_round", agency[:40]))
        elif present[code][0] not in MOVABLE:
            plan.problems.append(Problem(number, "handed_up", code))
        else:
            plan.assignments.append((code, agency))
            plan.changed += present[code][1] != agency

    _each(table, set(present), plan, one)
    return plan


def plan_demand(round_: ReviewRound, content: bytes) -> Plan:
    """Read a file of counts against a round: dossiers a year, and of them filed online."""
    table = read_table(content, DEMAND, optional=["online"])
    present = set(
        ReviewAssessment.objects.filter(round=round_).values_list("procedure__national_code", flat=True)
    )
    plan = Plan(problems=list(table.problems))

    def one(number: int, code: str, row: dict[str, str]) -> None:
        amount, online = _count(row["demand"]), _count(row["online"] or "0")
        if amount is None or online is None:
            bad = row["demand"] if amount is None else row["online"]
            plan.problems.append(Problem(number, "not_a_number", bad[:40]))
        elif online > amount:
            plan.problems.append(Problem(number, "online_more_than_all", f"{online} > {amount}"))
        else:
            plan.counts.append((code, amount, online))
            plan.changed += 1

    _each(table, present, plan, one)
    return plan


def _each(
    table: Table, present: set[str], plan: Plan, one: Callable[[int, str, dict[str, str]], None]
) -> None:
    """Every row with a good code that is in the round, once."""
    seen: dict[str, int] = {}
    for number, row in table.rows:
        if len(plan.problems) >= MAX_PROBLEMS:
            return
        try:
            code = national_code(row["code"])
        except ValueError:
            plan.problems.append(
                Problem(number, "code_missing" if not row["code"] else "code_unreadable", row["code"][:40])
            )
            continue
        if code in seen:
            plan.problems.append(Problem(number, "row_twice", f"{code} ({seen[code]})"))
            continue
        seen[code] = number
        if code not in present:
            plan.problems.append(Problem(number, "not_in_round", code))
            continue
        one(number, code, row)


def _count(text: str) -> int | None:
    """A whole number as Vietnamese spreadsheets write it: 1.234, 1 234, 1234."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text.removesuffix(".0"))
    return int(digits) if int(digits) <= MAX_COUNT else None
