"""Reads of the receiving side: who has sent, who is late and by how long, and what the lists say together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Count, Max

from motcua.kernel.actors import Actor
from motcua.kernel.refusals import NotAllowed
from motcua.kernel.text import fold
from motcua.programme.review import receiving, rules, senders
from motcua.programme.review.national_models import AccessToken, Collection, Reminder, Submission
from motcua.programme.review.senders import Sender

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one sender stands. ``state``: on_time, late (came late), missing (late now), waiting (has time left)."""

    sender: Sender
    state: str
    late_days: int
    submission: Submission | None
    reminders: int
    reminded_at: datetime | None
    token: bool
    token_used: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    collection: Collection
    rows: list[Standing]
    counts: dict[str, int]


def find_collection(actor: Actor, key: str) -> Collection:
    """A collection, for the national focal point. Raises NotAllowed."""
    receiving.national(actor)
    found = Collection.objects.filter(key=key).first()
    if found is None:
        raise NotAllowed("collection.unknown")
    return found


def collections(actor: Actor) -> list[tuple[Collection, int]]:
    """All collections, newest first, each with how many have sent."""
    receiving.national(actor)
    come = dict(Submission.objects.filter(current=True).values_list("collection").annotate(n=Count("pk")))
    return [(found, come.get(found.pk, 0)) for found in Collection.objects.order_by("-deadline", "-pk")]


def board(actor: Actor, key: str, now: datetime) -> Board:
    """Everybody who owes a list: four queries."""
    found = find_collection(actor, key)
    come = {row.sender: row for row in Submission.objects.filter(collection=found, current=True)}
    told = {
        sender: (count, at)
        for sender, count, at in Reminder.objects.filter(collection=found)
        .values_list("sender")
        .annotate(n=Count("pk"), newest=Max("at"))
    }
    tokens = dict(AccessToken.objects.filter(revoked_at=None).values_list("sender", "used_at"))
    rows = []
    for sender in senders.on_day(found.deadline):
        row = come.get(sender.key)
        late = row.late_days if row else rules.lateness(found.deadline, None, now)
        state = ("late" if late else "on_time") if row else ("missing" if late else "waiting")
        count, at = told.get(sender.key, (0, None))
        rows.append(
            Standing(sender, state, late, row, count, at, sender.key in tokens, tokens.get(sender.key))
        )
    counts = {
        state: sum(1 for one in rows if one.state == state)
        for state in ("on_time", "late", "missing", "waiting")
    }
    return Board(found, rows, counts)


# --- one list out of all ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in the consolidated list: at how many senders it has which level."""

    code: str
    name: str
    full: int
    partial: int
    information: int

    @property
    def conflict(self) -> bool:
        """The same code at different levels."""
        return sum(1 for count in (self.full, self.partial, self.information) if count) > 1


_LINES = """
    SELECT e.national_code, min(e.name),
           count(*) FILTER (WHERE e.level = 'full'), count(*) FILTER (WHERE e.level = 'partial'),
           count(*) FILTER (WHERE e.level = 'information')
      FROM programme_submitted_entry AS e JOIN programme_submission AS s ON s.id = e.submission_id
     WHERE s.collection_id = %s AND s.current
     GROUP BY e.national_code
     ORDER BY e.national_code
"""


def consolidated(
    actor: Actor, key: str, *, q: str = "", conflicts: bool = False
) -> tuple[Collection, list[Line]]:
    """All current lists as one, by code (two queries): narrowed to words, to conflicts."""
    found = find_collection(actor, key)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [found.pk])
        lines = [Line(*row) for row in cursor.fetchall()]
    if conflicts:
        lines = [line for line in lines if line.conflict]
    words = fold(q).split()[:10]
    if words:
        lines = [line for line in lines if all(word in fold(f"{line.code} {line.name}") for word in words)]
    return found, lines


def positions(actor: Actor, key: str, code: str) -> list[tuple[Sender | None, str, str, str]]:
    """Who has a procedure at which level, and why: (sender, level, reason, receipt)."""
    found = find_collection(actor, key)
    rows = (
        Submission.objects.filter(collection=found, current=True, entries__national_code=code)
        .order_by("sender")
        .values_list("sender", "entries__level", "entries__reason", "receipt")
    )
    return [(senders.by_key(sender), level, reason, receipt) for sender, level, reason, receipt in rows]
