"""No e-mail is forgotten: one that waits without a job gets one, and one that cannot be sent is given up openly."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.messaging.actions import send_email
from motcua.messaging.models import Email

log = structlog.get_logger(__name__)

#: A mail that has waited for so long without a job has lost it.
FORGOTTEN_AFTER = timedelta(minutes=15)
#: After so long a receipt by e-mail helps nobody; the message in the account stays.
GIVEN_UP_AFTER = timedelta(days=3)
PER_RUN = 500


@job("messaging.resend_forgotten", queue="upkeep", attempts=1, cron="*/10 * * * *")
def resend_forgotten() -> None:
    """Look after waiting mails."""
    look_after(clock_now())


def look_after(now: datetime) -> tuple[int, int]:
    """Defer sending for waiting mails that no job is about; (deferred, given up)."""
    waiting = Email.objects.filter(state=Email.State.WAITING)
    given_up = waiting.filter(created_at__lt=now - GIVEN_UP_AFTER).update(state=Email.State.FAILED)
    about = send_email.pending("email")
    deferred = 0
    forgotten = waiting.filter(created_at__lt=now - FORGOTTEN_AFTER).exclude(pk__in=about)
    for pk in forgotten.order_by("created_at").values_list("pk", flat=True)[:PER_RUN]:
        send_email.defer(email=pk)
        deferred += 1
    if deferred or given_up:
        log.warning("mail.looked_after", deferred=deferred, given_up=given_up)
    return deferred, given_up
