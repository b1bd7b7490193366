"""The embedded PostgreSQL: made once, started safely, stopped in order, whatever happened before.

``Cluster(folder).start()`` leaves a server that listens on a unix socket only, with passwords (SCRAM), page
checksums and durable writes, run by an unprivileged user. The traps this walks around, and how each was
found, are in docs/decisions/0002-embedded-postgres.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from motcua.runtime.accounts import ProcessOwner, postgres_owner
from motcua.runtime.binaries import Binaries, find_binaries, shared_folder
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres_settings import settings
from motcua.runtime.processes import alive, end, processes, spawn, tail, wait_until

ADMIN = "postgres"
OWNER = "motcua"
DATABASE = "motcua"
PORT = 5432  # only part of the socket's name: nothing listens on the network
# sun_path holds 108 bytes with its final zero on Linux, 104 on macOS.
SOCKET_PATH_LIMIT = 103
# Crash recovery of a large database takes minutes; a start that is still recovering is not a failed one.
START_SECONDS = 600
STOP_SECONDS = 60


@dataclass
class Home:
    """Where a cluster lives: ``folder`` belongs to the user PostgreSQL runs as."""

    folder: Path

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


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
        self._owner: ProcessOwner = postgres_owner()
        self._lock: int | None = None
        self._binaries: Binaries | None = None
        self._home: Home | None = None
        self._socket: Path | None = None

    # -- what others need ---------------------------------------------------------------------------

    def url(self, database: str = DATABASE, *, admin: bool = False) -> str:
        """Connection URL of a started cluster; with the password, so never print it."""
        user = ADMIN if admin else OWNER
        password = quote(self._passwords()[user], safe="")
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(self._socket), safe='/')}"

    @property
    def home(self) -> Path:
        """The folder that holds the cluster: inside ``folder``, or elsewhere when that is unreachable."""
        return self._find_home().folder

    @property
    def binaries(self) -> Binaries:
        if self._binaries is None:
            shared = shared_folder() if self._owner.other else None
            self._binaries = find_binaries(self._owner, major=self._major(), shared=shared)
        return self._binaries

    # -- life ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers, make role and database."""
        home = self._find_home()
        self._take_lock(home)
        try:
            self._refuse_other_major(home)
            if not (home.cluster / "PG_VERSION").exists():
                self._create(home)
            self.launch()
            self._ensure_database()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the server of an existing cluster and wait until it answers; also after it has died."""
        home = self._find_home()
        self._end_remains(home)
        self._prepare_socket(home)
        options = settings(self.binaries.major, self._socket, durable=self._durable)
        command = [self.binaries.program("postgres"), "-D", str(home.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begin = self.log.stat().st_size if self.log.exists() else 0
        # SIGINT is PostgreSQL's fast shutdown: that is what it gets when we die without a word.
        self.process = spawn(
            command, env=self._environment(), log=self.log, owner=self._owner, death_signal=signal.SIGINT
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
        return self._find_home(create=False).folder

    def remove(self) -> None:
        """Delete the cluster of a stopped server, also where it lives outside ``folder``."""
        home = self._find_home(create=False)
        if home.folder.exists():
            self._take_lock(home)
            try:
                self._end_remains(home)
                shutil.rmtree(home.folder)
            finally:
                self.stop()

    # -- place --------------------------------------------------------------------------------------

    def _find_home(self, *, create: bool = True) -> Home:
        if self._home is not None:
            return self._home
        pointer = self.folder / "postgres.location"
        if pointer.exists():
            elsewhere = Path(pointer.read_text(encoding="utf-8").strip())
            if create and not elsewhere.is_dir():
                raise CannotRun(
                    f"The database of {self.folder} was kept in {elsewhere}, which is gone. Bring that folder back, "
                    f"or start anew with `make reset`."
                )
            self._home = Home(elsewhere)
            return self._home
        home = Home(self.folder / "postgres")
        if not create:
            return home  # not remembered: nobody has tried yet whether it can be used
        try:
            home.folder.mkdir(mode=0o700, exist_ok=True)
            if not home.cluster.exists():
                self._owner.give(home.folder)
        except OSError as error:
            raise CannotRun(f"The data folder {self.folder} cannot be used: {error.strerror}.") from error
        self._owner = self._owner_of(home.cluster)
        if not self._owner.can_write_in(home.folder):
            self._open_data_folder()
        if not self._owner.can_write_in(home.folder):
            if any(home.folder.iterdir()):
                raise CannotRun(
                    f"The user {self._owner.name} that PostgreSQL runs as can no longer enter {home.folder}. Give it "
                    f"permission to pass through the folders above, or move the data folder."
                )
            home.folder.rmdir()
            home = self._elsewhere(pointer)
        self._home = home
        return home

    def _owner_of(self, cluster: Path) -> ProcessOwner:
        """The user an existing cluster belongs to: PostgreSQL starts for nobody else."""
        try:
            state = cluster.stat()
        except OSError:
            return self._owner
        if state.st_uid == self._owner.uid:
            return self._owner
        if os.geteuid() == 0 and state.st_uid != 0:
            return ProcessOwner(state.st_uid, state.st_gid, str(state.st_uid), (state.st_gid,), other=True)
        raise CannotRun(
            f"The database in {cluster} belongs to another user (number {state.st_uid}). Run `make run` as that user, "
            f"or choose another data folder: DATA=/some/dir make run."
        )

    def _open_data_folder(self) -> None:
        """Let others pass through (not list) the data folder itself, which is ours; never through its parents."""
        state = self.folder.stat()
        if state.st_uid == os.geteuid() and not state.st_mode & 0o001:
            self.folder.chmod((state.st_mode & 0o7777) | 0o001)

    def _elsewhere(self, pointer: Path) -> Home:
        home = Home(Path(tempfile.mkdtemp(prefix="cluster-", dir=shared_folder())))
        self._owner.give(home.folder)
        _write_private(pointer, f"{home.folder}\n")
        self._say(f"{self.folder} is private to root; the database is kept in {home.folder}")
        return home

    def _prepare_socket(self, home: Home) -> None:
        """A private folder for the socket whose name is short enough for the kernel."""
        folder = home.folder / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > SOCKET_PATH_LIMIT:
            note = home.folder / "socket.location"
            if note.exists():
                shutil.rmtree(note.read_text(encoding="utf-8").strip(), ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix="motcua-", dir="/tmp"))
            note.write_text(str(folder), encoding="utf-8")
        folder.mkdir(mode=0o700, exist_ok=True)
        self._owner.give(folder)
        for left in folder.glob(".s.PGSQL.*"):  # its lock file holds a process number too, see _end_remains
            left.unlink()
        self._socket = folder

    # -- making -------------------------------------------------------------------------------------

    def _create(self, home: Home) -> None:
        """``initdb`` beside the final place, then a rename: a cluster is there completely or not at all."""
        new = home.folder / "cluster.new"
        shutil.rmtree(new, ignore_errors=True)
        password = home.folder / "password"
        _write_private(password, self._passwords()[ADMIN])
        self._owner.give(password)
        command = [
            self.binaries.program("initdb"), f"--pgdata={new}", f"--username={ADMIN}", f"--pwfile={password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions",
        ]  # fmt: skip
        if self.binaries.major >= 17:
            # Independent of the system's locales and of their changes between releases, which corrupt indexes.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            command += ["--locale=C.UTF-8"]
        if not self._durable:
            command += ["--no-sync"]
        try:
            made = subprocess.run(
                command,
                env=self._environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                **self._owner.popen_arguments(),
            )
        finally:
            password.unlink()
        if made.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise CannotRun(_explain(made.stderr, self.folder, self.log))
        new.rename(home.cluster)

    def _ensure_database(self) -> None:
        passwords = self._passwords()
        with psycopg.connect(self.url("postgres", admin=True), autocommit=True) as connection:
            role, create = (
                sql.Identifier(OWNER),
                sql.SQL("CREATEDB" if self._can_create_databases else "NOCREATEDB"),
            )
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                        role, create, sql.Literal(passwords[OWNER])
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role)
                )

    def _passwords(self) -> dict[str, str]:
        path = self.folder / "postgres.json"
        try:
            found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            if {ADMIN, OWNER} <= found.keys():
                return found
        except FileNotFoundError:
            pass
        except ValueError as error:
            raise CannotRun(
                f"{path} cannot be read: it holds the database's passwords. Restore it from a backup, "
                f"or start anew with `make reset`."
            ) from error
        if (self._find_home().cluster / "PG_VERSION").exists():
            raise CannotRun(
                f"{path}, with the database's passwords, is missing, but there is a database. Restore it from a "
                f"backup, or start anew with `make reset`."
            )
        found = {ADMIN: secrets.token_urlsafe(24), OWNER: secrets.token_urlsafe(24)}
        _write_private(path, json.dumps(found))
        return found

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

    def _major(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int((self._find_home().cluster / "PG_VERSION").read_text().strip())
        return None

    def _refuse_other_major(self, home: Home) -> None:
        major = self._major()
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
                raise CannotRun(_explain(tail(self.log, 12, log_begin), self.folder, self.log))
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

    def _environment(self) -> dict[str, str]:
        # PG* variables of the operator's shell must not steer our server; locale messages stay English.
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def _works_in(process: Path, cluster: Path) -> bool:
    """Whether a process of /proc is a PostgreSQL server process of ``cluster`` (they all sit in its folder)."""
    try:
        name = (process / "comm").read_text().strip()
        return name.startswith("postgres") and (process / "cwd").readlink() == cluster
    except OSError:
        return False


def _explain(output: str, folder: Path, log: Path) -> str:
    """What PostgreSQL said, as one sentence that says what to do."""
    if "No space left on device" in output:
        return f"The disk that holds {folder} is full. Free some space and start again; nothing is lost."
    if "could not create shared memory" in output or "Cannot allocate memory" in output:
        return "There is not enough memory to start PostgreSQL. Stop other programs, or give this machine more memory."
    if "Permission denied" in output:
        return f"PostgreSQL may not read its own files in {folder}. Restore their owner, or start anew with `make reset`."
    last = " / ".join(line.strip() for line in output.strip().splitlines()[-3:]) or "nothing"
    return f"PostgreSQL did not start; see {log}. Its last words: {last}"


def _write_private(path: Path, content: str) -> None:
    """Write a file readable only by us, completely or not at all."""
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    new.replace(path)
