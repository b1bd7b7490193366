"""An open dossier follows another version of its process: every open step at once, its branches with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.queries import units_of
from motcua.processing.actions.common import SIGNATURE, reason_of
from motcua.processing.definitions import made_for, process
from motcua.processing.events import MOVED
from motcua.processing.models import ProcessVersion, StepRun, Supplement
from motcua.processing.moving import At, ForkAt, Placement, place, standing
from motcua.processing.rules import Process
from motcua.processing.runs import FORKED, answers_for, close_run, open_fork, open_run, open_runs


@action("processing.move_version")
def move_version(
    *,
    actor: Actor,
    dossier_id: int,
    version: int,
    reason: str,
    steps: Mapping[str, str],
    done: Collection[str] = (),
    now: datetime,
) -> Dossier:
    """Let an open dossier follow another version of its process, with a reason (NĐ 224/2026 art. 23).

    ``steps``: from the key of an open step to the key of the task that takes its place; a key that is in both versions
    need not be named. ``done``: first steps of branches of the new version that count as done. By the head, or an operator.
    Raises :class:`Refused` for what would not be lawful there (:func:`motcua.processing.moving.place`).
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).visible_to(actor).filter(pk=dossier_id).first()
    if dossier is None:
        raise NotAllowed("dossier.unknown")
    code = units_of(dossier.agency_id).agency.code
    if answers_for(actor, dossier.agency_id, code) is None and not actor.holds(Role.OPERATOR):
        raise NotAllowed("step.not_yours")
    text = reason_of(reason)
    target = ProcessVersion.objects.filter(pk=version).first()
    if target is None or not made_for(target, dossier.case_id):
        raise Refused("move.other_case")
    runs = open_runs(dossier)
    if not runs:
        raise Conflict("move.nothing_open")
    if runs[0].step.process_id == version:
        raise Conflict("move.already_there")
    if any(run.waits_for == SIGNATURE for run in runs):
        raise Conflict("result.being_signed")
    here, there = process(runs[0].step.process_id), process(version)
    forks = list(StepRun.objects.select_related("step").filter(dossier=dossier, outcome=FORKED))
    found = place(
        here,
        there,
        standing(dossier.state, _resume(dossier)),
        [At(run.pk, run.step.key, run.scope_id or 0) for run in runs],
        [ForkAt(fork.pk, fork.step.key, fork.scope_id or 0) for fork in forks],
        steps,
        done,
    )
    _move(dossier, runs, forks, found, there, text, actor=actor, now=now)
    filing.record(
        dossier,
        MOVED,
        actor=actor,
        now=now,
        data={
            "from": here.pk,
            "to": version,
            "steps": {run.step.key: found.steps[run.pk] for run in runs},
            "done": list(found.done),
        },
    )
    return dossier


def _resume(dossier: Dossier) -> int | None:
    """Of a dossier that is being completed: the status to which it comes back."""
    if dossier.state != Status.SUPPLEMENT:
        return None
    return Supplement.objects.filter(dossier=dossier).values_list("resume", flat=True).first()


def _move(
    dossier: Dossier,
    runs: Sequence[StepRun],
    forks: Sequence[StepRun],
    found: Placement,
    there: Process,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The forks first, each within the one around it; then every open step, in the hands it was in, due anew."""
    outer = {fork.pk: fork.scope_id for fork in forks}
    scopes: dict[int | None, int | None] = {None: None}
    for fork, key in found.forks.items():
        scope = scopes[outer[fork]]
        scopes[fork] = open_fork(dossier, there.step(key), now=now, previous=None, scope=scope).pk
    for run in runs:
        waits, claimed = run.waits_for, run.claimed_by_id
        close_run(run, outcome="moved", actor=actor, now=now, note=reason)
        moved = open_run(
            dossier, there.step(found.steps[run.pk]), now=now, previous=None, scope=scopes[run.scope_id]
        )
        moved.waits_for, moved.claimed_by_id = waits, claimed
        if waits:
            moved.alarm_at = None
        moved.save(update_fields=["waits_for", "claimed_by", "alarm_at"])
