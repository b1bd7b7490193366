"""Answers that are files."""

from __future__ import annotations

from typing import Any


def let_go(response: Any) -> None:
    """Close the file of an answer; ``response.close()`` would also end the database connection of the test."""
    for close in response._resource_closers:
        close()
