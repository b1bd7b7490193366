"""So many requests a second, whether answers come or not: an open loop, in a thread of its own.

A closed loop waits for a slow answer before it asks again, and so hides how slow it was. Here a request has a moment at
which it is due; its latency counts from then, the wait for a free connection included. A connection is given up after
:data:`USES` requests and another one made, as browsers come and go: the kernel deals them out to all web processes, and
what a server keeps of closed connections would show.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.load import Line, complete

USES = 40
#: Seconds after which an answer is taken to come no more.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, and the statuses that are right for it."""

    operation: str
    message: bytes
    accept: tuple[int, ...] = (200,)


@dataclass(frozen=True, slots=True)
class Answer:
    """``at``: when it was due, ``seconds``: from then to the whole answer. ``status`` 0: none came."""

    operation: str
    at: float
    seconds: float
    status: int
    right: bool


@dataclass(slots=True)
class _Turn:
    """A connection with the request it carries; ``due`` by ``time.monotonic``."""

    line: Line
    uses: int = 0
    ask: Ask | None = None
    due: float = 0.0


class Client(threading.Thread):
    """Asks what ``source`` gives, ``rate`` times a second, until :meth:`stop`; then waits for what is still open."""

    def __init__(self, port: int, rate: float, source: Callable[[], Ask], *, connections: int = 16) -> None:
        super().__init__(name="soak-client", daemon=True)
        self.wrong = ""
        """The beginning of the first answer that was not right."""
        self._port, self._rate, self._source, self._most = port, rate, source, connections
        self._answers: deque[Answer] = deque()
        self._over = threading.Event()
        self._poller = select.epoll()
        self._turns: dict[int, _Turn] = {}
        self._waiting: deque[tuple[float, Ask]] = deque()

    def stop(self) -> None:
        self._over.set()
        self.join(PATIENCE + 5)

    def taken(self) -> list[Answer]:
        """The answers since the last call."""
        return [self._answers.popleft() for _ in range(len(self._answers))]

    def run(self) -> None:
        due = time.monotonic()
        while not self._over.is_set() or self._waiting or any(turn.ask for turn in self._turns.values()):
            now = time.monotonic()
            while due <= now and not self._over.is_set():
                self._waiting.append((due, self._source()))
                due += 1 / self._rate
            self._send()
            for number, _event in self._poller.poll(max(0.001, min(0.25, due - time.monotonic()))):
                self._read(self._turns[number])
            for turn in [one for one in self._turns.values() if one.ask and now - one.due > PATIENCE]:
                self._answered(turn, 0)
        for turn in list(self._turns.values()):
            self._close(turn)
        self._poller.close()

    def _send(self) -> None:
        """Give what is due to free connections, new ones when all are busy."""
        free = [turn for turn in self._turns.values() if turn.ask is None]
        while self._waiting and (free or len(self._turns) < self._most):
            due, ask = self._waiting.popleft()
            turn = None
            try:
                turn = free.pop() if free else self._connect()
                turn.ask, turn.due, turn.uses = ask, due, turn.uses + 1
                turn.line.got, turn.line.need = b"", -1
                turn.line.socket.sendall(ask.message)
            except OSError as error:
                self.wrong = self.wrong or f"{ask.operation}: {error}"
                self._answers.append(Answer(ask.operation, due, time.monotonic() - due, 0, right=False))
                if turn is not None:
                    self._close(turn)

    def _connect(self) -> _Turn:
        one = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        turn = self._turns[one.fileno()] = _Turn(Line(one))
        self._poller.register(one.fileno(), select.EPOLLIN)
        return turn

    def _read(self, turn: _Turn) -> None:
        try:
            block = turn.line.socket.recv(1 << 20)
        except OSError:
            block = b""
        if not block:
            if turn.ask is not None and turn.uses > 1 and not turn.line.got:
                # Closed while idle, as the request was on its way: a browser asks again on another connection.
                self._waiting.appendleft((turn.due, turn.ask))
                self._close(turn)
            elif turn.ask is not None:
                self._answered(turn, 0)
            else:
                self._close(turn)
            return
        turn.line.got += block
        if turn.ask is not None and complete(turn.line):
            self._answered(turn, int(turn.line.got[9:12]))

    def _answered(self, turn: _Turn, status: int) -> None:
        ask = turn.ask
        assert ask is not None
        right = status in ask.accept
        if not right and not self.wrong:
            self.wrong = f"{ask.operation}: {turn.line.got[:2000].decode('utf-8', 'replace') or 'no answer'}"
        self._answers.append(Answer(ask.operation, turn.due, time.monotonic() - turn.due, status, right))
        turn.ask = None
        if not status or turn.uses >= USES:
            self._close(turn)

    def _close(self, turn: _Turn) -> None:
        number = turn.line.socket.fileno()
        self._turns.pop(number, None)
        self._poller.unregister(number)
        turn.line.socket.close()
