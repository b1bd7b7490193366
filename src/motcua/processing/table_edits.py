"""Changes of a process where it is drawn: on a line between two rows, or at a row. Pure; each gives another table.

A line is one way on of a row (``appraise:propose``), or :data:`START`, which leads to the first row. Rows that a change
does not name stay as they are, and a table in which every row that is named is there stays one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from motcua.kernel.refusals import Refused
from motcua.processing.checks import inside
from motcua.processing.rules import ENDING, ON, OUTCOMES, Kind, StepSpec
from motcua.processing.tables import ORDER, Table, tidy

#: Ways on of a fork or a choice: as many as the form of a row has places for.
MAX_WAYS = 8
#: How a new row goes on; a fork does by its join.
_ON = {Kind.TASK: "complete", Kind.AUTO: ON, Kind.JOIN: ON, Kind.CHOICE: "else"}
#: Outcomes of a task that do not lead on: they end the dossier or go back.
_ASIDE = ENDING | {"send_back"}


class NoSuchPart(LookupError):
    """A row or a line that is not in the table (any more)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A way on: the row it leaves, and by which outcome."""

    row: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.row}:{self.outcome}"

    @classmethod
    def read(cls, text: str) -> Line:
        """The inverse of ``str``; what is no line of any table is a line that is not there."""
        row, _colon, outcome = text.partition(":")
        return cls(row, outcome)


START = Line("@start", ON)


def leads_to(table: Table, line: Line) -> str | None:
    """Key of the row a line leads to; None: the end. Raises :class:`NoSuchPart`."""
    if line == START and table.steps:
        return table.steps[0].key
    step = table.row(line.row)
    if step is None or line.outcome not in step.outcomes:
        raise NoSuchPart(str(line))
    return step.outcomes[line.outcome]


def drawn(table: Table) -> list[tuple[Line, ...]]:
    """The lines as they are drawn, in the order of the table: outcomes of one row that lead to the same place are one
    line, branches of a fork are always several.
    """
    found: list[tuple[Line, ...]] = [(START,)] if table.steps else []
    for step in table.steps:
        together: dict[str, list[Line]] = {}
        for outcome, to in step.outcomes.items():
            group = outcome if step.kind == Kind.FORK else f"> {to}"
            together.setdefault(group, []).append(Line(step.key, outcome))
        found += (tuple(lines) for lines in together.values())
    return found


def drawn_with(table: Table, line: Line) -> tuple[Line, ...]:
    """All that is drawn as one line with it. Raises :class:`NoSuchPart`."""
    return next((lines for lines in drawn(table) if line in lines), None) or _gone(line)


def _gone(line: Line) -> tuple[Line, ...]:
    raise NoSuchPart(str(line))


def row_of(table: Table, key: str) -> StepSpec:
    """A row by its key. Raises :class:`NoSuchPart`."""
    step = table.row(key)
    if step is None:
        raise NoSuchPart(key)
    return step


def _target(table: Table, lines: Sequence[Line]) -> str | None:
    """Where lines that are drawn as one lead to."""
    if not lines or not set(lines) <= set(drawn_with(table, lines[0])):
        raise NoSuchPart(", ".join(map(str, lines)))
    return leads_to(table, lines[0])


def _led(table: Table, lines: Collection[Line], to: str | None) -> Table:
    """The table with lines that lead somewhere else."""
    if START in lines:
        return _first(table, to)
    rows = []
    for step in table.steps:
        turned = {line.outcome for line in lines if line.row == step.key}
        outcomes = {name: to if name in turned else where for name, where in step.outcomes.items()}
        rows.append(replace(step, outcomes=outcomes) if turned else step)
    return replace(table, steps=tuple(rows))


def _first(table: Table, key: str | None) -> Table:
    """The table with a row at its beginning, where dossiers begin."""
    place = table.place(key) if key is not None else -1
    if place <= 0:
        return table
    rows = list(table.steps)
    rows.insert(0, rows.pop(place))
    return replace(table, steps=tuple(rows))


def _put(table: Table, place: int, rows: Iterable[StepSpec]) -> Table:
    return replace(table, steps=(*table.steps[:place], *rows, *table.steps[place:]))


# --- on a line ---------------------------------------------------------------------------------------------------------


def insert(
    table: Table,
    lines: Sequence[Line],
    step: StepSpec,
    *,
    branches: Sequence[StepSpec] = (),
    join: StepSpec | None = None,
) -> Table:
    """A new row on a line: the line leads to it, it goes on to where the line led, and it stands behind the row that the
    line leaves. A fork brings its branches, a task each, and the join they meet at.
    """
    to = _target(table, lines)
    new: list[StepSpec]
    if step.kind == Kind.FORK and join is not None:
        ways = {f"b{number}": one.key for number, one in enumerate(branches, 1)}
        new = [
            replace(step, outcomes=ways, join=join.key),
            *(replace(one, outcomes={_ON[Kind(one.kind)]: join.key}) for one in branches),
            replace(join, outcomes={ON: to}),
        ]
    elif step.kind in (Kind.TASK, Kind.CHOICE, Kind.AUTO):
        new = [replace(step, outcomes={_ON[Kind(step.kind)]: to})]
    else:
        raise Refused("process.no_kind")
    larger = _put(table, table.place(lines[0].row) + 1, map(tidy, new))
    return _led(larger, lines, step.key)


def move(table: Table, key: str, lines: Sequence[Line]) -> Table:
    """A row taken out of its place, as :func:`removed` does it, and put on a line; its other ways on stay with it."""
    step = row_of(table, key)
    outcomes = onward(step)
    if not outcomes:
        raise Refused("process.cannot_move")
    _target(table, lines)
    rest = _bridged(table, {key}, step.outcomes[outcomes[0]])
    # A way back that would have led to its own row is gone with the row between.
    there = [line for line in lines if line == START or line.outcome in _outcomes(rest, line.row)]
    if not there or not rest.steps or any(line.row == key for line in lines):
        raise Refused("process.own_line")
    to = _target(rest, there)
    moved = replace(
        step, outcomes={name: to if name in outcomes else where for name, where in step.outcomes.items()}
    )
    return _led(_put(rest, rest.place(there[0].row) + 1, [moved]), there, key)


def _outcomes(table: Table, key: str) -> Collection[str]:
    step = table.row(key)
    return step.outcomes if step is not None else ()


def lead(table: Table, lines: Sequence[Line], to: str | None) -> Table:
    """A line that leads to another row, or (None) to the end."""
    _target(table, lines)
    if to is not None:
        row_of(table, to)
    elif START in lines or row_of(table, lines[0].row).kind == Kind.FORK:
        raise Refused("process.leads_nowhere")
    return _led(table, lines, to)


def cut(table: Table, lines: Sequence[Line]) -> Table:
    """A line taken away: that outcome, branch or condition is there no more."""
    _target(table, lines)
    step = row_of(table, lines[0].row)
    gone = {line.outcome for line in lines}
    outcomes = {name: to for name, to in step.outcomes.items() if name not in gone}
    conditions = {name: condition for name, condition in step.conditions.items() if name not in gone}
    return table.with_row(step.key, replace(step, outcomes=outcomes, conditions=conditions))


# --- at a row ------------------------------------------------------------------------------------------------------------


def onward(step: StepSpec) -> list[str]:
    """The outcomes by which a row goes on, when all of them lead to one place; empty when there are several, or none.
    A task's refusals and its way back do not count; branches are never one way, nor is what stands behind them.
    """
    if step.kind in (Kind.FORK, Kind.JOIN):
        return []
    aside = _ASIDE if step.kind == Kind.TASK else frozenset()
    found = {name: to for name, to in step.outcomes.items() if name not in aside and to != step.key}
    return list(found) if len(set(found.values())) == 1 else []


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes when a row is removed, and where what led there leads then (``bridged``), or else: to nothing."""

    keys: frozenset[str]
    bridged: bool
    to: str | None = None


