"""Reads of the desk: all that a dossier's page shows, and how far off a due time is. Worklists: ``workspace``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Channel, Dossier, Draft
from motcua.kernel import working_time
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.law import keys, limits
from motcua.organisations.queries import calendar_for
from motcua.processing.models import Consultation


def soon_until(agency: str, now: datetime) -> datetime:
    """What is due before this moment is due soon, by the law parameter and the calendar of an agency."""
    lead = limits.term(keys.LATE_WARNING_LEAD, now)
    return working_time.due(calendar_for(agency), now, lead).at


class Reckoner:
    """How far off a due time is, in working minutes of each agency's calendar."""

    def __init__(self, now: datetime, soon: datetime) -> None:
        self.now, self.soon, self.day = now, soon, local_day(now)

    def __call__(self, agency: str, due: datetime | None, *, paused: bool) -> tuple[str, int]:
        if paused:
            return "paused", 0
        if due is None:
            return "none", 0
        calendar = calendar_for(agency)
        if due < self.now:
            return "late", working_time.worked_minutes(calendar, due, self.now)
        return "soon" if due < self.soon else "on_time", working_time.worked_minutes(calendar, self.now, due)


def due_now(
    agency: str, due: datetime | None, *, paused: bool, actor: Actor, now: datetime
) -> tuple[str, int]:
    """(state, working minutes) of a due time, for one dossier."""
    return Reckoner(now, soon_until(actor.seats[0].agency_code if actor.seats else "", now))(
        agency, due, paused=paused
    )


def awaited(actor: Actor) -> QuerySet[Consultation]:
    """Opinions that the actor may give (``actions.consulting.may_answer``) and that somebody waits for: asked, neither given
    nor taken back, on a dossier that is open and that the actor may see.
    """
    persons: dict[int, set[int | None]] = {}
    for seat in actor.seats:
        persons.setdefault(seat.unit, {actor.account}).add(seat.instead_of)
    mine = Q(pk__in=[])
    for unit, accounts in persons.items():
        mine |= Q(unit=unit) & (Q(expert=None) | Q(expert__in=accounts - {None}))
    return Consultation.objects.filter(
        mine,
        answered_at=None,
        revoked_at=None,
        dossier__in=Dossier.objects.visible_to(actor).filter(status__in=[int(status) for status in OPEN]),
    )


def awaited_of(actor: Actor, *, limit: int = 50) -> list[Consultation]:
    """Opinions that are awaited of the actor, the first due first; one query."""
    return list(
        awaited(actor).select_related("dossier__procedure", "asked_by").order_by("due_at", "pk")[:limit]
    )


def intake_drafts(actor: Actor, *, limit: int = 20) -> list[Draft]:
    """Intakes at the counter or by post that this officer has begun and not finished, newest first."""
    return list(
        Draft.objects.filter(
            account=actor.account, dossier=None, supplements=None, channel__in=[Channel.COUNTER, Channel.POST]
        )
        .select_related("case__version__procedure")
        .order_by("-saved_at")[:limit]
    )


@dataclass(frozen=True, slots=True)
class FileLine:
    """A paper or slip of a dossier, as its page lists it. ``kind``: "paper" or "slip"."""

    kind: str
    id: int
    name: str
    mime: str
    size: int
    component: int | None
    origin: str
    at: datetime
    replaced_at: datetime | None


_FILES = """
    SELECT 'paper', paper.id, paper.filename, blob.mime, blob.size, paper.component_id, paper.origin, paper.added_at,
           paper.replaced_at
      FROM dossiers_paper AS paper JOIN kernel_blob AS blob ON blob.sha256 = paper.blob_id
     WHERE paper.dossier_id = %s
    UNION ALL
    SELECT 'slip', slip.id, slip.kind, blob.mime, blob.size, NULL, '', slip.issued_at, NULL
      FROM dossiers_slip AS slip JOIN kernel_blob AS blob ON blob.sha256 = slip.blob_id
     WHERE slip.dossier_id = %s
     ORDER BY 1, 2
"""


def files_of(dossier: int) -> list[FileLine]:
    """Papers and slips of a dossier, in the order they came; one query. The caller has checked who asks."""
    with connection.cursor() as cursor:
        cursor.execute(_FILES, [dossier, dossier])
        return [FileLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RunLine:
    """A step of a dossier, done or being done. ``instead_of``: the absent officer for whom a substitute closed it."""

    id: int
    step: str
    name: str
    name_en: str
    role: str
    unit: int
    unit_name: str
    process: int
    opened_at: datetime
    due_at: datetime
    waits_for: str
    claimed_by: int | None
    claimed_name: str
    closed_at: datetime | None
    closed_name: str
    outcome: str
    note: str
    previous: int | None
    agency: int
    agency_name: str
    instead_of: str
    scope: int | None


_RUNS = """
    SELECT run.id, step.key, step.name, step.name_en, run.role, run.unit_id, unit.name, step.process_id, run.opened_at,
           run.due_at, run.waits_for, run.claimed_by_id, coalesce(claimer.full_name, ''), run.closed_at,
           coalesce(closer.full_name, ''), run.outcome, run.note,
           run.previous_id, run.agency_id, agency.short_name, coalesce(absent.full_name, ''), run.scope_id
      FROM processing_steprun AS run
      JOIN processing_step AS step ON step.id = run.step_id
      JOIN organisations_unit AS unit ON unit.id = run.unit_id
      JOIN organisations_agency AS agency ON agency.id = run.agency_id
      LEFT JOIN identity_account AS claimer ON claimer.id = run.claimed_by_id
      LEFT JOIN identity_account AS closer ON closer.id = run.closed_by_id
      LEFT JOIN identity_account AS absent ON absent.id = run.instead_of_id
     WHERE run.dossier_id = %s AND step.kind = 'task'
     ORDER BY run.opened_at, run.id
"""


def runs_of(dossier: int) -> list[RunLine]:
    """Every step of a dossier in order; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [dossier])
        return [RunLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as the timeline shows it."""

    kind: str
    at: datetime
    officer: str
    actor_kind: str
    data: Mapping[str, Any]


_EVENTS = "SELECT kind, at, officer, actor_kind, data FROM kernel_event WHERE stream = %s ORDER BY seq DESC"


def events_of(stream: UUID) -> Iterable[EventLine]:
    """The events of a dossier, newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [stream])
        return [
            EventLine(kind, at, officer, actor_kind, orjson.loads(data))
            for kind, at, officer, actor_kind, data in cursor.fetchall()
        ]


_HAS_RUN = "SELECT EXISTS (SELECT FROM processing_steprun WHERE id = %s AND dossier_id = %s)"
_HAS_CONSULTATION = "SELECT EXISTS (SELECT FROM processing_consultation WHERE id = %s AND dossier_id = %s)"


def has_run(dossier: int, run: int) -> bool:
    """Whether a step is one of the dossier's, open or done."""
    return _exists(_HAS_RUN, run, dossier)


def has_consultation(dossier: int, consultation: int) -> bool:
    """Whether a consultation is one of the dossier's."""
    return _exists(_HAS_CONSULTATION, consultation, dossier)


def _exists(sql: str, *keys: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, keys)
        row = cursor.fetchone()
    return bool(row and row[0])
