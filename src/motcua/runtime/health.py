"""What the supervisor knows about its processes, as a file that ``/healthz`` can read at no cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

FILE = "state.json"


class ProcessState(TypedDict):
    """One process: whether it runs and answers, its number, since when (ISO 8601, UTC), restarts so far."""

    up: bool
    pid: int | None
    since: str | None
    restarts: int


class State(TypedDict):
    """``ready``: everything is prepared and every process answers."""

    ready: bool
    supervisor: int | None
    since: str | None
    address: str | None
    processes: dict[str, ProcessState]


def read_state(folder: Path | str) -> State | None:
    """The supervisor's last word in ``folder`` (``MOTCUA_HEALTH_DIR``).

    None where there has never been a supervisor (an installation with its own service manager); not ready with
    no processes when the file cannot be understood. Never raises.
    """
    try:
        found = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = {}
    if not isinstance(found, dict):
        found = {}
    return State(
        ready=found.get("ready") is True,
        supervisor=found.get("supervisor"),
        since=found.get("since"),
        address=found.get("address"),
        processes=found.get("processes") or {},
    )


def write_state(folder: Path, state: State) -> None:
    """Replace the state in one step, so that a reader never sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    new.write_text(json.dumps(state), encoding="utf-8")
    new.replace(folder / FILE)