def removal(table: Table, key: str) -> Removal:
    """What removing a row would do. A fork and its join go together, with all that lies between them, when nothing leads
    into it or out of it sideways.
    """
    step = row_of(table, key)
    if step.kind in (Kind.FORK, Kind.JOIN):
        return _block(table, step) or Removal(frozenset({key}), bridged=False)
    outcomes = onward(step)
    if not outcomes:
        return Removal(frozenset({key}), bridged=False)
    return Removal(frozenset({key}), bridged=True, to=step.outcomes[outcomes[0]])


def _block(table: Table, step: StepSpec) -> Removal | None:
    forks = [one for one in table.steps if one.kind == Kind.FORK and step.key in (one.key, one.join)]
    join = table.row(forks[0].join) if len(forks) == 1 else None
    if join is None or join.kind != Kind.JOIN or ON not in join.outcomes:
        return None
    fork, to = forks[0], join.outcomes[ON]
    within = inside(table.steps, fork)
    keys = within | {fork.key, join.key}
    for one in table.steps:
        following = set(one.following)
        if one.key in within and not following <= within | {join.key}:
            return None
        if one.key not in keys and following & (within | {join.key}):
            return None
    return None if fork.key in within or to in keys else Removal(frozenset(keys), bridged=True, to=to)


def removed(table: Table, key: str) -> Table:
    """The table without a row; what led to it leads to where it went on. Where it has no one way on, what led to it stays
    and is a fault that the author is shown.
    """
    gone = removal(table, key)
    return _bridged(table, gone.keys, gone.to) if gone.bridged else table.without(key)


