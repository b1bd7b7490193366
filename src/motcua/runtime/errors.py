"""What the person who typed ``make run`` is told when it cannot work."""

from __future__ import annotations


class CannotRun(Exception):
    """Why Motcua cannot start, in one sentence that says what to do. Shown as it is, without a traceback."""
