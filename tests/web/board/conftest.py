"""A world of the test's own for what races or is refused under a lock (``tests/committed.py``)."""

from tests.committed import _world_template, committed  # noqa: F401 - fixtures
