"""Appraisal: what the responsible unit does between receipt and signature."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing import clock
from motcua.processing.actions.common import (
    advance,
    expect,
    reason_of,
    rest,
    take_up,
    wake,
)
from motcua.processing.events import (
    COMPLETED,
    DUTY_DONE,
    PAYMENT_ASKED,
    PROPOSED,
    REJECTED,
    SENT_BACK,
)
from motcua.processing.runs import lock_run
from motcua.results import actions as results


@action("processing.complete")
def complete(
    *, actor: Actor, run_id: int, outcome: str = "complete", note: str = "", now: datetime
) -> Dossier:
    """Finish a step that decides nothing about the dossier itself: done (``complete``), or agreed (``approve``)."""
    if outcome not in ("complete", "approve"):
        raise Refused("step.no_such_outcome", step="", outcome=outcome)
    run, dossier = lock_run(actor, run_id)
    expect(run, outcome)
    take_up(dossier, actor=actor, now=now)
    filing.record(dossier, COMPLETED, actor=actor, now=now, data={"step": run.step.key, "outcome": outcome})
    advance(dossier, run, outcome, actor=actor, now=now, note=note)
    return dossier


@action("processing.propose")
def propose(*, actor: Actor, run_id: int, content: dict[str, Any], note: str = "", now: datetime) -> Dossier:
    """Finish the appraisal with a drafted result, and put it to the next step."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "propose")
    take_up(dossier, actor=actor, now=now)
    results.draft(dossier, content=content, actor=actor, now=now)
    filing.record(dossier, PROPOSED, actor=actor, now=now)
    advance(dossier, run, "propose", actor=actor, now=now, note=note)
    return dossier


@action("processing.ask_payment")
def ask_payment(*, actor: Actor, run_id: int, amount: int, reason: str, now: datetime) -> Dossier:
    """Ask for a financial duty (đồng) before going on (NĐ 118/2025 art. 24). The clock rests until it is done."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "ask_payment")
    text = reason_of(reason)
    if amount <= 0:
        raise Refused("payment.no_amount")
    take_up(dossier, actor=actor, now=now)
    rest(dossier, "payment", now=now)
    run.refresh_from_db(fields=["waits_for"])
    run.note = text
    run.save(update_fields=["note"])
    filing.step_to(dossier, "ask_payment", PAYMENT_ASKED, actor=actor, now=now, data={"amount": amount})
    return dossier


@action("processing.confirm_duty")
def confirm_duty(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """The officer has seen the proof of payment: processing goes on, the clock with it."""
    _, dossier = lock_run(actor, run_id)
    if dossier.state != Status.FINANCIAL_DUTY:
        raise Conflict("payment.not_waiting")
    clock.resume(dossier, now=now)
    wake(dossier, now=now)
    filing.step_to(dossier, "duty_done", DUTY_DONE, actor=actor, now=now, also=("due_at",))
    return dossier


@action("processing.reject")
def reject(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Refuse after appraisal: a written reason, within the term (NĐ 118/2025 art. 19 cl. 8; mẫu 03)."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "reject")
    text = reason_of(reason)
    take_up(dossier, actor=actor, now=now)
    dossier.finished_at = now
    filing.step_to(dossier, "reject", REJECTED, actor=actor, now=now, also=("finished_at",))
    advance(dossier, run, "reject", actor=actor, now=now, note=text)
    return dossier


@action("processing.send_back")
def send_back(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Not agreed, or not signed: back to the step the process names, with what to mend."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "send_back")
    text = reason_of(reason)
    filing.record(dossier, SENT_BACK, actor=actor, now=now)
    advance(dossier, run, "send_back", actor=actor, now=now, note=text)
    return dossier
