"""What every test shares. The server and the settings come from ``motcua.runtime.testing`` (see pyproject.toml)."""

from __future__ import annotations

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
