"""Requests and answers of the provider, and the threaded server of the standard library that carries them."""

from __future__ import annotations

import json
import socketserver
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its query and form parsed; ``repeated`` when any parameter came twice (an error in OAuth)."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    authorization: str
    repeated: bool

    @classmethod
    def read(cls, environ: dict[str, Any]) -> Request:
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        form: list[tuple[str, str]] = []
        if environ["REQUEST_METHOD"] == "POST":
            size = min(int(environ.get("CONTENT_LENGTH") or 0), MAX_BODY)
            form = parse_qsl(
                environ["wsgi.input"].read(size).decode("utf-8", "replace"), keep_blank_values=True
            )
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "/"),
            query=dict(query),
            form=dict(form),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            repeated=len(dict(query)) != len(query) or len(dict(form)) != len(form),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Answer:
    """``value`` as JSON that no cache keeps (RFC 6749 §5.1)."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, "application/json", {"Cache-Control": "no-store", **headers})


def redirect(url: str, **params: str) -> Answer:
    """To ``url`` with ``params`` added to its query."""
    query = urlencode({name: value for name, value in params.items() if value})
    if query:
        url += ("&" if "?" in url else "?") + query
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": url, "Cache-Control": "no-store"})


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Method and path only: codes and tokens travel in queries."""
        path = self.path.partition("?")[0]
        status = args[1] if len(args) > 1 else "-"
        sys.stderr.write(f"identity-provider {self.command} {path} {status}\n")


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread per request; close with ``shutdown()`` and ``server_close()``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: Application) -> None:
        super().__init__((host, port), _Handler)
        self.set_app(application)

    def server_bind(self) -> None:
        # HTTPServer's own asks the name service for the host's full name, seconds on a machine without one.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()
