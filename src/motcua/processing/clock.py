"""The clock of a dossier: when it is due, and when the clock rests."""

from __future__ import annotations

from datetime import datetime, time

from motcua.dossiers.bundles import CaseBundle, case_bundle
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.clock import local_day
from motcua.organisations.queries import calendar_for, units_of
from motcua.processing.models import Pause


def calendar_of(dossier: Dossier, on: datetime) -> working_time.Calendar:
    """The working calendar of the dossier's agency."""
    return calendar_for(units_of(dossier.agency_id).agency.code, local_day(on))


def cutoff_of(bundle: CaseBundle) -> time | None:
    """The hour from which a receipt counts from the next working day, as its procedure sets it."""
    return time.fromisoformat(bundle.term_cutoff) if bundle.term_cutoff else None


def due_at(dossier: Dossier, received: datetime) -> datetime | None:
    """When the result is due: the legal term from (deemed) receipt, pauses added back; None without a term."""
    bundle = case_bundle(dossier.case_id)
    if bundle.term is None:
        return None
    pauses = [(p.since, p.until) for p in Pause.objects.filter(dossier=dossier)] if dossier.pk else []
    reckoned = working_time.due(
        calendar_of(dossier, received), received, bundle.term, cutoff=cutoff_of(bundle), pauses=pauses
    )
    return reckoned.at


def pause(dossier: Dossier, reason: str, *, now: datetime) -> None:
    """Let the clock rest from now on."""
    Pause.objects.create(dossier=dossier, since=now, reason=reason)


def resume(dossier: Dossier, *, now: datetime) -> None:
    """The clock goes on; what it rested is added to the due time."""
    Pause.objects.filter(dossier=dossier, until=None).update(until=now)
    if dossier.received_at is not None:
        dossier.due_at = due_at(dossier, dossier.received_at)


def counted_minutes(dossier: Dossier, until: datetime) -> int | None:
    """Working minutes counted from receipt to ``until``, pauses left out; None if never received."""
    if dossier.received_at is None:
        return None
    calendar = calendar_of(dossier, dossier.received_at)
    total = working_time.worked_minutes(calendar, dossier.received_at, until)
    for since, end in Pause.objects.filter(dossier=dossier).values_list("since", "until"):
        total -= working_time.worked_minutes(calendar, max(since, dossier.received_at), end or until)
    return max(total, 0)
