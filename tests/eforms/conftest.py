"""A database of the test's own, for the one about migrations; everything else here is pure."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
