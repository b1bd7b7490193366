"""Joint dossiers: filed once, decided by several agencies at once, returned part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from motcua.dossiers import actions as filing
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.lifecycle import EDGES, Status
from motcua.dossiers.models import Channel, Dossier, Paper, Slip
from motcua.eforms import rules as eforms
from motcua.feedback import actions as feedback
from motcua.feedback.models import Level
from motcua.kernel.clock import local_day
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict
from motcua.measurement.models import Fact, Measure
from motcua.messaging.models import Message
from motcua.processing import actions as desk
from motcua.processing import clock, jobs
from motcua.processing.definitions import Faulty, publish
from motcua.processing.joint.process import JOINT
from motcua.processing.models import StepRun, StopRequest
from motcua.results.models import ResultDocument, StoreItem
from motcua.results.suggestions import suggest
from tests import factories
from tests.factories import INSURANCE, JOINT_BIRTH, JOINT_DEATH, NOW, POLICE, World, part_of

CHILD_ID = "038326004321"


def propose_with(world: World, part: Dossier, at: Any, **facts: str) -> None:
    """The part's appraisal, with facts the official adds to what the answers say."""
    run = factories.open_run(part)
    desk.propose(
        actor=factories.actor_for(world, run), run_id=run.pk, content={**suggest(part), **facts}, now=at
    )


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What is done inside is refused with a code, and has not happened."""
    with pytest.raises(Conflict, match=code), transaction.atomic():
        yield


def lawful(dossier: Dossier) -> None:
    """The events lead to the row by lawful edges, and their chain is whole."""
    history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
    assert broken_at(history) is None
    walked = [Status(event.data["status"]) for event in history if "status" in event.data]
    edges = {(edge.before, edge.after) for edge in EDGES}
    steps = list(zip([None, *walked], walked, strict=False))
    assert all(step in edges for step in steps), steps
    assert walked[-1] == dossier.status
    assert history[-1].seq == dossier.event_seq


def test_a_birth_filed_once_is_decided_by_three_agencies_and_returned_part_by_part(world: World) -> None:
    whole = factories.joint_dossier(world)
    assert whole.status == Status.RECEIVED
    assert not StepRun.objects.filter(dossier=whole, closed_at=None).exists()
    parts = {part.joint_part: part for part in whole.parts.select_related("agency", "procedure")}
    assert {key: (part.procedure.national_code, part.agency.code) for key, part in parts.items()} == {
        "birth": ("1.001193", "H56.201"),
        "residence": ("1.004222", POLICE),
        "insurance": ("1.001939", INSURANCE),
    }
    # Birth and insurance run at once; the residence part waits for the birth certificate.
    assert {key for key, part in parts.items() if part.received_at} == {"birth", "insurance"}
    assert set(StepRun.objects.filter(dossier__joint=whole, closed_at=None).values_list("dossier__joint_part", "step__key")) == {
        ("birth", "appraise"), ("insurance", "appraise"),
    }  # fmt: skip
    # One receipt for the request, none for its parts; the paper is shared, not copied.
    assert list(Slip.objects.filter(dossier=whole, kind="01").values_list("kind", flat=True)) == ["01"]
    assert not Slip.objects.filter(dossier__joint=whole).exists()
    paper = Paper.objects.get(dossier=whole)
    assert list(Paper.objects.filter(dossier__joint=whole).values_list("dossier__joint_part", "blob_id")) == [
        ("birth", paper.blob_id)
    ]

    # The birth registration has its result: the residence part begins, told of it.
    moment = NOW + timedelta(hours=1)
    with factories.after_commit():
        propose_with(world, parts["birth"], moment, citizen_id=CHILD_ID)
    factories.advance(world, parts["birth"], "finished", start=moment)
    residence = part_of(whole, "residence")
    assert (residence.status, residence.received_at is not None) == (Status.RECEIVED, True)
    result = ResultDocument.objects.get(dossier__joint=whole, state="final")
    told = residence.answer_sets.order_by("-number").first()
    assert told is not None
    assert told.values["thanh_vien_cung_thay_doi"][0]["so_dinh_danh"] == CHILD_ID
    assert f"{result.number:02d}/KS-UBND" in told.values["noi_dung_de_nghi"]
    insured = part_of(whole, "insurance").answer_sets.order_by("-number").first()
    assert insured is not None
    assert (insured.number, insured.values["nguoi_tham_gia_so_dinh_danh"]) == (2, CHILD_ID)

    # A partial result is returned and lies in her data store while the others go on.
    factories.advance(world, part_of(whole, "birth"), "returned", start=moment + timedelta(hours=3))
    whole.refresh_from_db()
    assert whole.status == Status.PROCESSING
    assert [item.result.dossier_id for item in StoreItem.objects.all() if item.result] == [parts["birth"].pk]
    assert Message.objects.filter(dossier=parts["birth"], kind="part_returned").count() == 1

    later = moment + timedelta(days=1)
    factories.advance(world, part_of(whole, "insurance"), "finished", start=later)
    factories.advance(world, part_of(whole, "residence"), "finished", start=later)
    whole.refresh_from_db()
    assert whole.status == Status.FINISHED
    factories.advance(world, part_of(whole, "insurance"), "returned", start=later + timedelta(hours=5))
    whole.refresh_from_db()
    assert whole.status == Status.FINISHED
    factories.advance(world, part_of(whole, "residence"), "returned", start=later + timedelta(hours=6))
    whole.refresh_from_db()
    assert whole.status == Status.RETURNED
    assert whole.returned_at is not None
    assert StoreItem.objects.count() == 3
    assert Message.objects.get(dossier=whole, kind="joint_done").facts == {"done": 3, "total": 3, "ended": 0}
    for dossier in (whole, *whole.parts.all()):
        lawful(dossier)


def test_a_death_filed_once_is_decided_by_its_three_agencies(world: World) -> None:
    ward = {"province": "38", "commune": "16531", "detail": "Số 1"}
    whole = factories.joint_dossier(world, code=JOINT_DEATH, answers={"nguoi_chet_noi_cu_tru": ward})
    parts = {part.joint_part: part for part in whole.parts.select_related("agency", "procedure")}
    # The residence is removed by the police of where the deceased was registered, not of where it was filed.
    assert {key: (part.procedure.national_code, part.agency.code) for key, part in parts.items()} == {
        "death": ("1.000656", "H56.201"),
        "removal": ("1.003197", "G01.56.202"),
        "funeral": ("1.001731", "H56.201"),
    }
    assert {key for key, part in parts.items() if part.received_at} == {"death", "funeral"}
    with refused("joint.facts_awaited"):
        propose_with(world, parts["funeral"], NOW + timedelta(hours=1))
    factories.advance(world, parts["death"], "returned", start=NOW + timedelta(hours=1))
    removal = part_of(whole, "removal")
    told = removal.answer_sets.order_by("-number").first()
    assert removal.status == Status.RECEIVED
    assert told is not None
    assert parts["death"].code in told.values["noi_dung_de_nghi"]
    factories.advance(world, part_of(whole, "funeral"), "returned", start=NOW + timedelta(days=1))
    assert factories.open_run(removal).agency.code == "G01.56.202"
    factories.advance(world, removal, "returned", start=NOW + timedelta(days=2))
    whole.refresh_from_db()
    assert whole.status == Status.RETURNED
    for dossier in (whole, *whole.parts.all()):
        lawful(dossier)


@pytest.mark.parametrize("code", [JOINT_BIRTH, JOINT_DEATH])
def test_what_is_asked_once_answers_each_parts_own_form(world: World, code: str) -> None:
    """Everything a part's form requires is there, but for what its plan says is not asked or follows from a result."""
    from motcua.dossiers.joint.plans import plan_of

    whole = factories.joint_dossier(world, code=code)
    plan = plan_of(code)
    assert plan is not None
    for part in whole.parts.all():
        wanted = plan.part(part.joint_part)
        assert wanted is not None
        assert part.form_id is not None
        answers = part.answer_sets.get().values
        found = eforms.validate(form_of(part.form_id), answers, today=local_day(NOW))
        allowed = {*wanted.open, *wanted.from_results}
        assert set(found.errors) <= allowed, (part.joint_part, found.errors)
        assert set(answers) <= set(wanted.answers)


