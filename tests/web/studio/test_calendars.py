"""Calendars on screen: who may edit whose, what a change does, and what a bad one says."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.kernel import jobs
from motcua.kernel.models import Event
from motcua.organisations.models import CalendarChange, CalendarDay, WorkingCalendar
from motcua.processing.jobs import DUE_RECOMPUTED, recompute_due
from tests import factories
from tests.factories import AGENCY, OTHER_AGENCY, World

PATH = f"/studio/calendars/{AGENCY}/"
STORM = {
    "what": "day", "day-day": "26", "day-month": "11", "day-year": "2026", "kind": "off", "name": "Nghỉ do bão số 5",
}  # fmt: skip


def post(world: World, who: str, data: dict[str, Any], path: str = PATH) -> tuple[Any, jobs.Held]:
    with jobs.held() as held:
        response = world.client(who).post(path, data)
        return response, list(held)


def test_a_head_sees_the_calendars_of_the_agency(world: World) -> None:
    client = world.client("tuan")
    assert PATH in client.get("/studio/calendars/").content.decode()
    page = client.get(PATH).content.decode()
    assert "Thứ Hai" in page
    assert "07:30" in page or "08:00" in page


def test_a_day_off_is_kept_with_its_history_and_deadlines_follow(world: World) -> None:
    response, held = post(world, "tuan", STORM)
    assert response.status_code == 302
    assert CalendarDay.objects.get(agency__code=AGENCY).name == "Nghỉ do bão số 5"
    assert [(job, arguments) for job, arguments in held] == [(recompute_due, {"agency": AGENCY})]
    page = world.client("tuan").get(PATH + "?year=2026").content.decode()
    assert "Nghỉ do bão số 5" in page
    assert world.account("tuan").full_name in page
    row = CalendarDay.objects.get(agency__code=AGENCY)
    response, held = post(world, "tuan", {"what": "remove", "row": row.pk})
    assert response.status_code == 302
    assert len(held) == 1
    assert CalendarChange.objects.filter(agency__code=AGENCY).count() == 2


def test_hours_as_people_write_them(world: World) -> None:
    data = {"what": "hours", "since-day": "1", "since-month": "12", "since-year": "2026"}
    data |= {"hours-1": "7:30-11:30; 13h30 – 17h", "hours-2": "08:00–12:00", "reception-6": "7:30-11:30"}
    response, _ = post(world, "tuan", data)
    assert response.status_code == 302
    kept = WorkingCalendar.objects.get(agency__code=AGENCY)
    assert kept.hours == {"1": [["07:30", "11:30"], ["13:30", "17:00"]], "2": [["08:00", "12:00"]]}
    assert kept.reception == {"6": [["07:30", "11:30"]]}


@pytest.mark.parametrize(
    "change",
    [
        {"hours-1": "sáng và chiều"},
        {"hours-1": "11:30-7:30"},
        {"hours-1": "25:00-26:00"},
        {"hours-1": "7:30-11:30; 11:00-12:00"},
        {"since-day": "31", "since-month": "2", "hours-1": "7:30-11:30"},
        {},
    ],
)
def test_bad_hours_are_refused_and_what_was_typed_stays(world: World, change: dict[str, str]) -> None:
    data = {"what": "hours", "since-day": "1", "since-month": "12", "since-year": "2026", **change}
    response, held = post(world, "tuan", data)
    assert response.status_code == 422
    assert not held
    assert not WorkingCalendar.objects.filter(agency__code=AGENCY).exists()
    if "hours-1" in change:
        assert change["hours-1"] in response.content.decode()


@pytest.mark.parametrize("who", ["minh", "hoa", "hung", "lan", "nguoila"])
def test_others_may_not_even_look(world: World, who: str) -> None:
    assert world.client(who).get(PATH).status_code == 404
    assert post(world, who, STORM)[0].status_code == 404
    assert not CalendarDay.objects.filter(agency__code=AGENCY).exists()


def test_a_head_does_not_edit_the_nation_nor_the_neighbour(world: World) -> None:
    for path in (
        "/studio/calendars/national/",
        f"/studio/calendars/{OTHER_AGENCY}/",
        "/studio/calendars/H99/",
    ):
        assert world.client("tuan").get(path).status_code == 404
    national = CalendarDay.objects.filter(agency=None).first()
    assert national is not None
    assert post(world, "tuan", {"what": "remove", "row": national.pk})[0].status_code in {404, 422}
    assert CalendarDay.objects.filter(pk=national.pk).exists()


def test_a_saved_day_says_how_many_dossiers_follow_it_and_they_do(world: World) -> None:
    moved = factories.advance(world, factories.filed_dossier(world), "received")
    factories.filed_dossier(world)
    factories.filed_dossier(world, agency=OTHER_AGENCY)
    done = factories.advance(world, factories.filed_dossier(world), "returned")
    before, after_end = moved.due_at, done.due_at
    assert before is not None
    response, held = post(world, "tuan", STORM)
    page = world.client("tuan").get(response["Location"]).content.decode()
    assert "Hạn của 2 hồ sơ đang mở được tính lại" in page
    for job, arguments in held:
        job.run(**arguments)
    moved.refresh_from_db()
    done.refresh_from_db()
    assert moved.due_at is not None
    assert moved.due_at > before
    assert done.due_at == after_end
    assert Event.objects.get(stream=moved.stream, kind=DUE_RECOMPUTED).data["before"] == before.isoformat()


def test_what_was_typed_of_a_day_stays_beside_its_fault(world: World) -> None:
    for change, at in (({"day-day": "31"}, "day"), ({"name": " "}, "name"), ({"day-year": "20x6"}, "day")):
        data = {**STORM, "name_en": "Storm & rain", "kind": "worked", **change}
        response, held = post(world, "tuan", data)
        page = response.content.decode()
        assert response.status_code == 422
        assert not held
        assert f'href="#{at}"' in page
        assert "Storm &amp; rain" in page
        assert 'value="worked" checked' in page
        assert f'value="{data["day-day"]}"' in page


@pytest.mark.parametrize(
    "data", [{}, {"what": "x"}, {"what": "day"}, {"what": "remove"}, {"what": "remove", "row": "9" * 30}]
)
def test_odd_posts_harm_nothing(world: World, data: dict[str, str]) -> None:
    response, held = post(world, "tuan", data)
    assert response.status_code in {404, 422}
    assert not held


def test_the_operator_keeps_every_calendar_of_the_province_and_the_national_one(world: World) -> None:
    client = world.client("toan")
    page = client.get("/studio/calendars/").content.decode()
    for path in ("/studio/calendars/national/", PATH, f"/studio/calendars/{OTHER_AGENCY}/"):
        assert path in page
        assert client.get(path).status_code == 200
    response, held = post(world, "toan", STORM, "/studio/calendars/national/")
    assert response.status_code == 302
    assert [arguments for _job, arguments in held] == [{"agency": None}]


def test_a_list_of_calendars_says_whose_hours_each_follows(world: World) -> None:
    WorkingCalendar.objects.create(
        agency=world.agencies["H56"], valid_from="2026-01-01", hours={"1": [["08:00", "12:00"]]}
    )
    page = world.client("dat").get("/studio/calendars/").content.decode()
    assert page.count("Giờ riêng") == 1
    assert f"Theo: {world.agencies['H56'].name}" in page
    assert "Theo: Lịch chung cả nước" not in page


def test_pages_keep_to_their_queries(world: World, django_assert_max_num_queries: Any) -> None:
    client = world.client("dat")
    client.get(PATH)
    with django_assert_max_num_queries(8):
        client.get("/studio/calendars/")
    with django_assert_max_num_queries(12):
        client.get(PATH + "?saved=1")


def test_calendars_speak_english(world: World) -> None:
    post(world, "tuan", STORM)
    client = world.client("tuan")
    client.cookies["motcua_language"] = "en"
    page = client.get(PATH + "?saved=1&length=5").content.decode()
    assert "Working hours of the week" in page
    for vietnamese in ("Thứ ", "Ngày", "Giờ", "Lịch", "Lưu", "hồ sơ", "Đặt", "Nghỉ lễ", "cả nước"):
        assert vietnamese not in page, vietnamese
    assert "Working calendar" in client.get("/studio/calendars/").content.decode()
