"""Who may open the board, whose, and what odd addresses do."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from motcua.web.board import words
from tests.factories import AGENCY, World


@pytest.mark.parametrize("who", ["minh", "hoa", "toan", "lan", "nguoila"])
def test_only_heads_have_a_board(world: World, who: str) -> None:
    client = world.client(who)
    assert client.get("/board/").status_code == 404
    asked = {"number": "filed", "since": "2026-11-01", "until": "2026-11-30", "agency": AGENCY}
    assert client.get("/board/dossiers/", asked).status_code == 404


def test_a_visitor_is_asked_to_sign_in_and_comes_back(world: World) -> None:
    response = world.client().get("/board/", {"period": "month"})
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/board/%3Fperiod%3Dmonth"


@pytest.mark.parametrize("asked", ["H56.202", "H56", "H56.20", "' OR 1=1", "H56.201.9"])
def test_a_head_sees_no_other_agency(world: World, asked: str) -> None:
    client = world.client("tuan")
    assert client.get("/board/", {"agency": asked}).status_code == 404
    whole = {"number": "filed", "since": "2026-11-01", "until": "2026-11-30", "agency": asked}
    assert client.get("/board/dossiers/", whole).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"number": "x"}, 404), ({"since": "gestern"}, 404), ({"until": ""}, 404), ({"after": "-1"}, 200)],
)
def test_odd_addresses_harm_nothing(world: World, change: dict[str, str], status: int) -> None:
    asked = {"number": "filed", "since": "2026-11-01", "until": "2026-11-30", "agency": AGENCY, **change}
    assert world.client("tuan").get("/board/dossiers/", asked).status_code == status
    assert world.client("tuan").get("/board/", {"period": "gestern"}).status_code == 200


def test_a_target_that_no_act_sets_is_not_made_up() -> None:
    assert words.targets(date(2031, 1, 1), english=False)["satisfied"] is None
    with translation.override("vi"):
        kept = words.targets(date(2026, 11, 24), english=True)["satisfied"]
    assert kept is not None
    assert (kept.percent, kept.line) == (95, "Chỉ tiêu: 95%")
