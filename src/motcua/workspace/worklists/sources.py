"""FROM and WHERE of whatever is asked for: to read a page of it, to count it, to find what lies beside a line of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from motcua.kernel.actors import Actor
from motcua.workspace.rules import Asked
from motcua.workspace.worklists.conditions import (
    COUNT_TO,
    Condition,
    Scope,
    narrowed,
    of_list,
    searched,
    visible_ids,
)
from motcua.workspace.worklists.lines import by_dossier


def _runs_from(condition: Condition) -> str:
    join = " JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id" if condition.dossier else ""
    return f"FROM {condition.source} AS run{join} WHERE {condition.sql}"


def dossiers_from(ids: str, condition: Condition, scope: Scope) -> str:
    # Of several open runs, that on which the officer may act, else the one that is due first.
    return f"""
        FROM dossiers_dossier AS dossier
        LEFT JOIN LATERAL (
            SELECT run.* FROM processing_steprun AS run
             WHERE run.dossier_id = dossier.id AND run.closed_at IS NULL
             ORDER BY CASE WHEN {scope.act} THEN 0 ELSE 1 END, run.due_at, run.id LIMIT 1) AS run ON TRUE
       WHERE dossier.id IN ({ids}) AND {condition.sql}
    """  # noqa: S608 - conditions are ours, every value is a parameter


def _ids(
    actor: Actor, asked: Asked, newest: int | None, before: int | None = None
) -> tuple[str, tuple[Any, ...]]:
    """SQL for the keys of searched or followed dossiers; with ``newest`` no fewer than the first so many of a page."""
    if asked.q:
        found = searched(actor, asked.q)
        # A filter leaves some of them, nobody knows which.
        return found.all() if newest is None or asked.filters else found.newest(newest, before)
    visible, values = visible_ids(actor)
    # As an array the few that are followed come first, and each is asked for by its key; joined, PostgreSQL may go through
    # all that a head may see.
    followed = """
        SELECT own.id FROM dossiers_dossier AS own
         WHERE own.id = ANY(ARRAY(SELECT dossier_id FROM workspace_follow WHERE account_id = %s))
    """
    return f"{followed} AND own.id IN ({visible})", (actor.account, *values)


def source_of(
    actor: Actor,
    asked: Asked,
    scope: Scope,
    now: datetime,
    soon: datetime,
    newest: int | None = None,
    before: int | None = None,
) -> tuple[str, list[Any], bool]:
    """FROM and WHERE of what is asked for, its values, and whether a line is a dossier."""
    if by_dossier(asked):
        ids, given = _ids(actor, asked, newest, before)
        condition = narrowed(Condition(), asked, actor, now)
        if before is not None:
            condition.add("dossier.id < %s", before)
        return (
            dossiers_from(ids, condition, scope),
            [*scope.act_values, *given, *condition.values],
            True,
        )
    condition = narrowed(of_list(asked.view, actor, scope, now, soon), asked, actor, now)
    return _runs_from(condition), condition.values, False


def counted_of(
    actor: Actor, asked: Asked, scope: Scope, now: datetime, soon: datetime
) -> tuple[str, list[Any]]:
    """FROM and WHERE to count with: of dossiers without their open runs, where no filter asks about those."""
    condition = narrowed(Condition(), asked, actor, now)
    if not by_dossier(asked) or condition.run:
        return source_of(actor, asked, scope, now, soon)[:2]
    ids, given = _ids(actor, asked, COUNT_TO + 1)
    if not condition.pieces:
        return f"FROM (SELECT DISTINCT id FROM ({ids}) AS keys (id)) AS dossier", [*given]  # noqa: S608 - made of conditions' own SQL
    source = f"FROM dossiers_dossier AS dossier WHERE dossier.id IN ({ids}) AND {condition.sql}"
    return source, [*given, *condition.values]
