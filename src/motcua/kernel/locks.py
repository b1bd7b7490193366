"""Being alone: for what no row lock can cover, because the row is not there yet or the work is outside the database.

Advisory locks of PostgreSQL, named by a text. They belong to the connection: a worker that is killed loses its
connection, and with it its locks, at once. (A pooler before PostgreSQL must keep sessions: docs/running.md.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection


def wait_for(name: str) -> None:
    """Be alone with ``name`` until the present transaction ends; whoever comes second waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether we are alone with ``name`` for the length of the block; never waits. For calls over the network."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        ours = bool((cursor.fetchone() or (False,))[0])
    try:
        yield ours
    finally:
        if ours:
            _let_go(name)


def _let_go(name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
    except (OperationalError, InterfaceError):
        # The connection is gone, and the lock went with it.
        connection.close()
