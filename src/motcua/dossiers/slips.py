"""The slips handed to an applicant, as PDF/A: data in, bytes out. Pure: no clock, no database.

Forms 01 receipt, 02 supplement, 03 refusal of TT 03/2025/TT-VPCP, fields R3.28; A5. The words on them are Vietnamese by
law and are not translated. The same slip gives the same bytes, whenever it is printed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.kernel import pdf, qr
from motcua.kernel.clock import VIETNAM

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
COPY_TYPES: Mapping[str, str] = {"original": "Bản chính", "copy": "Bản sao", "electronic": "Bản điện tử"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues a slip. `superior` is the agency above it in the heading; `place` the name in "Hoàn Kiếm, ngày …"."""

    agency: str
    place: str
    superior: str = ""
    received_by: str = ""  # the one-stop unit; the agency itself when empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or firm on a slip; empty facts are left out of it."""

    name: str
    identity: str = ""  # citizen ID, tax code or passport number
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paper of the dossier. `form` is a key of COPY_TYPES or the words to print; `note` what is wrong with it (02)."""

    name: str
    form: str = "electronic"
    count: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The place of a signature: a name, and what stands for the hand ("Xác nhận điện tử lúc …"); dates are in `note`.

    With `organisation` and `at` it is printed as the note of a digital signature instead.
    """

    name: str
    note: str = ""
    organisation: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What every slip has. `number` is the whole number ("15/TNHS"); `tracking_url` goes into the QR code and must
    hold no personal data and no secret (issue 2, point 12)."""

    issuer: Issuer
    number: str
    dossier_code: str
    applicant: Party
    procedure: str
    issued_at: datetime
    tracking_url: str
    officer: Mark | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequest(Slip):
    """Form 02: everything that is missing, at once (NĐ 61/2018 art. 17: asked one time)."""

    items: Sequence[Item]
    reason: str
    answer_by: datetime
    answer_place: str
    contact: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Slip):
    """Form 03: not accepted, why, and what the person can do now."""

    reason: str
    contact: Party
    legal_basis: str = ""
    next_steps: Sequence[str] = ()


def clock_words(moment: datetime) -> str:
    """`9 giờ 05, ngày 24/11/2026` in Vietnam's time."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour} giờ {local:%M}, ngày {local:%d/%m/%Y}"


def appointment_words(moment: datetime) -> str:
    """`16 giờ 30, thứ Năm 26/11/2026`: with the weekday, because people plan by it."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour} giờ {local:%M}, {_WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


def place_date(place: str, moment: datetime) -> str:
    """`Hoàn Kiếm, ngày 05 tháng 02 năm 2026`: days below 10 and months 1, 2 with a zero (NĐ 30/2020 appendix I)."""
    day = moment.astimezone(VIETNAM).date()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def _party(party: Party | None) -> pdf.JSON:
    if party is None:
        return None
    return {
        "name": party.name,
        "identity": party.identity,
        "address": party.address,
        "phone": party.phone,
        "email": party.email,
    }


def _mark(mark: Mark | None) -> pdf.JSON:
    if mark is None:
        return None
    at = mark.at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y") if mark.at else ""
    return {"name": mark.name, "note": mark.note, "organisation": mark.organisation if at else "", "at": at}


def _items(items: Sequence[Item]) -> pdf.JSON:
    return [
        {"name": i.name, "form": COPY_TYPES.get(i.form, i.form), "count": f"{i.count:02d}", "note": i.note}
        for i in items
    ]


def _common(slip: Slip, title: str, form: str) -> dict[str, pdf.JSON]:
    return {
        "title": title,
        "form": form,
        "superior": slip.issuer.superior,
        "agency": slip.issuer.agency,
        "received_by": slip.issuer.received_by or slip.issuer.agency,
        "number": slip.number,
        "place_date": place_date(slip.issuer.place, slip.issued_at),
        "dossier_code": slip.dossier_code,
        "keywords": [slip.dossier_code],
        "applicant": _party(slip.applicant),
        "procedure": slip.procedure,
        "qr": qr.svg(slip.tracking_url),
        "officer_mark": _mark(slip.officer),
    }


def acknowledgement(slip: Acknowledgement) -> bytes:
    """Confirmation of an online filing, PDF/A-2b."""
    data = _common(slip, "Xác nhận đã nộp hồ sơ", "Xác nhận nộp trực tuyến") | {
        "filed_at": appointment_words(slip.issued_at),
        "secret": slip.secret,
        "content": slip.content,
        "authorised": _party(slip.authorised),
        "components": _items(slip.components),
        "next_steps": list(slip.next_steps),
    }
    return pdf.render("dossiers/acknowledgement", data, at=slip.issued_at)


def receipt(slip: Receipt) -> bytes:
    """Form 01, PDF/A-2b."""
    data = _common(slip, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Mẫu số 01") | {
        "secret": slip.secret,
        "received_at": clock_words(slip.received_at),
        "due_at": appointment_words(slip.due_at),
        "term": slip.term,
        "return_place": slip.return_place,
        "content": slip.content,
        "authorised": _party(slip.authorised),
        "authorisation_paper": slip.authorisation_paper,
        "components": _items(slip.components),
        "sets": f"{slip.sets:02d} bộ",
        "fee": slip.fee,
        "register": slip.register,
        "next_steps": list(slip.next_steps),
        "applicant_mark": _mark(slip.applicant_mark),
    }
    return pdf.render("dossiers/receipt", data, at=slip.issued_at)


def supplement(slip: SupplementRequest) -> bytes:
    """Form 02, PDF/A-2b."""
    data = _common(slip, "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Mẫu số 02") | {
        "items": _items(slip.items),
        "reason": slip.reason,
        "answer_by": appointment_words(slip.answer_by),
        "answer_place": slip.answer_place,
        "contact": _party(slip.contact),
    }
    return pdf.render("dossiers/supplement", data, at=slip.issued_at)


def refusal(slip: Refusal) -> bytes:
    """Form 03, PDF/A-2b."""
    data = _common(slip, "Phiếu từ chối tiếp nhận giải quyết hồ sơ", "Mẫu số 03") | {
        "reason": slip.reason,
        "legal_basis": slip.legal_basis,
        "next_steps": list(slip.next_steps),
        "contact": _party(slip.contact),
    }
    return pdf.render("dossiers/refusal", data, at=slip.issued_at)
