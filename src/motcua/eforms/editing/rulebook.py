"""Rules over several answers, and the fee. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from motcua.eforms.editing.naming import RULES, Json, rules
from motcua.eforms.editing.parts import NoSuchPart


def put_rule(definition: Json, kind: str, place: int | None, rule: Mapping[str, Any]) -> Json:
    """A rule in place of another, or a new one at the end. Raises NoSuchPart."""
    _known(kind)
    made = deepcopy(definition)
    holder = made if kind == "checks" else made.setdefault("outcomes", {})
    found: list[Json] = holder.setdefault(kind, [])
    if place is None:
        found.append(deepcopy(dict(rule)))
    elif 0 <= place < len(found):
        found[place] = deepcopy(dict(rule))
    else:
        raise NoSuchPart(f"{kind}.{place}")
    return made


def without_rule(definition: Json, kind: str, place: int) -> Json:
    """Raises NoSuchPart."""
    _known(kind)
    made = deepcopy(definition)
    found = rules(made, kind)
    if not 0 <= place < len(found):
        raise NoSuchPart(f"{kind}.{place}")
    del found[place]
    return _tidy_outcomes(made)


def with_fee(definition: Json, formula: str, *, zero: bool) -> Json:
    """The formula of the fee; an empty one takes it away."""
    made = deepcopy(definition)
    outcomes = made.setdefault("outcomes", {})
    if formula:
        outcomes["fee"] = {"formula": formula, **({"blanks": "zero"} if zero else {})}
    else:
        outcomes.pop("fee", None)
    return _tidy_outcomes(made)


def _known(kind: str) -> None:
    if kind not in RULES:
        raise NoSuchPart(kind)


def _tidy_outcomes(made: Json) -> Json:
    left = {kind: value for kind, value in (made.get("outcomes") or {}).items() if value}
    if left:
        made["outcomes"] = left
    else:
        made.pop("outcomes", None)
    if not made.get("checks"):
        made.pop("checks", None)
    return made
