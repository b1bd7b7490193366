"""The small world, rolled back or really committed."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _world, world  # noqa: F401 - fixtures
