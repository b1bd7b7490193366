"""The desk's reads: worklists that are quick whatever the archive holds, and all that a dossier's page shows.

Worklists read open step runs by the officer's seats as they are *now* (``StepRun.unit`` and ``role``), in the order of
their due time, a page at a time by key. Plain SQL and light rows: a list of fifty is the page officers open most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import Q

from motcua.dossiers.lifecycle import PAUSED, Status
from motcua.dossiers.models import Channel, Dossier, Draft
from motcua.kernel import crypto, working_time
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.text import fold
from motcua.law import keys, limits
from motcua.organisations.queries import calendar_for

View = Literal["mine", "unit", "late", "soon", "waiting"]
VIEWS: tuple[View, ...] = ("mine", "unit", "late", "soon", "waiting")

#: Counting stops here: beyond it the page says "1.000+", and stays as quick as with ten.
COUNT_TO = 1000

_NOBODY = "FALSE"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a worklist. ``run`` is None for a dossier found by searching on which nothing is open.

    ``due_state``: on_time, soon, late, paused or none; ``minutes``: working minutes left, or past when late.
    """

    run: int | None
    code: str
    procedure: str
    applicant: str
    status: int
    step: str
    step_en: str
    due_at: datetime | None
    due_state: str
    minutes: int
    claimed_by: str
    mine: bool
    submitted_at: datetime
    online: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """Rows, the counts of every view (at most :data:`COUNT_TO` + 1, then there are more), and where to go on."""

    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class _Scope:
    """SQL conditions over ``run``: what the seats may act on, and what they answer for."""

    act: str
    act_values: tuple[Any, ...]
    see: str
    see_values: tuple[Any, ...]


def _scope(actor: Actor) -> _Scope:
    pairs: list[tuple[int, str]] = []
    units: list[tuple[int, str]] = []
    agencies: list[int] = []
    for seat in actor.seats:
        if seat.role in (Role.ONE_STOP, Role.CIVIL_SERVANT, Role.HEAD):
            pairs.append((seat.unit, str(seat.role)))
            # A head answers for the whole agency; everybody else for their part of their unit.
            if seat.role == Role.HEAD:
                agencies.append(seat.agency)
            else:
                units.append((seat.unit, str(seat.role)))
    own = "(run.unit_id = %s AND run.role = %s)"
    act = " OR ".join([own] * len(pairs))
    see = " OR ".join([own] * len(units) + ["run.agency_id = %s"] * len(agencies))
    return _Scope(
        f"({act})" if act else _NOBODY,
        tuple(value for pair in pairs for value in pair),
        f"({see})" if see else _NOBODY,
        (*(value for pair in units for value in pair), *agencies),
    )


def _condition(
    view: View, actor: Actor, scope: _Scope, now: datetime, soon: datetime
) -> tuple[str, list[Any]]:
    """What a view shows; the counts use the same, so that they are right by construction."""
    if view == "mine":
        return (
            f"{scope.act} AND run.waits_for = '' AND (run.claimed_by_id IS NULL OR run.claimed_by_id = %s)",
            [*scope.act_values, actor.account],
        )
    seen, values = scope.see, list(scope.see_values)
    if view == "late":
        return f"{seen} AND run.waits_for = '' AND run.due_at < %s", [*values, now]
    if view == "soon":
        return f"{seen} AND run.waits_for = '' AND run.due_at >= %s AND run.due_at < %s", [*values, now, soon]
    if view == "waiting":
        return f"{seen} AND run.waits_for <> ''", values
    return seen, values


def soon_until(actor: Actor, now: datetime) -> datetime:
    """What is due before this moment is due soon, by the law parameter and the calendar of the first seat."""
    lead = limits.term(keys.LATE_WARNING_LEAD, now)
    code = actor.seats[0].agency_code if actor.seats else ""
    return working_time.due(calendar_for(code, local_day(now)), now, lead).at


def _counts(actor: Actor, scope: _Scope, now: datetime, soon: datetime) -> dict[str, int]:
    pieces, values = [], []
    for view in VIEWS:
        condition, given = _condition(view, actor, scope, now, soon)
        pieces.append(
            f"(SELECT count(*) FROM (SELECT 1 FROM processing_steprun AS run"  # noqa: S608 - our own conditions
            f" WHERE run.closed_at IS NULL AND {condition} LIMIT {COUNT_TO + 1}) AS listed)"
        )
        values += given
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(pieces), values)
        counted: tuple[int, ...] = cursor.fetchone() or (0,) * len(VIEWS)
    return dict(zip(VIEWS, counted, strict=True))