def _bridged(table: Table, keys: Collection[str], to: str | None) -> Table:
    rows = []
    for step in table.steps:
        if step.key in keys:
            continue
        if any(where in keys for where in step.following):
            outcomes = {name: to if where in keys else where for name, where in step.outcomes.items()}
            # Sent back to oneself: the step one was sent back to is the one that is gone.
            if step.kind == Kind.TASK and step.outcomes.get("send_back") in keys and to == step.key:
                del outcomes["send_back"]
            step = replace(step, outcomes=outcomes)
        rows.append(step)
    rest = replace(table, steps=tuple(rows))
    return _first(rest, to) if table.steps and table.steps[0].key in keys else rest


def open_ways(step: StepSpec) -> list[str]:
    """The outcomes a row could still be given where it is drawn; conditions and branches are made otherwise."""
    match step.kind:
        case Kind.TASK:
            return [name for name in ORDER if name in OUTCOMES and name not in step.outcomes]
        case Kind.CHOICE:
            return [] if set(step.outcomes) - set(step.conditions) else ["else"]
        case Kind.JOIN | Kind.AUTO:
            return [] if ON in step.outcomes else [ON]
        case _:
            return []


def way(table: Table, key: str, outcome: str, to: str | None) -> Table:
    """One more way on of a row."""
    step = row_of(table, key)
    if outcome not in open_ways(step):
        raise Refused("process.no_way")
    if to is not None:
        row_of(table, to)
    return table.with_row(key, tidy(replace(step, outcomes={**step.outcomes, outcome: to})))


def branch(table: Table, key: str, step: StepSpec) -> Table:
    """One more branch of a fork: a task of its own that goes on to the join."""
    fork = row_of(table, key)
    if fork.kind != Kind.FORK or table.row(fork.join) is None:
        raise Refused("process.no_branch")
    if len(fork.outcomes) >= MAX_WAYS:
        raise Refused("process.too_many_ways", most=MAX_WAYS)
    name = next(name for number in range(1, MAX_WAYS + 2) if (name := f"b{number}") not in fork.outcomes)
    place = max(table.place(fork.join), table.place(key) + 1)
    larger = _put(table, place, [tidy(replace(step, outcomes={_ON[Kind(step.kind)]: fork.join}))])
    return larger.with_row(key, tidy(replace(fork, outcomes={**fork.outcomes, name: step.key})))


def duplicated(table: Table, key: str, copy: str, name: str, name_en: str) -> Table:
    """A copy of a task or an automatic step right behind it."""
    step = row_of(table, key)
    outcomes = onward(step)
    if step.kind not in (Kind.TASK, Kind.AUTO) or not outcomes:
        raise Refused("process.cannot_copy")
    larger = _put(table, table.place(key) + 1, [replace(step, key=copy, name=name, name_en=name_en)])
    return _led(larger, [Line(key, outcome) for outcome in outcomes], copy)
