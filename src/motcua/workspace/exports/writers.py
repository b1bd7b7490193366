"""The files themselves. Every writer takes pages of rows and keeps one of them in memory.

A text is a text: what begins like a formula is disarmed in CSV (``rules.cell``) and written as an inline string in XLSX,
so that a name that a citizen chose runs nothing in an officer's spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pikepdf
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from motcua.kernel import uploads
from motcua.kernel.blobs import BlobStore
from motcua.kernel.refusals import Refused
from motcua.workspace.queries import LabelLine
from motcua.workspace.rules import cell
from motcua.workspace.wording import CHANNELS, COLUMN_NAMES, DUE_STATES, STATUSES, moment
from motcua.workspace.worklists import Row

MIME: Final = {
    "csv": "text/csv",
    "xlsx": uploads.MIME["xlsx"],
    "zip": "application/zip",
    "slips": "application/pdf",
}
EXTENSION: Final = {"csv": "csv", "xlsx": "xlsx", "zip": "zip", "slips": "pdf"}

Pages = Iterable[Sequence[Row]]
Labels = Mapping[int, LabelLine]

#: A sheet takes 1,048,576 rows; the list goes on in the next one.
SHEET_ROWS = 1_000_000


def headings(shown: Sequence[str]) -> list[str]:
    """The first line: the columns of the list; the due column also as a moment of its own."""
    found = []
    for name in shown:
        found.append(_(COLUMN_NAMES[name]))
        if name == "due":
            found.append(_("Tình trạng hạn"))
    return found


def values(row: Row, shown: Sequence[str], labels: Labels, english: bool) -> list[str]:
    """A line, as texts."""
    found: list[str] = []
    for name in shown:
        match name:
            case "due":
                found += [moment(row.due_at), _(DUE_STATES[row.due_state])]
            case "code":
                found.append(row.code)
            case "procedure":
                found.append(row.procedure)
            case "applicant":
                found.append(row.applicant)
            case "step":
                found.append(row.step_en if english else row.step)
            case "status":
                found.append(_(STATUSES[row.status]))
            case "claimed":
                found.append(row.claimed_by)
            case "submitted":
                found.append(moment(row.submitted_at))
            case "labels":
                found.append(", ".join(labels[key].name for key in row.labels if key in labels))
            case "unit":
                found.append(row.unit)
            case "channel":
                found.append(_(CHANNELS[row.channel]))
            case "age":
                found.append(str(row.age))
    return found


def _csv_lines(pages: Pages, shown: Sequence[str], labels: Labels) -> Iterator[str]:
    """Lines of RFC 4180, the first with the mark by which spreadsheets know UTF-8."""
    buffer, english = io.StringIO(), get_language() == "en"
    writer = csv.writer(buffer)

    def taken() -> str:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    writer.writerow(headings(shown))
    yield "\ufeff" + taken()
    for page in pages:
        for row in page:
            writer.writerow([cell(value) for value in values(row, shown, labels, english)])
        yield taken()


def write_csv(path: Path, pages: Pages, shown: Sequence[str], labels: Labels) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for text in _csv_lines(pages, shown, labels):
            file.write(text)


def write_xlsx(path: Path, pages: Pages, shown: Sequence[str], labels: Labels) -> None:
    """A workbook in write-only mode: rows go to disk as they come."""
    book, english = Workbook(write_only=True), get_language() == "en"
    sheet, lines = _sheet(book, shown), 0
    for page in pages:
        for row in page:
            if lines == SHEET_ROWS:
                sheet, lines = _sheet(book, shown), 0
            sheet.append([_text(sheet, value) for value in values(row, shown, labels, english)])
            lines += 1
    book.save(path)


def _sheet(book: Any, shown: Sequence[str]) -> Any:
    sheet = book.create_sheet(_("Danh sách hồ sơ"))
    sheet.freeze_panes = "A2"
    for number, name in enumerate(headings(shown)):
        sheet.column_dimensions[chr(ord("A") + number)].width = max(14, min(len(name) + 6, 40))
    bold = Font(bold=True)
    first = [_text(sheet, name) for name in headings(shown)]
    for one in first:
        one.font = bold
    sheet.append(first)
    return sheet


def _text(sheet: Any, value: str) -> Any:
    """A string, whatever it begins with; openpyxl writes it inline, so that no table of all strings is kept in memory."""
    one = WriteOnlyCell(sheet, value="")
    one._value, one.data_type = _ILLEGAL.sub("", value), "s"
    return one


#: What XML 1.0 cannot hold.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_FILES = """
    SELECT dossier.id, dossier.code, file.folder, file.name, file.sha
      FROM (SELECT paper.dossier_id, 'giay-to' AS folder, paper.filename AS name, paper.blob_id AS sha, paper.id
              FROM dossiers_paper AS paper WHERE paper.replaced_at IS NULL
             UNION ALL
            SELECT slip.dossier_id, 'phieu', 'mau-' || slip.kind || '.pdf', slip.blob_id, slip.id
              FROM dossiers_slip AS slip
             UNION ALL
            SELECT result.dossier_id, 'ket-qua', 'ket-qua.pdf', result.blob_id, result.id
              FROM results_resultdocument AS result WHERE result.blob_id IS NOT NULL) AS file
      JOIN dossiers_dossier AS dossier ON dossier.id = file.dossier_id
     WHERE file.dossier_id = ANY(%s)
     ORDER BY dossier.id, file.folder, file.id
