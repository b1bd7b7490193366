"""Parts of one joint dossier at the same moment: the whole sees them all, and nobody locks anybody out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Channel, Dossier
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict
from motcua.processing import actions as desk
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import NOW, part_of

pytestmark = pytest.mark.race
LATER = NOW + timedelta(days=1)
KEYS = ("residence", "insurance")


def _whole(dossier: Dossier) -> Dossier:
    found = Dossier.objects.get(pk=dossier.pk)
    history = list(Event.objects.filter(stream=found.stream).order_by("seq"))
    assert broken_at(history) is None
    assert history[-1].seq == found.event_seq
    return found


def test_two_parts_finished_and_returned_at_one_moment_are_both_seen(committed: Committed) -> None:
    world = committed.world
    whole = factories.joint_dossier(world)
    factories.advance(world, part_of(whole, "birth"), "returned", start=NOW + timedelta(hours=1))
    for key in KEYS:
        factories.advance(world, part_of(whole, key), "proposed", start=LATER)
        run = factories.open_run(part_of(whole, key))
        desk.sign(actor=factories.actor_for(world, run), run_id=run.pk, now=LATER + timedelta(hours=4))
    results = [ResultDocument.objects.get(dossier=part_of(whole, key)).pk for key in KEYS]

    signed = at_once(2, lambda number: sign_at(results[number], LATER + timedelta(hours=5)))
    assert signed == [None, None]
    assert _whole(whole).status == Status.FINISHED
    runs = [factories.open_run(part_of(whole, key)) for key in KEYS]
    officers = [factories.actor_for(world, run) for run in runs]

    def give_back(number: int) -> Dossier:
        at = LATER + timedelta(hours=6)
        return desk.return_result(actor=officers[number], run_id=runs[number].pk, now=at)

    returned = at_once(2, give_back)
    assert all(isinstance(one, Dossier) for one in returned), returned
    assert _whole(whole).status == Status.RETURNED
    assert Event.objects.filter(stream=whole.stream, kind="joint.returned").count() == 1


def test_asking_to_stop_the_whole_while_its_parts_are_decided_locks_nobody_out(committed: Committed) -> None:
    """The whole, then its parts: in this order everywhere. A dead lock would be an OperationalError here."""
    world = committed.world
    for number in range(6):
        at = LATER + timedelta(days=number)
        whole = factories.joint_dossier(world, at=at)
        runs = {key: factories.open_run(part_of(whole, key)) for key in ("birth", "insurance")}
        officers = {key: factories.actor_for(world, run) for key, run in runs.items()}

        def act(place: int, whole: Dossier = whole, runs=runs, officers=officers, at=at) -> Dossier:
            moment = at + timedelta(hours=2)
            if place == 0:
                return desk.request_stop(actor=world.person("lan"), code=whole.code, reason="", now=moment)
            key = ("birth", "insurance")[place - 1]
            return desk.reject(
                actor=officers[key], run_id=runs[key].pk, reason="Không đủ điều kiện giải quyết.", now=moment
            )

        done = at_once(3, act)
        assert all(isinstance(one, Dossier | Conflict) for one in done), done
        assert not isinstance(done[1], BaseException)
        assert not isinstance(done[2], BaseException)
        assert _whole(whole).status == Status.STOPPED


def test_receiving_joint_requests_while_others_are_keyed_at_the_counter_locks_nobody_out(
    committed: Committed,
) -> None:
    """Codes and numbers of the register are locked in one order by everybody."""
    world = committed.world
    minh = world.officer("minh")
    for number in range(4):
        at = LATER + timedelta(days=number)
        wholes = [factories.joint_dossier(world, received=False, at=at) for _ in range(2)]
        runs = [factories.open_run(whole) for whole in wholes]
        keyed = factories.draft(world, "binh", factories.JOINT_BIRTH, channel=Channel.COUNTER, at=at)

        def act(place: int, runs=runs, keyed=keyed, at=at) -> Dossier:
            moment = at + timedelta(hours=1)
            if place < 2:
                return desk.receive(actor=minh, run_id=runs[place].pk, now=moment)
            return desk.intake_at_counter(
                actor=minh,
                draft_id=keyed.pk,
                applicant=world.applicant("binh", account=False),
                return_by="counter",
                now=moment,
            )

        done = at_once(3, act)
        assert all(isinstance(one, Dossier) for one in done), done
        assert (
            Dossier.objects.filter(joint__in=[one.pk for one in done if isinstance(one, Dossier)]).count()
            == 9
        )
