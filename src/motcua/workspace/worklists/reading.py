"""Rows, counts, neighbours and the whole of a list, from the conditions in ``conditions.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from motcua.dossiers.lifecycle import PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.processing.models import StepRun
from motcua.processing.queries import Reckoner
from motcua.workspace.rules import VIEWS, Asked
from motcua.workspace.worklists.conditions import (
    COUNT_TO,
    Condition,
    Scope,
    scope_of,
    searched,
    soon_until,
    visible_ids,
)
from motcua.workspace.worklists.lines import (
    RUN_KEY,
    Line,
    Neighbours,
    Row,
    Worklist,
    by_dossier,
    key_of,
    neighbours_from,
    of_opinions,
    read_key,
)
from motcua.workspace.worklists.sources import counted_of, dossiers_from, source_of


def _counts(
    actor: Actor, asked: Asked | None, scope: Scope, now: datetime, soon: datetime
) -> tuple[dict[str, int], int]:
    pieces, values = [], []
    wanted = [Asked(view=view) for view in VIEWS]
    narrow = asked is not None and bool(asked.q or asked.filters)
    for one in [*wanted, asked] if narrow and asked is not None else wanted:
        source, given = counted_of(actor, one, scope, now, soon)
        pieces.append(f"(SELECT count(*) FROM (SELECT 1 {source} LIMIT {COUNT_TO + 1}) AS listed)")  # noqa: S608 - made of conditions' own SQL
        values += given
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(pieces), values)
        counted: tuple[int, ...] = cursor.fetchone() or (0,) * len(pieces)
    named: dict[str, int] = dict(zip(VIEWS, counted, strict=False))
    return named, counted[-1] if narrow else named[asked.view] if asked is not None else 0


def counts(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many lines each list has (:data:`COUNT_TO` + 1 means: more than that); one query."""
    return _counts(actor, None, scope_of(actor), now, soon_until(actor, now))[0]


_FIELDS = """
    run.id, run.due_at, run.waits_for, run.claimed_by_id, coalesce(claimer.full_name, ''),
    coalesce(step.name, ''), coalesce(step.name_en, ''), dossier.code, dossier.applicant_name, dossier.status,
    dossier.submitted_at, dossier.channel, dossier.due_at, procedure.short_name, agency.code, dossier.id,
    coalesce(unit.name, ''),
    ARRAY(SELECT lying.label_id FROM workspace_dossierlabel AS lying
           WHERE lying.dossier_id = dossier.id ORDER BY lying.id)
"""
_JOINS = """
    JOIN catalogue_procedure AS procedure ON procedure.id = dossier.procedure_id
    JOIN organisations_agency AS agency ON agency.id = {agency}.agency_id
    LEFT JOIN processing_step AS step ON step.id = run.step_id
    LEFT JOIN organisations_unit AS unit ON unit.id = run.unit_id
    LEFT JOIN identity_account AS claimer ON claimer.id = run.claimed_by_id
"""
_OF_DOSSIER = _JOINS.format(agency="dossier")


def worklist(
    actor: Actor, asked: Asked, *, after: str | None = None, limit: int = 50, now: datetime
) -> Worklist:
    """A page of what is asked for: open runs due first, searched and followed dossiers newest first.

    ``after`` is the ``next_key`` of the page before; a key that cannot be read begins at the top. Two queries.
    """
    scope, soon = scope_of(actor), soon_until(actor, now)
    if asked.q and not asked.filters and _before(after, asked) is None:
        fetched, found = _first_found(actor, asked, scope, limit + 1)
        counted = _counts(actor, None, scope, now, soon)[0]
    else:
        fetched = _page(actor, asked, scope, now, soon, after, limit + 1)
        counted, found = _counts(actor, asked, scope, now, soon)
    reckon = Reckoner(now, soon)
    rows = tuple(_row(fields, actor, reckon, asked) for fields in fetched[:limit])
    return Worklist(rows, counted, found, rows[-1].key if len(fetched) > limit else None)


def _before(after: str | None, asked: Asked) -> int | None:
    """The dossier below which a page of dossiers begins; None at the top."""
    readable = after and after.isascii() and after.isdigit() and len(after) < 19
    return int(after) if readable and after and by_dossier(asked) else None


