"""Ordering an export, calling it off, and forgetting it when its days are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction

from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.law import keys, limits
from motcua.workspace.actions import account_of
from motcua.workspace.exports.making import make_export
from motcua.workspace.models import Export
from motcua.workspace.rules import MAX_BULK, Asked, columns

ORDERED = "export.ordered"
FETCHED = "export.fetched"

#: One officer has no more exports on the way at once: a worker is there for everybody.
MAX_OPEN = 5


@action("workspace.order_export")
def order_export(
    *,
    actor: Actor,
    format_: str,
    asked: Asked,
    shown: Sequence[str],
    language: str,
    dossiers: Sequence[int] = (),
    now: datetime,
) -> Export:
    """Order a file of what ``asked`` shows (or of the named dossiers, at most 500). It runs as soon as a worker is free."""
    account = account_of(actor)
    if format_ not in Export.Format.values:
        raise NotAllowed("export.unknown")
    if len(dossiers) > MAX_BULK:
        raise Refused("bulk.too_many", limit=MAX_BULK)
    open_now = Export.objects.filter(account=account, state__in=[Export.State.WAITING, Export.State.WORKING])
    if open_now.count() >= MAX_OPEN:
        raise Refused("export.too_many", limit=MAX_OPEN)
    export = Export(
        account_id=account,
        format=format_,
        asked=orjson.dumps({"asked": asked.write(), "dossiers": list(dossiers)}).decode(),
        columns=list(columns(shown)),
        language=language,
        ordered_at=now,
    )
    export.save(force_insert=True)
    # Whoever takes data out leaves a trace of it: what kind and by which filters, not what was searched for.
    data = {
        "format": format_,
        "list": asked.view,
        "filters": sorted(asked.filters),
        "searched": bool(asked.q),
    }
    events.append(export, ORDERED, actor=actor, at=now, data=data)
    export.save(update_fields=["event_seq", "event_hash"])
    make_export.defer(export=str(export.pk))
    return export


def _mine(actor: Actor, key: UUID) -> Export:
    export = Export.objects.select_for_update().filter(pk=key, account=account_of(actor)).first()
    if export is None:
        raise NotAllowed("export.unknown")
    return export


@action("workspace.fetch_export")
def fetch_export(*, actor: Actor, key: UUID, now: datetime) -> Export:
    """The officer takes the file: that it was taken is an event."""
    export = _mine(actor, key)
    if export.blob_id is None or export.state != Export.State.DONE:
        raise Conflict("export.not_there")
    events.append(export, FETCHED, actor=actor, at=now, data={"lines": export.done})
    export.save(update_fields=["event_seq", "event_hash"])
    return export


@transaction.atomic
def cancel_export(*, actor: Actor, key: UUID, now: datetime) -> None:
    """Call it off, or throw the file away before its days are over."""
    export = _mine(actor, key)
    if export.state in {Export.State.CANCELLED, Export.State.FAILED}:
        raise Conflict("export.over")
    export.state, export.ended_at, export.blob, export.expires_at = (
        Export.State.CANCELLED,
        export.ended_at or now,
        None,
        None,
    )
    export.save(update_fields=["state", "ended_at", "blob", "expires_at"])


def kept_until(now: datetime) -> datetime:
    """How long a file made now is kept."""
    return now + timedelta(days=limits.integer(keys.EXPORTS_KEPT, now))


@job("workspace.forget_exports", queue="upkeep", attempts=1, cron="23 * * * *")
def forget_exports() -> None:
    """Let go of files whose days are over; the contents go with the next purge."""
    forget_at(clock_now())


def forget_at(now: datetime) -> int:
    """How many were let go of."""
    return Export.objects.filter(expires_at__lte=now, blob__isnull=False).update(
        blob=None, expires_at=None, state=Export.State.CANCELLED
    )
