"""However deep a request is when it begins, its calls find room."""

from __future__ import annotations

import resource

from motcua.kernel.frames import with_room


def leaf(a: int, b: int = 0, *rest: int) -> int:
    return a + b + len(rest)


def loop() -> int:
    return sum(leaf(number, 1, 2, 3) for number in range(3000))


def deep(levels: int) -> int:
    return deep(levels - 1) if levels else loop()


def faults_of(levels: int) -> int:
    """Pages of memory that were asked of the system meanwhile."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    with_room(deep)(levels)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_no_depth_makes_calls_ask_for_memory() -> None:
    faults_of(0)
    assert max(faults_of(levels) for levels in range(120)) < 600


def test_what_is_given_and_what_comes_back_is_the_functions_own() -> None:
    assert with_room(leaf)(1, 2, 3, 4) == leaf(1, 2, 3, 4)
    assert with_room(leaf)(a=1, b=5) == 6
