"""The dossier page and its turns, with the named cast."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.dossiers.models import Dossier
from motcua.processing.models import StepRun
from tests import factories
from tests.factories import MARITAL, World
from tests.web.desk.files import let_go


def page(code: str) -> str:
    return f"/desk/dossiers/{code}/"


def post(world: World, who: str, dossier: Dossier, turn: str, **more: Any) -> Any:
    run = StepRun.objects.filter(dossier=dossier).order_by("-pk").first()
    assert run is not None
    with factories.after_commit():
        return world.client(who).post(page(dossier.code), {"turn": turn, "run": run.pk, **more})


def text(response: Any) -> str:
    return response.content.decode()


def test_the_whole_way_on_screen(world: World) -> None:
    dossier = factories.filed_dossier(world)
    assert "Tiếp nhận hồ sơ" in text(world.client("minh").get(page(dossier.code)))

    response = post(world, "minh", dossier, "receive")
    assert response.status_code == 302
    assert response["Location"].endswith("?done=receive")
    dossier.refresh_from_db()
    assert dossier.status == 2

    assert post(world, "hoa", dossier, "claim").status_code == 302
    drafting = text(world.client("hoa").get(page(dossier.code) + "?do=propose"))
    assert "Điền sẵn từ hồ sơ" in drafting
    assert dossier.applicant_name.upper() in drafting
    typed = {f"result-{key}": value for key, value in _suggested(dossier).items()}
    assert post(world, "hoa", dossier, "propose", **typed).status_code == 302

    head = text(world.client("tuan").get(page(dossier.code)))
    assert "Ký số kết quả" in head
    draft = world.client("tuan").get(page(dossier.code) + "result.pdf")
    assert draft["Content-Type"] == "application/pdf"
    assert draft.content.startswith(b"%PDF-")
    assert post(world, "tuan", dossier, "sign").status_code == 302
    waiting = text(world.client("tuan").get(page(dossier.code)))
    assert "Đang ký số" in waiting
    assert 'http-equiv="refresh"' in waiting

    _sign(dossier, world)
    assert post(world, "minh", dossier, "return_result").status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 10
    done = text(world.client("minh").get(page(dossier.code)))
    assert "Hồ sơ đã kết thúc" in done
    assert "Kết quả đã ký" in done
    assert "NĐ 118/2025" in done


def _suggested(dossier: Dossier) -> dict[str, Any]:
    from motcua.results.suggestions import suggest

    return suggest(dossier)


def _sign(dossier: Dossier, world: World) -> None:
    from motcua.kernel.clock import now
    from motcua.results.actions import sign_at
    from motcua.results.models import ResultDocument

    # The turns before it were taken through the screen, by the clock.
    with factories.after_commit():
        sign_at(ResultDocument.objects.get(dossier=dossier).pk, now())


@pytest.mark.parametrize("turn", ["refuse", "ask_supplement"])
def test_a_short_reason_is_told_beside_its_field_and_nothing_is_lost(world: World, turn: str) -> None:
    dossier = factories.filed_dossier(world)
    response = post(world, "minh", dossier, turn, reason="Thiếu", items="field:muc_dich")
    assert response.status_code == 422
    assert "ít nhất 10 ký tự" in text(response)
    assert "Thiếu" in text(response)
    dossier.refresh_from_db()
    assert dossier.status == 1


def test_a_supplement_marks_exact_fields_and_papers(world: World) -> None:
    dossier = factories.filed_dossier(world)
    shown = text(world.client("minh").get(page(dossier.code) + "?do=ask_supplement"))
    assert 'value="field:muc_dich' in shown
    response = post(
        world,
        "minh",
        dossier,
        "ask_supplement",
        reason="Mục đích sử dụng chưa rõ, đề nghị ghi cụ thể.",
        **{"items": ["field:muc_dich", "field:khong_co"], "note-field-muc_dich": "Ghi rõ nơi nộp"},
    )
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 5
    assert [(i["key"], i["note"]) for i in dossier.supplement.items] == [("muc_dich", "Ghi rõ nơi nộp")]
    waiting = text(world.client("minh").get(page(dossier.code)))
    assert "Đang chờ người nộp bổ sung" in waiting
    assert "đang chờ người dân bổ sung" in waiting  # why nothing is offered


def test_a_received_dossier_can_be_completed_without_being_claimed_first(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    response = post(
        world,
        "hoa",
        dossier,
        "return_ineligible",
        reason="Cần bổ sung giấy tờ chứng minh.",
        items="field:muc_dich",
    )
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 5


def test_payment_is_asked_for_in_dong_and_confirmed(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    wrong = post(world, "hoa", dossier, "ask_payment", amount="không", reason="Lệ phí theo nghị quyết.")
    assert wrong.status_code == 422
    asked = post(world, "hoa", dossier, "ask_payment", amount="75.000 đ", reason="Lệ phí theo nghị quyết.")
    assert asked.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 6
    assert "75.000\u00a0đ" in text(world.client("hoa").get(page(dossier.code)))
    assert post(world, "hoa", dossier, "confirm_duty").status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 4


@pytest.mark.parametrize("who", ["linh", "cuong", "hung"])
def test_the_other_agency_sees_no_such_dossier(world: World, who: str) -> None:
    dossier = factories.filed_dossier(world)
    paper = dossier.papers.first()
    client = world.client(who)
    paths = ["", "result.pdf"] + ([f"papers/{paper.pk}/"] if paper else [])
    for path in paths:
        assert client.get(page(dossier.code) + path).status_code == 404
    run = factories.open_run(dossier)
    assert client.post(page(dossier.code), {"turn": "receive", "run": run.pk}).status_code == 404


def test_a_stranger_and_the_applicant_find_no_desk(world: World) -> None:
    dossier = factories.filed_dossier(world)
    for who in ("nguoila", "lan"):
        assert world.client(who).get(page(dossier.code)).status_code == 404
    assert world.client().get(page(dossier.code))["Location"].startswith("/sign-in/?next=")


def test_turns_of_another_role_are_not_offered(world: World) -> None:
    dossier = factories.filed_dossier(world)
    shown = text(world.client("tuan").get(page(dossier.code)))
    assert 'name="turn"' not in shown
    assert "thuộc bộ phận khác" in shown


def test_the_clock_is_explained_day_by_day(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    shown = text(world.client("hoa").get(page(dossier.code) + "?clock=1"))
    assert "Hạn trả kết quả" in shown
    assert "hạn trả</strong>" in shown


def test_papers_are_shown_under_a_policy_of_their_own(world: World) -> None:
    dossier = factories.filed_dossier(world, "lan", factories.BUILDING)
    paper = dossier.papers.select_related("blob").first()
    assert paper is not None
    client = world.client("minh")
    shown = client.get(page(dossier.code) + f"papers/{paper.pk}/")
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"].startswith("inline")
    assert "script-src 'none'" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    taken = client.get(page(dossier.code) + f"papers/{paper.pk}/?download=1")
    assert taken["Content-Disposition"].startswith("attachment")
    assert taken["Content-Type"] == "application/octet-stream"
    for response in (shown, taken):
        let_go(response)


@pytest.mark.parametrize("state", ["filed", "received", "proposed", "returned"])
def test_a_page_costs_at_most_ten_queries(
    world: World, django_assert_max_num_queries: Any, state: str
) -> None:
    dossier = factories.filed_dossier(world, "lan", MARITAL)
    if state != "filed":
        factories.advance(world, dossier, state)
    client = world.client("minh")
    client.get(page(dossier.code))
    with django_assert_max_num_queries(10):
        assert client.get(page(dossier.code)).status_code == 200


def test_a_preview_keeps_nothing(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    response = world.client("hoa").post(page(dossier.code) + "preview/", {"result-name": "NGUYỄN THỊ LAN"})
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")
    assert not hasattr(Dossier.objects.get(pk=dossier.pk), "result")
