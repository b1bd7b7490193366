"""The small world, rolled back (``world``) or in a database of the test's own (``committed``)."""

from __future__ import annotations

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _world, world  # noqa: F401 - fixtures
