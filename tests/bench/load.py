"""The load: a closed loop over a few keep-alive connections, in a process of its own that costs next to nothing.

``wrk`` would do, but a fresh machine does not have it. Requests are bytes made beforehand; one process turns all
connections in an epoll loop and parses no more of an answer than its status and its end. What the client itself
costs is measured and told (``client_us``: CPU microseconds a request), because it shares the cores.

Reads a JSON job on standard input, writes a JSON result on standard output. No correction for coordinated omission:
each connection waits for its answer before it asks again, as peers were measured.
"""

from __future__ import annotations

import json
import resource
import select
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_HEAD_END = b"\r\n\r\n"


@dataclass
class Line:
    """One connection and what it waits for."""

    socket: socket.socket
    begun: float = 0.0
    got: bytes = b""
    need: int = -1
    """Length of the whole answer, or -1 while its head is incomplete, or -2 when it is chunked."""
    pending: bool = field(default=False)


def complete(line: Line) -> bool:
    """Whether the answer in ``line.got`` is whole."""
    if line.need == -1:
        end = line.got.find(_HEAD_END)
        if end < 0:
            return False
        head = line.got[:end].lower()
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            line.need = end + 4 + int(head[at + 17 :].split(b"\r\n", 1)[0])
        elif b"\r\ntransfer-encoding: chunked" in head:
            line.need = -2
        else:
            line.need = end + 4
    if line.need == -2:
        return line.got.endswith(b"\r\n0\r\n\r\n")
    return len(line.got) >= line.need


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Turn the load until ``seconds`` have passed, or until requests that may be sent once are used up."""
    requests = [text.encode("utf-8") for text in job["requests"]]
    once, accepted = bool(job["once"]), set(job["accept"])
    poller = select.epoll()
    lines: dict[int, Line] = {}
    for _ in range(job["connections"]):
        one = socket.create_connection((job["host"], job["port"]))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines[one.fileno()] = Line(one)
        poller.register(one.fileno(), select.EPOLLIN)
    sent, size = 0, 0
    times: list[float] = []
    statuses: Counter[int] = Counter()
    clock = time.perf_counter
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    begin = clock()
    end = begin + job["seconds"]
    sample = b""

    def ask(line: Line) -> bool:
        nonlocal sent
        if clock() >= end or (once and sent >= len(requests)):
            return False
        line.got, line.need, line.begun = b"", -1, clock()
        line.socket.sendall(requests[sent % len(requests)])
        sent += 1
        return True

    open_ = sum(ask(line) for line in lines.values())
    last = begin
    while open_:
        for number, _event in poller.poll(30):
            line = lines[number]
            block = line.socket.recv(1 << 20)
            if not block:
                raise SystemExit("load: the server closed a connection")
            line.got += block
            if not complete(line):
                continue
            last = clock()
            times.append(last - line.begun)
            status = int(line.got[9:12])
            statuses[status] += 1
            size += len(line.got)
            if status not in accepted and not sample:
                sample = line.got[:3000]
            if not ask(line):
                open_ -= 1
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    times.sort()

    def part(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2) if times else 0.0

    wrong = sum(count for status, count in statuses.items() if status not in accepted)
    return {
        "requests": len(times),
        "seconds": round(last - begin, 3),
        "rps": round(len(times) / max(last - begin, 1e-9), 1),
        "p50_ms": part(0.50),
        "p95_ms": part(0.95),
        "p99_ms": part(0.99),
        "wrong": wrong,
        "statuses": dict(statuses),
        "sample": sample.decode("utf-8", "replace"),
        "bytes": size // max(1, len(times)),
        "client_us": round(spent / max(1, len(times)) * 1e6, 1),
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
