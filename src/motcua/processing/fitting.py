"""Whether the conditions and the length of a process fit its case: what publication refuses, and what is told of a process in
force when the catalogue or the form has changed since. That one is followed all the same: a dossier never falls to another
process by itself, and whoever writes the process is told what to mend (``watching.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from motcua.dossiers.bundles import case_bundle, form_of
from motcua.eforms import fitting
from motcua.eforms.conditions import BadCondition, Condition, parse, references
from motcua.eforms.fields.base import Field
from motcua.eforms.models import FormVersion
from motcua.kernel.working_time import Term
from motcua.processing.checks import Problem, longest, term_minutes
from motcua.processing.choosing import FACTS
from motcua.processing.rules import StepSpec

Fields = Mapping[str, Field]
NO_FIELDS: Fields = {}


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit. ``over_term``: ``planned`` working minutes are longer than the ``term``. ``gone_field``: a
    condition of the step ``key`` asks ``field``, which the form does not have; it is judged as blank. ``condition_type``,
    ``condition_value``: it compares ``field`` with what its answer cannot be, so it says nothing. ``gone_case``: the
    catalogue publishes the case no more.
    """

    code: str
    step: str = ""
    field: str = ""
    planned: int = 0
    term: Term | None = None
    key: str = ""


def misfits(steps: Sequence[StepSpec], term: Term | None, fields: Fields) -> list[Misfit]:
    """What a process that was lawful when it was published does not keep today. Pure."""
    found = []
    planned = longest(steps)
    if term is not None and planned > term_minutes(term):
        found.append(Misfit("over_term", planned=planned, term=term))
    return [*found, *conditions_amiss(steps, fields)]


def conditions_amiss(steps: Iterable[StepSpec], fields: Fields) -> Iterator[Misfit]:
    """Comparisons that cannot hold with the ``fields`` there are, each step and field once; judged as those of forms are.
    Facts of the dossier are always there. Pure.
    """
    known = {**fields, **FACTS}
    for step in steps:
        amiss = {
            ("gone_field", detail) if code == "unknown_field" else (code, one.field)
            for condition in _conditions(step)
            for one in fitting.comparisons(condition)
            for code, detail in fitting.misfits(one, known)
        }
        yield from (Misfit(code, step.name, field, key=step.key) for code, field in sorted(amiss))


def _conditions(step: StepSpec) -> Iterator[Condition]:
    """Those that can be read: the others are refused for their own sake (``checks.py``)."""
    for data in step.conditions.values():
        try:
            yield parse(data)
        except BadCondition:
            continue


def asks_form(steps: Iterable[StepSpec]) -> bool:
    """Whether a process looks at the answers of a form at all."""
    return any(references(one) - FACTS.keys() for step in steps for one in _conditions(step))


def unfit(case: int | None, steps: Sequence[StepSpec]) -> list[Problem]:
    """Why the conditions of a process may not be published: the form in force does not ask what they look at. The general
    process serves cases of every form, so it can look at none (``no_form``). One query.
    """
    if case is None:
        return [
            Problem("no_form" if one.code == "gone_field" else one.code, one.key, one.field)
            for one in conditions_amiss(steps, NO_FIELDS)
        ]
    form = case_bundle(case).form_key or ""
    fields = fields_in_force([form]).get(form, NO_FIELDS) if asks_form(steps) else NO_FIELDS
    return [Problem(one.code, one.key, one.field) for one in conditions_amiss(steps, fields)]


def fields_in_force(keys: Iterable[str]) -> dict[str, Fields]:
    """Key of a form to the fields of its version in force; one query, and one a form that was never read."""
    newest = FormVersion.objects.filter(key__in=set(keys)).order_by("key", "-number").distinct("key")
    return {key: form_of(pk).by_id for key, pk in newest.values_list("key", "pk")}
