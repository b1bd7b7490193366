"""What each list holds and each filter leaves, as SQL over ``run`` and ``dossier``; every value is a parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q

from motcua.dossiers.lifecycle import CLOSED
from motcua.dossiers.models import Dossier
from motcua.kernel import crypto
from motcua.kernel.actors import Actor, Role
from motcua.kernel.text import fold
from motcua.processing import queries
from motcua.workspace.rules import Asked, View, due_between
from motcua.workspace.worklists.options import headed, procedures_like, procedures_of, reach

#: Counting stops here: beyond it the page says "1.000+", and stays as quick as with ten.
COUNT_TO = 1000

NOBODY = "FALSE"
#: An open run that somebody at the desk can do something about.
AT_WORK = "run.waits_for = ''"
WAITING = "run.waits_for = 'applicant'"


_NEAR = """
    (run.agency_id = ANY(%s) OR run.dossier_id = ANY(ARRAY(
        SELECT involved.dossier_id FROM dossiers_involvement AS involved
          JOIN dossiers_dossier AS lent ON lent.id = involved.dossier_id
         WHERE (involved.agency_id = ANY(%s) OR lent.agency_id = ANY(%s)) AND lent.status <> ALL(%s))))
"""


#: Opinions that are asked, each as if it were an open step: of the unit that was asked, in the hands of the expert who was.
OPINIONS = """
    (SELECT asked.id, asked.due_at, '' AS waits_for, asked.expert_id AS claimed_by_id, asking.step_id, asked.unit_id,
            asked.agency_id, asked.dossier_id
       FROM processing_consultation AS asked JOIN processing_steprun AS asking ON asking.id = asked.run_id)
"""


@dataclass(slots=True)
class Condition:
    """Pieces joined by AND, and their values in order. ``dossier``, ``run``: whether one of them names that table;
    ``source``: what ``run`` is.
    """

    pieces: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    dossier: bool = False
    source: str = "processing_steprun"

    def add(self, piece: str, *values: Any, dossier: bool = False) -> None:
        self.pieces.append(piece)
        self.values += values
        self.dossier = self.dossier or dossier

    @property
    def run(self) -> bool:
        return any("run." in piece for piece in self.pieces)

    @property
    def sql(self) -> str:
        return " AND ".join(self.pieces) or "TRUE"


@dataclass(frozen=True, slots=True)
class Scope:
    """SQL conditions over ``run``: what the seats may act on, and what they answer for."""

    act: str
    act_values: tuple[Any, ...]
    see: str
    see_values: tuple[Any, ...]


def scope_of(actor: Actor) -> Scope:
    """The scope of an officer's seats."""
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
    return Scope(
        f"({act})" if act else NOBODY,
        tuple(value for pair in pairs for value in pair),
        f"({see})" if see else NOBODY,
        (*(value for pair in units for value in pair), *agencies),
    )


def soon_until(actor: Actor, now: datetime) -> datetime:
    """What is due before this moment is due soon for an officer, by the calendar of the first seat."""
    return queries.soon_until(actor.seats[0].agency_code if actor.seats else "", now)


def of_list(view: View, actor: Actor, scope: Scope, now: datetime, soon: datetime) -> Condition:
    """What a list of open runs shows, or that of opinions asked of the officer."""
    if view == "opinions":
        asked, values = _awaited_ids(actor)
        found = Condition(source=OPINIONS)
        found.add(f"run.id IN ({asked})", *values)
        return found
    found = Condition(["run.closed_at IS NULL"])
    if view == "mine":
        found.add(scope.act, *scope.act_values)
        found.add(AT_WORK)
        found.add("(run.claimed_by_id IS NULL OR run.claimed_by_id = %s)", actor.account)
    elif view == "others":
        # What the officer may see, but which is with somebody else: neither for them nor for their unit.
        visible, values = visible_ids(actor)
        # Not what decides, but what is quick: the open runs of the agency, and of dossiers lent to it or by it, come out
        # of two indexes; only these are asked about one by one.
        agencies = reach(actor)
        found.add(_NEAR, agencies, agencies, agencies, [int(status) for status in CLOSED])
        found.add(f"NOT ({scope.see} OR {scope.act})", *scope.see_values, *scope.act_values)
        found.add(f"run.dossier_id IN ({visible})", *values)
    else:
        found.add(scope.see, *scope.see_values)
        if view == "late":
            found.add(f"{AT_WORK} AND run.due_at < %s", now)
        elif view == "soon":
            found.add(f"{AT_WORK} AND run.due_at >= %s AND run.due_at < %s", now, soon)
        elif view == "waiting":
            found.add(WAITING)
    return found


