"""Counting the statements of one request, with the real middleware, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test import Client


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that Django executes inside the block (without BEGIN, COMMIT and the connection's health check)."""
    seen: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql if isinstance(sql, str) else repr(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def send(message: str, client: Client | None = None) -> Any:
    """One HTTP message as ``screens.py`` makes them, through Django's test client (``client``: one that is warm)."""
    head, _, body = message.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, path, _version = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    client = client or Client(enforce_csrf_checks=True, raise_request_exception=True)
    client.cookies.clear()
    cookie = headers.pop("Cookie", "")
    for part in filter(None, cookie.split("; ")):
        name, _, value = part.partition("=")
        client.cookies[name] = value
    kind = headers.pop("Content-Type", "text/html")
    headers.pop("Content-Length", None)
    if method == "POST":
        return client.post(path, body, content_type=kind, headers=headers)
    return client.get(path, headers=headers)


class _Undo(Exception):
    """Leaves a transaction without its effects."""


def count(message: str, accept: tuple[int, ...]) -> int:
    """Statements of the second of two equal requests (the first fills what a process keeps); nothing stays written."""
    counted: list[str] = []
    for _ in range(2):
        try:
            with transaction.atomic(), statements() as counted:
                response = send(message)
                if response.status_code not in accept:
                    raise SystemExit(f"bench: {message.splitlines()[0]} answers {response.status_code}")
                raise _Undo
        except _Undo:
            pass
    return sum(1 for sql in counted if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")))
