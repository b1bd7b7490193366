"""What slips are made of: who issues, to whom, which papers, whose hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.slips.wording import place_date
from motcua.kernel import pdf, qr
from motcua.kernel.clock import VIETNAM

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
    organisation: bool = False  # addressed as such, not as Ông/Bà

    @property
    def pronoun(self) -> str:
        """How the text of a slip addresses them."""
        return "Quý tổ chức" if self.organisation else "Ông/Bà"


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


def party(one: Party | None) -> pdf.JSON:
    """A party for the template."""
    if one is None:
        return None
    return {
        "name": one.name,
        "identity": one.identity,
        "address": one.address,
        "phone": one.phone,
        "email": one.email,
        "pronoun": one.pronoun,
    }


def mark(one: Mark | None) -> pdf.JSON:
    """A mark for the template."""
    if one is None:
        return None
    at = one.at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y") if one.at else ""
    return {"name": one.name, "note": one.note, "organisation": one.organisation if at else "", "at": at}


def items(some: Sequence[Item]) -> pdf.JSON:
    """Papers for the template."""
    return [
        {"name": i.name, "form": COPY_TYPES.get(i.form, i.form), "count": f"{i.count:02d}", "note": i.note}
        for i in some
    ]


def common(slip: Slip, title: str, form: str) -> dict[str, pdf.JSON]:
    """What every template of a slip reads."""
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
        "applicant": party(slip.applicant),
        "procedure": slip.procedure,
        "qr": qr.svg(slip.tracking_url),
        "officer_mark": mark(slip.officer),
    }
