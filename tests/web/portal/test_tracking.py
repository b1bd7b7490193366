"""Public tracking and verification: what anybody may learn, and how little that is."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from motcua.dossiers.models import Dossier
from motcua.results.actions import content_of
from motcua.results.models import ResultDocument
from motcua.web.portal import tracking, verifying
from tests import factories
from tests.factories import World


@pytest.fixture(autouse=True)
def _nobody_is_blocked() -> None:
    for limiter in (tracking.FROM_ADDRESS, tracking.OF_DOSSIER, verifying.UNKNOWN_CODES):
        limiter.forget()


@pytest.fixture
def dossier(world: World) -> Dossier:
    return Dossier.objects.get(pk=factories.filed_dossier(world).pk)


def test_code_and_secret_show_the_status_in_one_query(
    world: World, dossier: Dossier, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = world.client()
    typed = {
        "code": dossier.code.lower(),
        "secret": f" {dossier.lookup_secret[:4]}-{dossier.lookup_secret[4:].lower()} ",
    }
    browser.get("/track/")  # what a process keeps of the site is read once
    with django_assert_num_queries(1):
        page = browser.post("/track/", typed)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Mới đăng ký" in text
    for private in ("Nguyễn Thị Lan", "LAN", "tình trạng hôn nhân", "Hạc Thành", dossier.lookup_secret):
        assert private not in text.split("<main")[1].split("</main>")[0]


def test_a_wrong_code_and_a_wrong_secret_look_the_same(world: World, dossier: Dossier) -> None:
    browser = world.client()
    wrong_secret = browser.post("/track/", {"code": dossier.code, "secret": "WRONG234"})
    wrong_code = browser.post("/track/", {"code": "H56.201-260101-0001", "secret": dossier.lookup_secret})
    assert wrong_secret.status_code == wrong_code.status_code == 404
    assert wrong_secret.content.decode().replace(f'value="{dossier.code}"', "") == (
        wrong_code.content.decode().replace('value="H56.201-260101-0001"', "")
    )


def test_guessing_is_stopped_and_the_right_secret_with_it(world: World, dossier: Dossier) -> None:
    browser = world.client()
    for _ in range(10):
        last = browser.post("/track/", {"code": dossier.code, "secret": "WRONG234"})
    assert last.status_code == 429
    assert browser.post("/track/", {"code": dossier.code, "secret": dossier.lookup_secret}).status_code == 429
    other = Dossier.objects.get(pk=factories.filed_dossier(world, "nguoila").pk)
    assert browser.post("/track/", {"code": other.code, "secret": other.lookup_secret}).status_code == 200


def test_the_qr_opens_the_form_with_the_code_and_asks_for_the_secret(world: World, dossier: Dossier) -> None:
    page = world.client().get(f"/track/?code={dossier.code}")
    assert dossier.code in page.content.decode()
    assert dossier.lookup_secret not in page.content.decode()


@pytest.fixture
def result(world: World) -> ResultDocument:
    filed = factories.filed_dossier(world)
    factories.advance(world, filed, "returned")
    return ResultDocument.objects.select_related("agency").get(dossier=filed)


def upload(content: bytes, name: str = "ket-qua.pdf") -> dict[str, SimpleUploadedFile]:
    return {"document": SimpleUploadedFile(name, content, "application/pdf")}


def test_a_signed_result_is_valid_by_whom_and_when(world: World, result: ResultDocument) -> None:
    page = world.client().post("/verify/", upload(content_of(result.blob_id or ""))).content.decode()
    assert "Chữ ký hợp lệ" in page
    assert "Đỗ Anh Tuấn" in page
    assert "phường Hạc Thành" in page


def test_one_changed_byte_is_altered(world: World, result: ResultDocument) -> None:
    pdf = bytearray(content_of(result.blob_id or ""))
    place = pdf.index(b"/Title")
    pdf[place + 9] ^= 1
    page = world.client().post("/verify/", upload(bytes(pdf))).content.decode()
    assert "đã bị sửa" in page
    assert "Chữ ký hợp lệ" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 nothing here", "Không đọc được"),
        (b"MZ" + bytes(2000), "Không đọc được"),
        (bytes(4 * 1024 * 1024), "Không đọc được"),
    ],
)
def test_what_is_no_result_is_said_so(world: World, content: bytes, words: str) -> None:
    assert words in world.client().post("/verify/", upload(content)).content.decode()


def test_an_unsigned_draft_is_unsigned(world: World) -> None:
    from motcua.demo.cast import sample_scan

    assert "không có chữ ký số" in world.client().post("/verify/", upload(sample_scan())).content.decode()


def test_no_file_is_a_sentence_and_no_fault(world: World) -> None:
    page = world.client().post("/verify/", {"document": io.BytesIO(b"")})
    assert page.status_code == 200
    assert "Vui lòng chọn tệp PDF" in page.content.decode()


def test_the_printed_code_shows_public_facts_only(world: World, result: ResultDocument) -> None:
    browser = world.client()
    page = browser.get("/verify/", {"code": result.verify_code.lower().replace("-", " ")}).content.decode()
    assert "do cơ quan nhà nước cấp" in page
    assert "Nguyễn Thị Lan" not in page
    assert "NGUYỄN THỊ LAN" not in page
    assert "Không có kết quả nào" in browser.get("/verify/", {"code": "0000-0000-0000"}).content.decode()


def test_trying_codes_is_stopped(world: World) -> None:
    browser = world.client()
    statuses = [browser.get("/verify/", {"code": f"0000-0000-{n:04}"}).status_code for n in range(31)]
    assert statuses[-1] == 429