@pytest.mark.parametrize("code", [JOINT_BIRTH, JOINT_DEATH])
def test_a_plan_names_only_fields_and_papers_that_are_there(world: World, code: str) -> None:
    from motcua.dossiers.bundles import newest_form
    from motcua.dossiers.joint.plans import plan_of

    plan = plan_of(code)
    assert plan is not None
    shared = case_bundle(world.case(code))
    ours = form_of(newest_form(code) or 0)
    for part in plan.parts:
        theirs = case_bundle(world.case(part.code))
        form = form_of(newest_form(part.code) or 0)
        assert set(part.answers) | set(part.open) <= set(form.by_id), part.key
        assert part.shared <= set(ours.by_id), part.key
        assert set(part.papers) <= {paper.key for paper in theirs.components}, part.key
        assert set(part.papers.values()) <= {paper.key for paper in shared.components}, part.key


def test_a_part_that_is_refused_ends_what_needs_it_and_nothing_else(world: World) -> None:
    whole = factories.joint_dossier(world)
    birth = part_of(whole, "birth")
    run = factories.open_run(birth)
    with factories.after_commit():
        desk.reject(
            actor=factories.actor_for(world, run), run_id=run.pk,
            reason="Trẻ đã được đăng ký khai sinh tại nơi khác.", now=NOW + timedelta(hours=2),
        )  # fmt: skip
    assert part_of(whole, "birth").status == Status.STOPPED
    assert part_of(whole, "residence").status == Status.NOT_RECEIVED
    insurance = part_of(whole, "insurance")
    assert insurance.status == Status.RECEIVED
    assert Message.objects.filter(dossier=part_of(whole, "residence"), kind="part_dropped").exists()
    whole.refresh_from_db()
    assert whole.status == Status.PROCESSING
    with refused("joint.waits_for_part"):
        desk.reopen(
            actor=world.officer("cong"), dossier_id=part_of(whole, "residence").pk,
            reason="Đề nghị giải quyết lại phần thường trú.", now=NOW + timedelta(hours=3),
        )  # fmt: skip
    # The head was wrong: the part is taken up again, and what waited for it waits again.
    desk.reopen(
        actor=world.officer("tuan"), dossier_id=birth.pk,
        reason="Kiểm tra lại: chưa có đăng ký nào ở nơi khác.", now=NOW + timedelta(hours=3),
    )  # fmt: skip
    assert part_of(whole, "residence").status == Status.REGISTERED
    whole.refresh_from_db()
    assert whole.status == Status.PROCESSING
    for dossier in (whole, *whole.parts.all()):
        lawful(dossier)


