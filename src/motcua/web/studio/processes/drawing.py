"""What is posted from the diagram: steps put on a line, boxes moved, lines led elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from motcua.kernel.actors import Role
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean, fold
from motcua.processing import table_edits as edits
from motcua.processing.rules import Kind, StepSpec, UnitRule
from motcua.processing.table_edits import START, Line
from motcua.processing.tables import Table, free_key, tidy
from motcua.web.studio.processes import words

#: What a line leads to, when not to a row.
END = "@end"
CHANGES = ("insert", "move_to", "lead", "cut", "way", "branch", "duplicate", "remove")
#: The unit in which a role usually sits: where a new step begins, until its page says otherwise.
UNITS = {
    Role.ONE_STOP: UnitRule.ONE_STOP,
    Role.CIVIL_SERVANT: UnitRule.RESPONSIBLE,
    Role.HEAD: UnitRule.LEADERS,
}
#: Names that a document of the agency is given, whatever the language of the page.
BRANCH, BRANCH_EN, MEETING = "Nhánh {}", "Branch {}", "Chờ đủ: {}"
COPY, COPY_EN = "{} (bản sao)", "{} (copy)"


@dataclass(frozen=True, slots=True)
class Done:
    """A change of the table: what was done to which row, and what is chosen on the diagram afterwards."""

    table: Table
    change: str
    row: str
    at: str = ""


def new_step(post: QueryDict, taken: Iterable[str]) -> StepSpec:
    """The step that is asked for by its name and kind, with who does it where that was chosen as well."""
    name, kind = clean(post.get("name", ""))[:120], post.get("kind", "")
    if not name:
        raise Refused("process.no_name")
    if kind not in list(Kind):
        raise Refused("process.no_kind")
    key = free_key("_".join(fold(name).split()), taken)
    role = post.get("role", "") if post.get("role", "") in words.ROLES else ""
    unit = UNITS[Role(role)] if role else UnitRule.RESPONSIBLE
    does = post.get("does", "") if post.get("does", "") in words.AUTOMATIC else ""
    return tidy(StepSpec(0, key, name, "", role, str(unit), None, {}, kind=kind, does=does))


def lines_of(post: QueryDict) -> list[Line]:
    """The lines a form is about: boxes that were ticked, or all that are drawn as one."""
    return [Line.read(text) for text in " ".join(post.getlist("line")).split()][:20]


def changed(table: Table, what: str, post: QueryDict) -> Done:
    """The table after a posted change. Raises ``NoSuchPart`` for a row or a line that is not there, ``Refused``."""
    row, lines = post.get("row", "")[:30], lines_of(post)
    match what:
        case "insert":
            return _inserted(table, lines, post)
        case "move_to":
            return Done(edits.move(table, row, lines), "relocated", row, f"at={row}")
        case "lead":
            to = _target(post)
            made = edits.lead(table, lines, to)
            if START in lines:
                return Done(made, "first", to or "", f"at={to}")
            return Done(made, "led", lines[0].row, f"line={lines[0]}")
        case "cut":
            return Done(edits.cut(table, lines), "cut", lines[0].row, f"at={lines[0].row}")
        case "way":
            outcome = post.get("outcome", "")[:30]
            return Done(edits.way(table, row, outcome, _target(post)), "way", row, f"line={row}:{outcome}")
        case "branch":
            return _branched(table, row)
        case "duplicate":
            step = edits.row_of(table, row)
            copy = free_key(step.key, (one.key for one in table.steps))
            name_en = COPY_EN.format(step.name_en)[:120] if step.name_en else ""
            made = edits.duplicated(table, row, copy, COPY.format(step.name)[:120], name_en)
            return Done(made, "duplicated", row, f"at={copy}")
        case _:
            return Done(edits.removed(table, row), "removed", row)


def _target(post: QueryDict) -> str | None:
    to = post.get("to", "")
    if not to:
        raise Refused("process.no_target")
    return None if to == END else to[:30]


def _inserted(table: Table, lines: list[Line], post: QueryDict) -> Done:
    taken = [step.key for step in table.steps]
    step = new_step(post, taken)
    if step.kind != Kind.FORK:
        return Done(edits.insert(table, lines, step), "inserted", step.key, f"at={step.key}")
    branches: list[StepSpec] = []
    for number in (1, 2):
        branches.append(_branch(number, [*taken, step.key, *(one.key for one in branches)], post))
    meeting = StepSpec(
        0,
        free_key(f"{step.key[:22]}_du", [*taken, step.key, *(one.key for one in branches)]),
        MEETING.format(step.name)[:120],
        "",
        "",
        str(UnitRule.RESPONSIBLE),
        None,
        {},
        kind=Kind.JOIN,
    )
    made = edits.insert(table, lines, step, branches=branches, join=meeting)
    return Done(made, "inserted", step.key, f"at={step.key}")


def _branch(number: int, taken: list[str], post: QueryDict) -> StepSpec:
    """The task of a branch: a name to be written over, and done by whoever was chosen."""
    given = post.copy()
    given["name"], given["kind"] = BRANCH.format(number), str(Kind.TASK)
    step = new_step(given, taken)
    return StepSpec(
        0, step.key, step.name, BRANCH_EN.format(number), step.role, step.unit_rule, None, {}, kind=step.kind
    )


def _branched(table: Table, row: str) -> Done:
    fork = edits.row_of(table, row)
    step = _branch(len(fork.outcomes) + 1, [one.key for one in table.steps], QueryDict())
    return Done(edits.branch(table, row, step), "branch", step.key, f"at={step.key}")
