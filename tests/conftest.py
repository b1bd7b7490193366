"""What every test shares. The server and the settings come from ``motcua.runtime.testing`` (see pyproject.toml)."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, database_from_template: None
) -> None:
    """Test databases are copies of a migrated template, one per xdist worker."""


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Pages name their style sheets and scripts by hash: collected once, as ``make run`` does it (with its lock)."""
    from motcua.runtime import prepare

    if prepare.static_needed():
        prepare.collect_static()


@pytest.fixture(autouse=True)
def _caches_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps for seconds does not run out within a test: on a busy machine two requests may lie so far
    apart, and then the second costs a statement more. Tests of running out set the clock themselves."""
    still = time.monotonic()
    for module in ("motcua.kernel.caching", "motcua.web.shared.caching", "motcua.catalogue.queries"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(monotonic=lambda: still))
