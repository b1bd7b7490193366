"""Run one verb of the command line in this process, without the others."""

from __future__ import annotations

import argparse
import io
from types import ModuleType

import pytest


class _Stdin:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def run(
    verb: ModuleType,
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
    stdin: bytes = b"",
    monkeypatch: pytest.MonkeyPatch | None = None,
) -> tuple[int, str, str]:
    """(exit status, stdout, stderr)."""
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", _Stdin(stdin))
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    status = verb.run(parser.parse_args(list(arguments)))
    out, err = capsys.readouterr()
    return status, out, err
