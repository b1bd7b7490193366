"""Workers to kill, a mail server to take away, a PostgreSQL to restart."""

from __future__ import annotations

import email
import email.message
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from motcua.kernel import env
from motcua.kernel.jobs import JOBS
from motcua.runtime import testing
from motcua.runtime.accounts import postgres_owner
from motcua.runtime.postgres import Cluster
from tests import factories
from tests.committed import (
    Committed,
    _world_template,  # noqa: F401 - a fixture
    cast,
    committed,  # noqa: F401 - a fixture
    copy,
    drop,
    use_database,
    with_name,
)

#: The times of service instead of shortened ones: `make faults`.
LONG = bool(os.environ.get("FAULTS_LONG"))
PATIENCE = 120.0 if LONG else 60.0


def until(condition: Callable[[], Any], *, seconds: float = PATIENCE) -> float:
    """Wait until ``condition`` holds; how long it took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise AssertionError(f"not within {seconds} s: {condition}; in the queue: {queue()}")
        time.sleep(0.05)
    return time.monotonic() - begin


def queue(state: str | None = None, task: str | None = None) -> list[tuple[str, str, int]]:
    """(task, status, tries) of the jobs in the table. Left out: what comes by the hour (one that was killed stays failed,
    for the next comes anyway), and what was put off to the end of the quiet hours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, status::text, attempts FROM procrastinate_jobs WHERE NOT task_name = ANY(%s)"
            " AND NOT (attempts = 0 AND coalesce(scheduled_at > now(), false)) ORDER BY id",
            [[job.name for job in JOBS.values() if job.cron is not None]],
        )
        rows = cursor.fetchall()
    return [row for row in rows if state in (None, row[1]) and task in (None, row[0])]


@dataclass
class Workers:
    """Starts workers on a database; whatever is still alive is ended after the test."""

    url: str
    data: Path
    folder: Path
    smtp_port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def mark(self) -> Path:
        return self.folder / "died"

    @property
    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def start(self, fault: str = "", **more: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "MOTCUA_DATA": str(self.data),
            "MOTCUA_SMTP_PORT": str(self.smtp_port),
            "FAULT": fault,
            "FAULT_MARK": str(self.mark),
            "FAULTS_NOTES": str(self.folder / "notes"),
            "FAULTS_JOBS": "1",
            **more,
        }
        log = (self.folder / f"worker-{len(self.started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            cwd=testing.ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self.started.append(process)
        return process

    def killed(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it has died of SIGKILL."""
        assert process.wait(PATIENCE) == -9, self.logs()

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()


class Mailbox:
    """A mail server in this process that can go away and come back on its port.

    ``digests`` are what officers are told when their hour of the day has come: by the clock, whatever is tested.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[email.message.Message] = []
        self.digests: list[email.message.Message] = []
        self._controller: Controller | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content)
        (self.digests if str(mail["Message-ID"]).startswith("<motcua-desk-") else self.mails).append(mail)
        return "250 kept"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that answers."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox(port)
    box.open()
    yield box
    box.close()


@pytest.fixture
def workers(committed: Committed, mailbox: Mailbox, tmp_path: Path) -> Iterator[Workers]:  # noqa: F811 - the fixture
    """Workers on the test's own database."""
    crew = Workers(committed.url, committed.data, tmp_path, mailbox.port)
    yield crew
    crew.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the user of PostgreSQL can reach."""
    base = Path(tempfile.mkdtemp(prefix="motcua-faults-", dir="/tmp" if postgres_owner().other else None))
    base.chmod(0o711)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def own_cluster(django_db_blocker: Any) -> Iterator[Cluster]:
    """A PostgreSQL that may be killed, with the world in its database ``motcua``."""
    with _folder() as folder:
        cluster = Cluster(folder, can_create_databases=True)
        cluster.start()
        try:
            with django_db_blocker.unblock(), use_database(**_settings(cluster.url())):
                call_command("migrate", interactive=False, verbosity=0)
                data, django_settings.DATA_DIR = django_settings.DATA_DIR, folder / "data"
                factories.build_world()
                django_settings.DATA_DIR = data
            yield cluster
        finally:
            cluster.stop()
            cluster.remove()


def _settings(url: str) -> dict[str, str]:
    found = env.database(url)
    return {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}


@pytest.fixture
def restartable(
    own_cluster: Cluster, django_db_blocker: Any, settings: Any, tmp_path: Path
) -> Iterator[tuple[Cluster, Committed]]:
    """A copy of the world in a PostgreSQL that may be killed."""
    settings.DATA_DIR = tmp_path / "data"
    with psycopg.connect(own_cluster.url("postgres", admin=True), autocommit=True) as admin:
        copy(admin, "motcua", "own")
        admin.execute("ALTER DATABASE own OWNER TO motcua")
        # Sequences write ahead by 32 values, and a copy believes that its own were written: before the first checkpoint a
        # crash would give them out again.
        admin.execute("CHECKPOINT")
    url = with_name(own_cluster.url(), "own")
    with django_db_blocker.unblock(), use_database(**_settings(url)):
        yield own_cluster, _Elsewhere("own", settings.DATA_DIR, cast(), url)
    with psycopg.connect(own_cluster.url("postgres", admin=True), autocommit=True) as admin:
        drop(admin, "own")


@dataclass(frozen=True)
class _Elsewhere(Committed):
    where: str = ""

    @property
    def url(self) -> str:
        return self.where


def restart(cluster: Cluster, *, away: float = 0.0) -> None:
    """PostgreSQL is killed in the middle of everything (as ``-m immediate``), is away for a while, and comes back."""
    import signal

    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait(30)
    time.sleep(away)
    cluster.launch()
