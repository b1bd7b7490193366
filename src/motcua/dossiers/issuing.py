"""Issuing slips: numbered, made once for their event, stored, so that a reprint is the same to the byte.

A slip belongs to the moment of the event that brought it: asked for again (a job that was killed in the middle of a
PDF begins anew), the slip of that moment is found; another event, after a reopening or a restart, brings another one.
What a slip says of the dossier is gathered here; what only its caller knows (reasons, runs) comes as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict

from django.conf import settings
from django.db import transaction

from motcua.catalogue.models import Fee
from motcua.dossiers import numbers, register, slips
from motcua.dossiers.actions import record
from motcua.dossiers.bundles import CaseBundle, case_bundle
from motcua.dossiers.drafts import keep_content
from motcua.dossiers.models import Channel, Dossier, Slip, SlipKind
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.kernel.models import Event
from motcua.kernel.money import format_dong
from motcua.organisations.models import Agency, Unit

ISSUED = "slip.issued"

#: What prints a slip: the dossier, the whole number ("15/TNHS") and the moment of the event.
Build = Callable[[Dossier, str, datetime], bytes]

_UNIT_WORDS = {"working_hour": "giờ làm việc", "working_day": "ngày làm việc", "calendar_day": "ngày"}
_CHANNELS = {Channel.COUNTER: "counter", Channel.ONLINE: "online", Channel.POST: "post"}
_SUFFIX = {
    SlipKind.ACKNOWLEDGEMENT: "XNNHS",
    SlipKind.RECEIPT: "TNHS",
    SlipKind.SUPPLEMENT: "PBS",
    SlipKind.REFUSAL: "PTC",
    SlipKind.APOLOGY: "PXL",
    SlipKind.STOP: "TB-DGQ",
    SlipKind.CONTROL: "PKS",
    SlipKind.INELIGIBLE: "TB-KĐK",
}
ANSWER_PLACE = "Trang hồ sơ của tôi trên Cổng dịch vụ công, hoặc tại bộ phận một cửa"


# --- issuing ------------------------------------------------------------------------------------------------


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
    """The slip of a kind for the event at ``at``, issued now or before."""
    wanted = Slip.objects.select_related("blob").filter(dossier=dossier_id, kind=kind, issued_at=at)
    found = wanted.first()
    if found is not None:
        return found
    with transaction.atomic():
        # Two workers may be on it (one was thought dead): the second waits here, and finds the first one's slip.
        Dossier.objects.select_for_update(of=("self",)).only("pk").get(pk=dossier_id)
        return wanted.first() or _issue(dossier_id=dossier_id, kind=kind, build=build, at=at)


# --- what a dossier says of itself ---------------------------------------------------------------------------


class Common(TypedDict):
    """The fields that every slip has."""

    issuer: slips.Issuer
    number: str
    dossier_code: str
    applicant: slips.Party
    procedure: str
    issued_at: datetime
    tracking_url: str
    officer: slips.Mark | None


def common(dossier: Dossier, number: str, at: datetime) -> Common:
    """``slips.Refusal(**common(dossier, number, at), reason=…)``: everything a slip has in common, officer included."""
    return {
        "issuer": issuer(dossier),
        "number": number,
        "dossier_code": dossier.code,
        "applicant": applicant(dossier),
        "procedure": dossier.procedure.name,
        "issued_at": at,
        "tracking_url": tracking_url(dossier),
        "officer": acted_by(dossier, at),
    }


def acted_by(dossier: Dossier, at: datetime) -> slips.Mark | None:
    """The officer whose act at ``at`` brought the slip, as their mark; None when the system or a person acted."""
    officers = Event.objects.filter(stream=dossier.stream, at=at, actor_kind="officer").exclude(officer="")
    name = officers.order_by("-seq").values_list("officer", flat=True).first()
    return slips.Mark(name=name, note=f"Xác nhận điện tử lúc {slips.clock_words(at)}") if name else None


def term_words(bundle: CaseBundle) -> str:
    """The legal term as the slip says it."""
    if bundle.term_value is None:
        return "theo quy định của pháp luật"
    if bundle.term_unit == "same_day":
        return "trong ngày làm việc"
    return f"{bundle.term_value:02d} {_UNIT_WORDS[bundle.term_unit]}"


def issuer(dossier: Dossier) -> slips.Issuer:
    """Who issues a slip of this dossier."""
    return issuer_of(dossier.agency)


def issuer_of(agency: Agency) -> slips.Issuer:
    """An agency as its papers name it."""
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
        organisation=dossier.applicant_kind == "business",
    )


def authorised(dossier: Dossier) -> slips.Party | None:
    """Who filed it with the applicant's authorisation."""
    person = dossier.authorised_person
    if not person:
        return None
    return slips.Party(
        name=person["name"],
        identity=person.get("number", ""),
        address=person.get("address", ""),
        phone=person.get("phone", ""),
        email=person.get("email", ""),
    )


def applicant_mark(dossier: Dossier) -> slips.Mark | None:
    """What stands for the applicant's hand: signing in, when they filed online; at the counter they sign."""
    if dossier.channel != Channel.ONLINE or dossier.filed_by_id is not None:
        return None
    return slips.Mark(
        name=dossier.authorised_person.get("name") or dossier.applicant_name,
        note=f"Xác thực điện tử khi nộp lúc {slips.clock_words(dossier.submitted_at)}",
    )


