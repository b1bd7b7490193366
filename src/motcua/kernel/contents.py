"""Contents and their rows: kept for whoever refers to them, purged when nobody does (design decision 14).

The row of a content (:class:`~motcua.kernel.models.Blob`) is also its lock. Whoever stores a content holds the row
``FOR KEY SHARE`` before the file is written; the purge has it for itself until the file is gone. So a content that is
stored again while it is being purged is there afterwards, whoever was first. A purge that dies in the middle leaves a
row without a file, which nobody refers to: the next one takes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import connection, transaction
from psycopg import sql

from motcua.kernel.blobs import BlobStore
from motcua.kernel.models import Blob

log = structlog.get_logger(__name__)

#: A content that nothing refers to is kept for so long: a database restored from a backup finds its files.
GRACE = timedelta(days=14)
#: No run removes more: a mistake in what counts as a reference is noticed before it has cost much.
PER_RUN = 2000


def keep(store: BlobStore, content: bytes, *, mime: str, now: datetime) -> Blob:
    """Store bytes of our own (slips, results); equal bytes are one content."""
    blob = hold(hashlib.sha256(content).hexdigest(), size=len(content), mime=mime, now=now)
    store.write([content])
    return blob


def adopt(store: BlobStore, upload: str, *, mime: str, now: datetime) -> Blob:
    """Store a file that has arrived completely; equal files are one content."""
    sha, size = store.digest(upload)
    blob = hold(sha, size=size, mime=mime, now=now)
    store.adopt(upload)
    return blob


@transaction.atomic
def hold(sha: str, *, size: int, mime: str, now: datetime) -> Blob:
    """The row of a content, made when missing, held until the surrounding transaction ends."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_blob (sha256, size, mime, created_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (sha256) DO NOTHING",
                [sha, size, mime, now],
            )
        for blob in Blob.objects.raw("SELECT * FROM kernel_blob WHERE sha256 = %s FOR KEY SHARE", [sha]):
            return blob
        # A purge had the row, and removed it while we waited.


def purge(store: BlobStore, *, now: datetime, grace: timedelta = GRACE, limit: int = PER_RUN) -> int:
    """Remove contents to which no row of any table has pointed for ``grace``; returns how many."""
    before = now - grace
    removed = sum(_remove(store, sha, before) for sha in [*_unreferenced(before, limit)])
    for sha in islice(_without_row(store, before), max(limit - removed, 0)):
        removed += _remove(store, sha, before)
    if removed:
        log.info("contents.purged", count=removed)
    return removed


def references() -> list[tuple[str, str]]:
    """Every (table, column) that points to a content, as PostgreSQL itself knows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT con.conrelid::regclass::text, att.attname
              FROM pg_constraint AS con
              JOIN pg_attribute AS att ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
             WHERE con.contype = 'f' AND con.confrelid = 'kernel_blob'::regclass
             ORDER BY 1, 2
            """
        )
        return [(str(table), str(column)) for table, column in cursor.fetchall()]


def _nobody_points() -> sql.Composable:
    """Condition on ``kernel_blob AS blob``, over all tables in one snapshot."""
    return sql.SQL(" AND ").join(
        sql.SQL("NOT EXISTS (SELECT 1 FROM {} WHERE {} = blob.sha256)").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        for table, column in references()
    )


def _unreferenced(before: datetime, limit: int) -> list[str]:
    query = sql.SQL("SELECT sha256 FROM kernel_blob AS blob WHERE created_at < %s AND {} LIMIT %s")
    with connection.cursor() as cursor:
        cursor.execute(query.format(_nobody_points()), [before, limit])
        return [row[0] for row in cursor.fetchall()]


def _without_row(store: BlobStore, before: datetime) -> Iterator[str]:
    """Files whose transaction was rolled back after they were written."""
    for batch in _batches(store.untouched_since(before), 1000):
        known = set(Blob.objects.filter(sha256__in=batch).values_list("sha256", flat=True))
        yield from (sha for sha in batch if sha not in known)


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    walk = iter(items)
    while batch := list(islice(walk, size)):
        yield batch


@transaction.atomic
def _remove(store: BlobStore, sha: str, before: datetime) -> bool:
    """Remove one content, if it is still nobody's now that it is ours alone."""
    with connection.cursor() as cursor:
        # A file without a row gets one, to be locked by.
        cursor.execute(
            "INSERT INTO kernel_blob (sha256, size, mime, created_at) VALUES (%s, 0, '', %s)"
            " ON CONFLICT (sha256) DO NOTHING",
            [sha, before],
        )
        cursor.execute("SELECT 1 FROM kernel_blob WHERE sha256 = %s FOR UPDATE SKIP LOCKED", [sha])
        if cursor.fetchone() is None:
            return False
        if store.touched_since(sha, before):
            return False
        cursor.execute(
            sql.SQL("DELETE FROM kernel_blob AS blob WHERE sha256 = %s AND {}").format(_nobody_points()),
            [sha],
        )
        if cursor.rowcount == 0:
            return False
        # Foreign keys are checked now, not at commit: the file must not be gone when one objects.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    store.remove(sha)
    return True
