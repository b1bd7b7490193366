"""Turns in bulk: ordered once, taken dossier by dossier, each in its own transaction by the action a screen would call.

An item's effect and the mark that it is done commit together. So a worker that is killed in the middle leaves items that
are done and items that wait, and whoever comes after goes on; nothing happens twice. Whether the officer may is judged by
the action, when it happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from motcua.dossiers.models import Dossier
from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.queries import officer as officer_of
from motcua.processing import actions as desk
from motcua.processing.models import StepRun
from motcua.workspace.actions import account_of, put_label, take_label, units_of
from motcua.workspace.models import BulkItem, BulkRun, Label
from motcua.workspace.rules import MAX_BULK
from motcua.workspace.worklists import Line

log = structlog.get_logger(__name__)

ORDERED = "bulk.ordered"
CANCELLED = "bulk.cancelled"

#: A job takes so many items, or works for so long, and defers the next piece.
PIECE = 50
PIECE_SECONDS = 60.0

Do = Callable[[Actor, BulkRun, BulkItem, datetime], object]


def _turn(name: str) -> Do:
    def do(actor: Actor, bulk: BulkRun, item: BulkItem, now: datetime) -> object:
        act: Any = getattr(desk, name)
        return act(actor=actor, run_id=_run(actor, item), now=now)

    return do


def _assign(actor: Actor, bulk: BulkRun, item: BulkItem, now: datetime) -> object:
    return desk.assign(actor=actor, run_id=_run(actor, item), officer=bulk.officer_id or 0, now=now)


def _put(actor: Actor, bulk: BulkRun, item: BulkItem, now: datetime) -> object:
    return put_label(actor=actor, dossier_id=item.dossier_id, label_id=bulk.label_id or 0, now=now)


def _take(actor: Actor, bulk: BulkRun, item: BulkItem, now: datetime) -> object:
    return take_label(actor=actor, dossier_id=item.dossier_id, label_id=bulk.label_id or 0, now=now)


#: What can be done in bulk. Nothing that needs a reason of its own is here: reasons are written one by one.
ACTIONS: dict[str, Do] = {
    "claim": _turn("claim"),
    "release": _turn("release"),
    "assign": _assign,
    "receive": _turn("receive"),
    "sign": _turn("sign"),
    "return_result": _turn("return_result"),
    "label": _put,
    "unlabel": _take,
}
LABELLING = frozenset({"label", "unlabel"})


def _run(actor: Actor, item: BulkItem) -> int:
    """The step the line showed; for a dossier found by searching, the open one of the officer's seats."""
    if item.run is not None:
        return item.run
    pairs = {(seat.unit, str(seat.role)) for seat in actor.seats}
    for run in StepRun.objects.filter(dossier=item.dossier_id, closed_at=None).order_by("due_at", "pk"):
        if (run.unit_id, run.role) in pairs:
            return run.pk
    raise NotAllowed("step.not_yours")


@action("workspace.order_bulk")
def order_bulk(
    *,
    actor: Actor,
    key: UUID,
    what: str,
    lines: Sequence[Line],
    officer: int | None = None,
    label: int | None = None,
    now: datetime,
) -> BulkRun:
    """Order one turn for many dossiers. ``key`` is that of the form: a second press finds the first one's run."""
    account = account_of(actor)
    if what not in ACTIONS:
        raise NotAllowed("bulk.unknown")
    if not lines:
        raise Refused("bulk.nothing_chosen")
    if len(lines) > MAX_BULK:
        raise Refused("bulk.too_many", limit=MAX_BULK)
    if what == "assign" and officer is None:
        raise Refused("bulk.no_officer")
    if what in LABELLING and not Label.objects.filter(pk=label or 0, unit__in=units_of(actor)).exists():
        raise Refused("bulk.no_label")
    seen = set(
        Dossier.objects.visible_to(actor)
        .filter(pk__in=[line.dossier for line in lines])
        .values_list("pk", flat=True)
    )
    # A label lies on a dossier, a turn is taken on a step: parallel steps of one dossier are two lines for a turn.
    by = (lambda line: line.dossier) if what in LABELLING else (lambda line: (line.dossier, line.run))
    kept = list({by(line): line for line in lines if line.dossier in seen}.values())
    if not kept:
        raise NotAllowed("dossier.unknown")
    bulk = BulkRun(
        pk=key,
        account_id=account,
        action=what,
        officer_id=officer if what == "assign" else None,
        label_id=label if what in LABELLING else None,
        total=len(kept),
        ordered_at=now,
    )
    _insert_once(bulk)
    BulkItem.objects.bulk_create(
        BulkItem(bulk=bulk, position=position, dossier_id=line.dossier, run=line.run)
        for position, line in enumerate(kept)
    )
    events.append(bulk, ORDERED, actor=actor, at=now, data={"action": what, "dossiers": len(kept)})
    bulk.save(update_fields=["event_seq", "event_hash"])
    work_bulk.defer(bulk=str(bulk.pk))
    return bulk


