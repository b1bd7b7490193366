"""The verdict on a PDF: valid only when not one byte differs, and never an exception."""

from __future__ import annotations

import io
import random
import time
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from tests.results.test_signing import AT, TUAN, a_result

from motcua.results import signing
from motcua.results.verification import MAX_BYTES, verify

LOOP = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R/AcroForm 1 0 R/Fields[1 0 R]/Kids[1 0 R]>>endobj\n"
    b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer<</Root 1 0 R/Size 2>>\nstartxref\n96\n%%EOF"
)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> signing.Signer:
    return signing.signer_for("test-ca", demo=True, data_dir=tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def signed(signer: signing.Signer) -> bytes:
    return signer.sign(a_result(), reason="Quyết định", location="Hoa Lư", at=AT, **TUAN)


def test_a_signed_result_is_valid(signed: bytes, signer: signing.Signer) -> None:
    verdict = verify(signed, signer.roots())
    assert (verdict.status, verdict.covers_whole_document, verdict.details) == ("valid", True, ())


def test_no_changed_bit_passes(signed: bytes, signer: signing.Signer) -> None:
    chance = random.Random(20260302)
    slot = signed.rindex(b"/Contents <") + len(b"/Contents <")
    places = [chance.randrange(len(signed)) for _ in range(120)]
    places += [chance.randrange(slot, slot + 8000) for _ in range(80)]  # the one place no digest covers
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1 << chance.randrange(8)
        verdict = verify(bytes(changed), signer.roots())
        assert verdict.status in {"altered", "unreadable"}, place


def test_a_changed_byte_of_the_text_is_altered(signed: bytes, signer: signing.Signer) -> None:
    changed = bytearray(signed)
    changed[signed.index(b"stream") + 200] ^= 0xFF
    verdict = verify(bytes(changed), signer.roots())
    assert verdict.status == "altered"
    assert "digest_mismatch" in verdict.details
    assert verdict.signers[0].name == "Lê Anh Tuấn"


def test_anything_added_after_signing_is_altered(signed: bytes, signer: signing.Signer) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    for changed in (out.getvalue(), signed + b"\n% ghi them", signed + bytes(5_000_000)):
        verdict = verify(changed, signer.roots())
        assert (verdict.status, verdict.covers_whole_document) == ("altered", False)
        assert "added_after_signing" in verdict.details


def test_a_stranger_with_a_ca_of_the_same_name_is_untrusted(signer: signing.Signer, tmp_path: Path) -> None:
    stranger = signing.signer_for("test-ca", demo=True, data_dir=tmp_path)
    forged = stranger.sign(a_result(), reason="Quyết định", location="Hoa Lư", at=AT, **TUAN)
    verdict = verify(forged, signer.roots())
    assert (verdict.status, verdict.details) == ("untrusted", ("unknown_issuer",))
    assert verify(forged, []).status == "untrusted"


def test_a_second_signature_by_a_stranger_does_not_stay_valid(
    signed: bytes, signer: signing.Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = signing.signer_for("test-ca", demo=True, data_dir=tmp_path)
    monkeypatch.setattr(signing, "FIELD_NAME", "Signature2")
    try:
        twice = stranger.sign(signed, reason="r", location="l", at=AT, **TUAN)
    except Exception:  # pyHanko itself refuses to add to a document certified against changes
        return
    assert verify(twice, signer.roots()).status in {"altered", "untrusted"}


def test_without_a_signature(signer: signing.Signer) -> None:
    assert verify(a_result(), signer.roots()).status == "unsigned"


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"khong phai pdf",
        bytes(60 * 1024 * 1024),
        b"%PDF-1.7\n" + bytes(60 * 1024 * 1024),
        b"%PDF-1.7\nstartxref\n9\n%%EOF",
        bytes(MAX_BYTES + 1),
        b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF",
        LOOP,
    ],
    ids=["empty", "text", "zeros", "headed-zeros", "bare", "too-large", "deep", "loop"],
)
def test_junk_is_unreadable_and_quick(junk: bytes, signer: signing.Signer) -> None:
    began = time.process_time()
    assert verify(junk, signer.roots()).status in {"unreadable", "unsigned"}
    assert time.process_time() - began < 1


def test_a_cut_off_file(signed: bytes, signer: signing.Signer) -> None:
    for length in (len(signed) - 1, len(signed) - 500, len(signed) // 2, 1000):
        assert verify(signed[:length], signer.roots()).status in {"altered", "unreadable", "unsigned"}
