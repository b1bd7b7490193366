"""Starting a process so that it never outlives us, and stopping it with everything it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from motcua.runtime.accounts import ProcessOwner

LOG_BYTES = 10 * 1024 * 1024
LOG_COPIES = 3
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# Loaded once, before any fork: after a fork only what is already in memory is safe to call.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent(death_signal: int, parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel for ``death_signal`` when we die.

    It runs after the change of user, which would clear the request. Without Linux there is no such request;
    then a killed supervisor leaves its children, and the next start ends them (``remains``).
    """

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and here
                os._exit(1)

    return prepare


def end_with_parent() -> None:
    """Get SIGTERM when the process that started this one dies (``make`` killed without a word)."""
    if _libc is not None:
        parent = os.getppid()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


def outlive_parent_at_most(seconds: float) -> None:
    """End this process ``seconds`` after the death of its parent, whatever it is doing then.

    The kernel's signal asks politely, and a worker whose database went at the same moment may answer late: it
    is waiting for a connection that nobody will bring back. Jobs bear being cut off anywhere.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, name="outlive-parent", daemon=True).start()


def adopt_orphans() -> None:
    """Make grandchildren whose parent dies ours, so that they can be waited for and ended."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    owner: ProcessOwner | None = None,
    cwd: Path | str = "/",
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a process group of its own, its output appended to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            # The only way to be told of our death; the function above touches nothing but the kernel.
            preexec_fn=_die_with_parent(death_signal, os.getpid()),
            **(owner.popen_arguments() if owner else {}),
        )


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the process and everything in its group; fine when they are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def end(process: subprocess.Popen[bytes], *, first: int = signal.SIGTERM, patience: float = 10.0) -> None:
    """Stop a process politely, then its whole group without asking.

    ``first`` goes to the process alone, so that it can wind its own children down in order; whoever is left in
    its group after ``patience`` seconds is killed.
    """
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            process.send_signal(first)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()
    signal_group(process, signal.SIGKILL)


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Keep a log that a running process appends to below ``limit`` bytes, with three older copies.

    Copied and truncated in place: the writer holds the file open for appending, so it simply goes on at the
    new end. A line written between the two steps is lost, which a log may.
    """
    try:
        if log.stat().st_size < limit:
            return
        for number in range(LOG_COPIES - 1, 0, -1):
            older = log.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(log.with_suffix(f".log.{number + 1}"))
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
    except OSError:
        return  # a log that cannot be rotated is no reason to stop serving


def tail(log: Path, lines: int = 8, start: int = 0) -> str:
    """The last ``lines`` of a log, beginning at byte ``start``."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(min(start, size), size - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def processes() -> Iterator[tuple[int, Path]]:
    """Every process of this machine as (pid, its folder in /proc); nothing where there is no /proc."""
    proc = Path("/proc")
    if proc.is_dir():
        for entry in proc.iterdir():
            if entry.name.isdigit():
                yield int(entry.name), entry


def end_marked(marker: str, patience: float = 10.0) -> int:
    """End every process whose environment holds ``marker``: what a killed supervisor left behind.

    Returns how many there were. The marker names the data folder, so a second Motcua is never touched.
    """
    wanted = b"\0" + marker.encode() + b"\0"
    left = []
    for pid, folder in processes():
        try:
            if pid != os.getpid() and wanted in b"\0" + (folder / "environ").read_bytes():
                left.append(pid)
        except OSError:
            continue
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        if wait_until(lambda: not any(alive(pid) for pid in left), patience):
            break
    return len(left)


def alive(pid: int) -> bool:
    """Whether a process runs (a dead one that nobody has waited for does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (OSError, IndexError):
        return not Path("/proc/self").exists()


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether ``condition`` came true within ``seconds``."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= limit:
            return False
        time.sleep(pause)
    return True
