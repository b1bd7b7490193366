"""Changes where a process is drawn: each keeps what it does not name, and a table that hangs together hangs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.refusals import Refused
from motcua.processing import table_edits as edits
from motcua.processing import tables
from motcua.processing.checks import problems
from motcua.processing.definitions import DEFAULT
from motcua.processing.rules import Kind, Policy, StepSpec
from motcua.processing.table_edits import START, Line, NoSuchPart
from motcua.processing.tables import Table, linked
from tests.processing import made

GENERAL = tables.of_process("Quy trình chung", DEFAULT, Policy())
LINKING = {"unreachable", "never_ends", "branch_entered", "branches_meet", "branch_leaves", "circle_without_task"}  # fmt: skip


def row(key: str, kind: str = Kind.TASK) -> StepSpec:
    does = "notify" if kind == Kind.AUTO else ""
    role = "civil_servant" if kind == Kind.TASK else ""
    return tables.tidy(StepSpec(0, key, key, "", role, "responsible", None, {}, kind=kind, does=does))


def with_kind(table: Table, lines: Sequence[Line], kind: str) -> Table:
    """A new row ``new`` of a kind on a line; a fork with ``one``, ``two`` and ``met``."""
    if kind == Kind.FORK:
        return edits.insert(
            table, lines, row("new", kind), branches=[row("one"), row("two")], join=row("met", Kind.JOIN)
        )
    return edits.insert(table, lines, row("new", kind))


def changed(before: Table, after: Table) -> set[str]:
    """Keys of the rows that are in both and differ."""
    rows = {step.key: step for step in after.steps}
    return {step.key for step in before.steps if step.key in rows and rows[step.key] != step}


def faults(table: Table) -> set[str]:
    return {problem.code for problem in problems(table.steps)}


def any_line(data: st.DataObject, table: Table) -> tuple[Line, ...]:
    return data.draw(st.sampled_from(edits.drawn(table)))


# --- on a line -------------------------------------------------------------------------------------------------------


@given(made.tables(), st.sampled_from(["task", "choice", "auto", "fork"]), st.data())
def test_what_is_put_on_a_line_stands_on_it_and_taken_out_again_nothing_has_changed(
    table: Table, kind: str, data: st.DataObject
) -> None:
    lines = any_line(data, table)
    to = edits.leads_to(table, lines[0])
    after = with_kind(table, lines, kind)
    assert linked(after.steps)
    assert {edits.leads_to(after, line) for line in lines} == {"new"}
    last = "met" if kind == Kind.FORK else "new"
    assert set(edits.row_of(after, last).outcomes.values()) == {to}
    assert changed(table, after) == ({lines[0].row} if lines[0] != START else set())
    assert after.place("new") == table.place(lines[0].row) + 1
    assert edits.removed(after, "new") == table
    if kind == Kind.FORK:
        assert edits.removed(after, "met") == table
    assert not problems(table.steps)
    assert not faults(after) & LINKING


@given(made.tables(), st.data())
def test_a_moved_row_stands_on_the_line_and_the_rows_between_do_not_change(
    table: Table, data: st.DataObject
) -> None:
    lines = any_line(data, table)
    movable = [step.key for step in table.steps if edits.onward(step)]
    key = data.draw(st.sampled_from(movable))
    step = edits.row_of(table, key)
    before = {line.row for line in map(Line.read, _leading_to(table, key))}
    # Of its own lines there is none left when it is taken out, nor a way back that would lead to its own row.
    back = {line.outcome for line in lines} == {"send_back"} and edits.leads_to(table, lines[0]) == key
    if lines[0].row == key or (back and step.outcomes[edits.onward(step)[0]] == lines[0].row):
        with pytest.raises(Refused, match=r"process\.own_line"):
            edits.move(table, key, lines)
        return
    after = edits.move(table, key, lines)
    assert linked(after.steps)
    assert sorted(one.key for one in after.steps) == sorted(one.key for one in table.steps)
    assert changed(table, after) <= {key, lines[0].row, *before}
    assert edits.leads_to(after, lines[0]) == key
    aside = {name: to for name, to in step.outcomes.items() if name not in edits.onward(step)}
    assert aside.items() <= edits.row_of(after, key).outcomes.items()
    if step.kind == Kind.TASK and len(step.outcomes) == 1:
        assert "unreachable" not in faults(after)


def _leading_to(table: Table, key: str) -> list[str]:
    return [f"{s.key}:{name}" for s in table.steps for name, to in s.outcomes.items() if to == key]


@given(made.tables(), st.data())
def test_a_line_is_led_elsewhere_or_cut_and_only_its_row_changes(table: Table, data: st.DataObject) -> None:
    lines = any_line(data, table)
    to = data.draw(st.sampled_from([step.key for step in table.steps]))
    after = edits.lead(table, lines, to)
    assert linked(after.steps)
    assert edits.leads_to(after, lines[0]) == to
    assert changed(table, after) <= {lines[0].row}
    if lines == (START,):
        assert sorted(map(repr, after.steps)) == sorted(map(repr, table.steps))
        return
    assert edits.lead(after, lines, edits.leads_to(table, lines[0]) or to) == table or not edits.leads_to(
        table, lines[0]
    )
    less = edits.cut(table, lines)
    assert linked(less.steps)
    assert changed(table, less) == {lines[0].row}
    assert set(edits.row_of(less, lines[0].row).outcomes) == set(
        edits.row_of(table, lines[0].row).outcomes
    ) - {line.outcome for line in lines}
    assert set(edits.row_of(less, lines[0].row).conditions) <= set(edits.row_of(less, lines[0].row).outcomes)


# --- at a row --------------------------------------------------------------------------------------------------------


@given(made.tables(), st.data())
def test_a_removed_row_is_bridged_or_what_led_there_is_a_fault(table: Table, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([step.key for step in table.steps]))
    leading = {Line.read(text).row for text in _leading_to(table, key)} - {key}
    gone = edits.removal(table, key)
    after = edits.removed(table, key)
    assert {one.key for one in table.steps} - {one.key for one in after.steps} == gone.keys
    if gone.bridged:
        assert linked(after.steps) or not after.steps
        into = {line.row for k in gone.keys for line in map(Line.read, _leading_to(table, k))} - gone.keys
        assert changed(table, after) == into
    else:
        assert changed(table, after) == set()
        assert linked(after.steps) == (not leading)


@given(made.tables(), st.data())
def test_one_more_way_branch_or_copy(table: Table, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([step.key for step in table.steps]))
    step = edits.row_of(table, key)
    for outcome in edits.open_ways(step):
        wider = edits.way(table, key, outcome, "sign" if outcome == "complete" else None)
        assert linked(wider.steps)
        assert changed(table, wider) == {key}
        assert edits.cut(wider, [Line(key, outcome)]) == table
    if step.kind == Kind.FORK:
        wider = edits.branch(table, key, row("new"))
        assert linked(wider.steps)
        assert changed(table, wider) == {key}
        assert not faults(wider)
    if step.kind in (Kind.TASK, Kind.AUTO) and edits.onward(step):
        twice = edits.duplicated(table, key, "copy", "Bản sao", "")
        assert linked(twice.steps)
        assert changed(table, twice) == {key}
        assert edits.row_of(twice, "copy") == replace(step, key="copy", name="Bản sao", name_en="")
        assert "unreachable" not in faults(twice)


def test_outcomes_that_lead_to_the_same_place_are_one_line_and_branches_never_are() -> None:
    lines = [" ".join(map(str, one)) for one in edits.drawn(GENERAL)]
    assert lines[:3] == ["@start:on", "receive:receive", "receive:refuse"]
    both = edits.way(GENERAL, "appraise", "complete", "sign")
    assert (Line("appraise", "propose"), Line("appraise", "complete")) in edits.drawn(both)
    one = edits.insert(both, [Line("appraise", "complete")], row("new"))
    assert edits.row_of(one, "appraise").outcomes["propose"] == "sign"
    fork = with_kind(GENERAL, [Line("receive", "receive")], "fork")
    for key in ("one", "two"):
        fork = edits.removed(fork, key)
    assert {edits.leads_to(fork, line[0]) for line in edits.drawn(fork) if line[0].row == "new"} == {"met"}
    assert len([line for line in edits.drawn(fork) if line[0].row == "new"]) == 2


def test_the_row_one_was_sent_back_to_takes_the_way_back_along() -> None:
    after = edits.removed(GENERAL, "appraise")
    assert "send_back" not in edits.row_of(after, "sign").outcomes
    assert edits.leads_to(after, Line("receive", "receive")) == "sign"
    first = edits.removed(GENERAL, "receive")
    assert first.steps[0].key == "appraise"


LINES = [Line("receive", "receive")]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda t: edits.insert(t, LINES, row("new", "join")), "process.no_kind"),
        (lambda t: edits.move(t, "receive", LINES), "process.own_line"),
        (lambda t: edits.move(t, "fork", [Line("sign", "sign")]), "process.cannot_move"),
        (lambda t: edits.lead(t, [START], None), "process.leads_nowhere"),
        (lambda t: edits.lead(t, [Line("fork", "b1")], None), "process.leads_nowhere"),
        (lambda t: edits.way(t, "receive", "receive", None), "process.no_way"),
        (lambda t: edits.way(t, "receive", "dance", None), "process.no_way"),
        (lambda t: edits.branch(t, "receive", row("new")), "process.no_branch"),
        (lambda t: edits.duplicated(t, "fork", "x", "x", ""), "process.cannot_copy"),
        (lambda t: [t := edits.branch(t, "fork", row(f"n{n}")) for n in range(9)], "process.too_many_ways"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(act: Callable[[Table], object], code: str) -> None:
    fork = tables.tidy(replace(row("fork", "fork"), outcomes={"b1": "one", "b2": "two"}, join="met"))
    rest = [replace(row(key), outcomes={"complete": "met"}) for key in ("one", "two")]
    met = tables.tidy(replace(row("met", "join"), outcomes={"on": "appraise"}))
    table = edits.lead(replace(GENERAL, steps=(*GENERAL.steps, fork, *rest, met)), LINES, "fork")
    with pytest.raises(Refused) as refused:
        act(table)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "act",
    [
        lambda: edits.insert(GENERAL, [], row("new")),
        lambda: edits.insert(GENERAL, [Line("receive", "sign")], row("new")),
        lambda: edits.insert(GENERAL, [Line("receive", "receive"), Line("receive", "refuse")], row("new")),
        lambda: edits.lead(GENERAL, LINES, "nowhere"),
        lambda: edits.cut(GENERAL, [START]),
        lambda: edits.cut(GENERAL, [Line("nobody", "receive")]),
        lambda: edits.removed(GENERAL, "nobody"),
        lambda: edits.way(GENERAL, "receive", "complete", "nowhere"),
        lambda: edits.leads_to(Table("", ()), START),
    ],
)
def test_what_is_not_there_is_not_changed(act: Callable[[], object]) -> None:
    with pytest.raises(NoSuchPart):
        act()
