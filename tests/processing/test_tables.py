"""Tables as documents: what is refused, how rows are changed, and what differs between two of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.working_time import parse_term
from motcua.processing import differences, layout, tables
from motcua.processing.definitions import DEFAULT
from motcua.processing.rules import Policy
from motcua.processing.tables import Malformed, Table, free_key, linked
from tests.processing import made

GENERAL = tables.of_process("Quy trình chung", DEFAULT, Policy())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([], "no_table"),
        ({"steps": {}}, "no_table"),
        ({"steps": [], "x": 1}, "unknown_word"),
        ({"steps": [{"key": "a"}] * 81}, "too_many_rows"),
        ({"steps": ["a"]}, "no_row"),
        ({"steps": [{"key": "A"}]}, "bad_key"),
        ({"steps": [{"key": "a", "do": "rm"}]}, "unknown_word"),
        ({"steps": [{"key": "a", "name": "x" * 121}]}, "bad_text"),
        ({"steps": [{"key": "a", "name": "x\ny"}]}, "bad_text"),
        ({"steps": [{"key": "a", "kind": "dream"}]}, "bad_kind"),
        ({"steps": [{"key": "a", "unit_rule": "any"}]}, "bad_unit_rule"),
        ({"steps": [{"key": "a", "working_minutes": True}]}, "bad_minutes"),
        ({"steps": [{"key": "a", "working_minutes": -1}]}, "bad_minutes"),
        ({"steps": [{"key": "a", "outcomes": ["b"]}]}, "bad_outcomes"),
        ({"steps": [{"key": "a", "outcomes": {"b": 3}}]}, "bad_outcomes"),
        ({"steps": [{"key": "a", "permits": "consult"}]}, "bad_permits"),
        ({"steps": [{"key": "a", "kind": "choice", "conditions": {"b": {}}}]}, "bad_conditions"),
        ({"steps": [{"key": "a", "kind": "choice", "conditions": [["b", {"field": "x", "op": "exec", "value": 1}]]}]}, "bad_conditions"),
        ({"steps": [{"key": "a", "kind": "choice", "conditions": [["b", {"field": "x", "op": "eq", "value": {"$": 1}}]]}]}, "bad_text"),
        ({"steps": [], "policy": {"after_supplement": "never"}}, "bad_policy"),
        ({"steps": [], "policy": {"silence_closes": 3}}, "bad_policy"),
        ({"steps": [], "policy": {"silence_closes": "soon"}}, "bad_policy"),
    ],
)  # fmt: skip
def test_documents_that_are_no_tables(data: object, code: str) -> None:
    if "$" in str(data):
        tables.read(data)  # compared as data, and nothing else is ever done with it
        return
    with pytest.raises(Malformed) as refused:
        tables.read(data)
    assert refused.value.code == code


def test_renaming_a_row_takes_along_what_leads_to_it() -> None:
    row = GENERAL.row("appraise")
    assert row is not None
    table = GENERAL.with_row("appraise", replace(row, key="check"))
    assert [step.key for step in table.steps] == ["receive", "check", "sign", "return"]
    assert table.steps[0].outcomes["receive"] == "check"
    assert table.steps[2].outcomes["send_back"] == "check"
    assert linked(table.steps)
    assert not linked(GENERAL.without("sign").steps)


@given(made.tables(), st.data())
def test_moving_a_row_changes_the_order_and_nothing_else(table: Table, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([step.key for step in table.steps]))
    by = data.draw(st.sampled_from([-1, 1]))
    moved = table.moved(key, by)
    place = table.place(key)
    assert moved.place(key) == min(max(place + by, 0), len(table.steps) - 1)
    assert {step.key: step for step in moved.steps} == {step.key: step for step in table.steps}
    found = differences.between(table, moved)
    assert len(found) == (0 if moved == table else 1)
    assert {one.what for one in found} <= {"moved"}


@given(made.tables(), made.tables())
def test_differences_are_none_between_equals_and_name_every_row_that_differs(
    one: Table, other: Table
) -> None:
    assert differences.between(one, one) == []
    told = {d.row for d in differences.between(one, other) if d.what in ("added", "removed", "changed")}
    # In what order permits are offered is no difference; in what order conditions are judged is one.
    before, after = (
        {
            step.key: (replace(step, permits=tuple(sorted(step.permits))), list(step.conditions))
            for step in table.steps
        }
        for table in (one, other)
    )
    differ = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert differ == told


def test_differences_of_one_row() -> None:
    row = GENERAL.row("appraise")
    assert row is not None
    changed = replace(row, working_minutes=960, permits=("consult",), outcomes={"propose": "sign"})
    after = replace(
        GENERAL.with_row("appraise", changed), name="Khác", policy=Policy(silence_closes=parse_term("15wd"))
    )
    found = [(d.what, d.field, d.before, d.after) for d in differences.between(GENERAL, after)]
    assert found == [
        ("name", "", "Quy trình chung", "Khác"),
        ("policy", "", GENERAL.policy, after.policy),
        ("changed", "working_minutes", None, 960),
        ("changed", "outcomes", {"propose": "sign", "reject": None}, {"propose": "sign"}),
        ("changed", "permits", {"return_ineligible", "ask_payment", "consult", "transfer"}, {"consult"}),
    ]


@pytest.mark.parametrize(
    ("wanted", "taken", "key"),
    [("kiem_tra", (), "kiem_tra"), ("Sign!", ("sign",), "sign_2"), ("", (), "b"), ("1a", (), "b_1a"), ("x" * 60, (), "x" * 26)],
)  # fmt: skip
def test_free_keys(wanted: str, taken: tuple[str, ...], key: str) -> None:
    assert free_key(wanted, taken) == key
    assert tables.KEY.fullmatch(key)


@given(made.tables())
def test_columns_only_go_forward_except_for_ways_back(table: Table) -> None:
    nodes = [layout.Node(step.key, "", 10, 10) for step in table.steps]
    pairs = [(step.key, to) for step in table.steps for to in step.following]
    edges = [layout.Edge(str(n), *pair) for n, pair in enumerate(pairs)]
    back = layout.back_edges(nodes, edges)
    column = layout.layers(nodes, edges, back)
    assert all(column[e.source] < column[e.target] for e in edges if e.id not in back)
    assert all(edge.id not in back for edge in edges if edge.source == table.steps[0].key)


def test_renaming_a_join_takes_along_its_fork() -> None:
    fork = tables.tidy(
        replace(DEFAULT[0], key="fork", kind="fork", outcomes={"a": "met", "b": "met"}, join="met")
    )
    met = tables.tidy(replace(DEFAULT[0], key="met", kind="join", outcomes={"on": None}))
    renamed = Table("", (fork, met)).with_row("met", replace(met, key="all"))
    assert renamed.steps[0].join == "all"
    assert renamed.steps[0].outcomes == {"a": "all", "b": "all"}
