"""``motcua run`` as a person meets it: up, down, killed, refused; and never a process left behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from motcua.runtime import prepared
from motcua.runtime.folder import DataFolder
from motcua.runtime.ports import free_port
from motcua.runtime.postgres import Cluster
from motcua.runtime.processes import alive, processes, rotate, tail, wait_until
from motcua.runtime.services import LONGEST_PAUSE, Service
from motcua.runtime.supervisor import Options, Supervisor

START_SECONDS = 120


def marked(data: Path) -> dict[int, str]:
    """Processes that belong to a data folder: by their environment, or as a server of its database."""
    wanted = f"\0MOTCUA_SUPERVISED={data}\0".encode()
    cluster = data / "postgres" / "cluster"
    found = {}
    for pid, folder in processes():
        try:
            if wanted in b"\0" + (folder / "environ").read_bytes() or (folder / "cwd").readlink() == cluster:
                found[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


class Motcua:
    """A supervisor in a process of its own."""

    def __init__(self, data: Path, port: int, **environment: str) -> None:
        self.data = data
        self.port = port
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MOTCUA_", "DATABASE_URL"))
        }
        self.output = data.with_name(data.name + ".out")
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "motcua.cli", "run"],
                env={**env, "PORT": str(port), "DATA": str(data), "MOTCUA_DEMO_DOSSIERS": "3", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def health(self) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def wait_until_ready(self) -> float:
        """Seconds until ``/healthz`` says so."""
        begin = time.monotonic()
        ready = wait_until(
            lambda: self.process.poll() is not None or self.health()[0] == 200, START_SECONDS, 0.1
        )
        assert ready, self.output.read_text()
        assert self.process.poll() is None, self.output.read_text()
        return time.monotonic() - begin

    def said(self) -> str:
        return self.output.read_text()

    def pid_of(self, name: str) -> int:
        state = json.loads((self.data / "run" / "state.json").read_text())
        return int(state["processes"][name]["pid"])

    def is_well_without(self, name: str, old: int) -> bool:
        """Whether everything works, and a process that died has a successor."""
        return self.health()[0] == 200 and self.pid_of(name) != old


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Motcua]]:
    """Start Motcua with a very small demo (its making is the demo's own test)."""
    started: list[Motcua] = []

    def begin(**environment: str) -> Motcua:
        motcua = Motcua(data, free_port("127.0.0.1"), **environment)
        started.append(motcua)
        return motcua

    yield begin
    for motcua in started:
        if motcua.process.poll() is None:
            motcua.process.kill()
        motcua.process.wait()
        motcua.output.unlink(missing_ok=True)


def test_a_whole_life(data: Path, start: Callable[..., Motcua]) -> None:
    """First start, second start, kill -9 of a child, of the database and of the supervisor: one story, one set-up."""
    first = start()
    first.wait_until_ready()
    status, body = first.health()
    assert (status, body["status"]) == (200, "ok")
    names = {"web", "worker", "identity", "mail", "register", "database"}
    state = json.loads((data / "run" / "state.json").read_text())
    assert {name for name, process in state["processes"].items() if process["up"]} == names
    assert f"ready: http://127.0.0.1:{first.port}" in first.said()
    assert "Demo accounts" in first.said()

    # A second one on the same folder is sent to the first.
    second = Motcua(data, free_port("127.0.0.1"))
    assert second.process.wait(30) == 1
    assert f"already running at http://127.0.0.1:{first.port}" in second.said()
    assert first.health()[0] == 200

    # Whoever dies is started again; nothing else is disturbed.
    for name in ("worker", "web"):
        old = first.pid_of(name)
        os.kill(old, signal.SIGKILL)
        assert wait_until(partial(first.is_well_without, name, old), 60), first.said()
    old = first.pid_of("database")
    os.kill(old, signal.SIGKILL)
    assert wait_until(partial(first.is_well_without, "database", old), 60), first.said()

    # SIGTERM: an orderly end, nobody left.
    first.process.terminate()
    assert first.process.wait(60) == 0
    assert marked(data) == {}
    assert not json.loads((data / "run" / "state.json").read_text())["ready"]

    # The second start is quick, and keeps what there was.
    third = start()
    # The promise is ten seconds; a machine that tests on all its cores meanwhile gets longer.
    busy = os.getloadavg()[0] > len(os.sched_getaffinity(0))
    assert third.wait_until_ready() < (60 if busy else 10)
    assert "being made" not in third.said().rpartition("stopping")[2]

    # kill -9: the kernel tells the children.
    third.process.kill()
    third.process.wait()
    assert wait_until(lambda: marked(data) == {}, 30), marked(data)

    # ... and after that everything comes back.
    fourth = start()
    fourth.wait_until_ready()
    fourth.process.send_signal(signal.SIGINT)
    assert fourth.process.wait(60) == 0
    assert marked(data) == {}


def test_how_far_a_demo_is_that_goes_on_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(Options(port=0, host="127.0.0.1", data=data, environment={}))
    run = supervisor.folder.run
    run.mkdir(parents=True)

    def told(text: str | None) -> str:
        if text is not None:
            (run / "demo").write_text(text)
        supervisor._tell_demo()
        return capsys.readouterr().out

    assert told(None) == "", "no demo that goes on"
    assert "goes on in the background: 512 of 2,007 dossiers" in told("512 2007\n")
    assert told("532 2007\n") == "", "not at every piece"
    assert "772 of 2,007" in told("772 2007\n")
    assert told("77") == "", "half written"
    assert "demo data is complete: 2,007 dossiers" in told("2007 2007\n")
    assert told(None) == ""
    supervisor._demo_told = None
    assert told(None) == "", "complete since before this start"


def test_a_taken_port_is_said_before_anything_is_made(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        motcua = Motcua(data, server.getsockname()[1])
        assert motcua.process.wait(30) == 1
    assert "is already used by" in motcua.said()
    assert "PORT=" in motcua.said()
    assert "Traceback" not in motcua.said()
    assert not (data / "postgres").exists()
    motcua.output.unlink()


def test_a_database_that_cannot_be_reached(data: Path) -> None:
    motcua = Motcua(data, free_port("127.0.0.1"), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert motcua.process.wait(60) == 1
    assert "The database of DATABASE_URL cannot be reached" in motcua.said()
    assert "Traceback" not in motcua.said()
    assert marked(data) == {}
    motcua.output.unlink()


def test_stopped_while_it_starts(data: Path) -> None:
    motcua = Motcua(data, free_port("127.0.0.1"))
    assert wait_until(lambda: "database ready" in motcua.said(), 30)
    motcua.process.terminate()
    assert motcua.process.wait(60) == 0
    assert marked(data) == {}
    motcua.output.unlink()


def test_what_an_earlier_run_left_is_ended(data: Path) -> None:
    """Where the kernel does not tell the children (macOS), the next start does."""
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        env={**os.environ, "MOTCUA_SUPERVISED": str(data)},
    )
    motcua = Motcua(data, free_port("127.0.0.1"))
    assert left.wait(30) == -signal.SIGTERM
    assert wait_until(lambda: "ended processes that an earlier run had left" in motcua.said(), 10)
    motcua.process.terminate()
    motcua.process.wait(60)
    motcua.output.unlink()


def group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_pauses_grow_and_the_group_goes_with_its_leader(data: Path) -> None:
    log = data / "log" / "failing.log"
    service = Service(
        "failing", ["/bin/sh", "-c", "sleep 60 & exit 3"], os.environ, data, log, answers=lambda: False
    )
    service.start()
    assert service.process is not None
    group = service.process.pid
    assert wait_until(lambda: service.process is None or service.process.poll() is not None, 5)
    assert "with code 3" in (service.tend() or "")
    assert wait_until(lambda: not group_exists(group), 5)
    pauses = []
    for _ in range(8):
        pauses.append(service._pause)
        service.start()
        assert service.process is not None
        service.process.wait()
        service.tend()
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_logs_are_cut_in_place(data: Path) -> None:
    log = data / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        rotate(log, limit=50)
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"
    assert (data / "web.log.1").stat().st_size == 100
    for _ in range(5):
        log.write_bytes(b"y" * 100)
        rotate(log, limit=50)
    assert sorted(path.name for path in data.glob("web.log*")) == [
        "web.log",
        "web.log.1",
        "web.log.2",
        "web.log.3",
    ]
    log.write_text("one\ntwo\nthree\n")
    assert tail(log, 2) == "two\nthree"


def test_a_process_that_ignores_the_death_of_its_parent_ends_all_the_same() -> None:
    child = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "from motcua.runtime.processes import outlive_parent_at_most\n"
        "outlive_parent_at_most(0.5); print('ready', flush=True); time.sleep(60)"
    )
    parent = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {child!r}]).pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert process.stdout.readline() == "ready\n"
        process.kill()
    assert wait_until(lambda: not alive(pid), 20)


def test_ports_of_the_simulators_are_remembered(data: Path) -> None:
    folder = DataFolder(data)
    assert folder.remembered_ports() == {}
    folder.remember_ports({"identity": 4001})
    assert folder.remembered_ports() == {"identity": 4001}
    (data / "ports.json").write_text("[]")
    assert folder.remembered_ports() == {}


def test_only_a_database_prepared_by_this_code_is_taken_as_it_is(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepared.note(cluster.url(), demo=True) is None
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE django_migrations AS SELECT 1 AS id")
        before = prepared.note(cluster.url(), demo=True)
        assert before == prepared.note(cluster.url(), demo=True)
        assert before != prepared.note(cluster.url(), demo=False)
        connection.execute("INSERT INTO django_migrations VALUES (2)")
        assert before != prepared.note(cluster.url(), demo=True)
        connection.execute("DELETE FROM django_migrations WHERE id = 2")
    assert before == prepared.note(cluster.url(), demo=True)
    monkeypatch.setattr(prepared, "_files", lambda: iter([Path(__file__)]))
    assert before != prepared.note(cluster.url(), demo=True)
