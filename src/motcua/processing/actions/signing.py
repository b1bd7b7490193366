"""Signing: the head orders the signature, the signing service answers, the dossier is finished."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing import clock
from motcua.processing.actions.common import SIGNATURE, advance, expect
from motcua.processing.events import FINISHED
from motcua.processing.models import StepRun
from motcua.processing.runs import lock_run, seat_for
from motcua.results import actions as results


@action("processing.sign")
def sign(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Order the signature of the result the head has seen; the signing service does the rest (``results``)."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "sign")
    if run.waits_for == SIGNATURE:
        raise Conflict("result.being_signed")
    seat = seat_for(actor, run)
    results.order_signature(dossier, actor=actor, seat=seat, now=now)
    run.waits_for, run.alarm_at = SIGNATURE, None
    run.save(update_fields=["waits_for", "alarm_at"])
    return dossier


@action("processing.sign_again")
def sign_again(*, actor: Actor, run_id: int, now: datetime) -> Dossier:
    """Order the signature once more when the signing service had been given up on. Harmless if it was not."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "sign")
    if run.waits_for != SIGNATURE:
        raise Refused("result.no_draft")
    results.order_again(dossier, actor=actor, now=now)
    return dossier


def signed(happened: Happened) -> None:
    """Subscriber of ``result.signed``: the dossier is finished, and waits to be returned."""
    dossier: Dossier = happened.subject
    run = (
        StepRun.objects.select_for_update(of=("self",))
        .select_related("step")
        .get(dossier=dossier, closed_at=None, waits_for=SIGNATURE)
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
    advance(dossier, run, "sign", actor=head, now=happened.at)
