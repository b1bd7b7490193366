"""Issuing slips: numbered, made once for their event, stored, so that a reprint is the same to the byte.

A slip belongs to the moment of the event that brought it: asked for again (a job that was killed in the middle of a
PDF begins anew), the slip of that moment is found; another event, after a reopening or a restart, brings another one.
What a slip says of the dossier is gathered by ``slip_facts``, whose helpers are to be had here too for builders in
other rooms; what only its caller knows (reasons, runs) comes as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from motcua.dossiers import numbers, register, slips
from motcua.dossiers.actions import record
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.drafts import keep_content
from motcua.dossiers.models import Dossier, Slip, SlipKind
from motcua.dossiers.slip_facts import acted_by as acted_by
from motcua.dossiers.slip_facts import applicant as applicant
from motcua.dossiers.slip_facts import applicant_mark as applicant_mark
from motcua.dossiers.slip_facts import authorised as authorised
from motcua.dossiers.slip_facts import common as common
from motcua.dossiers.slip_facts import contact as contact
from motcua.dossiers.slip_facts import fee_words as fee_words
from motcua.dossiers.slip_facts import issuer as issuer
from motcua.dossiers.slip_facts import items as items
from motcua.dossiers.slip_facts import return_place as return_place
from motcua.dossiers.slip_facts import term_words as term_words
from motcua.dossiers.slip_facts import tracking_url as tracking_url
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day

ISSUED = "slip.issued"

#: What prints a slip: the dossier, the whole number ("15/TNHS") and the moment of the event.
Build = Callable[[Dossier, str, datetime], bytes]

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
    asked_at: datetime | None,
) -> Build:
    """Mẫu 05. With ``asked_at`` the applicant asked; without, nobody did."""

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
                asked_by=applicant(dossier) if asked_at is not None else None,
                received_at=dossier.received_at,
            )
        )

    return build


def ineligible(
    *,
    reason: str,
    marked: Sequence[Mapping[str, str]],
    answer_by: datetime,
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
                contact=contact(dossier),
                fields=listed["field"],
                papers=listed["component"],
                term=term_words(case_bundle(dossier.case_id)),
                answer_by=answer_by,
                answer_place=ANSWER_PLACE,
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
