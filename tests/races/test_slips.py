"""Slips and the register under races, on real connections: one slip an event, numbers without gaps or twins."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from motcua.dossiers import issuing, register
from motcua.dossiers.models import DayCounter, Dossier, RegisterEntry, Slip, SlipKind
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.processing import actions as desk
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import AGENCY, NOW

pytestmark = pytest.mark.race


def apology() -> issuing.Build:
    return issuing.apology(reason="Chưa xác minh xong.", was_due=NOW, new_due=NOW + timedelta(days=2))


def test_sixteen_workers_on_one_event_issue_one_slip(committed: Committed) -> None:
    dossier = factories.filed_dossier(committed.world)

    ended = at_once(16, lambda _: issuing.issue(dossier.pk, SlipKind.APOLOGY, apology(), NOW))

    assert all(isinstance(one, Slip) for one in ended), ended
    assert len({one.pk for one in ended}) == 1
    assert Slip.objects.filter(kind=SlipKind.APOLOGY).count() == 1
    history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
    assert [event.data.get("kind") for event in history].count("04") == 1
    assert broken_at(history) is None


def test_slips_of_sixteen_dossiers_are_numbered_one_to_sixteen(committed: Committed) -> None:
    dossiers = [factories.filed_dossier(committed.world) for _ in range(16)]

    ended = at_once(16, lambda n: issuing.issue(dossiers[n].pk, SlipKind.APOLOGY, apology(), NOW))

    assert all(isinstance(one, Slip) for one in ended), ended
    assert sorted(one.number for one in ended) == list(range(1, 17))


def test_a_slip_that_fails_among_sixteen_leaves_no_gap(committed: Committed) -> None:
    dossiers = [factories.filed_dossier(committed.world) for _ in range(16)]

    def issue(number: int) -> Slip:
        def build(dossier: Dossier, slip: str, at: object) -> bytes:
            if number % 3 == 0:
                raise RuntimeError("no printer")
            return apology()(dossier, slip, NOW)

        return issuing.issue(dossiers[number].pk, SlipKind.APOLOGY, build, NOW)

    ended = at_once(16, issue)

    made = [one for one in ended if isinstance(one, Slip)]
    assert len(made) == 10, ended
    assert sorted(one.number for one in made) == list(range(1, 11))


def test_sixteen_receipts_at_once_are_numbered_one_to_sixteen_in_the_register(committed: Committed) -> None:
    world = committed.world
    minh = world.officer("minh")
    runs = [factories.open_run(factories.filed_dossier(world)).pk for _ in range(16)]

    def receive(number: int) -> Dossier:
        with transaction.atomic():
            received = desk.receive(actor=minh, run_id=runs[number], now=NOW)
            if number % 4 == 0:
                raise RuntimeError("pulled")
        return received

    ended = at_once(16, receive)

    assert sum(isinstance(one, Dossier) for one in ended) == 12, ended
    entries = RegisterEntry.objects.filter(agency=world.agencies[AGENCY])
    assert sorted(entries.values_list("number", flat=True)) == list(range(1, 13))
    assert DayCounter.objects.get(series=register.SERIES).last == 12


def test_entering_one_dossier_sixteen_times_is_one_line(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)

    def enter(_: int) -> None:
        with transaction.atomic():
            register.enter(Dossier.objects.select_for_update().get(pk=dossier.pk), now=NOW)

    assert at_once(16, enter) == [None] * 16
    assert RegisterEntry.objects.get().number == 1
    assert DayCounter.objects.get(series=register.SERIES).last == 1


def test_what_was_received_before_there_was_a_register_is_entered_by_the_migration(
    committed: Committed,
) -> None:
    world = committed.world
    dossiers = [factories.advance(world, factories.filed_dossier(world), "received") for _ in range(3)]
    dossiers.append(
        factories.advance(world, factories.filed_dossier(world, agency=factories.OTHER_AGENCY), "received")
    )
    before = _book()
    assert [number for _agency, number, _dossier in before] == [1, 2, 3, 1]
    migration = _migration()
    with connection.cursor() as cursor:
        cursor.execute(migration.LEAVE)
        assert not RegisterEntry.objects.exists()
        cursor.execute(migration.ENTER)
    assert _book() == before
    following = factories.advance(world, factories.filed_dossier(world), "received")
    assert RegisterEntry.objects.get(dossier=following).number == 4


def _book() -> list[tuple[int, int, int]]:
    return list(
        RegisterEntry.objects.order_by("agency__code", "number").values_list("agency", "number", "dossier")
    )


def _migration() -> Any:

    return import_module("motcua.dossiers.migrations.0005_enter_received")
