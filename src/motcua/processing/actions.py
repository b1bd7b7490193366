"""What the desk does to a dossier: each lawful turn one action, with its effect on steps, status and clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts
from motcua.dossiers.lifecycle import PAUSED, Status
from motcua.dossiers.models import Dossier, DossierAnswers, Draft, Paper
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor, Role
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.processing import clock
from motcua.processing.definitions import current_process, process
from motcua.processing.models import StepRun, Supplement
from motcua.processing.rules import StepSpec, step_due
from motcua.processing.runs import close_all, close_run, lock_run, open_run, seat_for
from motcua.results import actions as results

RECEIVED = "dossier.received"
REFUSED = "dossier.refused"
SUPPLEMENT_ASKED = "dossier.supplement_asked"
SUPPLEMENT_ANSWERED = "dossier.supplement_answered"
TAKEN_UP = "dossier.taken_up"
PROPOSED = "dossier.proposed"
REJECTED = "dossier.rejected"
SENT_BACK = "dossier.sent_back"
FINISHED = "dossier.finished"
RETURNED = "dossier.returned"
PAYMENT_ASKED = "dossier.payment_asked"
DUTY_DONE = "dossier.duty_done"
CLAIMED = "step.claimed"
RELEASED = "step.released"

#: A reason that reaches the applicant is never empty (R3.2: with reasons).
MIN_REASON = 10


def _spec(run: StepRun) -> tuple[StepSpec, int]:
    version = run.step.process_id
    return next(step for step in process(version).steps if step.pk == run.step_id), version


def _advance(
    dossier: Dossier, run: StepRun, outcome: str, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Close the run with its outcome and open the step that follows, if one does."""
    spec, version = _spec(run)
    following = process(version).after(spec, outcome)
    close_run(run, outcome=outcome, actor=actor, now=now, note=note)
    if following is not None:
        open_run(dossier, following, now=now)


def run_by(actor: Actor) -> int:
    """The account that acts; the system and anonymous people have none, and may not do this."""
    if actor.account is None:
        raise NotAllowed("step.not_yours")
    return actor.account


def _reason(text: str) -> str:
    reason = text.strip()
    if len(reason) < MIN_REASON:
        raise Refused("reason.too_short", minimum=MIN_REASON)
    return reason


def begin(happened: Happened) -> None:
    """Subscriber of ``dossier.submitted``: open the first step of the process the case follows now."""
    dossier: Dossier = happened.subject
    version = current_process(dossier.case_id)
    open_run(dossier, process(version).steps[0], now=happened.at)


def end(happened: Happened) -> None:
    """Subscriber of ``dossier.withdrawn``: nothing is left to do."""
    close_all(happened.subject, outcome="withdrawn", actor=happened.actor, now=happened.at)


@action("processing.receive")
def receive(*, actor: Actor, run_id: int, note: str = "", now: datetime) -> Dossier:
    """Accept a dossier: the term begins, the appointment is set (mẫu 01), it goes to the unit that answers for it."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "receive")
    dossier.received_at = now
    dossier.due_at = clock.due_at(dossier, now)
    filing.step_to(
        dossier,
        "receive",
        RECEIVED,
        actor=actor,
        now=now,
        data={"due_at": dossier.due_at.isoformat() if dossier.due_at else None},
        also=("received_at", "due_at"),
    )
    _advance(dossier, run, "receive", actor=actor, now=now, note=note)
    return dossier


@action("processing.refuse")
def refuse(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Refuse at intake, with reasons (mẫu 03)."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "refuse")
    text = _reason(reason)
    filing.step_to(dossier, "refuse", REFUSED, actor=actor, now=now)
    _advance(dossier, run, "refuse", actor=actor, now=now, note=text)
    return dossier


@action("processing.ask_supplement")
def ask_supplement(
    *, actor: Actor, run_id: int, reason: str, items: Sequence[dict[str, str]], now: datetime
) -> Dossier:
    """Ask, once and completely, for what is missing or wrong (mẫu 02). The clock rests until it is answered."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "ask_supplement")
    text = _reason(reason)
    if Supplement.objects.filter(dossier=dossier).exists():
        raise Conflict("supplement.already_asked")
    if not items:
        raise Refused("supplement.nothing_marked")
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)
    Supplement.objects.create(
        dossier=dossier,
        asked_at=now,
        asked_by_id=run_by(actor),
        reason=text,
        items=list(items),
        resume=Status.REGISTERED if dossier.status == Status.REGISTERED else Status.PROCESSING,
    )
    if dossier.received_at is not None:
        clock.pause(dossier, "supplement", now=now)
    run.waiting = True
    run.save(update_fields=["waiting"])
    filing.step_to(
        dossier, "ask_supplement", SUPPLEMENT_ASKED, actor=actor, now=now, data={"items": len(items)}
    )
    return dossier


