"""Form 04: an apology, and one new appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.slips.parts import Mark, Party, Slip, common, mark, party
from motcua.dossiers.slips.wording import appointment_words, clock_words, day_words
from motcua.kernel import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Apology(Slip):
    """Form 04 (NĐ 61/2018 art. 19 cl. 9: one new appointment at most). The head of the agency signs.

    `return_place` is where the result will be handed over; `contact` whom to ask until then.
    """

    received_at: datetime
    due_at: datetime
    new_due_at: datetime
    reason: str
    return_place: str
    contact: Party
    signer: Mark | None = None
    signer_title: str = "Thủ trưởng cơ quan"


def apology(slip: Apology) -> bytes:
    """Form 04, PDF/A-2b."""
    data = common(slip, "Phiếu xin lỗi và hẹn lại ngày trả kết quả", "Mẫu số 04") | {
        "received_day": day_words(slip.received_at),
        "due_at": clock_words(slip.due_at),
        "new_due_at": appointment_words(slip.new_due_at),
        "reason": slip.reason,
        "return_place": slip.return_place,
        "contact": party(slip.contact),
        "signer": mark(slip.signer),
        "signer_title": slip.signer_title,
    }
    return pdf.render("dossiers/apology", data, at=slip.issued_at)
