"""The list as papers: a PDF to sign in the layout of NĐ 30/2020, DOCX and XLSX to go on working with, CSV as open data."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from motcua.kernel import pdf
from motcua.kernel.clock import VIETNAM
from motcua.programme.review.models import ListEntry, ServiceList
from motcua.programme.review.words import level_words, reason_line

COLUMNS = (
    "STT",
    "Mã TTHC",
    "Tên thủ tục hành chính",
    "Lĩnh vực",
    "Cơ quan",
    "Mức độ",
    "Lý do chưa toàn trình, căn cứ",
)
TITLE = "Danh mục dịch vụ công trực tuyến"
#: A cell that begins like this is a formula to a spreadsheet: a name must not run.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(entries: Iterable[ListEntry]) -> list[tuple[int, str, str, str, str, str, str]]:
    """The lines of a list as they are printed."""
    return [
        (
            e.position,
            e.national_code,
            e.name,
            e.sector,
            e.agency_name,
            level_words(e.level),
            reason_line(e.reasons),
        )
        for e in entries
    ]


def place_date(made: ServiceList) -> str:
    """`Thanh Hóa, ngày 05 tháng 12 năm 2026`."""
    assert made.approved_at is not None
    day = made.approved_at.astimezone(VIETNAM)
    return f"{made.place}, ngày {day.day:02} tháng {day.month:02} năm {day.year}"


def authority(made: ServiceList) -> str:
    """The line above the signer's post: a committee signs as a body (NĐ 30/2020 appendix I)."""
    return "TM. Ủy ban nhân dân" if made.agency.level in {"province", "commune"} else ""


def summary(made: ServiceList) -> str:
    """The sentence under the title: how many services, at which level, from which day."""
    counted = Counter(made.entries.values_list("level", flat=True))
    total = sum(counted.values())
    day = made.effective_on
    since = f" Áp dụng từ ngày {day.day:02}/{day.month:02}/{day.year}." if day else ""
    return (
        f"Gồm {total} thủ tục hành chính: {counted['full']} dịch vụ công trực tuyến toàn trình, "
        f"{counted['partial']} dịch vụ công trực tuyến một phần, {counted['information']} thủ tục cung cấp thông tin "
        f"trực tuyến.{since}"
    )


def bases(made: ServiceList) -> list[str]:
    """What the list rests on."""
    decree = "224/2026/NĐ-CP" if made.round.judged_on.isoformat() >= "2026-07-01" else "42/2022/NĐ-CP"
    return [
        f"Căn cứ Nghị định số {decree} của Chính phủ về cung cấp thông tin và dịch vụ công trực tuyến;",
        f"Thực hiện {made.round.instrument};",
    ]


def list_pdf(made: ServiceList) -> bytes:
    """The official document, before its signature; the printed note says what the signature will."""
    assert made.approved_at is not None
    at = made.approved_at.astimezone(VIETNAM)
    agency = made.agency
    data: dict[str, Any] = {
        "title": TITLE,
        "agency": agency.name,
        "superior": agency.parent.name if agency.parent else "",
        "number": made.number,
        "place_date": place_date(made),
        "summary": summary(made),
        "bases": bases(made),
        "round": made.round.name,
        "columns": list(COLUMNS),
        "rows": [[str(cell) for cell in row] for row in rows(made.entries.order_by("position"))],
        "authority": authority(made),
        "post": made.signer_title,
        "signer": made.signer,
        "sha256": made.content_hash,
        "signature": {
            "name": made.signer,
            "organisation": agency.name,
            "at": f"{at:%H:%M} ngày {at:%d/%m/%Y}",
        },
    }
    return pdf.render("programme/service_list", data, at=made.approved_at)


def list_docx(made: ServiceList) -> bytes:
    """The same document to edit: heading, number, place and date, table, signatory."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    document.core_properties.title = TITLE
    document.core_properties.author = made.agency.name
    document.core_properties.language = "vi"
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)

    heading = document.add_table(rows=2, cols=2)
    parent = made.agency.parent
    left = [parent.name.upper()] if parent else []
    _lines(heading.cell(0, 0), [*left, made.agency.name.upper()], bold_from=len(left))
    _lines(
        heading.cell(0, 1), ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"], bold_from=0
    )
    _lines(heading.cell(1, 0), [f"Số: {made.number}"], bold_from=1)
    _lines(heading.cell(1, 1), [place_date(made)], bold_from=1, italic=True)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.style = document.styles["Heading 1"]
    title.add_run(TITLE.upper())
    for basis in bases(made):
        document.add_paragraph().add_run(basis).italic = True
    document.add_paragraph(summary(made))
    _table(document, rows(made.entries.order_by("position")))
    closing = document.add_paragraph()
    closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    words = [authority(made).upper(), made.signer_title.upper(), "", "", made.signer]
    closing.add_run("\n".join(line for place, line in enumerate(words) if line or place > 1)).bold = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _lines(cell: Any, lines: Sequence[str], *, bold_from: int, italic: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for place, line in enumerate(lines):
        run = paragraph.add_run(line + ("\n" if place + 1 < len(lines) else ""))
        run.bold, run.italic = place >= bold_from, italic


def _table(document: Any, lines: Sequence[Sequence[Any]]) -> None:
    """python-docx looks a cell up by walking the table; 2,639 rows of seven are written through each row's own cells."""
    table = document.add_table(rows=1 + len(lines), cols=len(COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    widths = [Mm(11), Mm(22), Mm(86), Mm(38), Mm(42), Mm(22), Mm(41)]
    from docx.table import _Cell

    for number, row in enumerate(table._tbl.tr_lst):
        values = COLUMNS if number == 0 else lines[number - 1]
        for place, cell in enumerate(row.tc_lst):
            one = _Cell(cell, table)
            one.width = widths[place]
            run = one.paragraphs[0].add_run(str(values[place]))
            run.font.size, run.bold = Pt(10.5), number == 0


def list_xlsx(made: ServiceList) -> bytes:
    """The list as a spreadsheet: one row a procedure, no merged cells, so that it can be imported again."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DVCTT")
    for letter, width in zip("ABCDEFG", (6, 12, 70, 30, 34, 18, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    head = []
    for words in COLUMNS:
        cell = WriteOnlyCell(sheet, value=words)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows(made.entries.order_by("position")):
        sheet.append([_text(sheet, value) for value in row])
    book.properties.title, book.properties.creator = TITLE, made.agency.name
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(sheet: Any, value: Any) -> Any:
    """Text stays text, whatever it begins with."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def list_csv(made: ServiceList) -> bytes:
    """Open data: UTF-8 with a mark, so that spreadsheets read Vietnamese; codes of levels beside their words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["code", "name", "sector", "agency_code", "agency", "level", "reason"])
    for e in made.entries.order_by("position"):
        line = [
            e.national_code,
            e.name,
            e.sector,
            e.agency_code,
            e.agency_name,
            e.level,
            reason_line(e.reasons),
        ]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line])
    return out.getvalue().encode("utf-8-sig")
