"""Guards and limits of the state machine that no other test would miss: each was taken out once, and everything stayed green."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier, DossierAnswers
from motcua.kernel import working_time
from motcua.kernel.actors import Actor, Role, Seat
from motcua.kernel.clock import local_day
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.working_time import Term
from motcua.organisations.models import Absence, Unit
from motcua.organisations.queries import calendar_for, units_of
from motcua.processing import actions, clock, runs, sweeps
from motcua.processing.choosing import FACTS, facts_of
from motcua.processing.definitions import DEFAULT, publish
from motcua.processing.events import APOLOGY_DUE, NOTIFIED, RECEIVED, TAKEN_UP
from motcua.processing.models import Pause
from motcua.processing.rules import Alarm, Policy
from motcua.processing.turns import OpenStep, Standing, may_go_back, turns
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument, StoreItem
from motcua.results.suggestions import suggest
from tests import factories
from tests.factories import AGENCY, BIRTH, BUILDING, MARITAL, NOW, OTHER_AGENCY, World, refusal
from tests.processing.test_checks import auto, fork, join
from tests.processing.test_engine import (
    BRANCHED,
    DRAFT,
    RECEIVE,
    RETURN,
    complete,
    open_keys,
    received,
    run_of,
    step,
)

SIGN = step("sign", "head", "leaders", {"sign": "return", "send_back": "draft"})
WHY = "Hồ sơ cần xác minh tại nơi cư trú cũ."


def at(world: World, hours: float) -> datetime:
    return world.now + timedelta(hours=hours)


def being_signed(world: World) -> Dossier:
    """Ordered to be signed, the service has not answered."""
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    actions.sign(actor=world.officer("tuan"), run_id=factories.open_run(dossier).pk, now=at(world, 5))
    dossier.refresh_from_db()
    return dossier


# --- the clock --------------------------------------------------------------------------------------------------------


def test_a_step_that_waits_for_its_signature_is_not_reckoned_anew(world: World) -> None:
    dossier = being_signed(world)
    before = factories.open_run(dossier)
    actions.extend(
        actor=world.officer("tuan"), dossier_id=dossier.pk, working_days=3, reason=WHY, now=at(world, 6)
    )
    after = factories.open_run(dossier)
    assert (after.due_at, after.alarm_at, after.waits_for) == (before.due_at, None, "signature")


def test_what_the_clock_rested_is_not_counted(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    begun = dossier.received_at
    assert begun is not None
    clock.pause(dossier, "supplement", now=begun + timedelta(hours=24))
    clock.resume(dossier, now=begun + timedelta(hours=48))
    calendar, until = calendar_for(AGENCY), begun + timedelta(hours=72)
    rested = working_time.worked_minutes(calendar, begun + timedelta(hours=24), begun + timedelta(hours=48))
    assert rested == 480
    whole = working_time.worked_minutes(calendar, begun, until)
    assert clock.counted_minutes(dossier, until) == whole - rested


def test_after_the_hour_of_its_procedure_a_receipt_counts_from_the_next_day(world: World) -> None:
    """Birth registration: received after 15:00, on the next working day (NĐ 123/2015 art. 16)."""
    dossier = factories.filed_dossier(world, code=BIRTH)
    morning, evening = (
        clock.first_due(dossier, world.now + timedelta(hours=hours)) for hours in (24, 29.5)
    )  # 10:00 and 15:30 of the day after, which is no day off
    assert morning is not None
    assert evening is not None
    assert (evening.date() - morning.date()).days == 1


def test_a_clock_that_does_not_run_does_not_rest(world: World) -> None:
    """Asked to complete at intake: the term has not begun, and what was waited for is none of it."""
    dossier = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    assert (dossier.status, dossier.received_at) == (Status.SUPPLEMENT, None)
    assert not Pause.objects.filter(dossier=dossier).exists()
    assert factories.open_run(dossier).waits_for == "applicant"


def test_a_step_is_not_given_back_while_it_waits_for_the_applicant(world: World) -> None:
    """The step before would be open, and warned of, while the dossier rests."""
    checked = (
        replace(RECEIVE, outcomes={"receive": "check", "refuse": None}),
        step("check", "civil_servant", "responsible", {"complete": "draft"}),
        replace(DRAFT, permits=("ask_payment",)),
        SIGN,
        RETURN,
    )
    publish(case=world.case(MARITAL), name="Kiểm tra rồi soạn", steps=checked, now=world.now)
    dossier = received(world)
    complete(world, dossier, "check", "hoa")
    turn: Any = {"actor": world.officer("hoa"), "run_id": run_of(dossier, "draft").pk, "now": at(world, 2)}
    actions.ask_payment(amount=50_000, reason=WHY, **turn)
    with refusal(Conflict) as refused:
        actions.go_back(reason=WHY, **turn)
    assert refused.value.code == "step.waits_for_applicant"
    actions.confirm_duty(**turn)
    actions.go_back(reason=WHY, **turn)
    assert open_keys(dossier) == {"check"}


def test_a_paper_given_anew_takes_the_place_of_the_one_that_was_wrong(world: World) -> None:
    """It is kept, and no longer one of the papers of the dossier."""
    dossier = factories.filed_dossier(world, "lan", BUILDING)
    wrong = dossier.papers.get()
    factories.ask_supplement(world, dossier, component=wrong.component_id)
    lan, answered = world.person("lan"), at(world, 2)
    draft = actions.start_supplement(actor=lan, code=dossier.code, now=answered)
    factories.add_file(draft, wrong.component_id or 0, name="ban-ro.pdf", at=answered)
    actions.answer_supplement(actor=lan, draft_id=draft.pk, now=answered)
    replaced = dict(dossier.papers.values_list("pk", "replaced_at"))
    assert replaced.pop(wrong.pk) == answered
    assert list(replaced.values()) == [None], "the new one stands"


def test_the_clock_goes_on_when_the_duty_is_done_and_the_rest_is_added(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    before = dossier.due_at
    turn: Any = {"actor": world.officer("hoa"), "run_id": factories.open_run(dossier).pk}
    actions.ask_payment(amount=50_000, reason=WHY, now=at(world, 24), **turn)
    actions.confirm_duty(now=at(world, 72), **turn)
    dossier.refresh_from_db()
    assert Pause.objects.get(dossier=dossier).until == at(world, 72)
    assert before is not None
    assert dossier.due_at is not None
    assert working_time.worked_minutes(calendar_for(AGENCY), before, dossier.due_at) == 2 * 480
    assert factories.open_run(dossier).due_at == dossier.due_at


def test_that_an_apology_is_still_possible_is_said_once_whatever_the_branches(world: World) -> None:
    publish(case=world.case(MARITAL), name="Quy trình có nhánh", steps=BRANCHED, now=world.now)
    dossier = received(world)
    run = run_of(dossier, "culture")
    comes = clock.alarms_of(run, dossier, extended=False, now=world.now)[Alarm.APOLOGY]
    sweeps.alarms_at(comes + timedelta(minutes=1))
    said = [Alarm(one.alarms) for one in (run_of(dossier, "culture"), run_of(dossier, "economy"))]
    assert all(Alarm.APOLOGY in one for one in said), "both branches have come to it"
    assert Event.objects.filter(stream=dossier.stream, kind=APOLOGY_DUE).count() == 1


# --- runs -------------------------------------------------------------------------------------------------------------


def test_a_join_waits_for_what_is_nested_in_its_branches(world: World) -> None:
    nested = (
        replace(RECEIVE, outcomes={"receive": "outer", "refuse": None}),
        fork("outer", "met", "alone", "inner"),
        step("alone", "civil_servant", "responsible", {"complete": "met"}),
        fork("inner", "inner-met", "one", "two"),
        step("one", "civil_servant", "responsible", {"complete": "inner-met"}),
        step("two", "civil_servant", "responsible", {"complete": "inner-met"}),
        join("inner-met", "met"),
        join("met", "draft"),
        DRAFT,
        SIGN,
        RETURN,
    )
    publish(case=world.case(MARITAL), name="Lồng nhánh", steps=nested, now=world.now)
    dossier = received(world)
    assert open_keys(dossier) == {"alone", "one", "two"}
    complete(world, dossier, "alone", "hoa")
    assert open_keys(dossier) == {"one", "two"}, "the outer join waits for the inner branches"
    complete(world, dossier, "one", "hoa")
    complete(world, dossier, "two", "hoa")
    assert open_keys(dossier) == {"draft"}
    assert run_of(dossier, "draft").scope_id is None


def test_a_step_that_is_done_waits_for_nothing(world: World) -> None:
    dossier = being_signed(world)
    run = factories.open_run(dossier)
    sign_at(ResultDocument.objects.get(dossier=dossier).pk, at(world, 6))
    run.refresh_from_db()
    assert (run.outcome, run.waits_for, run.alarm_at) == ("sign", "", None)


def test_the_head_of_an_agency_with_a_like_code_answers_for_no_other() -> None:
    def head(code: str) -> Actor:
        return Actor(kind="officer", account=1, seats=(Seat(1, 9, code, 1, Role.HEAD),))

    assert runs.answers_for(head("H56"), 7, "H56.201") is not None
    assert runs.answers_for(head("H56.20"), 7, "H56.201") is None
    assert runs.answers_for(head("H56.202"), 7, "H56.201") is None
    assert runs.answers_for(head("H56.20"), 9, "H56.201") is not None, "their own"


def test_who_comes_second_is_told_what_was_decided_and_by_whom(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    minh = world.officer("minh")
    actions.receive(actor=minh, run_id=run.pk, now=world.now)
    for act in (
        lambda: actions.receive(actor=minh, run_id=run.pk, now=at(world, 1)),
        lambda: actions.claim(actor=minh, run_id=run.pk, now=at(world, 1)),
    ):
        with refusal(Conflict) as second:
            act()
        assert second.value.code == "step.already_decided"
        assert (second.value.params["outcome"], second.value.params["by"]) == ("receive", minh.name)


def test_a_named_unit_of_ones_own_agency_sees_what_is_its_step(world: World) -> None:
    named = (
        replace(RECEIVE, outcomes={"receive": "economy", "refuse": None}),
        step("economy", "civil_servant", "named", {"complete": "draft"}, unit="economy"),
        DRAFT,
        SIGN,
        RETURN,
    )
    publish(case=world.case(MARITAL), name="Đơn vị khác làm một bước", steps=named, now=world.now)
    dung = world.officer("dung")
    filed = factories.filed_dossier(world)
    assert not Dossier.objects.visible_to(dung).filter(pk=filed.pk).exists()
    with factories.after_commit():
        actions.receive(actor=world.officer("minh"), run_id=run_of(filed, "receive").pk, now=world.now)
    assert Dossier.objects.visible_to(dung).filter(pk=filed.pk).exists()
    complete(world, filed, "economy", "dung")
    assert Dossier.objects.visible_to(dung).filter(pk=filed.pk).exists(), "and afterwards"


def test_while_it_is_being_signed_nothing_else_is_done_at_the_step(world: World) -> None:
    """Whatever a process permits there: the signature that comes would find no step that waits for it."""
    sign = replace(
        SIGN, outcomes={"sign": "return", "send_back": "draft", "reject": None}, permits=("ask_supplement", "consult")
    )  # fmt: skip
    receive = replace(RECEIVE, outcomes={"receive": "draft", "refuse": None})
    publish(
        case=world.case(MARITAL), name="Ký, hoặc không", steps=(receive, DRAFT, sign, RETURN), now=world.now
    )
    dossier = received(world)
    actions.propose(
        actor=world.officer("hoa"), run_id=run_of(dossier, "draft").pk, content=suggest(dossier), now=at(world, 1)
    )  # fmt: skip
    turn: Any = {"actor": world.officer("tuan"), "run_id": run_of(dossier, "sign").pk, "now": at(world, 3)}
    actions.sign(**{**turn, "now": at(world, 2)})
    items = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}]
    unit = units_of(dossier.agency_id).responsible("")
    for act in (
        lambda: actions.reject(reason=WHY, **turn),
        lambda: actions.send_back(reason=WHY, **turn),
        lambda: actions.ask_supplement(reason=WHY, items=items, **turn),
        lambda: actions.consult(question=WHY, unit=unit or 0, within=Term(2, "wd"), **turn),
        lambda: actions.sign(**turn),
    ):
        with refusal(Conflict) as refused:
            act()
        assert refused.value.code == "result.being_signed"
    sign_at(ResultDocument.objects.get(dossier=dossier).pk, at(world, 4))
    dossier.refresh_from_db()
    assert (dossier.status, open_keys(dossier)) == (Status.FINISHED, {"return"})


# --- what is done by no person ----------------------------------------------------------------------------------------


def test_an_automatic_step_tells_and_hands_over_when_it_is_come_to(world: World) -> None:
    by_itself = (
        replace(RECEIVE, outcomes={"receive": "tell", "refuse": None}),
        auto("tell", "notify", "over"),
        auto("over", "hand_over", "draft"),
        DRAFT,
        SIGN,
        RETURN,
    )
    publish(case=world.case(MARITAL), name="Tự chuyển", steps=by_itself, now=world.now)
    dossier = received(world)
    assert (dossier.status, open_keys(dossier)) == (Status.PROCESSING, {"draft"})
    own = Event.objects.filter(stream=dossier.stream, kind__in=[RECEIVED, NOTIFIED, TAKEN_UP]).order_by("seq")
    assert list(own.values_list("kind", flat=True)) == [RECEIVED, NOTIFIED, TAKEN_UP]


def test_a_result_returned_by_itself_lies_in_the_store_of_its_owner(world: World) -> None:
    publish(case=world.case(MARITAL), name="Quy trình có nhánh", steps=BRANCHED, now=world.now)
    dossier = factories.filed_dossier(world)
    assert dossier.return_by == "online"
    actions.receive(actor=world.officer("minh"), run_id=run_of(dossier, "receive").pk, now=world.now)
    for key, who, outcome in (
        ("culture", "hoa", "complete"),
        ("department", "hai", "complete"),
        ("economy", "dung", "complete"),
        ("economy-head", "dung", "approve"),
    ):
        complete(world, dossier, key, who, outcome)
    dossier.refresh_from_db()
    actions.propose(
        actor=world.officer("hoa"), run_id=run_of(dossier, "draft").pk, content=suggest(dossier), now=at(world, 2)
    )  # fmt: skip
    actions.sign(actor=world.officer("tuan"), run_id=run_of(dossier, "sign").pk, now=at(world, 3))
    result = ResultDocument.objects.get(dossier=dossier)
    assert not StoreItem.objects.filter(result=result).exists()
    sign_at(result.pk, at(world, 4))
    dossier.refresh_from_db()
    assert dossier.status == Status.RETURNED
    assert StoreItem.objects.get(result=result).account_id == dossier.applicant_id


# --- turns and choices ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.PROCESSING, Status.FINISHED])
def test_a_step_that_decides_nothing_can_always_be_done_once_more(status: Status) -> None:
    assert may_go_back(step("check", "civil_servant", "responsible", {"complete": "sign"}), status)


def test_a_newer_version_is_offered_to_the_head_unless_the_result_is_being_signed() -> None:
    appraise = next(one for one in DEFAULT if one.key == "appraise")
    open_step = OpenStep(
        tuple(appraise.outcomes), permits=appraise.permits, mine=True, waits_for="", claimed="", before=False
    )
    heads = Standing(Status.PROCESSING, NOW, heads=True, newer_version=True)
    why = {turn.name: turn.why for turn in turns(open_step, heads)}
    assert why["move_version"] == ""
    why = {turn.name: turn.why for turn in turns(open_step, replace(heads, signing=True))}
    assert why["move_version"] == "result.being_signed"


def test_a_choice_looks_at_what_was_answered_last(world: World) -> None:
    dossier = factories.filed_dossier(world)
    first = facts_of(dossier)["muc_dich"]
    answers = {**dossier.answer_sets.get().values, "muc_dich": "khac-han"}
    DossierAnswers.objects.create(
        dossier=dossier, number=2, body=orjson.dumps(answers).decode(), filed_at=at(world, 1)
    )
    assert first != "khac-han"
    assert facts_of(dossier)["muc_dich"] == "khac-han"


def test_a_choice_may_ask_how_the_dossier_came(world: World) -> None:
    def asked(dossier: Dossier) -> dict[str, Any]:
        return {name: value for name, value in facts_of(dossier).items() if name.startswith("dossier.")}

    online, counter = factories.filed_dossier(world), factories.counter_dossier(world)
    assert asked(online) == {
        "dossier.channel": "online",
        "dossier.applicant_kind": "citizen",
        "dossier.return_by": "online",
        "dossier.assistance": "none",
        "dossier.online": True,
    }
    assert asked(counter) == {
        **asked(online),
        "dossier.channel": "counter",
        "dossier.assistance": "counter_staff",
        "dossier.return_by": "counter",
        "dossier.online": False,
    }
    assert set(asked(online)) == set(FACTS)


# --- hands, ends ------------------------------------------------------------------------------------------------------


def test_a_dossier_closed_after_silence_rests_no_more(world: World) -> None:
    policy = Policy.read({"silence_closes": "15wd"})
    publish(case=world.case(MARITAL), name="Im lặng", steps=DEFAULT, now=world.now, policy=policy)
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    items = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}]
    actions.return_ineligible(
        actor=world.officer("hoa"), run_id=factories.open_run(dossier).pk, reason=WHY, items=items, now=at(world, 2)
    )  # fmt: skip
    assert Pause.objects.filter(dossier=dossier, until=None).exists()
    late = at(world, 24 * 60)
    actions.close_silent(dossier_id=dossier.pk, now=late)
    assert Pause.objects.get(dossier=dossier).until == late


def test_what_is_in_a_branch_does_not_go_back_before_its_fork(world: World) -> None:
    publish(case=world.case(MARITAL), name="Quy trình có nhánh", steps=BRANCHED, now=world.now)
    dossier = received(world)
    run = run_of(dossier, "culture")
    assert run.previous is not None
    assert run.previous.step.key == "receive"
    with refusal(Conflict) as refused:
        actions.go_back(actor=world.officer("hoa"), run_id=run.pk, reason=WHY, now=at(world, 1))
    assert refused.value.code == "step.nothing_before"


def test_what_waits_waits_on_after_it_was_moved(world: World) -> None:
    dossier = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    version = publish(case=world.case(MARITAL), name="Mới", steps=DEFAULT, now=world.now)
    actions.move_version(
        actor=world.officer("tuan"), dossier_id=dossier.pk, version=version.pk, reason=WHY, steps={}, now=at(world, 2)
    )  # fmt: skip
    run = factories.open_run(dossier)
    assert (run.step.process_id, run.waits_for, run.alarm_at) == (version.pk, "applicant", None)


def test_who_sent_a_dossier_on_sees_it_and_does_not_stop_it(world: World) -> None:
    dossier = factories.filed_dossier(world)
    actions.transfer(
        actor=world.officer("minh"), run_id=factories.open_run(dossier).pk, to=OTHER_AGENCY, reason=WHY, now=at(world, 1)
    )  # fmt: skip
    actions.receive(
        actor=world.officer("linh"), run_id=factories.open_run(dossier).pk, now=at(world, 2)
    )  # fmt: skip
    actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=at(world, 3))
    minh = world.officer("minh")
    assert Dossier.objects.visible_to(minh).filter(pk=dossier.pk).exists()
    for act in (
        lambda: actions.stop(actor=minh, dossier_id=dossier.pk, now=at(world, 4)),
        lambda: actions.decline_stop(actor=minh, dossier_id=dossier.pk, reason=WHY, now=at(world, 4)),
    ):
        with refusal(NotAllowed):
            act()
    actions.stop(actor=world.officer("linh"), dossier_id=dossier.pk, now=at(world, 4))


def test_a_result_that_goes_by_post_needs_its_number_unless_its_owner_came(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world, return_by="post"), "finished")
    turn: Any = {
        "actor": world.officer("minh"),
        "run_id": factories.open_run(dossier).pk,
        "now": at(world, 9),
    }
    with refusal(Refused) as refused:
        actions.return_result(**turn)
    assert refused.value.code == "post.number_needed"
    actions.return_result(in_person=True, **turn)


def test_one_question_to_one_unit_at_a_time(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    unit = Unit.objects.get(agency__code=OTHER_AGENCY, code="culture").pk
    ask: Any = {
        "actor": world.officer("hoa"), "run_id": factories.open_run(dossier).pk, "unit": unit, "question": WHY,
        "within": Term(2, "wd"), "now": at(world, 4),
    }  # fmt: skip
    first = actions.consult(**ask)
    with refusal(Conflict) as refused:
        actions.consult(**ask)
    assert refused.value.code == "consult.asked_already"
    actions.consult(expert=world.account("cuong").pk, **ask)  # somebody by name is another question
    actions.answer_consultation(
        actor=world.officer("cuong"), consultation_id=first.pk, agrees=True, answer=WHY, now=at(world, 5)
    )  # fmt: skip
    actions.consult(**ask)


def test_what_a_colleague_has_taken_is_not_taken_from_them(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    actions.claim(actor=world.officer("minh"), run_id=run.pk, now=world.now)
    with refusal(Conflict) as refused:
        actions.claim(actor=world.officer("nhung"), run_id=run.pk, now=at(world, 1))
    assert refused.value.code == "step.claimed_by_other"


def test_who_has_the_seat_themselves_acts_for_nobody_else(world: World) -> None:
    """Nhung sits at the one-stop desk beside Minh, and stands in for him today: what she does there is hers."""
    today = local_day(world.now)
    Absence.objects.create(
        officer=world.account("minh"), substitute=world.account("nhung"), since=today, until=today,
        made_by=world.account("tuan"), made_at=world.now,
    )  # fmt: skip
    nhung = world.officer("nhung")
    assert {seat.instead_of for seat in nhung.seats if seat.role == Role.ONE_STOP} == {
        None,
        world.account("minh").pk,
    }
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    actions.receive(actor=nhung, run_id=run.pk, now=world.now)
    run.refresh_from_db()
    assert (run.closed_by_id, run.instead_of_id) == (nhung.account, None)