class OrderedAlready(Conflict):
    """The form was sent before."""

    def __init__(self, key: UUID) -> None:
        super().__init__("bulk.ordered_already")
        self.key = key


def _insert_once(bulk: BulkRun) -> None:
    """Of two presses at once the second waits here for the first one's commit, and finds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bulk:{bulk.pk}"])
    if BulkRun.objects.filter(pk=bulk.pk).exists():
        raise OrderedAlready(bulk.pk)
    bulk.save(force_insert=True)


@action("workspace.cancel_bulk")
def cancel_bulk(*, actor: Actor, key: UUID, now: datetime) -> int:
    """Leave alone what has not been done yet; returns how many. What is being done at this moment is done."""
    bulk = BulkRun.objects.select_for_update().filter(pk=key, account=account_of(actor)).first()
    if bulk is None:
        raise NotAllowed("bulk.unknown")
    if bulk.state not in {BulkRun.State.WAITING, BulkRun.State.WORKING}:
        raise Conflict("bulk.over")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH left_alone AS (SELECT id FROM workspace_bulkitem WHERE bulk_id = %s AND state = 'waiting'
                                   FOR UPDATE SKIP LOCKED)
            UPDATE workspace_bulkitem AS item SET state = 'cancelled', done_at = %s
              FROM left_alone WHERE item.id = left_alone.id
            """,
            [bulk.pk, now],
        )
        number: int = cursor.rowcount
    bulk.state, bulk.ended_at = BulkRun.State.CANCELLED, now
    events.append(bulk, CANCELLED, actor=actor, at=now, data={"left": number})
    bulk.save(update_fields=["state", "ended_at", "event_seq", "event_hash"])
    return number


@job("workspace.work_bulk", queue="desk", attempts=20)
def work_bulk(bulk: str) -> None:
    """Do a piece of a bulk run, and leave the rest to the next job."""
    if work_on(UUID(bulk), PIECE):
        work_bulk.defer(bulk=bulk)


def work_on(key: UUID, limit: int) -> bool:
    """Do up to ``limit`` items; whether some are left."""
    bulk = BulkRun.objects.select_related("account", "label").get(pk=key)
    BulkRun.objects.filter(pk=key, state=BulkRun.State.WAITING).update(state=BulkRun.State.WORKING)
    begun = time.monotonic()
    for _ in range(limit):
        if not _one(bulk):
            _finish(bulk)
            return False
        if time.monotonic() - begun > PIECE_SECONDS:
            break
    return True


@transaction.atomic
def _one(bulk: BulkRun) -> bool:
    """Do the next item that nobody is doing; False when none is left."""
    item = (
        BulkItem.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(bulk=bulk, state=BulkItem.State.WAITING)
        .order_by("position")
        .first()
    )
    if item is None:
        return False
    now = clock_now()
    # Asked anew for every item: a post that ends while the run goes on ends the right to go on.
    actor = officer_of(bulk.account_id, bulk.account.full_name, local_day(now))
    try:
        with transaction.atomic():
            if actor is None:
                raise NotAllowed("step.not_yours")
            ACTIONS[bulk.action](actor, bulk, item, now)
        item.state = BulkItem.State.DONE
    except Refused as refusal:
        item.state, item.code, item.params = BulkItem.State.REFUSED, refusal.code, dict(refusal.params)
    except (OperationalError, InterfaceError):
        raise  # the database, not the dossier: the job is tried again
    except Exception:
        # A dossier that makes the code stumble stops no other one.
        log.exception("bulk.item_failed", bulk=str(bulk.pk), item=item.pk)
        item.state = BulkItem.State.FAILED
    item.done_at = now
    item.save(update_fields=["state", "code", "params", "done_at"])
    return True


def _finish(bulk: BulkRun) -> None:
    """Done, unless another worker still holds an item: that one's owner finishes."""
    with transaction.atomic():
        found = BulkRun.objects.select_for_update().get(pk=bulk.pk)
        open_still = BulkItem.objects.filter(bulk=bulk, state=BulkItem.State.WAITING).exists()
        if found.state == BulkRun.State.WORKING and not open_still:
            found.state, found.ended_at = BulkRun.State.DONE, clock_now()
            found.save(update_fields=["state", "ended_at"])