def test_a_partial_outcome_is_told_as_one(world: World) -> None:
    whole = factories.joint_dossier(world)
    factories.advance(world, part_of(whole, "birth"), "returned", start=NOW + timedelta(hours=1))
    factories.advance(world, part_of(whole, "insurance"), "returned", start=NOW + timedelta(days=1))
    run = factories.open_run(part_of(whole, "residence"))
    with factories.after_commit():
        desk.reject(
            actor=factories.actor_for(world, run), run_id=run.pk,
            reason="Chỗ ở chưa đủ điều kiện đăng ký thường trú.", now=NOW + timedelta(days=1, hours=5),
        )  # fmt: skip
    whole.refresh_from_db()
    assert whole.status == Status.RETURNED
    assert Message.objects.get(dossier=whole, kind="joint_partial").facts == {
        "done": 2, "total": 3, "ended": 1,
    }  # fmt: skip
    lawful(whole)


def test_nothing_but_refusals_stops_the_whole_and_a_reopened_part_takes_it_up_again(world: World) -> None:
    whole = factories.joint_dossier(world)
    for hours, key in enumerate(("birth", "insurance"), 1):
        run = factories.open_run(part_of(whole, key))
        with factories.after_commit():
            desk.reject(
                actor=factories.actor_for(world, run), run_id=run.pk,
                reason="Không đủ điều kiện giải quyết theo quy định.", now=NOW + timedelta(hours=hours),
            )  # fmt: skip
    whole.refresh_from_db()
    assert whole.status == Status.STOPPED
    assert Message.objects.filter(dossier=whole, kind="joint_none").exists()
    assert Fact.objects.get(dossier=whole, measure=Measure.ENDED_OTHERWISE).agency_id == whole.agency_id
    with refused("joint.act_on_parts"):
        desk.reopen(
            actor=world.officer("tuan"), dossier_id=whole.pk, reason="Mở lại toàn bộ hồ sơ.", now=NOW + timedelta(hours=3)
        )  # fmt: skip
    desk.reopen(
        actor=world.officer("tuan"), dossier_id=part_of(whole, "birth").pk,
        reason="Kiểm tra lại theo đề nghị của người dân.", now=NOW + timedelta(hours=4),
    )  # fmt: skip
    whole.refresh_from_db()
    assert (whole.status, whole.finished_at) == (Status.PROCESSING, None)
    lawful(whole)


