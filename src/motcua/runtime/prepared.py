"""Whether an embedded database was prepared by exactly this code: then a start need not ask Django at all.

Loading Django to find that nothing is to be done takes two seconds of a second start. The note in the data
folder holds a fingerprint of everything preparation depends on, and the number of migrations the database had
afterwards; the latter notices a database that was restored or exchanged meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg

SOURCE = Path(__file__).resolve().parents[1]
_BUILT = SOURCE.parents[1] / "build"


def note(url: str, *, demo: bool) -> str | None:
    """What the note would say now; None when the database has no tables yet.

    ``url``: of the embedded database, with the password.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
    except psycopg.Error:
        return None
    digest = hashlib.sha256()
    for path in _files():
        state = path.stat()
        digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return f"{digest.hexdigest()} demo={demo} migrations={row}"


def _files() -> Iterator[Path]:
    """Code and data (a change of any may change a step), and the built files with what was collected of them."""
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in {".pyc", ".mo"} and path.is_file():
            yield path
    for path in (_BUILT / "static.stamp", _BUILT / "collected.stamp"):
        if path.is_file():
            yield path
