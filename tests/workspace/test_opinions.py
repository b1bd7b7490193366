"""The list of opinions asked: what it holds is what its officer may answer, and what somebody waits for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.working_time import Term
from motcua.organisations.models import Absence, Unit
from motcua.processing import actions
from motcua.processing.actions.consulting import may_answer
from motcua.processing.models import Consultation
from motcua.processing.queries import awaited
from motcua.workspace.rules import Asked
from motcua.workspace.worklists import counts, lines, neighbours, walk, worklist
from tests import factories
from tests.factories import AGENCY, OTHER_AGENCY, World

OPINIONS = Asked("opinions")
QUESTION = "Nơi cư trú trước đây có đúng không?"


def consult(
    world: World, dossier: Dossier, agency: str = OTHER_AGENCY, unit: str = "culture", *, expert: str = "", days: int = 2
) -> Consultation:  # fmt: skip
    return actions.consult(
        actor=world.officer("hoa"), run_id=factories.open_run(dossier).pk,
        unit=Unit.objects.get(agency__code=agency, code=unit).pk, question=QUESTION, within=Term(days, "wd"),
        expert=world.account(expert).pk if expert else None, now=world.now + timedelta(hours=1),
    )  # fmt: skip


def processing(world: World) -> Dossier:
    return factories.advance(world, factories.filed_dossier(world), "processing")


@pytest.fixture
def asked(world: World) -> World:
    """Questions to another agency's unit, to two experts, and some that nobody waits for any more."""
    consult(world, processing(world), days=3)
    consult(world, processing(world), days=1)
    consult(world, processing(world), AGENCY, "leaders", expert="ha")
    consult(world, processing(world), expert="cuong", days=2)
    answered, revoked, stopped = (consult(world, processing(world)) for _ in range(3))
    later = world.now + timedelta(hours=2)
    actions.answer_consultation(
        actor=world.officer("cuong"), consultation_id=answered.pk, agrees=True, answer="Đúng như khai.", now=later
    )  # fmt: skip
    actions.revoke_consultation(actor=world.officer("hoa"), consultation_id=revoked.pk, now=later)
    actions.reject(
        actor=world.officer("hoa"), run_id=factories.open_run(stopped.dossier).pk,
        reason="Không đủ điều kiện theo quy định.", now=later,
    )  # fmt: skip
    return world


def slowly(world: World, actor: Actor) -> list[tuple[datetime, str]]:
    """(due, code) of what the actor may answer, looked at one by one."""
    seen = set(Dossier.objects.visible_to(actor).values_list("pk", flat=True))
    return sorted(
        (one.due_at, one.dossier.code)
        for one in Consultation.objects.select_related("dossier")
        if one.answered_at is None
        and one.revoked_at is None
        and may_answer(actor, one)
        and one.dossier_id in seen
        and one.dossier.status == 4
    )


WHO = ("cuong", "linh", "hung", "ha", "tuan", "hoa", "dung", "minh", "an", "thu")


@pytest.mark.parametrize("days", [0, 2, 30])
def test_count_list_and_a_slow_look_are_one(asked: World, days: int) -> None:
    for who in WHO:
        same_for(asked, who, asked.now + timedelta(days=days, hours=3))


def same_for(asked: World, who: str, now: datetime) -> None:
    actor = asked.officer(who)
    found = worklist(actor, OPINIONS, limit=200, now=now)
    assert [(row.due_at, row.code) for row in found.rows] == slowly(asked, actor)
    assert counts(actor, now=now)["opinions"] == found.counts["opinions"] == found.found == len(found.rows)
    assert [row for page in walk(actor, OPINIONS, now=now, size=2) for row in page] == list(found.rows)
    for row in found.rows:
        assert (row.due_state == "late") == (row.due_at is not None and row.due_at < now)


def test_who_is_asked_has_it_and_nobody_else(asked: World) -> None:
    listed = {who: len(worklist(asked.officer(who), OPINIONS, now=asked.now).rows) for who in WHO}
    # Cường alone sits in the unit that was asked and is one expert; Hà is the other. Nobody of the agency that asked.
    assert {who: number for who, number in listed.items() if number} == {"cuong": 3, "ha": 1}
    stranger = Actor(kind="officer", account=asked.account("nguoila").pk, name="Người Lạ")
    assert worklist(stranger, OPINIONS, now=asked.now).rows == ()
    assert counts(stranger, now=asked.now)["opinions"] == 0
    colleague = Actor(
        kind="officer", account=asked.account("nguoila").pk, name="Mới", seats=asked.officer("cuong").seats
    )
    assert len(worklist(colleague, OPINIONS, now=asked.now).rows) == 2  # not what is asked of Cường himself


def test_a_substitute_has_what_is_asked_of_the_absent_expert(asked: World) -> None:
    today = date(2026, 11, 24)
    before = awaited(asked.officer("dung")).count()
    Absence.objects.create(
        officer=asked.account("ha"), substitute=asked.account("dung"), since=today, until=today,
        made_by=asked.account("tuan"), made_at=asked.now,
    )  # fmt: skip
    dung = asked.officer("dung")
    assert len(worklist(dung, OPINIONS, now=asked.now).rows) == before + 1
    assert [(row.due_at, row.code) for row in worklist(dung, OPINIONS, now=asked.now).rows] == slowly(
        asked, dung
    )


def test_a_line_is_no_step_of_theirs(asked: World) -> None:
    """It has no run to act on, says at which step it was asked, of whom, and who is to give it."""
    cuong = asked.officer("cuong")
    rows = worklist(cuong, OPINIONS, now=asked.now).rows
    assert {row.run for row in rows} == {None}
    assert {line.run for line in lines(cuong, OPINIONS, limit=10, now=asked.now)} == {None}
    assert {row.step for row in rows} == {"Thẩm định hồ sơ"}
    assert {row.unit for row in rows} == {Unit.objects.get(agency__code=OTHER_AGENCY, code="culture").name}
    assert sorted(row.claimed_by for row in rows) == ["", "", cuong.name]
    assert [row.mine for row in rows].count(True) == 1
    only = worklist(cuong, Asked("opinions", claimed="me"), now=asked.now)
    assert (len(only.rows), only.found) == (1, 1)
    late = Asked("opinions", due="late")
    assert worklist(cuong, late, now=asked.now).found == 0
    assert worklist(cuong, late, now=asked.now + timedelta(days=30)).found == 3
    assert worklist(cuong, Asked("opinions", procedure=("1.001193",)), now=asked.now).found == 0


def test_pages_and_neighbours_go_by_due_time(asked: World) -> None:
    cuong = asked.officer("cuong")
    rows = worklist(cuong, OPINIONS, now=asked.now).rows
    first = worklist(cuong, OPINIONS, limit=2, now=asked.now)
    second = worklist(cuong, OPINIONS, after=first.next_key, limit=2, now=asked.now)
    assert (*first.rows, *second.rows) == rows
    assert second.next_key is None
    beside = neighbours(cuong, OPINIONS, rows[1].key, now=asked.now)
    assert beside.before == (rows[0].code, rows[0].key)
    assert beside.after == (rows[2].code, rows[2].key)


def test_it_goes_when_it_is_answered(asked: World) -> None:
    ha = asked.officer("ha")
    one = awaited(ha).get()
    actions.answer_consultation(
        actor=ha, consultation_id=one.pk, agrees=False, answer="Chưa đủ căn cứ.", now=asked.now + timedelta(hours=3)
    )  # fmt: skip
    assert worklist(ha, OPINIONS, now=asked.now).rows == ()
