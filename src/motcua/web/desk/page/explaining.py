"""The clock of a dossier, explained: from when, how long, what was left out, until when, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers.bundles import CaseBundle
from motcua.dossiers.lifecycle import PAUSED
from motcua.dossiers.models import Channel, Dossier
from motcua.kernel import working_time
from motcua.kernel.actors import Actor
from motcua.kernel.working_time import Due, Term
from motcua.processing import clock
from motcua.processing.clock import Course
from motcua.processing.matters import Extended
from motcua.processing.queries import RunLine, due_now
from motcua.web.desk import words
from motcua.web.shared.days import day_line


def explained(
    dossier: Dossier,
    bundle: CaseBundle,
    run: RunLine | None,
    course: Course,
    extension: Extended | None,
    actor: Actor,
    now: datetime,
    language: str,
    *,
    show_days: bool,
) -> dict[str, Any]:
    """The context ``clock`` of the page. ``days``: each day of the reckoning, its extension included, when asked for."""
    paused = dossier.state in PAUSED
    open_now = run is not None and dossier.finished_at is None
    due = dossier.due_at if dossier.received_at else (run.due_at if run else None)
    state, minutes = (
        due_now(dossier.agency.code, due, paused=paused, actor=actor, now=now) if open_now else ("none", 0)
    )
    found: dict[str, Any] = {
        "state": state,
        "minutes": minutes,
        "due_at": due,
        "intake": dossier.received_at is None,
        "by_post": dossier.channel == Channel.POST,
        "received_at": dossier.received_at,
        "finished_at": dossier.finished_at,
        "late": bool(dossier.finished_at and dossier.due_at and dossier.finished_at > dossier.due_at),
        "term": bundle.term_value,
        "unit": bundle.term_unit,
        "step_due": run.due_at if run and dossier.received_at and not run.waits_for else None,
        "pauses": [
            {"since": since, "until": until, "reason": _(words.PAUSES.get(reason, reason))}
            for since, until, reason in course.rests
        ],
        "restart_at": course.restart_at,
        "extension": extension,
        # An apology given before the term was counted anew belongs to the term that is gone (``clock.Course``).
        "extension_counts": bool(course.extended_by),
        "deemed": None,
        "cutoff": bundle.term_cutoff,
        "days": None,
    }
    if dossier.received_at is not None and bundle.term is not None:
        reckoned = clock.reckoned(dossier, dossier.received_at, course)
        assert reckoned is not None
        if reckoned.deemed_received > dossier.received_at:
            found["deemed"] = reckoned.deemed_received
        if show_days:
            found["days"] = _days(dossier, reckoned, course, language)
    return found


def _days(dossier: Dossier, reckoned: Due, course: Course, language: str) -> list[dict[str, Any]]:
    """Each day with why it counts or not: of the legal term, and of the extension after it."""
    days = [{**day_line(note, language), "added": False} for note in reckoned.days]
    if not course.extended_by:
        return days
    # As ``clock.later`` reckons: from the last minute of the legal term, a day that counts no more.
    calendar = clock.calendar_of(dossier)
    added = working_time.due(calendar, reckoned.at - timedelta(minutes=1), Term(course.extended_by, "wd"))
    for day in days:
        day["deadline"] = False
    known = {day["day"] for day in days}
    return days + [
        {**day_line(note, language), "added": True} for note in added.days if note.day not in known
    ]
