"""What happens to a database before anybody is let in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from motcua.runtime import prepare
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres import Cluster


@pytest.fixture
def connection(
    cluster: Cluster, data: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A database with one table in it, and the environment a supervisor would give."""
    (data / "run").mkdir()
    monkeypatch.setenv("DATABASE_URL", cluster.url())
    monkeypatch.setenv("MOTCUA_DATA", str(data))
    monkeypatch.setenv("MOTCUA_EMBEDDED", "1")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE something (id int)")
        yield connection


def tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[object]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return [row[0] for row in rows]


def test_half_a_demo_is_begun_anew(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    prepare._stamp("demo-begun").write_text("begun")
    prepare._forget_half_a_demo(connection)
    assert tables(connection) == []
    assert prepare._made_from("demo-begun") is None
    connection.execute("CREATE TABLE again (id int)")  # the schema is there, and ours


@pytest.mark.parametrize("stamps", [[], ["demo"], ["demo-begun", "demo"]])
def test_whatever_else_there_is_stays(
    connection: psycopg.Connection[tuple[object, ...]], stamps: list[str]
) -> None:
    for name in stamps:
        prepare._stamp(name).write_text("made")
    prepare._forget_half_a_demo(connection)
    assert tables(connection) == ["something"]


def test_somebody_else_s_database_is_never_emptied(
    connection: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOTCUA_EMBEDDED")
    prepare._stamp("demo-begun").write_text("begun")
    with pytest.raises(CannotRun, match="is not ours to empty"):
        prepare._forget_half_a_demo(connection)
    assert tables(connection) == ["something"]


def test_an_old_server_is_refused(
    connection: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "OLDEST_SERVER", 990_000)
    with pytest.raises(CannotRun, match=r"is PostgreSQL \d+; Motcua needs 15 or later"), prepare._alone():
        pass
