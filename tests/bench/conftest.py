"""The world of the other web tests (``tests/factories.py``)."""

from tests.web.conftest import _fresh_pages, _world, world  # noqa: F401 - fixtures
