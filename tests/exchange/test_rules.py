"""The circuit breaker and the budget, as a table and against what must hold whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.exchange.rules import MOST_TRIES, Policy, State, Verdict, answered, next_try, permit

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
POLICY = Policy(timeout=2, failures=3, rest=timedelta(seconds=60), per_minute=5)


def s(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("state", "at", "verdict"),
    [
        (State(), 0, Verdict.ASK),
        (State(failures=2), 0, Verdict.ASK),
        (State(failures=3, opened_at=NOW), 0, Verdict.RESTING),
        (State(failures=3, opened_at=NOW), 59.9, Verdict.RESTING),
        (State(failures=3, opened_at=NOW), 60, Verdict.PROBE),
        # One probe at a time; a probe whose process died does not block for ever.
        (State(failures=3, opened_at=NOW, probe_at=s(60)), 61, Verdict.RESTING),
        (State(failures=3, opened_at=NOW, probe_at=s(60)), 72, Verdict.PROBE),
        (State(window_at=NOW, asked=4), 30, Verdict.ASK),
        (State(window_at=NOW, asked=5), 30, Verdict.OVER_BUDGET),
        (State(window_at=NOW, asked=5), 60, Verdict.ASK),
    ],
)
def test_when_a_question_may_go_out(state: State, at: float, verdict: Verdict) -> None:
    assert permit(state, POLICY, s(at))[0] is verdict


def test_three_failures_rest_a_good_probe_ends_it_and_a_bad_one_begins_it_anew() -> None:
    state = State()
    for second in range(3):
        verdict, state = permit(state, POLICY, s(second))
        assert verdict is Verdict.ASK
        state = answered(state, POLICY, s(second), well=False)
    assert permit(state, POLICY, s(3))[0] is Verdict.RESTING
    verdict, state = permit(state, POLICY, s(63))
    assert verdict is Verdict.PROBE
    state = answered(state, POLICY, s(64), well=False)
    assert permit(state, POLICY, s(123))[0] is Verdict.RESTING
    verdict, state = permit(state, POLICY, s(124))
    assert verdict is Verdict.PROBE
    state = answered(state, POLICY, s(125), well=True)
    assert (state.failures, state.opened_at) == (0, None)
    assert permit(state, POLICY, s(186))[0] is Verdict.ASK


@given(st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=120))
def test_no_minute_has_more_than_twice_the_budget_and_rest_is_rest(steps: list[tuple[float, bool]]) -> None:
    """Two windows may touch in one minute; after a failure that opens the breaker nothing goes out for its rest."""
    state, at, out, rests = State(), 0.0, [], -1.0
    for pause, well in steps:
        at += pause
        verdict, state = permit(state, POLICY, s(at))
        if not verdict.goes:
            continue
        assert at >= rests - 1e-6
        out.append(at)
        state = answered(state, POLICY, s(at), well=well)
        rests = at + 60 if state.opened_at == s(at) else -1.0
    for first in out:
        assert sum(1 for moment in out if first <= moment < first + 60) <= 2 * POLICY.per_minute


def test_tries_grow_apart_and_stay_apart() -> None:
    waits = [next_try(tries, NOW) - NOW for tries in range(1, MOST_TRIES + 1)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=5)
    assert waits[-1] == timedelta(hours=12)
    assert sum(waits, timedelta()) > timedelta(days=10)