"""


def files_of(dossiers: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
    """(dossier, code, folder, name, content) of all files of some dossiers; one query. The caller has checked who asks."""
    with connection.cursor() as cursor:
        cursor.execute(_FILES, [list(dossiers)])
        rows: list[tuple[int, str, str, str, str]] = cursor.fetchall()
        return rows


def write_zip(
    path: Path,
    pages: Pages,
    shown: Sequence[str],
    labels: Labels,
    store: BlobStore,
    *,
    max_bytes: int,
    max_dossiers: int,
) -> None:
    """The list as CSV and a folder for each dossier with its papers, slips and result. Refused when it grows too large."""
    seen: set[int] = set()
    written, lines = 0, path.with_suffix(".csv")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, lines.open("wb") as listed:

        def with_files() -> Iterator[Sequence[Row]]:
            nonlocal written
            for page in pages:
                fresh = [row.dossier for row in page if row.dossier not in seen]
                seen.update(fresh)
                if len(seen) > max_dossiers:
                    raise Refused("export.too_many_dossiers", limit=max_dossiers)
                for number, (_dossier, code, folder, name, sha) in enumerate(files_of(fresh)):
                    inside = f"{code}/{folder}/{number + 1:03d}-{uploads.clean_filename(name)}"
                    written += _copy(archive, inside, store, sha)
                    if written > max_bytes:
                        raise Refused("export.too_large", limit=max_bytes)
                yield page

        for text in _csv_lines(with_files(), shown, labels):
            listed.write(text.encode())
        listed.flush()
        archive.write(lines, "danh-sach.csv", zipfile.ZIP_DEFLATED)


def _copy(archive: zipfile.ZipFile, inside: str, store: BlobStore, sha: str) -> int:
    with store.open(sha) as content, archive.open(inside, "w", force_zip64=True) as file:
        shutil.copyfileobj(content, file, 1024 * 1024)
        return content.tell()


_SLIPS = """
    SELECT DISTINCT ON (slip.dossier_id) slip.dossier_id, slip.blob_id
      FROM dossiers_slip AS slip WHERE slip.dossier_id = ANY(%s) AND slip.kind NOT IN ('ack', '06')
     ORDER BY slip.dossier_id, slip.issued_at DESC, slip.id DESC
"""


def write_slips(path: Path, pages: Pages, store: BlobStore) -> None:
    """The newest slip that its applicant is handed, of each dossier in the order of the list, as one PDF to print."""
    with pikepdf.Pdf.new() as book:
        for page in pages:
            with connection.cursor() as cursor:
                cursor.execute(_SLIPS, [[row.dossier for row in page]])
                newest: dict[int, str] = dict(cursor.fetchall())
            for row in page:
                sha = newest.pop(row.dossier, None)
                if sha is not None:
                    with store.open(sha) as content, pikepdf.open(content) as slip:
                        book.pages.extend(slip.pages)
        if not book.pages:
            raise Refused("export.no_slips")
        book.save(path)
