"""Counter intake: the person is present, the officer keys, the receipt comes at once."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from motcua.demo.cast import sample_scan
from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Dossier, Draft
from tests import factories
from tests.factories import COPIES, MARITAL, World
from tests.web.desk.files import let_go

PERSON = {
    "person-name": "Nguyễn Thị Mới",
    "person-number": "",
    "person-phone": "0912345678",
    "person-email": "",
    "person-address": "Thôn Trung",
    "person-return_by": "counter",
    "person-kind": "citizen",
}


def begin(world: World, code: str = MARITAL, number: str = "") -> Any:
    client = world.client("minh")
    response = client.post("/desk/intake/", {"code": code, "number": number})
    return client, response


def draft_of(world: World) -> Draft:
    return Draft.objects.filter(account=world.account("minh").pk).latest("created_at")


def test_search_finds_what_this_counter_receives(world: World) -> None:
    page = world.client("minh").get("/desk/intake/", {"q": "khai sinh"}).content.decode()
    assert "/desk/intake/?code=1.001193" in page


def test_a_known_person_is_filled_in(world: World) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    client, response = begin(world, number=number)
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert world.account("lan").full_name in page
    assert "đã có tài khoản" in page


def test_a_number_that_cannot_be_one_is_told(world: World) -> None:
    _, response = begin(world, number="12345")
    assert response.status_code == 422
    assert "12 chữ số" in response.content.decode()


def test_an_unfinished_form_says_what_is_missing_and_keeps_what_was_typed(world: World) -> None:
    client, response = begin(world)
    path = response["Location"]
    wrong = client.post(path, {**PERSON, "person-name": "", "muc_dich": "Vay vốn", "file": "1"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Nhập họ, chữ đệm, tên của người nộp" in page
    assert draft_of(world).answers["muc_dich"] == "Vay vốn"
    assert not Dossier.objects.filter(filed_by=world.account("minh").pk).exists()


def test_filing_receives_at_once_and_is_never_remote(world: World) -> None:
    number = world.people["lan"].claims["SoDinhDanh"]
    client, response = begin(world, number=number)
    draft = draft_of(world)
    draft.answers = factories.draft(world, "lan", MARITAL, papers=False).answers
    draft.save(update_fields=["body"])
    with factories.after_commit():
        filed = client.post(
            response["Location"],
            {**PERSON, "person-name": "Nguyễn Thị Lan", "person-number": number, "file": "1"},
        )
    assert filed.status_code == 302, filed.content.decode()
    dossier = Dossier.objects.get(draft=draft)
    assert filed["Location"] == f"/desk/dossiers/{dossier.code}/?done=intake"
    assert (dossier.channel, dossier.assistance, dossier.remote, dossier.status) == (
        1,
        "counter_staff",
        False,
        2,
    )
    assert dossier.filed_by_id == world.account("minh").pk
    assert dossier.applicant_id == world.account("lan").pk
    page = client.get(filed["Location"]).content.decode()
    assert "Giấy tiếp nhận" in page
    assert "Mẫu 01" in page
    # Pressed again, the same dossier answers.
    assert client.post(response["Location"], {**PERSON, "file": "1"})["Location"].endswith(f"{dossier.code}/")


def test_scans_are_judged_like_any_upload(world: World) -> None:
    client, response = begin(world, factories.BUILDING)
    draft = draft_of(world)
    page = client.get(response["Location"]).content.decode()
    name = page.split('name="scan-')[1].split('"')[0]
    fake = SimpleUploadedFile("giay.pdf", b"MZ\x90\x00 not a pdf", "application/pdf")
    refused = client.post(response["Location"], {**PERSON, f"scan-{name}": fake, "save": "1"})
    assert refused.status_code == 422
    good = SimpleUploadedFile("giay.pdf", sample_scan(), "application/pdf")
    kept = client.post(response["Location"], {**PERSON, f"scan-{name}": good, "save": "1"})
    assert kept.status_code == 302
    assert [u.state for u in draft.uploads.order_by("created_at")] == ["refused", "kept"]
    upload = draft.uploads.get(state="kept")
    removed = client.post(response["Location"], {**PERSON, "remove_upload": str(upload.pk)})
    assert removed.status_code == 302
    assert not draft.uploads.filter(state="kept").exists()


def test_small_buttons_add_rows_without_a_script(world: World) -> None:
    client, response = begin(world, factories.HOUSEHOLD)
    added = client.post(response["Location"], {**PERSON, "_add": "nganh_nghe"})
    assert added["Location"].endswith("#f-nganh_nghe")
    assert len(draft_of(world).answers["nganh_nghe"]) == 2


def test_intake_is_for_one_stop_staff_and_their_own_drafts(world: World) -> None:
    _, response = begin(world, COPIES)
    for who in ("hoa", "tuan", "nguoila", "lan"):
        assert world.client(who).get("/desk/intake/").status_code == 404
    assert world.client("linh").get(response["Location"]).status_code == 404
    assert draft_of(world).form_id is not None
    assert form_of(draft_of(world).form_id or 0)


def test_a_receipt_is_a_pdf_with_the_code(world: World) -> None:
    dossier = factories.counter_dossier(world)
    slip = dossier.slips.get(kind="01")
    response = world.client("minh").get(f"/desk/dossiers/{dossier.code}/slips/{slip.pk}/")
    content = b"".join(response.streaming_content)
    let_go(response)
    assert len(pikepdf.open(io.BytesIO(content)).pages) >= 1
