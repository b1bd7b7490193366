"""Which branch a choice of a process takes: its conditions, judged on what the dossier was filed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motcua.dossiers.models import Assistance, Channel, Dossier
from motcua.eforms.choices import Choices, Option, Text
from motcua.eforms.conditions import compile_test, parse
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import Field
from motcua.processing.rules import StepSpec


def _fact(name: str, *values: str) -> Field:
    """A fact as a question is judged: one of its values, or yes and no. The face has its words."""
    if not values:
        return Field(name, FIELD_TYPES.get("bool"), Text(name))
    options = Choices(name, tuple(Option(value, Text(value)) for value in values))
    return Field(name, FIELD_TYPES.get("code"), Text(name), choices=options)


#: What a condition may ask about a dossier beside the answers of its form; the names stand before those of fields.
FACTS: Mapping[str, Field] = {
    fact.id: fact
    for fact in (
        _fact("dossier.channel", *(channel.name.lower() for channel in Channel)),
        _fact("dossier.applicant_kind", "citizen", "business"),
        _fact("dossier.return_by", "online", "counter", "post"),
        _fact("dossier.assistance", *Assistance.values),
        _fact("dossier.online"),
    )
}


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
