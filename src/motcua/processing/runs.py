"""Opening and closing step runs; who may act on them."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.models import Dossier
from motcua.kernel import rows
from motcua.kernel.actors import Actor, Seat
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.organisations.queries import calendar_for, units_of
from motcua.processing.models import Step, StepRun
from motcua.processing.rules import StepSpec, step_due


def open_run(dossier: Dossier, step: StepSpec, *, now: datetime) -> StepRun:
    """Open a step on a dossier for the role and unit its definition names."""
    units = units_of(dossier.agency_id)
    unit = {
        Step.UnitRule.ONE_STOP: units.one_stop,
        Step.UnitRule.LEADERS: units.leaders,
        Step.UnitRule.RESPONSIBLE: dossier.unit_id,
    }[Step.UnitRule(step.unit_rule)]
    if unit is None:
        raise Conflict("step.no_unit", step=step.key, agency=units.agency.code)
    run = StepRun(
        dossier=dossier,
        step_id=step.pk,
        agency_id=dossier.agency_id,
        unit_id=unit,
        role=step.role,
        opened_at=now,
        due_at=step_due(
            calendar_for(units.agency.code, local_day(now)), now, step.working_minutes, dossier.due_at
        ),
    )
    rows.insert(run)
    return run


def close_run(run: StepRun, *, outcome: str, actor: Actor, now: datetime, note: str = "") -> None:
    """Close a run with what was decided."""
    run.outcome, run.note = outcome, note
    run.closed_at, run.closed_by_id = now, actor.account
    run.waiting = False
    rows.update(run, "outcome", "note", "closed_at", "closed_by", "waiting")


def close_all(dossier: Dossier, *, outcome: str, actor: Actor, now: datetime) -> None:
    """Close every open run: the dossier has ended otherwise (withdrawn, stopped)."""
    for run in StepRun.objects.select_for_update().filter(dossier=dossier, closed_at=None):
        close_run(run, outcome=outcome, actor=actor, now=now)


def seat_for(actor: Actor, run: StepRun) -> Seat:
    """The seat from which ``actor`` may act on ``run`` now; evaluated when asked, never stored."""
    for seat in actor.seats:
        if seat.unit == run.unit_id and seat.role == run.role:
            return seat
    raise NotAllowed("step.not_yours")


def lock_run(actor: Actor, run_id: int) -> tuple[StepRun, Dossier]:
    """The open run and its dossier, both locked, if the actor may act on it.

    The dossier is locked before the run, as everywhere else (withdrawing, the finished signature): two actions on
    one dossier wait for each other and never lock each other out.

    Raises :class:`Conflict` with what was decided, and by whom, when somebody was first.
    """
    run = (
        StepRun.objects.select_for_update(of=("dossier", "self"))
        .select_related("dossier", "step")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        raise NotAllowed("step.unknown")
    seat_for(actor, run)
    if run.closed_at is not None:
        # Read now: what was joined before the lock was waited for would still say "nobody".
        by = run.closed_by.full_name if run.closed_by else ""
        raise Conflict("step.already_decided", outcome=run.outcome, by=by, at=run.closed_at.isoformat())
    return run, run.dossier
