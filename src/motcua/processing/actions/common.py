"""What the turns share: the step as published, going on, pausing and waking, and reasons."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.processing import clock
from motcua.processing.definitions import process
from motcua.processing.events import TAKEN_UP
from motcua.processing.models import StepRun
from motcua.processing.rules import ENDING, Process, StepSpec
from motcua.processing.runs import close_all, close_run, enter, open_runs

#: A reason that reaches the applicant is never empty (R3.2: with reasons).
MIN_REASON = 10
APPLICANT, SIGNATURE = "applicant", "signature"


def defined(run: StepRun) -> tuple[StepSpec, Process]:
    """The step of a run and the process it belongs to, as published."""
    published = process(run.step.process_id)
    return published.by_pk(run.step_id), published


def run_by(actor: Actor) -> int:
    """The account that acts; the system and anonymous people have none, and may not do this."""
    if actor.account is None:
        raise NotAllowed("step.not_yours")
    return actor.account


def reason_of(text: str) -> str:
    """A reason as it will be read; raises :class:`Refused` when it says too little."""
    reason = text.strip()
    if len(reason) < MIN_REASON:
        raise Refused("reason.too_short", minimum=MIN_REASON)
    return reason


def expect(run: StepRun, turn: str) -> None:
    """The step allows this turn, and waits neither for the applicant nor for a signature that has been ordered: what the
    signing service is about to bring would find no step of its own.
    """
    spec, _ = defined(run)
    if turn not in spec.outcomes and turn not in spec.permits:
        raise Conflict("step.no_such_outcome", step=spec.key, outcome=turn)
    if run.dossier.state in PAUSED:
        raise Conflict("step.waits_for_applicant")
    if run.waits_for == SIGNATURE and turn != "sign":
        raise Conflict("result.being_signed")


def take_up(dossier: Dossier, *, actor: Actor, now: datetime) -> None:
    """A received dossier is in processing from the first thing that is done to it (NĐ 118/2025 art. 18)."""
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=actor, now=now)


def advance(
    dossier: Dossier, run: StepRun, outcome: str, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Close the run with its outcome and open what follows. An outcome that ends the dossier ends all its branches."""
    spec, published = defined(run)
    following = published.after(spec, outcome)
    close_run(run, outcome=outcome, actor=actor, now=now, note=note)
    if outcome in ENDING:
        close_all(dossier, outcome="ended", actor=actor, now=now)
    else:
        enter(dossier, published, following, now=now, previous=run, scope=run.scope_id)


def rest(dossier: Dossier, reason: str, *, now: datetime) -> None:
    """The dossier waits for its applicant: every branch of it, and the clock if it runs already."""
    if dossier.received_at is not None:
        clock.pause(dossier, reason, now=now)
    for run in open_runs(dossier):
        run.waits_for, run.alarm_at = APPLICANT, None
        run.save(update_fields=["waits_for", "alarm_at"])


def wake(dossier: Dossier, *, now: datetime) -> None:
    """Every branch goes on: intake anew from its full time, other steps within the new due time."""
    for run in open_runs(dossier):
        spec, _ = defined(run)
        run.waits_for = ""
        clock.set_due(run, dossier, spec.working_minutes, since=now, now=now)
        run.save(update_fields=["waits_for", *clock.DUE_FIELDS])
