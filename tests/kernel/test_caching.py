"""Small values kept in the process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from motcua.kernel import caching
from motcua.kernel.caching import Kept


class Counter:
    """Counts how often a key was loaded."""

    def __init__(self) -> None:
        self.loaded: list[object] = []

    def __call__(self, key: object) -> str:
        self.loaded.append(key)
        return f"value of {key}"


def test_a_value_is_loaded_once_and_again_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(caching.time, "monotonic", lambda: now[0])
    load = Counter()
    kept = Kept(load, seconds=30)
    assert kept("a") == kept("a") == "value of a"
    now[0] += 29.9
    kept("a")
    assert load.loaded == ["a"]
    now[0] += 0.1
    kept("a")
    assert load.loaded == ["a", "a"]


def test_what_never_changes_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(caching.time, "monotonic", lambda: now[0])
    load = Counter()
    kept = Kept(load, seconds=None)
    kept(1)
    now[0] = 1e9
    kept(1)
    assert load.loaded == [1]


def test_none_and_falsehood_are_values_too() -> None:
    load = Counter()
    kept: Kept[str, None] = Kept(lambda key: load(key) and None, seconds=None)
    assert kept("a") is None
    assert kept("a") is None
    assert load.loaded == ["a"]


def test_memory_is_bounded() -> None:
    kept = Kept(lambda key: key, seconds=None, size=10)
    for key in range(1000):
        kept(key)
    assert len(kept._values) <= 10


def test_a_failed_load_is_not_kept() -> None:
    answers = iter([ZeroDivisionError(), "value"])

    def load(_: str) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kept = Kept(load, seconds=None)
    with pytest.raises(ZeroDivisionError):
        kept("a")
    assert kept("a") == "value"


def test_forget_loads_anew() -> None:
    load = Counter()
    kept = Kept(load, seconds=None)
    kept("a")
    kept.forget()
    kept("a")
    assert load.loaded == ["a", "a"]


def test_threads_may_use_it_together() -> None:
    kept = Kept(lambda key: key * 2, seconds=0.0001, size=8)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda n: kept(n % 20), range(4000))) == [n % 20 * 2 for n in range(4000)]
