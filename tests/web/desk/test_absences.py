"""The screen of absences: what is typed is kept, refusals are worded, and the substitute has today's work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.organisations.models import Absence
from tests import factories
from tests.committed import Committed
from tests.factories import World

PAGE = "/desk/absences/"


def post(world: World, who: str, **more: Any) -> Any:
    return world.client(who).post(PAGE, more)


def test_the_substitute_has_the_work_until_it_ends(committed: Committed) -> None:
    world = committed.world
    today = local_day(clock_now())
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    assert "Không ai vắng mặt" in world.client("hoa").get(PAGE).content.decode()
    given = {
        "substitute": world.account("minh").pk,
        "since": today.isoformat(),
        "until": (today + timedelta(days=2)).isoformat(),
        "note": "Nghỉ phép",
    }
    assert post(world, "hoa", **given).headers["Location"] == f"{PAGE}?done=set"
    assert f"/desk/dossiers/{dossier.code}/" in world.client("minh").get("/desk/").content.decode()
    page = world.client("minh").get(PAGE).content.decode()
    assert "Nghỉ phép" in page
    assert "Kết thúc ngay" not in page
    twice = post(world, "hoa", **given)
    assert twice.status_code == 409
    assert "đã có người thay" in twice.content.decode()
    made = Absence.objects.get()
    assert post(world, "minh", end=made.pk).status_code == 404
    assert post(world, "tuan", end=made.pk).headers["Location"] == f"{PAGE}?done=ended"
    assert f"/desk/dossiers/{dossier.code}/" not in world.client("minh").get("/desk/").content.decode()


def test_what_is_wrong_is_said_beside_it_and_kept(committed: Committed) -> None:
    world = committed.world
    wrong = post(world, "hoa", substitute="", since="hôm nay", until="2026-12-01", note="Đi công tác")
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Nhập ngày đầu tiên vắng mặt" in text
    assert "Chọn người thay" in text
    assert 'value="Đi công tác"' in text
    # An officer sets their own only: another's is not taken, whatever is posted.
    other = post(
        world,
        "hoa",
        officer=world.account("minh").pk,
        substitute=world.account("dung").pk,
        since="2027-01-04",
        until="2027-01-05",
    )
    assert other.status_code == 404
    assert not Absence.objects.exists()
    assert "Người vắng mặt</label>" not in text
    assert "Người vắng mặt</label>" in world.client("tuan").get(PAGE).content.decode()