@action("processing.answer_supplement")
def answer_supplement(*, actor: Actor, draft_id: UUID, now: datetime) -> Dossier:
    """The applicant completes the dossier; the step that asked goes on, its clock where it stopped."""
    draft = drafts.mine(actor, draft_id, lock=True)
    if draft.supplements_id is None:
        raise NotAllowed("draft.unknown")
    dossier = filing.locked(actor, pk=draft.supplements_id)
    if draft.dossier_id is not None or dossier.status != Status.SUPPLEMENT:
        raise Conflict("supplement.already_answered")
    supplement = Supplement.objects.select_for_update().get(dossier=dossier)
    uploads = list(draft.uploads.all())
    cleaned = filing.check_supplement(draft, uploads, supplement.items, dossier, now=now)
    count = dossier.answer_sets.count()
    DossierAnswers.objects.create(
        dossier=dossier, number=count + 1, body=orjson.dumps(cleaned).decode(), filed_at=now
    )
    replaced = {upload.component_id for upload in uploads if upload.state == "kept"}
    Paper.objects.filter(dossier=dossier, component__in=replaced, replaced_at=None).update(replaced_at=now)
    filing.keep_papers(dossier, uploads, now=now)
    supplement.answered_at = now
    supplement.save(update_fields=["answered_at"])
    clock.resume(dossier, now=now)
    _wake(dossier, now=now)
    filing.step_to(
        dossier,
        "answer_supplement",
        SUPPLEMENT_ANSWERED,
        actor=actor,
        now=now,
        towards=Status(supplement.resume),
        also=("due_at",),
    )
    draft.dossier_id = None
    draft.delete()
    return dossier


def _wake(dossier: Dossier, *, now: datetime) -> None:
    """A waiting run goes on: intake anew from its full time, other steps within the new due time."""
    for run in StepRun.objects.select_for_update().filter(dossier=dossier, closed_at=None, waiting=True):
        spec, _ = _spec(run)
        run.waiting = False
        calendar = clock.calendar_of(dossier, now)
        run.due_at = step_due(calendar, now, spec.working_minutes, dossier.due_at)
        run.save(update_fields=["waiting", "due_at"])


@action("processing.claim")
def claim(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Take a run for oneself: colleagues see who is on it. Taking up a received dossier begins its processing."""
    run, dossier = lock_run(actor, run_id)
    if run.claimed_by_id is not None and run.claimed_by_id != actor.account:
        raise Conflict("step.claimed_by_other")
    if run.claimed_by_id == actor.account:
        raise Conflict("step.claimed_already")
    run.claimed_by_id = actor.account
    run.save(update_fields=["claimed_by"])
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)
    else:
        filing.record(dossier, CLAIMED, actor=actor, now=now)
    return dossier


@action("processing.release")
def release(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Give a claimed run back to the unit."""
    run, dossier = lock_run(actor, run_id)
    if run.claimed_by_id != actor.account:
        raise Conflict("step.not_claimed_by_you")
    run.claimed_by_id = None
    run.save(update_fields=["claimed_by"])
    filing.record(dossier, RELEASED, actor=actor, now=now)
    return dossier


@action("processing.propose")
def propose(*, actor: Actor, run_id: int, content: dict[str, Any], note: str = "", now: datetime) -> Dossier:
    """Finish the appraisal with a drafted result, and put it to the head."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "propose")
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)
    results.draft(dossier, content=content, actor=actor, now=now)
    filing.record(dossier, PROPOSED, actor=actor, now=now)
    _advance(dossier, run, "propose", actor=actor, now=now, note=note)
    return dossier


@action("processing.ask_payment")
def ask_payment(*, actor: Actor, run_id: int, amount: int, reason: str, now: datetime) -> Dossier:
    """Ask for a financial duty (đồng) before going on (NĐ 118/2025 art. 24). The clock rests until it is done."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "ask_payment")
    _reason(reason)
    if amount <= 0:
        raise Refused("payment.no_amount")
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)
    clock.pause(dossier, "payment", now=now)
    run.waiting = True
    run.note = reason.strip()
    run.save(update_fields=["waiting", "note"])
    filing.step_to(dossier, "ask_payment", PAYMENT_ASKED, actor=actor, now=now, data={"amount": amount})
    return dossier


