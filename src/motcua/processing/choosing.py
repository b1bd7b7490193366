"""Which branch a choice of a process takes: its conditions, judged on what the dossier was filed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motcua.dossiers.models import Channel, Dossier
from motcua.eforms.conditions import compile_test, parse
from motcua.processing.rules import StepSpec

#: What a condition may ask about a dossier beside the answers of its form; the names stand before those of fields.
FACTS = (
    "dossier.channel",
    "dossier.applicant_kind",
    "dossier.return_by",
    "dossier.assistance",
    "dossier.online",
)


def facts_of(dossier: Dossier) -> dict[str, Any]:
    """The answers as filed last, and the facts of :data:`FACTS`."""
    latest = dossier.answer_sets.order_by("-number").first()
    return {
        **(latest.values if latest else {}),
        "dossier.channel": Channel(dossier.channel).name.lower(),
        "dossier.applicant_kind": dossier.applicant_kind,
        "dossier.return_by": dossier.return_by,
        "dossier.assistance": str(dossier.assistance),
        "dossier.online": dossier.channel == Channel.ONLINE,
    }


def choose(step: StepSpec, facts: Mapping[str, Any]) -> str:
    """The outcome of a choice: the first whose condition holds, else the one that has none. Pure."""
    for outcome, condition in step.conditions.items():
        if compile_test(parse(condition))(facts):
            return outcome
    return next(outcome for outcome in step.outcomes if outcome not in step.conditions)


def chosen(step: StepSpec, dossier: Dossier) -> str:
    """The outcome of a choice for a dossier; one query."""
    return choose(step, facts_of(dossier))
