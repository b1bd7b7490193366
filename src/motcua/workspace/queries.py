"""Reads around the worklists: an officer's own desk, what lies around a dossier, work ordered, notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count

from motcua.kernel import crypto
from motcua.kernel.actors import Actor
from motcua.processing.matters import LOOKS, MATTERS, Matters, read_matters
from motcua.workspace.models import BulkItem, BulkRun, Export, Notice
from motcua.workspace.rules import Asked, Progress, Telling, columns
from motcua.workspace.worklists.lines import Neighbours, neighbours_from
from motcua.workspace.worklists.reading import beside_sql

#: Unread notices are counted to here; beyond, the page says "99+".
UNREAD_TO = 100


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A label of one of the officer's units. A retired one is shown where it lies, and not offered."""

    id: int
    name: str
    colour: str
    unit: int
    retired: bool


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A saved view: one's own, or a colleague's that is shared with one's unit (``shared``: the unit's key)."""

    id: str
    name: str
    asked: Mapping[str, Any]
    columns: tuple[str, ...]
    mine: bool
    shared: int | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer has set up for themselves, and what their units have."""

    columns: tuple[str, ...]
    filters: Mapping[str, Mapping[str, Any]]
    telling: Telling
    views: tuple[ViewLine, ...]
    labels: Mapping[int, LabelLine]
    unread: int

    def view(self, key: str) -> ViewLine | None:
        return next((view for view in self.views if view.id == key), None)


_LABELS = """
    SELECT json_agg(json_build_array(id, name, colour, unit_id, retired_at IS NOT NULL) ORDER BY folded, id)
      FROM workspace_label WHERE unit_id = ANY(%s)
"""
_UNREAD = f"""
    SELECT count(*) FROM (SELECT 1 FROM workspace_notice WHERE account_id = %s AND read_at IS NULL
                           LIMIT {UNREAD_TO}) AS unread
"""  # noqa: S608 - a constant of ours
_DESK = f"""
    SELECT (SELECT json_build_array(columns, filters, notices) FROM workspace_preference WHERE account_id = %s),
           (SELECT json_agg(json_build_array(id, name, asked, columns, account_id, unit_id) ORDER BY made_at)
              FROM workspace_savedview WHERE account_id = %s OR unit_id = ANY(%s)),
           ({_LABELS}), ({_UNREAD})
"""  # noqa: S608 - made of the constants above


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _labels(value: Any) -> dict[int, LabelLine]:
    return {row[0]: LabelLine(*row) for row in _json(value) or ()}


def desk_of(actor: Actor) -> Desk:
    """Columns, filters, views, labels and the number of unread notices; one query."""
    units = [seat.unit for seat in actor.seats]
    with connection.cursor() as cursor:
        cursor.execute(_DESK, [actor.account, actor.account, units, units, actor.account])
        own, views, labels, unread = cursor.fetchone() or (None, None, None, 0)
    chosen, filters, notices = _json(own) or ((), {}, {})
    return Desk(
        columns=columns(chosen),
        filters=filters,
        telling=Telling.read(notices),
        views=tuple(
            ViewLine(key, name, asked, tuple(shown), account == actor.account, unit)
            for key, name, asked, shown, account, unit in _json(views) or ()
        ),
        labels=_labels(labels),
        unread=unread,
    )


@dataclass(frozen=True, slots=True)
class NoteLine:
    """An internal note."""

    author: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter of the thread with the applicant. ``files``: (key, name)."""

    id: int
    from_office: bool
    author: str
    at: datetime
    read_at: datetime | None
    body: str
    files: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """What lies around a dossier for the officers who may see it."""

    labels: tuple[LabelLine, ...]
    offered: tuple[LabelLine, ...]
    notes: tuple[NoteLine, ...]
    letters: tuple[LetterLine, ...]
    following: bool
    unread: int
    matters: Matters
    beside: Neighbours


_MARGIN = f"""
    SELECT ({_LABELS.replace("%s", "%(units)s")}),
           ARRAY(SELECT label_id FROM workspace_dossierlabel WHERE dossier_id = %(dossier)s ORDER BY id),
           (SELECT json_agg(json_build_array(author.full_name, note.written_at, note.body) ORDER BY note.id)
              FROM workspace_note AS note JOIN identity_account AS author ON author.id = note.author_id
             WHERE note.dossier_id = %(dossier)s),
           (SELECT json_agg(json_build_array(
                       letter.id, letter.from_office, author.full_name, letter.at, letter.read_at, letter.body,
                       ARRAY(SELECT json_build_array(file.id, file.filename) FROM messaging_letterfile AS file
                              WHERE file.letter_id = letter.id ORDER BY file.id)) ORDER BY letter.id)
              FROM messaging_letter AS letter JOIN identity_account AS author ON author.id = letter.author_id
             WHERE letter.dossier_id = %(dossier)s),
           EXISTS (SELECT 1 FROM workspace_follow WHERE dossier_id = %(dossier)s AND account_id = %(account)s),
           ({_UNREAD.replace("%s", "%(account)s")}), {MATTERS}
