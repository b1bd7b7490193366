"""``motcua run``: one process that starts everything, watches it, and takes everything down with it.

Order of start: data folder → database → sign-in and mail simulators → prepared tables and data → web and
worker. Order of stop: web, worker, simulators, database. However this process ends, its children end too:
the kernel tells them (see ``processes``), and what it cannot tell, the next start ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from motcua.runtime.commands import ROOT, SUPERVISED, environment, simulators, web_and_worker
from motcua.runtime.errors import CannotRun
from motcua.runtime.folder import DataFolder
from motcua.runtime.health import ProcessState, State, write_state
from motcua.runtime.ports import claim_port, shown_host
from motcua.runtime.postgres import Cluster
from motcua.runtime.prepared import note
from motcua.runtime.processes import adopt_orphans, end, end_marked, rotate, spawn, tail
from motcua.runtime.services import FIRST_PAUSE, LONGEST_PAUSE, Service

START_SECONDS = 90
FAILURES_AT_START = 3
#: How many more dossiers of a demo that goes on are worth a line.
DEMO_TOLD_EVERY = 250


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, the end of ``make``)."""


@dataclass(frozen=True)
class Options:
    """What ``motcua run`` was asked for. ``data`` is absolute; ``port`` 0 means any free one."""

    port: int
    data: Path
    host: str = "127.0.0.1"
    demo: bool = True
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


