"""Opening and closing step runs along the graph; who may act on them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import connection

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import Dossier
from motcua.kernel import rows
from motcua.kernel.actors import Actor, Role, Seat
from motcua.kernel.planned import ByKey
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.organisations.queries import AgencyUnits, units_of
from motcua.processing import clock
from motcua.processing.automatic import automatic
from motcua.processing.choosing import chosen
from motcua.processing.definitions import seated
from motcua.processing.models import StepRun
from motcua.processing.rules import ON, OWN, Kind, Process, StepSpec, UnitRule

FORKED = "forked"


def place_of(dossier: Dossier, step: StepSpec) -> tuple[AgencyUnits, int]:
    """The agency and unit that do a step on a dossier; raises :class:`Conflict` where there is none."""
    own = units_of(dossier.agency_id)
    if step.agency == OWN and step.unit_rule == UnitRule.RESPONSIBLE and dossier.unit_id is not None:
        return own, dossier.unit_id
    units, unit = seated(own, step, case_bundle(dossier.case_id).sector)
    if units is None or unit is None:
        raise Conflict("step.no_unit", step=step.key, agency=step.agency or own.agency.code)
    return units, unit


def open_run(
    dossier: Dossier,
    step: StepSpec,
    *,
    now: datetime,
    previous: StepRun | None = None,
    scope: int | None = None,
) -> StepRun:
    """Open a task on a dossier for the role and unit its definition names."""
    units, unit = place_of(dossier, step)
    run = StepRun(
        dossier=dossier,
        step_id=step.pk,
        agency_id=units.agency.pk,
        unit_id=unit,
        role=step.role,
        opened_at=now,
        previous=previous,
        scope_id=scope,
    )
    clock.set_due(run, dossier, step.working_minutes, since=now, now=now)
    rows.insert(run)
    if units.agency.pk != dossier.agency_id or step.unit_rule == UnitRule.NAMED:
        dossier.involve(agency=units.agency.pk, unit=unit)
    return run


def enter(
    dossier: Dossier,
    process: Process,
    step: StepSpec | None,
    *,
    now: datetime,
    previous: StepRun | None = None,
    scope: int | None = None,
    beginning: frozenset[str] = frozenset(),
) -> None:
    """Come to a step: a task is opened; what is done by no person is passed through to the tasks behind it.

    ``beginning``: joins of the forks whose branches are being begun. A branch without a task comes to its join before
    the others have begun, so the fork itself asks the join when all of them have.
    """
    if step is None:
        return
    onward = partial(enter, dossier, process, now=now, previous=previous, beginning=beginning)
    match step.kind:
        case Kind.TASK:
            open_run(dossier, step, now=now, previous=previous, scope=scope)
        case Kind.FORK:
            fork = open_fork(dossier, step, now=now, previous=previous, scope=scope)
            for key in step.following:
                onward(process.step(key), scope=fork.pk, beginning=beginning | {step.join})
            onward(process.step(step.join), scope=fork.pk)
        case Kind.JOIN:
            if scope is not None and step.key not in beginning and not _others_open(dossier, scope):
                outer = StepRun.objects.get(pk=scope).scope_id
                onward(process.after(step, ON), scope=outer)
        case Kind.CHOICE:
            taken = chosen(step, dossier)
            onward(process.after(step, taken), scope=scope)
        case Kind.AUTO:
            automatic(step.does)(dossier, now)
            onward(process.after(step, ON), scope=scope)


def open_fork(
    dossier: Dossier, step: StepSpec, *, now: datetime, previous: StepRun | None, scope: int | None
) -> StepRun:
    """The closed run that stands for a fork: the scope of what its branches open."""
    unit = dossier.unit_id or units_of(dossier.agency_id).one_stop
    if unit is None:
        raise Conflict("step.no_unit", step=step.key, agency=units_of(dossier.agency_id).agency.code)
    run = StepRun(
        dossier=dossier,
        step_id=step.pk,
        agency_id=dossier.agency_id,
        unit_id=unit,
        role="",
        opened_at=now,
        due_at=dossier.due_at or now,
        closed_at=now,
        outcome=FORKED,
        previous=previous,
        scope_id=scope,
    )
    rows.insert(run)
    return run


def _others_open(dossier: Dossier, scope: int) -> bool:
    """Whether a run of this branching, or of one nested in it, is still open. The dossier is locked."""
    parents = dict(StepRun.objects.filter(dossier=dossier, outcome=FORKED).values_list("pk", "scope_id"))
    for within in StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("scope_id", flat=True):
        above: int | None = within
        while above is not None:
            if above == scope:
                return True
            above = parents.get(above)
    return False


def close_run(run: StepRun, *, outcome: str, actor: Actor, now: datetime, note: str = "") -> None:
    """Close a run with what was decided, and for whom when a substitute decided."""
    run.outcome, run.note = outcome, note
    run.closed_at, run.closed_by_id = now, actor.account
    run.instead_of_id = _instead_of(actor, run)
    run.waits_for, run.alarm_at = "", None
    rows.update(run, "outcome", "note", "closed_at", "closed_by", "instead_of", "waits_for", "alarm_at")


def _instead_of(actor: Actor, run: StepRun) -> int | None:
    """The absent officer whose seat it is, if the actor sits there only for them."""
    fitting = [seat for seat in actor.seats if seat.unit == run.unit_id and seat.role == run.role]
    return None if not fitting or any(s.instead_of is None for s in fitting) else fitting[0].instead_of


def open_runs(dossier: Dossier) -> list[StepRun]:
    """Every open run of a dossier, locked, with its step."""
    return list(
        StepRun.objects.select_for_update(of=("self",))
        .select_related("step")
        .filter(dossier=dossier, closed_at=None)
        .order_by("pk")
    )


def close_all(dossier: Dossier, *, outcome: str, actor: Actor, now: datetime) -> None:
    """Close every open run: the dossier has ended otherwise (withdrawn, stopped, rejected in another branch)."""
    for run in open_runs(dossier):
        close_run(run, outcome=outcome, actor=actor, now=now)


def seat_for(actor: Actor, run: StepRun) -> Seat:
    """The seat from which ``actor`` may act on ``run`` now; evaluated when asked, never stored.

    One's own seat comes before one held for somebody absent.
    """
    found = None
    for seat in actor.seats:
        if seat.unit == run.unit_id and seat.role == run.role:
            if seat.instead_of is None:
                return seat
            found = found or seat
    if found is None:
        raise NotAllowed("step.not_yours")
    return found


def answers_for(actor: Actor, agency: int, agency_code: str) -> Seat | None:
    """The seat from which the actor heads an agency, or one above it; None if they do not."""
    for seat in actor.seats_as(Role.HEAD):
        if seat.agency == agency or agency_code.startswith(f"{seat.agency_code}."):
            return seat
    return None


_WHOLE_OF_RUN = """
    SELECT whole.id FROM dossiers_dossier AS whole
     WHERE whole.id = (SELECT part.joint_id FROM processing_steprun AS run
                         JOIN dossiers_dossier AS part ON part.id = run.dossier_id WHERE run.id = %s)
       FOR UPDATE