def test_one_part_waits_for_the_applicant_while_the_clocks_of_the_others_run(world: World) -> None:
    whole = factories.joint_dossier(world)
    insurance, birth = part_of(whole, "insurance"), part_of(whole, "birth")
    run = factories.open_run(insurance)
    with factories.after_commit():
        desk.return_ineligible(
            actor=factories.actor_for(world, run), run_id=run.pk,
            reason="Nơi khám chữa bệnh ban đầu không còn nhận đăng ký.",
            items=[{"kind": "field", "key": "noi_kcb", "label": "Nơi KCB", "note": "Chọn nơi khác."}],
            now=NOW + timedelta(hours=2),
        )  # fmt: skip
    whole.refresh_from_db()
    assert (part_of(whole, "insurance").status, whole.status) == (Status.SUPPLEMENT, Status.PROCESSING)
    assert part_of(whole, "birth").due_at == birth.due_at
    lan = world.person("lan")
    draft = desk.start_supplement(actor=lan, code=insurance.code, now=NOW + timedelta(days=5))
    draft.answers = {
        **draft.answers,
        "noi_kcb": "Bệnh viện Nhi Thanh Hóa",
        "nguoi_tham_gia_ho_ten": "AI KHÁC",
    }
    draft.save(update_fields=["body"])
    desk.answer_supplement(actor=lan, draft_id=draft.pk, now=NOW + timedelta(days=5))
    answered = part_of(whole, "insurance")
    latest = answered.answer_sets.order_by("-number")[0].values
    assert answered.status == Status.PROCESSING
    assert latest["noi_kcb"] == "Bệnh viện Nhi Thanh Hóa"
    assert latest["nguoi_tham_gia_ho_ten"] != "AI KHÁC"
    assert answered.due_at is not None
    assert insurance.due_at is not None
    assert answered.due_at > insurance.due_at
    # What was completed stands when the birth registration tells the rest.
    moment = NOW + timedelta(days=5, hours=1)
    propose_with(world, birth, moment, citizen_id=CHILD_ID)
    factories.advance(world, part_of(whole, "birth"), "finished", start=moment)
    latest = part_of(whole, "insurance").answer_sets.order_by("-number")[0].values
    assert (latest["noi_kcb"], latest["nguoi_tham_gia_so_dinh_danh"]) == ("Bệnh viện Nhi Thanh Hóa", CHILD_ID)


def test_what_was_asked_once_is_corrected_once(world: World) -> None:
    whole = factories.joint_dossier(world)
    birth, insurance = part_of(whole, "birth"), part_of(whole, "insurance")
    run = factories.open_run(birth)
    desk.return_ineligible(
        actor=factories.actor_for(world, run), run_id=run.pk, reason="Tên trẻ chưa khớp với giấy chứng sinh.",
        items=[{"kind": "field", "key": "tre_ho_ten", "label": "Tên trẻ", "note": "Xem lại."}],
        now=NOW + timedelta(hours=2),
    )  # fmt: skip
    lan = world.person("lan")
    draft = desk.start_supplement(actor=lan, code=birth.code, now=NOW + timedelta(hours=3))
    draft.answers = {**draft.answers, "tre_ho_ten": "Trần Minh Khuê"}
    draft.save(update_fields=["body"])
    desk.answer_supplement(actor=lan, draft_id=draft.pk, now=NOW + timedelta(hours=3))

    def latest(dossier: Dossier) -> dict[str, Any]:
        found = dossier.answer_sets.order_by("-number").first()
        assert found is not None
        return found.values

    name = latest(birth)["tre_ho_ten"]
    assert name.upper() == "TRẦN MINH KHUÊ"
    whole.refresh_from_db()
    assert latest(whole)["tre_ho_ten"] == name
    assert latest(insurance)["nguoi_tham_gia_ho_ten"] == name
    assert insurance.answer_sets.count() == 2
    residence = part_of(whole, "residence")
    assert latest(residence)["thanh_vien_cung_thay_doi"][0]["ho_ten"] == name
    for dossier in (whole, *whole.parts.all()):
        lawful(dossier)


