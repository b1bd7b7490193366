"""Bad input and bad days (issue 2): each has a sentence for the person, and nothing typed or uploaded is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from motcua.demo.cast import sample_scan
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.models import Dossier, Draft, DraftUpload
from motcua.dossiers.rules import asked
from motcua.eforms import actions as forms
from motcua.kernel import jobs
from motcua.web.portal import filing, submitting
from tests import factories
from tests.factories import World


@pytest.fixture
def draft(world: World) -> Draft:
    return factories.draft(world, code=factories.BIRTH)


@pytest.fixture
def lan(world: World) -> Client:
    return world.client("lan")


def section_url(draft: Draft, field: str) -> str:
    assert draft.form_id is not None
    return f"/drafts/{draft.pk}/part/{form_of(draft.form_id).section_of[field]}/"


def autosave(browser: Client, draft: Draft, field: str, value: str, version: int) -> Any:
    return browser.post(
        f"/drafts/{draft.pk}/autosave/",
        {"field": field, "values": [[field, value]], "version": version},
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


# --- typing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ỷ Ỡ Ặng Ỵ Ẫm",
        "Đoàn Ngọc Quỳnh Hương Ẩn Ưỡn Ễn",
        "Vừ A Sò'n Lò",
    ],
)
def test_names_with_every_mark_come_back_as_typed(lan: Client, draft: Draft, name: str) -> None:
    assert autosave(lan, draft, "tre_ho_ten", name, draft.revision).status_code == 200
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == name
    assert name.replace("'", "&#39;") in lan.get(section_url(draft, "tre_ho_ten")).content.decode()


def test_a_script_in_a_name_is_text_and_doubted(lan: Client, draft: Draft) -> None:
    evil = "<script>alert(1)</script>"
    assert lan.post(section_url(draft, "tre_ho_ten"), {"tre_ho_ten": evil, "_go": "next"}).status_code == 302
    for address in (section_url(draft, "tre_ho_ten"), f"/drafts/{draft.pk}/check/"):
        text = lan.get(address).content.decode()
        assert evil not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text.lower()
        assert "ký hiệu lạ" in text


def test_a_wrong_century_digit_warns_and_does_not_block(lan: Client, draft: Draft) -> None:
    answer = autosave(lan, draft, "nguoi_yeu_cau_so_dinh_danh", "038392186762", draft.revision).json()
    assert answer["errors"] == {}
    draft.refresh_from_db()
    page = lan.get(section_url(draft, "nguoi_yeu_cau_so_dinh_danh")).content.decode()
    assert ("Xin xem lại" in page) == bool(answer["warnings"])
    assert answer["warnings"], "a doubt is said"


def test_errors_lead_to_their_fields_and_keep_what_was_typed(lan: Client, draft: Draft) -> None:
    page = lan.post(
        section_url(draft, "tre_ngay_sinh"),
        {"tre_ngay_sinh.day": "31", "tre_ngay_sinh.month": "2", "tre_ngay_sinh.year": "2026", "_go": "next"},
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert 'href="#f-tre_ngay_sinh' in text
    assert re.search(r'name="tre_ngay_sinh.day"[^>]*value="31"', text)


def test_back_and_leave_keep_what_is_wrong_too(lan: Client, draft: Draft) -> None:
    for going in ("back", "exit"):
        answer = lan.post(section_url(draft, "tre_ho_ten"), {"tre_ho_ten": f"1 2 3 {going}", "_go": going})
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert draft.answers["tre_ho_ten"] == f"1 2 3 {going}"


# --- two tabs, old forms ----------------------------------------------------------------------------------------------


def test_a_second_tab_is_asked_not_overwritten(lan: Client, draft: Draft) -> None:
    opened = draft.revision
    autosave(lan, draft, "tre_ho_ten", "Trần Thị Một", opened)
    address = section_url(draft, "tre_ho_ten")
    page = lan.post(address, {"tre_ho_ten": "Trần Thị Hai", "version": str(opened), "_go": "next"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "TRẦN THỊ MỘT" in text.upper()
    assert "TRẦN THỊ HAI" in text.upper()
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == "Trần Thị Một"
    chosen = {
        "tre_ho_ten": "Trần Thị Hai",
        "version": str(opened),
        "_choice.tre_ho_ten": "theirs",
        "_go": "next",
    }
    lan.post(address, chosen)
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == "Trần Thị Một"
    lan.post(address, chosen | {"_choice.tre_ho_ten": "mine"})
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == "Trần Thị Hai"


def test_two_tabs_on_different_fields_are_merged(lan: Client, draft: Draft) -> None:
    opened = draft.revision
    autosave(lan, draft, "tre_ho_ten", "Trần Thị Một", opened)
    answer = autosave(lan, draft, "me_ho_ten", "Lê Thị Mẹ", opened)
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert (draft.answers["tre_ho_ten"], draft.answers["me_ho_ten"]) == ("Trần Thị Một", "Lê Thị Mẹ")


def test_a_script_learns_both_values_of_a_conflict(lan: Client, draft: Draft) -> None:
    opened = draft.revision
    autosave(lan, draft, "tre_ho_ten", "Trần Thị Một", opened)
    answer = autosave(lan, draft, "tre_ho_ten", "Trần Thị Hai", opened)
    assert answer.status_code == 409
    assert answer.json()["server_value"] == [["tre_ho_ten", "Trần Thị Một"]]
    assert answer.json()["version"] == opened + 1


def test_a_prefilled_answer_posted_unchanged_stays_known(world: World, lan: Client) -> None:
    begun = drafts.start(
        actor=world.person("lan"),
        case=world.case(factories.BIRTH),
        agency=world.agencies[factories.AGENCY].pk,
        claims=world.people["lan"].claims,
        now=world.now,
    )
    prefilled = [name for name in begun.sources if not name.startswith("_")]
    page = lan.get(f"/drafts/{begun.pk}/part/nguoi_yeu_cau/").content.decode()
    typed = dict(re.findall(r'<input[^>]*name="(nyc_[^"]+)"[^>]*value="([^"]*)"', page)) or dict(
        re.findall(r'<input[^>]*name="([^"_][^"]*)"[^>]*value="([^"]*)"', page)
    )
    lan.post(f"/drafts/{begun.pk}/part/nguoi_yeu_cau/", typed | {"_go": "next"})
    begun.refresh_from_db()
    texts = [name for name in prefilled if name in typed]
    assert texts
    assert all(name in begun.sources for name in texts)


def test_a_newer_form_does_not_take_a_draft_away(world: World, lan: Client, draft: Draft) -> None:
    """The draft follows its form; what it changes for Lan she is shown, and then files on the new version."""
    assert draft.form is not None
    changed = json.loads(json.dumps(draft.form.definition))
    changed["title"] = {"vi": "Mẫu mới", "en": "New form"}
    changed["sections"][0]["fields"].append(
        {"id": "them", "type": "text", "label": {"vi": "Thêm", "en": "More"}}
    )
    with jobs.held():
        version = forms.publish(key=draft.form.key, definition=changed, now=world.now)
    newest_form.forget()
    base = f"/drafts/{draft.pk}/"
    assert lan.get(f"{base}check/")["Location"] == f"{base}changes/"
    assert "Câu hỏi mới: “Thêm”" in lan.get(f"{base}changes/").content.decode()
    lan.post(f"{base}changes/")
    answer = lan.post(f"{base}check/", {"return_by": "online", "declared": "1"})
    assert answer["Location"].endswith("/done/")
    assert Dossier.objects.get(draft=draft).form_id == version.pk
    newest_form.forget()


def test_a_field_of_another_form_is_said_so(lan: Client, draft: Draft) -> None:
    answer = autosave(lan, draft, "khong_co", "x", draft.revision)
    assert answer.status_code == 400
    assert "tải lại trang" in answer.json()["message"]


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_post_after_the_session_has_ended_comes_back_whole(world: World, draft: Draft) -> None:
    address = section_url(draft, "tre_ho_ten")
    gone = world.client()
    typed = {"tre_ho_ten": "Trần “Thị” <Một>", "ghi_chu": "dòng một\r\ndòng hai", "_go": "next"}
    page = gone.post(address, typed)
    text = page.content.decode()
    assert page.status_code == 401
    assert "Trần “Thị” &lt;Một&gt;" in text
    assert f'action="{address}"' in text
    assert "/sign-in/?next=/signed-in/" in text
    gone.force_login(world.account("lan"))
    gone.post(address, typed)
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == "Trần “Thị” <Một>"


def test_autosave_after_the_session_has_ended_says_401(world: World, draft: Draft) -> None:
    answer = autosave(world.client(), draft, "tre_ho_ten", "x", draft.revision)
    assert answer.status_code == 401
    assert answer.json()["sign_in"].startswith("/sign-in/")


def test_a_token_of_before_signing_in_again_loses_nothing(world: World, draft: Draft) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.account("lan"))
    address = section_url(draft, "tre_ho_ten")
    browser.get(address)
    typed = {"tre_ho_ten": "Trần Thị Một", "csrfmiddlewaretoken": "a" * 64, "_go": "next"}
    page = browser.post(address, typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 403
    assert "Trần Thị Một" in page.content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[0]
    again = browser.post(
        address, typed | {"csrfmiddlewaretoken": token}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert again.status_code in {302, 422}
    draft.refresh_from_db()
    assert draft.answers["tre_ho_ten"] == "Trần Thị Một"
    # Another site's form gets nothing back that it could have pressed.
    foreign = browser.post(address, typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Trần Thị Một" not in foreign.content.decode()


# --- the database goes away --------------------------------------------------------------------------------------------


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(submitting, "submit", gone)
    monkeypatch.setattr(filing.drafts, "save", gone)
    yield
    monkeypatch.undo()


def test_a_database_that_restarts_hands_everything_back(
    lan: Client, draft: Draft, database_away: None
) -> None:
    page = lan.post(section_url(draft, "tre_ho_ten"), {"tre_ho_ten": "Trần Thị Một", "_go": "next"})
    assert page.status_code == 503
    assert "Trần Thị Một" in page.content.decode()
    page = lan.post(f"/drafts/{draft.pk}/check/", {"return_by": "online", "declared": "1"})
    assert page.status_code == 503
    assert page["Retry-After"]
    assert 'name="declared"' in page.content.decode()


def test_pressing_again_after_a_restart_files_once(lan: Client, draft: Draft) -> None:
    sent = {"return_by": "online", "declared": "1"}
    places = {lan.post(f"/drafts/{draft.pk}/check/", sent)["Location"] for _ in range(4)}
    assert places == {f"/drafts/{draft.pk}/done/"}
    assert Dossier.objects.filter(draft=draft).count() == 1


# --- files -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def component(draft: Draft) -> int:
    return next(paper.pk for paper in case_bundle(draft.case_id).components if asked(paper))


def plain(browser: Client, draft: Draft, component: int, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    return browser.post(f"/drafts/{draft.pk}/papers/", {f"file.{component}": file, "_go": "stay"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("trong.pdf", b"", "0 byte"),
        ("giay-to.pdf", b"MZ\x90\x00" + bytes(4000), "chương trình đổi tên"),
        ("virus.exe", b"MZ\x90\x00" + bytes(4000), "không thuộc loại nhận được"),
        ("hong.pdf", b"%PDF-1.7\n" + bytes(4000), "bị hỏng"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_the_good_ones_stay(
    lan: Client, draft: Draft, component: int, name: str, content: bytes, words: str
) -> None:
    assert plain(lan, draft, component, "tốt.pdf", sample_scan()).status_code == 302
    page = plain(lan, draft, component, name, content)
    assert page.status_code == 422
    assert words in page.content.decode()
    kept = DraftUpload.objects.filter(draft=draft, component=component, state=DraftUpload.State.KEPT)
    assert [upload.filename for upload in kept if upload.filename == "tốt.pdf"] == ["tốt.pdf"]


def test_sixty_megabytes_are_refused_before_they_are_kept(lan: Client, draft: Draft, component: int) -> None:
    page = plain(lan, draft, component, "to.pdf", b"%PDF-1.7" + bytes(60 * 1024 * 1024))
    assert page.status_code == 422
    assert "lớn quá mức cho phép" in page.content.decode()
    as_script = lan.post(
        f"/drafts/{draft.pk}/uploads/",
        {"component": component, "filename": "to.pdf", "size": 60 * 1024 * 1024},
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert as_script.status_code == 422
    assert "lớn quá mức" in as_script.json()["message"]


def test_chunks_go_on_where_the_network_broke(lan: Client, draft: Draft, component: int) -> None:
    content = sample_scan()
    begun = lan.post(
        f"/drafts/{draft.pk}/uploads/",
        {"component": component, "filename": "giấy.pdf", "size": len(content)},
        content_type="application/json",
        headers={"Accept": "application/json"},
    ).json()
    address = f"/drafts/{draft.pk}/uploads/{begun['id']}/"

    def put(offset: int, chunk: bytes) -> Any:
        return lan.put(
            address, chunk, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)}
        )

    assert put(0, content[:100]).json() == {"offset": 100, "done": False}
    lost = put(0, content[:100])
    assert (lost.status_code, lost.json()["offset"]) == (409, 100)
    last = put(100, content[100:]).json()
    assert last["done"]
    file = lan.get(last["url"])
    assert b"".join(file.streaming_content) == content
    assert lan.delete(address).status_code == 200
    assert not DraftUpload.objects.filter(pk=begun["id"]).exists()


def test_a_chunk_too_many_and_a_file_of_another_draft(
    world: World, lan: Client, draft: Draft, component: int
) -> None:
    upload = factories.add_file(draft, component)
    stranger = world.client("nguoila")
    assert stranger.delete(f"/drafts/{draft.pk}/uploads/{upload.pk}/").status_code == 404
    other = factories.draft(world, code=factories.MARITAL)
    assert lan.delete(f"/drafts/{other.pk}/uploads/{upload.pk}/").status_code == 404
    assert DraftUpload.objects.filter(pk=upload.pk).exists()


def test_a_file_is_taken_out_without_a_script(lan: Client, draft: Draft, component: int) -> None:
    upload = factories.add_file(draft, component)
    answer = lan.post(f"/drafts/{draft.pk}/uploads/{upload.pk}/remove/", {"remove": str(upload.pk)})
    assert answer["Location"].endswith("/papers/")
    assert not DraftUpload.objects.filter(pk=upload.pk).exists()


# --- where it was filed from -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "assistance", "remote"), [("203.0.113.9", "none", True), ("{kiosk}", "kiosk", False)]
)
def test_a_machine_at_the_centre_is_not_remote(
    world: World, draft: Draft, address: str, assistance: str, remote: bool
) -> None:
    network = world.agencies[factories.AGENCY].one_stop_networks[0]
    lan = world.client("lan", REMOTE_ADDR=address.replace("{kiosk}", network.split("/")[0]))
    # Who is not behind our own proxy cannot say where they are.
    lan.post(
        f"/drafts/{draft.pk}/check/",
        {"return_by": "online", "declared": "1"},
        headers={"X-Forwarded-For": "192.0.2.200"},
    )
    dossier = Dossier.objects.get(draft=draft)
    assert (dossier.assistance, dossier.remote) == (assistance, remote)
