"""Form 07: the register, in sheets of A4 across. A sheet holds a bounded number of lines, so that no book, however
long, is ever in memory as a whole (``dossiers/register_printing.py`` binds them)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from motcua.dossiers.slips.parts import Issuer
from motcua.dossiers.slips.wording import clock_words, place_date
from motcua.kernel import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """A dossier as the register has it (R3.28); all in words. `signature` is empty where a hand is to sign."""

    number: str
    code: str
    procedure: str
    name: str
    contact: str
    lead: str
    received: str
    due: str
    returned: str
    method: str
    signature: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSheet:
    """Some lines of a register of an agency and period. `first_page` is the number of its first page in the book;
    only the first sheet (`opens`) has the heading, only the last (`closes`) the place to sign."""

    issuer: Issuer
    volume: str
    since: date
    until: date
    lines: Sequence[RegisterLine]
    total: int
    printed_at: datetime
    printed_by: str = ""
    first_page: int = 1
    opens: bool = True
    closes: bool = True


def register_sheet(sheet: RegisterSheet) -> bytes:
    """A sheet of form 07, PDF/A-2b."""
    data: dict[str, pdf.JSON] = {
        "title": "Sổ theo dõi hồ sơ",
        "form": "Mẫu số 07",
        "superior": sheet.issuer.superior,
        "agency": sheet.issuer.agency,
        "received_by": sheet.issuer.received_by or sheet.issuer.agency,
        "number": "",
        "place_date": place_date(sheet.issuer.place, sheet.printed_at),
        "volume": sheet.volume,
        "period": f"Từ ngày {sheet.since:%d/%m/%Y} đến ngày {sheet.until:%d/%m/%Y}",
        "printed": f"In từ hệ thống lúc {clock_words(sheet.printed_at)}",
        "printed_by": sheet.printed_by,
        "total": f"{sheet.total:,}".replace(",", "."),
        "first_page": sheet.first_page,
        "opens": sheet.opens,
        "closes": sheet.closes,
        "rows": [
            [
                line.number,
                line.code,
                line.procedure,
                line.name,
                line.contact,
                line.lead,
                line.received,
                line.due,
                line.returned,
                line.method,
                line.signature,
                line.note,
            ]
            for line in sheet.lines
        ],
    }
    return pdf.render("dossiers/register", data, at=sheet.printed_at)