# Both are told by who asks alone, and asked anew at every page: Django's building of them is a fifth of a list's time.
@lru_cache(maxsize=1024)
def _awaited_ids(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """SQL for the keys of the opinions an officer may give, and its values."""
    return sql_of(queries.awaited(actor).order_by())


@lru_cache(maxsize=1024)
def visible_ids(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """SQL for the keys of the dossiers an officer may open (``dossiers.audience``), and its values."""
    return sql_of(Dossier.objects.order_by().visible_to(actor))


def sql_of(rows: Any) -> tuple[str, tuple[Any, ...]]:
    """SQL for the keys of a queryset; a set that is empty for sure has none of Django's."""
    from django.core.exceptions import EmptyResultSet

    try:
        sql, values = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE FALSE", ()
    return sql, tuple(values)


def narrowed(found: Condition, asked: Asked, actor: Actor, now: datetime) -> Condition:
    """A list with the filters on it."""
    if asked.procedure:
        found.add(
            "dossier.procedure_id IN (SELECT id FROM catalogue_procedure WHERE national_code = ANY(%s))",
            list(asked.procedure),
            dossier=True,
        )
    if asked.step:
        found.add(
            "run.step_id IN (SELECT id FROM processing_step WHERE key = ANY(%s))",
            list(asked.step),
        )
    if asked.unit:
        found.add("run.unit_id = ANY(%s)", list(asked.unit))
    if asked.status:
        found.add("dossier.status = ANY(%s)", list(asked.status), dossier=True)
    if asked.channel:
        found.add("dossier.channel = ANY(%s)", list(asked.channel), dossier=True)
    if asked.label:
        found.add(
            "EXISTS (SELECT 1 FROM workspace_dossierlabel AS lying JOIN workspace_label AS label"
            " ON label.id = lying.label_id WHERE lying.dossier_id = dossier.id AND label.id = ANY(%s)"
            " AND label.unit_id = ANY(%s))",
            list(asked.label),
            [seat.unit for seat in actor.seats],
            dossier=True,
        )
    if asked.due:
        begin, end = due_between(asked.due, now)
        if begin is not None:
            found.add("run.due_at >= %s", begin)
        if end is not None:
            found.add("run.due_at < %s", end)
        if asked.due == "late":
            found.add(AT_WORK)
    if asked.claimed == "me":
        found.add("run.claimed_by_id = %s", actor.account)
    elif asked.claimed:
        found.add(
            "run.id IS NOT NULL AND run.claimed_by_id IS "
            + ("NULL" if asked.claimed == "nobody" else "NOT NULL")
        )
    return found


_CODE = re.compile(r"[A-Z]\w*\.?[\w.]*-?[\d-]*", re.ASCII)
_PROCEDURE = re.compile(r"\d\.\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """What is searched for: sets of dossiers that together are what was found. Each is served by an index; their OR would
    be by none. With each, whether it is so small that it is best found whole; of the others the newest are read first.
    """

    parts: tuple[tuple[Any, bool], ...]

    def all(self) -> tuple[str, tuple[Any, ...]]:
        """SQL for the keys of all of them, and its values."""
        return self._joined([part for part, _ in self.parts])

    def newest(self, limit: int, before: int | None = None) -> tuple[str, tuple[Any, ...]]:
        """SQL for no fewer keys than those of the ``limit`` newest below ``before``."""
        below = [(part.filter(pk__lt=before) if before else part, small) for part, small in self.parts]
        return self._joined([part if small else part.order_by("-pk")[:limit] for part, small in below])

    def _joined(self, parts: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
        pieces = [sql_of(part) for part in parts] or [sql_of(Dossier.objects.none())]
        # Behind OFFSET 0 a small set is found by its index: PostgreSQL would else hope to meet it soon, newest first.
        joined = " UNION ALL ".join(f"({sql}{'' if 'LIMIT' in sql else ' OFFSET 0'})" for sql, _ in pieces)
        return joined, tuple(value for _, values in pieces for value in values)


#: So many procedures are searched one by one: of one alone the newest come in the order of an index.
_EACH = 8


def _of_procedures(found: Sequence[int]) -> list[tuple[Q, bool]]:
    if len(found) <= _EACH:
        return [(Q(procedure=pk), False) for pk in found]
    return [(Q(procedure__in=found), False)]


def searched(actor: Actor, q: str) -> Found:
    """The dossiers an officer may see that match a code, a citizen ID or tax code, a name, or a procedure's name."""
    digits = re.sub(r"\s", "", q)
    wanted: list[tuple[Q, bool]] = []
    if digits.isdigit() and len(digits) in (9, 10, 12, 13):
        wanted.append((Q(applicant_index=crypto.blind_index(digits, crypto.CITIZEN_ID)), True))
    elif _PROCEDURE.fullmatch(q):
        wanted += _of_procedures(procedures_of(q))
    elif any(c.isdigit() for c in q) and _CODE.fullmatch(q.upper()):
        wanted.append((Q(code__startswith=q.upper()), False))
    elif name := fold(q):
        wanted.append((Q(applicant_folded__startswith=name) | Q(applicant_folded__contains=f" {name}"), True))
        wanted += _of_procedures(procedures_like(name))
    everywhere = Dossier.objects.order_by().visible_in_parts(actor, headed(actor))
    return Found(tuple((part.filter(one), small) for part in everywhere for one, small in wanted))
