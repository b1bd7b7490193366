"""One's own pages: what waits first, the way of a dossier in plain words, completing, rating, withdrawing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from motcua.catalogue.models import Procedure
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier, Draft
from motcua.dossiers.rules import asked
from motcua.feedback.models import Rating
from motcua.measurement.models import Measure, MonthRollup
from tests import factories
from tests.factories import World


@pytest.fixture
def lan(world: World) -> Client:
    return world.client("lan")


def text_of(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_what_waits_for_me_comes_first(world: World, lan: Client) -> None:
    factories.draft(world, code=factories.BIRTH)
    quiet = factories.filed_dossier(world, code=factories.COPIES)
    waits = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    page = text_of(lan, "/account/")
    waiting, _, filed = page.partition("Hồ sơ đã nộp</h2>")
    assert waits.code in waiting
    assert "Bản khai chưa nộp" in waiting
    assert quiet.code not in waiting
    assert quiet.code in filed


def test_the_way_of_a_dossier_in_plain_words(world: World, lan: Client) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    page = text_of(lan, f"/account/dossiers/{dossier.code}/")
    said = [
        "Hồ sơ đã được gửi đến cơ quan",
        "Bộ phận một cửa đã tiếp nhận hồ sơ",
        "Công chức bắt đầu thẩm định",
        "Kết quả đã được ký",
        "Đã trả kết quả",
    ]
    line = page.split('class="mc-timeline"')[1].split("</ol>")[0]
    assert [line.index(words) for words in said] == sorted(line.index(words) for words in said)
    assert "Tải kết quả (PDF)" in page
    assert "mẫu 01" in page
    assert "step." not in page


def test_a_supplement_changes_only_what_was_marked(world: World, lan: Client) -> None:
    dossier = factories.filed_dossier(world, code=factories.BIRTH)
    paper = next(p.pk for p in case_bundle(dossier.case_id).components if asked(p))
    factories.ask_supplement(world, dossier, field="tre_ho_ten", component=paper)
    filed = dossier.answer_sets.get(number=1).values
    page = text_of(lan, f"/account/dossiers/{dossier.code}/")
    assert "Kiểm tra lại." in page
    where = lan.post(f"/account/dossiers/{dossier.code}/supplement/")["Location"]
    section = lan.get(where, follow=True)
    address = section.request["PATH_INFO"]
    shown = section.content.decode()
    if "/part/" not in address:
        address = f"{where}part/tre/"
        shown = text_of(lan, address)
    assert 'data-field="tre_ho_ten"' in shown
    assert 'data-field="tre_gioi_tinh"' not in shown
    lan.post(address, {"tre_ho_ten": "Nguyễn Ỷ Lan", "tre_gioi_tinh": "khac", "_go": "next"})
    draft = Draft.objects.get(supplements=dossier)
    assert lan.post(f"{where}check/").status_code == 422
    assert "Chưa có giấy tờ" in text_of(lan, f"{where}check/")
    factories.add_file(draft, paper)
    sent = lan.post(f"{where}check/")
    assert sent["Location"] == f"/account/dossiers/{dossier.code}/?done=supplement"
    dossier.refresh_from_db()
    second = dossier.answer_sets.get(number=2).values
    assert dossier.state is Status.REGISTERED
    assert second["tre_ho_ten"] == "Nguyễn Ỷ Lan"
    assert {k: v for k, v in second.items() if k != "tre_ho_ten"} == {
        k: v for k, v in filed.items() if k != "tre_ho_ten"
    }


def test_rating_once_with_its_parts(world: World, lan: Client, refusable: None) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    address = f"/account/dossiers/{dossier.code}/rate/"
    assert lan.post(address, {"convenience": "3"}).status_code == 422
    sent = lan.post(address, {"overall": "3", "convenience": "2", "attitude": "1", "comment": "Cảm ơn <b>"})
    assert sent["Location"].endswith("?done=rated")
    rating = Rating.objects.get(dossier=dossier)
    assert (rating.overall, rating.convenience, rating.timeliness, rating.attitude) == (3, 2, None, 1)
    again = lan.post(address, {"overall": "1"})
    assert again.status_code == 409
    assert "đã đánh giá hồ sơ này" in again.content.decode()
    assert Rating.objects.filter(dossier=dossier).count() == 1


def test_withdrawing_asks_first_and_then_is_done(world: World, lan: Client, refusable: None) -> None:
    dossier = factories.filed_dossier(world)
    address = f"/account/dossiers/{dossier.code}/withdraw/"
    assert "Rút hồ sơ này?" in text_of(lan, address)
    lan.post(address)
    assert Dossier.objects.get(pk=dossier.pk).state is Status.WITHDRAWN
    assert lan.get(address).status_code == 302
    late = lan.post(address)
    assert late.status_code == 409
    assert "chuyển sang trạng thái khác" in late.content.decode()
    assert dossier.code in late.content.decode()


def test_a_refusal_shows_its_reason(world: World, lan: Client) -> None:
    from motcua.processing import actions as desk

    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    with factories.after_commit():
        desk.refuse(
            actor=world.officer("minh"),
            run_id=run.pk,
            reason="Không thuộc thẩm quyền <i>của phường</i>.",
            now=world.now,
        )
    page = text_of(lan, f"/account/dossiers/{dossier.code}/")
    assert "Không thuộc thẩm quyền &lt;i&gt;" in page
    assert "Phiếu từ chối" in page


def test_opening_the_messages_has_read_them(world: World, lan: Client) -> None:
    factories.filed_dossier(world)
    assert "Chưa đọc" in text_of(lan, "/account/messages/")
    assert "Chưa đọc" not in text_of(lan, "/account/messages/")


def test_the_store_holds_the_result(world: World, lan: Client) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    page = text_of(lan, "/account/store/")
    assert dossier.result.verify_code in page
    assert "Chưa có kết quả nào" in text_of(world.client("binh"), "/account/store/")


def test_the_profile_hides_most_of_a_number_and_keeps_the_language(world: World, lan: Client) -> None:
    page = text_of(lan, "/account/profile/")
    assert world.people["lan"].claims["SoDinhDanh"] not in page
    assert "6762" in page
    answer = lan.post("/account/profile/", {"language": "en"})
    assert answer.cookies["motcua_language"].value == "en"
    world.account("lan").refresh_from_db()
    assert world.account("lan").language == "en"


def test_the_own_commune_is_proposed_first(world: World) -> None:
    page = text_of(world.client("lan"), "/procedures/1.004873/start/")
    chosen = re.search(r'name="agency" type="radio" value="(\d+)" checked', page)
    assert chosen is not None
    assert int(chosen[1]) == world.agencies["H56.201"].pk
    sung = text_of(world.client("sung"), "/procedures/1.004873/start/")
    assert f'value="{world.agencies["H56.202"].pk}" checked' in sung


def test_a_second_start_goes_on_with_the_first(world: World, lan: Client) -> None:
    sent = {"case": world.case(factories.MARITAL), "agency": world.agencies["H56.201"].pk}
    first = lan.post("/procedures/1.004873/start/", sent)["Location"]
    assert lan.post("/procedures/1.004873/start/", sent)["Location"] == first
    assert "khai dở" in text_of(lan, "/procedures/1.004873/start/")
    assert lan.post(f"{first}discard/")["Location"] == "/account/?done=discarded"
    assert lan.get(first).status_code == 404


def test_what_is_not_offered_cannot_be_started(lan: Client) -> None:
    assert lan.get("/procedures/1.000005/start/").status_code == 404
    assert lan.get("/procedures/9.999999/start/").status_code == 404


def test_the_done_page_waits_for_the_slip(world: World, lan: Client) -> None:

    draft = factories.draft(world)
    filed = factories.file(world, draft, at=world.now)
    page = text_of(lan, f"/drafts/{draft.pk}/done/")
    assert "data-ready-slip" in page
    assert filed.code in page
    assert filed.lookup_secret in page
    other = factories.filed_dossier(world, code=factories.COPIES)
    ready = text_of(lan, f"/drafts/{other.draft.pk}/done/")
    assert "data-ready-slip" not in ready
    assert "/account/files/slip/" in ready


def test_public_figures_have_their_base_in_words(world: World) -> None:
    agency, procedure = world.agencies["H56.201"], Procedure.objects.get(national_code=factories.MARITAL)
    counted = {"month": date(2026, 3, 1), "agency": agency, "procedure": procedure}
    MonthRollup.objects.create(**counted, measure=Measure.FILED, amount=8, online=5, remote=3)
    MonthRollup.objects.create(**counted, measure=Measure.FINISHED, amount=4, online=2, remote=1, late=1)
    page = text_of(world.client(), "/statistics/?year=2026")
    assert "5 trên 8 hồ sơ đã nhận" in page
    assert "3 trên 4 hồ sơ đã có kết quả" in page
    assert "37,5%" in page
    assert "UBND phường Hạc Thành" in page
    assert "Xem tất cả cơ quan" in text_of(world.client(), "/statistics/?year=2026&agency=H56.201")
    assert text_of(world.client(), "/statistics/?year=nonsense&agency=nobody")
