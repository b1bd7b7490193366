"""Deadlines follow the calendar: changed ones with an event, unchanged ones untouched, a faulty one alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from motcua.kernel.models import Event
from motcua.organisations import actions as calendars
from motcua.processing import jobs
from motcua.processing.models import StepRun
from tests import factories
from tests.committed import Committed
from tests.factories import AGENCY, World


@pytest.fixture
def world(committed: Committed) -> World:
    """One kind of world a module: the rolled-back one would lose its connection to the committed one."""
    return committed.world


def storm(world: World) -> None:
    """The next day becomes a day off at the agency."""
    calendars.set_day(
        actor=world.officer("tuan"), agency=world.agencies[AGENCY], day=date(2026, 11, 25), kind="off",
        name="Nghỉ do bão", name_en="", now=world.now,
    )  # fmt: skip


def test_a_new_day_off_moves_open_deadlines_and_says_so(committed: Committed) -> None:
    world = committed.world
    moved = factories.advance(world, factories.filed_dossier(world), "received")
    away = factories.advance(world, factories.filed_dossier(world, agency=factories.OTHER_AGENCY), "received")
    before, elsewhere = moved.due_at, away.due_at
    assert before is not None
    storm(world)
    changed, failed = jobs.recompute_at(AGENCY, world.now + timedelta(hours=3))
    assert (changed, failed) == (1, 0)
    moved.refresh_from_db()
    away.refresh_from_db()
    assert moved.due_at == before + timedelta(days=1)
    assert away.due_at == elsewhere
    event = Event.objects.get(stream=moved.stream, kind=jobs.DUE_RECOMPUTED)
    assert {key: datetime.fromisoformat(value) for key, value in event.data.items()} == {
        "before": before,
        "after": moved.due_at,
    }
    assert StepRun.objects.get(dossier=moved, closed_at=None).due_at == moved.due_at
    assert jobs.recompute_at(AGENCY, world.now + timedelta(hours=4)) == (0, 0)


def test_a_dossier_not_yet_received_has_its_answer_moved(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world, at=world.now + timedelta(hours=5))
    run = factories.open_run(dossier)
    storm(world)
    assert jobs.recompute_at(AGENCY, world.now + timedelta(hours=6)) == (1, 0)
    assert factories.open_run(dossier).due_at > run.due_at


def test_one_poisoned_dossier_never_stops_the_rest(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed.world
    dossiers = [factories.advance(world, factories.filed_dossier(world), "received") for _ in range(3)]
    storm(world)
    real = jobs.apply_due

    def poisoned(*, dossier_id: int, **more: Any) -> Any:
        if dossier_id == dossiers[1].pk:
            raise ZeroDivisionError
        return real(dossier_id=dossier_id, **more)

    monkeypatch.setattr(jobs, "apply_due", poisoned)
    assert jobs.recompute_at(None, world.now + timedelta(hours=3)) == (2, 1)
    before = {d.pk: d.due_at for d in dossiers}
    for dossier in dossiers:
        dossier.refresh_from_db()
    assert [d.due_at != before[d.pk] for d in dossiers] == [True, False, True]


def test_a_dossier_that_waits_or_is_closed_is_left_alone(world: World) -> None:
    waiting = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    done = factories.advance(world, factories.filed_dossier(world), "returned")
    storm(world)
    assert jobs.recompute_at(AGENCY, world.now + timedelta(days=1))[1] == 0
    for dossier in (waiting, done):
        assert not Event.objects.filter(stream=dossier.stream, kind=jobs.DUE_RECOMPUTED).exists()
