"""Where a cluster lives: in the data folder, or elsewhere when the user PostgreSQL runs as cannot get in there."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from motcua.runtime.accounts import ProcessOwner, postgres_owner
from motcua.runtime.binaries import shared_folder
from motcua.runtime.errors import CannotRun
from motcua.runtime.private import write_private

PORT = 5432  # only part of the socket's name: nothing listens on the network
# sun_path holds 108 bytes with its final zero on Linux, 104 on macOS.
SOCKET_PATH_LIMIT = 103
_POINTER = "postgres.location"


@dataclass(frozen=True)
class Home:
    """``folder`` belongs to ``owner``, the user PostgreSQL runs as."""

    folder: Path
    owner: ProcessOwner

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    def made(self) -> bool:
        """Whether there is a cluster."""
        return (self.cluster / "PG_VERSION").exists()

    def major(self) -> int | None:
        """The PostgreSQL that made the cluster; None where there is none yet."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.cluster / "PG_VERSION").read_text().strip())
        return None

    def prepare_socket(self) -> Path:
        """A private folder for the socket whose name is short enough for the kernel."""
        folder = self.folder / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > SOCKET_PATH_LIMIT:
            note = self.folder / "socket.location"
            if note.exists():
                shutil.rmtree(note.read_text(encoding="utf-8").strip(), ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix="motcua-", dir="/tmp"))
            note.write_text(str(folder), encoding="utf-8")
        folder.mkdir(mode=0o700, exist_ok=True)
        self.owner.give(folder)
        for left in folder.glob(
            ".s.PGSQL.*"
        ):  # its lock file holds a process number too, like postmaster.pid
            left.unlink()
        return folder


def location(data: Path) -> Path:
    """The folder the cluster of a data folder is in, or would be first tried in; makes nothing."""
    pointer = data / _POINTER
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8").strip())
    return data / "postgres"


def find_home(data: Path, say: Callable[[str], None]) -> Home:
    """The home of the cluster of a data folder, made where there is none. Raises :class:`CannotRun`."""
    folder, owner = location(data), postgres_owner()
    if (data / _POINTER).exists():
        if not folder.is_dir():
            raise CannotRun(
                f"The database of {data} was kept in {folder}, which is gone. Bring that folder back, "
                f"or start anew with `make reset`."
            )
        return Home(folder, owner)
    home = Home(folder, owner)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not home.cluster.exists():
            owner.give(folder)
    except OSError as error:
        raise CannotRun(f"The data folder {data} cannot be used: {error.strerror}.") from error
    owner = _owner_of(home.cluster, owner)
    if not owner.can_write_in(folder):
        _open_data_folder(data)
    if owner.can_write_in(folder):
        return Home(folder, owner)
    if any(folder.iterdir()):
        raise CannotRun(
            f"The user {owner.name} that PostgreSQL runs as can no longer enter {folder}. Give it "
            f"permission to pass through the folders above, or move the data folder."
        )
    folder.rmdir()
    return _elsewhere(data, owner, say)


def _owner_of(cluster: Path, usual: ProcessOwner) -> ProcessOwner:
    """The user an existing cluster belongs to: PostgreSQL starts for nobody else."""
    try:
        state = cluster.stat()
    except OSError:
        return usual
    if state.st_uid == usual.uid:
        return usual
    if os.geteuid() == 0 and state.st_uid != 0:
        return ProcessOwner(state.st_uid, state.st_gid, str(state.st_uid), (state.st_gid,), other=True)
    raise CannotRun(
        f"The database in {cluster} belongs to another user (number {state.st_uid}). Run `make run` as that user, "
        f"or choose another data folder: DATA=/some/dir make run."
    )


def _open_data_folder(data: Path) -> None:
    """Let others pass through (not list) the data folder itself, which is ours; never through its parents."""
    state = data.stat()
    if state.st_uid == os.geteuid() and not state.st_mode & 0o001:
        data.chmod((state.st_mode & 0o7777) | 0o001)


def _elsewhere(data: Path, owner: ProcessOwner, say: Callable[[str], None]) -> Home:
    home = Home(Path(tempfile.mkdtemp(prefix="cluster-", dir=shared_folder())), owner)
    owner.give(home.folder)
    write_private(data / _POINTER, f"{home.folder}\n")
    say(f"{data} is private to root; the database is kept in {home.folder}")
    return home
