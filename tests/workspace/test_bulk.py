"""Turns in bulk: each dossier by its own action, with the officer's rights as they are then; each thing once."""

from __future__ import annotations

import uuid
from typing import Any

from motcua.dossiers.models import Dossier
from motcua.kernel.jobs import held
from motcua.kernel.models import Event
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations.models import Holding
from motcua.processing.models import StepRun
from motcua.results.models import ResultDocument
from motcua.workspace import bulk as work
from motcua.workspace.models import BulkItem, BulkRun, DossierLabel
from motcua.workspace.worklists import Line
from tests import factories
from tests.factories import World
from tests.workspace import helpers
from tests.workspace.helpers import refused


def order(world: World, who: str, what: str, dossiers: list[Dossier], **more: Any) -> BulkRun:
    lines = [helpers.line(dossier) for dossier in dossiers]
    with held():
        return work.order_bulk(
            actor=world.officer(who), key=uuid.uuid4(), what=what, lines=lines, now=world.now, **more
        )


def do(bulk: BulkRun) -> dict[str, list[str]]:
    """Let the job do all of it: state to dossier codes."""
    with held():
        while work.work_on(bulk.pk, work.PIECE):
            pass
    found: dict[str, list[str]] = {}
    for item in BulkItem.objects.filter(bulk=bulk).select_related("dossier").order_by("position"):
        found.setdefault(item.state, []).append(item.dossier.code)
    return found


def events(dossier: Dossier, kind: str) -> int:
    return Event.objects.filter(stream=dossier.stream, kind=kind).count()


def test_each_dossier_is_received_by_its_own_action(world: World) -> None:
    dossiers = [factories.filed_dossier(world) for _ in range(3)]
    done = do(order(world, "minh", "receive", dossiers))
    assert done == {"done": [d.code for d in dossiers]}
    for dossier in dossiers:
        dossier.refresh_from_db()
        assert dossier.status == 2
        assert events(dossier, "dossier.received") == 1
    assert BulkRun.objects.get().state == "done"


def test_what_cannot_be_done_is_told_and_the_others_are_done(world: World) -> None:
    first, gone, last = (factories.filed_dossier(world) for _ in range(3))
    bulk = order(world, "minh", "receive", [first, gone, last])
    factories.advance(world, gone, "received")
    assert do(bulk) == {"done": [first.code, last.code], "refused": [gone.code]}
    item = BulkItem.objects.get(state="refused")
    assert item.code == "step.already_decided"
    assert item.params["by"] == world.officer("minh").name


def test_a_dossier_that_makes_the_code_stumble_stops_no_other(world: World, monkeypatch: Any) -> None:
    first, poisoned, last = (factories.filed_dossier(world) for _ in range(3))
    bulk = order(world, "minh", "claim", [first, poisoned, last])
    real = work.ACTIONS["claim"]

    def stumble(actor: Any, bulk: Any, item: BulkItem, now: Any) -> object:
        result = real(actor, bulk, item, now)
        if item.dossier_id == poisoned.pk:
            raise ZeroDivisionError
        return result

    monkeypatch.setitem(work.ACTIONS, "claim", stumble)
    assert do(bulk) == {"done": [first.code, last.code], "failed": [poisoned.code]}
    assert StepRun.objects.get(dossier=poisoned, closed_at=None).claimed_by_id is None
    assert events(poisoned, "step.claimed") == 0


def test_rights_are_judged_when_it_is_done_not_when_it_was_ordered(world: World) -> None:
    dossiers = [factories.filed_dossier(world) for _ in range(2)]
    bulk = order(world, "minh", "receive", dossiers)
    Holding.objects.filter(officer=world.account("minh")).delete()
    assert do(bulk) == {"refused": [d.code for d in dossiers]}
    assert {item.code for item in BulkItem.objects.all()} == {"step.not_yours"}


