"""What runs later: deadlines reckoned anew after a calendar has changed."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db.models import Max, Q

from motcua.dossiers.actions import record
from motcua.dossiers.joint.locking import lock_whole
from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.organisations.queries import calendar_changed, calendar_for, units_of
from motcua.processing import clock
from motcua.processing.definitions import process
from motcua.processing.events import DUE_RECOMPUTED
from motcua.processing.models import Pause, StepRun
from motcua.processing.rules import Alarm, next_alarm, step_due

log = structlog.get_logger(__name__)


@job("processing.recompute_due", queue="upkeep", attempts=3)
def recompute_due(agency: str | None) -> None:
    """Reckon the deadlines of every open dossier at or below an agency (None: of all) by the calendar as it is now."""
    recompute_at(agency, clock_now())


def recompute_at(agency: str | None, now: datetime) -> tuple[int, int]:
    """(changed, failed). One dossier a transaction: a faulty one is logged and never stops the others."""
    calendar_changed()  # this process may still remember the calendar as it was
    wanted = Dossier.objects.filter(status__in=[int(status) for status in OPEN])
    if agency is not None:
        wanted = wanted.filter(Q(agency__code=agency) | Q(agency__code__startswith=f"{agency}."))
    changed = failed = 0
    for dossier in wanted.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000):
        try:
            changed += _recompute(dossier, now)
        except Exception:
            failed += 1
            log.exception("due.not_recomputed", dossier=dossier)
    log.info("due.recomputed", agency=agency, changed=changed, failed=failed)
    return changed, failed


def _recompute(pk: int, now: datetime) -> bool:
    """Whether anything of a dossier was due at another time; looked at without a lock first."""
    dossier = Dossier.objects.get(pk=pk)
    if not _moved(dossier):
        return False
    apply_due(dossier_id=pk, now=now)
    return True


def _moved(dossier: Dossier) -> bool:
    return dossier.due_at != _due(dossier) or any(
        run.due_at != due for run, due in _runs(dossier, lock=False)
    )


def _due(dossier: Dossier) -> datetime | None:
    return clock.due_at(dossier, dossier.received_at) if dossier.received_at is not None else dossier.due_at


def _runs(dossier: Dossier, *, lock: bool) -> list[tuple[StepRun, datetime]]:
    """Open runs with the time they are due at; waiting ones are reckoned when they wake."""
    runs = StepRun.objects.filter(dossier=dossier, closed_at=None, waits_for="").select_related("step")
    if lock:
        runs = runs.select_for_update(of=("self",))
    due = _due(dossier)
    woken = [Pause.objects.filter(dossier=dossier).aggregate(last=Max("until"))["last"]]
    if hasattr(dossier, "supplement"):
        woken.append(dossier.supplement.answered_at)
    found = []
    for run in runs:
        spec = process(run.step.process_id).by_pk(run.step_id)
        # A run that waited began anew when it was woken (processing.actions.common.wake).
        began = max([run.opened_at, *(moment for moment in woken if moment is not None)])
        calendar = calendar_for(units_of(run.agency_id).agency.code)
        found.append((run, step_due(calendar, began, spec.working_minutes, due)))
    return found


@action("processing.recompute_due")
def apply_due(*, dossier_id: int, now: datetime) -> Dossier:
    """Set the deadlines of one dossier by the present calendar, and say so in its history."""
    lock_whole(pk=dossier_id)
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    before, after = dossier.due_at, _due(dossier)
    dossier.due_at = after
    for run, due in _runs(dossier, lock=True):
        if run.due_at != due:
            run.due_at, run.alarms = due, 0
            run.alarm_at = next_alarm(clock.alarms_of(run, dossier, extended=False, now=now), Alarm(0))
            run.save(update_fields=clock.DUE_FIELDS)
    record(
        dossier,
        DUE_RECOMPUTED,
        actor=SYSTEM,
        now=now,
        data={
            "before": before.isoformat() if before else None,
            "after": after.isoformat() if after else None,
        },
        also=("due_at",),
    )
    return dossier
