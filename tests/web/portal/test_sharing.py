"""Helping with a draft, and what one sees of where answers came from: pages, without a script, both languages."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from motcua.catalogue.models import Service
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Draft, DraftUpload, Invitation
from motcua.dossiers.rules import asked
from motcua.web.portal.queries import offers
from tests import factories
from tests.factories import BIRTH, MARITAL, NOW, World


def jpeg(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), colour).save(out, "JPEG")
    return out.getvalue()


def link_of(page: str) -> str:
    found = re.search(r"(/invited/[A-Za-z0-9_-]{32}/)", page)
    assert found, page
    return found.group(1)


@pytest.fixture
def draft(world: World) -> Draft:
    return factories.draft(world, code=BIRTH, filled=False)


def test_lan_asks_binh_he_fills_his_part_and_she_sees_who_did(world: World, draft: Draft) -> None:
    lan, binh, stranger = world.client("lan"), world.client("binh"), world.client("nguoila")
    base = f"/drafts/{draft.pk}/"
    assert f"{base}invite/" in lan.get(f"{base}part/me/").content.decode()
    made = lan.post(f"{base}invite/", {"name": "Anh Bình", "section": ["me"]})
    assert made.status_code == 200
    link = link_of(made.content.decode())
    assert "/invited/" not in lan.get(f"{base}invite/").content.decode(), "the link is said once"

    assert world.client().get(link).status_code == 302  # to sign in, and back
    opened = binh.get(link).content.decode()
    assert "Nguyễn Thị Lan nhờ Ông/Bà khai giúp" in opened
    assert binh.get(f"{base}part/me/").status_code == 404, "opening a link takes nothing up"
    assert binh.post(link)["Location"] == base
    assert binh.get(base)["Location"] == f"{base}part/me/"
    assert stranger.get(link).status_code == 404

    page = binh.get(f"{base}part/me/").content.decode()
    assert "Ông/Bà được nhờ khai phần này" in page
    assert "invite/" not in page
    saved = binh.post(
        f"{base}autosave/",
        {"field": "me_ho_ten", "values": [["me_ho_ten", "Trần Thị Hai"]], "version": draft.revision},
        content_type="application/json",
    )
    assert saved.status_code == 200, saved.content
    refused = binh.post(
        f"{base}autosave/",
        {"field": "tre_ho_ten", "values": [["tre_ho_ten", "x"]], "version": 1},
        content_type="application/json",
    )
    assert refused.status_code == 404
    for path in ("part/tre/", "papers/", "check/", "invite/", "discard/"):
        assert binh.get(base + path).status_code == 404, path
    assert binh.post(f"{base}part/tre/", {"tre_ho_ten": "x"}).status_code == 404
    going = binh.post(f"{base}part/me/", {"me_ho_ten": "Trần Thị Hai", "_go": "exit"})
    assert going["Location"] == "/account/"
    assert "nhờ Ông/Bà khai giúp một phần" in binh.get("/account/").content.decode()
    done = binh.get(f"{base}shared/").content.decode()
    assert "cho đến khi Nguyễn Thị Lan nộp hồ sơ" in done

    check = lan.get(f"{base}check/").content.decode()
    assert "Anh Bình khai" in check
    listed = lan.get(f"{base}invite/").content.decode()
    assert world.account("binh").full_name in listed
    invitation = Invitation.objects.get()
    assert stranger.post(f"{base}invite/{invitation.pk}/revoke/").status_code == 404
    lan.post(f"{base}invite/{invitation.pk}/revoke/")
    assert binh.get(f"{base}part/me/").status_code == 404
    assert binh.get(link).status_code == 404


def test_an_invitation_without_name_or_part_keeps_what_was_typed(world: World, draft: Draft) -> None:
    page = world.client("lan").post(f"/drafts/{draft.pk}/invite/", {"name": "Anh <Bình>"})
    assert page.status_code == 422
    assert "Anh &lt;Bình&gt;" in page.content.decode()
    assert not Invitation.objects.exists()


def test_a_dossier_that_is_filed_or_asks_for_more_has_no_part_to_give(world: World) -> None:
    filed = Draft.objects.get(dossier=factories.filed_dossier(world))
    lan = world.client("lan")
    assert lan.get(f"/drafts/{filed.pk}/invite/")["Location"].endswith("/done/")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("HoVaTen", "tài khoản định danh"),
        ("register:dan-cu:2026-11-24T03:00:00+00:00", "Cơ sở dữ liệu quốc gia về dân cư lúc"),
        ("store:", "kho dữ liệu của Ông/Bà"),
        ("dossier:H56.201-261124-0001", "hồ sơ H56.201-261124-0001"),
    ],
)
def test_each_prefilled_answer_says_where_it_came_from(
    world: World, draft: Draft, source: str, words: str
) -> None:
    draft.sources = {"nguoi_yeu_cau_ho_ten": source}
    draft.save(update_fields=["sources"])
    page = world.client("lan").get(f"/drafts/{draft.pk}/part/nguoi_yeu_cau/").content.decode()
    said = re.findall(r'<p class="govuk-hint eforms-source"[^>]*>([^<]*)', page)
    assert len(said) == 1
    assert words in said[0]
    assert "Sửa lại nếu sai" in said[0]


def test_a_register_that_did_not_answer_is_said_beside_its_field(world: World, draft: Draft) -> None:
    draft.sources = {"_later": {"nguoi_yeu_cau_dan_toc": "dan-cu"}, "_filled": "x", "_touched": {"a": 3}}
    draft.save(update_fields=["sources"])
    page = world.client("lan").get(f"/drafts/{draft.pk}/part/nguoi_yeu_cau/").content.decode()
    assert "chưa trả lời. Mời Ông/Bà tự điền; cơ quan sẽ đối chiếu sau." in page
    english = world.client("lan")
    english.cookies["motcua_language"] = "en"
    page = english.get(f"/drafts/{draft.pk}/part/nguoi_yeu_cau/").content.decode()
    assert "has not answered" in page


def test_what_a_database_replaces_is_not_asked_for(world: World) -> None:
    """NQ 66.7/2025: the paper is shown as not needed, cannot be missing, and no picker asks for it."""
    seen = 0
    for code in (BIRTH, MARITAL, factories.HOUSEHOLD, factories.BUILDING):
        draft = factories.draft(world, code=code)
        free = [paper for paper in case_bundle(draft.case_id).components if paper.replaced_by]
        page = world.client("lan").get(f"/drafts/{draft.pk}/papers/").content.decode()
        for paper in free:
            seen += 1
            assert not asked(paper)
            assert f'id="file-{paper.pk}"' not in page
            assert (paper.replaced_by or "") in page
    assert seen


def test_one_field_costs_at_most_twelve_queries_whoever_saves_it(world: World, draft: Draft) -> None:
    from motcua.dossiers import invitations

    _made, token = invitations.invite(
        actor=world.person("lan"), draft_id=draft.pk, name="Bình", sections=["me"], now=NOW
    )
    invitations.accept(actor=world.person("binh"), token=token, now=NOW)
    for username in ("lan", "binh"):
        browser = world.client(username)
        for value in ("Trần Thị Hai", "Trần Thị Ba"):
            with CaptureQueriesContext(connection) as seen:
                answer = browser.post(
                    f"/drafts/{draft.pk}/autosave/",
                    {"field": "me_ho_ten", "values": [["me_ho_ten", value]], "version": 999},
                    content_type="application/json",
                )
            assert answer.status_code == 200
        assert len(seen) <= 12, [query["sql"] for query in seen.captured_queries]


PASSPORT = "1.001456"


def test_a_portrait_goes_with_the_form_without_a_script(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    draft = factories.draft(world, code=PASSPORT, papers=False)
    draft.answers = {name: value for name, value in draft.answers.items() if name != "anh"}
    draft.save(update_fields=["body"])
    form = form_of(draft.form_id or 0)
    url = f"/drafts/{draft.pk}/part/{form.section_of['anh']}/"
    lan = world.client("lan")
    page = lan.get(url).content.decode()
    assert 'enctype="multipart/form-data"' in page
    wrong = lan.post(url, {"anh": SimpleUploadedFile("a.pdf", b"%PDF-1.4"), "_go": "next"})
    assert wrong.status_code == 422
    assert "JPG, PNG hoặc HEIC" in wrong.content.decode()
    lan.post(url, {"anh": SimpleUploadedFile("chân dung.jpg", jpeg()), "_go": "next"})
    draft.refresh_from_db()
    upload = DraftUpload.objects.get(draft=draft, field="anh")
    assert draft.answers["anh"] == {"file": str(upload.pk), "name": "chân dung.jpg"}
    # What a browser claims about the file is not believed, by form or by script.
    lan.post(url, {"anh.file": "00000000-0000-0000-0000-000000000000", "anh.name": "x", "_go": "exit"})
    claimed = lan.post(
        f"/drafts/{draft.pk}/autosave/",
        {"field": "anh", "values": [["anh.file", "x" * 36]], "version": 9},
        content_type="application/json",
    )
    assert claimed.status_code == 400
    draft.refresh_from_db()
    assert draft.answers["anh"]["file"] == str(upload.pk)


def test_photos_are_joined_by_a_plain_button(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    draft = factories.draft(world, code=BIRTH, papers=False)
    component = next(c.pk for c in case_bundle(draft.case_id).components if asked(c))
    lan, base = world.client("lan"), f"/drafts/{draft.pk}/"
    join = f"{base}uploads/join/{component}/"
    problem = lan.post(join)
    assert problem.status_code == 422
    assert "Chưa có ảnh nào để ghép" in problem.content.decode()
    files = [SimpleUploadedFile("1.jpg", jpeg()), SimpleUploadedFile("2.jpg", jpeg("blue"))]
    lan.post(f"{base}papers/", {f"file.{component}": files, "_go": "stay"})
    page = lan.get(f"{base}papers/").content.decode()
    assert re.search(rf'data-join="{component}">', page)
    assert "Tối đa 10 tệp" in page
    done = lan.post(join)
    assert done["Location"] == f"{base}papers/#file-{component}"
    (upload,) = drafts.mine(world.person("lan"), draft.pk).uploads.all()
    assert upload.filename == "1.pdf"
    assert world.client("nguoila").post(join).status_code == 404


def test_a_service_that_closed_while_a_tab_was_open_takes_nothing_and_loses_nothing(world: World) -> None:
    """Trap 13."""
    draft = factories.draft(world)
    Service.objects.filter(procedure__national_code=MARITAL, agency=draft.agency_id).update(active=False)
    offers.forget()
    page = world.client("lan").post(f"/drafts/{draft.pk}/check/", {"return_by": "online", "declared": "1"})
    assert page.status_code == 422
    assert "ngừng nhận thủ tục" in page.content.decode()
    before = draft.answers
    draft.refresh_from_db()
    assert draft.dossier_id is None
    assert draft.answers == before


def test_a_paper_that_is_filed_is_not_taken_out_of_its_draft(world: World) -> None:
    """Trap 15."""
    draft = factories.draft(world, code=BIRTH)
    upload = factories.add_file(draft, next(c.pk for c in case_bundle(draft.case_id).components if asked(c)))
    lan = world.client("lan")
    assert lan.post(f"/drafts/{draft.pk}/check/", {"return_by": "online", "declared": "1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.dossier_id
    gone = lan.delete(f"/drafts/{draft.pk}/uploads/{upload.pk}/", headers={"Accept": "application/json"})
    assert gone.status_code == 404
    assert draft.dossier is not None
    assert draft.dossier.papers.filter(blob=upload.blob_id).exists()
