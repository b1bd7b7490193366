"""By post: the envelope registered and its dossier worked on; the result sent, with the number to follow it by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from motcua.dossiers.models import Dossier, Draft, LookupLog, Posting
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.models import Event
from motcua.messaging.models import Message
from motcua.organisations.models import Agency
from motcua.processing.documents import intake_answer_by
from tests import factories
from tests.factories import AGENCY, MARITAL, World
from tests.web.desk.test_intake import PERSON
from tests.web.desk.test_lawful_screens import shown, take


def today(days: int = 0) -> str:
    return (local_day(clock_now()) + timedelta(days=days)).isoformat()


def envelope(**more: str) -> dict[str, str]:
    return {
        "post_number": "rm 123456789 vn",
        "sender": "Nguyễn Thị Lan",
        "sender_address": "Thôn Trung, xã Hoằng Hóa",
        "posted": today(-2),
        "arrived": today(-1),
        **more,
    }


def begin(world: World, number: str = "", **more: str) -> Any:
    given = {"code": MARITAL, "channel": "post", "number": number, **envelope(**more)}
    return world.client("minh").post("/desk/intake/", given)


def entered(world: World, **more: Any) -> Dossier:
    """An envelope, keyed and entered by Minh."""
    where = begin(world)["Location"]
    draft = Draft.objects.latest("created_at")
    draft.answers = factories.draft(world, "lan", MARITAL, papers=False).answers
    draft.save(update_fields=["body"])
    with factories.after_commit():
        done = world.client("minh", **more).post(where, {**PERSON, "person-return_by": "post", "file": "1"})
    assert done.status_code == 302, done.content.decode()
    assert done["Location"].endswith("?done=post")
    return Dossier.objects.get(draft=draft)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"post_number": ""}, "số hiệu bưu gửi"),
        ({"sender": ""}, "người gửi"),
        ({"arrived": ""}, "đến cơ quan"),
        ({"arrived": "2099-01-01"}, "không sau hôm nay"),
        ({"posted": "2026-11-20", "arrived": "2026-11-19"}, "không trước ngày gửi"),
    ],
)
def test_an_envelope_that_cannot_be_is_told(world: World, wrong: dict[str, str], said: str) -> None:
    answer = begin(world, **wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Thôn Trung" in answer.content.decode()


def test_an_envelope_becomes_a_dossier_that_waits_for_intake(world: World) -> None:
    dossier = entered(world)
    assert (dossier.channel, dossier.assistance, dossier.remote, dossier.status) == (
        3,
        "counter_staff",
        False,
        1,
    )
    posting = Posting.objects.get(dossier=dossier)
    assert (posting.way, posting.number, posting.party) == ("in", "RM123456789VN", "Nguyễn Thị Lan")
    assert posting.by_id == world.account("minh").pk
    page = shown(world, "minh", dossier)
    assert "Bưu chính công ích" in page
    assert "RM123456789VN" in page
    assert "NĐ 118/2025 Đ.16, Đ.17 k.1" in page
    for turn in ("refuse", "ask_supplement"):
        assert f"do={turn}" in page
    # A working day, from the day it reached the agency and not from when it was keyed.
    assert local_day(intake_answer_by(dossier)) <= local_day(clock_now() + timedelta(days=3))
    assert intake_answer_by(dossier) < intake_answer_by(_arrived_today(dossier))
    assert take(world, "minh", dossier, "receive").status_code == 302


def _arrived_today(dossier: Dossier) -> Dossier:
    Posting.objects.filter(dossier=dossier).update(arrived_on=today(3))
    dossier.submitted_at += timedelta(days=7)
    return dossier


@pytest.mark.parametrize(
    ("networks", "expected"), [([], None), (["127.0.0.0/8"], True), (["10.9.0.0/16"], False)]
)
def test_where_it_was_keyed_is_recorded_by_the_system(
    world: World, networks: list[str], expected: bool | None
) -> None:
    Agency.objects.filter(code=AGENCY).update(one_stop_networks=networks)
    factories.organisations.units_of.forget()
    dossier = entered(world)
    filed = Event.objects.get(stream=dossier.stream, kind="dossier.submitted")
    seat = next(seat for seat in world.officer("minh").seats if seat.role == "one_stop")
    assert filed.data["place"] == {"unit": seat.unit, "post": seat.post, "in_network": expected}
    words = {None: "Nhập từ vị trí ở", True: "trong mạng", False: "ngoài mạng"}[expected]
    assert words in shown(world, "minh", dossier)
    factories.organisations.units_of.forget()


def test_a_result_by_post_needs_its_number_and_the_applicant_sees_it(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world, return_by="post"), "finished")
    page = shown(world, "minh", dossier)
    assert "do=return_result" in page
    bare = take(world, "minh", dossier, "return_result", handed="post", address="Thôn Trung")
    assert bare.status_code == 422
    assert "Nhập số hiệu bưu gửi" in bare.content.decode()
    assert "Thôn Trung" in bare.content.decode()
    sent = take(
        world,
        "minh",
        dossier,
        "return_result",
        handed="post",
        number="RM 987654321 VN",
        address="Thôn Trung",
        posted=today(),
    )
    assert sent.status_code == 302
    posting = Posting.objects.get(dossier=dossier)
    assert (posting.way, posting.number, posting.address) == ("out", "RM987654321VN", "Thôn Trung")
    assert "RM987654321VN" in shown(world, "hoa", dossier)
    mine = world.client("lan").get(f"/account/dossiers/{dossier.code}/").content.decode()
    assert "RM987654321VN" in mine
    assert "Gửi qua bưu chính công ích" in mine
    assert Message.objects.filter(
        dossier=dossier, kind="returned_by_post", facts__number="RM987654321VN"
    ).exists()


def test_who_comes_for_it_after_all_gets_it_without_a_number(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world, return_by="post"), "finished")
    assert take(world, "minh", dossier, "return_result", handed="counter").status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 10
    assert not Posting.objects.exists()


# --- look-ups -----------------------------------------------------------------------------------------------


def test_asking_for_a_person_is_logged_without_the_number(world: World) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    for given, found in ((number, True), ("038192000005", False)):
        world.client("minh").post("/desk/intake/", {"code": MARITAL, "number": given})
        entry = LookupLog.objects.latest("pk")
        assert (entry.officer_id, entry.found, entry.agency.code) == (world.account("minh").pk, found, AGENCY)
        assert entry.case_id == world.case(MARITAL)
        assert given not in repr([str(value) for value in vars(entry).values()])
    world.client("minh").post("/desk/intake/", {"code": MARITAL, "number": ""})
    assert LookupLog.objects.count() == 2


def test_a_number_typed_later_is_logged_once(world: World) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    client = world.client("minh")
    where = client.post("/desk/intake/", {"code": MARITAL, "number": ""})["Location"]
    for _ in range(2):
        client.post(where, {**PERSON, "person-number": number, "save": "1"})
    assert LookupLog.objects.count() == 1


def test_heads_see_who_looked_up_whom(world: World) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    world.client("minh").post("/desk/intake/", {"code": MARITAL, "number": number})
    name = world.account("minh").full_name
    tuan = world.client("tuan")
    listed = tuan.get("/desk/lookups/").content.decode()
    assert name in listed
    assert number not in listed
    assert name in tuan.post("/desk/lookups/", {"number": number}).content.decode()
    assert (
        "Chưa ai tra cứu người này"
        in tuan.post("/desk/lookups/", {"number": "038192000005"}).content.decode()
    )
    assert name not in world.client("hung").get("/desk/lookups/").content.decode()
    for who in ("minh", "hoa", "nguoila"):
        assert world.client(who).get("/desk/lookups/").status_code == 404


def test_the_log_costs_as_many_queries_for_fifty_lines(
    world: World, django_assert_max_num_queries: Any
) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    for _ in range(5):
        world.client("minh").post("/desk/intake/", {"code": MARITAL, "number": number})
    tuan = world.client("tuan")
    tuan.get("/desk/lookups/")
    with django_assert_max_num_queries(4):
        tuan.get("/desk/lookups/")
