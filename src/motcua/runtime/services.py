"""One long-running process of Motcua, kept alive: started, watched, started again with growing pauses."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from motcua.runtime.health import ProcessState
from motcua.runtime.processes import end, signal_group, spawn

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A process that has worked for so long had a new misfortune, not the same one again.
FORGIVEN_AFTER = 60.0


@dataclass
class Service:
    """``answers``: whether it does its work, asked until the first yes after every start."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    answers: Callable[[], bool]
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    up: bool = False
    restarts: int = 0
    since: datetime | None = None
    _started: float = 0.0
    _pause: float = FIRST_PAUSE
    _next_start: float = 0.0
    _log_begin: int = field(default=0)

    @property
    def log_begin(self) -> int:
        """Where in the log the present run begins."""
        return self._log_begin

    def start(self) -> None:
        self._log_begin = self.log.stat().st_size if self.log.exists() else 0
        self.process = spawn(self.command, env=self.env, log=self.log, cwd=self.cwd)
        self._started = time.monotonic()
        self.up = False
        self.since = None

    def tend(self) -> str | None:
        """Look after it once; returns a line worth telling, or None. Never waits."""
        now = time.monotonic()
        if self.process is None:
            if now >= self._next_start:
                self.restarts += 1
                self.start()
            return None
        code = self.process.poll()
        if code is not None:
            # Whoever it left in its group would hold its port against the next one.
            signal_group(self.process, signal.SIGKILL)
            if now - self._started > FORGIVEN_AFTER:
                self._pause = FIRST_PAUSE
            self._next_start = now + self._pause
            told = f"{self.name} stopped ({_ending(code)}); starting it again in {self._pause:g} s, see {self.log}"
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self.process, self.up, self.since = None, False, None
            return told
        if not self.up and self.answers():
            self.up = True
            self.since = datetime.now(UTC)
            if self.restarts:
                return f"{self.name} is back"
        return None

    def stop(self) -> None:
        if self.process is not None:
            end(self.process, patience=self.patience)
        self.process, self.up, self.since = None, False, None

    def state(self) -> ProcessState:
        return ProcessState(
            up=self.up,
            pid=self.process.pid if self.process else None,
            since=self.since.isoformat() if self.since else None,
            restarts=self.restarts,
        )

    def running_for(self, seconds: float) -> bool:
        """Whether the present process has lasted ``seconds``; the test for those that listen nowhere."""
        return self.process is not None and time.monotonic() - self._started >= seconds


def answers_http(host: str, port: int, path: str) -> Callable[[], bool]:
    """A probe: whether anything sensible is answered (a refusal while things start is an answer too)."""

    def probe() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status in {200, 503}
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def answers_tcp(host: str, port: int) -> Callable[[], bool]:
    """A probe: whether a connection is accepted."""

    def probe() -> bool:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return False
        return True

    return probe


def _ending(code: int) -> str:
    if code < 0:
        try:
            return f"by {signal.Signals(-code).name}"
        except ValueError:
            return f"by signal {-code}"
    return f"with code {code}"
