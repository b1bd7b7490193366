"""The worklist page: what it shows, what it counts, what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.dossiers.models import Dossier
from motcua.processing.models import StepRun
from tests import factories
from tests.factories import World


def shown(response: Any) -> str:
    return response.content.decode()


def test_the_desk_of_each_role(world: World) -> None:
    dossier = factories.filed_dossier(world)
    assert dossier.code in shown(world.client("minh").get("/desk/"))
    for who in ("hoa", "tuan", "linh"):
        assert dossier.code not in shown(world.client(who).get("/desk/"))
    factories.advance(world, dossier, "proposed")
    assert dossier.code in shown(world.client("tuan").get("/desk/"))
    assert dossier.code not in shown(world.client("minh").get("/desk/"))


def test_the_desk_asks_visitors_to_sign_in_and_tells_others_how_to_get_a_post(world: World) -> None:
    assert world.client().get("/desk/")["Location"] == "/sign-in/?next=/desk/"
    response = world.client("lan").get("/desk/")
    assert response.status_code == 403
    assert "chưa được giao vị trí" in shown(response)


def test_a_list_costs_five_queries_for_one_row_and_for_fifty(
    world: World, django_assert_num_queries: Any
) -> None:
    factories.filed_dossier(world)
    client = world.client("minh")
    client.get("/desk/")
    with django_assert_num_queries(5):
        client.get("/desk/")
    _copies(50)
    with django_assert_num_queries(5):
        response = client.get("/desk/")
    assert shown(response).count("data-row-link") == 50
    assert "Trang sau" in shown(response)


def _copies(count: int) -> None:
    """More lines of the same: rows only, since what is measured is the reading of them."""
    run = StepRun.objects.filter(closed_at=None).order_by("-pk").first()
    assert run is not None
    dossier = Dossier.objects.get(pk=run.dossier_id)
    for number in range(count):
        dossier.pk = dossier.id = None
        dossier._state.adding = True
        dossier.stream = factories_stream()
        dossier.code = f"H56.201-990101-{number:04d}"
        dossier.save(force_insert=True)
        run.pk = run.id = None
        run._state.adding = True
        run.dossier_id = dossier.pk
        run.save(force_insert=True)


def factories_stream() -> Any:
    from motcua.kernel.ids import uuid7

    return uuid7()


def test_the_next_page_goes_on_where_the_first_ended(world: World) -> None:
    factories.filed_dossier(world)
    _copies(60)
    client = world.client("minh")
    first = client.get("/desk/")
    following = shown(first).split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following)
    codes = [set(_codes(shown(page))) for page in (first, second)]
    assert not codes[0] & codes[1]
    assert len(codes[0] | codes[1]) == 61


def _codes(page: str) -> list[str]:
    return [piece.split("/")[0] for piece in page.split('href="/desk/dossiers/')[1:]]


@pytest.mark.parametrize("how", ["code", "name", "plain name", "citizen ID"])
def test_searching_finds_open_and_finished_dossiers(world: World, how: str) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    other = factories.filed_dossier(world, "lan", agency=factories.OTHER_AGENCY)
    asked = {
        "code": dossier.code,
        "name": dossier.applicant_name,
        "plain name": "nguyen thi",
        "citizen ID": dossier.applicant_number,
    }[how]
    page = shown(world.client("minh").get("/desk/", {"q": asked}))
    assert f"/desk/dossiers/{dossier.code}/" in page
    assert f"/desk/dossiers/{other.code}/" not in page


@pytest.mark.parametrize("junk", ["x", "1~", "~1", "1~1~1", "9" * 40 + "~1", "-1~1"])
def test_a_key_that_is_none_begins_at_the_top(world: World, junk: str) -> None:
    dossier = factories.filed_dossier(world)
    assert dossier.code in shown(world.client("minh").get("/desk/", {"after": junk}))


def test_names_with_scripts_in_them_stay_text(world: World) -> None:
    dossier = factories.filed_dossier(world)
    dossier.applicant_name = "<script>alert(1)</script>"
    dossier.save(update_fields=["applicant_name"])
    for path in ("/desk/", f"/desk/dossiers/{dossier.code}/"):
        page = shown(world.client("minh").get(path))
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_desk_speaks_english(world: World) -> None:
    factories.filed_dossier(world)
    client = world.client("minh")
    client.cookies["motcua_language"] = "en"
    assert 'lang="en"' in shown(client.get("/desk/"))