"""  # noqa: S608 - made of the constants above


def margin_of(
    dossier: int,
    case: int,
    actor: Actor,
    *,
    place: tuple[Asked, str] | None = None,
    looks: bool = False,
    now: datetime,
) -> Margin:
    """Labels, notes, letters, whether it is followed, what is told of it, and (``place``: a list and a key in it) the
    lines beside it there; one query. The caller has checked who asks; ``looks``: with who has looked at it."""
    given: dict[str, Any] = {
        "looks": looks,
        "most": LOOKS,
        "units": [seat.unit for seat in actor.seats],
        "dossier": dossier,
        "case": case,
        "account": actor.account,
    }
    near = "NULL"
    if place is not None and (halves := beside_sql(actor, *place, now=now)) is not None:
        sql, values = halves
        # Its values are in order, those of the rest have names: numbered, the two go together.
        near = f"(SELECT json_agg(json_build_array(side, code, key)) FROM ({_numbered(sql)}) AS near)"  # noqa: S608 - ours too
        given |= {f"n{number}": value for number, value in enumerate(values)}
    with connection.cursor() as cursor:
        cursor.execute(f"{_MARGIN}, {near}", given)
        row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None
    labels, lying, notes, letters, following, unread, told, found = row
    known = _labels(labels)
    return Margin(
        labels=tuple(known[key] for key in lying if key in known),
        offered=tuple(line for line in known.values() if not line.retired and line.id not in lying),
        notes=tuple(
            NoteLine(author, _moment(at), crypto.decrypt(body, "workspace_note.body") if body else "")
            for author, at, body in _json(notes) or ()
        ),
        letters=tuple(
            LetterLine(
                key,
                from_office,
                author,
                _moment(at),
                _moment(read_at) if read_at else None,
                crypto.decrypt(body, "messaging_letter.body") if body else "",
                tuple((file, name) for file, name in files),
            )
            for key, from_office, author, at, read_at, body, files in _json(letters) or ()
        ),
        following=following,
        unread=unread,
        matters=read_matters(told),
        beside=neighbours_from(_json(found) or ()),
    )


def _numbered(sql: str) -> str:
    """Placeholders by name, ``n0`` onwards."""
    pieces = sql.split("%s")
    return "".join(f"{piece}%(n{number})s" for number, piece in enumerate(pieces[:-1])) + pieces[-1]


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def notices_of(actor: Actor, *, limit: int = 100) -> list[Notice]:
    """An officer's notices, newest first."""
    return list(
        Notice.objects.filter(account=actor.account)
        .select_related("dossier__procedure")
        .order_by("-at", "-pk")[:limit]
    )


def bulk_of(actor: Actor, key: UUID) -> BulkRun | None:
    """A bulk run that this officer ordered."""
    return BulkRun.objects.select_related("officer", "label").filter(pk=key, account=actor.account).first()


def bulks_of(actor: Actor, *, limit: int = 30) -> list[tuple[BulkRun, Progress]]:
    """What an officer has ordered in bulk, newest first, and how far each is."""
    found = list(
        BulkRun.objects.filter(account=actor.account)
        .select_related("officer", "label")
        .order_by("-ordered_at")[:limit]
    )
    counted: dict[Any, dict[str, int]] = {}
    rows = BulkItem.objects.filter(bulk__in=found).values_list("bulk", "state").annotate(number=Count("pk"))
    for key, state, number in rows.order_by():
        counted.setdefault(key, {})[state] = number
    return [(bulk, Progress(counted.get(bulk.pk, {}))) for bulk in found]


def progress_of(bulk: BulkRun) -> Progress:
    """How many of its dossiers are in which state."""
    rows = BulkItem.objects.filter(bulk=bulk).values_list("state").annotate(number=Count("pk")).order_by()
    return Progress(dict(rows))


def items_of(bulk: BulkRun) -> list[BulkItem]:
    """Its dossiers in order; those with something to tell first while it works."""
    return list(BulkItem.objects.filter(bulk=bulk).select_related("dossier__procedure").order_by("position"))


def exports_of(actor: Actor, *, limit: int = 30) -> list[Export]:
    """An officer's exports, newest first."""
    return list(
        Export.objects.filter(account=actor.account).select_related("blob").order_by("-ordered_at")[:limit]
    )


def export_of(actor: Actor, key: UUID) -> Export | None:
    """An export that this officer asked for."""
    return Export.objects.select_related("blob").filter(pk=key, account=actor.account).first()
