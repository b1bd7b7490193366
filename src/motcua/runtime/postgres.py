"""The embedded PostgreSQL: made once, started safely, stopped in order, whatever happened before.

``Cluster(folder).start()`` leaves a server that listens on a unix socket only, with passwords (SCRAM), page
checksums and durable writes, run by an unprivileged user. The traps this walks around, and how each was
found, are in docs/decisions/0002-embedded-postgres.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from motcua.runtime.accounts import postgres_owner
from motcua.runtime.binaries import Binaries, find_binaries, shared_folder
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres_home import Home, find_home, location
from motcua.runtime.postgres_making import (
    ADMIN,
    DATABASE,
    OWNER,
    ensure_database,
    environment,
    explain,
    make_cluster,
    passwords,
)
from motcua.runtime.postgres_settings import settings
from motcua.runtime.processes import alive, end, processes, spawn, tail, wait_until

# Crash recovery of a large database takes minutes; a start that is still recovering is not a failed one.
START_SECONDS = 600
STOP_SECONDS = 60


class Cluster:
    """One PostgreSQL cluster kept in ``folder`` (Motcua's data folder, or a folder of the tests).

    ``durable=False`` turns fsync off: for tests, whose data may be lost with the machine.
    ``can_create_databases``: whether Motcua's own role may make databases (tests do).
    Raises :class:`CannotRun` with a sentence for the operator from every method that starts something.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        can_create_databases: bool = False,
        log: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.folder = folder.resolve()
        self.log = log or self.folder / "log" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._durable = durable
        self._can_create_databases = can_create_databases
        self._say = say
        self._lock: int | None = None
        self._binaries: Binaries | None = None
        self._home: Home | None = None
        self._socket: Path | None = None

    # -- what others need ---------------------------------------------------------------------------

    def url(self, database: str = DATABASE, *, admin: bool = False) -> str:
        """Connection URL of a started cluster; with the password, so never print it."""
        user = ADMIN if admin else OWNER
        password = quote(passwords(self.folder, self._find_home())[user], safe="")
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(self._socket), safe='/')}"

    @property
    def home(self) -> Path:
        """The folder that holds the cluster: inside ``folder``, or elsewhere when that is unreachable."""
        return self._find_home().folder

    @property
    def binaries(self) -> Binaries:
        if self._binaries is None:
            home = self._find_home()
            shared = shared_folder() if home.owner.other else None
            self._binaries = find_binaries(home.owner, major=home.major(), shared=shared)
        return self._binaries

    # -- life ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers, make role and database."""
        home = self._find_home()
        self._take_lock(home)
        try:
            self._refuse_other_major(home)
            if not home.made():
                self._make(home)
            self.launch()
            ensure_database(
                self.url("postgres", admin=True),
                passwords(self.folder, home)[OWNER],
                can_create_databases=self._can_create_databases,
            )
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the server of an existing cluster and wait until it answers; also after it has died."""
        home = self._find_home()
        self._end_remains(home)
        self._socket = home.prepare_socket()
        options = settings(self.binaries.major, self._socket, durable=self._durable)
        command = [self.binaries.program("postgres"), "-D", str(home.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begin = self.log.stat().st_size if self.log.exists() else 0
        # SIGINT is PostgreSQL's fast shutdown: that is what it gets when we die without a word.
        self.process = spawn(
            command, env=environment(), log=self.log, owner=home.owner, death_signal=signal.SIGINT
        )
        self._wait_until_ready(begin)

    def stop(self) -> None:
        """Fast shutdown (open transactions roll back, a checkpoint is written), then release the lock."""
        if self.process is not None:
            end(self.process, first=signal.SIGINT, patience=STOP_SECONDS)
            self.process = None
        if self._lock is not None and self._home is not None:
            self._end_remains(self._home)
        if self._socket is not None and self._home is not None and self._socket.parent != self._home.folder:
            shutil.rmtree(self._socket, ignore_errors=True)
        self._socket = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def location(self) -> Path:
        """The folder the cluster is in, or would be first tried in; makes nothing."""
        return location(self.folder)

    def remove(self) -> None:
        """Delete the cluster of a stopped server, also where it lives outside ``folder``."""
        home = Home(self.location(), postgres_owner())
        if home.folder.exists():
            self._take_lock(home)
            try:
                self._end_remains(home)
                shutil.rmtree(home.folder)
            finally:
                self.stop()

    def _find_home(self) -> Home:
        if self._home is None:
            self._home = find_home(self.folder, self._say)
        return self._home

    def _make(self, home: Home) -> None:
        password = passwords(self.folder, home)[ADMIN]
        if said := make_cluster(home, self.binaries, password, durable=self._durable):
            raise CannotRun(explain(said, self.folder, self.log))

    # -- starting after anything --------------------------------------------------------------------

    def _take_lock(self, home: Home) -> None:
        if self._lock is not None:
            return
        descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise CannotRun(
                f"The database in {home.folder} is in use by another Motcua. Stop that one, or choose another "
                f"data folder: DATA=/some/dir make run."
            ) from error
        self._lock = descriptor

    def _refuse_other_major(self, home: Home) -> None:
        major = home.major()
        if major is not None and major != self.binaries.major:
            raise CannotRun(
                f"The database in {home.cluster} was made by PostgreSQL {major}, and only PostgreSQL "
                f"{self.binaries.version} is here. Start it once more with PostgreSQL {major} "
                f"(MOTCUA_POSTGRES_BIN=/usr/lib/postgresql/{major}/bin make run), write it out with pg_dump, then "
                f"`make reset`, start, and read it in with pg_restore: docs/running.md."
            )

    def _end_remains(self, home: Home) -> None:
        """End what a killed supervisor or postmaster left, and forget a process number that is nobody's.

        We hold the lock, so whatever still works on this cluster has no master. PostgreSQL's own check of
        ``postmaster.pid`` mistakes any living process with that number for a server, which after a restart of
        a container is the rule, not the exception.
        """
        left = [pid for pid, folder in processes() if _works_in(folder, home.cluster)]
        for number, patience in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            if wait_until(lambda: not any(alive(pid) for pid in left), patience):
                break
        if Path("/proc/self/cwd").exists():
            (home.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _wait_until_ready(self, log_begin: int) -> None:
        assert self.process is not None
        begin = time.monotonic()
        told = False
        while time.monotonic() - begin < START_SECONDS:
            if self.process.poll() is not None:
                raise CannotRun(explain(tail(self.log, 12, log_begin), self.folder, self.log))
            try:
                psycopg.connect(self.url("postgres", admin=True), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise CannotRun(
                        f"The passwords in {self.folder / 'postgres.json'} are not those of the database in "
                        f"{self.home}. Restore the file from a backup, or start anew with `make reset`."
                    ) from error
            if not told and time.monotonic() - begin > 5:
                told = True
                self._say("the database is recovering from a sudden stop; this can take minutes")
            time.sleep(0.03)
        raise CannotRun(f"PostgreSQL was not ready after {START_SECONDS} s; see {self.log}.")


def _works_in(process: Path, cluster: Path) -> bool:
    """Whether a process of /proc is a PostgreSQL server process of ``cluster`` (they all sit in its folder)."""
    try:
        name = (process / "comm").read_text().strip()
        return name.startswith("postgres") and (process / "cwd").readlink() == cluster
    except OSError:
        return False
