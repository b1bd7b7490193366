"""Drafts that will soon be removed: their owners are told in time, once for each time they leave one lying."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q

from motcua.dossiers.models import Channel, Draft
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.law import keys, limits
from motcua.messaging.actions import tell_account

log = structlog.get_logger(__name__)

#: People told in one run: a mistake in a date does not write to everybody in one night.
PER_RUN = 500

_NOT_TOLD = Q(reminded_at=None) | Q(reminded_at__lt=F("saved_at"))


@job("messaging.remind_drafts", queue="upkeep", attempts=1, cron="17 1 * * *")
def remind_drafts() -> None:
    """Tell the owners of drafts that have been left lying."""
    remind(clock_now())


def remind(now: datetime, *, limit: int = PER_RUN) -> int:
    """Tell of drafts that have ``drafts.reminder_lead`` days or less to be kept, oldest first; how many were told."""
    kept = timedelta(days=limits.integer(keys.DRAFTS_KEPT, now))
    lead = timedelta(days=limits.integer(keys.DRAFTS_REMINDER_LEAD, now))
    due = (
        Draft.objects.filter(
            _NOT_TOLD, dossier=None, supplements=None, channel=Channel.ONLINE, saved_at__lt=now - kept + lead
        )
        .order_by("saved_at")
        .values_list("pk", flat=True)[:limit]
    )
    told = 0
    for pk in list(due):
        try:
            told += _tell(pk, now, kept, lead)
        except Exception:  # one owner who cannot be told must not keep the others from it (trap 31)
            log.exception("draft.not_reminded", draft=str(pk))
    if told:
        log.info("drafts.reminded", count=told, capped=told == limit)
    return told


@transaction.atomic
def _tell(pk: UUID, now: datetime, kept: timedelta, lead: timedelta) -> bool:
    """Claim a draft and tell its owner, both or neither; False when somebody else did, or it was saved meanwhile."""
    ours = Draft.objects.filter(_NOT_TOLD, pk=pk, dossier=None, saved_at__lt=now - kept + lead).update(
        reminded_at=now
    )
    if not ours:
        return False
    draft = Draft.objects.select_related("account", "case__version__procedure").get(pk=pk)
    # Whoever is told late (the site was down) still has the promised time.
    until = max(draft.saved_at + kept, now + lead)
    tell_account(
        draft.account,
        "draft_expires",
        key=f"draft:{draft.pk}:{now:%Y%m%d%H%M%S%f}",
        now=now,
        facts={
            "draft": str(draft.pk),
            "procedure": draft.case.version.procedure.short_name,
            "until": until.isoformat(),
        },
    )
    return True