def fee_words(dossier: Dossier, on: date) -> str:
    """The fee of the case in this channel on a day; empty where nothing is published, no number where it is not sure."""
    fitting = [
        fee
        for fee in Fee.objects.filter(case=dossier.case_id).order_by("position")
        if fee.channel in {"", _CHANNELS[Channel(dossier.channel)]}
        and (fee.valid_from is None or fee.valid_from <= on)
        and (fee.valid_to is None or on <= fee.valid_to)
    ]
    return "; ".join(dict.fromkeys(_fee(fee) for fee in fitting))


def _fee(fee: Fee) -> str:
    if fee.amount is None or not fee.certain:
        return "theo quy định"
    if fee.amount == 0:
        return "không thu"
    return format_dong(fee.amount) + (f"/{fee.per}" if fee.per else "")


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


# --- builders: from rows to the data of a slip ---------------------------------------------------------------


def acknowledgement(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Confirmation of an online filing; it promises an answer, not yet a result."""
    return slips.acknowledgement(
        slips.Acknowledgement(
            **common(dossier, number, at),
            secret=dossier.lookup_secret,
            authorised=authorised(dossier),
            components=items(dossier),
            next_steps=(
                "Cán bộ một cửa kiểm tra hồ sơ và trả lời trong thời hạn 08 giờ làm việc.",
                "Khi được tiếp nhận, Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu 01) sẽ gửi vào tài khoản và thư điện tử.",
            ),
        )
    )


def receipt(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 01: received, with the appointment, its line in the register, the fee and both marks."""
    assert dossier.received_at is not None
    return slips.receipt(
        slips.Receipt(
            **common(dossier, number, at),
            secret=dossier.lookup_secret,
            received_at=dossier.received_at,
            due_at=dossier.due_at or dossier.received_at,
            term=term_words(case_bundle(dossier.case_id)),
            return_place=return_place(dossier),
            authorised=authorised(dossier),
            authorisation_paper=dossier.authorised_person.get("paper", ""),
            components=items(dossier),
            fee=fee_words(dossier, local_day(at)),
            register=register.words(dossier),
            applicant_mark=applicant_mark(dossier),
        )
    )


def apology(
    *,
    reason: str,
    was_due: datetime,
    new_due: datetime,
    signer: slips.Mark | None = None,
    signer_title: str = "Thủ trưởng cơ quan",
) -> Build:
    """Mẫu 04: the appointment that cannot be kept, why, and the new one."""

    def build(dossier: Dossier, number: str, at: datetime) -> bytes:
        return slips.apology(
            slips.Apology(
                **common(dossier, number, at),
                received_at=dossier.received_at or dossier.submitted_at,
                due_at=was_due,
                new_due_at=new_due,
                reason=reason,
                return_place=return_place(dossier),
                contact=contact(dossier),
                signer=signer,
                signer_title=signer_title,
            )
        )

    return build


def stop(
    *,
    reason: str,
    fees: str,
    papers: str,
    asked_at: datetime | None = None,
    asked_by: slips.Party | None = None,
    legal_basis: str = "",
    signer: slips.Mark | None = None,
    signer_title: str = "Thủ trưởng cơ quan",
) -> Build:
    """Mẫu 05. With ``asked_at`` the applicant asked, or ``asked_by`` for them; without, nobody did."""

    def build(dossier: Dossier, number: str, at: datetime) -> bytes:
        return slips.stop(
            slips.Stop(
                **common(dossier, number, at),
                stopped_at=at,
                reason=reason,
                fees=fees,
                papers=papers,
                contact=contact(dossier),
                asked_at=asked_at,
                asked_by=(asked_by or applicant(dossier)) if asked_at is not None else None,
                received_at=dossier.received_at,
                legal_basis=legal_basis,
                signer=signer,
                signer_title=signer_title,
            )
        )

    return build


def ineligible(
    *,
    reason: str,
    marked: Sequence[Mapping[str, str]],
    answer_by: datetime | None = None,
    answer_place: str = ANSWER_PLACE,
    legal_basis: str = "",
) -> Build:
    """The notice after appraisal. ``marked``: what is wrong, as {kind: field|component, label, note}."""

    def build(dossier: Dossier, number: str, at: datetime) -> bytes:
        listed = {
            kind: [slips.Item(name=one["label"], note=one["note"]) for one in marked if one["kind"] == kind]
            for kind in ("field", "component")
        }
        return slips.ineligible(
            slips.Ineligible(
                **common(dossier, number, at),
                received_at=dossier.received_at or dossier.submitted_at,
                reason=reason,
                legal_basis=legal_basis,
                contact=contact(dossier),
                fields=listed["field"],
                papers=listed["component"],
                term=term_words(case_bundle(dossier.case_id)),
                answer_by=answer_by,
                answer_place=answer_place,
            )
        )

    return build


def control(*, rows: Sequence[slips.Handover], coordinating: Sequence[str] = ()) -> Build:
    """Mẫu 06: the hand-overs so far, oldest first."""

    def build(dossier: Dossier, number: str, at: datetime) -> bytes:
        unit = dossier.unit.name if dossier.unit_id and dossier.unit else ""
        return slips.control(
            slips.ControlSlip(
                **common(dossier, number, at),
                resolving=f"{unit}, {dossier.agency.name}" if unit else dossier.agency.name,
                coordinating=coordinating,
                received_at=dossier.received_at or dossier.submitted_at,
                due_at=dossier.due_at,
                rows=rows,
            )
        )

    return build
