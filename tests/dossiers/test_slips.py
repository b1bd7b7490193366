"""The slips of TT 03/2025/TT-VPCP: their fields (R3.28), their paper, and that nothing runs off it."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from motcua.dossiers import slips
from motcua.kernel import binding
from motcua.kernel.clock import VIETNAM
from tests.kernel.test_pdf import common, words_of

NOW = dt.datetime(2026, 11, 24, 9, 5, tzinfo=VIETNAM)
DAY = dt.timedelta(days=1)
CONTACT = slips.Party(name="Trung tâm Phục vụ hành chính công phường Hoa Lư", phone="0229 3871 234")
HEAD = slips.Mark(name="Phạm Anh Tuấn", organisation="Ủy ban nhân dân phường Hoa Lư", at=NOW)


def an_apology(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "received_at": NOW - 3 * DAY,
        "due_at": NOW + DAY,
        "new_due_at": NOW + 3 * DAY,
        "reason": "Công an phường chưa trả lời kết quả xác minh nơi cư trú.",
        "return_place": "Trung tâm Phục vụ hành chính công",
        "contact": CONTACT,
        "signer": HEAD,
        "signer_title": "Chủ tịch",
    }
    return slips.apology(slips.Apology(**(common(number="04/PXL") | facts | changes)))


def a_stop(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "stopped_at": NOW,
        "asked_by": common()["applicant"],
        "asked_at": NOW - DAY,
        "received_at": NOW - 2 * DAY,
        "reason": "Người nộp đề nghị dừng để nộp hồ sơ khác.",
        "fees": "Chưa thu; không phải nộp.",
        "papers": "Trả lại bản chính tại bộ phận một cửa.",
        "contact": CONTACT,
        "legal_basis": "Điều 21 Nghị định số 118/2025/NĐ-CP",
    }
    return slips.stop(slips.Stop(**(common(number="02/TB-DGQ") | facts | changes)))


def a_notice(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "received_at": NOW - DAY,
        "reason": "Thông tin khai không khớp cơ sở dữ liệu.",
        "contact": CONTACT,
        "answer_place": "Trang hồ sơ của tôi",
        "fields": [
            slips.Item(name="Nơi thường trú", note="Khai phường Hoa Lư, dữ liệu dân cư ghi nơi khác.")
        ],
        "papers": [slips.Item(name="Quyết định ly hôn", note="Thiếu trang 2")],
        "term": "03 ngày làm việc",
        "answer_by": NOW + 15 * DAY,
    }
    return slips.ineligible(slips.Ineligible(**(common(number="03/TB-KĐK") | facts | changes)))


def a_control_slip(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "resolving": "Phòng Văn hóa - Xã hội",
        "coordinating": ["Công an phường Hoa Lư", "Trạm y tế phường"],
        "received_at": NOW,
        "due_at": NOW + 3 * DAY,
        "rows": [
            slips.Handover(
                at=NOW,
                given_by="Bộ phận một cửa",
                giver="Trần Văn Minh",
                received_by="Phòng Văn hóa - Xã hội",
                receiver="Lê Thị Hoa",
                result="on_time",
            ),
            slips.Handover(
                at=NOW + DAY, given_by="Phòng Văn hóa - Xã hội", received_by="Lãnh đạo", result="early"
            ),
            slips.Handover(
                at=NOW + 2 * DAY,
                given_by="Lãnh đạo",
                received_by="",
                result="late",
                note="Dịch vụ ký gián đoạn",
            ),
        ],
    }
    return slips.control(slips.ControlSlip(**(common(number="11/PKS") | facts | changes)))


def line(number: int, **changes: Any) -> slips.RegisterLine:
    facts: dict[str, Any] = {
        "number": str(number),
        "code": f"H56.201-261124-{number:04d}",
        "procedure": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "name": "Nguyễn Thị Ngọc Lan",
        "contact": "Tổ 4, phường Hoa Lư; 0912345678",
        "lead": "Phòng Văn hóa - Xã hội",
        "received": "24/11/2026 09:05",
        "due": "27/11/2026 17:30",
        "returned": "26/11/2026 15:00",
        "method": "Trực tuyến",
        "signature": "Đã nhận bản điện tử",
        "note": "Quá hạn",
    }
    return slips.RegisterLine(**(facts | changes))


def a_sheet(count: int = 3, **changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "issuer": common()["issuer"],
        "volume": "2026",
        "since": dt.date(2026, 11, 1),
        "until": dt.date(2026, 11, 30),
        "lines": [line(number) for number in range(1, count + 1)],
        "total": 1234,
        "printed_at": NOW,
        "printed_by": "Trần Văn Minh",
    }
    return slips.register_sheet(slips.RegisterSheet(**(facts | changes)))


FORMS: dict[str, Callable[..., bytes]] = {
    "04": an_apology,
    "05": a_stop,
    "06": a_control_slip,
    "notice": a_notice,
    "07": a_sheet,
}
HEADING = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN TỈNH NINH BÌNH",
           "ỦY BAN NHÂN DÂN", "PHƯỜNG HOA LƯ", "Hoa Lư, ngày 24 tháng 11 năm 2026")  # fmt: skip
PERSON = ("Nguyễn Thị Ngọc Lan", "037195001234", "H42.14-261124-0007")
FIELDS = {
    "04": (
        "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", "Mẫu số 04", "Số: 04/PXL", "Kính gửi: Nguyễn Thị Ngọc Lan", *PERSON,
        "Vào ngày 21 tháng 11 năm 2026", "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân", "9 giờ 05, ngày 25/11/2026",
        "Công an phường chưa trả lời", "xin lỗi Ông/Bà", "9 giờ 05, thứ Sáu 27/11/2026", "CHỦ TỊCH", "Ký bởi: Phạm Anh Tuấn",
        "0229 3871 234",
    ),
    "05": (
        "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", "Mẫu số 05", "Số: 02/TB-DGQ", *PERSON, "Người đề nghị dừng: Nguyễn Thị Ngọc Lan",
        "Đề nghị lúc: 9 giờ 05, ngày 23/11/2026", "để nộp hồ sơ khác", "Điều 21 Nghị định", "Chưa thu; không phải nộp",
        "Trả lại bản chính", "9 giờ 05, thứ Ba 24/11/2026", "THỦ TRƯỞNG CƠ QUAN",
    ),
    "06": (
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", "Mẫu số 06", "Số: 11/PKS", "H42.14-261124-0007",
        "Cơ quan, bộ phận giải quyết hồ sơ: Phòng Văn hóa - Xã hội", "Công an phường Hoa Lư; Trạm y tế phường",
        "Nhận hồ sơ lúc 9 giờ 05, ngày 24/11/2026", "Hẹn trả kết quả lúc 9 giờ 05, thứ Sáu 27/11/2026",
        "Giao: Bộ phận một cửa", "Nhận: Phòng Văn hóa - Xã hội", "Trần Văn Minh", "Lê Thị Hoa", "Đúng hạn", "Trước hạn", "Quá hạn",
        "Dịch vụ ký gián đoạn",
    ),
    "notice": (
        "THÔNG BÁO HỒ SƠ KHÔNG ĐỦ ĐIỀU KIỆN GIẢI QUYẾT", "Số: 03/TB-KĐK", *PERSON, "Nội dung khai chưa đúng", "Nơi thường trú",
        "dữ liệu dân cư ghi nơi khác", "Giấy tờ chưa đúng, còn thiếu", "Quyết định ly hôn", "Thiếu trang 2",
        "Thông tin khai không khớp", "Thời hạn giải quyết (03 ngày làm việc) được tính lại từ đầu",
        "9 giờ 05, thứ Tư 09/12/2026", "Trang hồ sơ của tôi", "Trần Văn Minh",
    ),
    "07": (
        "SỔ THEO DÕI HỒ SƠ", "Mẫu số 07", "Quyển số 2026", "Từ ngày 01/11/2026 đến ngày 30/11/2026", "1.234 hồ sơ",
        "Mã hồ sơ", "Tên thủ tục hành chính", "Tên cá nhân, tổ chức", "Địa chỉ, số điện thoại", "Cơ quan chủ trì giải quyết",
        "Nhận hồ sơ", "Hẹn trả", "Phương thức nhận", "Ký nhận", "H56.201-261124-0003", "0912345678", "26/11/2026 15:00",
        "Trực tuyến", "Đã nhận bản điện tử", "Tờ 1",
    ),
}  # fmt: skip


def tight(text: str) -> str:
    return re.sub(r"\s+", "", text)


def opened(document: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(document))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_carries_its_fields(form: str) -> None:
    words = words_of(FORMS[form]())
    missing = [fact for fact in (*HEADING, *FIELDS[form]) if tight(fact) not in words]
    assert not missing, words


@pytest.mark.parametrize("form", FORMS)
def test_a_reprint_is_the_original_and_another_slip_is_not(form: str) -> None:
    make = FORMS[form]
    assert make() == make()
    change = {"number": "99/X"} if form != "07" else {"volume": "2027"}
    assert make(**change) != make()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_pdf_a_tagged_titled_and_of_its_size(form: str) -> None:
    with opened(FORMS[form]()) as file:
        with file.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
            assert metadata["dc:title"]
            assert metadata["dc:creator"] == ["Ủy ban nhân dân phường Hoa Lư"]
        assert str(file.Root.Lang) == "vi-VN"
        assert file.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in file.Root
        width, height = (float(v) / 72 * 25.4 for v in file.pages[0].MediaBox[2:])
        assert (round(width), round(height)) == ((297, 210) if form == "07" else (148, 210))
        assert len(file.pages) == 1


LONG = "Công ty trách nhiệm hữu hạn một thành viên " * 6
UNBROKEN = "A" * 400


@pytest.mark.parametrize("form", FORMS)
def test_long_names_wrap_inside_the_paper(form: str) -> None:
    someone = slips.Party(name=LONG, identity="0" * 12, address=LONG + UNBROKEN, organisation=True)
    changes: dict[str, Any]
    if form == "07":
        changes = {"lines": [line(1, name=LONG, contact=UNBROKEN, procedure=LONG, lead=UNBROKEN)]}
    else:
        changes = {"applicant": someone, "procedure": LONG + UNBROKEN}
    document = FORMS[form](**changes)
    assert tight(LONG) in words_of(document)
    for left, right, width in _extents(document):
        assert left >= 0
        assert right <= width, f"{right} of {width}"


def _extents(document: bytes) -> list[tuple[float, float, float]]:
    """Where each run of text begins, and where its glyphs end at the latest (by their advance widths)."""
    found = []
    with opened(document) as file:
        for page in file.pages:
            width = float(page.MediaBox[2])
            fonts = {name: _widths(font.DescendantFonts[0]) for name, font in page.Resources.Font.items()}
            stack: list[tuple[float, ...]] = []
            matrix: tuple[float, ...] = (1, 0, 0, 1, 0, 0)
            text = x = 0.0
            known: dict[int, float] = {}
            size = 1.0
            for operands, operator in pikepdf.parse_content_stream(page):
                kind = str(operator)
                if kind == "q":
                    stack.append(matrix)
                elif kind == "Q":
                    matrix = stack.pop()
                elif kind == "cm":
                    matrix = _times(tuple(float(v) for v in operands), matrix)
                elif kind == "Tf":
                    known, size = fonts[str(operands[0])], float(operands[1])
                elif kind == "Tm":
                    text = float(operands[4])
                elif kind in {"Tj", "TJ"}:
                    x = 0.0
                    for piece in operands[0] if kind == "TJ" else [operands[0]]:
                        if isinstance(piece, pikepdf.String):
                            raw = bytes(piece)
                            codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
                            x += sum(known.get(code, 0) for code in codes) / 1000 * size
                        else:
                            x -= float(piece) / 1000 * size
                    left = matrix[0] * text + matrix[4]
                    found.append((left, left + matrix[0] * x, width))
    assert found
    return found


def _times(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def _widths(font: Any) -> dict[int, float]:
    """The /W array of a CID font: ``first [w w …]`` and ``first last w``."""
    found: dict[int, float] = {}
    entries = list(font.get("/W", []))
    at = 0
    while at < len(entries):
        first = int(entries[at])
        if isinstance(entries[at + 1], pikepdf.Array):
            found.update({first + i: float(w) for i, w in enumerate(entries[at + 1])})
            at += 2
        else:
            found.update(dict.fromkeys(range(first, int(entries[at + 1]) + 1), float(entries[at + 2])))
            at += 3
    return found


def test_three_hundred_items_go_over_pages_with_the_head_of_the_table_on_each() -> None:
    papers = [slips.Item(name=f"Giấy tờ {i}", note=f"Bản chụp thứ {i} bị mờ") for i in range(300)]
    rows = [slips.Handover(at=NOW, given_by=f"Đơn vị {i}", received_by="Một cửa") for i in range(300)]
    for document, last, head in (
        (a_notice(papers=papers), "Bản chụp thứ 299 bị mờ", "Chưa đúng ở đâu, cần làm gì"),
        (a_control_slip(rows=rows), "Đơn vị 299", "Giao, nhận"),
        (a_sheet(300), "H56.201-261124-0300", "Tên thủ tục hành chính"),
    ):
        words = words_of(document)
        assert tight(last) in words
        with opened(document) as file:
            assert len(file.pages) > 5
            assert words.count(tight(head)) >= len(file.pages) - 1


def test_what_nobody_asked_for_names_nobody_who_asked() -> None:
    words = words_of(a_stop(asked_by=None, asked_at=None, reason="Quá 15 ngày làm việc không bổ sung hồ sơ."))
    assert "Ngườiđềnghịdừng" not in words
    assert tight("Quá 15 ngày làm việc") in words


def test_an_organisation_is_not_called_sir_or_madam() -> None:
    words = words_of(an_apology(applicant=slips.Party(name="Hợp tác xã Ninh Bình", organisation=True)))
    assert tight("xin lỗi Quý tổ chức") in words
    assert "Ông/Bà" not in words


def test_without_a_signer_there_is_room_for_a_hand() -> None:
    words = words_of(an_apology(signer=None))
    assert "Kýbởi" not in words
    assert "CHỦTỊCH" in words


# --- the register as a book ---------------------------------------------------------------------------------


def three_sheets() -> list[bytes]:
    return [
        a_sheet(
            lines=[line(n) for n in range(first, first + 40)],
            first_page=page,
            opens=first == 1,
            closes=first == 81,
        )
        for first, page in ((1, 1), (41, 4), (81, 7))
    ]


def test_bound_sheets_are_one_tagged_document() -> None:
    sheets = three_sheets()
    book = binding.bind(sheets)
    assert binding.bind(sheets) == book
    words = words_of(book)
    positions = [words.index(f"H56.201-261124-{n:04d}") for n in range(1, 121)]
    assert positions == sorted(positions)
    assert words.count(tight("SỔ THEO DÕI HỒ SƠ")) == 1
    assert words.count(tight("NGƯỜI LẬP SỔ")) == 1
    with opened(book) as file:
        with file.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
        assert file.Root.MarkInfo.Marked
        pages = [page.obj for page in file.pages]
        assert len(pages) == sum(binding.pages_of(sheet) for sheet in sheets)
        numbers = [int(page.StructParents) for page in pages]
        assert len(set(numbers)) == len(numbers)
        tree = file.Root.StructTreeRoot
        keys = [int(key) for key in list(tree.ParentTree.Nums)[::2]]
        assert keys == sorted(set(keys))
        assert set(numbers) <= set(keys)
        assert int(tree.ParentTreeNextKey) > max(keys)
        rows, identifiers, seen = 0, [], set()
        waiting = list(tree.K)
        while waiting:
            element = waiting.pop()
            if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
                continue
            rows += element.S == "/TR"
            identifiers += [str(element.ID)] if "/ID" in element else []
            if "/Pg" in element:
                seen.add(element.Pg.objgen)
            children = element.get("/K", pikepdf.Array())
            waiting += list(children) if isinstance(children, pikepdf.Array) else []
        assert rows == 120 + 3 * 2  # and the two lines of the head, once a sheet
        assert len(set(identifiers)) == len(identifiers)
        assert seen == {page.objgen for page in pages}


def test_an_empty_register_says_so() -> None:
    assert tight("không có hồ sơ nào được tiếp nhận") in words_of(a_sheet(0))
