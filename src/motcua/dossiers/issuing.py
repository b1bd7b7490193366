"""Issuing slips: numbered, made once, stored, so that a reprint is the same to the byte.

The jobs here are the documents part of what follows an event (``config/wiring.py``). Each looks whether its
slip is there already: killed in the middle of a PDF, it begins again and ends with one slip.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from motcua.dossiers import numbers, slips
from motcua.dossiers.actions import record
from motcua.dossiers.bundles import CaseBundle, case_bundle
from motcua.dossiers.drafts import keep_content
from motcua.dossiers.models import Channel, Dossier, Slip, SlipKind
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.organisations.models import Unit

ISSUED = "slip.issued"

_UNIT_WORDS = {"working_hour": "giờ làm việc", "working_day": "ngày làm việc", "calendar_day": "ngày"}
_SUFFIX = {
    SlipKind.ACKNOWLEDGEMENT: "XNNHS",
    SlipKind.RECEIPT: "TNHS",
    SlipKind.SUPPLEMENT: "PBS",
    SlipKind.REFUSAL: "PTC",
}


def term_words(bundle: CaseBundle) -> str:
    """The legal term as the slip says it."""
    if bundle.term_value is None:
        return "theo quy định của pháp luật"
    if bundle.term_unit == "same_day":
        return "trong ngày làm việc"
    return f"{bundle.term_value:02d} {_UNIT_WORDS[bundle.term_unit]}"


def issuer(dossier: Dossier) -> slips.Issuer:
    """Who issues a slip of this dossier."""
    agency = dossier.agency
    one_stop = Unit.objects.filter(agency=agency, one_stop=True).values_list("name", flat=True).first()
    return slips.Issuer(
        agency=agency.name,
        place=agency.place or agency.short_name,
        superior=agency.parent.name if agency.parent_id and agency.parent else "",
        received_by=one_stop or "",
    )


def applicant(dossier: Dossier) -> slips.Party:
    """The applicant as printed."""
    contact = dossier.contacts
    return slips.Party(
        name=dossier.applicant_name,
        identity=dossier.applicant_number,
        address=contact.get("address", ""),
        phone=contact.get("phone", ""),
        email=contact.get("email", ""),
    )


def contact(dossier: Dossier) -> slips.Party:
    """Whom to ask at the agency."""
    agency = dossier.agency
    return slips.Party(name=agency.name, address=agency.address, phone=agency.phone, email=agency.email)


def tracking_url(dossier: Dossier) -> str:
    """What the QR of a slip opens: the code is filled in, the second secret is asked for."""
    return f"{settings.BASE_URL}/track/?code={dossier.code}"


def return_place(dossier: Dossier) -> str:
    """How and where the result is handed over, in words."""
    if dossier.return_by == "online":
        return "Trực tuyến, trong kho dữ liệu điện tử của người nộp"
    if dossier.return_by == "post":
        return "Qua dịch vụ bưu chính công ích"
    return issuer(dossier).received_by or dossier.agency.name


def items(dossier: Dossier) -> list[slips.Item]:
    """The papers that lie in the dossier, grouped by component; the electronic form first."""
    bundle = case_bundle(dossier.case_id)
    counts: dict[int, int] = {}
    for component in dossier.papers.filter(replaced_at=None).values_list("component_id", flat=True):
        counts[component] = counts.get(component, 0) + 1
    at_counter = dossier.channel != Channel.ONLINE
    listed = []
    for paper in bundle.components:
        if paper.by_form:
            listed.append(slips.Item(name=paper.name, form="Biểu mẫu điện tử"))
        elif paper.pk in counts:
            form = "electronic" if not at_counter else ("original" if paper.originals else "copy")
            listed.append(slips.Item(name=paper.name, form=form, count=counts[paper.pk]))
        elif at_counter and paper.required:
            listed.append(slips.Item(name=paper.name, form="original" if paper.originals else "copy"))
    return listed


Build = Callable[[Dossier, str, datetime], bytes]


@action("dossiers.issue_slip")
def _issue(*, dossier_id: int, kind: SlipKind, build: Build, at: datetime) -> Slip:
    dossier = (
        Dossier.objects.select_for_update(of=("self",))
        .select_related("agency__parent", "procedure")
        .get(pk=dossier_id)
    )
    day = local_day(at)
    number = numbers.in_year(dossier.agency_id, f"slip:{kind}", day)
    pdf = build(dossier, f"{number:02d}/{_SUFFIX[kind]}", at)
    slip = Slip.objects.create(
        dossier=dossier,
        kind=kind,
        number=number,
        year=day.year,
        blob=keep_content(pdf, "application/pdf", at),
        issued_at=at,
    )
    record(dossier, ISSUED, actor=SYSTEM, now=at, data={"kind": str(kind), "number": number})
    return slip


def issue(dossier_id: int, kind: SlipKind, build: Build, at: datetime) -> Slip:
    """The slip of a kind, issued now or before."""
    slips_of_kind = Slip.objects.select_related("blob").filter(dossier=dossier_id, kind=kind)
    found = slips_of_kind.first()
    if found is not None:
        return found
    with transaction.atomic():
        # Two workers may be on it (one was thought dead): the second waits here, and finds the first one's slip.
        Dossier.objects.select_for_update(of=("self",)).only("pk").get(pk=dossier_id)
        return slips_of_kind.first() or _issue(dossier_id=dossier_id, kind=kind, build=build, at=at)


def acknowledgement(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Confirmation of an online filing; it promises an answer, not yet a result."""
    return slips.acknowledgement(
        slips.Acknowledgement(
            issuer=issuer(dossier),
            number=number,
            dossier_code=dossier.code,
            applicant=applicant(dossier),
            procedure=dossier.procedure.name,
            issued_at=at,
            tracking_url=tracking_url(dossier),
            secret=dossier.lookup_secret,
            components=items(dossier),
            next_steps=(
                "Cán bộ một cửa kiểm tra hồ sơ và trả lời trong thời hạn 08 giờ làm việc.",
                "Khi được tiếp nhận, Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu 01) sẽ gửi vào tài khoản và thư điện tử.",
            ),
        )
    )


def receipt(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 01: received, with the appointment."""
    assert dossier.received_at is not None
    bundle = case_bundle(dossier.case_id)
    return slips.receipt(
        slips.Receipt(
            issuer=issuer(dossier),
            number=number,
            dossier_code=dossier.code,
            applicant=applicant(dossier),
            procedure=dossier.procedure.name,
            issued_at=at,
            tracking_url=tracking_url(dossier),
            secret=dossier.lookup_secret,
            received_at=dossier.received_at,
            due_at=dossier.due_at or dossier.received_at,
            term=term_words(bundle),
            return_place=return_place(dossier),
            components=items(dossier),
        )
    )
