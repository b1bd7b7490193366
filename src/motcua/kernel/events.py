"""The event log: append-only, hash-chained per stream, the one source of every figure.

A stream is the history of one thing (a dossier). Its head, the number and hash of its last event, stands on
the thing's own row, which the action has locked: appending needs no extra query and cannot fork. The hash of
an event covers the hash before it, so that a changed or missing row shows (:func:`broken_at`); a trigger
refuses UPDATE and DELETE on the table (migration 0001).

Upper floors subscribe (wired in ``config/wiring.py``): inside the transaction, with database work only.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from django.db import connection
from psycopg.types.json import Jsonb

from motcua.kernel.actions import count_event
from motcua.kernel.actors import Actor

GENESIS = bytes(32)


class Streamed(Protocol):
    """A row that carries the head of its stream. The action must hold its lock and save these two."""

    stream: UUID
    event_seq: int
    # A Django binary column reads as bytes from us and may read as a memoryview from a driver.
    event_hash: Any


@dataclass
class Noted:
    """A stream of one event: of what has no row to carry its head, or a row that nothing may change afterwards."""

    stream: UUID
    event_seq: int = 0
    event_hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Happened:
    """What a subscriber is given: the event as written, and the row it happened to."""

    kind: str
    stream: UUID
    seq: int
    at: datetime
    actor: Actor
    data: Mapping[str, Any]
    subject: Any


Subscriber = Callable[[Happened], None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(kinds: Iterable[str], subscriber: Subscriber) -> None:
    """Call ``subscriber`` in the transaction of every event of these kinds (once however often it is wired)."""
    for kind in kinds:
        if subscriber not in _subscribers[kind]:
            _subscribers[kind].append(subscriber)


def digest(
    previous: bytes,
    *,
    stream: UUID,
    seq: int,
    kind: str,
    at: datetime,
    account: int | None,
    data: Mapping[str, Any],
) -> bytes:
    """SHA-256 over the previous hash and the event in canonical JSON (sorted keys, UTC, microseconds)."""
    body = orjson.dumps(
        [stream, seq, kind, at.astimezone(UTC).isoformat(timespec="microseconds"), account, data],
        option=orjson.OPT_SORT_KEYS,
    )
    return hashlib.sha256(previous + body).digest()


_INSERT = """
    INSERT INTO kernel_event (stream, seq, kind, at, actor_kind, account_id, officer, data, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def write(
    subject: Streamed, kind: str, *, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None
) -> Happened:
    """Write one event to the stream of ``subject``, without telling the subscribers yet.

    For the first event of a row that is not inserted yet: its head stands on the row when that is written, and
    :func:`publish` follows when the row has its key. Everything else uses :func:`append`.
    """
    facts = dict(data or {})
    seq = subject.event_seq + 1
    value = digest(
        bytes(subject.event_hash),
        stream=subject.stream,
        seq=seq,
        kind=kind,
        at=at,
        account=actor.account,
        data=facts,
    )
    document: Any = Jsonb(facts, dumps=orjson.dumps)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                subject.stream,
                seq,
                kind,
                at,
                actor.kind,
                actor.account,
                actor.name if actor.kind == "officer" else "",
                document,
                value,
            ],
        )
    subject.event_seq, subject.event_hash = seq, value
    count_event()
    return Happened(kind, subject.stream, seq, at, actor, facts, subject)


def publish(happened: Happened) -> None:
    """Tell the subscribers of a written event, in its transaction."""
    for subscriber in _subscribers.get(happened.kind, ()):
        subscriber(happened)


def append(
    subject: Streamed, kind: str, *, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None
) -> Happened:
    """Write one event to the stream of ``subject`` and tell the subscribers.

    ``data`` holds facts in JSON types and no personal data: figures must survive the removal of a person's
    data, and a name in an append-only log could never be removed. An officer acts in public: the name stays.
    The caller saves ``event_seq`` and ``event_hash`` of the subject with its row.
    """
    happened = write(subject, kind, actor=actor, at=at, data=data)
    publish(happened)
    return happened


class Chained(Protocol):
    """An event as read back from the table."""

    stream: UUID
    seq: int
    kind: str
    at: datetime
    account_id: int | None
    data: Mapping[str, Any]
    hash: bytes


def broken_at(history: Iterable[Chained]) -> int | None:
    """Number of the first event of one stream, in order, that does not follow from the one before; else None."""
    previous, expected = GENESIS, 1
    for event in history:
        value = digest(
            previous,
            stream=event.stream,
            seq=event.seq,
            kind=event.kind,
            at=event.at,
            account=event.account_id,
            data=event.data,
        )
        if event.seq != expected or value != bytes(event.hash):
            return event.seq
        previous, expected = value, expected + 1
    return None
