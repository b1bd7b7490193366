"""Whose hands a step is in: taken, given back, handed to a colleague, returned one step."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, Refused
from motcua.organisations.queries import seats_of
from motcua.processing.actions.common import SIGNATURE, defined, reason_of, take_up
from motcua.processing.events import ASSIGNED, CLAIMED, RELEASED, WENT_BACK
from motcua.processing.runs import close_run, lock_run, open_run
from motcua.processing.turns import may_go_back


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
        take_up(dossier, actor=actor, now=now)
    else:
        filing.record(dossier, CLAIMED, actor=actor, now=now, data={"step": run.step.key})
    return dossier


@action("processing.release")
def release(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Give a claimed run back to the unit."""
    run, dossier = lock_run(actor, run_id)
    if run.claimed_by_id != actor.account:
        raise Conflict("step.not_claimed_by_you")
    run.claimed_by_id = None
    run.save(update_fields=["claimed_by"])
    filing.record(dossier, RELEASED, actor=actor, now=now, data={"step": run.step.key})
    return dossier


@action("processing.assign")
def assign(*, actor: Actor, run_id: int, officer: int, note: str = "", now: datetime) -> Dossier:
    """Put a run into the hands of a colleague who sits at it: by the head, or by whoever sits at it themselves.

    ``officer`` is an account. Raises :class:`Refused` if it could not act on the run.
    """
    run, dossier = lock_run(actor, run_id, or_head=True)
    if run.claimed_by_id == officer:
        raise Conflict("step.assigned_already")
    if not any(
        seat.unit == run.unit_id and seat.role == run.role for seat in seats_of(officer, local_day(now))
    ):
        raise Refused("assign.cannot_act")
    before = run.claimed_by_id
    run.claimed_by_id = officer
    run.save(update_fields=["claimed_by"])
    filing.record(
        dossier,
        ASSIGNED,
        actor=actor,
        now=now,
        data={"step": run.step.key, "to": officer, "from": before, "run": run.pk, "note": bool(note.strip())},
    )
    return dossier


@action("processing.go_back")
def go_back(*, actor: Actor, run_id: int, reason: str, now: datetime) -> Dossier:
    """Return one step: it came here by mistake, or not ready. Not over a decision that the law does not take back."""
    run, dossier = lock_run(actor, run_id)
    text = reason_of(reason)
    spec, published = defined(run)
    before = run.previous
    if run.waits_for == SIGNATURE:
        raise Conflict("result.being_signed")
    if dossier.state in PAUSED:
        raise Conflict("step.waits_for_applicant")
    if before is None or before.scope_id != run.scope_id:
        raise Conflict("step.nothing_before")
    if not may_go_back(published.by_pk(before.step_id), dossier.state):
        raise Conflict("step.decided_before")
    filing.record(dossier, WENT_BACK, actor=actor, now=now, data={"from": spec.key, "to": before.step.key})
    close_run(run, outcome="went_back", actor=actor, now=now, note=text)
    again = open_run(
        dossier, published.by_pk(before.step_id), now=now, previous=before.previous, scope=run.scope_id
    )
    again.claimed_by_id = before.closed_by_id
    again.save(update_fields=["claimed_by"])
    return dossier
