"""Query budgets of design.md. Session and account (two reads) come on top for whoever has signed in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from motcua.web.shared.caching import pages
from tests import factories
from tests.factories import World

SIGNED_IN = 2
PUBLIC = [
    "/",
    "/procedures/?q=khai+sinh",
    "/procedures/all/",
    "/procedures/1.001193/",
    "/sectors/ho-tich/",
    "/track/",
    "/help/",
]


def queries(browser: Client, path: str, data: dict[str, str] | None = None, status: int = 200) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = browser.get(path) if data is None else browser.post(path, data)
    assert answer.status_code == status, path
    return [
        query["sql"]
        for query in seen.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_costs_one_query_and_then_none(world: World, path: str) -> None:
    visitor = world.client()
    visitor.get(path)  # what a process keeps: the catalogue, the agencies
    pages.forget()
    assert len(queries(visitor, path)) <= 1
    assert queries(visitor, path) == []


def test_a_kept_page_answers_304_and_varies_by_cookie(world: World) -> None:
    visitor = world.client()
    first = visitor.get("/")
    again = visitor.get("/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Cookie" in first["Vary"]
    assert world.client("lan").get("/")["Cache-Control"].startswith("private")


def test_a_kept_page_is_of_one_language_and_of_nobody(world: World) -> None:
    visitor, english = world.client(), world.client()
    english.cookies["motcua_language"] = "en"
    factories.draft(world)
    assert "khai dở" in world.client("lan").get("/").content.decode()
    assert "khai dở" not in visitor.get("/").content.decode()
    assert (
        "What do you need" in english.get("/").content.decode()
        or 'lang="en"' in english.get("/").content.decode()
    )
    assert 'lang="vi" class' in visitor.get("/").content.decode()


def test_filing_stays_within_twelve(world: World) -> None:
    lan = world.client("lan")
    # The first filing fills what a process keeps (case, form, units, process).
    for code in (factories.MARITAL, factories.MARITAL):
        draft = factories.draft(world, code=code)
        seen = queries(lan, f"/drafts/{draft.pk}/check/", {"return_by": "online", "declared": "1"}, 302)
    # design.md: ≤ 12 for submit; the page reads the draft and its files once before (2), and who is there (2).
    assert len(seen) <= 12 + SIGNED_IN + 2, "\n".join(seen)


def test_a_dossier_page_stays_within_ten(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    lan = world.client("lan")
    address = f"/account/dossiers/{dossier.code}/"
    lan.get(address)
    seen = queries(lan, address)
    assert len(seen) <= 10, "\n".join(seen)


def test_the_account_costs_the_same_for_many(world: World) -> None:
    lan = world.client("lan")
    factories.filed_dossier(world)
    lan.get("/account/")
    few = len(queries(lan, "/account/"))
    for _ in range(24):
        factories.filed_dossier(world, code=factories.COPIES)
    page = lan.get("/account/")
    assert len(queries(lan, "/account/")) == few <= 8
    assert "Trang sau" in page.content.decode()
    following = page.content.decode().split('rel="next" href="')[1].split('"')[0]
    assert lan.get("/account/" + following).status_code == 200


def test_autosave_stays_within_twelve(world: World) -> None:
    draft = factories.draft(world, code=factories.BIRTH)
    lan = world.client("lan")
    with CaptureQueriesContext(connection) as seen:
        lan.post(
            f"/drafts/{draft.pk}/autosave/",
            {"field": "tre_ho_ten", "values": [["tre_ho_ten", "Nguyễn Ỷ Lan"]], "version": draft.revision},
            content_type="application/json",
        )
    assert len(seen.captured_queries) <= 12
