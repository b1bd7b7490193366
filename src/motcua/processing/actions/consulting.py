"""Asking another unit, agency or expert for an opinion (NĐ 61/2018 art. 19 cl. 5). The clock runs on meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from motcua.dossiers import actions as filing
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.models import Unit
from motcua.organisations.queries import calendar_for, seats_of
from motcua.processing.actions.common import expect, reason_of, run_by, take_up
from motcua.processing.events import CONSULTATION_REVOKED, CONSULTED, OPINION_GIVEN
from motcua.processing.models import Consultation
from motcua.processing.runs import lock_run


@action("processing.consult")
def consult(
    *,
    actor: Actor,
    run_id: int,
    unit: int,
    question: str,
    within: working_time.Term,
    expert: int | None = None,
    now: datetime,
) -> Consultation:
    """Ask a unit (or one ``expert`` in it, an account) for an opinion, due ``within`` a term of its own calendar.

    The unit sees the dossier from now on. Asking the same unit again while it has not answered is refused.
    """
    run, dossier = lock_run(actor, run_id)
    expect(run, "consult")
    text = reason_of(question)
    asked = Unit.objects.select_related("agency").filter(pk=unit, agency__active=True).first()
    if asked is None:
        raise Refused("consult.unknown_unit")
    if expert is not None and not any(seat.unit == asked.pk for seat in seats_of(expert, local_day(now))):
        raise Refused("consult.not_in_unit")
    if Consultation.objects.filter(
        dossier=dossier, unit=asked, expert=expert, answered_at=None, revoked_at=None
    ).exists():
        raise Conflict("consult.asked_already")
    take_up(dossier, actor=actor, now=now)
    calendar = calendar_for(asked.agency.code)
    consultation = Consultation.objects.create(
        dossier=dossier,
        run=run,
        agency=asked.agency,
        unit=asked,
        expert_id=expert,
        question=text,
        asked_at=now,
        asked_by_id=run_by(actor),
        due_at=working_time.due(calendar, now, within).at,
    )
    dossier.involve(agency=asked.agency_id, unit=asked.pk)
    filing.record(
        dossier,
        CONSULTED,
        actor=actor,
        now=now,
        data={"consultation": consultation.pk, "unit": asked.pk, "due_at": consultation.due_at.isoformat()},
    )
    return consultation


def _open(consultation_id: int) -> tuple[Consultation, Dossier]:
    """The consultation and its dossier, the dossier locked first."""
    found = Consultation.objects.filter(pk=consultation_id).values_list("dossier_id", flat=True).first()
    if found is None:
        raise NotAllowed("consult.unknown")
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=found)
    consultation = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation_id)
    return consultation, dossier


class Asked(Protocol):
    """What decides who may answer: of the row itself, or of one read for a page."""

    @property
    def unit_id(self) -> int: ...
    @property
    def expert_id(self) -> int | None: ...


def may_answer(actor: Actor, consultation: Asked) -> bool:
    """Whether the actor sits where the opinion was asked; for an expert's, whether it is they (or their substitute)."""
    seats = [seat for seat in actor.seats if seat.unit == consultation.unit_id]
    if consultation.expert_id is None:
        return bool(seats)
    return bool(seats) and (
        actor.account == consultation.expert_id
        or any(seat.instead_of == consultation.expert_id for seat in seats)
    )


@action("processing.answer_consultation")
def answer_consultation(
    *, actor: Actor, consultation_id: int, agrees: bool, answer: str, now: datetime
) -> Consultation:
    """Give the opinion: agreed or not, and why."""
    consultation, dossier = _open(consultation_id)
    if not may_answer(actor, consultation):
        raise NotAllowed("consult.unknown")
    if consultation.answered_at is not None:
        raise Conflict("consult.answered_already")
    if consultation.revoked_at is not None:
        raise Conflict("consult.revoked")
    consultation.answer, consultation.agrees = reason_of(answer), agrees
    consultation.answered_at, consultation.answered_by_id = now, run_by(actor)
    consultation.save(update_fields=["answer", "agrees", "answered_at", "answered_by"])
    filing.record(
        dossier,
        OPINION_GIVEN,
        actor=actor,
        now=now,
        data={
            "consultation": consultation.pk,
            "unit": consultation.unit_id,
            "agrees": agrees,
            "late": now > consultation.due_at,
        },
    )
    return consultation


@action("processing.revoke_consultation")
def revoke_consultation(*, actor: Actor, consultation_id: int, now: datetime) -> Consultation:
    """Take the question back: it is no longer waited for. By whoever may act on the step that asked."""
    consultation, dossier = _open(consultation_id)
    run = consultation.run
    if not any(seat.unit == run.unit_id and seat.role == run.role for seat in actor.seats):
        raise NotAllowed("consult.unknown")
    if consultation.answered_at is not None:
        raise Conflict("consult.answered_already")
    if consultation.revoked_at is not None:
        raise Conflict("consult.revoked")
    consultation.revoked_at = now
    consultation.save(update_fields=["revoked_at"])
    filing.record(dossier, CONSULTATION_REVOKED, actor=actor, now=now, data={"consultation": consultation.pk})
    return consultation
