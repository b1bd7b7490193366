"""Reading components, and the list of papers that databases replace. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from motcua.catalogue.importing.names import HEDGE, database_name, ministry_name, public_text
from motcua.catalogue.records import Handling, OddRow, Paper, PaperReplacementRecord
from motcua.kernel.codes import national_code
from motcua.kernel.text import clean, fold, slug

_NOTE = re.compile(r"^(?:\*+|-\s|lưu ý|ghi chú|chú ý)", re.IGNORECASE)
_INSTRUMENT = re.compile(r"^(?:luật|nghị định|thông tư|nghị quyết|quyết định)\b", re.IGNORECASE)


# The declaration comes first in the official lists, under one of these names.
_DECLARATION = re.compile(
    r"(mẫu .*tương tác|tờ khai|đơn|giấy đề nghị|phiếu (đề nghị|thu thập|tự khai)|thông báo|văn bản đề nghị)",
    re.IGNORECASE,
)


def read_components(
    row: str, raw: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Paper, ...], tuple[str, ...], list[OddRow]]:
    """Papers, the notes that stood among them, and what was odd."""
    papers: list[Paper] = []
    notes: list[str] = []
    odd: list[OddRow] = []
    for item in raw:
        name = public_text(item["name"])
        if _NOTE.match(name):
            notes.append(name)
            odd.append(_odd(row, "note_among_components", Handling.REPAIRED, name))
            continue
        if any(fold(p.name) == fold(name) for p in papers):
            odd.append(_odd(row, "component_twice", Handling.SKIPPED, name))
            continue
        originals, copies = int(item.get("original") or 0), int(item.get("copy") or 0)
        if not originals and not copies:
            odd.append(_odd(row, "component_without_copies", Handling.NOTED, name))
        form_no = str(item.get("form_no") or "")
        condition = str(item.get("condition") or "")
        if HEDGE.search(form_no) or HEDGE.search(condition) or HEDGE.search(item["name"]):
            odd.append(_odd(row, "component_unverified", Handling.UNCERTAIN, f"{name} {form_no} {condition}"))
        database = item.get("replaceable_by_db")
        key = slug(name)[:80]
        if any(p.key == key for p in papers):
            key = f"{key[:76]}-{len(papers) + 1}"
        papers.append(
            Paper(
                key=key,
                name=name,
                originals=originals,
                copies=copies,
                required=bool(item.get("required")),
                condition=public_text(condition),
                form_no=public_text(form_no),
                replaced_by=database_name(database) if database else None,
                by_form=not papers and _DECLARATION.match(name) is not None,
            )
        )
    return tuple(papers), tuple(notes), odd


def read_replacements(
    rows: Sequence[Mapping[str, Any]], index_names: Mapping[str, str]
) -> tuple[list[PaperReplacementRecord], list[OddRow]]:
    """The rows of NQ 66.7/2025/NQ-CP. `index_names` (code → name) is what their names are compared with."""
    records: list[PaperReplacementRecord] = []
    odd: list[OddRow] = []
    numbers: set[Any] = set()
    seen: set[tuple[str, str, str]] = set()
    for position, raw in enumerate(rows, start=1):
        at = f"#{position}"
        try:
            code = national_code(str(raw.get("code") or ""))
        except ValueError:
            odd.append(OddRow("papers", at, "code_unreadable", Handling.SKIPPED, str(raw.get("code"))))
            continue
        row = f"{code} ({at})"
        if raw["stt"] in numbers:
            odd.append(OddRow("papers", row, "number_twice", Handling.REPAIRED, f"stt {raw['stt']}"))
        numbers.add(raw["stt"])
        document, database, owner = clean(raw["document"]), clean(raw["database"]), clean(raw["db_owner"])
        instrument, article = clean(raw["legal"]), clean(raw["article"])
        certain = True
        if _INSTRUMENT.match(
            owner
        ):  # the paper's own cell was empty, and the rest moved one column to the left
            document, database, owner, instrument, article = (
                "",
                document,
                database,
                owner,
                instrument or article,
            )
            certain = False
            odd.append(
                OddRow("papers", row, "columns_shifted", Handling.UNCERTAIN, owner + " | " + instrument)
            )
        database = database_name(database)
        if database.endswith("về đăng ký doanh"):
            database += " nghiệp"
            odd.append(OddRow("papers", row, "database_name_cut", Handling.REPAIRED, raw["database"]))
        if not re.search(r"cơ sở dữ liệu|hệ thống|sổ sức khỏe|vneid", database, re.IGNORECASE):
            certain = False
            odd.append(OddRow("papers", row, "not_a_database", Handling.UNCERTAIN, database))
        if not article:
            odd.append(OddRow("papers", row, "article_missing", Handling.NOTED, instrument))
        if code not in index_names:
            odd.append(OddRow("papers", row, "not_in_index", Handling.NOTED, clean(raw["name"])))
        elif fold(index_names[code]) != fold(raw["name"]):
            odd.append(
                OddRow(
                    "papers",
                    row,
                    "name_differs",
                    Handling.NOTED,
                    f"{clean(raw['name'])} | {index_names[code]}",
                )
            )
        identity = (code, fold(document), fold(database))
        if identity in seen:
            odd.append(OddRow("papers", row, "row_twice", Handling.NOTED, document))
        seen.add(identity)
        owners = "; ".join(
            dict.fromkeys(ministry_name(o) for o in re.split(r";|,| và (?=Bộ)|(?<=\w) (?=Bộ )", owner) if o)
        )
        records.append(
            PaperReplacementRecord(
                position, code, clean(raw["name"]), document, database, owners, instrument, article, certain
            )
        )
    return records, odd


def _odd(row: str, reason: str, handling: Handling, detail: str = "") -> OddRow:
    return OddRow("details", row, reason, handling, detail)
