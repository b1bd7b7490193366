"""What the whole of a joint dossier is, by its parts. Pure.

The whole takes the edges of the lifecycle as any dossier does; only who takes them differs: its parts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from motcua.dossiers.lifecycle import OPEN, Status

#: Ended without a result: refused, withdrawn, stopped, or never begun.
WITHOUT_RESULT = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED})
_NOT_BEGUN = frozenset({Status.REGISTERED, Status.RECEIVED})
_ENDED = frozenset({Status.FINISHED, Status.RETURNED, Status.STOPPED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far the parts are: ``done`` with a result, ``ended`` without one, ``waiting`` for the applicant, of ``total``."""

    total: int
    done: int
    ended: int
    waiting: int

    @property
    def partial(self) -> bool:
        """Some parts have a result and some have ended without one."""
        return bool(self.done and self.ended)


def outcome(parts: Iterable[Status]) -> Outcome:
    """Counted."""
    states = list(parts)
    return Outcome(
        total=len(states),
        done=sum(state in (Status.FINISHED, Status.RETURNED) for state in states),
        ended=sum(state in WITHOUT_RESULT for state in states),
        waiting=sum(state in (Status.SUPPLEMENT, Status.FINANCIAL_DUTY) for state in states),
    )


def derived(parts: Sequence[Status]) -> Status:
    """The status of the whole.

    Received until anything is done to a part; in processing while a part is open; then finished, and returned when
    every result is. A part without a result ends nothing but itself: only when no part has one is the whole stopped.
    """
    if any(state in OPEN for state in parts):
        return Status.RECEIVED if all(state in _NOT_BEGUN for state in parts) else Status.PROCESSING
    results = [state for state in parts if state not in WITHOUT_RESULT]
    if not results:
        return Status.STOPPED
    return Status.RETURNED if all(state == Status.RETURNED for state in results) else Status.FINISHED


def road(before: Status, after: Status) -> list[str]:
    """The moves of the lifecycle that lead the whole from one status to another, in order; empty: it is there."""
    moves: list[str] = []
    at = before
    forward = {Status.FINISHED: {Status.RETURNED}}.get(at, set())
    if at in _ENDED and after != at and after not in forward:
        moves.append("reopen")
        at = Status.PROCESSING
    if at == Status.RECEIVED and after != Status.RECEIVED:
        moves.append("hand_over")
        at = Status.PROCESSING
    if at == Status.PROCESSING and after == Status.STOPPED:
        moves.append("reject")
    if at == Status.PROCESSING and after in (Status.FINISHED, Status.RETURNED):
        moves.append("finish")
        at = Status.FINISHED
    if at == Status.FINISHED and after == Status.RETURNED:
        moves.append("return_result")
    return moves