@action("processing.confirm_duty")
def confirm_duty(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """The officer has seen the proof of payment: processing goes on, the clock with it."""
    _, dossier = lock_run(actor, run_id)
    if dossier.state != Status.FINANCIAL_DUTY:
        raise Conflict("payment.not_waiting")
    clock.resume(dossier, now=now)
    _wake(dossier, now=now)
    filing.step_to(dossier, "duty_done", DUTY_DONE, actor=actor, now=now, also=("due_at",))
    return dossier


@action("processing.reject")
def reject(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Not eligible after appraisal: a written reason, within the term (NĐ 118/2025 art. 19; mẫu 03)."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "reject")
    text = _reason(reason)
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)
    dossier.finished_at = now
    filing.step_to(dossier, "reject", REJECTED, actor=actor, now=now, also=("finished_at",))
    _advance(dossier, run, "reject", actor=actor, now=now, note=text)
    return dossier


@action("processing.send_back")
def send_back(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """The head does not sign: back to the unit, with what to mend."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "send_back")
    text = _reason(reason)
    if run.waiting:
        raise Conflict("result.being_signed")
    filing.record(dossier, SENT_BACK, actor=actor, now=now)
    _advance(dossier, run, "send_back", actor=actor, now=now, note=text)
    return dossier


@action("processing.sign")
def sign(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Order the signature of the result the head has seen; the signing service does the rest (``results``)."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "sign")
    if run.waiting:
        raise Conflict("result.being_signed")
    seat = seat_for(actor, run)
    results.order_signature(dossier, actor=actor, seat=seat, now=now)
    run.waiting = True
    run.save(update_fields=["waiting"])
    return dossier


@action("processing.sign_again")
def sign_again(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Order the signature once more when the signing service had been given up on. Harmless if it was not."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "sign")
    if not run.waiting:
        raise Refused("result.no_draft")
    results.order_again(dossier, actor=actor, now=now)
    return dossier


def signed(happened: Happened) -> None:
    """Subscriber of ``result.signed``: the dossier is finished, and waits to be returned."""
    dossier: Dossier = happened.subject
    run = (
        StepRun.objects.select_for_update(of=("self",))
        .select_related("step")
        .get(dossier=dossier, closed_at=None, waiting=True)
    )
    dossier.finished_at = happened.at
    filing.step_to(
        dossier,
        "finish",
        FINISHED,
        actor=SYSTEM,
        now=happened.at,
        data={
            "late": dossier.due_at is not None and happened.at > dossier.due_at,
            "minutes": clock.counted_minutes(dossier, happened.at),
        },
        also=("finished_at",),
    )
    head = Actor(kind="officer", account=happened.subject.result.ordered_by_id)
    _advance(dossier, run, "sign", actor=head, now=happened.at)


@action("processing.return_result")
def return_result(*, actor: Actor, run_id: int, note: str = "", now: datetime) -> Dossier:
    """Hand the result over; an electronic one is in the person's data store from now on."""
    run, dossier = lock_run(actor, run_id)
    _expect(run, "return_result")
    dossier.returned_at = now
    filing.step_to(dossier, "return_result", RETURNED, actor=actor, now=now, also=("returned_at",))
    results.keep_for_owner(dossier, now=now)
    _advance(dossier, run, "return_result", actor=actor, now=now, note=note)
    return dossier


@action("processing.intake_at_counter")
def intake_at_counter(
    *, actor: Actor, draft_id: UUID, applicant: filing.ApplicantDetails, return_by: str, now: datetime
) -> Dossier:
    """File for a person who is present, and receive at once (NĐ 118/2025 art. 17 cl. 1). Never counted as remote."""
    if not actor.holds(Role.ONE_STOP):
        raise NotAllowed("intake.only_one_stop")
    dossier = filing.submit(
        actor=actor,
        draft_id=draft_id,
        applicant=applicant,
        assistance="counter_staff",
        return_by=return_by,
        now=now,
    )
    run = StepRun.objects.get(dossier=dossier, closed_at=None)
    return receive(actor=actor, run_id=run.pk, now=now)


@transaction.atomic
def start_supplement(*, actor: Actor, code: str, now: datetime) -> Draft:
    """The draft in which the applicant completes a dossier: begun with what was filed, one per dossier."""
    if actor.kind != "person":
        raise NotAllowed("dossier.unknown")
    # Locked: two tabs may both begin, and the second finds the first one's draft.
    dossier = filing.locked(actor, code=code)
    if dossier.status != Status.SUPPLEMENT:
        raise Conflict("supplement.not_open")
    begun = Draft.objects.filter(supplements=dossier).first()
    if begun is not None:
        return begun
    latest = dossier.answer_sets.order_by("-number").first()
    draft = Draft(
        account_id=run_by(actor),
        case_id=dossier.case_id,
        form_id=dossier.form_id,
        agency_id=dossier.agency_id,
        supplements=dossier,
        created_at=now,
        saved_at=now,
    )
    draft.answers = latest.values if latest else {}
    draft.save(force_insert=True)
    return draft


def _expect(run: StepRun, outcome: str) -> None:
    """The step allows this outcome, and does not wait for the applicant."""
    spec, _ = _spec(run)
    if outcome not in spec.outcomes:
        raise Conflict("step.no_such_outcome", step=spec.key, outcome=outcome)
    if run.waiting and run.dossier.state in PAUSED:
        raise Conflict("step.waits_for_applicant")
