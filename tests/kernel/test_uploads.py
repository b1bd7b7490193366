"""Uploads are what they are, not what they are called."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest

from motcua.kernel import uploads


def a_pdf(**root: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        for key, value in root.items():
            file.Root[f"/{key}"] = value
        file.save(out)
    return out.getvalue()


def a_png(width: int = 10, height: int = 10, *, end: bool = True) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body += chunk(b"IDAT", zlib.compress(bytes(11 * 10)))
    return body + (chunk(b"IEND", b"") if end else b"")


def a_jpg(width: int = 10, height: int = 10) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xff\xc0\x00\x0b\x08"
        + struct.pack(">HH", height, width)
        + b"\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"
    )


def an_office(main: str = "word/document.xml", types: bytes = b"<Types/>", **more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, b"<w:document/>")
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("don.pdf", a_pdf()),
        ("ANH.PNG", a_png()),
        ("anh.jpeg", a_jpg()),
        ("don.docx", an_office()),
        ("bang.xlsx", an_office("xl/workbook.xml")),
    ],
)
def test_what_is_allowed(name: str, content: bytes, tmp_path: Path) -> None:
    seen = uploads.inspect(content, name)
    assert (seen.problem, seen.warnings) == (None, ())
    assert seen.mime == uploads.MIME[seen.kind]
    path = tmp_path / "upload-without-extension"
    path.write_bytes(content)
    assert uploads.inspect(path, name) == seen


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("rong.pdf", b"", "empty"),
        ("chay.exe", b"MZ" + bytes(100), "type_not_allowed"),
        ("don.pdf.exe", b"MZ", "type_not_allowed"),
        ("khong-duoi", a_pdf(), "type_not_allowed"),
        ("goi.zip", an_office(), "type_not_allowed"),
        ("trang.svg", b"<svg/>", "type_not_allowed"),
        ("don.pdf", b"MZ\x90\x00" + bytes(200), "content_mismatch"),
        ("don.pdf", b"MZ\x90\x00%PDF-1.7" + bytes(200), "content_mismatch"),
        ("don.pdf", b"<html><script>alert(1)</script></html>", "content_mismatch"),
        ("anh.jpg", a_png(), "content_mismatch"),
        ("anh.png", b"GIF89a" + bytes(50), "content_mismatch"),
        ("don.docx", an_office("xl/workbook.xml"), "content_mismatch"),
        ("don.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "office_locked"),
        ("don.docx", an_office(word__vbaProject_bin=b"x"), "macro"),
        (
            "don.docx",
            an_office(types=b'<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
            "macro",
        ),
        ("don.docx", an_office()[:60], "damaged"),
        ("don.pdf", b"%PDF-1.7\n" + bytes(5000), "damaged"),
        ("anh.png", a_png(end=False), "damaged"),
        ("anh.png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("anh.jpg", a_jpg()[:20], "damaged"),
        ("anh.png", a_png(100_000, 100_000), "image_too_large"),
        ("anh.jpg", a_jpg(60_000, 60_000), "image_too_large"),
    ],
    # A ZIP holds the time it was made: two workers would not agree on the names.
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else None,
)
def test_what_is_refused_and_why(name: str, content: bytes, problem: str) -> None:
    seen = uploads.inspect(content, name)
    assert seen.problem == problem
    assert not seen.inline


def test_an_exe_called_pdf_is_named_for_what_it_is() -> None:
    assert uploads.inspect(b"MZ" + bytes(300), "don.pdf").params == {"found": "exe"}


def test_a_zip_bomb_is_counted_not_unpacked() -> None:
    bomb = an_office(word__big=bytes(310 * 1024 * 1024))
    assert len(bomb) < 2_000_000
    assert uploads.inspect(bomb, "don.docx").problem == "archive_bomb"


def test_active_pdfs_pass_but_are_not_shown_inline() -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    nested = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="x"))
    for root in ({"OpenAction": script}, {"OpenAction": launch}, {"AA": nested}):
        seen = uploads.inspect(a_pdf(**root), "don.pdf")
        assert (seen.problem, seen.warnings, seen.inline) == (None, ("pdf_active",), False)


def test_attachments_and_passwords_are_flagged() -> None:
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.attachments["bi-mat.exe"] = b"MZ"
        file.save(out)
    assert uploads.inspect(out.getvalue(), "don.pdf").warnings == ("pdf_attachments",)
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    seen = uploads.inspect(out.getvalue(), "don.pdf")
    assert (seen.problem, seen.warnings) == (None, ("pdf_encrypted",))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("đơn xin.pdf", "đơn xin.pdf"),
        (unicodedata.normalize("NFD", "Giấy chứng nhận.pdf"), "Giấy chứng nhận.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Lan\\don.pdf", "don.pdf"),
        ("a\u00adb\u200b\x00c\u202efdp.pdf", "abcfdp.pdf"),
        ("<script>alert(1)</script>.pdf", "script>.pdf"),
        ("<img src=x>.png", "<img src=x>.png"),
        ("...", "tep"),
        ("", "tep"),
        (".pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("y" * 300, "y" * 120),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert uploads.clean_filename(given) == kept


def test_what_can_be_said_before_a_byte_is_sent() -> None:
    assert uploads.extension_problem("don.PDF") is None
    assert uploads.extension_problem("don.docm") == "type_not_allowed"
