"""The small world, and one of a test's own for races."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _world, world

__all__ = ["_world", "world"]
