"""A joint dossier for its applicant: what is combined, one page, one card, one place to follow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.dossiers.models import Draft
from motcua.processing import actions as desk
from tests import factories
from tests.factories import JOINT_BIRTH, JOINT_DEATH, NOW, World, part_of

REASON = "Nơi khám chữa bệnh ban đầu không còn nhận đăng ký."


def page(world: World, path: str, who: str = "lan", status: int = 200) -> str:
    answer = world.client(who).get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def ask(world: World, key: str, whole) -> None:
    run = factories.open_run(part_of(whole, key))
    with factories.after_commit():
        desk.return_ineligible(
            actor=factories.actor_for(world, run),
            run_id=run.pk,
            reason=REASON,
            items=[{"kind": "field", "key": "noi_kcb", "label": "Nơi KCB", "note": "Chọn nơi khác."}],
            now=NOW + timedelta(hours=2),
        )


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (JOINT_BIRTH, ("Đăng ký khai sinh", "Đăng ký thường trú", "Công an phường Hạc Thành", "Bảo hiểm xã hội tỉnh")),
        (JOINT_DEATH, ("Đăng ký khai tử", "Xóa đăng ký thường trú", "Hỗ trợ chi phí mai táng", "Công an phường Hạc Thành")),
    ],
)  # fmt: skip
def test_before_beginning_it_says_what_is_combined_and_asked_once(
    world: World, code: str, wanted: tuple[str, ...]
) -> None:
    text = page(world, f"/procedures/{code}/start/")
    for words in (*wanted, "Một hồ sơ, 3 việc", "khai một lần", "theo địa chỉ Ông/Bà khai"):
        assert words in text, words
    assert "Một hồ sơ," not in page(world, "/procedures/1.001193/start/")


def test_it_is_one_card_one_page_and_one_place_to_follow(world: World) -> None:
    whole = factories.joint_dossier(world)
    home = page(world, "/account/")
    assert home.count("mc-card--dossier") == 1
    assert "0 trên 3 phần đã có kết quả" in home
    text = page(world, f"/account/dossiers/{whole.code}/")
    for part in whole.parts.all():
        assert f"/account/dossiers/{part.code}/" in text
    assert "Bắt đầu khi có kết quả của phần: Đăng ký khai sinh." in text
    assert "theo thời hạn riêng của thủ tục liên thông" in text
    assert whole.code in page(world, f"/account/dossiers/{part_of(whole, 'birth').code}/")

    factories.advance(world, part_of(whole, "birth"), "returned", start=NOW + timedelta(hours=1))
    text = page(world, f"/account/dossiers/{whole.code}/")
    assert "1 trên 3 phần đã có kết quả" in text
    assert text.count("Tải kết quả (PDF)") == 1
    # A stranger finds neither the whole nor a part.
    for code in (whole.code, part_of(whole, "birth").code):
        page(world, f"/account/dossiers/{code}/", "nguoila", 404)


def test_a_part_that_waits_for_her_is_answered_from_the_one_page(world: World) -> None:
    whole = factories.joint_dossier(world)
    ask(world, "insurance", whole)
    insurance = part_of(whole, "insurance")
    home = page(world, "/account/")
    assert "Có phần đang chờ Ông/Bà" in home
    assert home.index("Đang chờ Ông/Bà") < home.index(whole.code)
    text = page(world, f"/account/dossiers/{whole.code}/")
    assert REASON in text
    assert f'action="/account/dossiers/{insurance.code}/supplement/"' in text
    lan = world.client("lan")
    answer = lan.post(f"/account/dossiers/{insurance.code}/supplement/")
    draft = Draft.objects.get(supplements=insurance)
    assert answer["Location"] == f"/drafts/{draft.pk}/"
    draft.answers = {**draft.answers, "noi_kcb": "Bệnh viện Nhi"}
    draft.save(update_fields=["body"])
    answer = lan.post(f"/drafts/{draft.pk}/check/")
    assert answer["Location"] == f"/account/dossiers/{whole.code}/?done=supplement"


def test_a_partial_outcome_is_said_on_the_page(world: World) -> None:
    whole = factories.joint_dossier(world)
    run = factories.open_run(part_of(whole, "birth"))
    with factories.after_commit():
        desk.reject(
            actor=factories.actor_for(world, run),
            run_id=run.pk,
            reason="Trẻ đã được đăng ký khai sinh tại nơi khác.",
            now=NOW + timedelta(hours=2),
        )
    text = page(world, f"/account/dossiers/{whole.code}/")
    assert "Trẻ đã được đăng ký khai sinh tại nơi khác." in text
    assert "Không thể bắt đầu: phần Đăng ký khai sinh không có kết quả" in text


def test_whoever_has_the_two_codes_of_whole_or_part_follows_all_of_it(world: World) -> None:
    whole = factories.joint_dossier(world)
    for code in (whole.code, part_of(whole, "insurance").code):
        text = world.client().post("/track/", {"code": code, "secret": whole.lookup_secret}).content.decode()
        assert whole.code in text
        assert text.count("mc-parts__item") == 3
        assert "NGUYỄN" not in text.upper().replace("NGUYỄN TRÃI", "")
    assert world.client().post("/track/", {"code": whole.code, "secret": "AAAAAAAA"}).status_code == 404


def test_its_pages_cost_the_same_for_more_parts(world: World) -> None:
    whole = factories.joint_dossier(world)
    lan = world.client("lan")

    def cost(path: str) -> int:
        lan.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert lan.get(path).status_code == 200
        return len(seen)

    address = f"/account/dossiers/{whole.code}/"
    before = cost(address), cost("/account/")
    assert before[0] <= 14
    ask(world, "insurance", whole)
    factories.advance(world, part_of(whole, "birth"), "returned", start=NOW + timedelta(hours=3))
    factories.joint_dossier(world, code=JOINT_DEATH)
    assert (cost(address), cost("/account/")) == before
