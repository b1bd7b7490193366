"""The data folder: everything an installation must keep, in one place that can be recognised and locked."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres import Cluster
from motcua.runtime.private import write_private

MARKER = ".motcua-data"
# An embedded database starts at about 60 MB; the rest is room to write its log of changes and the demo's papers.
LEAST_FREE = 500 * 1024 * 1024


@dataclass
class DataFolder:
    """``path`` is absolute. Made by :meth:`open`; nothing else writes at its top level."""

    path: Path
    _lock: int | None = None

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def held(self) -> bool:
        """Whether this process holds the folder."""
        return self._lock is not None

    @property
    def marker(self) -> Path:
        return self.path / MARKER

    # -- opening ------------------------------------------------------------------------------------

    def open(self, *, demo: bool) -> None:
        """Make the folder, or check that it is ours and usable, and lock it for this process."""
        self._check_place()
        self._check_space()
        self.lock()
        if not self.marker.exists():
            strangers = [entry.name for entry in self.path.iterdir() if entry.name != "lock"]
            if strangers:
                self.unlock()
                (self.path / "lock").unlink(missing_ok=True)
                raise CannotRun(
                    f"{self.path} holds other things ({', '.join(sorted(strangers)[:3])}) and is not a data folder of "
                    f"Motcua. Choose an empty or new folder: DATA=/some/dir make run."
                )
            self.marker.write_text(json.dumps({"format": 1, "demo": demo}) + "\n", encoding="utf-8")
        for folder in (self.logs, self.run, self.mail):
            folder.mkdir(exist_ok=True)

    def _check_place(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise CannotRun(
                f"{self.path} is a file, and the data folder has to be a folder. Choose another: DATA=/some/dir make run."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CannotRun(
                f"The data folder {self.path} cannot be written ({reason}). Give {_who()} the right to write there, "
                f"or choose another: DATA=/some/dir make run."
            ) from error
        for name in ("log", "run", "mail", "postgres"):
            part = self.path / name
            if part.exists() and not part.is_dir():
                raise CannotRun(
                    f"The data folder is broken: {part} is not a folder. Move it away and start again."
                )

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < LEAST_FREE:
            raise CannotRun(
                f"The disk that holds {self.path} is nearly full: {free // 2**20} MB are free, {LEAST_FREE // 2**20} MB "
                f"are needed. Free some space, or choose a folder on another disk: DATA=/some/dir make run."
            )

    # -- one at a time ------------------------------------------------------------------------------

    def lock(self) -> None:
        """Hold the folder for this process; raises :class:`CannotRun` naming the address of who holds it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 200).decode("utf-8", "replace").strip()
            os.close(descriptor)
            where = f" at {holder}" if holder else ""
            raise CannotRun(
                f"Motcua is already running{where} with the data folder {self.path}. Stop it first (Ctrl-C where it "
                f"runs), or start a second one beside it: PORT=8123 DATA=/some/dir make run."
            ) from error
        os.ftruncate(descriptor, 0)
        self._lock = descriptor

    def announce(self, address: str) -> None:
        """Leave the address where the next one who finds the folder locked can read it."""
        assert self._lock is not None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, address.encode(), 0)

    def unlock(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    # -- what is made once --------------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """Keys of this installation as environment variables, made once and readable by its owner alone."""
        path = self.path / "secrets.json"
        if path.exists():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                if not isinstance(found, dict):
                    raise ValueError("not an object")
            except (ValueError, OSError) as error:
                raise CannotRun(
                    f"{path}, with the keys of this installation, cannot be read. Without it what is encrypted stays "
                    f"closed: restore it from a backup, or start anew with `make reset`."
                ) from error
        else:
            found = {}
        wanted: dict[str, Callable[[], str]] = {
            "MOTCUA_SECRET_KEY": lambda: secrets.token_urlsafe(48),
            "MOTCUA_FIELD_KEYS": lambda: "1:" + _key(),
            "MOTCUA_INDEX_KEY": _key,
            "MOTCUA_OIDC_CLIENT_SECRET": lambda: secrets.token_urlsafe(32),
        }
        missing = {name: make() for name, make in wanted.items() if name not in found}
        if missing:
            found |= missing
            write_private(path, json.dumps(found, indent=1))
        return {name: str(value) for name, value in found.items()}

    def remembered_ports(self) -> dict[str, int]:
        try:
            found = json.loads((self.path / "ports.json").read_text(encoding="utf-8"))
            return {str(name): int(port) for name, port in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def remember_ports(self, ports: dict[str, int]) -> None:
        (self.path / "ports.json").write_text(json.dumps(ports), encoding="utf-8")

    # -- the end ------------------------------------------------------------------------------------

    def about(self) -> dict[str, Any] | None:
        """What the marker says, or None when this is not a data folder of Motcua."""
        try:
            found = json.loads(self.marker.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def remove(self) -> list[Path]:
        """Delete the folder and a database kept outside it; returns what was deleted. Refuses while in use."""
        self.lock()
        try:
            cluster = Cluster(self.path)
            removed = [self.path]
            if cluster.location().exists():
                if not cluster.location().is_relative_to(self.path):
                    removed.append(cluster.location())
                cluster.remove()
            shutil.rmtree(self.path)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
        return removed


def parse_data(value: str | None, root: Path) -> Path:
    """The data folder from ``DATA``: absolute; relative to where the command was typed; default ``.data``."""
    if value is None or not value.strip():
        return root / ".data"
    if "\0" in value or "\n" in value:
        raise CannotRun(
            "DATA must be the path of a folder, in one line. For example: DATA=/some/dir make run."
        )
    path = Path(value.strip()).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    if path.resolve() in {Path("/"), Path.home().resolve(), root.resolve()}:
        raise CannotRun(
            f"{path} cannot be the data folder: it has to be a folder of its own, like {path / 'motcua-data'}."
        )
    return path.resolve()


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _who() -> str:
    return "root" if os.geteuid() == 0 else f"user number {os.geteuid()}"