def _first_found(actor: Actor, asked: Asked, scope: Scope, limit: int) -> tuple[list[Sequence[Any]], int]:
    """The first lines of a search and how many there are, by going through what was found once."""
    keys, values = searched(actor, asked.q).newest(COUNT_TO + 1)
    newest = f"SELECT id FROM keys ORDER BY id DESC LIMIT {int(limit)}"  # noqa: S608 - a number
    source = dossiers_from(newest, Condition(), scope)
    sql = f"""
        WITH keys AS MATERIALIZED (SELECT DISTINCT id FROM ({keys}) AS found (id))
        SELECT (SELECT count(*) FROM (SELECT FROM keys LIMIT {COUNT_TO + 1}) AS counted), {_FIELDS}
          FROM (SELECT dossier.id AS found, run.* {source}) AS run
          JOIN dossiers_dossier AS dossier ON dossier.id = run.found {_OF_DOSSIER}
         ORDER BY dossier.id DESC
    """  # noqa: S608 - conditions and fields are ours, every value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *scope.act_values])
        rows = cursor.fetchall()
    return [fields for _, *fields in rows], rows[0][0] if rows else 0


def _page(
    actor: Actor, asked: Asked, scope: Scope, now: datetime, soon: datetime, after: str | None, limit: int
) -> list[Sequence[Any]]:
    before = _before(after, asked)
    source, values, whole = source_of(actor, asked, scope, now, soon, limit, before)
    if whole:
        # The page is cut first; only its fifty lines are joined.
        sql = f"""
            SELECT {_FIELDS}
              FROM (SELECT dossier.id AS found, run.* {source} ORDER BY dossier.id DESC LIMIT {int(limit)}) AS run
              JOIN dossiers_dossier AS dossier ON dossier.id = run.found {_OF_DOSSIER}
             ORDER BY dossier.id DESC
        """  # noqa: S608 - conditions and fields are ours, every value is a parameter
    else:
        # An opinion is due by the calendar of who gives it.
        joins = _JOINS.format(agency="run") if of_opinions(asked) else _OF_DOSSIER
        key = read_key(after)
        if key is not None:
            source += f" AND (run.due_at, run.id) > {RUN_KEY}"
            values = [*values, *key]
        sql = f"""
            SELECT {_FIELDS}
              FROM (SELECT run.* {source} ORDER BY run.due_at, run.id LIMIT {int(limit)}) AS run
              JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id {joins}
             ORDER BY run.due_at, run.id
        """  # noqa: S608 - the same
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [*cursor.fetchall()]


#: Named dossiers, and those found by searching, are lines of this.
_WHOLE = Asked(view="followed")


def _row(fields: Sequence[Any], actor: Actor, reckon: Reckoner, asked: Asked) -> Row:
    (run, run_due, waits_for, claimer, claimer_name, step, step_en, code, applicant, status, submitted, channel,
     dossier_due, procedure, agency, dossier, unit, labels) = fields  # fmt: skip
    paused = bool(waits_for) and Status(status) in PAUSED
    due = run_due if run is not None else dossier_due
    state, minutes = reckon(agency, due, paused=paused) if run is not None else ("none", 0)
    return Row(
        run=None if of_opinions(asked) else run,
        dossier=dossier,
        key=str(dossier) if by_dossier(asked) else key_of(run_due, run),
        code=code,
        procedure=procedure,
        applicant=applicant,
        status=status,
        step=step,
        step_en=step_en or step,
        unit=unit,
        due_at=due,
        due_state=state,
        minutes=minutes,
        claimed_by=claimer_name,
        mine=claimer is not None and claimer == actor.account,
        submitted_at=submitted,
        channel=channel,
        labels=tuple(labels),
        age=(reckon.day - local_day(submitted)).days,
    )


