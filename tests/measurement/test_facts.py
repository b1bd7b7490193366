"""Each counted event is one fact, by the rules of the law; facts never change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from motcua.measurement.facts import COUNTED, COUNTED_OF_PART
from motcua.measurement.models import Fact, Measure
from tests import factories
from tests.factories import World


def test_every_counted_event_is_a_fact_once(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    assert sorted(Fact.objects.filter(dossier=dossier).values_list("measure", flat=True)) == [1, 2, 3]
    assert {*COUNTED.values(), *COUNTED_OF_PART.values()} == set(Measure)


def test_facts_never_change(world: World) -> None:
    factories.filed_dossier(world)
    with pytest.raises(Exception, match="append"), transaction.atomic():
        Fact.objects.update(remote=True)
    with pytest.raises(Exception, match="append"), transaction.atomic():
        Fact.objects.all().delete()


@pytest.mark.parametrize(
    ("assistance", "remote"), [("none", True), ("outreach", True), ("proxy", True), ("kiosk", False)]
)
def test_remote_is_online_without_coming_to_the_centre(world: World, assistance: Any, remote: bool) -> None:
    dossier = factories.filed_dossier(world, assistance=assistance)
    fact = Fact.objects.get(dossier=dossier, measure=Measure.FILED)
    assert (fact.online, fact.remote) == (True, remote)


def test_the_counter_is_neither_online_nor_remote(world: World) -> None:
    fact = Fact.objects.get(dossier=factories.counter_dossier(world), measure=Measure.FILED)
    assert (fact.online, fact.remote) == (False, False)
