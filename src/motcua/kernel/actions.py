"""One change, one action: guard, effects in the transaction, effects after commit.

Views, the API and commands only call actions; an action is a function of keyword-only, typed arguments
(style.md rows 1 and 17). The decorator gives it its transaction and holds it to writing at least one
event in it: a change without a trace cannot be committed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Callable[..., object]] = {}
_events_written: ContextVar[int] = ContextVar("events_written", default=0)


class SilentAction(RuntimeError):
    """An action ended without an event: a fault of ours, and its transaction is rolled back."""


def action(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action called ``name`` (``room.verb``), inside one transaction.

    An action called by an action joins its transaction without a savepoint: both happen or neither.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if name in ACTIONS:
            raise ValueError(f"There are two actions named {name!r}.")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with transaction.atomic(savepoint=False):
                before = _events_written.get()
                result = function(*args, **kwargs)
                if _events_written.get() == before:
                    raise SilentAction(f"The action {name} wrote no event.")
            return result

        ACTIONS[name] = run
        return run

    return decorate


def count_event() -> None:
    """Called by :func:`motcua.kernel.events.append`."""
    _events_written.set(_events_written.get() + 1)
