"""A database of the test's own (``tests/committed.py``)."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
