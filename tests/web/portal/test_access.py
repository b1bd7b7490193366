"""Người Lạ is refused everywhere, a visitor is sent to sign in, and files are handed out so that they cannot act."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from motcua.dossiers.models import Dossier, DraftUpload
from motcua.results.models import StoreItem
from tests import factories
from tests.factories import World

OWN_PAGES = [
    "/account/",
    "/account/store/",
    "/account/messages/",
    "/account/profile/",
    "/procedures/1.001193/start/",
]


def let_go(answer: Any) -> Any:
    """Read a file that was handed out to its end: the test client closes it then."""
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer


@pytest.fixture
def lan_has(world: World) -> dict[str, str]:
    """Every address that belongs to Lan: her draft, her dossier, her files."""
    draft = factories.draft(world, code=factories.BIRTH)
    upload = DraftUpload.objects.filter(draft=draft).first() or factories.add_file(
        draft, next(c.pk for c in factories.bundles.case_bundle(draft.case_id).components if not c.by_form)
    )
    dossier = factories.advance(world, factories.filed_dossier(world, code=factories.COPIES), "returned")
    slip = dossier.slips.get(kind="01")
    base, mine = f"/drafts/{draft.pk}/", f"/account/dossiers/{dossier.code}/"
    found = {
        "draft": base,
        "section": f"{base}part/nguoi_yeu_cau/",
        "papers": f"{base}papers/",
        "check": f"{base}check/",
        "done": f"{base}done/",
        "discard": f"{base}discard/",
        "dossier": mine,
        "withdraw": f"{mine}withdraw/",
        "rate": f"{mine}rate/",
        "slip": f"/account/files/slip/{slip.pk}/",
        "result": f"/account/files/result/{dossier.result.pk}/",
        "store": f"/account/files/store/{StoreItem.objects.get(result=dossier.result).pk}/",
        "upload": f"/account/files/upload/{upload.pk}/",
    }
    paper = dossier.papers.first()
    return found | ({"paper": f"/account/files/paper/{paper.pk}/"} if paper else {})


def test_a_stranger_is_told_that_there_is_none(world: World, lan_has: dict[str, str]) -> None:
    stranger = world.client("nguoila")
    for name, address in lan_has.items():
        answer = stranger.get(address)
        assert answer.status_code == 404, name
        assert "Nguyễn Thị Lan" not in answer.content.decode()


@pytest.mark.parametrize("officer", ["minh", "hoa", "tuan", "linh"])
def test_an_officer_is_a_private_person_on_the_portal(
    world: World, lan_has: dict[str, str], officer: str
) -> None:
    browser = world.client(officer)
    assert {browser.get(address).status_code for address in lan_has.values()} == {404}


def test_lan_reaches_all_of_it(world: World, lan_has: dict[str, str]) -> None:
    lan = world.client("lan")
    for name, address in lan_has.items():
        answer = let_go(lan.get(address))
        assert answer.status_code in {200, 302}, name


def test_a_stranger_changes_nothing(world: World) -> None:
    stranger = world.client("nguoila")
    draft = factories.draft(world)
    dossier = factories.filed_dossier(world, code=factories.COPIES)
    before = draft.body
    component = next(c.pk for c in factories.bundles.case_bundle(draft.case_id).components)
    base, mine = f"/drafts/{draft.pk}/", f"/account/dossiers/{dossier.code}/"
    section = factories.bundles.form_of(draft.form_id).sections[0].id
    as_json = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
    answers = [
        stranger.post(f"{base}part/{section}/", {"_go": "next"}),
        stranger.post(f"{base}check/", {"return_by": "online", "declared": "1"}),
        stranger.post(f"{base}discard/"),
        stranger.post(f"{base}papers/", {"_go": "next"}),
        stranger.post(f"{base}autosave/", {"field": "x", "values": [], "version": 1}, **as_json),
        stranger.post(f"{base}uploads/", {"component": component, "filename": "a.pdf", "size": 9}, **as_json),
        stranger.post(f"{mine}withdraw/"),
        stranger.post(f"{mine}rate/", {"overall": "1"}),
        stranger.post(f"{mine}supplement/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    draft.refresh_from_db()
    assert draft.body == before
    assert Dossier.objects.get(pk=dossier.pk).event_seq == dossier.event_seq + 1  # its slip, nothing else


@pytest.mark.parametrize("path", OWN_PAGES)
def test_a_visitor_signs_in_and_comes_back(world: World, path: str) -> None:
    answer = world.client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2F")


def test_what_a_counter_filed_for_lan_is_hers_too(world: World) -> None:
    dossier = factories.counter_dossier(world)
    assert world.client("lan").get(f"/account/dossiers/{dossier.code}/").status_code == 200
    assert world.client("binh").get(f"/account/dossiers/{dossier.code}/").status_code == 404


def test_files_cannot_act_on_the_site(world: World, lan_has: dict[str, str]) -> None:
    lan = world.client("lan")
    uploaded, result = let_go(lan.get(lan_has["upload"])), let_go(lan.get(lan_has["result"]))
    assert uploaded["Content-Disposition"].startswith("attachment")
    assert uploaded["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert result["Content-Disposition"].startswith("inline")
    for answer in (uploaded, result):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


def test_a_result_is_not_handed_out_before_it_is_returned(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "finished")
    lan = world.client("lan")
    assert lan.get(f"/account/files/result/{dossier.result.pk}/").status_code == 404
    assert "Tải kết quả" not in lan.get(f"/account/dossiers/{dossier.code}/").content.decode()


def test_addresses_that_take_scripts_refuse_other_sites(world: World) -> None:
    draft = factories.draft(world)
    lan = Client(enforce_csrf_checks=True)
    lan.force_login(world.account("lan"))
    form = lan.post(f"/drafts/{draft.pk}/autosave/", {"field": "x"})
    foreign = lan.post(
        f"/drafts/{draft.pk}/autosave/",
        {"field": "x", "values": [], "version": 1},
        content_type="application/json",
        headers={"Origin": "https://elsewhere.example"},
    )
    assert form.status_code == foreign.status_code == 403
