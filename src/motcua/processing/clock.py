"""The clock of a dossier: when it is due, when the clock rests, and until when the law allows what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from motcua.dossiers.bundles import CaseBundle, case_bundle
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.working_time import Term
from motcua.law import keys, limits
from motcua.organisations.queries import calendar_for, units_of
from motcua.processing.checks import term_minutes
from motcua.processing.definitions import process
from motcua.processing.models import Pause, StepRun, Supplement
from motcua.processing.rules import Alarm, Ladder, Policy, alarms, next_alarm, step_due


def calendar_of(dossier: Dossier) -> working_time.Calendar:
    """The working calendar of the dossier's agency."""
    return calendar_for(units_of(dossier.agency_id).agency.code)


def cutoff_of(bundle: CaseBundle) -> time | None:
    """The hour from which a receipt counts from the next working day, as its procedure sets it."""
    return time.fromisoformat(bundle.term_cutoff) if bundle.term_cutoff else None


class Rest(NamedTuple):
    """A time in which the clock rested; an open end is the present."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """What has bent the term of a dossier: its rests, from when it was counted anew, and its one extension (days)."""

    rests: tuple[Rest, ...] = ()
    restart_at: datetime | None = None
    extended_by: int = 0


# An apology given before the term was counted anew belongs to the term that is gone: read in the order of time.
COURSE = """
    SELECT 'rest', since, until, reason, 0 FROM processing_pause WHERE dossier_id = %(dossier)s
     UNION ALL
    SELECT 'restart', answered_at, NULL, '', 0 FROM processing_supplement
     WHERE dossier_id = %(dossier)s AND restart AND answered_at IS NOT NULL
     UNION ALL
    SELECT 'extension', at, NULL, '', working_days FROM processing_extension WHERE dossier_id = %(dossier)s
     ORDER BY 2
"""


def read_course(rows: Iterable[tuple[str, datetime, datetime | None, str, int]]) -> Course:
    """The rows of :data:`COURSE`, in the order of time."""
    rests: list[Rest] = []
    restart_at, extended_by = None, 0
    for what, at, until, reason, days in rows:
        if what == "rest":
            rests.append(Rest(at, until, reason))
        elif what == "restart":
            restart_at, extended_by = at, 0
        else:
            extended_by = days
    return Course(tuple(rests), restart_at, extended_by)


def course_of(dossier: int) -> Course:
    """What has bent the term of a dossier so far; one query."""
    with connection.cursor() as cursor:
        cursor.execute(COURSE, {"dossier": dossier})
        return read_course(cursor.fetchall())


def reckoned(dossier: Dossier, received: datetime, course: Course) -> working_time.Due | None:
    """The legal term from (deemed) receipt, pauses added back, counted anew where it was; None without a term."""
    bundle = case_bundle(dossier.case_id)
    if bundle.term is None:
        return None
    return working_time.due(
        calendar_of(dossier),
        received,
        bundle.term,
        cutoff=cutoff_of(bundle),
        pauses=[(rest.since, rest.until) for rest in course.rests],
        restart_at=course.restart_at,
    )


def first_due(dossier: Dossier, received: datetime) -> datetime | None:
    """When the result is due, at the moment of receipt: nothing has bent the term yet, nothing is asked."""
    found = reckoned(dossier, received, Course())
    return found.at if found is not None else None


def due_at(dossier: Dossier, received: datetime) -> datetime | None:
    """When the result is due by everything that has happened; None without a term."""
    course = course_of(dossier.pk)
    found = reckoned(dossier, received, course)
    own = found.at if found is not None else None
    if own is not None and course.extended_by:
        own = later(dossier, own, course.extended_by)
    return whole_due(dossier, own) if is_whole(dossier) else own


def is_whole(dossier: Dossier) -> bool:
    """Whether a dossier combines others."""
    return dossier.joint_id is None and plan_of(case_bundle(dossier.case_id).national_code) is not None


def whole_due(dossier: Dossier, own: datetime | None) -> datetime | None:
    """When all of a joint dossier is due: at the end of its own term, or with the latest of its parts; one query."""
    latest: datetime | None = dossier.parts.aggregate(latest=Max("due_at"))["latest"]
    return max((due for due in (own, latest) if due is not None), default=None)


def later(dossier: Dossier, due: datetime, working_days: int) -> datetime:
    """The close of the n-th working day after a due time."""
    # A day term ends with the day, when work has closed: reckoned from the last minute of its work.
    return working_time.due(calendar_of(dossier), due - timedelta(minutes=1), Term(working_days, "wd")).at


def pause(dossier: Dossier, reason: str, *, now: datetime) -> None:
    """Let the clock rest from now on."""
    Pause.objects.create(dossier=dossier, since=now, reason=reason)


def stop(dossier: Dossier, *, now: datetime) -> None:
    """The dossier has ended while the clock rested: the rest ends with it."""
    Pause.objects.filter(dossier=dossier, until=None).update(until=now)


def resume(dossier: Dossier, *, now: datetime) -> None:
    """The clock goes on; what it rested is added to the due time."""
    Pause.objects.filter(dossier=dossier, until=None).update(until=now)
    if dossier.received_at is not None:
        dossier.due_at = due_at(dossier, dossier.received_at)


def ladder(now: datetime) -> Ladder:
    """How the alarms of a due time are spaced, by the parameters in force."""

    def minutes(key: str) -> int:
        return term_minutes(limits.term(key, now))

    return Ladder(
        soon=minutes(keys.LATE_WARNING_LEAD),
        head=minutes(keys.LATE_TO_HEAD),
        superior=minutes(keys.LATE_TO_SUPERIOR),
        apology_days=limits.term(keys.APOLOGY_BEFORE_EXPIRY, now).value,
    )


def alarms_of(run: StepRun, dossier: Dossier, *, extended: bool, now: datetime) -> dict[Alarm, datetime]:
    """When the alarms of an open step come, by the calendar of the agency that does it."""
    calendar = calendar_for(units_of(run.agency_id).agency.code)
    return alarms(calendar, ladder(now), run.due_at, dossier.due_at, extended=extended)


def set_due(run: StepRun, dossier: Dossier, minutes: int | None, *, since: datetime, now: datetime) -> None:
    """Set when a step is due, counted from ``since``, and when something is to be said about it. Not saved."""
    calendar = calendar_for(units_of(run.agency_id).agency.code)
    run.due_at = step_due(calendar, since, minutes, dossier.due_at)
    run.alarms = 0
    run.alarm_at = next_alarm(alarms_of(run, dossier, extended=False, now=now), Alarm(0))


#: What :func:`set_due` sets.
DUE_FIELDS = ("due_at", "alarms", "alarm_at")


def reckon_steps(dossier: Dossier, *, now: datetime) -> None:
    """The dossier's due time has moved: what its open steps may take moves with it."""
    runs = StepRun.objects.select_for_update(of=("self",)).select_related("step")
    for run in runs.filter(dossier=dossier, closed_at=None, waits_for=""):
        spec = process(run.step.process_id).by_pk(run.step_id)
        set_due(run, dossier, spec.working_minutes, since=run.opened_at, now=now)
        run.save(update_fields=DUE_FIELDS)


