"""Intake: a filed dossier finds its first step; it is received, refused, or sent on to the agency that is competent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from motcua.catalogue.models import Service
from motcua.dossiers import actions as filing
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Channel, Dossier, Draft, Posting
from motcua.dossiers.posting import Envelope, keep_posting
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.models import Agency
from motcua.organisations.queries import units_of
from motcua.processing import clock
from motcua.processing.actions.common import advance, defined, expect, reason_of, run_by
from motcua.processing.definitions import current_process, process
from motcua.processing.events import RECEIVED, REFUSED, TRANSFERRED
from motcua.processing.joint.opening import before_receipt
from motcua.processing.models import StepRun, Transfer
from motcua.processing.runs import close_run, enter, lock_run


def begin(happened: Happened) -> None:
    """Subscriber of ``dossier.submitted``: open the first step of the process the case follows now."""
    dossier: Dossier = happened.subject
    published = process(current_process(dossier.case_id))
    enter(dossier, published, published.steps[0], now=happened.at)


@action("processing.receive")
def receive(*, actor: Actor, run_id: int, note: str = "", now: datetime) -> Dossier:
    """Accept a dossier: the term begins, the appointment is set (mẫu 01), it goes to the unit that answers for it."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "receive")
    before_receipt(dossier, now=now)
    dossier.received_at = now
    dossier.due_at = clock.first_due(dossier, now)
    filing.step_to(
        dossier,
        "receive",
        RECEIVED,
        actor=actor,
        now=now,
        data={"due_at": dossier.due_at.isoformat() if dossier.due_at else None},
        also=("received_at", "due_at"),
    )
    advance(dossier, run, "receive", actor=actor, now=now, note=note)
    return dossier


@action("processing.refuse")
def refuse(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Refuse at intake, with reasons (mẫu 03)."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "refuse")
    text = reason_of(reason)
    filing.step_to(dossier, "refuse", REFUSED, actor=actor, now=now)
    advance(dossier, run, "refuse", actor=actor, now=now, note=text)
    return dossier


@action("processing.transfer")
def transfer(*, actor: Actor, run_id: int, to: str, reason: str, now: datetime) -> Dossier:
    """Send a dossier on to the agency that is competent for it (NĐ 118/2025 art. 17, 18), code ``to``.

    Before anything has been decided. The code of the dossier and its term stay; the step begins anew over there, and
    the agency that took it in goes on seeing it. Raises :class:`Refused` for an agency that does not offer the
    procedure.
    """
    run, dossier = lock_run(actor, run_id)
    expect(run, "transfer")
    text = reason_of(reason)
    if dossier.status not in (Status.REGISTERED, Status.RECEIVED):
        raise Conflict("transfer.taken_up")
    target = _competent(dossier, to)
    units = units_of(target.pk)
    Transfer.objects.create(
        dossier=dossier,
        at=now,
        by_id=run_by(actor),
        from_agency_id=dossier.agency_id,
        to_agency=target,
        reason=text,
    )
    dossier.involve(agency=dossier.agency_id, unit=run.unit_id)
    before = units_of(dossier.agency_id).agency.code
    dossier.agency_id, dossier.agency = target.pk, target
    dossier.unit_id = filing.answering_unit(units, case_bundle(dossier.case_id))
    filing.record(
        dossier,
        TRANSFERRED,
        actor=actor,
        now=now,
        data={"from": before, "to": target.code},
        also=("agency", "unit"),
    )
    spec, published = defined(run)
    close_run(run, outcome="transferred", actor=actor, now=now, note=text)
    enter(dossier, published, spec, now=now, previous=run, scope=run.scope_id)
    return dossier


def competent_agencies(dossier: Dossier) -> list[Agency]:
    """Agencies a dossier may be sent on to: those that offer its procedure, its own left out; one query."""
    offering = Service.objects.filter(procedure=dossier.procedure_id, active=True).values("agency")
    return list(
        Agency.objects.filter(pk__in=offering, active=True).exclude(pk=dossier.agency_id).order_by("code")
    )


def _competent(dossier: Dossier, code: str) -> Agency:
    found = next((agency for agency in competent_agencies(dossier) if agency.code == code), None)
    if found is None:
        raise Refused("transfer.not_offered", agency=code)
    return found


@action("processing.intake_at_counter")
def intake_at_counter(
    *,
    actor: Actor,
    draft_id: UUID,
    applicant: filing.ApplicantDetails,
    return_by: str,
    in_network: bool | None = None,
    now: datetime,
) -> Dossier:
    """File for a person who is present, and receive at once (NĐ 118/2025 art. 17 cl. 1). Never counted as remote.

    ``in_network``: whether it came from the network of the one-stop centre; None where nobody has said which that is.
    """
    dossier = _keyed(actor, draft_id, applicant, return_by, in_network, now)
    run = StepRun.objects.get(dossier=dossier, closed_at=None)
    return receive(actor=actor, run_id=run.pk, now=now)


@action("processing.intake_by_post")
def intake_by_post(
    *,
    actor: Actor,
    draft_id: UUID,
    applicant: filing.ApplicantDetails,
    return_by: str,
    envelope: Envelope,
    in_network: bool | None = None,
    now: datetime,
) -> Dossier:
    """Enter what came by post, with its envelope (NĐ 118/2025 art. 16, 17 cl. 1).

    It is not received yet: nobody is there to be asked, so the officer receives, asks to complete it once, or refuses.
    """
    dossier = _keyed(actor, draft_id, applicant, return_by, in_network, now)
    if dossier.channel != Channel.POST:
        raise Conflict("post.not_by_post")
    keep_posting(dossier, envelope, way=Posting.Way.IN, actor=actor, now=now)
    return dossier


def _keyed(
    actor: Actor,
    draft_id: UUID,
    applicant: filing.ApplicantDetails,
    return_by: str,
    in_network: bool | None,
    now: datetime,
) -> Dossier:
    """Filed by an officer for somebody else: from which seat is the system's to know, nobody types it."""
    agency = Draft.objects.filter(pk=draft_id, account=actor.account).values_list("agency", flat=True).first()
    seats = list(actor.seats_as(Role.ONE_STOP))
    seat = next((seat for seat in seats if seat.agency == agency), None)
    if seat is None:
        raise NotAllowed("intake.only_one_stop")
    return filing.submit(
        actor=actor,
        draft_id=draft_id,
        applicant=applicant,
        assistance="counter_staff",
        return_by=return_by,
        place={"unit": seat.unit, "post": seat.post, "in_network": in_network},
        now=now,
    )
