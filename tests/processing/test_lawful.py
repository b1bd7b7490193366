"""Each lawful turn: its effect, its limit in law, and that nothing else than it may happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.working_time import Term
from motcua.organisations.models import Unit
from motcua.organisations.queries import calendar_for
from motcua.processing import actions, clock, definitions
from motcua.processing.models import Consultation, Pause, StepRun, StopRequest
from motcua.processing.rules import Policy
from motcua.results.models import ResultDocument, StoreItem
from motcua.results.queries import by_verify_code
from tests import factories
from tests.factories import AGENCY, MARITAL, OTHER_AGENCY, World, refusal

WHY = "Thông tin khai chưa khớp với dữ liệu dân cư."
ITEMS = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}]


def hour(world: World, hours: float) -> datetime:
    return world.now + timedelta(hours=hours)


def received(world: World) -> Dossier:
    return factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )


def run(dossier: Dossier) -> int:
    return factories.open_run(dossier).pk


def kinds(dossier: Dossier) -> list[str]:
    return list(Event.objects.filter(stream=dossier.stream).order_by("seq").values_list("kind", flat=True))


def answer(world: World, dossier: Dossier, at: datetime) -> Dossier:
    draft = actions.start_supplement(actor=world.person("lan"), code=dossier.code, now=at)
    with factories.after_commit():
        found = actions.answer_supplement(actor=world.person("lan"), draft_id=draft.pk, now=at)
    found.refresh_from_db()
    return found


# --- the hour from which a receipt counts from the next working day: NĐ 61/2018 art. 18; NĐ 23/2015 art. 7 ---


@pytest.mark.parametrize(
    ("received_at", "due"),
    [
        # Copies are certified on the day they are brought, until three in the afternoon. 7:59 UTC is 14:59 in Vietnam.
        ("2026-11-25T07:59", "2026-11-25T10:30"),
        ("2026-11-25T08:00", "2026-11-26T10:30"),
        # A Friday afternoon is a Monday.
        ("2026-11-27T08:00", "2026-11-30T10:30"),
    ],
)
def test_what_comes_after_the_hour_of_its_procedure_is_due_a_working_day_later(
    world: World, received_at: str, due: str
) -> None:
    dossier = factories.filed_dossier(world, code=factories.COPIES)
    bundle = clock.case_bundle(dossier.case_id)
    assert (str(bundle.term), bundle.term_cutoff) == ("same-day", "15:00")
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (received_at, due))
    assert clock.first_due(dossier, moment) == expected
    assert clock.due_at(dossier, moment) == expected


def test_a_procedure_without_an_hour_counts_until_the_office_closes(world: World) -> None:
    dossier = factories.filed_dossier(world)
    assert clock.case_bundle(dossier.case_id).term_cutoff is None
    morning, afternoon = (datetime(2026, 11, 25, at, 29, tzinfo=UTC) for at in (1, 10))
    assert clock.first_due(dossier, afternoon) == clock.first_due(dossier, morning)


def test_where_the_law_gives_no_term_nothing_is_promised(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = factories.filed_dossier(world)
    bundle = replace(clock.case_bundle(dossier.case_id), term_value=None)
    monkeypatch.setattr(clock, "case_bundle", lambda case: bundle)
    assert clock.first_due(dossier, world.now) is None
    assert clock.due_at(dossier, world.now) is None


# --- not eligible after appraisal: NĐ 61/2018 art. 19 cl. 4 -------------------------------------------------


def test_a_dossier_given_back_as_ineligible_is_counted_anew(world: World) -> None:
    dossier = received(world)
    with factories.after_commit():
        actions.return_ineligible(
            actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=hour(world, 2)
        )
    dossier.refresh_from_db()
    assert dossier.status == Status.SUPPLEMENT
    answered = datetime(2026, 12, 2, 8, tzinfo=UTC)  # a Wednesday, 15:00 in Vietnam
    dossier = answer(world, dossier, answered)
    assert dossier.status == Status.PROCESSING
    bundle = clock.case_bundle(dossier.case_id)
    assert bundle.term is not None
    calendar = calendar_for(AGENCY)
    assert (
        dossier.due_at == working_time.due(calendar, answered, bundle.term, cutoff=clock.cutoff_of(bundle)).at
    )
    assert factories.open_run(dossier).waits_for == ""


def test_only_within_three_working_days_of_receipt(world: World) -> None:
    dossier = received(world)
    assert dossier.received_at is not None
    until = working_time.due(calendar_for(AGENCY), dossier.received_at, Term(3, "wd")).at
    with refusal(Conflict) as refused:
        actions.return_ineligible(
            actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS,
            now=until + timedelta(seconds=1),
        )  # fmt: skip
    assert refused.value.code == "ineligible.too_late"
    assert refused.value.params["until"] == until.isoformat()
    actions.return_ineligible(
        actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=until
    )


def test_one_request_to_complete_by_whichever_name(world: World) -> None:
    dossier = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    dossier = answer(world, dossier, hour(world, 3))
    actions.receive(actor=world.officer("minh"), run_id=run(dossier), now=hour(world, 4))
    with refusal(Conflict) as refused:
        actions.return_ineligible(
            actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=hour(world, 5)
        )
    assert refused.value.code == "supplement.already_asked"


def test_sector_law_may_give_more_time_and_let_the_clock_go_on(world: World) -> None:
    specs = [
        definitions.DEFAULT[0],
        *(
            spec if spec.key != "appraise" else _with(spec, permits=("ask_supplement", "return_ineligible"))
            for spec in definitions.DEFAULT[1:]
        ),
    ]
    definitions.publish(
        case=world.case(MARITAL), name="Luật chuyên ngành", steps=specs, now=world.now,
        policy=Policy.read({"ineligible_within": "10wd", "after_supplement": "resume"}),
    )  # fmt: skip
    dossier = received(world)
    before = dossier.due_at
    assert before is not None
    asked, answered = hour(world, 1), hour(world, 1 + 24 * 7)
    actions.ask_supplement(
        actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=asked
    )
    dossier = answer(world, dossier, answered)
    calendar = calendar_for(AGENCY)
    covered = working_time.worked_minutes(calendar, asked, answered)
    assert dossier.due_at is not None
    # The pause gives back what it covered, and a term in days runs to the close of the day.
    assert working_time.worked_minutes(calendar, before, dossier.due_at) - covered in range(480)
    assert Pause.objects.get(dossier=dossier).until == answered


def _with(spec: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(spec, **changes)


# --- silence: only where the process says so ------------------------------------------------------------------


@pytest.mark.parametrize("policy", [{}, {"silence_closes": "15wd"}])
def test_silence_closes_where_the_law_says_so_and_nowhere_else(world: World, policy: dict[str, str]) -> None:
    definitions.publish(
        case=world.case(MARITAL), name="Im lặng", steps=definitions.DEFAULT, now=world.now, policy=Policy.read(policy)
    )  # fmt: skip
    dossier = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    asked = hour(world, 1)
    until = working_time.due(calendar_for(AGENCY), asked, Term(15, "wd")).at
    with refusal(Conflict):
        actions.close_silent(dossier_id=dossier.pk, now=until)
    late = until + timedelta(seconds=1)
    if not policy:
        with refusal(Conflict) as refused:
            actions.close_silent(dossier_id=dossier.pk, now=late)
        assert refused.value.code == "silence.not_yet"
        return
    closed = actions.close_silent(dossier_id=dossier.pk, now=late)
    assert closed.status == Status.STOPPED
    assert not StepRun.objects.filter(dossier=dossier, closed_at=None).exists()
    assert not Pause.objects.filter(dossier=dossier, until=None).exists()
    assert kinds(dossier)[-1] == "dossier.stopped"


# --- transfer: NĐ 118/2025 art. 17, 18 ------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["filed", "received"])
def test_a_dossier_is_sent_on_to_the_agency_that_is_competent(world: World, state: str) -> None:
    dossier = factories.filed_dossier(world) if state == "filed" else received(world)
    before = factories.open_run(dossier)
    actor = world.officer("minh" if state == "filed" else "hoa")
    actions.transfer(
        actor=actor,
        run_id=before.pk,
        to=OTHER_AGENCY,
        reason="Thuộc thẩm quyền nơi cư trú.",
        now=hour(world, 1),
    )
    dossier.refresh_from_db()
    assert dossier.agency.code == OTHER_AGENCY
    assert dossier.code.startswith(AGENCY), "the code it was given stays"
    there = factories.open_run(dossier)
    assert (there.step_id, there.agency_id) == (before.step_id, dossier.agency_id)
    assert factories.actor_for(world, there).name in {world.officer(n).name for n in ("linh", "cuong")}
    assert Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists(), "who took it in still sees it"
    if state == "filed":
        assert not Dossier.objects.visible_to(world.officer("hoa")).filter(pk=dossier.pk).exists()
    assert there.pk != before.pk


def send_on(world: World, who: str, dossier: Dossier, to: str) -> None:
    actions.transfer(
        actor=world.officer(who), run_id=run(dossier), to=to, reason="Thuộc cơ quan khác.", now=world.now
    )


@pytest.mark.parametrize("to", [AGENCY, "H56.10", "H99", ""])
def test_not_to_an_agency_that_does_not_offer_it(world: World, to: str) -> None:
    dossier = factories.filed_dossier(world)
    with refusal(Refused) as refused:
        send_on(world, "minh", dossier, to)
    assert refused.value.code == "transfer.not_offered"


def test_not_once_it_has_been_taken_up(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    with refusal(Conflict) as refused:
        send_on(world, "hoa", dossier, OTHER_AGENCY)
    assert refused.value.code == "transfer.taken_up"


# --- extension with apology: NĐ 61/2018 art. 19 cl. 9 -----------------------------------------------------------


def extend(world: World, dossier: Dossier, at: datetime, who: str = "tuan", days: int = 3) -> Dossier:
    return actions.extend(
        actor=world.officer(who), dossier_id=dossier.pk, working_days=days, reason="Hồ sơ cần xác minh tại nơi cư trú cũ.", now=at
    )  # fmt: skip


def test_one_extension_a_day_before_the_term_ends_at_the_latest(world: World) -> None:
    dossier = received(world)
    before = dossier.due_at
    assert before is not None
    with refusal(Conflict) as refused:
        extend(world, dossier, before - timedelta(days=1) + timedelta(seconds=1))
    assert refused.value.code == "extension.too_late"
    extend(world, dossier, before - timedelta(days=1))
    dossier.refresh_from_db()
    calendar = calendar_for(AGENCY)
    assert dossier.due_at is not None
    assert working_time.worked_minutes(calendar, before, dossier.due_at) == 3 * 480
    assert factories.open_run(dossier).due_at == dossier.due_at, "the step gets the time too"
    assert clock.due_at(dossier, dossier.received_at) == dossier.due_at, "reckoned anew it is the same"
    with refusal(Conflict) as refused:
        extend(world, dossier, before - timedelta(days=1))
    assert refused.value.code == "extension.already"


def test_only_the_head_extends_and_only_what_runs(world: World) -> None:
    dossier = received(world)
    for stranger in ("hoa", "minh", "linh", "hung"):
        with refusal(NotAllowed):
            extend(world, dossier, world.now, stranger)
    for days in (0, -1, 61):
        with refusal(Refused):
            extend(world, dossier, world.now, days=days)
    filed = factories.filed_dossier(world)
    with refusal(Conflict):
        extend(world, filed, world.now)


def test_an_apology_of_a_term_that_is_counted_anew_is_gone_with_it(world: World) -> None:
    dossier = received(world)
    extend(world, dossier, hour(world, 0.5))
    actions.return_ineligible(
        actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=hour(world, 1)
    )
    answered = hour(world, 24)
    dossier = answer(world, dossier, answered)
    bundle = clock.case_bundle(dossier.case_id)
    assert bundle.term is not None
    calendar = calendar_for(AGENCY)
    assert (
        dossier.due_at == working_time.due(calendar, answered, bundle.term, cutoff=clock.cutoff_of(bundle)).at
    )


# --- stop at the applicant's request: NĐ 118/2025 art. 21 --------------------------------------------------------


def test_the_applicant_asks_and_the_one_stop_desk_stops(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    lan, minh = world.person("lan"), world.officer("minh")
    with refusal(Conflict) as refused:
        actions.stop(actor=minh, dossier_id=dossier.pk, now=hour(world, 3))
    assert refused.value.code == "stop.not_asked"
    actions.request_stop(actor=lan, code=dossier.code, reason="Không còn nhu cầu.", now=hour(world, 2))
    with refusal(Conflict) as refused:
        actions.request_stop(actor=lan, code=dossier.code, reason="", now=hour(world, 2))
    assert refused.value.code == "stop.asked_already"
    for stranger in ("hoa", "tuan", "linh"):
        with refusal(NotAllowed):
            actions.stop(actor=world.officer(stranger), dossier_id=dossier.pk, now=hour(world, 3))
    actions.stop(actor=minh, dossier_id=dossier.pk, now=hour(world, 3))
    dossier.refresh_from_db()
    assert dossier.status == Status.STOPPED
    assert not StepRun.objects.filter(dossier=dossier, closed_at=None).exists()
    assert StopRequest.objects.get(dossier=dossier).accepted is True


def test_stopped_while_it_rests_the_clock_rests_no_more(world: World) -> None:
    dossier = received(world)
    actions.return_ineligible(
        actor=world.officer("hoa"), run_id=run(dossier), reason=WHY, items=ITEMS, now=hour(world, 1)
    )
    actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=hour(world, 2))
    actions.stop(actor=world.officer("minh"), dossier_id=dossier.pk, now=hour(world, 3))
    assert Pause.objects.get(dossier=dossier).until == hour(world, 3)
    assert StopRequest.objects.filter(dossier=dossier, answered_at=None).count() == 0


def test_a_stop_can_be_declined_and_is_refused_once_it_is_being_signed(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    lan, minh = world.person("lan"), world.officer("minh")
    actions.request_stop(actor=lan, code=dossier.code, reason="", now=hour(world, 4))
    actions.sign(actor=world.officer("tuan"), run_id=run(dossier), now=hour(world, 5))
    with refusal(Conflict) as refused:
        actions.stop(actor=minh, dossier_id=dossier.pk, now=hour(world, 6))
    assert refused.value.code == "result.being_signed"
    actions.decline_stop(
        actor=minh, dossier_id=dossier.pk, reason="Kết quả đã được quyết định.", now=hour(world, 6)
    )
    assert StopRequest.objects.get(dossier=dossier).accepted is False
    assert kinds(dossier)[-1] == "dossier.stop_declined"


def test_what_is_not_received_is_withdrawn_not_stopped(world: World) -> None:
    dossier = factories.filed_dossier(world)
    with refusal(Conflict) as refused:
        actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=world.now)
    assert refused.value.code == "stop.not_possible"
    with refusal(NotAllowed):
        actions.request_stop(actor=world.person("binh"), code=dossier.code, reason="", now=world.now)


# --- reopening: NĐ 61/2018 art. 21 -------------------------------------------------------------------------------


def reopen(world: World, dossier: Dossier, who: str = "tuan") -> Dossier:
    return actions.reopen(
        actor=world.officer(who), dossier_id=dossier.pk, reason="Kết quả ghi sai họ tên người yêu cầu.", now=hour(world, 30)
    )  # fmt: skip


def test_a_returned_result_is_revoked_and_another_one_is_made(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    old = ResultDocument.objects.get(dossier=dossier)
    for stranger in ("hoa", "minh", "hung"):
        with refusal(NotAllowed):
            reopen(world, dossier, stranger)
    reopen(world, dossier)
    old.refresh_from_db()
    assert (old.state, old.dossier_id, old.formerly_id) == ("revoked", None, dossier.pk)
    told = by_verify_code(old.verify_code)
    assert told is not None
    assert told.state == "revoked"
    assert factories.open_run(dossier).step.key == "appraise"
    again = factories.advance(world, Dossier.objects.get(pk=dossier.pk), "returned", start=hour(world, 31))
    assert again.status == Status.RETURNED
    new = ResultDocument.objects.get(dossier=dossier)
    assert new.number != old.number
    assert StoreItem.objects.filter(result__in=(old, new)).count() == 2


def test_a_refused_dossier_comes_to_intake_again(world: World) -> None:
    dossier = factories.filed_dossier(world)
    actions.refuse(
        actor=world.officer("minh"), run_id=run(dossier), reason="Từ chối do nhầm lẫn.", now=world.now
    )
    reopen(world, dossier)
    dossier.refresh_from_db()
    assert dossier.status == Status.REGISTERED
    assert factories.open_run(dossier).step.key == "receive"


def test_what_the_clock_rested_before_a_stop_is_added_back_when_it_is_taken_up_again(world: World) -> None:
    from motcua.processing import clock

    dossier = factories.filed_dossier(world)
    actions.receive(actor=world.officer("minh"), run_id=run(dossier), now=hour(world, 1))
    actions.return_ineligible(
        actor=world.officer("hoa"), run_id=run(dossier), now=hour(world, 2), reason="Giấy tờ chưa đúng với nội dung đã khai.",
        items=[{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}],
    )  # fmt: skip
    actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=hour(world, 3))
    before = Dossier.objects.get(pk=dossier.pk).due_at
    later = hour(world, 3) + timedelta(days=7)
    actions.stop(actor=world.officer("minh"), dossier_id=dossier.pk, now=later)
    again = actions.reopen(
        actor=world.officer("tuan"),
        dossier_id=dossier.pk,
        reason="Người nộp đề nghị giải quyết tiếp.",
        now=later,
    )
    assert again.received_at is not None
    assert before is not None
    assert again.due_at == Dossier.objects.get(pk=dossier.pk).due_at == clock.due_at(again, again.received_at)
    assert again.due_at is not None
    assert again.due_at - before == timedelta(days=7)


def test_what_its_applicant_took_back_stays_taken_back(world: World) -> None:
    from motcua.dossiers import actions as filing

    dossier = factories.filed_dossier(world)
    filing.withdraw(actor=world.person("lan"), code=dossier.code, reason="", now=world.now)
    with refusal(Conflict):
        reopen(world, dossier)


# --- opinions: NĐ 61/2018 art. 19 cl. 5 ----------------------------------------------------------------------------


def consult(world: World, dossier: Dossier, unit: Unit, expert: int | None = None) -> Consultation:
    return actions.consult(
        actor=world.officer("hoa"), run_id=run(dossier), unit=unit.pk, question="Nơi cư trú trước đây có đúng không?",
        within=Term(2, "wd"), expert=expert, now=hour(world, 1),
    )  # fmt: skip


def test_an_opinion_is_asked_given_and_seen_and_the_clock_runs_on(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    due = dossier.due_at
    unit = Unit.objects.get(agency__code=OTHER_AGENCY, code="culture")
    cuong = world.officer("cuong")
    assert not Dossier.objects.visible_to(cuong).filter(pk=dossier.pk).exists()
    asked = consult(world, dossier, unit)
    assert asked.due_at == working_time.due(calendar_for(OTHER_AGENCY), hour(world, 1), Term(2, "wd")).at
    assert Dossier.objects.visible_to(cuong).filter(pk=dossier.pk).exists()
    with refusal(Conflict):
        consult(world, dossier, unit)
    with refusal(NotAllowed):
        actions.answer_consultation(
            actor=world.officer("trang"),
            consultation_id=asked.pk,
            agrees=True,
            answer="Không phải việc tôi.",
            now=hour(world, 2),
        )
    actions.answer_consultation(
        actor=cuong,
        consultation_id=asked.pk,
        agrees=False,
        answer="Chưa từng đăng ký thường trú.",
        now=hour(world, 2),
    )
    with refusal(Conflict) as refused:
        actions.answer_consultation(
            actor=cuong,
            consultation_id=asked.pk,
            agrees=True,
            answer="Đã đăng ký thường trú.",
            now=hour(world, 3),
        )
    assert refused.value.code == "consult.answered_already"
    dossier.refresh_from_db()
    assert dossier.due_at == due
    assert not Pause.objects.filter(dossier=dossier).exists()
    assert kinds(dossier)[-2:] == ["consultation.asked", "consultation.answered"]


def test_an_expert_alone_answers_and_a_question_can_be_taken_back(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    unit = Unit.objects.get(agency__code=AGENCY, code="leaders")
    with refusal(Refused):
        consult(world, dossier, unit, world.account("dung").pk)
    asked = consult(world, dossier, unit, world.account("ha").pk)
    with refusal(NotAllowed):
        actions.answer_consultation(
            actor=world.officer("tuan"),
            consultation_id=asked.pk,
            agrees=True,
            answer="Tôi đồng ý thay.",
            now=hour(world, 2),
        )
    with refusal(NotAllowed):
        actions.revoke_consultation(
            actor=world.officer("cuong"), consultation_id=asked.pk, now=hour(world, 2)
        )
    actions.revoke_consultation(actor=world.officer("hoa"), consultation_id=asked.pk, now=hour(world, 2))
    with refusal(Conflict) as refused:
        actions.answer_consultation(
            actor=world.officer("ha"),
            consultation_id=asked.pk,
            agrees=True,
            answer="Tôi đồng ý nội dung.",
            now=hour(world, 3),
        )
    assert refused.value.code == "consult.revoked"