def counts(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many lines each view has (:data:`COUNT_TO` + 1 means: more than that); one query."""
    return _counts(actor, _scope(actor), now, soon_until(actor, now))


_FIELDS = """
    run.id, run.due_at, run.waits_for, run.claimed_by_id, coalesce(claimer.full_name, ''),
    coalesce(step.name, ''), coalesce(step.name_en, ''), dossier.code, dossier.applicant_name, dossier.status,
    dossier.submitted_at, dossier.channel, dossier.due_at, procedure.short_name, agency.code, dossier.id
"""
_JOINS = """
    JOIN catalogue_procedure AS procedure ON procedure.id = dossier.procedure_id
    JOIN organisations_agency AS agency ON agency.id = dossier.agency_id
    LEFT JOIN processing_step AS step ON step.id = run.step_id
    LEFT JOIN identity_account AS claimer ON claimer.id = run.claimed_by_id
"""


def worklist(
    actor: Actor,
    view: View,
    *,
    after: str | None = None,
    q: str = "",
    step: str = "",
    limit: int = 50,
    now: datetime,
) -> Worklist:
    """A page of a view, due first. With ``q`` (code, name or citizen ID): of everything the officer may see.

    ``after`` is the ``next_key`` of the page before; a key that cannot be read begins at the top. ``step`` keeps
    the lines of one step key. Two queries.
    """
    scope = _scope(actor)
    soon = soon_until(actor, now)
    if q.strip():
        fetched = _search(actor, q.strip(), after, limit + 1)
    else:
        fetched = _page(view, actor, scope, now, soon, after, step, limit + 1)
    page = fetched[:limit]
    following = None
    if len(fetched) > limit:
        last = page[-1]
        following = (
            str(last[15]) if q.strip() else f"{(last[1] - _EPOCH) // timedelta(microseconds=1)}~{last[0]}"
        )
    reckon = _Reckoner(now, soon)
    return Worklist(
        tuple(_row(fields, actor, reckon) for fields in page), _counts(actor, scope, now, soon), following
    )


def _page(
    view: View,
    actor: Actor,
    scope: _Scope,
    now: datetime,
    soon: datetime,
    after: str | None,
    step: str,
    limit: int,
) -> list[tuple[Any, ...]]:
    condition, values = _condition(view, actor, scope, now, soon)
    key = read_key(after)
    if key is not None:
        condition += " AND (run.due_at, run.id) > ('epoch'::timestamptz + %s * interval '1 microsecond', %s)"
        values += key
    if step:
        condition += " AND run.step_id IN (SELECT id FROM processing_step WHERE key = %s)"
        values.append(step)
    with connection.cursor() as cursor:
        # The page is cut from the index first; only its fifty lines are joined.
        cursor.execute(
            f"""
            SELECT {_FIELDS}
              FROM (SELECT run.* FROM processing_steprun AS run
                     WHERE run.closed_at IS NULL AND {condition}
                     ORDER BY run.due_at, run.id LIMIT {int(limit)}) AS run
              JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id {_JOINS}
             ORDER BY run.due_at, run.id
            """,  # noqa: S608 - conditions and fields are ours, every value is a parameter
            values,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def read_key(after: str | None) -> list[Any] | None:
    """The (microseconds since 1970, run) behind a ``next_key``; None for anything that is not one."""
    found = re.fullmatch(r"(\d{1,17})~(\d{1,18})", after or "", re.ASCII)
    return [int(found[1]), int(found[2])] if found else None


_CODE = re.compile(r"[A-Z]\w*\.?[\w.]*-?[\d-]*", re.ASCII)


def _search(actor: Actor, q: str, after: str | None, limit: int) -> list[tuple[Any, ...]]:
    """Dossiers the officer may see, newest first, with their open step if one is left."""
    visible = Dossier.objects.visible_to(actor)
    digits = re.sub(r"\s", "", q)
    if digits.isdigit() and len(digits) in (9, 10, 12, 13):
        found = visible.filter(applicant_index=crypto.blind_index(digits, crypto.CITIZEN_ID))
    elif any(c.isdigit() for c in q) and _CODE.fullmatch(q.upper()):
        found = visible.filter(code__startswith=q.upper())
    else:
        name = fold(q)
        found = visible.filter(
            Q(applicant_folded__startswith=name) | Q(applicant_folded__contains=f" {name}")
        )
    if after and after.isdigit():
        found = found.filter(pk__lt=int(after))
    inner, values = found.order_by("-pk").values("pk")[:limit].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_FIELDS}
              FROM ({inner}) AS found
              JOIN dossiers_dossier AS dossier ON dossier.id = found.pk
              LEFT JOIN processing_steprun AS run ON run.dossier_id = dossier.id AND run.closed_at IS NULL {_JOINS}
             ORDER BY dossier.id DESC
            """,  # noqa: S608 - the inner query is Django's own, with its parameters
            values,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class _Reckoner:
    """How far off a due time is, in working minutes of each agency's calendar."""

    def __init__(self, now: datetime, soon: datetime) -> None:
        self.now, self.soon, self.day = now, soon, local_day(now)

    def __call__(self, agency: str, due: datetime | None, *, paused: bool) -> tuple[str, int]:
        if paused:
            return "paused", 0
        if due is None:
            return "none", 0
        calendar = calendar_for(agency, self.day)
        if due < self.now:
            return "late", working_time.worked_minutes(calendar, due, self.now)
        return "soon" if due < self.soon else "on_time", working_time.worked_minutes(calendar, self.now, due)


def _row(fields: Sequence[Any], actor: Actor, reckon: _Reckoner) -> Row:
    (run, run_due, waits_for, claimer, claimer_name, step, step_en, code, applicant, status, submitted, channel,
     dossier_due, procedure, agency, _) = fields  # fmt: skip
    paused = bool(waits_for) and Status(status) in PAUSED
    due = run_due if run is not None else dossier_due
    state, minutes = reckon(agency, due, paused=paused) if run is not None else ("none", 0)
    return Row(
        run=run,
        code=code,
        procedure=procedure,
        applicant=applicant,
        status=status,
        step=step,
        step_en=step_en or step,
        due_at=due,
        due_state=state,
        minutes=minutes,
        claimed_by=claimer_name,
        mine=claimer is not None and claimer == actor.account,
        submitted_at=submitted,
        online=channel == 2,
    )


def due_now(
    agency: str, due: datetime | None, *, paused: bool, actor: Actor, now: datetime
) -> tuple[str, int]:
    """(state, working minutes) of a due time, for one dossier."""
    return _Reckoner(now, soon_until(actor, now))(agency, due, paused=paused)


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


def events_of(stream: UUID) -> Iterable[EventLine]:
    """The events of a dossier, newest first; one query."""
    from motcua.kernel.models import Event

    rows = Event.objects.filter(stream=stream).order_by("-seq")
    return [EventLine(*row) for row in rows.values_list("kind", "at", "officer", "actor_kind", "data")]