def test_a_colleague_is_given_work_and_only_one_who_may_do_it(world: World) -> None:
    dossiers = [factories.advance(world, factories.filed_dossier(world), "received") for _ in range(2)]
    unit = StepRun.objects.get(dossier=dossiers[0], closed_at=None).unit_id
    hoa = next(s.unit for s in world.officer("hoa").seats)
    assert unit == hoa
    Holding.objects.create(
        post_id=world.officer("hoa").seats[0].post, officer=world.account("dung"), since=world.now.date()
    )
    bulk = order(world, "hoa", "assign", dossiers, officer=world.account("dung").pk)
    assert do(bulk) == {"done": [d.code for d in dossiers]}
    assert {r.claimed_by_id for r in StepRun.objects.filter(closed_at=None, dossier__in=dossiers)} == {
        world.account("dung").pk
    }
    again = order(world, "hoa", "assign", dossiers, officer=world.account("linh").pk)
    assert set(do(again)) == {"refused"}


def test_labels_are_laid_and_taken_off(world: World) -> None:
    dossiers = [factories.filed_dossier(world) for _ in range(2)]
    label = helpers.label(world)
    assert set(do(order(world, "minh", "label", dossiers, label=label.pk))) == {"done"}
    assert DossierLabel.objects.count() == 2
    assert set(do(order(world, "minh", "label", dossiers, label=label.pk))) == {"refused"}
    assert set(do(order(world, "minh", "unlabel", dossiers, label=label.pk))) == {"done"}
    assert DossierLabel.objects.count() == 0
    assert [events(dossiers[0], kind) for kind in ("label.put", "label.taken")] == [1, 1]


def test_every_result_is_a_signature_order_of_its_own(world: World) -> None:
    dossiers = [factories.advance(world, factories.filed_dossier(world), "proposed") for _ in range(3)]
    assert do(order(world, "tuan", "sign", dossiers)) == {"done": [d.code for d in dossiers]}
    results = ResultDocument.objects.filter(dossier__in=dossiers)
    assert {result.state for result in results} == {"signing"}
    assert len({result.number for result in results}) == 3
    assert all(events(dossier, "result.signature_ordered") == 1 for dossier in dossiers)


def test_the_rest_is_left_alone_when_it_is_called_off(world: World) -> None:
    dossiers = [factories.filed_dossier(world) for _ in range(4)]
    bulk = order(world, "minh", "receive", dossiers)
    with held():
        assert work.work_on(bulk.pk, 1)
    assert work.cancel_bulk(actor=world.officer("minh"), key=bulk.pk, now=world.now) == 3
    assert {state: len(codes) for state, codes in do(bulk).items()} == {"done": 1, "cancelled": 3}
    bulk.refresh_from_db()
    assert bulk.state == "cancelled"
    assert [d.status for d in Dossier.objects.order_by("pk")].count(2) == 1


def test_nobody_else_calls_it_off_or_sees_it(world: World) -> None:
    bulk = order(world, "minh", "receive", [factories.filed_dossier(world)])
    for who in ("tuan", "linh"):
        with refused(NotAllowed):
            work.cancel_bulk(actor=world.officer(who), key=bulk.pk, now=world.now)
        assert world.client(who).get(f"/desk/bulk/{bulk.pk}/").status_code == 404


def test_a_second_press_finds_the_first(world: World) -> None:
    line, key = helpers.line(factories.filed_dossier(world)), uuid.uuid4()

    def press() -> None:
        with held():
            work.order_bulk(actor=world.officer("minh"), key=key, what="claim", lines=[line], now=world.now)

    press()
    with refused(work.OrderedAlready):
        press()
    assert BulkRun.objects.get().pk == key


def test_what_cannot_be_ordered(world: World) -> None:
    mine, theirs = (
        factories.filed_dossier(world),
        factories.filed_dossier(world, agency=factories.OTHER_AGENCY),
    )
    with refused(NotAllowed):
        order(world, "minh", "claim", [theirs])
    with refused(NotAllowed):
        order(world, "minh", "refuse", [mine])
    with refused(Refused, match=r"bulk.nothing_chosen"):
        order(world, "minh", "claim", [])
    with refused(Refused, match=r"bulk.no_label"):
        order(world, "minh", "label", [mine], label=helpers.label(world, "hoa").pk)
    many = [Line(mine.pk, number, mine.code) for number in range(501)]
    with refused(Refused, match=r"bulk.too_many"):
        work.order_bulk(
            actor=world.officer("minh"), key=uuid.uuid4(), what="claim", lines=many, now=world.now
        )
    # What the officer may not see falls out, though it was posted with the rest.
    bulk = order(world, "minh", "claim", [mine, theirs])
    assert do(bulk) == {"done": [mine.code]}