def test_the_whole_is_due_with_the_later_of_its_own_term_and_its_parts(world: World) -> None:
    whole = factories.joint_dossier(world)
    own = clock.first_due(whole, whole.received_at or NOW)
    assert whole.due_at == own
    death = factories.joint_dossier(world, code=JOINT_DEATH)
    assert death.due_at == max(due for due in death.parts.values_list("due_at", flat=True) if due)
    # Half a year late the birth part is extended beyond the term of the whole: the appointment of the whole moves.
    insurance = part_of(whole, "insurance")
    desk.extend(
        actor=world.officer("binhan"), dossier_id=insurance.pk, working_days=40,
        reason="Chờ dữ liệu của cơ quan khác chuyển đến.", now=NOW + timedelta(hours=3),
    )  # fmt: skip
    whole.refresh_from_db()
    assert whole.due_at == part_of(whole, "insurance").due_at
    assert own is not None
    assert whole.due_at is not None
    assert whole.due_at > own
    assert Event.objects.filter(stream=whole.stream, kind="joint.due_moved").count() == 1
    # The nightly reckoning says the same of both.
    assert jobs.recompute_at(None, NOW + timedelta(hours=4)) == (0, 0)
    with refused("joint.act_on_parts"):
        desk.extend(
            actor=world.officer("tuan"), dossier_id=whole.pk, working_days=2,
            reason="Xin lỗi vì chậm trễ trong giải quyết.", now=NOW + timedelta(hours=3),
        )  # fmt: skip


def test_a_request_counts_once_and_its_parts_only_for_the_usual_time(world: World) -> None:
    whole = factories.joint_dossier(world)
    birth = part_of(whole, "birth")
    for key in ("birth", "insurance"):
        run = factories.open_run(part_of(whole, key))
        desk.return_ineligible(
            actor=factories.actor_for(world, run), run_id=run.pk, reason="Thiếu số điện thoại liên hệ đúng.",
            items=[{"kind": "field", "key": "so_dien_thoai", "label": "Số điện thoại", "note": ""}],
            now=NOW + timedelta(hours=2),
        )  # fmt: skip
        draft = desk.start_supplement(
            actor=world.person("lan"), code=part_of(whole, key).code, now=NOW + timedelta(hours=3)
        )
        desk.answer_supplement(actor=world.person("lan"), draft_id=draft.pk, now=NOW + timedelta(hours=3))
    factories.advance(world, birth, "returned", start=NOW + timedelta(hours=4))
    factories.advance(world, part_of(whole, "insurance"), "returned", start=NOW + timedelta(days=1))
    factories.advance(world, part_of(whole, "residence"), "returned", start=NOW + timedelta(days=1))
    feedback.rate(
        actor=world.person("lan"), code=whole.code, overall=Level.SATISFIED, now=NOW + timedelta(days=3)
    )
    with refused("joint.act_on_whole"):
        feedback.rate(
            actor=world.person("lan"), code=birth.code, overall=Level.SATISFIED, now=NOW + timedelta(days=3)
        )
    counted = set(Fact.objects.values_list("measure", "dossier", "procedure__national_code"))
    assert counted == {
        (Measure.FILED, whole.pk, JOINT_BIRTH),
        (Measure.SUPPLEMENT_ASKED, whole.pk, JOINT_BIRTH),
        (Measure.FINISHED, whole.pk, JOINT_BIRTH),
        (Measure.RETURNED, whole.pk, JOINT_BIRTH),
        (Measure.RATED, whole.pk, JOINT_BIRTH),
        *((Measure.PART_FINISHED, part.pk, part.procedure.national_code) for part in whole.parts.select_related("procedure")),
    }  # fmt: skip
    assert Fact.objects.get(measure=Measure.FILED).remote is True
    usual = Fact.objects.filter(measure=Measure.PART_FINISHED).values_list("minutes", flat=True)
    assert all(minutes is not None for minutes in usual)


