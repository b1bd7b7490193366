"""Two at once on one assessment, one list and one submission: one wins, the other is told, nothing is lost silently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from motcua.kernel.clock import local_day
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, Refused
from motcua.programme.models import ReviewAssessment, ServiceList, Submission
from motcua.programme.review import actions, lists, receiving
from tests.committed import Committed, at_once
from tests.programme import rounds

pytestmark = pytest.mark.race
BIRTH = "1.001193"


def test_eight_editors_of_one_assessment(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    found = rounds.one(round_, BIRTH)
    hoa = world.officer("hoa")

    def save(number: int) -> int:
        given = rounds.findings(note=f"Bản số {number} của người soạn")
        actions.save_findings(
            actor=hoa, assessment_id=found.pk, revision=found.revision, findings=given, now=world.now
        )
        return number

    ends = at_once(8, save)
    winners = [end for end in ends if isinstance(end, int)]
    losers = [end for end in ends if isinstance(end, Conflict)]
    assert (len(winners), len(losers)) == (1, 7), ends
    assert {loser.code for loser in losers} == {"assessment.changed_elsewhere"}
    kept = ReviewAssessment.objects.get(pk=found.pk)
    assert kept.findings is not None
    assert kept.findings["note"] == f"Bản số {winners[0]} của người soạn"
    history = Event.objects.filter(stream=found.stream).order_by("seq")
    assert history.count() == 1
    assert broken_at(history) is None


def test_a_draft_saved_while_it_is_sent_back_is_not_lost_silently(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    found = rounds.moved(world, rounds.saved(world, rounds.one(round_, BIRTH)), "hoa", "submit")
    hieu = world.officer("hieu")

    def decide(number: int) -> str:
        step = ("check", "send_back")[number % 2]
        actions.move(
            actor=hieu,
            assessment_id=found.pk,
            revision=found.revision,
            step=step,
            remark="Cần bổ sung minh chứng.",
            now=world.now,
        )
        return step

    ends = at_once(4, decide)
    won = [end for end in ends if isinstance(end, str)]
    assert len(won) == 1, ends
    assert (
        ReviewAssessment.objects.get(pk=found.pk).state
        == {"check": "checked", "send_back": "returned"}[won[0]]
    )


def test_a_list_is_approved_once(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    rounds.approved(world, rounds.one(round_, BIRTH))
    rounds.all_but(world, round_, [BIRTH])
    dat = world.officer("dat")

    def approve(number: int) -> Any:
        return lists.approve_list(
            actor=dat,
            round_id=round_.pk,
            number=f"{number}/QĐ-UBND",
            place="Thanh Hóa",
            signer_title="Phó Chủ tịch",
            effective_on=local_day(world.now),
            now=world.now,
        )

    ends = at_once(4, approve)
    assert sum(isinstance(end, ServiceList) for end in ends) == 1, ends
    assert all(isinstance(end, ServiceList | Refused) for end in ends)
    assert ServiceList.objects.count() == 1


def test_a_list_sent_many_times_at_once_has_one_receipt(committed: Committed) -> None:
    world = committed.world
    now = datetime(2023, 4, 20, 2, tzinfo=UTC)
    asked = receiving.open_collection(
        actor=world.officer("hieu"), name="A", instrument="B", deadline=date(2023, 4, 21), now=now
    )
    incoming = receiving.read_list(
        {
            "format": lists.FORMAT,
            "number": "1",
            "signer": "A",
            "signed_on": "2023-04-18",
            "entries": [{"code": BIRTH, "name": "Khai sinh", "level": "full"}],
        }
    )

    def send(number: int) -> str:
        try:
            return receiving.receive(
                sender="thanh-hoa", collection=asked.key, incoming=incoming, now=now
            ).receipt
        except receiving.AlreadyHere as same:
            return same.submission.receipt

    assert len(set(at_once(6, send))) == 1
    assert Submission.objects.count() == 1
