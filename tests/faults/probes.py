"""Jobs that only tests have. What they did is in files, which no rollback takes back."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from motcua.kernel.jobs import job


def note(text: str) -> None:
    """One line for every run, on the disk at once."""
    with Path(os.environ["FAULTS_NOTES"]).open("a") as file:
        file.write(text + "\n")


@job("faults.sleep", queue="documents")
def sleep(label: str, seconds: float = 1.0) -> None:
    note(f"begin {label}")
    time.sleep(seconds)
    note(f"end {label}")


@job("faults.poison", queue="documents")
def poison() -> None:
    """Takes its worker with it, each time."""
    note("poison")
    os.kill(os.getpid(), signal.SIGKILL)


@job("faults.raise_once_only", queue="documents", attempts=1)
def raise_once_only() -> None:
    note("raised")
    raise RuntimeError("not to be tried again")


@job("faults.raise_thrice", queue="documents", attempts=3)
def raise_thrice() -> None:
    note("raised")
    raise RuntimeError("to be tried three times in all")


@job("faults.bulk", queue="documents", attempts=2)
def bulk(labels: list[str]) -> None:
    """A bulk job defers one job a piece: a poisoned piece fails alone."""
    for label in labels:
        piece.defer(label=label)


@job("faults.piece", queue="documents", attempts=2)
def piece(label: str) -> None:
    if label == "bad":
        raise ValueError("this one cannot be done")
    note(f"done {label}")
