"""Ports: reading them, finding free ones, and naming who holds a taken one."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from motcua.runtime.errors import CannotRun
from motcua.runtime.processes import processes

DEFAULT_PORT = 8000
HIGHEST = 65_535
#: Addresses that mean every interface, and where each is reached from this machine.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - what the operator chose


def parse_port(value: str | None) -> int:
    """The web port from ``PORT``; empty or absent means the default. 0 asks for any free port."""
    if value is None or not value.strip():
        return DEFAULT_PORT
    try:
        port = int(value)
    except ValueError:
        port = -1
    if not 0 <= port <= HIGHEST:
        raise CannotRun(
            f"PORT must be a number from 1 to {HIGHEST}, not {value!r}. For example: PORT=8123 make run."
        )
    return port


def bind_error(host: str, port: int) -> OSError | None:
    """Why ``host:port`` cannot be listened on, or None when it can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)  # two sockets may be bound with SO_REUSEADDR; only one may listen
    except OSError as error:
        return error
    return None


def free_port(host: str, preferred: int | None = None) -> int:
    """A port nobody listens on: the preferred one when it is still free."""
    if preferred and bind_error(host, preferred) is None:
        return preferred
    family = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def claim_port(host: str, port: int) -> int:
    """The web port, proven free; raises :class:`CannotRun` with who holds it and what to type instead."""
    if port == 0:
        return free_port(host)
    error = bind_error(host, port)
    if error is None:
        return port
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        raise CannotRun(
            f"HOST={host} is not an address of this machine. Leave HOST out, or use HOST=0.0.0.0."
        )
    if error.errno == errno.EACCES:
        raise CannotRun(f"Port {port} needs root. Choose one above 1023: PORT=8123 make run.")
    if error.errno != errno.EADDRINUSE:
        raise CannotRun(f"Port {port} cannot be used: {error.strerror}. Choose another: PORT=8123 make run.")
    holder = who_listens(port)
    by = f" by {holder}" if holder else ""
    other = port + 1 if port < HIGHEST else DEFAULT_PORT
    raise CannotRun(
        f"Port {port} is already used{by}. Stop that program, or choose another: PORT={other} make run."
    )


def who_listens(port: int) -> str | None:
    """``name (process 123)`` of whoever listens on a TCP port, as far as we may see it (Linux only)."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    if not inodes:
        return None
    for pid, folder in processes():
        try:
            if any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir()):
                return f"{(folder / 'comm').read_text().strip()} (process {pid})"
        except OSError:
            continue
    return None


def shown_host(host: str) -> str:
    """The host people type for a listening address; an IPv6 one in brackets."""
    if host in EVERYWHERE:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def reached_host(host: str) -> str:
    """The host our own probes connect to."""
    return EVERYWHERE.get(host, host)
