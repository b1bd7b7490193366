"""One's own pages, told in full: who has the dossier, by when, what was paid for, and nothing lost between pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from motcua.dossiers.models import Dossier
from motcua.messaging.models import Message
from motcua.processing import actions as desk
from motcua.web.portal import queries
from motcua.web.portal.account import dossier as dossier_page
from motcua.web.portal.account import home, turns
from tests import factories
from tests.factories import World


@pytest.fixture
def lan(world: World) -> Client:
    return world.client("lan")


def set_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    for part in (home, dossier_page, turns):
        monkeypatch.setattr(part, "now", lambda: at)


def page_of(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    return answer.content.decode().split("<main")[-1]


def address(dossier: Dossier) -> str:
    return f"/account/dossiers/{dossier.code}/"


def test_every_dossier_is_on_one_page_and_on_one_only(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dossiers filed in the same moment, as an import files them, must not fall between two pages."""
    monkeypatch.setattr(queries, "PAGE", 3)
    filed = {factories.filed_dossier(world, code=factories.COPIES).code for _ in range(8)}
    seen: list[str] = []
    path = "/account/"
    for _ in range(4):
        page = page_of(lan, path)
        seen += re.findall(r'class="mc-card__code">([^<]+)<', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            break
        path = f"/account/{more[1]}"
    assert sorted(seen) == sorted(filed)
    assert page_of(lan, "/account/?after=nonsense")
    assert page_of(lan, "/account/?after=9999999999999999~1")


def test_what_waits_is_first_however_old_it_is(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    old = factories.filed_dossier(world, at=world.now - timedelta(days=3))
    factories.ask_supplement(world, old, field="muc_dich")
    for _ in range(4):
        factories.filed_dossier(world, code=factories.COPIES)
    waiting, _, rest = page_of(lan, "/account/").partition("Hồ sơ đã nộp</h2>")
    assert old.code in waiting
    assert "Cần Ông/Bà bổ sung trước" in waiting
    assert old.code not in rest


def test_a_returned_dossier_is_offered_for_rating_until_it_is_rated(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    set_clock(monkeypatch, world.now + timedelta(days=1))
    waiting = page_of(lan, "/account/").partition("Hồ sơ đã nộp</h2>")[0]
    assert "đánh giá" in waiting
    assert "1 kết quả trong kho dữ liệu" in page_of(lan, "/account/")
    lan.post(f"{address(dossier)}rate/", {"overall": "2"})
    assert "Đang chờ Ông/Bà" not in page_of(lan, "/account/")


def test_who_has_the_dossier_and_until_when(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R2.6: agency, who received, who resolves, with their dates."""
    dossier = factories.filed_dossier(world)
    set_clock(monkeypatch, world.now + timedelta(minutes=20))
    assert "Cơ quan trả lời chậm nhất" in page_of(lan, address(dossier))
    factories.advance(world, dossier, "processing")
    page = page_of(lan, address(dossier))
    assert "Hẹn trả kết quả" in page
    assert "mc-due--" in page
    assert world.account("minh").full_name in page
    assert world.account("hoa").full_name in page or world.account("dung").full_name in page
    assert "Người đang giải quyết" in page


def test_what_officers_write_to_each_other_is_not_shown(world: World, lan: Client) -> None:
    dossier = factories.filed_dossier(world)
    with factories.after_commit():
        desk.receive(
            actor=world.officer("minh"),
            run_id=factories.open_run(dossier).pk,
            note="Nhờ chị Hoa xem kỹ hộ",
            now=world.now,
        )
    assert "xem kỹ hộ" not in page_of(lan, address(dossier))


def test_a_duty_to_pay_says_how_much_and_why_and_the_clock_rests(world: World, lan: Client) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    run = factories.open_run(dossier)
    with factories.after_commit():
        desk.ask_payment(
            actor=factories.actor_for(world, run),
            run_id=run.pk,
            amount=1_250_000,
            reason="Lệ phí trước bạ <b>theo thông báo</b> số 12.",
            now=world.now + timedelta(hours=3),
        )
    page = page_of(lan, address(dossier))
    assert "1.250.000" in page
    assert "&lt;b&gt;theo thông báo" in page
    assert "Tạm dừng tính thời gian" in page
    assert dossier.code in page_of(lan, "/account/").partition("Hồ sơ đã nộp</h2>")[0]


def test_a_supplement_no_longer_open_is_said_on_the_page(world: World, lan: Client, refusable: None) -> None:
    dossier = factories.filed_dossier(world)
    answer = lan.post(f"{address(dossier)}supplement/")
    assert answer.status_code == 409
    assert "hiện không chờ bổ sung" in answer.content.decode()
    assert dossier.code in answer.content.decode()


def test_a_finished_dossier_is_not_withdrawn(world: World, lan: Client, refusable: None) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "finished")
    assert "Rút hồ sơ này" not in page_of(lan, address(dossier))
    assert lan.post(f"{address(dossier)}withdraw/").status_code == 409
    dossier.refresh_from_db()
    assert dossier.status == 9


def test_what_was_filed_at_the_counter_is_hers_by_her_citizen_id(world: World, lan: Client) -> None:
    dossier = factories.advance(world, factories.counter_dossier(world), "returned")
    assert dossier.applicant_id is None
    assert dossier.code in page_of(lan, "/account/")
    assert "Cán bộ một cửa nhập giúp tại quầy" in page_of(lan, address(dossier))
    store = page_of(lan, "/account/store/")
    assert dossier.result.verify_code in store
    assert f"/verify/?code={dossier.result.verify_code}" in store
    assert "1 kết quả trong kho dữ liệu" in page_of(lan, "/account/")
    assert world.client("nguoila").get(address(dossier)).status_code == 404


def test_new_messages_come_first(world: World, lan: Client) -> None:
    first = factories.filed_dossier(world, at=world.now - timedelta(days=2))
    lan.get("/account/messages/")
    assert not Message.objects.filter(account=world.account("lan"), read_at=None).exists()
    Message.objects.filter(dossier=first).update(at=world.now + timedelta(days=1))
    second = factories.filed_dossier(world, code=factories.COPIES)
    page = page_of(lan, "/account/messages/")
    assert page.index(second.code) < page.index(first.code)


def test_a_file_that_is_not_there_is_not_found(world: World, lan: Client) -> None:
    for path in ("paper/0", "paper/99999999999999999999999", "slip/x", "nothing/1", "upload/1"):
        assert lan.get(f"/account/files/{path}/").status_code == 404


def test_a_late_office_says_so_and_apologises(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    set_clock(monkeypatch, world.now + timedelta(hours=2))
    assert "Đã quá thời gian hẹn trả" not in page_of(lan, "/account/")
    set_clock(monkeypatch, dossier.due_at + timedelta(days=7))
    assert "Đã quá thời gian hẹn trả" in page_of(lan, "/account/")
    assert "mc-due--late" in page_of(lan, address(dossier))


def test_an_offer_to_rate_is_made_three_times_not_ten(
    world: World, lan: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, world.now + timedelta(days=1))
    for _ in range(4):
        factories.advance(world, factories.filed_dossier(world, code=factories.COPIES), "returned")
    waiting = page_of(lan, "/account/").partition("Hồ sơ đã nộp</h2>")[0]
    assert waiting.count("xem kết quả và đánh giá") == 3
