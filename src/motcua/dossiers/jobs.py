"""Upkeep of drafts and contents. Each run is capped, so that no mistake removes everything in one night."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Channel, Draft
from motcua.kernel import contents
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.law import keys, limits

log = structlog.get_logger(__name__)

#: Drafts removed in one run.
DRAFTS_PER_RUN = 500
#: An upload that has not moved for so long is not going on.
INCOMING_KEPT = timedelta(days=7)


@job("dossiers.purge_drafts", queue="upkeep", attempts=1, cron="7 2 * * *")
def purge_drafts() -> None:
    """Remove drafts that nobody has touched for the time we promised to keep them (law parameter ``drafts.kept``)."""
    remove_abandoned(clock_now())


def remove_abandoned(now: datetime, *, limit: int = DRAFTS_PER_RUN) -> int:
    """Remove drafts last saved before the kept time, oldest first; how many.

    What is being filled in to complete a dossier stays while the dossier waits for it, and so does a draft that was
    filed. Their files stay until nothing points to their contents (:func:`purge_contents`). None goes unannounced: its
    owner has been told since it was last saved, and for the promised time (``messaging/reminders.py``).
    """
    kept = timedelta(days=limits.integer(keys.DRAFTS_KEPT, now))
    told = timedelta(days=limits.integer(keys.DRAFTS_REMINDER_LEAD, now))
    with transaction.atomic():
        abandoned = list(
            Draft.objects.select_for_update(skip_locked=True)
            .filter(dossier=None, supplements=None, saved_at__lt=now - kept)
            # Counter intake belongs to an officer, who is not written to about it.
            .filter(
                ~Q(channel=Channel.ONLINE) | Q(reminded_at__gte=F("saved_at"), reminded_at__lt=now - told)
            )
            .order_by("saved_at")[:limit]
        )
        incoming = [str(upload.pk) for draft in abandoned for upload in draft.uploads.all()]
        for draft in abandoned:
            draft.delete()
    for upload in incoming:
        blob_store().drop_incoming(upload)
    if abandoned:
        log.info("drafts.purged", count=len(abandoned), capped=len(abandoned) == limit)
    return len(abandoned)


@job("dossiers.sweep_incoming", queue="upkeep", attempts=1, cron="27 2 * * *")
def sweep_incoming() -> None:
    """Remove what began to arrive and never came whole."""
    removed = blob_store().sweep_incoming(clock_now() - INCOMING_KEPT)
    if removed:
        log.info("incoming.swept", count=removed)


@job("dossiers.purge_contents", queue="upkeep", attempts=1, cron="47 2 * * *")
def purge_contents() -> None:
    """Remove contents that nothing has pointed to for their grace."""
    contents.purge(blob_store(), now=clock_now())
