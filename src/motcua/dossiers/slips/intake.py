"""What a person is given for a dossier: the confirmation of an online filing, and form 01."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.slips.parts import Item, Mark, Party, Slip, common, items, mark, party
from motcua.dossiers.slips.wording import appointment_words, clock_words
from motcua.kernel import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Slip):
    """Filed online, not yet received: no appointment."""

    secret: str
    content: str = ""
    authorised: Party | None = None
    components: Sequence[Item] = ()
    next_steps: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Slip):
    """Form 01. `term` as the law words it ("03 ngày làm việc"); `secret` the second secret of public tracking."""

    secret: str
    received_at: datetime
    due_at: datetime
    term: str
    return_place: str
    content: str = ""
    authorised: Party | None = None
    authorisation_paper: str = ""
    components: Sequence[Item] = ()
    sets: int = 1
    fee: str = ""
    register: str = ""  # "Quyển số 02/2026, số thứ tự 315"
    next_steps: Sequence[str] = ()
    applicant_mark: Mark | None = None


def acknowledgement(slip: Acknowledgement) -> bytes:
    """Confirmation of an online filing, PDF/A-2b."""
    data = common(slip, "Xác nhận đã nộp hồ sơ", "Xác nhận nộp trực tuyến") | {
        "filed_at": appointment_words(slip.issued_at),
        "secret": slip.secret,
        "content": slip.content,
        "authorised": party(slip.authorised),
        "components": items(slip.components),
        "next_steps": list(slip.next_steps),
    }
    return pdf.render("dossiers/acknowledgement", data, at=slip.issued_at)


def receipt(slip: Receipt) -> bytes:
    """Form 01, PDF/A-2b."""
    data = common(slip, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Mẫu số 01") | {
        "secret": slip.secret,
        "received_at": clock_words(slip.received_at),
        "due_at": appointment_words(slip.due_at),
        "term": slip.term,
        "return_place": slip.return_place,
        "content": slip.content,
        "authorised": party(slip.authorised),
        "authorisation_paper": slip.authorisation_paper,
        "components": items(slip.components),
        "sets": f"{slip.sets:02d} bộ",
        "fee": slip.fee,
        "register": slip.register,
        "next_steps": list(slip.next_steps),
        "applicant_mark": mark(slip.applicant_mark),
    }
    return pdf.render("dossiers/receipt", data, at=slip.issued_at)