def test_before_receipt_the_whole_is_withdrawn_and_later_each_open_part_is_asked_for(world: World) -> None:
    early = factories.joint_dossier(world, received=False)
    filing.withdraw(actor=world.person("lan"), code=early.code, reason="", now=NOW + timedelta(minutes=5))
    assert not early.parts.exists()

    whole = factories.joint_dossier(world)
    lan = world.person("lan")
    with refused("joint.act_on_whole"):
        filing.withdraw(
            actor=lan, code=part_of(whole, "residence").code, reason="", now=NOW + timedelta(hours=1)
        )
    desk.request_stop(actor=lan, code=whole.code, reason="Gia đình chuyển đi.", now=NOW + timedelta(hours=1))
    assert set(StopRequest.objects.values_list("dossier__joint_part", flat=True)) == {"birth", "insurance"}
    # What nobody had begun is over at once.
    assert part_of(whole, "residence").status == Status.WITHDRAWN
    with refused("stop.asked_already"):
        desk.request_stop(actor=lan, code=whole.code, reason="", now=NOW + timedelta(hours=2))
    desk.stop(
        actor=world.officer("minh"), dossier_id=part_of(whole, "birth").pk, now=NOW + timedelta(hours=2)
    )
    whole.refresh_from_db()
    assert whole.status == Status.PROCESSING
    desk.stop(
        actor=world.officer("diep"), dossier_id=part_of(whole, "insurance").pk, now=NOW + timedelta(hours=3)
    )
    whole.refresh_from_db()
    assert whole.status == Status.STOPPED
    for dossier in (whole, *whole.parts.all()):
        lawful(dossier)


def test_who_decides_a_part_sees_the_part_and_who_received_the_request_sees_it_all(world: World) -> None:
    whole = factories.joint_dossier(world)

    def seen(username: str) -> set[str]:
        found = Dossier.objects.visible_to(world.officer(username))
        return {dossier.joint_part or "whole" for dossier in found}

    assert seen("minh") == {"whole", "birth"}
    assert seen("tuan") == {"whole", "birth"}
    assert seen("hoa") == {
        "birth"
    }  # she decides the birth part: the address and the clinic are not hers to read
    assert seen("tien") == {"residence"}
    assert seen("quyen") == {"insurance"}
    assert seen("dung") == seen("linh") == seen("cuong") == seen("dai") == set()
    assert set(part_of(whole, "insurance").answer_sets.get().values) <= {
        "noi_kcb", "so_dien_thoai", "email", "nguoi_tham_gia_ho_ten", "nguoi_tham_gia_ngay_sinh",
    }  # fmt: skip
    lan = Dossier.objects.visible_to(world.person("lan"))
    assert {dossier.joint_part for dossier in lan} == {"", "birth", "residence", "insurance"}
    assert not Dossier.objects.visible_to(world.person("nguoila")).exists()


def test_a_request_keyed_at_the_counter_opens_its_parts_at_once_and_is_not_remote(world: World) -> None:
    whole = factories.counter_dossier(world, "lan", JOINT_BIRTH)
    parts = list(whole.parts.all())
    assert len(parts) == 3
    assert {(part.channel, part.remote, part.filed_by_id) for part in parts} == {
        (Channel.COUNTER, False, world.officer("minh").account)
    }
    # Hers by her citizen ID, as what is filed at a counter is.
    lan = Dossier.objects.visible_to(world.person("lan"))
    assert set(lan.values_list("pk", flat=True)) == {whole.pk, *(part.pk for part in parts)}
    assert Fact.objects.get(measure=Measure.FILED).remote is False


def test_opening_parts_belongs_to_joint_procedures_alone(world: World) -> None:
    with pytest.raises(Faulty, match="not_joint"):
        publish(case=world.case(factories.MARITAL), name="Liên thông nhầm", steps=JOINT, now=NOW)


def test_a_request_whose_parts_nobody_decides_here_is_not_received(world: World) -> None:
    from motcua.catalogue.models import Service

    whole = factories.joint_dossier(world, received=False)
    Service.objects.filter(procedure__national_code="1.001939").update(active=False)
    run = factories.open_run(whole)
    with refused("joint.no_agency"):
        desk.receive(actor=world.officer("minh"), run_id=run.pk, now=NOW + timedelta(hours=1))
    assert not Dossier.objects.filter(joint=whole).exists()
