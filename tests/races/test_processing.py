"""Officers, sweepers and calendars at the same moment, on real connections: one effect, and a clear word to the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict
from motcua.organisations.models import CalendarChange, CalendarDay
from motcua.organisations.queries import calendar_changed
from motcua.processing import actions, clock, sweeps
from motcua.processing.definitions import publish
from motcua.processing.jobs import recompute_at
from motcua.processing.models import Extension, StepRun, Supplement
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import MARITAL, World
from tests.processing.test_engine import BRANCHED

pytestmark = pytest.mark.race
WHY = "Lý do được ghi đầy đủ để người nộp hiểu."
ITEMS = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}]


def kinds(dossier: Dossier) -> list[str]:
    return list(Event.objects.filter(stream=dossier.stream).order_by("seq").values_list("kind", flat=True))


def sound(dossier: Dossier) -> None:
    """The chain of events is whole."""
    assert broken_at(Event.objects.filter(stream=dossier.stream).order_by("seq")) is None


def branched(world: World) -> Dossier:
    publish(case=world.case(MARITAL), name="Có nhánh", steps=BRANCHED, now=world.now)
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    actions.receive(actor=world.officer("minh"), run_id=run.pk, now=world.now)
    return dossier


def run_of(dossier: Dossier, key: str) -> int:
    return StepRun.objects.values_list("pk", flat=True).get(dossier=dossier, step__key=key, closed_at=None)


def test_three_officers_decide_three_ways_and_one_decision_stands(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    run, now = factories.open_run(dossier).pk, world.now
    minh, nhung = world.officer("minh"), world.officer("nhung")
    ways: list[Any] = [
        lambda: actions.receive(actor=minh, run_id=run, now=now),
        lambda: actions.refuse(actor=nhung, run_id=run, reason=WHY, now=now),
        lambda: actions.ask_supplement(actor=minh, run_id=run, reason=WHY, items=ITEMS, now=now),
        lambda: actions.transfer(actor=nhung, run_id=run, to=factories.OTHER_AGENCY, reason=WHY, now=now),
    ]
    ended = at_once(4, lambda number: ways[number]())
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert all(isinstance(one, Dossier | Conflict) for one in ended), ended
    told = [one for one in ended if isinstance(one, Conflict)]
    assert {one.code for one in told} <= {"step.already_decided", "step.waits_for_applicant"}
    sound(dossier)


def test_the_last_two_branches_end_at_once_and_the_join_is_passed_once(committed: Committed) -> None:
    world = committed.world
    dossier = branched(world)
    actions.complete(actor=world.officer("dung"), run_id=run_of(dossier, "economy"), now=world.now)
    last = [
        ("culture", "hoa", "complete"),
        ("department", "hai", "complete"),
        ("economy-head", "dung", "approve"),
    ]
    runs = [(run_of(dossier, key), world.officer(who), outcome) for key, who, outcome in last]

    def end(number: int) -> Dossier:
        run, actor, outcome = runs[number]
        return actions.complete(actor=actor, run_id=run, outcome=outcome, now=world.now + timedelta(hours=1))

    ended = at_once(3, end)
    assert all(isinstance(one, Dossier) for one in ended), ended
    opened = StepRun.objects.filter(dossier=dossier, step__key="draft")
    assert [run.closed_at for run in opened] == [None]
    sound(dossier)


def test_one_branch_rejects_while_another_goes_on_and_nothing_is_left_open(committed: Committed) -> None:
    world = committed.world
    dossier = branched(world)
    economy, culture = run_of(dossier, "economy"), run_of(dossier, "culture")
    dung, hoa = world.officer("dung"), world.officer("hoa")
    ways: list[Any] = [
        lambda: actions.reject(actor=dung, run_id=economy, reason=WHY, now=world.now),
        lambda: actions.complete(actor=hoa, run_id=culture, now=world.now),
    ]
    ended = at_once(2, lambda number: ways[number]())
    dossier.refresh_from_db()
    assert isinstance(ended[0], Dossier), ended
    assert isinstance(ended[1], Dossier | Conflict), ended
    assert dossier.status == Status.STOPPED
    assert not StepRun.objects.filter(dossier=dossier, closed_at=None).exists()
    sound(dossier)


def test_two_heads_extend_and_one_apology_is_given(committed: Committed) -> None:
    world = committed.world
    dossier = factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )
    heads = [world.officer("tuan"), world.officer("ha"), world.officer("dat")]
    ended = at_once(
        3,
        lambda number: actions.extend(
            actor=heads[number], dossier_id=dossier.pk, working_days=number + 1, reason=WHY, now=world.now
        ),
    )
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert {one.code for one in ended if isinstance(one, Conflict)} == {"extension.already"}
    dossier.refresh_from_db()
    assert Extension.objects.get(dossier=dossier).after == dossier.due_at
    sound(dossier)


def test_asked_to_complete_by_both_names_at_once(committed: Committed) -> None:
    world = committed.world
    dossier = factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )
    run, hoa = factories.open_run(dossier).pk, world.officer("hoa")
    ended = at_once(
        4,
        lambda _: actions.return_ineligible(actor=hoa, run_id=run, reason=WHY, items=ITEMS, now=world.now),
    )
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert all(isinstance(one, Dossier | Conflict) for one in ended), ended
    assert Supplement.objects.filter(dossier=dossier).count() == 1
    sound(dossier)


def test_the_applicant_stops_while_the_head_signs(committed: Committed) -> None:
    world = committed.world
    dossier = factories.advance(
        world, factories.filed_dossier(world), "proposed", start=world.now - timedelta(hours=5)
    )
    actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=world.now)
    run, minh, tuan = factories.open_run(dossier).pk, world.officer("minh"), world.officer("tuan")
    ways: list[Any] = [
        lambda: actions.stop(actor=minh, dossier_id=dossier.pk, now=world.now),
        lambda: actions.sign(actor=tuan, run_id=run, now=world.now),
    ]
    ended = at_once(2, lambda number: ways[number]())
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert sum(isinstance(one, Conflict) for one in ended) == 1, ended
    sound(dossier)


def test_three_workers_sweep_and_each_word_is_said_once(committed: Committed) -> None:
    world = committed.world
    dossiers = [factories.filed_dossier(world) for _ in range(12)]
    late = world.now + timedelta(days=3)
    given = at_once(3, lambda _: sweeps.alarms_at(late))
    assert sum(one for one in given if isinstance(one, int)) == 12, given
    for dossier in dossiers:
        said = [kind for kind in kinds(dossier) if kind.startswith("step.")]
        assert len(said) == 1, said
        sound(dossier)


def test_a_sweep_meets_the_officer_who_decides(committed: Committed) -> None:
    world = committed.world
    dossiers = [factories.filed_dossier(world) for _ in range(6)]
    late = world.now + timedelta(days=3)
    runs = [factories.open_run(dossier).pk for dossier in dossiers]
    minh = world.officer("minh")

    def act(number: int) -> object:
        if number == 0:
            return sweeps.alarms_at(late)
        return [actions.receive(actor=minh, run_id=run, now=late) for run in runs[number - 1 :: 2]]

    ended = at_once(3, act)
    assert not [one for one in ended if isinstance(one, BaseException)], ended
    for dossier in dossiers:
        dossier.refresh_from_db()
        assert dossier.status == Status.RECEIVED
        sound(dossier)


def test_a_calendar_changes_while_officers_decide(committed: Committed) -> None:
    """Whatever comes first: afterwards every deadline is what the calendar says."""
    world = committed.world
    dossiers = [
        factories.advance(
            world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
        )
        for _ in range(6)
    ]
    for day in range(3):
        CalendarDay.objects.create(
            agency=world.agencies[factories.AGENCY],
            day=(world.now + timedelta(days=day + 1)).date(),
            kind="off",
            name="Bão",
        )
    CalendarChange.objects.create(at=world.now, agency=world.agencies[factories.AGENCY], change={"storm": 3})
    calendar_changed()
    hoa = world.officer("hoa")
    runs = [factories.open_run(dossier).pk for dossier in dossiers]

    def act(number: int) -> object:
        if number < 2:
            return recompute_at(factories.AGENCY, world.now)
        return [actions.claim(actor=hoa, run_id=run, now=world.now) for run in runs[number - 2 :: 2]]

    ended = at_once(4, act)
    assert not [one for one in ended if isinstance(one, BaseException)], ended
    for dossier in dossiers:
        dossier.refresh_from_db()
        assert dossier.received_at is not None
        assert dossier.due_at == clock.due_at(dossier, dossier.received_at)
        assert factories.open_run(dossier).due_at == dossier.due_at
        assert kinds(dossier).count("step.claimed") + kinds(dossier).count("dossier.taken_up") == 1
        assert kinds(dossier).count("dossier.due_recomputed") in (1, 2)
        sound(dossier)


def test_a_move_and_the_end_of_a_branch_at_once_leave_one_way_on(committed: Committed) -> None:
    """The head moves the dossier while an officer ends a branch of it: either comes first, and the join waits rightly."""
    world = committed.world
    for _ in range(4):
        dossier = branched(world)
        version = publish(case=world.case(MARITAL), name="Sửa", steps=BRANCHED, now=world.now).pk
        run, hoa, tuan = run_of(dossier, "culture"), world.officer("hoa"), world.officer("tuan")
        ways: list[Any] = [
            lambda dossier=dossier, version=version, tuan=tuan: actions.move_version(
                actor=tuan, dossier_id=dossier.pk, version=version, reason=WHY, steps={}, now=world.now
            ),
            lambda run=run, hoa=hoa: actions.complete(actor=hoa, run_id=run, now=world.now),
        ]
        ended = at_once(2, lambda number, ways=ways: ways[number]())
        assert isinstance(ended[0], Dossier), ended
        assert isinstance(ended[1], Dossier | Conflict), ended
        left = StepRun.objects.filter(dossier=dossier, closed_at=None).select_related("step", "scope")
        keys = {one.step.key for one in left}
        # The officer was told that the step is another one now, or had ended it before.
        assert keys == {"economy", "department"} | ({"culture"} if isinstance(ended[1], Conflict) else set())
        assert {one.step.process_id for one in left} == {version}
        assert len({one.scope_id for one in left}) == 1
        for key, who, outcome in (
            ("culture", "hoa", "complete"), ("economy", "dung", "complete"), ("economy-head", "dung", "approve"),
            ("department", "hai", "complete"),
        ):  # fmt: skip
            if key != "culture" or "culture" in keys:
                actions.complete(
                    actor=world.officer(who), run_id=run_of(dossier, key), outcome=outcome, now=world.now
                )
        assert [one.step.key for one in left.all()] == ["draft"]
        sound(dossier)


def test_two_heads_who_move_at_once_move_once(committed: Committed) -> None:
    world = committed.world
    dossier = branched(world)
    version = publish(case=world.case(MARITAL), name="Sửa", steps=BRANCHED, now=world.now).pk
    tuan = world.officer("tuan")
    ended = at_once(
        3,
        lambda _: actions.move_version(
            actor=tuan, dossier_id=dossier.pk, version=version, reason=WHY, steps={}, now=world.now
        ),
    )
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert [one.code for one in ended if isinstance(one, Conflict)] == ["move.already_there"] * 2
    assert kinds(dossier).count("process.moved") == 1
    assert StepRun.objects.filter(dossier=dossier, closed_at=None).count() == 3
    sound(dossier)
