"""Results are signed with a key that stays loaded, by a signer the settings may use."""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import stat
from pathlib import Path

import pikepdf
import pytest
from django.core.exceptions import ImproperlyConfigured

from motcua.kernel.clock import VIETNAM
from motcua.kernel.refusals import Unavailable
from motcua.results import rules, signing, templates_, verification

AT = dt.datetime(2026, 3, 2, 15, 4, tzinfo=VIETNAM)
TUAN = {"signer_name": "Lê Anh Tuấn", "organisation": "Ủy ban nhân dân phường Hoa Lư", "title": "Chủ tịch"}


def a_document(template: str = "decision", **values: object) -> templates_.Document:
    fields = templates_.templates.get(template).fields
    filled: dict[str, object] = {
        "text": "Chữ",
        "long": "Dòng một\nDòng hai",
        "list": ["Một.", "Hai."],
        "activities": [{"name": "Bán lẻ", "code": "4722"}],
    }
    return templates_.Document(
        template=template,
        dossier_code="H42.14-260302-0001",
        agency="Ủy ban nhân dân phường Hoa Lư",
        superior="Ủy ban nhân dân tỉnh Ninh Bình",
        place="Hoa Lư",
        number="15/QĐ-UBND",
        issued_at=AT,
        values={f.key: filled[f.kind] for f in fields} | values,
        post="Chủ tịch",
        signer="Lê Anh Tuấn",
        authority="TM. Ủy ban nhân dân",
        verify_code="7KQ2-M9XD-4T8V",
        verify_url="https://motcua.example.vn/verify/?code=7KQ2-M9XD-4T8V",
    )


NOTE = templates_.SignatureNote(name="Lê Anh Tuấn", organisation="Ủy ban nhân dân phường Hoa Lư", at=AT)


def a_result(template: str = "decision") -> bytes:
    return templates_.render(a_document(template), draft=False, signature=NOTE)


@pytest.fixture
def signer(tmp_path: Path) -> signing.Signer:
    return signing.signer_for("test-ca", demo=True, data_dir=tmp_path)


@pytest.mark.parametrize("template", templates_.templates.keys())
def test_every_template_renders_as_draft_and_final(template: str, signer: signing.Signer) -> None:
    draft = templates_.render(a_document(template), draft=True)
    final = a_result(template)
    assert draft != final
    with pikepdf.open(io.BytesIO(final)) as file, file.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
        assert metadata["dc:title"] == templates_.templates.get(template).title
    signed = signer.sign(final, reason="Kết quả", location="Hoa Lư", at=AT, **TUAN)
    assert verification.verify(signed, signer.roots()).status == "valid"
    with pikepdf.open(io.BytesIO(signed)) as file, file.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"  # still claimed and no font added by the signature


def test_a_draft_shows_gaps_a_final_one_is_refused() -> None:
    document = a_document("birth", name="", mother_name="")
    assert templates_.render(document, draft=True)
    with pytest.raises(templates_.IncompleteError) as refused:
        templates_.render(document, draft=False, signature=NOTE)
    assert refused.value.keys == ["name"]
    with pytest.raises(ValueError, match="who signs"):
        templates_.render(a_document(), draft=False)


def test_who_when_and_why_are_in_the_signature(signer: signing.Signer) -> None:
    signed = signer.sign(a_result(), reason="Quyết định", location="Hoa Lư", at=AT, **TUAN)
    (by,) = verification.verify(signed, signer.roots()).signers
    assert (by.name, by.organisation, by.title) == (
        "Lê Anh Tuấn",
        "Ủy ban nhân dân phường Hoa Lư",
        "Chủ tịch",
    )
    assert (by.at, by.reason, by.timestamped) == (AT, "Quyết định", False)


def test_the_ca_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = signing.signer_for("test-ca", demo=True, data_dir=tmp_path)
    again = signing.signer_for("test-ca", demo=True, data_dir=tmp_path)
    signed = first.sign(a_result(), reason="r", location="l", at=AT, **TUAN)
    assert first.roots() == again.roots()
    assert verification.verify(signed, again.roots()).status == "valid"
    for path in (tmp_path / "pki").rglob("*.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list((tmp_path / "pki" / "officials").iterdir())) == 1


def _root(folder: str) -> list[bytes]:
    return signing.signer_for("test-ca", demo=True, data_dir=Path(folder)).roots()


def test_processes_that_start_together_agree_on_one_ca(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        roots = pool.map(_root, [str(tmp_path)] * 8)
    assert all(root == roots[0] for root in roots)


def test_a_name_longer_than_a_certificate_allows(signer: signing.Signer) -> None:
    long = {"signer_name": "Nguyễn " * 20, "organisation": "Ủy ban nhân dân " * 10, "title": ""}
    signed = signer.sign(a_result(), reason="r", location="l", at=AT, **long)
    assert verification.verify(signed, signer.roots()).status == "valid"


def test_the_key_stays_loaded(signer: signing.Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_result()
    signer.sign(document, reason="r", location="l", at=AT, **TUAN)

    def parsed_again(*_: object, **__: object) -> None:
        raise AssertionError("the key was parsed again")

    monkeypatch.setattr(signing.serialization, "load_pem_private_key", parsed_again)
    signer.sign(document, reason="r", location="l", at=AT, **TUAN)


@pytest.mark.parametrize("key", ["test-ca", "failing"])
def test_demo_signers_are_refused_in_service(key: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="MOTCUA_SIGNER"):
        signing.signer_for(key, demo=False, data_dir=tmp_path)


def test_an_unknown_signer_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="test-ca"):
        signing.signer_for("vnpt", demo=True, data_dir=tmp_path)


def test_the_failing_signer_fails(tmp_path: Path) -> None:
    failing = signing.signer_for("failing", demo=True, data_dir=tmp_path)
    with pytest.raises(Unavailable) as refused:
        failing.sign(b"", reason="r", location="l", at=AT, **TUAN)
    assert refused.value.code == "signer.unavailable"


def test_verification_codes() -> None:
    code = rules.verify_code(bytes(range(8)))
    assert len(code) == 14
    assert rules.read_verify_code(code.lower().replace("-", " ").replace("0", "o")) == code
    assert rules.read_verify_code("7KQ2-M9XD") is None
    assert rules.read_verify_code("7KQ2-M9XD-4T8U") is None
    with pytest.raises(ValueError):
        rules.verify_code(b"short")
    assert rules.number_text(5, "XN") == "05/XN-UBND"