"""


#: A run with its dossier and step, the first two locked.
_LOCKED = ByKey(
    lambda run: (
        StepRun.objects.select_for_update(of=("dossier", "self"))
        .select_related("dossier", "step")
        .filter(pk=run)
    )
)


def lock_run(actor: Actor, run_id: int, *, or_head: bool = False) -> tuple[StepRun, Dossier]:
    """The open run and its dossier, both locked, if the actor may act on it (``or_head``: or heads its agency).

    The dossier is locked before the run, as everywhere else (withdrawing, the finished signature): two actions on
    one dossier wait for each other and never lock each other out. Of a part, the joint dossier comes before both.

    Raises :class:`Conflict` with what was decided, and by whom, when somebody was first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE_OF_RUN, [run_id])
    run = _LOCKED.first(run_id)
    if run is None:
        raise NotAllowed("step.unknown")
    if not (or_head and answers_for(actor, run.agency_id, units_of(run.agency_id).agency.code)):
        seat_for(actor, run)
    if run.closed_at is not None:
        # Read now: what was joined before the lock was waited for would still say "nobody".
        by = run.closed_by.full_name if run.closed_by else ""
        raise Conflict("step.already_decided", outcome=run.outcome, by=by, at=run.closed_at.isoformat())
    return run, run.dossier
