"""When a register may be asked: a circuit breaker with one probe, and a budget. Pure.

A register that does not answer is left alone, so that nobody waits for it at every page and no retry flood has us
banned (trap 33): after ``failures`` in a row it is not asked for ``rest``; then one question goes through, and its
answer decides. The budget is the most questions a minute, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)


class Verdict(StrEnum):
    """Whether a question may go out."""

    ASK = "ask"
    PROBE = "probe"
    RESTING = "resting"
    OVER_BUDGET = "over_budget"

    @property
    def goes(self) -> bool:
        return self in {Verdict.ASK, Verdict.PROBE}


@dataclass(frozen=True, slots=True)
class Policy:
    """How one register is treated. ``timeout``: seconds for the whole answer, connecting included."""

    timeout: float = 2.0
    failures: int = 3
    rest: timedelta = timedelta(seconds=60)
    per_minute: int = 120

    @property
    def probe_lasts(self) -> timedelta:
        """After so long a probe without an answer counts as lost with its process."""
        return timedelta(seconds=self.timeout) + timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of a register. ``opened_at``: since when it rests; ``probe_at``: when the probe went out."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    window_at: datetime | None = None
    asked: int = 0


def permit(state: State, policy: Policy, now: datetime) -> tuple[Verdict, State]:
    """May a question go out now? With the state to remember when it does."""
    verdict = Verdict.ASK
    if state.opened_at is not None:
        probing = state.probe_at is not None and now < state.probe_at + policy.probe_lasts
        if probing or now < state.opened_at + policy.rest:
            return Verdict.RESTING, state
        verdict = Verdict.PROBE
    fresh = state.window_at is None or not state.window_at <= now < state.window_at + MINUTE
    asked = 0 if fresh else state.asked
    if asked >= policy.per_minute:
        return Verdict.OVER_BUDGET, state
    return verdict, replace(
        state,
        window_at=now if fresh else state.window_at,
        asked=asked + 1,
        probe_at=now if verdict is Verdict.PROBE else state.probe_at,
    )


def answered(state: State, policy: Policy, now: datetime, *, well: bool) -> State:
    """The state after an answer, or after none. A failed probe begins the rest anew."""
    if well:
        return replace(state, failures=0, opened_at=None, probe_at=None)
    failures = min(state.failures + 1, 1_000)
    rests = state.opened_at is not None or failures >= policy.failures
    return replace(state, failures=failures, opened_at=now if rests else None, probe_at=None)


#: Pauses between the tries of a value that is to be checked later; the last one repeats.
PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240, 720))
#: A register that has not answered for so many tries leaves the value to the official.
MOST_TRIES = 30


def next_try(tries: int, now: datetime) -> datetime:
    """When to ask again after ``tries`` tries."""
    return now + PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
