"""The sweepers: what nobody presses a button for. Each works through its rows one transaction each.

A row is claimed by the action itself, which compares what was said with what is to be said under its locks: two workers
may sweep at once. A row that fails is put off and logged, and never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.kernel.refusals import Conflict
from motcua.processing.actions.alarming import OVERDUE, REMINDED, look_at, remind_of_opinion
from motcua.processing.actions.completing import close_silent
from motcua.processing.models import Consultation, ProcessVersion, StepRun, Supplement

log = structlog.get_logger(__name__)

#: Rows of one run; the next one follows within a minute.
PER_RUN = 500
#: A row that failed is tried again after this.
PUT_OFF = timedelta(hours=1)
#: No law closes a dossier sooner after its applicant was asked: bounds what is looked at.
SHORTEST_SILENCE = timedelta(days=1)
#: How far ahead of its due time a consultation may have to be reminded of, at the most (a lead over Tết).
LONGEST_LEAD = timedelta(days=21)


def _each(
    name: str, rows: Iterable[int], act: Callable[[int], object], failed: Callable[[int], object]
) -> int:
    """Act on each row by itself; how many were acted on. What another worker did first is passed over."""
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += bool(act(row))
        except Conflict:
            continue
        except Exception:
            log.exception(f"{name}.failed", row=row)
            failed(row)
    return done


@job("processing.sweep_alarms", queue="upkeep", attempts=1, cron="* * * * *")
def sweep_alarms() -> None:
    """Every minute: warn of steps that will be late, tell of those that are, and go up the line."""
    alarms_at(clock_now())


def alarms_at(now: datetime, *, limit: int = PER_RUN) -> int:
    """Give the alarms that are due by ``now``, longest due first; how many were given."""
    due = StepRun.objects.filter(closed_at=None, alarm_at__lte=now).order_by("alarm_at")
    given = _each(
        "alarm",
        list(due.values_list("pk", flat=True)[:limit]),
        lambda run: look_at(run_id=run, now=now),
        lambda run: StepRun.objects.filter(pk=run).update(alarm_at=now + PUT_OFF),
    )
    if given:
        log.info("alarms.given", count=given)
    return given


@job("processing.sweep_opinions", queue="upkeep", attempts=1, cron="*/5 * * * *")
def sweep_opinions() -> None:
    """Every five minutes: remind of opinions that are awaited, and tell of those that are overdue."""
    opinions_at(clock_now())


def opinions_at(now: datetime, *, limit: int = PER_RUN) -> int:
    """Remind of what is due soon or overdue by ``now``; how many reminders were given."""
    waiting = Consultation.objects.filter(answered_at=None, revoked_at=None)
    late = waiting.filter(due_at__lte=now, stage__lt=OVERDUE)
    soon = waiting.filter(due_at__gt=now, due_at__lte=now + LONGEST_LEAD, stage__lt=REMINDED)
    rows = [
        *late.order_by("due_at").values_list("pk", flat=True)[:limit],
        *soon.order_by("due_at").values_list("pk", flat=True)[:limit],
    ]
    return _each(
        "opinion",
        rows,
        lambda row: remind_of_opinion(consultation_id=row, now=now),
        lambda row: Consultation.objects.filter(pk=row).update(stage=F("stage") + 1),
    )


@job("processing.sweep_silence", queue="upkeep", attempts=1, cron="11 * * * *")
def sweep_silence() -> None:
    """Every hour: close what has been waiting for its applicant for as long as its law says."""
    silence_at(clock_now())


def silence_at(now: datetime, *, limit: int = PER_RUN) -> int:
    """Close what has been silent for long enough by ``now``; how many were closed.

    Only dossiers of processes whose policy says so are looked at, longest silent first.
    """
    closing = ProcessVersion.objects.filter(policy__has_key="silence_closes")
    silent = Supplement.objects.filter(
        answered_at=None,
        asked_at__lte=now - SHORTEST_SILENCE,
        dossier__runs__closed_at=None,
        dossier__runs__step__process__in=closing,
    )
    rows = list(silent.order_by("asked_at").values_list("dossier", flat=True).distinct()[: limit * 4])
    return _each(
        "silence",
        rows,
        lambda row: close_silent(dossier_id=row, now=now),
        lambda row: None,
    )
