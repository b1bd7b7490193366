"""The head's board: numbers, their dossiers, and who sees them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.measurement import folding
from tests import factories
from tests.committed import Committed
from tests.factories import AGENCY, NOW, World


@pytest.fixture(autouse=True)
def the_day_of_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board looks at the month the dossiers of the tests were filed in."""
    monkeypatch.setattr("motcua.web.board.views.clock_now", lambda: NOW)


def some_dossiers(world: World) -> None:
    """Five at the ward: four online, three of them remote; two finished, none rated."""
    for state in ("received", "returned", "finished"):
        factories.advance(world, factories.filed_dossier(world), state)
    factories.filed_dossier(world, assistance="kiosk")
    factories.counter_dossier(world)


def opening(page: str) -> list[tuple[str, str]]:
    """(address, number) of every count on a page that opens."""
    return [
        (unescape(link), number)
        for link, number in re.findall(r'href="(/board/dossiers/[^"]+)">([\d.]+)</a>', page)
    ]


@pytest.mark.parametrize("who", ["tuan", "dat"])
@pytest.mark.parametrize("period", ["month", "quarter", "year", "twelve"])
def test_every_number_opens_as_many_dossiers_as_it_says(committed: Committed, who: str, period: str) -> None:
    world = committed.world
    some_dossiers(world)
    folding.fold.run()
    client = world.client(who)
    links = opening(client.get("/board/", {"period": period}).content.decode())
    assert {number for _link, number in links} >= {"5", "4", "3", "2"}
    for link, number in set(links):
        opened = client.get(link).content.decode()
        assert f": {number}</h1>" in opened
        assert opened.count("data-row-link") == int(number)


def test_shares_of_what_was_counted_and_none_of_what_was_not(committed: Committed) -> None:
    some_dossiers(committed.world)
    folding.fold.run()
    page = committed.world.client("tuan").get("/board/").content.decode()
    assert ">60%</a>" in page  # 3 remote of 5: the kiosk and the counter do not count
    assert ">100%</a>" in page  # both finished in time
    assert page.count("chưa có số liệu") >= 2  # nobody has rated, and there is no month before
    assert ">0%</a>" not in page


def test_a_target_is_shown_with_its_act_and_what_it_still_needs(committed: Committed) -> None:
    world = committed.world
    factories.filed_dossier(world)
    for _time in range(3):
        factories.counter_dossier(world)
    folding.fold.run()
    page = world.client("tuan").get("/board/").content.decode()
    assert "17/QĐ-UBQGCĐS" in page
    assert "cần thêm 2 hồ sơ nộp từ xa liên tiếp để cả kỳ đạt 50%" in page
    # The figure of 2023 is carried on from memory: a yardstick, not the law of this year.
    assert "Mức tham chiếu: 50%" in page
    assert "Chưa có chỉ tiêu bằng số trong văn bản" in page


def test_the_head_of_the_province_sees_all_below_and_goes_down_and_up(committed: Committed) -> None:
    world = committed.world
    some_dossiers(world)
    factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    folding.fold.run()
    client = world.client("dat")
    page = client.get("/board/").content.decode()
    assert any(number == "6" for _link, number in opening(page))
    assert f"/board/?agency={AGENCY}" in page
    below = client.get("/board/", {"agency": AGENCY, "period": "month"}).content.decode()
    assert any(number == "5" for _link, number in opening(below))
    assert "/board/?agency=H56&amp;period=month" in below
    assert "Cơ quan cấp trên" not in world.client("tuan").get("/board/").content.decode()


def test_a_long_list_turns_its_pages(committed: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motcua.web.board.views.PAGE", 2)
    some_dossiers(committed.world)
    client = committed.world.client("tuan")
    asked = {"number": "filed", "since": "2026-11-01", "until": "2026-11-30", "agency": AGENCY}
    address, seen = f"/board/dossiers/?{'&'.join(f'{k}={v}' for k, v in asked.items())}", []
    for _turn in range(5):
        page = client.get(address).content.decode()
        assert ": 5</h1>" in page
        seen += re.findall(r'href="(/desk/dossiers/[^"]+)" data-row-link', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        address = unescape(following[1])
    assert len(seen) == len(set(seen)) == 5


def test_freshness_is_said(committed: Committed) -> None:
    client = committed.world.client("tuan")
    assert "cập nhật mỗi 30 giây" not in client.get("/board/").content.decode()
    folding.fold.run()
    assert "cập nhật mỗi 30 giây" in client.get("/board/").content.decode()


def test_queries_do_not_grow_with_what_is_counted(committed: Committed) -> None:
    some_dossiers(committed.world)
    folding.fold.run()
    client = committed.world.client("dat")
    asked = {"number": "filed", "since": "2026-11-01", "until": "2026-11-30"}
    client.get("/board/")
    for address, more, budget in (("/board/", {}, 8), ("/board/dossiers/", asked, 8)):
        with CaptureQueriesContext(connection) as made:
            assert client.get(address, more).status_code == 200
        assert len(made) <= budget, [query["sql"] for query in made]


def test_the_board_speaks_english(committed: Committed) -> None:
    some_dossiers(committed.world)
    folding.fold.run()
    client = committed.world.client("dat")
    client.cookies["motcua_language"] = "en"
    for period in ("month", "quarter", "year", "twelve"):
        page = client.get("/board/", {"period": period}).content.decode()
        assert "Filed remotely" in page
        for vietnamese in ("Đã nộp", "hồ sơ", "chưa có", "Tháng", "Quý", "Năm", "trên <a"):
            assert vietnamese not in page
    asked = {"number": "remote", "since": "2026-11-01", "until": "2026-11-30"}
    assert "Filed remotely: 3</h1>" in client.get("/board/dossiers/", asked).content.decode()
