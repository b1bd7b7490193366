"""What answers bring about beyond the form: refusal, papers, the case, the unit, the fee. Pure.

In a definition: `"outcomes": {"blocks": [{"if", "message"}], "components": [{"if", "component"}], "cases": [{"if",
"case"}], "routes": [{"if", "sector"}], "fee": {"formula", "blanks"}}`. Of cases and routes the first that holds counts.
They are judged on cleaned answers, so on what the stored version lets anybody answer, never on what was posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.conditions import Condition, Test, references
from motcua.eforms.formulas import Formula


@dataclass(frozen=True)
class Block:
    """Not eligible: nothing can be filed while it holds."""

    condition: Condition
    test: Test
    message: Text


@dataclass(frozen=True)
class Choice:
    """`target`: the key of a component or case, or the slug of the sector whose unit answers."""

    condition: Condition
    test: Test
    target: str


@dataclass(frozen=True)
class Fee:
    formula: Formula
    zero: bool = False


@dataclass(frozen=True)
class Outcomes:
    blocks: tuple[Block, ...] = ()
    components: tuple[Choice, ...] = ()
    cases: tuple[Choice, ...] = ()
    routes: tuple[Choice, ...] = ()
    fee: Fee | None = None

    def looks_at(self) -> frozenset[str]:
        """Fields that decide any of it."""
        found: set[str] = set(self.fee.formula.needs) if self.fee else set()
        for block in self.blocks:
            found |= references(block.condition)
        for one in (*self.components, *self.cases, *self.routes):
            found |= references(one.condition)
        return frozenset(found)


NO_OUTCOMES = Outcomes()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What these answers bring about. `sector` and `case` are None where the form does not decide."""

    blocked: tuple[Text, ...] = ()
    components: frozenset[str] = frozenset()
    case: str | None = None
    sector: str | None = None
    fee: int | None = None


NOTHING = Outcome()


def outcome(outcomes: Outcomes, cleaned: Mapping[str, Any]) -> Outcome:
    """Judge cleaned answers."""
    if outcomes is NO_OUTCOMES:
        return NOTHING
    fee = outcomes.fee.formula.value(cleaned, zero=outcomes.fee.zero) if outcomes.fee else None
    return Outcome(
        blocked=tuple(block.message for block in outcomes.blocks if block.test(cleaned)),
        components=frozenset(one.target for one in outcomes.components if one.test(cleaned)),
        case=_first(outcomes.cases, cleaned),
        sector=_first(outcomes.routes, cleaned),
        fee=max(0, int(fee + 0.5)) if isinstance(fee, int | float) else None,
    )


def _first(choices: tuple[Choice, ...], cleaned: Mapping[str, Any]) -> str | None:
    return next((one.target for one in choices if one.test(cleaned)), None)


__all__ = ["NOTHING", "NO_OUTCOMES", "Block", "Choice", "Fee", "Outcome", "Outcomes", "outcome"]
