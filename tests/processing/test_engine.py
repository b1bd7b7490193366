"""Walking the graph: branches and joins, choices, automatic steps, other agencies, who may act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations import queries as organisations
from motcua.organisations.models import Absence
from motcua.processing import actions, choosing, definitions
from motcua.processing.definitions import Faulty, current_process, process, publish
from motcua.processing.models import ProcessVersion, Step, StepRun
from motcua.processing.rules import Policy, StepSpec
from motcua.results.actions import sign_at
from motcua.results.suggestions import suggest
from motcua.workspace.worklists import Asked, worklist
from tests import factories
from tests.factories import MARITAL, World, refusal
from tests.processing.test_checks import auto, choice, fork, join


def step(key: str, role: str, rule: str, outcomes: dict[str, str | None], **more: Any) -> StepSpec:
    return StepSpec(0, key, key.title(), "", role, rule, 60, outcomes, **more)


RECEIVE = step("receive", "one_stop", "one_stop", {"receive": "opinions", "refuse": None})
DRAFT = step("draft", "civil_servant", "responsible", {"propose": "sign", "reject": None})
SIGN = step("sign", "head", "leaders", {"sign": "how", "send_back": "draft"})
RETURN = step("return", "one_stop", "one_stop", {"return_result": None})
#: Culture and economy work at once, the department of construction beside them; returned by itself when asked online.
BRANCHED = (
    RECEIVE,
    fork("opinions", "met", "culture", "economy", "department"),
    step("culture", "civil_servant", "responsible", {"complete": "met"}),
    step("economy", "civil_servant", "named", {"complete": "economy-head", "reject": None}, unit="economy"),
    step("economy-head", "civil_servant", "named", {"approve": "met", "send_back": "economy"}, unit="economy"),
    step("department", "civil_servant", "named", {"complete": "met"}, unit="permits", agency="H56.10"),
    join("met", "draft"),
    DRAFT,
    SIGN,
    choice("how", {"online": {"field": "dossier.return_by", "op": "eq", "value": "online"}}, online="auto", desk="return"),
    auto("auto", "return_online", None),
    RETURN,
)  # fmt: skip


@pytest.fixture
def branched(world: World) -> World:
    publish(case=world.case(MARITAL), name="Quy trình có nhánh", steps=BRANCHED, now=world.now)
    return world


def open_keys(dossier: Dossier) -> set[str]:
    return set(StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("step__key", flat=True))


def run_of(dossier: Dossier, key: str) -> StepRun:
    return StepRun.objects.get(dossier=dossier, step__key=key, closed_at=None)


def received(world: World, **more: Any) -> Dossier:
    dossier = factories.filed_dossier(world, **more)
    with factories.after_commit():
        actions.receive(actor=world.officer("minh"), run_id=run_of(dossier, "receive").pk, now=world.now)
    dossier.refresh_from_db()
    return dossier


def complete(world: World, dossier: Dossier, key: str, who: str, outcome: str = "complete") -> None:
    actions.complete(
        actor=world.officer(who), run_id=run_of(dossier, key).pk, outcome=outcome, now=world.now + timedelta(hours=1)
    )  # fmt: skip


def test_all_branches_open_at_once_and_the_join_waits_for_all(branched: World) -> None:
    dossier = received(branched)
    assert open_keys(dossier) == {"culture", "economy", "department"}
    complete(branched, dossier, "culture", "hoa")
    complete(branched, dossier, "department", "hai")
    assert open_keys(dossier) == {"economy"}
    complete(branched, dossier, "economy", "dung")
    assert open_keys(dossier) == {"economy-head"}
    complete(branched, dossier, "economy-head", "dung", "approve")
    assert open_keys(dossier) == {"draft"}
    drafted = run_of(dossier, "draft")
    assert drafted.scope_id is None


@pytest.mark.parametrize(
    ("quick", "open_after"),
    [
        ({"culture": "culture"}, {"culture"}),  # the other branch leads straight to the join
        ({"tell": "tell", "culture": "culture"}, {"culture"}),
        ({"tell": "tell", "again": "again"}, {"draft"}),  # nothing to wait for: on at once, and once
    ],
)
def test_a_branch_without_a_task_does_not_let_the_join_go_before_the_others_begin(
    world: World, quick: dict[str, str], open_after: set[str]
) -> None:
    ways = {f"a{number}": key for number, key in enumerate(quick)}
    if len(ways) == 1:
        ways = {"a": "met", **ways}
    rows = (
        RECEIVE,
        replace(fork("opinions", "met", "culture", "economy"), outcomes=ways),
        *(auto(key, "notify", "met") for key in ("tell", "again") if key in quick),
        *(
            step(key, "civil_servant", "responsible", {"complete": "met"})
            for key in ("culture",)
            if key in quick
        ),
        join("met", "draft"),
        DRAFT,
        replace(SIGN, outcomes={"sign": "return", "send_back": "draft"}),
        RETURN,
    )
    publish(case=world.case(MARITAL), name="Nhánh không có việc", steps=rows, now=world.now)
    dossier = received(world)
    assert open_keys(dossier) == open_after
    if "culture" in open_after:
        complete(world, dossier, "culture", "hoa")
    assert StepRun.objects.filter(dossier=dossier, step__key="draft").count() == 1
    assert run_of(dossier, "draft").scope_id is None


def test_a_branch_sent_back_keeps_the_join_waiting(branched: World) -> None:
    dossier = received(branched)
    for key, who in (("culture", "hoa"), ("department", "hai"), ("economy", "dung")):
        complete(branched, dossier, key, who)
    actions.send_back(
        actor=branched.officer("dung"), run_id=run_of(dossier, "economy-head").pk, reason="Chưa đủ căn cứ pháp lý.",
        now=branched.now + timedelta(hours=2),
    )  # fmt: skip
    assert open_keys(dossier) == {"economy"}


def test_a_rejection_in_one_branch_ends_the_others(branched: World) -> None:
    dossier = received(branched)
    actions.reject(
        actor=branched.officer("dung"), run_id=run_of(dossier, "economy").pk,
        reason="Thửa đất không phù hợp quy hoạch đã duyệt.", now=branched.now + timedelta(hours=1),
    )  # fmt: skip
    dossier.refresh_from_db()
    assert dossier.status == Status.STOPPED
    assert open_keys(dossier) == set()
    ended = StepRun.objects.get(dossier=dossier, step__key="culture")
    assert ended.outcome == "ended"


def test_another_agency_sees_and_does_its_step_and_nobody_else_there_does(branched: World) -> None:
    dossier = received(branched)
    hai, kien = branched.officer("hai"), branched.officer("kien")
    assert Dossier.objects.visible_to(hai).filter(pk=dossier.pk).exists()
    assert Dossier.objects.visible_to(branched.officer("phong")).filter(pk=dossier.pk).exists(), "their head"
    assert not Dossier.objects.visible_to(kien).filter(pk=dossier.pk).exists()
    assert not Dossier.objects.visible_to(branched.officer("cuong")).filter(pk=dossier.pk).exists()
    assert {row.code for row in worklist(hai, Asked("mine"), now=branched.now).rows} == {dossier.code}
    with refusal(NotAllowed):
        complete(branched, dossier, "department", "hoa")


def test_who_takes_it_online_gets_it_by_itself_and_who_does_not_at_the_desk(branched: World) -> None:
    for return_by, status, left in (
        ("online", Status.RETURNED, set()),
        ("counter", Status.FINISHED, {"return"}),
    ):
        dossier = received(branched, return_by=return_by)
        for key, who, outcome in (
            ("culture", "hoa", "complete"), ("department", "hai", "complete"), ("economy", "dung", "complete"),
            ("economy-head", "dung", "approve"),
        ):  # fmt: skip
            complete(branched, dossier, key, who, outcome)
        with factories.after_commit():
            actions.propose(
                actor=branched.officer("hoa"), run_id=run_of(dossier, "draft").pk, content=suggest(dossier),
                now=branched.now + timedelta(hours=2),
            )  # fmt: skip
            actions.sign(
                actor=branched.officer("tuan"),
                run_id=run_of(dossier, "sign").pk,
                now=branched.now + timedelta(hours=3),
            )
            sign_at(Dossier.objects.get(pk=dossier.pk).result.pk, branched.now + timedelta(hours=3))
        dossier.refresh_from_db()
        assert dossier.state == status
        assert open_keys(dossier) == left
        history = Event.objects.filter(stream=dossier.stream).order_by("seq")
        assert broken_at(history) is None


def test_a_pause_rests_every_branch_and_all_of_them_wake(branched: World) -> None:
    specs = [
        spec if spec.key != "economy" else StepSpec(**{**_fields(spec), "permits": ("ask_payment",)})
        for spec in BRANCHED
    ]
    publish(case=branched.case(MARITAL), name="Có nghĩa vụ tài chính", steps=specs, now=branched.now)
    dossier = received(branched)
    economy = run_of(dossier, "economy")
    actions.ask_payment(
        actor=branched.officer("dung"), run_id=economy.pk, amount=100_000, reason="Phí thẩm định theo nghị quyết.",
        now=branched.now + timedelta(hours=1),
    )  # fmt: skip
    assert set(
        StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("waits_for", flat=True)
    ) == {"applicant"}
    with refusal(Conflict) as refused:
        complete(branched, dossier, "culture", "hoa")
    assert refused.value.code == "step.waits_for_applicant"
    before = dossier.due_at
    actions.confirm_duty(
        actor=branched.officer("dung"), run_id=economy.pk, now=branched.now + timedelta(days=1, hours=1)
    )
    dossier.refresh_from_db()
    assert dossier.due_at is not None
    assert before is not None
    assert dossier.due_at > before
    assert set(
        StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("waits_for", flat=True)
    ) == {""}


def _fields(spec: StepSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in StepSpec.__slots__}


@pytest.mark.parametrize(
    ("facts", "taken"), [({"a": 5}, "few"), ({"a": 50}, "many"), ({"a": 500}, "other"), ({}, "other")]
)
def test_a_choice_takes_the_first_that_holds(facts: dict[str, Any], taken: str) -> None:
    spec = choice(
        "c",
        {"few": {"field": "a", "op": "lt", "value": 10}, "many": {"field": "a", "op": "lt", "value": 100}},
        other="x",
        few="y",
        many="z",
    )
    assert choosing.choose(spec, facts) == taken


def test_a_published_process_comes_back_as_it_was(branched: World) -> None:
    loaded = process(current_process(branched.case(MARITAL)))
    assert [(s.key, s.outcomes, s.permits, s.kind, s.agency, s.unit, s.join, dict(s.conditions), s.does) for s in loaded.steps] == [
        (s.key, dict(s.outcomes), s.permits, s.kind, s.agency, s.unit, s.join, dict(s.conditions), s.does) for s in BRANCHED
    ]  # fmt: skip
    again = publish(
        case=branched.case(MARITAL), name="Có chính sách", steps=BRANCHED, now=branched.now,
        policy=Policy.read({"silence_closes": "15wd"}),
    )  # fmt: skip
    assert process(again.pk).policy == Policy.read({"silence_closes": "15wd"})
    assert again.number == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "operator"}, "no_role"),
        ({"unit": "nowhere", "unit_rule": "named"}, "no_seat"),
        ({"agency": "H99", "unit_rule": "one_stop"}, "no_seat"),
        ({"working_minutes": 480 * 4}, "over_term"),
        ({"outcomes": {"propose": "nowhere"}}, "unknown_next"),
    ],
)
def test_what_no_agency_could_do_is_not_published(world: World, change: dict[str, Any], code: str) -> None:
    specs = [
        spec if spec.key != "appraise" else StepSpec(**{**_fields(spec), **change})
        for spec in definitions.DEFAULT
    ]
    with pytest.raises(Faulty) as refused:
        publish(case=world.case(MARITAL), name="Sai", steps=specs, now=world.now)
    assert code in {problem.code for problem in refused.value.problems}
    assert not ProcessVersion.objects.filter(case=world.case(MARITAL)).exists()


def test_a_published_version_cannot_be_changed(world: World, db: None) -> None:
    with refusal(IntegrityError):
        Step.objects.filter(process__case=None).update(name="khác")


# --- whose hands ----------------------------------------------------------------------------------------------


def test_whoever_stands_in_sees_and_does_the_work_and_it_says_for_whom(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = run_of(dossier, "receive")
    an = world.account("an").pk
    with refusal(NotAllowed):
        actions.receive(actor=world.officer("an"), run_id=run.pk, now=world.now)
    today = date(2026, 11, 24)
    Absence.objects.create(
        officer=world.account("minh"), substitute=world.account("an"), since=today, until=today,
        made_by=world.account("tuan"), made_at=world.now,
    )  # fmt: skip
    substitute = world.officer("an")
    assert {row.code for row in worklist(substitute, Asked("mine"), now=world.now).rows} == {dossier.code}
    assert not organisations.seats_of(an, today + timedelta(days=1))[1:]
    actions.receive(actor=substitute, run_id=run.pk, now=world.now)
    run.refresh_from_db()
    assert (run.closed_by_id, run.instead_of_id) == (an, world.account("minh").pk)


def test_standing_in_is_one_step_and_ends_when_taken_back(world: World) -> None:
    today = date(2026, 11, 24)

    def absent(officer: str, substitute: str) -> Absence:
        return Absence.objects.create(
            officer=world.account(officer), substitute=world.account(substitute), since=today, until=today,
            made_by=world.account("tuan"), made_at=world.now,
        )  # fmt: skip

    absent("tuan", "minh")
    second = absent("minh", "nhung")
    roles = {
        (seat.role, seat.instead_of) for seat in organisations.seats_of(world.account("nhung").pk, today)
    }
    assert roles == {("one_stop", None), ("one_stop", world.account("minh").pk)}, "not the head's seat"
    second.ended_at = world.now
    second.save()
    assert len(organisations.seats_of(world.account("nhung").pk, today)) == 1


def test_a_step_is_handed_to_a_colleague_by_its_holder_or_the_head(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = run_of(dossier, "receive")
    nhung, minh = world.account("nhung").pk, world.account("minh").pk
    actions.assign(actor=world.officer("minh"), run_id=run.pk, officer=nhung, now=world.now)
    run.refresh_from_db()
    assert run.claimed_by_id == nhung
    actions.assign(actor=world.officer("tuan"), run_id=run.pk, officer=minh, now=world.now)
    with refusal(Refused) as refused:
        actions.assign(
            actor=world.officer("tuan"), run_id=run.pk, officer=world.account("hoa").pk, now=world.now
        )
    assert refused.value.code == "assign.cannot_act"
    for stranger in ("hoa", "linh", "hung"):
        with refusal(NotAllowed):
            actions.assign(actor=world.officer(stranger), run_id=run.pk, officer=nhung, now=world.now)
    kinds = list(Event.objects.filter(stream=dossier.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds.count("step.assigned") == 2


def test_one_step_back_and_never_over_a_decision(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    run = run_of(dossier, "sign")
    actions.go_back(
        actor=world.officer("tuan"), run_id=run.pk, reason="Trình nhầm, đề nghị kiểm tra lại.", now=world.now
    )
    again = run_of(dossier, "appraise")
    assert again.claimed_by_id == world.account("hoa").pk, "back in the hands it came from"
    with refusal(Conflict) as refused:
        actions.go_back(
            actor=world.officer("hoa"), run_id=again.pk, reason="Trả về bước tiếp nhận.", now=world.now
        )
    assert refused.value.code == "step.decided_before"


def test_an_open_dossier_moves_to_another_version_with_a_reason(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    version = publish(
        case=world.case(MARITAL), name="Rút gọn", now=world.now,
        steps=[spec if spec.key != "appraise" else StepSpec(**{**_fields(spec), "key": "check"}) for spec in _renamed()],
    )  # fmt: skip
    move: dict[str, Any] = {
        "dossier_id": dossier.pk,
        "version": version.pk,
        "reason": "Áp dụng quy trình mới.",
        "now": world.now,
    }
    with refusal(NotAllowed):
        actions.move_version(actor=world.officer("hoa"), steps={}, **move)
    with refusal(Refused) as refused:
        actions.move_version(actor=world.officer("tuan"), steps={}, **move)
    assert refused.value.code == "move.no_such_step"
    actions.move_version(actor=world.officer("tuan"), steps={"appraise": "check"}, **move)
    run = run_of(dossier, "check")
    assert run.step.process_id == version.pk
    assert run.claimed_by_id == world.account("hoa").pk
    with refusal(Conflict):
        actions.move_version(actor=world.officer("tuan"), steps={"appraise": "check"}, **move)


def _renamed() -> list[StepSpec]:
    """The general process with its second step under another key."""
    return [
        StepSpec(
            **{
                **_fields(spec),
                "outcomes": {
                    name: "check" if following == "appraise" else following
                    for name, following in spec.outcomes.items()
                },
            }
        )
        for spec in definitions.DEFAULT
    ]
