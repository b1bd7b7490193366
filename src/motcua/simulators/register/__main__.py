"""``python -m motcua.simulators.register``: the demo's registers as a process of its own.

``POST /<register>`` with ``{"number", "names", "purpose"}`` answers ``{"values": {…}}`` of those it knows, 404 for
nobody. ``GET /mode/<ok|down|slow|junk>`` changes how all of them behave until the next change: the bad days of a
register can be walked by hand. Nothing it is asked is kept.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CAST = Path(__file__).resolve().parents[2] / "demo" / "people.json"
MORE = Path(__file__).with_name("people.json")
REGISTERS = ("dan-cu", "bao-hiem", "doanh-nghiep")
MODES = ("ok", "down", "slow", "junk")
SLOW_SECONDS = 20
MAX_BODY = 64 * 1024


def load(cast: Path = CAST, more: Path = MORE) -> dict[str, dict[str, Any]]:
    """What is known, by number: the claims of the cast, and what only registers know."""
    known: dict[str, dict[str, Any]] = {}
    for person in json.loads(cast.read_text(encoding="utf-8"))["people"]:
        claims = dict(person["claims"])
        for number in {claims.get("SoDinhDanh"), claims.get("MaSoThue")} - {None, ""}:
            known[str(number)] = {**known.get(str(number), {}), **claims}
    for number, values in json.loads(more.read_text(encoding="utf-8"))["values"].items():
        known[number] = {**known.get(number, {}), **values}
    return known


class Server(ThreadingHTTPServer):
    """A thread per question; ``mode`` is how it behaves."""

    daemon_threads = True

    def __init__(self, host: str, port: int, known: dict[str, dict[str, Any]], mode: str = "ok") -> None:
        self.known, self.mode = known, mode
        self.stopping = threading.Event()
        super().__init__((host, port), Handler)


class Handler(BaseHTTPRequestHandler):
    """Questions, the mode, and whether it is up."""

    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The path only: numbers travel in bodies."""
        sys.stderr.write(f"register {self.command} {self.path.partition('?')[0]}\n")

    def do_GET(self) -> None:
        mode = self.path.removeprefix("/mode/")
        if self.path == "/healthz":
            self._say(HTTPStatus.OK, {"mode": self.server.mode})
        elif self.path.startswith("/mode/") and mode in MODES:
            self.server.mode = mode
            self._say(HTTPStatus.OK, {"mode": mode})
        else:
            self._say(HTTPStatus.NOT_FOUND, {})

    def do_POST(self) -> None:
        size = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        body = self.rfile.read(size)
        mode = self.server.mode
        if mode == "slow":
            end = time.monotonic() + SLOW_SECONDS
            while time.monotonic() < end and not self.server.stopping.wait(0.2):
                pass
        if mode == "down":
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, {})
        elif mode == "junk":
            self._send(HTTPStatus.OK, b"<html><body>Bad gateway</body></html>", "text/html")
        elif self.path.lstrip("/") not in REGISTERS:
            self._say(HTTPStatus.NOT_FOUND, {})
        else:
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        try:
            asked = json.loads(body)
            number, names = str(asked["number"]), [str(name) for name in asked["names"]]
        except (ValueError, KeyError, TypeError):
            self._say(HTTPStatus.BAD_REQUEST, {})
            return
        values = self.server.known.get(number)
        if values is None:
            self._say(HTTPStatus.NOT_FOUND, {})
        else:
            self._say(HTTPStatus.OK, {"values": {name: values[name] for name in names if name in values}})

    def _say(self, status: HTTPStatus, value: Any) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # who asked has gone: that is what a time-out looks like from here


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 then, 2 with a sentence when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m motcua.simulators.register", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, default=CAST)
    parser.add_argument("--mode", choices=MODES, default="ok")
    options = parser.parse_args(argv)
    try:
        server = Server(options.host, options.port, load(options.people), options.mode)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"register: {error}\n")
        return 2

    def stop(*_: Any) -> None:
        server.stopping.set()
        # shutdown() waits for serve_forever(), which runs in this very thread.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    sys.stderr.write(f"register: ready on {options.host}:{options.port} for {len(server.known)} numbers\n")
    with server:
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
