"""A database of the test's own (``tests/committed.py``), and the world of the other web tests."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
from tests.web.conftest import _fresh_pages, _world, world  # noqa: F401 - fixtures
