"""Documents: printed as written, the same bytes each time, PDF/A, and every letter of the language."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from motcua.dossiers import slips
from motcua.kernel import fonts, pdf, qr
from motcua.kernel.clock import VIETNAM

NOW = dt.datetime(2026, 11, 24, 9, 5, tzinfo=VIETNAM)


def a_receipt(name: str = "Nguyễn Thị Ngọc Lan", **changes: object) -> slips.Receipt:
    facts: dict[str, object] = {
        "issuer": slips.Issuer(
            superior="Ủy ban nhân dân tỉnh Ninh Bình", agency="Ủy ban nhân dân phường Hoa Lư", place="Hoa Lư"
        ),
        "number": "315/TNHS",
        "dossier_code": "H42.14-261124-0007",
        "applicant": slips.Party(name=name, identity="037195001234", phone="0912 345 678", address="Hoa Lư"),
        "procedure": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "issued_at": NOW,
        "tracking_url": "https://motcua.example.vn/track/?code=H42.14-261124-0007",
        "secret": "K7F-2QX",
        "received_at": NOW,
        "due_at": dt.datetime(2026, 11, 27, 9, 5, tzinfo=VIETNAM),
        "term": "03 ngày làm việc",
        "return_place": "Trực tuyến",
        "components": [slips.Item(name="Tờ khai"), slips.Item(name="Văn bản ủy quyền", form="original")],
        "officer": slips.Mark(name="Trần Văn Minh", note="Xác nhận điện tử"),
    }
    return slips.Receipt(**(facts | changes))


def common(**changes: Any) -> Any:
    """What every slip says, as the receipt above says it."""
    base = a_receipt()
    names = (
        "issuer",
        "number",
        "dossier_code",
        "applicant",
        "procedure",
        "issued_at",
        "tracking_url",
        "officer",
    )
    return {name: getattr(base, name) for name in names} | changes


def words_of(document: bytes) -> str:
    """The text of a PDF, through its ToUnicode tables (pikepdf has no text extraction of its own)."""
    out = []
    with pikepdf.open(io.BytesIO(document)) as file:
        for page in file.pages:
            maps = {}
            for name, font in page.Resources.Font.items():
                table = font.ToUnicode.read_bytes().decode()
                pairs = re.findall(r"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", table)
                maps[name] = {int(a, 16): bytes.fromhex(b).decode("utf-16-be") for a, b in pairs}
            font_map: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                kind = str(operator)
                if kind == "Tf":
                    font_map = maps[str(operands[0])]
                elif kind in {"Tj", "TJ"}:
                    pieces = operands[0] if kind == "TJ" else [operands[0]]
                    for piece in pieces:
                        if isinstance(piece, pikepdf.String):
                            raw = bytes(piece)
                            codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
                            out.append("".join(font_map.get(c, "?") for c in codes))
    # U+200B: where a word longer than a line may break
    return re.sub(r"[\s\u200b]+", "", unicodedata.normalize("NFC", "".join(out)))


def test_a_receipt_carries_the_fields_of_the_form() -> None:
    words = words_of(slips.receipt(a_receipt(register="Quyển số 02/2026, số thứ tự 315", fee="8.000 đ")))
    for fact in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 315/TNHS",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "H42.14-261124-0007",
        "Nguyễn Thị Ngọc Lan",
        "037195001234",
        "9 giờ 05, ngày 24/11/2026",
        "9 giờ 05, thứ Sáu 27/11/2026",
        "03 ngày làm việc",
        "K7F-2QX",
        "Văn bản ủy quyền",
        "Bản chính",
        "Quyển số 02/2026",
        "8.000 đ",
        "Hoa Lư, ngày 24 tháng 11 năm 2026",
    ):
        assert re.sub(r"\s+", "", fact) in words, fact


@pytest.mark.parametrize(
    "name",
    [
        '#eval("1+1")',
        "*Lan* _nghiêng_ `mã` $x^2$ @ref <nhãn>",
        "<b>Lan</b><script>alert(1)</script>",
        '"); #panic("x"); ("',
        "\\u{41} // ghi chú /* */ = Tiêu đề",
        '{{ name }} {% x %} #import "/kernel/pdf.py"',
        "- một -- hai --- ba ... 'trích' \"dẫn\"",
    ],
)
def test_markup_in_a_name_is_printed_as_it_is_written(name: str) -> None:
    assert re.sub(r"\s+", "", name) in words_of(slips.receipt(a_receipt(name)))


def test_every_vietnamese_letter_has_a_glyph() -> None:
    bases = "aăâeêioôơuưy"
    letters = "".join(
        unicodedata.normalize("NFC", b + t) for b in bases for t in ("", *"\u0300\u0309\u0303\u0301\u0323")
    )
    letters += letters.upper() + "đĐ₫"
    document = slips.receipt(a_receipt(letters))
    assert letters in words_of(document)


def test_decomposed_invisible_and_foreign_characters_do_not_stop_a_document() -> None:
    spelled = unicodedata.normalize("NFD", "Nguyễn Đỗ Ước") + "\u200b\u00ad\u202e\x00 名前 😀"
    document = slips.receipt(a_receipt(spelled))
    assert "NguyễnĐỗƯớc□□□" in words_of(document)


def test_what_we_call_drawable_typst_can_draw() -> None:
    every = "".join(
        chr(p)
        for first, last in fonts._DRAWABLE
        for p in range(first, last + 1)
        if unicodedata.name(chr(p), "")
    )
    assert fonts.printable("Ω≥₫ ẵ") == "Ω≥₫ ẵ"
    # PDF/A refuses a missing glyph, so rendering is the check.
    slips.receipt(a_receipt(" ".join(every[i : i + 20] for i in range(0, len(every), 20))))


def test_a_reprint_is_the_original_to_the_byte_in_another_process_too() -> None:
    here = slips.receipt(a_receipt())
    assert slips.receipt(a_receipt()) == here
    assert slips.receipt(a_receipt("Người Lạ")) != here
    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys, hashlib; from tests.kernel.test_pdf import a_receipt; from motcua.dossiers import slips;"
        "print(hashlib.sha256(slips.receipt(a_receipt())).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PYTHONPATH": f"{root / 'src'}:{root}", "TZ": "America/Lima"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_it_is_pdf_a_tagged_titled_and_in_vietnamese() -> None:
    with pikepdf.open(io.BytesIO(slips.receipt(a_receipt()))) as file:
        with file.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
            assert metadata["dc:title"] == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
            assert metadata["dc:creator"] == ["Ủy ban nhân dân phường Hoa Lư"]
            assert metadata["xmp:CreateDate"].startswith("2026-11-24T02:05:00")
        assert str(file.Root.Lang) == "vi-VN"
        assert file.Root.MarkInfo.Marked
        assert len(file.pages) == 1
        width, height = (float(v) for v in file.pages[0].MediaBox[2:])
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210)
        for font in file.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_a_long_list_of_papers_goes_to_a_second_page() -> None:
    many = [
        slips.Item(name=f"Giấy tờ thứ {i} với tên dài để chiếm hai dòng trong bảng thành phần hồ sơ")
        for i in range(40)
    ]
    with pikepdf.open(io.BytesIO(slips.receipt(a_receipt(components=many)))) as file:
        assert len(file.pages) >= 2


def test_the_other_slips() -> None:
    contact = slips.Party(name="Trần Văn Minh", phone="0229 3871 234")
    request = slips.SupplementRequest(
        **common(),
        items=[slips.Item(name="Quyết định ly hôn", note="Thiếu trang 2")],
        reason="Chưa đủ căn cứ",
        answer_by=NOW + dt.timedelta(days=14),
        answer_place="Trực tuyến",
        contact=contact,
    )
    assert "Thiếutrang2" in words_of(slips.supplement(request))
    refusal = slips.Refusal(
        **common(), reason="Không thuộc thẩm quyền", contact=contact, next_steps=["Nộp tại phường Tây Hoa Lư"]
    )
    assert "Khôngthuộcthẩmquyền" in words_of(slips.refusal(refusal))
    filed = slips.Acknowledgement(**common(), secret="K7F-2QX")
    assert "Đâychưaphảigiấyhẹn" in words_of(slips.acknowledgement(filed))


@pytest.mark.parametrize("name", ["dossiers/nothing", "../etc/passwd", "kernel/../official", "receipt"])
def test_a_template_that_is_not_there(name: str) -> None:
    with pytest.raises(pdf.TemplateError):
        pdf.render(name, {}, at=NOW)


def test_data_that_does_not_fit_names_the_template() -> None:
    with pytest.raises(pdf.TemplateError, match="dossiers/receipt"):
        pdf.render("dossiers/receipt", {"title": "x", "agency": "y"}, at=NOW)


def test_a_document_needs_an_aware_moment() -> None:
    with pytest.raises(ValueError, match="aware"):
        pdf.render("dossiers/receipt", {}, at=dt.datetime(2026, 1, 1))


def test_a_qr_code_is_plain_svg() -> None:
    code = qr.svg("https://motcua.example.vn/verify/?code=7KQ2-M9XD-4T8V")
    assert code.startswith("<svg")
    assert "style" not in code
    with pytest.raises(ValueError, match="too long"):
        qr.svg("x" * 3000)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC), "Hoa Lư, ngày 05 tháng 01 năm 2026"),
        (dt.datetime(2026, 3, 31, 18, 0, tzinfo=dt.UTC), "Hoa Lư, ngày 01 tháng 4 năm 2026"),
    ],
)
def test_place_and_date(moment: dt.datetime, words: str) -> None:
    assert slips.place_date("Hoa Lư", moment) == words
