"""Turns that are refused, on the page: what it says then, and that nothing was done. In a world really committed."""

from __future__ import annotations

import re

import pytest

from motcua.kernel.clock import now as clock_now
from motcua.messaging.models import Message
from motcua.organisations.models import Unit
from motcua.processing import actions
from motcua.processing.definitions import publish
from motcua.processing.models import Consultation, StepRun, StopRequest
from tests import factories
from tests.committed import Committed
from tests.factories import MARITAL, OTHER_AGENCY
from tests.processing.test_engine import BRANCHED, run_of
from tests.web.desk.test_lawful_screens import WHY, page, received, shown, take


def test_an_opinion_is_asked_answered_and_read(committed: Committed) -> None:
    world = committed.world
    dossier = received(world)
    unit = Unit.objects.get(agency__code=OTHER_AGENCY, one_stop=True)
    form = shown(world, "hoa", dossier, "?do=consult")
    assert f'<option value="{unit.pk}"' in form
    missing = take(world, "hoa", dossier, "consult", unit=unit.pk, question="Ngắn", days="")
    assert missing.status_code == 422
    assert "Nhập số ngày làm việc" in missing.content.decode()
    picked = take(world, "hoa", dossier, "consult", unit=unit.pk, question=WHY, pick="1")
    assert picked.status_code == 200
    assert "Người được hỏi" in picked.content.decode()
    assert world.account("linh").full_name in picked.content.decode()
    assert not Consultation.objects.exists()

    assert world.client("linh").get(page(dossier)).status_code == 404
    assert take(world, "hoa", dossier, "consult", unit=unit.pk, question=WHY, days="3").status_code == 302
    asked = Consultation.objects.get(dossier=dossier)
    theirs = shown(world, "linh", dossier)
    assert "Ông/Bà được hỏi ý kiến" in theirs
    assert WHY in theirs
    assert "Ai đã xem hồ sơ" not in theirs
    assert "Không hỏi nữa" not in theirs
    assert "Ông/Bà được hỏi ý kiến" not in shown(world, "minh", dossier)
    silent = take(
        world, "linh", dossier, "answer_consultation", consultation=asked.pk, answer="Chưa chọn gì cả."
    )
    assert silent.status_code == 422
    assert "Chưa chọn gì cả." in silent.content.decode()
    for stranger in ("minh", "hoa"):
        given = {"consultation": asked.pk, "agrees": "yes", "answer": WHY}
        assert take(world, stranger, dossier, "answer_consultation", **given).status_code == 404
    done = take(
        world,
        "linh",
        dossier,
        "answer_consultation",
        consultation=asked.pk,
        agrees="no",
        answer="Không có căn cứ pháp lý.",
    )
    assert done.status_code == 302
    read = shown(world, "hoa", dossier)
    assert "Không đồng ý" in read
    assert "Không có căn cứ pháp lý." in read


def test_a_question_is_taken_back_by_who_asked(committed: Committed) -> None:
    world = committed.world
    dossier = received(world)
    unit = Unit.objects.get(agency__code=OTHER_AGENCY, one_stop=True)
    take(world, "hoa", dossier, "consult", unit=unit.pk, question=WHY, days="3")
    asked = Consultation.objects.get(dossier=dossier)
    assert take(world, "linh", dossier, "revoke_consultation", consultation=asked.pk).status_code == 404
    assert "Không hỏi nữa" in shown(world, "hoa", dossier)
    assert take(world, "hoa", dossier, "revoke_consultation", consultation=asked.pk).status_code == 302
    assert "Ông/Bà được hỏi ý kiến" not in shown(world, "linh", dossier)
    late = take(
        world, "linh", dossier, "answer_consultation", consultation=asked.pk, agrees="yes", answer=WHY
    )
    assert late.status_code == 409
    assert "đã rút câu hỏi" in late.content.decode()


def test_a_step_is_given_to_a_colleague_who_sits_at_it(committed: Committed) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    form = shown(world, "minh", dossier, "?do=assign")
    sits = re.findall(r'<option value="(\d+)"', form)
    assert str(world.account("minh").pk) in sits
    assert str(world.account("hoa").pk) not in sits
    refused = take(world, "minh", dossier, "assign", officer=world.account("hoa").pk)
    assert refused.status_code == 422
    assert "không giữ vị trí làm bước này" in refused.content.decode()
    assert take(world, "minh", dossier, "assign", officer=sits[0]).status_code == 302
    assert factories.open_run(dossier).claimed_by_id == int(sits[0])


@pytest.mark.parametrize("accept", [True, False])
def test_a_request_to_stop_is_answered_by_the_one_stop_desk(committed: Committed, accept: bool) -> None:
    world = committed.world
    dossier = received(world)
    with factories.after_commit():
        actions.request_stop(
            actor=world.person("lan"), code=dossier.code, reason="Tôi đã đổi ý.", now=clock_now()
        )
    desk = shown(world, "minh", dossier)
    assert "Tôi đã đổi ý." in desk
    assert "Tôi đã đổi ý." in shown(world, "minh", dossier, "?do=stop")
    assert "do=stop" not in shown(world, "hoa", dossier)
    assert take(world, "hoa", dossier, "stop").status_code == 404
    if accept:
        assert take(world, "minh", dossier, "stop").status_code == 302
    else:
        assert take(world, "minh", dossier, "decline_stop", reason="Không").status_code == 422
        assert take(world, "minh", dossier, "decline_stop", reason=WHY).status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == (8 if accept else 2)
    assert StopRequest.objects.get(dossier=dossier).accepted is accept
    assert Message.objects.filter(dossier=dossier, kind="stopped" if accept else "stop_declined").exists()
    again = take(world, "minh", dossier, "stop")
    assert again.status_code == 409
    assert "không còn yêu cầu dừng" in again.content.decode()


def test_a_turn_on_anothers_branch_is_refused(committed: Committed) -> None:
    world = committed.world
    publish(case=world.case(MARITAL), name="Quy trình có nhánh", steps=BRANCHED, now=world.now)
    dossier = received(world)
    theirs = run_of(dossier, "economy")
    answer = take(world, "hoa", dossier, "complete", run=theirs.pk)
    assert answer.status_code == 404
    assert "thuộc bộ phận khác" in answer.content.decode()
    assert StepRun.objects.get(pk=theirs.pk).closed_at is None
