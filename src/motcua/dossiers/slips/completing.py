"""What is missing or wrong: form 02 before a dossier is complete, and the notice after appraisal that it is not eligible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.slips.parts import Item, Party, Slip, common, items, party
from motcua.dossiers.slips.wording import appointment_words, clock_words
from motcua.kernel import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequest(Slip):
    """Form 02: everything that is missing, at once (NĐ 61/2018 art. 17: asked one time)."""

    items: Sequence[Item]
    reason: str
    answer_by: datetime
    answer_place: str
    contact: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Ineligible(Slip):
    """Not eligible after appraisal (NĐ 61/2018 art. 19 cl. 4; NĐ 118/2025): a written notice within 3 working days of
    receipt; once the dossier is complete its term is counted anew.

    `fields` and `papers` are what is wrong, each with its `note`; `term` the term that begins again.
    """

    received_at: datetime
    reason: str
    contact: Party
    answer_place: str
    fields: Sequence[Item] = ()
    papers: Sequence[Item] = ()
    legal_basis: str = ""
    term: str = ""
    answer_by: datetime | None = None


def supplement(slip: SupplementRequest) -> bytes:
    """Form 02, PDF/A-2b."""
    data = common(slip, "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Mẫu số 02") | {
        "items": items(slip.items),
        "reason": slip.reason,
        "answer_by": appointment_words(slip.answer_by),
        "answer_place": slip.answer_place,
        "contact": party(slip.contact),
    }
    return pdf.render("dossiers/supplement", data, at=slip.issued_at)


def ineligible(slip: Ineligible) -> bytes:
    """The notice, PDF/A-2b."""
    form = "Thông báo sau thẩm định"
    data = common(slip, "Thông báo hồ sơ không đủ điều kiện giải quyết", form) | {
        "received_at": clock_words(slip.received_at),
        "reason": slip.reason,
        "legal_basis": slip.legal_basis,
        "fields": items(slip.fields),
        "papers": items(slip.papers),
        "term": slip.term,
        "answer_by": appointment_words(slip.answer_by) if slip.answer_by else "",
        "answer_place": slip.answer_place,
        "contact": party(slip.contact),
    }
    return pdf.render("dossiers/ineligible", data, at=slip.issued_at)
