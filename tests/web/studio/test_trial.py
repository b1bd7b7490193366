"""A term tried out on a calendar: the same answer as a dossier would get, each day with its reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories import AGENCY, World

PATH = f"/studio/calendars/{AGENCY}/"
TET = {
    "received-day": "11",
    "received-month": "2",
    "received-year": "2026",
    "at": "15:30",
    "length": "5",
    "unit": "wd",
}


def days(page: str) -> list[str]:
    """The reasoning as lines of text."""
    table = page[page.index('id="trial"') : page.index('id="history"')]
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">(.*?)</tr>", table, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_five_days_over_tet_after_the_cutoff(world: World) -> None:
    page = world.client("tuan").get(PATH, TET).content.decode()
    told = days(page)
    assert told[0].startswith("11/02/2026 Thứ Tư Nhận sau giờ chốt")
    assert told[1].startswith("12/02/2026 Thứ Năm Ngày nhận hồ sơ, chưa tính")
    assert any("Nghỉ lễ, Tết" in line for line in told)
    assert told[-1].endswith(" 5")
    assert told[-1][:10] in page[page.index("Hạn trả:") : page.index("Hạn trả:") + 200]
    assert "giờ chốt trong ngày là 15:00" in page


def test_a_day_off_that_was_just_added_counts(world: World) -> None:
    client = world.client("tuan")
    asked = {**TET, "received-month": "11", "received-day": "25", "at": "9h"}
    before = days(client.get(PATH, asked).content.decode())
    storm = {
        "what": "day",
        "day-day": "26",
        "day-month": "11",
        "day-year": "2026",
        "kind": "off",
        "name": "Nghỉ do bão số 5",
    }
    from motcua.kernel import jobs
    from motcua.organisations.queries import calendar_changed

    with jobs.held():
        assert client.post(PATH, storm).status_code == 302
    calendar_changed()  # on commit, which a test that is rolled back never reaches
    after = days(client.get(PATH, asked).content.decode())
    assert len(after) == len(before) + 1
    assert any("Ngày nghỉ của cơ quan: Nghỉ do bão số 5" in line for line in after)


def test_hours_run_to_the_minute_and_say_so(world: World) -> None:
    asked = {**TET, "received-day": "25", "received-month": "11", "at": "08:00", "unit": "wh", "length": "12"}
    page = world.client("tuan").get(PATH, asked).content.decode()
    assert "Số phút tính" in page
    assert sum(int(line.split()[-1]) for line in days(page) if line.split()[-1].isdigit()) == 12 * 60


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"received-day": "31"}, "Ngày tiếp nhận không có trong lịch"),
        ({"received-year": "1999"}, "Lịch chưa có ngày nghỉ"),
        ({"at": "25:00"}, "Nhập giờ tiếp nhận"),
        ({"at": "<script>"}, "Nhập giờ tiếp nhận"),
        ({"length": "0"}, "từ 1 đến 365"),
        ({"length": "9999"}, "từ 1 đến 365"),
        ({"length": "²"}, "từ 1 đến 365"),
        ({"unit": "năm"}, "Chọn đơn vị"),
    ],
)
def test_what_cannot_be_reckoned_is_said_beside_its_field(
    world: World, change: dict[str, Any], said: str
) -> None:
    response = world.client("tuan").get(PATH, {**TET, **change})
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert "Hạn trả:" not in page
    assert '<script>"' not in page


def test_the_national_calendar_is_tried_too_and_in_english(world: World) -> None:
    client = world.client("toan")
    client.cookies["motcua_language"] = "en"
    page = client.get("/studio/calendars/national/", {**TET, "unit": "same-day"}).content.decode()
    assert "Thursday" in page
    assert "Due:" in page
