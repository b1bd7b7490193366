"""Data folders for clusters, and processes that are surely gone after a test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from motcua.runtime.accounts import postgres_owner
from motcua.runtime.postgres import Cluster
from motcua.runtime.processes import end_marked


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder that every user may pass to; pytest's own are private, which is a test of its own below."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-test-"))
    folder.chmod(0o755)
    yield folder
    end_marked(f"MOTCUA_SUPERVISED={folder}", patience=5)
    pointer = folder / "postgres.location"
    if pointer.exists():
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(data: Path) -> Iterator[Cluster]:
    """A cluster that has been started."""
    cluster = Cluster(data, durable=False)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def as_somebody_else() -> Iterator[None]:
    """Be an unprivileged user for the length of a test; where we are one already, be ourselves."""
    owner = postgres_owner()
    if owner.other:
        os.setegid(owner.gid)
        os.seteuid(owner.uid)
    yield
    if owner.other:
        os.seteuid(0)
        os.setegid(0)
