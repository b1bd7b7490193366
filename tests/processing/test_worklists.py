"""Worklists: by seat, by key, and counts that are what the lists show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from motcua.kernel.actors import Actor
from motcua.processing import actions
from motcua.processing.models import StepRun
from motcua.processing.queries import VIEWS, counts, read_key, worklist
from tests import factories
from tests.factories import World


@pytest.fixture
def busy(world: World) -> World:
    """A desk with something in every view."""
    factories.filed_dossier(world)
    factories.filed_dossier(world, "binh", factories.HOUSEHOLD)
    factories.advance(world, factories.filed_dossier(world), "received")
    factories.advance(world, factories.filed_dossier(world), "processing")
    factories.advance(world, factories.filed_dossier(world), "proposed")
    factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    factories.advance(world, factories.filed_dossier(world), "finished")
    factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    return world


@pytest.mark.parametrize("who", ["minh", "hoa", "tuan", "linh"])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_counts_are_what_the_lists_show(busy: World, who: str, days: int) -> None:
    actor = busy.officer(who)
    now = busy.now + timedelta(days=days, hours=8)
    counted = counts(actor, now=now)
    for view in VIEWS:
        found = worklist(actor, view, limit=200, now=now)
        assert len(found.rows) == counted[view] == found.counts[view], view


def test_mine_is_what_i_may_take_or_have_taken(busy: World) -> None:
    hoa = busy.officer("hoa")
    mine = worklist(hoa, "mine", now=busy.now).rows
    assert {row.claimed_by for row in mine} <= {"", hoa.name}
    colleague = Actor(kind="officer", account=busy.account("dung").pk, seats=hoa.seats)
    theirs = worklist(colleague, "mine", now=busy.now).rows
    claimed = StepRun.objects.filter(closed_at=None, claimed_by=hoa.account).count()
    assert claimed == 1
    assert len(theirs) == len(mine) - claimed


def test_whoever_takes_the_seat_today_sees_todays_work(busy: World) -> None:
    minh = busy.officer("minh")
    newcomer = Actor(kind="officer", account=busy.account("nguoila").pk, seats=minh.seats)
    assert worklist(newcomer, "mine", now=busy.now).rows == worklist(minh, "mine", now=busy.now).rows
    assert worklist(Actor(kind="officer", account=minh.account), "unit", now=busy.now).rows == ()


def test_late_is_late_and_waiting_is_never_late(busy: World) -> None:
    later = busy.now + timedelta(days=60)
    for who in ("minh", "hoa", "tuan"):
        found = worklist(busy.officer(who), "late", now=later, limit=200)
        assert all(row.due_state == "late" and row.minutes > 0 for row in found.rows)
        waiting = worklist(busy.officer(who), "waiting", now=later, limit=200)
        assert not {row.run for row in found.rows} & {row.run for row in waiting.rows}
    assert worklist(busy.officer("minh"), "waiting", now=later).rows[0].due_state == "paused"


def test_pages_by_key_meet_without_gap_or_overlap(busy: World) -> None:
    tuan = busy.officer("tuan")
    everything = [row.run for row in worklist(tuan, "unit", limit=200, now=busy.now).rows]
    gathered, key = [], None
    for _ in range(20):
        page = worklist(tuan, "unit", after=key, limit=2, now=busy.now)
        gathered += [row.run for row in page.rows]
        key = page.next_key
        if key is None:
            break
    assert gathered == everything
    assert len(everything) == 7


def test_a_claimed_run_is_on_top_of_nobody_elses_list(busy: World) -> None:
    run = StepRun.objects.filter(
        closed_at=None, role="one_stop", waits_for="", agency__code=factories.AGENCY
    ).first()
    assert run is not None
    actions.claim(actor=busy.officer("minh"), run_id=run.pk, now=busy.now)
    assert run.pk in {row.run for row in worklist(busy.officer("minh"), "mine", now=busy.now).rows}


@pytest.mark.parametrize("junk", ["", None, "1.5~2", "a~b", "1~" + "9" * 30])
def test_keys_that_are_none(junk: str | None) -> None:
    assert read_key(junk) is None