class Supervisor:
    """Runs until it is told to stop. Raises :class:`CannotRun` when it cannot start."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = DataFolder(options.data)
        self.cluster: Cluster | None = None
        self.services: list[Service] = []
        self.ready = False
        self.address = ""
        self._begin = time.monotonic()
        self._since = datetime.now(UTC).isoformat()
        self._database_since: str | None = None
        self._database_restarts = 0
        self._database_pause = FIRST_PAUSE
        self._database_next = 0.0
        self._preparing: subprocess.Popen[bytes] | None = None
        self._written: State | None = None
        self._demo_told: int | None = None
        self._stopping = False

    # -- the whole ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Start, watch, stop; returns after an orderly stop."""
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            try:
                self._start()
                self._watch()
            except Stopped:
                self.say("stopping")
        finally:
            self._stop()

    def say(self, text: str) -> None:
        """One line of progress with the seconds since the start."""
        try:
            print(f"{time.monotonic() - self._begin:6.1f} s  {text}", flush=True)
        except OSError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - whoever listened has gone; go on without

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            raise Stopped

    def _go_on(self) -> None:
        """Raise :class:`Stopped` if somebody asked: what a signal raises is lost where a library's callback swallows it."""
        if self._stopping:
            raise Stopped

    # -- start --------------------------------------------------------------------------------------

    def _start(self) -> None:
        options = self.options
        self.folder.open(demo=options.demo)
        port = claim_port(options.host, options.port)
        shown = shown_host(options.host)
        self.address = options.environment.get("MOTCUA_BASE_URL", f"http://{shown}:{port}").rstrip("/")
        self.folder.announce(self.address)
        self._write_state()
        if end_marked(self._marker):
            self.say("ended processes that an earlier run had left")
        env = environment(
            options.environment, self.folder, address=self.address, shown=shown, demo=options.demo
        )
        self._start_database(env)
        if options.demo:
            self.services = simulators(env, self.folder, host=options.host, shown=shown, address=self.address)
        for service in self.services:
            service.start()
        self._prepare_if_needed(env)
        new = web_and_worker(env, self.folder, host=options.host, port=port)
        for service in new:
            service.start()
        # Web first: it is the first to be stopped, too.
        self.services = new + self.services
        self._wait_for_services()
        self.ready = True
        self._write_state()
        self._welcome()

    @property
    def _marker(self) -> str:
        return f"{SUPERVISED}={self.folder.path}"

    def _start_database(self, env: dict[str, str]) -> None:
        if env.get("DATABASE_URL"):
            self.say("database: the one DATABASE_URL names")
            return
        self.cluster = Cluster(self.folder.path, log=self.folder.logs / "postgres.log", say=self.say)
        self.cluster.start()
        self._database_since = datetime.now(UTC).isoformat()
        env["DATABASE_URL"], env["MOTCUA_EMBEDDED"] = self.cluster.url(), "1"
        binaries = self.cluster.binaries
        self.say(f"database ready (PostgreSQL {binaries.version}, {binaries.source})")

    def _prepare_if_needed(self, env: Mapping[str, str]) -> None:
        """Prepare, unless this database is ours alone and was prepared by this very code."""
        written = self.folder.run / "prepared"
        if self.cluster is None:
            self._prepare(env)
            return
        now = note(self.cluster.url(), demo=self.options.demo)
        if now is None or not written.exists() or written.read_text() != now:
            written.unlink(missing_ok=True)
            self._prepare(env)
            written.write_text(note(self.cluster.url(), demo=self.options.demo) or "")

    def _prepare(self, env: Mapping[str, str]) -> None:
        """Tables, static files, catalogue and demo data: one process, whose lines are ours."""
        log = self.folder.logs / "prepare.log"
        rotate(log, limit=1024 * 1024)
        at = log.stat().st_size if log.exists() else 0
        begin = at
        self._preparing = spawn([sys.executable, "-m", "motcua.runtime.prepare"], env=env, log=log, cwd=ROOT)
        while True:
            self._go_on()
            code = self._preparing.poll()
            at = self._relay(log, at)
            if code is not None:
                break
            self._tend(self.services)
            time.sleep(0.1)
        self._preparing = None
        if code:
            sentence = next(
                (line[7:] for line in tail(log, 40, begin).splitlines() if line.startswith("cannot ")), None
            )
            raise CannotRun(
                sentence
                or f"The tables and data could not be prepared; see {log}. It ends:\n{tail(log, 8, begin)}"
            )

    def _relay(self, log: Path, at: int) -> int:
        """Repeat new progress lines of the preparing process (those that begin with ``step``)."""
        with log.open("rb") as file:
            file.seek(at)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                at += len(line)
                if line.startswith(b"step "):
                    self.say(line[5:].decode("utf-8", "replace").rstrip())
        return at

    def _wait_for_services(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while not all(service.up for service in self.services):
            self._go_on()
            self._tend(self.services)
            for service in self.services:
                if service.restarts >= FAILURES_AT_START or time.monotonic() > limit:
                    if service.up:
                        continue
                    raise CannotRun(
                        f"{service.name} does not start; see {service.log}. It ends:\n{tail(service.log)}"
                    )
            time.sleep(0.05)

    def _welcome(self) -> None:
        self.say(f"ready: {self.address}")
        if self.options.demo:
            from motcua.runtime.accounts_table import table

            print(f"\n{table()}\n\nStop with Ctrl-C. Data: {self.folder.path}\n", flush=True)
            self._tell_demo()

    def _tell_demo(self) -> None:
        """How far the worker is with a demo that goes on; nothing when there is none, or nothing new to tell."""
        made, of = demo_progress(self.folder.run)
        if not of or made == self._demo_told:
            return
        if made == of and self._demo_told is not None:
            self.say(f"demo data is complete: {of:,} dossiers")
        elif made < of and (self._demo_told is None or made - self._demo_told >= DEMO_TOLD_EVERY):
            self.say(f"demo data goes on in the background: {made:,} of {of:,} dossiers")
        else:
            return
        self._demo_told = made

    # -- watch --------------------------------------------------------------------------------------

    def _watch(self) -> None:
        last_upkeep = time.monotonic()
        while True:
            self._go_on()
            self._tend_database()
            self._tend(self.services)
            self.ready = self._database_up() and all(service.up for service in self.services)
            self._write_state()
            if time.monotonic() - last_upkeep > 30:
                last_upkeep = time.monotonic()
                self._tell_demo()
                for log in self.folder.logs.glob("*.log"):
                    rotate(log)
            time.sleep(0.2)

    def _tend(self, services: list[Service]) -> None:
        for service in services:
            told = service.tend()
            if told:
                self.say(told)

    def _database_up(self) -> bool:
        return self.cluster is None or (
            self.cluster.process is not None and self.cluster.process.poll() is None
        )

    def _tend_database(self) -> None:
        if self._database_up() or time.monotonic() < self._database_next:
            return
        assert self.cluster is not None
        self.say("the database stopped; starting it again")
        self._database_since = None
        self.ready = False
        self._write_state()
        self._database_restarts += 1
        try:
            self.cluster.launch()
            self._database_since = datetime.now(UTC).isoformat()
            self._database_pause = FIRST_PAUSE
            self.say("the database is back")
        except CannotRun as error:
            self._database_next = time.monotonic() + self._database_pause
            self._database_pause = min(self._database_pause * 2, LONGEST_PAUSE)
            self.say(f"the database does not start: {error}")

    def _write_state(self) -> None:
        states = {service.name: service.state() for service in self.services}
        if self.cluster is not None:
            process = self.cluster.process
            states["database"] = ProcessState(
                up=self._database_since is not None and self._database_up(),
                pid=process.pid if process else None,
                since=self._database_since,
                restarts=self._database_restarts,
            )
        state = State(
            ready=self.ready,
            supervisor=os.getpid(),
            since=self._since,
            address=self.address,
            processes=states,
        )
        if state != self._written:
            try:
                write_state(self.folder.run, state)
                self._written = state
            except OSError as error:  # a full disk must not end what still works
                self.say(f"cannot write {self.folder.run}: {error.strerror}")

    # -- stop ---------------------------------------------------------------------------------------

    def _stop(self) -> None:
        self._stopping = True  # from here on a second Ctrl-C changes nothing
        self.ready = False
        if self._preparing is not None:
            end(self._preparing)
        for service in self.services:
            service.stop()
        if self.folder.held:
            # A signal may come between the birth of a process and the line that remembers it.
            end_marked(self._marker)
        if self.cluster is not None:
            self.cluster.stop()
            self._database_since = None
        if self.folder.held:
            self._write_state()
            self.folder.unlock()


def demo_progress(run: Path) -> tuple[int, int]:
    """(made, of) dossiers as the worker notes them (``demo/growing.py``); (0, 0) when nothing goes on."""
    try:
        made, of = (run / "demo").read_text().split()
        return int(made), int(of)
    except (OSError, ValueError):
        return 0, 0
