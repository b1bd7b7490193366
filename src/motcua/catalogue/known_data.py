"""What the State's databases already hold, as plain values for whoever judges a form (`eforms.advice`).

Papers are those of the list that Resolution 66.7/2025/NQ-CP replaces by databases (`data/paper-to-database.json`): of one
procedure with certainty, of others as a hint. Claims are what signing in tells of a person (`identity.claims`).
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from functools import cache, lru_cache
from importlib import resources

from motcua.catalogue.importing.papers import read_replacements
from motcua.catalogue.records import PaperReplacementRecord
from motcua.eforms.advice import Known, KnownPaper
from motcua.identity.claims import KEPT
from motcua.kernel.text import fold

#: A name that stands in one row alone may be a slip of whoever made the list.
SEEN_OFTEN = 2
LONGEST_NAME = 9
_PARTS = re.compile(r"[;,/()*:\n]|\s-\s|\bhoặc\b|\bvà\b|\bnhư\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"^[-+\d.\s]*(?:bản (?:sao|chính|chụp|photocopy)\s+)?(?:(?:được |có )?(?:chứng thực|công chứng)\s+(?:từ\s+)?)?"
    r"(?:thẻ\s+(?=căn cước))?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s+(?:của|đối với|áp dụng|có ngành|đã|mới|do|để|trong|ghi|phục vụ|về)\b.*$", re.IGNORECASE
)
_PAPER = re.compile(
    r"^(?:giấy (?:chứng nhận|phép|khai sinh|chứng tử|đăng ký|xác nhận|chứng minh|khám)|căn cước|chứng minh nhân dân|"
    r"trích lục|phiếu lý lịch|thẻ bảo hiểm|sổ hộ khẩu|sổ sức khỏe)",
    re.IGNORECASE,
)
_VAGUE = frozenset({"giay chung nhan", "giay phep", "giay dang ky", "giay xac nhan", "trich luc"})


def names_in(document: str) -> tuple[str, ...]:
    """The papers that a row names: `Giấy chứng nhận đăng ký doanh nghiệp; Căn cước công dân` are two."""
    found: dict[str, str] = {}
    for part in _PARTS.split(document):
        name = _AFTER.sub("", _BEFORE.sub("", part.strip())).strip(" .")
        if _PAPER.match(name) and len(name.split()) <= LONGEST_NAME and fold(name) not in _VAGUE:
            found.setdefault(fold(name), name[:1].upper() + name[1:])
    return tuple(found.values())


@cache
def _records() -> tuple[PaperReplacementRecord, ...]:
    path = resources.files("motcua.catalogue") / "data" / "paper-to-database.json"
    records, _ = read_replacements(json.loads(path.read_text("utf-8")), {})
    return tuple(record for record in records if record.certain)


@cache
def _everywhere() -> dict[str, KnownPaper]:
    """Papers by their folded name, each with the database that most rows name for it."""
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    databases: dict[str, Counter[str]] = defaultdict(Counter)
    for record in _records():
        names = names_in(record.document)
        for name in names:
            spelled[fold(name)][name] += 1
        # A row with two papers names two databases, and not which is whose.
        if len(names) == 1 and len(_databases(record.database)) == 1:
            databases[fold(names[0])][record.database] += 1
    return {
        key: KnownPaper(names.most_common(1)[0][0], databases[key].most_common(1)[0][0])
        for key, names in spelled.items()
        if names.total() >= SEEN_OFTEN and databases[key]
    }


def _databases(said: str) -> list[str]:
    """`Cơ sở dữ liệu A Cơ sở dữ liệu B` and every other way the list joins them."""
    return [
        part.strip(" ;,:")
        for part in re.split(r"(?:\bvà\s+)?(?=\bCơ sở dữ liệu\b)", said)
        if part.strip(" ;,:")
    ]


@lru_cache(maxsize=256)
def known_data(code: str = "") -> Known:
    """What is known for a procedure by its national code; without one, or of an unknown one, what is known in general."""
    papers = dict(_everywhere())
    for record in _records():
        if record.national_code != code:
            continue
        names = names_in(record.document)
        for name in names:
            known = papers.get(fold(name))
            # Where a row joins several papers, what the whole list says of one is surer than the row.
            database = known.database if known and len(names) > 1 else "; ".join(_databases(record.database))
            basis = ", ".join(part for part in (record.article, record.instrument) if part)
            papers[fold(name)] = KnownPaper(name, database, basis, here=True)
    return Known(tuple(papers.values()), frozenset(KEPT))
