"""What every test shares. The server and the settings come from ``motcua.runtime.testing`` (see pyproject.toml)."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, database_from_template: None
) -> None:
    """Test databases are copies of a migrated template, one per xdist worker."""
