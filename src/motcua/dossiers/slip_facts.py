"""What a dossier says of itself on slips: who issues, for whom, which papers, what it costs, whose hands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict

from django.conf import settings

from motcua.catalogue.models import Fee
from motcua.dossiers import slips
from motcua.dossiers.bundles import CaseBundle, case_bundle
from motcua.dossiers.models import Channel, Dossier
from motcua.kernel.models import Event
from motcua.kernel.money import format_dong
from motcua.organisations.models import Agency, Unit

_UNIT_WORDS = {"working_hour": "giờ làm việc", "working_day": "ngày làm việc", "calendar_day": "ngày"}
_CHANNELS = {Channel.COUNTER: "counter", Channel.ONLINE: "online", Channel.POST: "post"}


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
    """The published fee of the case, in the channel of the dossier, on a day; empty where there is none."""
    fees = Fee.objects.filter(case=dossier.case_id).order_by("position")
    return fees_in_words(fees, _CHANNELS[Channel(dossier.channel)], on)


def fees_in_words(fees: Iterable[Fee], channel: str, on: date) -> str:
    """The lines in force for a channel; no number where the source is not sure of it."""
    fitting = [
        fee
        for fee in fees
        if fee.channel in {"", channel}
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
