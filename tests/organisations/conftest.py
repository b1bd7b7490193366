"""The small world."""

from tests.web.conftest import _world, world

__all__ = ["_world", "world"]
