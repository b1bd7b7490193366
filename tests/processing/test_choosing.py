"""Which branch a choice takes: the first in the order of its conditions."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.processing.choosing import choose
from motcua.processing.rules import Kind, StepSpec

OLD = {"field": "tuoi", "op": "ge", "value": 60}
GROWN = {"field": "tuoi", "op": "ge", "value": 18}


def choice(conditions: dict[str, Any], *outcomes: str) -> StepSpec:
    ways = dict.fromkeys(outcomes, "next")
    return StepSpec(
        0, "kind", "Loại", "", "", "responsible", None, ways, kind=Kind.CHOICE, conditions=conditions
    )


@pytest.mark.parametrize(
    ("conditions", "age", "expected"),
    [
        ({"old": OLD, "grown": GROWN}, 70, "old"),
        ({"old": OLD, "grown": GROWN}, 60, "old"),
        ({"old": OLD, "grown": GROWN}, 59, "grown"),
        ({"old": OLD, "grown": GROWN}, 17, "young"),
        # Both hold: whoever stands first, not whoever is named first among the outcomes.
        ({"grown": GROWN, "old": OLD}, 70, "grown"),
        ({"grown": GROWN, "old": OLD}, 17, "young"),
    ],
)
def test_the_first_condition_that_holds_or_the_outcome_without_one(
    conditions: dict[str, Any], age: int, expected: str
) -> None:
    for outcomes in (("old", "young", "grown"), ("young", "grown", "old"), ("grown", "old", "young")):
        assert choose(choice(conditions, *outcomes), {"tuoi": age}) == expected


def test_a_field_nobody_filled_in_holds_no_condition() -> None:
    assert choose(choice({"old": OLD}, "old", "young"), {}) == "young"