def beside_sql(actor: Actor, asked: Asked, key: str, *, now: datetime) -> tuple[str, list[Any]] | None:
    """SQL for (side, code, key) of the lines beside a key: side 0 before, 1 after; None where the key cannot be read.

    The line of the key need not be in the list any more: whoever has done one goes on to the next.
    """
    scope, soon = scope_of(actor), soon_until(actor, now)
    source, values, whole = source_of(actor, asked, scope, now, soon)
    if whole:
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        place, given, column = "%s", [int(key)], "dossier.id"
        back, forth = (">", "dossier.id"), ("<", "dossier.id DESC")
        shown = "dossier.id::text"
    else:
        found = read_key(key)
        if found is None:
            return None
        place, given, column = RUN_KEY, found, "(run.due_at, run.id)"
        back, forth = ("<", "run.due_at DESC, run.id DESC"), (">", "run.due_at, run.id")
        shown = "(extract(epoch FROM run.due_at) * 1000000)::bigint::text || '~' || run.id::text"
    dossier = "dossier.id" if whole else "run.dossier_id"
    half = (
        "SELECT {side} AS side, beside.code, near.key FROM (SELECT {dossier} AS dossier, {shown} AS key {source}"
        " AND {column} {sign} {place} ORDER BY {order} LIMIT 1) AS near"
        " JOIN dossiers_dossier AS beside ON beside.id = near.dossier"
    )
    halves = [
        half.format(
            side=side, dossier=dossier, shown=shown, source=source, column=column, sign=sign, place=place, order=order
        )
        for side, (sign, order) in enumerate((back, forth))
    ]  # fmt: skip
    return " UNION ALL ".join(halves), [*values, *given, *values, *given]


def neighbours(actor: Actor, asked: Asked, key: str, *, now: datetime) -> Neighbours:
    """The lines beside a key; one query."""
    wanted = beside_sql(actor, asked, key, now=now)
    if wanted is None:
        return Neighbours(None, None)
    with connection.cursor() as cursor:
        cursor.execute(*wanted)
        return neighbours_from(cursor.fetchall())


def walk(actor: Actor, asked: Asked, *, now: datetime, size: int = 1000) -> Iterator[list[Row]]:
    """All that is asked for, a page at a time: what an export writes. Bounded memory, whatever there is."""
    after: str | None = None
    scope, soon = scope_of(actor), soon_until(actor, now)
    reckon = Reckoner(now, soon)
    while True:
        fetched = _page(actor, asked, scope, now, soon, after, size)
        page = [_row(fields, actor, reckon, asked) for fields in fetched]
        if page:
            yield page
        if len(page) < size:
            return
        after = page[-1].key


def lines(actor: Actor, asked: Asked, *, limit: int, now: datetime) -> list[Line]:
    """The first lines of what is asked for, as things to do something with."""
    scope, soon = scope_of(actor), soon_until(actor, now)
    fetched = _page(actor, asked, scope, now, soon, None, limit)
    opinions = of_opinions(asked)
    return [
        Line(dossier=fields[15], run=None if opinions else fields[0], code=fields[7]) for fields in fetched
    ]


def chosen(actor: Actor, marked: Sequence[str]) -> list[Line]:
    """Lines marked on a page as ``dossier-run`` (run 0: none open), in the list's order; what the officer may not see,
    and a step that is not the dossier's, are left out."""
    pairs = [
        (int(found[1]), int(found[2]) or None)
        for text in marked
        if (found := re.fullmatch(r"(\d{1,18})-(\d{1,18})", text, re.ASCII))
    ]
    visible = Dossier.objects.visible_to(actor).filter(pk__in={dossier for dossier, _ in pairs})
    codes = dict(visible.values_list("pk", "code"))
    runs = StepRun.objects.filter(pk__in=[run for _, run in pairs if run is not None])
    belongs = dict(runs.values_list("pk", "dossier"))
    return [
        Line(dossier=dossier, run=run, code=codes[dossier])
        for dossier, run in pairs
        if dossier in codes and (run is None or belongs.get(run) == dossier)
    ]


def rows_of(actor: Actor, dossiers: Sequence[int], *, now: datetime) -> list[Row]:
    """Named dossiers as lines, in the order given; those that the officer may not see are left out."""
    scope, soon = scope_of(actor), soon_until(actor, now)
    ids, given = visible_ids(actor)
    condition = Condition()
    condition.add("dossier.id = ANY(%s)", list(dossiers))
    source = dossiers_from(ids, condition, scope)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_FIELDS} FROM (SELECT dossier.id AS found, run.* {source}) AS run"  # noqa: S608 - as above
            f" JOIN dossiers_dossier AS dossier ON dossier.id = run.found {_OF_DOSSIER}",
            [*scope.act_values, *given, *condition.values],
        )
        reckon = Reckoner(now, soon)
        found = {row.dossier: row for row in (_row(f, actor, reckon, _WHOLE) for f in cursor.fetchall())}
    return [found[key] for key in dict.fromkeys(dossiers) if key in found]
