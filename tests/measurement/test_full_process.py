"""Was a dossier full-process, and which step broke it (R2.11, NĐ 307/2025/NĐ-CP)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from motcua.measurement import queries
from motcua.measurement.full_process import STEPS, Trace, judge
from motcua.measurement.models import Fact, Measure
from motcua.measurement.tracing import trace_of
from tests import factories
from tests.factories import World

GOOD = Trace(
    online=True,
    at_the_centre=False,
    paper_filed=False,
    payment="none",
    onsite=False,
    finished=True,
    electronic_result=True,
    return_by="online",
)
#: Each condition of R2.11 broken alone, and the step that is named.
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"online": False}, "filed_online"),
    ({"at_the_centre": True}, "no_visit"),
    ({"paper_filed": True}, "no_paper"),
    ({"payment": "outside"}, "paid_on_platform"),
    ({"onsite": True}, "no_onsite"),
    ({"electronic_result": False}, "electronic_result"),
    ({"return_by": "counter"}, "returned_online"),
]


@pytest.mark.parametrize("change", [{}, {"payment": "platform"}, {"return_by": "post"}])
def test_full_process(change: dict[str, Any]) -> None:
    verdict = judge(replace(GOOD, **change))
    assert (verdict.full, verdict.broken_by, verdict.failed) == (True, "", ())


@pytest.mark.parametrize(("change", "step"), BROKEN)
def test_which_step_broke_it(change: dict[str, Any], step: str) -> None:
    verdict = judge(replace(GOOD, **change))
    assert (verdict.full, verdict.broken_by, verdict.failed) == (False, step, (step,))


def test_the_first_broken_step_is_named_and_all_are_listed() -> None:
    for chosen in product([False, True], repeat=len(BROKEN)):
        broken = [item for item, on in zip(BROKEN, chosen, strict=True) if on]
        trace = replace(GOOD, **{key: value for change, _ in broken for key, value in change.items()})
        steps = tuple(step for step in STEPS if step in {name for _, name in broken})
        verdict = judge(trace)
        assert verdict.failed == steps
        assert verdict.full == (not steps)
        assert verdict.broken_by == (steps[0] if steps else "")


def test_a_dossier_without_a_result_is_in_neither_part_of_the_rate() -> None:
    assert judge(replace(GOOD, finished=False)).full is None


def returned(world: World, **options: Any) -> Any:
    return factories.advance(world, factories.filed_dossier(world, **options), "returned")


def test_facts_of_real_dossiers(world: World) -> None:
    whole = returned(world)
    kiosk = returned(world, assistance="kiosk")
    fetched = returned(world, return_by="counter")
    counter = factories.advance(world, factories.counter_dossier(world), "returned")
    facts = {
        fact.dossier_id: (fact.full_process, fact.broken_by)
        for fact in Fact.objects.filter(measure=Measure.RETURNED)
    }
    assert facts[whole.pk] == (True, "")
    assert facts[kiosk.pk] == (False, "no_visit")
    assert facts[fetched.pk] == (False, "returned_online")
    assert facts[counter.pk] == (False, "filed_online")
    assert not Fact.objects.exclude(measure=Measure.RETURNED).exclude(full_process=None).exists()
    figures = queries.full_process(date(2026, 11, 1), date(2026, 11, 30), under="H56")
    assert (figures.returned, figures.full, figures.share) == (4, 1, 0.25)
    assert figures.broken == {"no_visit": 1, "returned_online": 1, "filed_online": 1}
    assert queries.full_process(date(2026, 11, 1), date(2026, 11, 30), under="H56.202").share is None


def test_reading_a_trace_is_one_query(world: World, django_assert_num_queries: Any) -> None:
    dossier = returned(world)
    with django_assert_num_queries(1):
        assert trace_of(dossier) == GOOD
