"""Whose process PostgreSQL is.

PostgreSQL refuses to run as root, and people do run ``make run`` as root (containers, rented machines). Then
it runs as a user who is already in the password file. Nothing is ever added to that file, and no folder that
is not ours is opened to others: both happened to machines that used the wheel's own wrapper.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motcua.runtime.errors import CannotRun

# In order of preference; every system has at least one of the last three.
_UNPRIVILEGED = ("postgres", "nobody", "daemon", "bin")


@dataclass(frozen=True)
class ProcessOwner:
    """The user a process is started as; ``other`` says that this is not the user we are."""

    uid: int
    gid: int
    name: str
    groups: tuple[int, ...] = field(default=())
    other: bool = False

    def popen_arguments(self) -> dict[str, Any]:
        """Keyword arguments for :class:`subprocess.Popen` that change to this user."""
        if not self.other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": list(self.groups)}

    def give(self, path: Path) -> None:
        """Make the owner of ``path`` this user."""
        if self.other:
            os.chown(path, self.uid, self.gid)

    def can(self, command: Sequence[str]) -> bool:
        """Whether this user can run ``command`` and it succeeds.

        Asking the kernel by trying is the only answer that counts access lists, mount options and user
        namespaces; mode bits alone do not.
        """
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                timeout=30,
                check=False,
                **self.popen_arguments(),
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0

    def can_write_in(self, folder: Path) -> bool:
        return self.can(["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder)])


def postgres_owner() -> ProcessOwner:
    """The user PostgreSQL runs as: ourselves, or somebody harmless when we are root."""
    if os.geteuid() != 0:
        return ProcessOwner(os.geteuid(), os.getegid(), str(os.geteuid()))
    candidates: list[pwd.struct_passwd] = []
    sudo = os.environ.get("SUDO_UID", "")
    if sudo.isdigit() and sudo != "0":
        with contextlib.suppress(KeyError):
            candidates.append(pwd.getpwuid(int(sudo)))
    for name in _UNPRIVILEGED:
        try:
            candidates.append(pwd.getpwnam(name))
        except KeyError:
            continue
    for entry in candidates:
        if entry.pw_uid != 0:
            return ProcessOwner(entry.pw_uid, entry.pw_gid, entry.pw_name, (entry.pw_gid,), other=True)
    raise CannotRun(
        "PostgreSQL does not run as root, and this machine has no other user (postgres, nobody). "
        "Run `make run` as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or later."
    )
