"""The small world, and a committed one: an action that is refused must be able to end its own transaction."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _fresh_pages, _world, world

__all__ = ["_fresh_pages", "_world", "world"]
