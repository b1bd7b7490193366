"""The small world of ``tests/factories.py``, but really committed: in a database of the test's own.

Tests that race, kill and restart cannot live in a transaction that is rolled back. The world is made once per state
of the code as a template database; every test that asks for :func:`committed` gets a copy of it (0.1–0.2 s), a data
folder of its own, and as many real connections as it likes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from motcua.demo.province import build
from motcua.organisations.models import Agency
from motcua.runtime import testing
from tests import factories
from tests.factories import NOW, World

R = TypeVar("R")


@dataclass(frozen=True)
class Committed:
    """A copy of the world: its database, its data folder, and the cast."""

    name: str
    data: Path
    world: World

    @property
    def url(self) -> str:
        """Connection URL of the copy, for other processes."""
        return with_name(os.environ["DATABASE_URL"], self.name)


def with_name(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def use_database(**settings: str) -> Iterator[None]:
    """Let Django speak to another database, in all threads."""
    connections.close_all()
    before = {key: connection.settings_dict[key] for key in settings}
    connection.settings_dict.update(settings)
    factories.forget()
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict.update(before)
        factories.forget()


def copy(admin: psycopg.Connection[Any], template: str, name: str) -> None:
    """``name`` as a copy of ``template``, replacing what stood there."""
    drop(admin, name)
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    )


def drop(admin: psycopg.Connection[Any], name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _code_state() -> str:
    """State of the code that fills the world."""
    digest = hashlib.sha256()
    for pattern in ("src/motcua/**/*.py", "src/motcua/demo/*.json", "tests/factories.py"):
        for path in sorted(testing.ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _older_worlds(admin: psycopg.Connection[Any]) -> list[str]:
    """Templates to remove: all but the newest three, which another run may be copying."""
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'motcua_world_%' ORDER BY oid DESC"
    )
    return [str(name) for (name,) in rows.fetchall()][3:]


@pytest.fixture(scope="session")
def _world_template(_migrated_template: str, django_db_blocker: Any) -> str:
    """Name of a database with the world in it; it appears when it is complete."""
    name = f"motcua_world_{_code_state()}"
    with (
        (Path(os.environ["MOTCUA_DATA"]) / "template.lock").open("w") as lock,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = {row[0] for row in admin.execute("SELECT datname FROM pg_database").fetchall()}
        if name not in made:
            for old in _older_worlds(admin):
                drop(admin, old)
            copy(admin, _migrated_template, f"{name}_new")
            with django_db_blocker.unblock(), use_database(NAME=f"{name}_new"):
                factories.build_world()
                with connection.cursor() as cursor:  # what follows its publications has nothing to do yet
                    cursor.execute("DELETE FROM procrastinate_jobs")
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(f"{name}_new"), sql.Identifier(name)
                )
            )
    return name


@pytest.fixture
def committed(
    _world_template: str, django_db_blocker: Any, settings: Any, tmp_path: Path
) -> Iterator[Committed]:
    """A world of the test's own: whatever happens in it is committed, and gone with it."""
    name = f"motcua_own_{os.getpid()}"
    settings.DATA_DIR = tmp_path / "data"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        copy(admin, _world_template, name)
        try:
            with django_db_blocker.unblock(), use_database(NAME=name):
                yield Committed(name, settings.DATA_DIR, cast())
        finally:
            drop(admin, name)


def cast() -> World:
    """The cast of a database that the world is in already."""
    people = {person.username: person for person in build(NOW)}
    return World(people, {agency.code: agency for agency in Agency.objects.all()})


def at_once(count: int, work: Callable[[int], R]) -> list[R | BaseException]:
    """``work(0)`` … ``work(count - 1)`` in as many threads, as nearly together as can be; what each gave or raised."""
    gate = Barrier(count)

    def one(number: int) -> R | BaseException:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return work(number)
        except BaseException as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