def counted_minutes(dossier: Dossier, until: datetime) -> int | None:
    """Working minutes counted from receipt to ``until``, pauses left out; None if never received."""
    if dossier.received_at is None:
        return None
    calendar = calendar_of(dossier)
    total = working_time.worked_minutes(calendar, dossier.received_at, until)
    for since, end in Pause.objects.filter(dossier=dossier).values_list("since", "until"):
        total -= working_time.worked_minutes(calendar, max(since, dossier.received_at), end or until)
    return max(total, 0)


# --- until when the law allows what ---------------------------------------------------------------------


def restarts(policy: Policy, now: datetime) -> bool:
    """Whether the term is counted anew once a received dossier has been completed."""
    if policy.after_supplement:
        return policy.after_supplement == "restart"
    return bool(limits.value(keys.RESTART_WHEN_COMPLETE, now))


def ineligible_until(dossier: Dossier, policy: Policy) -> datetime | None:
    """Until when a received dossier may be given back as not eligible; None before receipt."""
    if dossier.received_at is None:
        return None
    term = policy.ineligible_within or limits.term(keys.NOT_ELIGIBLE_NOTICE, dossier.received_at)
    return working_time.due(calendar_of(dossier), dossier.received_at, term).at


def extend_until(due: datetime, now: datetime) -> datetime:
    """Until when an apology with a new appointment may be given: a day (law parameter) before the term ends."""
    return due - timedelta(days=limits.term(keys.APOLOGY_BEFORE_EXPIRY, now).value)


def policy_of(dossier: Dossier) -> Policy:
    """The policy of the process version a dossier follows; one query."""
    version = (
        StepRun.objects.filter(dossier=dossier)
        .order_by("-pk")
        .values_list("step__process_id", flat=True)
        .first()
    )
    return process(version).policy if version is not None else Policy()


def silence_until(dossier: Dossier) -> datetime | None:
    """Until when a completion is awaited before the dossier is closed; None where no law closes it."""
    policy = policy_of(dossier)
    supplement = Supplement.objects.filter(dossier=dossier, answered_at=None).first()
    if policy.silence_closes is None or supplement is None:
        return None
    return working_time.due(calendar_of(dossier), supplement.asked_at, policy.silence_closes).at
