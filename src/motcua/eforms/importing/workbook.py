"""An XLSForm workbook as pyxform's tree of questions. The only file that knows pyxform. Pure.

A workbook is judged before anything opens it: its structure as uploads are (`kernel.uploads`), its parts by their size
unpacked, its sheets by their cells. pyxform is asked to read, never to make or validate an XForm.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import Any, Final

from motcua.eforms.importing import MAX_BYTES, MAX_QUESTIONS, MAX_UNPACKED, Unreadable
from motcua.kernel.uploads import inspect

#: 500 questions of twenty columns, and lists of some thousand options.
MAX_CELLS: Final = 150_000
#: Rows of the survey: beside questions there are groups, their ends, and what a device records.
MAX_ROWS: Final = 4 * MAX_QUESTIONS
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REFUSED = {"archive_bomb": "archive_bomb", "macro": "macro"}


def tree(data: bytes, name: str) -> dict[str, Any]:
    """pyxform's JSON of the form. Raises Unreadable."""
    judge(data, name)
    # Imported here: half a second, that no process should spend for what an author does now and then.
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import DefinitionData, xlsx_to_dict

    try:
        sheets: dict[str, Any] = xlsx_to_dict(io.BytesIO(data))  # type: ignore[no-untyped-call]  # pyxform has no types
    except PyXFormError as error:  # what openpyxl said, and a heading that stands there twice
        raise Unreadable("bad_xlsform", _said(error)) from error
    except (
        Exception
    ) as error:  # openpyxl and its XML parser raise many kinds on broken input; each means the same
        raise Unreadable("not_a_workbook") from error
    if not sheets.get("survey"):
        raise Unreadable("no_survey")
    if sum(map(bool, sheets["survey"])) > MAX_ROWS:
        raise Unreadable("too_many_questions", str(MAX_QUESTIONS))
    try:
        made: dict[str, Any] = workbook_to_json(
            DefinitionData(fallback_form_name=stem(name), **sheets), form_name="data", warnings=[]
        )
    except Exception as error:  # beside its own, whatever a row that it did not foresee leads to
        raise Unreadable("bad_xlsform", _said(error)) from error
    return made


def _said(error: Exception) -> str:
    return str(error) if error.args or getattr(error, "code", None) else type(error).__name__


def stem(name: str) -> str:
    return PurePath(name.replace("\\", "/")).stem[:60] or "form"


def judge(data: bytes, name: str) -> None:
    """Raises Unreadable for what should not even be opened."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", f"{MAX_BYTES // 1024 // 1024} MB")
    if data.startswith(_OLD):
        # Both an .xls and a workbook with a password are such a container; the name tells which was meant.
        raise Unreadable("old_workbook" if name.lower().endswith(".xls") else "locked_workbook")
    problem = inspect(data, "form.xlsx").problem
    if problem is not None:
        raise Unreadable(_REFUSED.get(problem, "not_a_workbook"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Unreadable("archive_bomb")
            # In all parts, for a workbook may keep its sheets under any name.
            cells = sum(len(_CELL.findall(archive.read(member))) for member in members)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("not_a_workbook") from error
    if cells > MAX_CELLS:
        raise Unreadable("too_large", f"{MAX_CELLS:,}".replace(",", "."))
