"""What changed between two tables: the order in which conditions are judged, and tables that share nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from motcua.processing import tables
from motcua.processing.definitions import DEFAULT
from motcua.processing.differences import between, of_row
from motcua.processing.rules import Kind, Policy, StepSpec
from motcua.processing.tables import Table

GENERAL = tables.of_process("Quy trình chung", DEFAULT, Policy())
FIRST = {"field": "tuoi", "op": "ge", "value": 60}
SECOND = {"field": "tuoi", "op": "ge", "value": 18}


def choice(**conditions: object) -> StepSpec:
    ways = {"a": "sign", "b": "sign", "c": None}
    return StepSpec(
        0, "kind", "Loại", "", "", "responsible", None, ways, kind=Kind.CHOICE, conditions=conditions
    )


def test_conditions_in_another_order_are_another_choice() -> None:
    (found,) = of_row(choice(a=FIRST, b=SECOND), choice(b=SECOND, a=FIRST))
    assert (found.field, found.before, found.after) == (
        "conditions",
        [("a", FIRST), ("b", SECOND)],
        [("b", SECOND), ("a", FIRST)],
    )


def test_permits_in_another_order_are_the_same() -> None:
    row = GENERAL.steps[1]
    assert of_row(row, replace(row, permits=row.permits[::-1])) == []


@pytest.mark.parametrize(
    ("before", "after", "what"), [((), GENERAL.steps, "added"), (GENERAL.steps, (), "removed")]
)
def test_tables_that_share_no_row(
    before: tuple[StepSpec, ...], after: tuple[StepSpec, ...], what: str
) -> None:
    found = between(replace(GENERAL, steps=before), replace(GENERAL, steps=after))
    assert [(one.what, one.row) for one in found] == [(what, step.key) for step in GENERAL.steps]
    assert [one.after or one.before for one in found] == [tables.tidy(step) for step in GENERAL.steps]


def test_the_row_that_was_moved_is_named_and_not_those_it_passed() -> None:
    receive, *others = GENERAL.steps
    moved: Table = replace(GENERAL, steps=(*others, receive))
    assert [(one.what, one.row) for one in between(GENERAL, moved)] == [("moved", "receive")]
