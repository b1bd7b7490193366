"""The factories themselves: every state they promise is reached through the actions."""

from __future__ import annotations

import pytest

from motcua.dossiers.lifecycle import Status
from tests import factories
from tests.factories import World


@pytest.mark.parametrize(
    "until, status",
    [
        ("received", Status.RECEIVED),
        ("processing", Status.PROCESSING),
        ("proposed", Status.PROCESSING),
        ("finished", Status.FINISHED),
        ("returned", Status.RETURNED),
    ],
)
def test_a_dossier_reaches_each_state(world: World, until: str, status: Status) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), until)
    assert dossier.state is status


def test_every_form_written_by_hand_can_be_filed(world: World) -> None:
    for code in (factories.BIRTH, factories.HOUSEHOLD, factories.BUILDING, factories.COPIES):
        assert factories.filed_dossier(world, code=code).state is Status.REGISTERED


def test_counter_and_supplement(world: World) -> None:
    assert not factories.counter_dossier(world).remote
    asked = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    assert asked.state is Status.SUPPLEMENT
