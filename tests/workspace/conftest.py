"""The small world, and a world of the test's own for what races, is killed or is done by a worker."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _world, world

__all__ = ["_world", "world"]
