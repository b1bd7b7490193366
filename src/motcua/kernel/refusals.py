"""What a rule says when it says no.

A refusal carries a code and its facts, never a sentence: the faces word it in the person's language
(``web/shared/wording.py``), the API returns the code. Nothing has been changed when one is raised.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refused(Exception):
    """An action that was not done. ``code`` is stable; ``params`` are the facts a sentence needs."""

    status: ClassVar[int] = 422

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class NotAllowed(Refused):
    """The actor may not do this (a stranger gets the same answer as for a thing that does not exist)."""

    status = 404


class Conflict(Refused):
    """Somebody else was first, or the thing has moved on; ``params`` say what is there now."""

    status = 409


class Unavailable(Refused):
    """A thing we depend on does not answer; what was typed is safe and the action can be tried again."""

    status = 503
