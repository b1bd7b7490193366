"""Tables that people hand in: CSV and XLSX read into rows of text, each with its number and what is wrong with it. Pure.

Nothing is guessed: a merged cell, a repeated heading, a row that is too long is reported with its row, and the caller takes
all of a file or nothing.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from motcua.kernel.text import clean, fold

#: The largest of the tables (2,639 procedures) is a tenth of this.
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 40
MAX_CELL: Final = 500
#: So many faults are listed one by one; a file with more is not the file that was meant.
MAX_PROBLEMS: Final = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row. ``row`` counts as the spreadsheet does, from 1; 0 is the file as a whole."""

    row: int
    code: str
    detail: str = ""


@dataclass(slots=True)
class Table:
    """The rows of a file by the fields that were asked for, and everything that is wrong with it."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _UnreadableError(Exception):
    def __init__(self, code: str, detail: str = "", row: int = 0) -> None:
        super().__init__(code)
        self.problem = Problem(row, code, detail)


def read_table(content: bytes, fields: Mapping[str, Sequence[str]], *, optional: Iterable[str] = ()) -> Table:
    """Read a CSV or XLSX file. ``fields``: field → the headings it may have, in any spelling of marks and case."""
    out = Table()
    try:
        if len(content) > MAX_BYTES:
            raise _UnreadableError("too_large", f"{len(content) / 1024 / 1024:.1f}".replace(".", ","))
        if not content.strip():
            raise _UnreadableError("empty")
        cells = _xlsx(content, out) if content[:4] == b"PK\x03\x04" else _csv(content)
    except _UnreadableError as error:
        out.problems.append(error.problem)
        return out
    _rows(cells, fields, frozenset(optional), out)
    return out


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError("not_text", row=content[: error.start].count(b"\n") + 1) from error
    if "\x00" in text:
        raise _UnreadableError("not_text", row=text[: text.index("\x00")].count("\n") + 1)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    cells: list[list[str]] = []
    try:
        for line in reader:
            cells.append(line)
            if len(cells) > MAX_ROWS + 1:
                raise _UnreadableError("too_many_rows", str(MAX_ROWS), len(cells))
    except csv.Error as error:
        raise _UnreadableError("bad_quotes", row=reader.line_num) from error
    return cells


def _xlsx(content: bytes, out: Table) -> list[list[str]]:
    """The first sheet. Merged cells are reported: whose value they hold for the other rows would be a guess."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Looked at before unpacking: a small file may hold a large nothing.
            if sum(item.file_size for item in archive.infolist()) > 20 * MAX_BYTES:
                raise _UnreadableError("archive_bomb")
        book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except _UnreadableError:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        OSError,
        EOFError,
    ) as error:
        raise _UnreadableError("not_a_spreadsheet") from error
    sheet = book.worksheets[0] if book.worksheets else None
    if sheet is None or sheet.max_row is None:
        raise _UnreadableError("empty")
    if sheet.max_row > MAX_ROWS + 1:
        raise _UnreadableError("too_many_rows", str(MAX_ROWS), sheet.max_row)
    for area in sheet.merged_cells.ranges:
        out.problems.append(Problem(area.min_row, "merged_cells", area.coord))
    width = min(sheet.max_column or 0, MAX_COLUMNS)
    return [
        ["" if value is None else str(value) for value in row]
        for row in sheet.iter_rows(max_col=width, values_only=True)
    ]


def _rows(
    cells: list[list[str]], fields: Mapping[str, Sequence[str]], optional: frozenset[str], out: Table
) -> None:
    known = {fold(heading): name for name, headings in fields.items() for heading in headings}
    if not cells:
        out.problems.append(Problem(0, "empty"))
        return
    places: dict[str, int] = {}
    for place, heading in enumerate(cells[0]):
        name = known.get(fold(heading))
        if name is None:
            continue
        if name in places:
            out.problems.append(Problem(1, "heading_twice", clean(heading)[:60]))
        places[name] = place
    missing = [
        headings[0] for name, headings in fields.items() if name not in places and name not in optional
    ]
    if missing:
        out.problems.append(Problem(1, "heading_missing", ", ".join(missing)))
        return
    for number, line in enumerate(cells[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in line):
            out.problems.append(Problem(number, "row_too_long"))
            continue
        values = {name: clean(line[place]) if place < len(line) else "" for name, place in places.items()}
        out.rows.append((number, {name: values.get(name, "") for name in fields}))
        if len(out.problems) > MAX_PROBLEMS:
            return
    if not out.rows and not out.problems:
        out.problems.append(Problem(0, "empty"))
