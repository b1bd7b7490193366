"""The client of a soak: an open loop, whose latency counts from the moment at which a request was due."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.soak.client import Answer, Ask, Client

ASK = Ask("list", b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
RIGHT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
Serve = Callable[[Callable[[int], bytes]], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server whose n-th request gets ``answer(n)``; where that is empty, the connection is closed."""
    listening: list[socket.socket] = []

    def start(answer: Callable[[int], bytes]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        numbers = iter(range(10_000))

        def talk(one: socket.socket) -> None:
            with one:
                while one.recv(65536):
                    said = answer(next(numbers))
                    if not said:
                        return
                    one.sendall(said)

        def accept() -> None:
            while True:
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(one,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in listening:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def asked(
    port: int, seconds: float, *, rate: float = 50, connections: int = 4
) -> tuple[list[Answer], Client]:
    client = Client(port, rate, lambda: ASK, connections=connections)
    client.start()
    time.sleep(seconds)
    client.stop()
    return client.taken(), client


def test_every_request_is_answered_once_over_connections_that_are_renewed(serve: Serve) -> None:
    answers, client = asked(serve(lambda _n: RIGHT), 2.0, connections=1)
    assert len(answers) > 41  # more than one connection is used for
    assert {one.status for one in answers} == {200}
    assert client.wrong == ""


def test_a_slow_server_is_not_asked_less_and_the_wait_counts(serve: Serve) -> None:
    def slow(_number: int) -> bytes:
        time.sleep(0.1)
        return RIGHT

    answers, _client = asked(serve(slow), 1.0, rate=20, connections=1)
    assert len(answers) >= 19
    assert answers[-1].seconds > answers[0].seconds + 0.5


def test_a_connection_closed_between_requests_is_made_anew(serve: Serve) -> None:
    """A browser does so too: the server had the right to close what was idle."""
    answers, _client = asked(serve(lambda n: b"" if n == 5 else RIGHT), 1.0, connections=1)
    assert {one.status for one in answers} == {200}


def test_an_error_and_an_answer_that_never_comes_are_wrong(serve: Serve) -> None:
    error = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"
    answers, client = asked(serve(lambda n: error if n == 3 else RIGHT), 0.5)
    assert [one.status for one in answers if not one.right] == [500]
    assert client.wrong.startswith("list: HTTP/1.1 500")
    answers, client = asked(serve(lambda _n: b""), 0.3)
    assert {(one.status, one.right) for one in answers} == {(0, False)}
    assert client.wrong == "list: no answer"
