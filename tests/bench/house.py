"""The bench's own house: a throw-away durable PostgreSQL and web servers, started and stopped by process id."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from motcua.runtime.ports import free_port
from motcua.runtime.postgres import Cluster
from motcua.runtime.processes import end, spawn
from motcua.runtime.testing import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
WORKERS = max(2, len(os.sched_getaffinity(0)))


@dataclass(frozen=True)
class Web:
    """A running web server: where it listens, and its process group for counting CPU."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def database(folder: Path, *, keep: bool) -> Iterator[Cluster]:
    """A cluster with fsync on, as in service. ``keep`` leaves it for the next run (profiling)."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        if not keep:
            cluster.remove()
            shutil.rmtree(folder, ignore_errors=True)


def environment(cluster: Cluster, folder: Path, port: int) -> dict[str, str]:
    """What the web processes and this process get; demo secrets, like the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return (
        kept
        | ENVIRONMENT
        | {
            "DATABASE_URL": cluster.url(),
            "DJANGO_SETTINGS_MODULE": "motcua.config.settings",
            "MOTCUA_DATA": str(folder),
            "MOTCUA_HEALTH_DIR": str(folder / "run"),
            "MOTCUA_BASE_URL": f"http://127.0.0.1:{port}",
        }
    )


@contextmanager
def web(application: str, env: Mapping[str, str], log: Path, port: int | None = None) -> Iterator[Web]:
    """granian with the options of ``motcua run`` (runtime/supervisor.py), its log in a file as there."""
    port = port or free_port("127.0.0.1")
    command = [
        sys.executable, "-m", "granian", application, "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--http", "1", "--no-ws", "--workers", str(WORKERS), "--blocking-threads", "2",
        "--backlog", "2048", "--workers-kill-timeout", "2", "--log-level", "warning",
    ]  # fmt: skip
    with _running(command, env, log) as process:
        _wait(port, process, log)
        yield Web(port, process)


@contextmanager
def worker(env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of ``motcua run``."""
    with _running([sys.executable, "-m", "motcua.cli", "worker"], env, log) as process:
        yield process


@contextmanager
def mail(env: Mapping[str, str], port: int, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The mail server of ``motcua run``, which keeps what it takes in ``folder``."""
    command = [
        sys.executable, "-m", "motcua.simulators.mail_catcher", "--smtp-port", str(port), "--dir", str(folder),
    ]  # fmt: skip
    with _running(command, env, log) as process:
        yield process


@contextmanager
def _running(command: list[str], env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = spawn(command, env=env, log=log, cwd=ROOT)
    try:
        yield process
    finally:
        end(process, first=signal.SIGTERM, patience=15)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit(f"bench: the web server did not start; see {log}")


@dataclass(frozen=True)
class Spent:
    """CPU seconds so far: of a web server with its workers, of PostgreSQL, and of the whole machine (all cores)."""

    web: float
    database: float
    machine: float

    def since(self, before: Spent) -> Spent:
        return Spent(self.web - before.web, self.database - before.database, self.machine - before.machine)


def spent(web: Web, cluster: Cluster) -> Spent:
    """Ended children are in their parent's account, so a closed connection's backend is not lost."""
    assert cluster.process is not None
    master = cluster.process.pid
    tick = os.sysconf("SC_CLK_TCK")
    of_web = of_database = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used = sum(int(value) for value in fields[11:15])
        if int(fields[2]) == web.process.pid:
            of_web += used
        elif int(fields[1]) == master or int(folder.name) == master:
            of_database += used
    return Spent(of_web / tick, of_database / tick, machine())


def machine() -> float:
    """CPU seconds that the whole machine has worked so far, on all cores."""
    # user, nice, system, idle, iowait, irq, softirq, steal
    columns = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(columns) - columns[3] - columns[4]) / os.sysconf("SC_CLK_TCK")
