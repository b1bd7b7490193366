"""Whether a process still fits its case after the catalogue or the form has changed. It is followed all the same: a dossier
never falls to another process by itself, and whoever writes the process is told what to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from motcua.dossiers.bundles import form_of
from motcua.eforms.conditions import BadCondition, parse, references
from motcua.eforms.models import FormVersion
from motcua.kernel.working_time import Term
from motcua.processing.checks import longest, term_minutes
from motcua.processing.choosing import FACTS
from motcua.processing.rules import StepSpec


@dataclass(frozen=True, slots=True)
class Misfit:
    """What fits no more. ``over_term``: ``planned`` working minutes are longer than the ``term``. ``gone_field``: a
    condition of ``step`` asks ``field``, which the form has no more; it is judged as blank.
    """

    code: str
    step: str = ""
    field: str = ""
    planned: int = 0
    term: Term | None = None


def misfits(steps: Sequence[StepSpec], term: Term | None, fields: Collection[str]) -> list[Misfit]:
    """What a process that was lawful when it was published does not keep today. Pure."""
    found = []
    planned = longest(steps)
    if term is not None and planned > term_minutes(term):
        found.append(Misfit("over_term", planned=planned, term=term))
    for step in steps:
        asked = {field for condition in step.conditions.values() for field in _asked(condition)}
        found += [Misfit("gone_field", step.name, field) for field in sorted(asked - set(fields))]
    return found


def _asked(condition: object) -> set[str]:
    """Fields of the form that a condition looks at; facts of the dossier are always there."""
    try:
        return set(references(parse(condition))) - set(FACTS)
    except BadCondition:
        return set()


def asks_form(steps: Iterable[StepSpec]) -> bool:
    """Whether a process looks at the answers of a form at all."""
    return any(_asked(condition) for step in steps for condition in step.conditions.values())


def fields_in_force(keys: Iterable[str]) -> dict[str, frozenset[str]]:
    """Key of a form to the ids of its fields in the version in force; one query, and one a form that was never read."""
    newest = FormVersion.objects.filter(key__in=set(keys)).order_by("key", "-number").distinct("key")
    return {
        key: frozenset(field.id for field in form_of(pk).fields)
        for key, pk in newest.values_list("key", "pk")
    }
