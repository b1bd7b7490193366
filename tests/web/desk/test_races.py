"""Two officers at once, on real connections: one effect, and the other is told what was decided."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel import jobs
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.processing import actions, events
from motcua.processing.models import StepRun
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest
from tests import factories
from tests.committed import Committed, at_once
from tests.web.desk.test_intake import PERSON, begin

REASON = "Hồ sơ thuộc thẩm quyền của cơ quan khác."


def quietly(work: Any) -> Any:
    """Without the jobs that would follow: no worker runs here."""

    def run(number: int) -> Any:
        with jobs.held():
            return work(number)

    return run


def test_two_officers_decide_opposite_ways_and_one_decision_stands(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    minh = world.officer("minh")

    def decide(number: int) -> object:
        if number:
            return actions.refuse(actor=minh, run_id=run.pk, reason=REASON, now=world.now)
        return actions.receive(actor=minh, run_id=run.pk, now=world.now)

    outcomes = at_once(2, quietly(decide))
    lost = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(outcome) for outcome in lost] == [Conflict]
    assert lost[0].code == "step.already_decided"
    assert lost[0].params["by"] == minh.name
    dossier.refresh_from_db()
    decided = StepRun.objects.get(pk=run.pk).outcome
    assert (decided, dossier.status) in {("receive", Status.RECEIVED), ("refuse", Status.NOT_RECEIVED)}
    kinds = list(Event.objects.filter(stream=dossier.stream).order_by("seq").values_list("kind", flat=True))
    assert sum(kind in {events.RECEIVED, events.REFUSED} for kind in kinds) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_withdrawing_while_an_officer_decides_never_locks_both_out(
    committed: Committed, attempt: int
) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    minh, lan = world.officer("minh"), world.person("lan")

    def turn(number: int) -> object:
        if number % 2:
            return filing.withdraw(actor=lan, code=dossier.code, reason="", now=world.now)
        return actions.receive(actor=minh, run_id=run.pk, now=world.now)

    outcomes = at_once(4, quietly(turn))
    # Every one that did not succeed was told why; nobody was killed as a deadlock.
    assert {type(o) for o in outcomes if isinstance(o, BaseException)} <= {Conflict}
    dossier.refresh_from_db()
    # Taken back before it was received; once received it can only be asked to be stopped.
    assert dossier.status in (Status.WITHDRAWN, Status.RECEIVED)
    open_runs = StepRun.objects.filter(dossier=dossier, closed_at=None)
    assert open_runs.exists() == (dossier.status == Status.RECEIVED)


def test_a_double_press_signs_once(committed: Committed) -> None:
    world = committed.world
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    run = factories.open_run(dossier)
    tuan = world.officer("tuan")
    outcomes = at_once(4, quietly(lambda _: actions.sign(actor=tuan, run_id=run.pk, now=world.now)))
    assert sum(isinstance(outcome, Dossier) for outcome in outcomes) == 1
    assert {o.code for o in outcomes if isinstance(o, Conflict)} == {"result.being_signed"}
    result = ResultDocument.objects.get(dossier=dossier)
    assert (result.state, result.number) == (ResultDocument.State.SIGNING, 1)


def test_two_colleagues_claim_and_one_has_it(committed: Committed) -> None:
    world = committed.world
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    run = factories.open_run(dossier)
    first = factories.actor_for(world, run)
    outcomes = at_once(3, quietly(lambda _: actions.claim(actor=first, run_id=run.pk, now=world.now)))
    assert sum(isinstance(outcome, Dossier) for outcome in outcomes) == 1
    assert StepRun.objects.get(pk=run.pk).claimed_by_id == first.account


def test_the_page_says_what_a_colleague_decided_first(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    path = f"/desk/dossiers/{dossier.code}/"
    client = world.client("minh")
    assert client.post(path, {"turn": "receive", "run": run.pk}).status_code == 302
    late = client.post(path, {"turn": "refuse", "run": run.pk, "reason": REASON})
    assert late.status_code == 409
    assert "đã quyết định “Tiếp nhận hồ sơ”" in late.content.decode()
    dossier.refresh_from_db()
    assert dossier.status == Status.RECEIVED


def test_a_turn_of_another_seat_is_refused_by_the_action_itself(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    for who in ("tuan", "hoa", "linh", "hung"):
        with pytest.raises(NotAllowed):
            actions.receive(actor=world.officer(who), run_id=run.pk, now=world.now)
    response = world.client("tuan").post(
        f"/desk/dossiers/{dossier.code}/", {"turn": "receive", "run": run.pk}
    )
    assert response.status_code == 404
    dossier.refresh_from_db()
    assert dossier.status == Status.REGISTERED


def test_a_form_with_faults_is_shown_again_with_each_of_them(committed: Committed) -> None:
    client, response = begin(committed.world)
    wrong = client.post(response["Location"], {**PERSON, "muc_dich": "Vay vốn", "file": "1"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert 'href="#f-nguoi_yeu_cau_ho_ten' in page
    assert "Vay vốn" in page
    assert not Dossier.objects.exists()


def test_a_refusal_for_want_of_facts_is_worded_and_loses_nothing(committed: Committed) -> None:
    world = committed.world
    whole = factories.joint_dossier(world)
    insurance = factories.part_of(whole, "insurance")
    page = f"/desk/dossiers/{insurance.code}/"
    quyen = world.client("quyen")
    drafting = quyen.get(page + "?do=propose").content.decode()
    fields = {
        f"result-{key}": value if isinstance(value, str) else "\n".join(value)
        for key, value in suggest(insurance).items()
    }
    assert all(f'name="{name}"' in drafting for name in fields), fields.keys()
    run = factories.open_run(insurance)
    answer = quyen.post(page, {"turn": "propose", "run": str(run.pk), **fields})
    assert answer.status_code == 409, answer.content.decode()[:500]
    shown = answer.content.decode()
    assert "còn chờ dữ liệu từ kết quả của phần khác" in shown
    assert factories.open_run(insurance).step.key == "appraise"
