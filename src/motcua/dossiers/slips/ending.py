"""Ends without a result: form 03, not accepted, and form 05, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.slips.parts import Mark, Party, Slip, common, mark, party
from motcua.dossiers.slips.wording import appointment_words, clock_words
from motcua.kernel import pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Slip):
    """Form 03: not accepted, why, and what the person can do now."""

    reason: str
    contact: Party
    legal_basis: str = ""
    next_steps: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Slip):
    """Form 05: stopped, usually because the applicant asked (NĐ 118/2025 art. 21; TT 03/2025 art. 7).

    `asked_by` and `asked_at` are None when nobody asked (a supplement that never came). `fees` and `papers` say what
    becomes of what was paid and handed in.
    """

    stopped_at: datetime
    reason: str
    fees: str
    papers: str
    contact: Party
    asked_by: Party | None = None
    asked_at: datetime | None = None
    received_at: datetime | None = None
    legal_basis: str = ""
    next_steps: Sequence[str] = ()
    signer: Mark | None = None
    signer_title: str = "Thủ trưởng cơ quan"


def refusal(slip: Refusal) -> bytes:
    """Form 03, PDF/A-2b."""
    data = common(slip, "Phiếu từ chối tiếp nhận giải quyết hồ sơ", "Mẫu số 03") | {
        "reason": slip.reason,
        "legal_basis": slip.legal_basis,
        "next_steps": list(slip.next_steps),
        "contact": party(slip.contact),
    }
    return pdf.render("dossiers/refusal", data, at=slip.issued_at)


def stop(slip: Stop) -> bytes:
    """Form 05, PDF/A-2b."""
    data = common(slip, "Thông báo dừng giải quyết hồ sơ", "Mẫu số 05") | {
        "stopped_at": appointment_words(slip.stopped_at),
        "reason": slip.reason,
        "fees": slip.fees,
        "papers": slip.papers,
        "contact": party(slip.contact),
        "asked_by": party(slip.asked_by),
        "asked_at": clock_words(slip.asked_at) if slip.asked_at else "",
        "received_at": clock_words(slip.received_at) if slip.received_at else "",
        "legal_basis": slip.legal_basis,
        "next_steps": list(slip.next_steps),
        "signer": mark(slip.signer),
        "signer_title": slip.signer_title,
    }
    return pdf.render("dossiers/stop", data, at=slip.issued_at)
