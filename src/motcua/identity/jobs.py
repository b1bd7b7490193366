"""Upkeep of what signing in leaves behind."""

from __future__ import annotations

from motcua.identity.models import Session
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job


@job("identity.purge_sessions", queue="upkeep", attempts=1, cron="37 2 * * *")
def purge_sessions() -> None:
    """Remove sessions that have run out; they let nobody in any more."""
    Session.objects.filter(expire_date__lt=clock_now()).delete()
