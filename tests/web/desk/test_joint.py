"""A part of a joint dossier at the desk."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import NOW, World, part_of


def test_a_part_says_what_it_belongs_to_and_links_only_where_its_officer_may_go(world: World) -> None:
    whole = factories.joint_dossier(world)
    birth, insurance = part_of(whole, "birth"), part_of(whole, "insurance")
    minh = world.client("minh").get(f"/desk/dossiers/{birth.code}/").content.decode()
    assert f'href="/desk/dossiers/{whole.code}/"' in minh
    assert f"/desk/dossiers/{insurance.code}/" not in minh
    hoa = world.client("hoa").get(f"/desk/dossiers/{birth.code}/").content.decode()
    assert whole.code in hoa
    assert f"/desk/dossiers/{whole.code}/" not in hoa
    quyen = world.client("quyen")
    text = quyen.get(f"/desk/dossiers/{insurance.code}/").content.decode()
    assert "còn chờ dữ liệu từ phần Đăng ký khai sinh" in text
    assert "me_ho_ten" not in text
    for code in (whole.code, birth.code):
        assert quyen.get(f"/desk/dossiers/{code}/").status_code == 404
    waiting = world.client("tien").get(f"/desk/dossiers/{part_of(whole, 'residence').code}/").content.decode()
    assert "Phần này chờ kết quả của phần khác để bắt đầu." in waiting


def test_the_whole_says_that_its_parts_are_being_decided_and_offers_nothing_to_decide(world: World) -> None:
    whole = factories.joint_dossier(world)
    for who in ("minh", "tuan"):
        text = world.client(who).get(f"/desk/dossiers/{whole.code}/").content.decode()
        assert "Các phần đang được giải quyết" in text
        assert "?do=extend" not in text
        assert text.count("mc-parts__item") == 3


def test_the_page_of_a_part_costs_the_same_whatever_has_happened(world: World) -> None:
    whole = factories.joint_dossier(world)
    minh = world.client("minh")
    path = f"/desk/dossiers/{part_of(whole, 'birth').code}/"

    def cost() -> int:
        minh.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert minh.get(path).status_code == 200
        return len(seen)

    before = cost()
    assert before <= 17
    factories.advance(world, part_of(whole, "birth"), "returned", start=NOW + timedelta(hours=1))
    factories.advance(world, part_of(whole, "residence"), "returned", start=NOW + timedelta(days=1))
    assert cost() <= before
