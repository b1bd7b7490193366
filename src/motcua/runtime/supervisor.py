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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import motcua
from motcua.runtime.errors import CannotRun
from motcua.runtime.folder import DataFolder
from motcua.runtime.health import ProcessState, State, write_state
from motcua.runtime.ports import claim_port, free_port
from motcua.runtime.postgres import Cluster
from motcua.runtime.prepared import note
from motcua.runtime.processes import adopt_orphans, end, end_marked, rotate, spawn, tail
from motcua.runtime.services import FIRST_PAUSE, LONGEST_PAUSE, Service, answers_http, answers_tcp

ROOT = Path(motcua.__file__).resolve().parents[2]
CLIENT_ID = "motcua"
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
        shown = _shown(options.host)
        self.address = options.environment.get("MOTCUA_BASE_URL", f"http://{shown}:{port}").rstrip("/")
        self.folder.announce(self.address)
        self._write_state()
        if end_marked(self._marker):
            self.say("ended processes that an earlier run had left")
        env = self._environment(shown)
        self._start_database(env)
        if options.demo:
            self._add_simulators(env, shown)
        for service in self.services:
            service.start()
        self._prepare_if_needed(env)
        self._add_web_and_worker(env, port)
        self._wait_for_services()
        self.ready = True
        self._write_state()
        self._welcome()

    @property
    def _marker(self) -> str:
        return f"MOTCUA_SUPERVISED={self.folder.path}"

    def _environment(self, shown: str) -> dict[str, str]:
        """What every child is given: our own environment, the keys, and where things are."""
        given = self.options.environment
        env = {
            name: value
            for name, value in given.items()
            if not name.startswith(("PG", "MAKE", "MFLAGS", "MOTCUA_EMBEDDED"))
        }
        defaults = {
            "MOTCUA_BASE_URL": self.address,
            "MOTCUA_HOSTS": ",".join(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", shown])),
            "DJANGO_SETTINGS_MODULE": "motcua.config.settings",
            **self.folder.secrets(),
        }
        env = {**defaults, **env}
        env |= {
            "MOTCUA_DATA": str(self.folder.path),
            "MOTCUA_HEALTH_DIR": str(self.folder.run),
            "MOTCUA_DEMO": "1" if self.options.demo else "0",
            "MOTCUA_SUPERVISED": str(self.folder.path),
            "PYTHONUNBUFFERED": "1",
        }
        return env

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

    def _add_simulators(self, env: dict[str, str], shown: str) -> None:
        """The demo's sign-in provider, mail server and registers, unless the operator named real ones."""
        remembered = self.folder.remembered_ports()
        ports: dict[str, int] = {}
        if "MOTCUA_OIDC_ISSUER" not in env:
            port = ports["identity"] = free_port(self.options.host, remembered.get("identity"))
            env["MOTCUA_OIDC_ISSUER"] = f"http://{shown}:{port}"
            env["MOTCUA_OIDC_CLIENT_ID"] = CLIENT_ID
            command = [
                sys.executable, "-m", "motcua.simulators.identity_provider",
                "--host", self.options.host, "--port", str(port), "--issuer", env["MOTCUA_OIDC_ISSUER"],
                "--client-id", CLIENT_ID,
                "--redirect-uri", f"{self.address}/accounts/oidc/login/callback/",
                "--logout-redirect-uri", f"{self.address}/",
                "--state-dir", str(self.folder.path / "identity"),
            ]  # fmt: skip
            probe = answers_http(_reached(self.options.host), port, "/.well-known/openid-configuration")
            self.services.append(self._service("identity", command, env, probe))
        if "MOTCUA_SMTP_HOST" not in env:
            port = ports["mail"] = free_port("127.0.0.1", remembered.get("mail"))
            env["MOTCUA_SMTP_HOST"], env["MOTCUA_SMTP_PORT"] = "127.0.0.1", str(port)
            command = [
                sys.executable, "-m", "motcua.simulators.mail_catcher",
                "--smtp-port", str(port), "--dir", str(self.folder.mail),
            ]  # fmt: skip
            self.services.append(self._service("mail", command, env, answers_tcp("127.0.0.1", port)))
        if "MOTCUA_REGISTERS" not in env:
            port = ports["register"] = free_port("127.0.0.1", remembered.get("register"))
            env["MOTCUA_REGISTERS"] = " ".join(
                f"{key}=http://127.0.0.1:{port}/{key}" for key in ("dan-cu", "bao-hiem", "doanh-nghiep")
            )
            command = [sys.executable, "-m", "motcua.simulators.register", "--port", str(port)]
            probe = answers_http("127.0.0.1", port, "/healthz")
            self.services.append(self._service("register", command, env, probe))
        self.folder.remember_ports({**remembered, **ports})

    def _add_web_and_worker(self, env: dict[str, str], port: int) -> None:
        workers = env.get("MOTCUA_WEB_WORKERS") or str(max(2, len(os.sched_getaffinity(0))))
        web = [
            sys.executable, "-m", "granian", "motcua.config.wsgi:application", "--interface", "wsgi",
            "--host", self.options.host, "--port", str(port), "--http", "1", "--no-ws",
            "--workers", workers, "--blocking-threads", "2", "--backlog", "2048",
            "--respawn-failed-workers", "--respawn-interval", "1", "--workers-kill-timeout", "8",
            "--log-level", "warning",
        ]  # fmt: skip
        worker = [sys.executable, "-m", "motcua.cli", "worker"]
        new = [
            self._service("web", web, env, answers_http(_reached(self.options.host), port, "/healthz")),
            self._service("worker", worker, env, lambda: False, patience=15.0),
        ]
        # The worker listens nowhere; one that has lasted this long has loaded and reached the database.
        new[1].answers = lambda: new[1].running_for(2.0)
        for service in new:
            service.start()
        # Web first: it is the first to be stopped, too.
        self.services = new + self.services

    def _service(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        answers: Callable[[], bool],
        patience: float = 10.0,
    ) -> Service:
        return Service(name, command, dict(env), ROOT, self.folder.logs / f"{name}.log", answers, patience)

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


def _shown(host: str) -> str:
    """The host people type for a listening address; an IPv6 one in brackets."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - what the operator chose
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _reached(host: str) -> str:
    """The host our own probes connect to."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
