"""The judge of a soak: a leak is named, noise is not, a queue that grows is named (pure)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.soak.judging import Bounds, certain, judge, slower, table, thirds
from tests.soak.samples import BACKENDS, Database, Process, Sample

MIB = 1024 * 1024
NAMES = ("web", "web process 11", "web process 12", "worker", "mail", "backend 21", BACKENDS)
EVERY, MANY, WARM = 5.0, 180, 120.0

Change = Callable[[Sample, float], Sample]


def steady(change: Change = lambda sample, _share: sample) -> list[Sample]:
    """Fifteen minutes as they are: 5 % of noise on everything, a peak now and then, warm after two minutes.

    ``change`` gets each sample and the share of the time that has passed (0 to 1).
    """
    rng = random.Random(7)
    made = []
    for n in range(1, MANY + 1):
        warming = min(1.0, n * EVERY / WARM)
        peak = 1.6 if rng.random() < 0.03 else 1.0
        private = {name: int(80 * MIB * warming * rng.uniform(0.95, 1.05)) for name in NAMES}
        sample = Sample(
            at=n * EVERY,
            processes={
                name: Process(private[name], 20 + rng.randrange(5), 8, n * EVERY * 0.1) for name in NAMES
            },
            database=Database(
                connections=7 + rng.randrange(2),
                longest=rng.uniform(0, 0.5),
                waiting=rng.randrange(6),
                oldest_wait=rng.uniform(0, 3) * peak,
                tables={"procrastinate_jobs": 2 * MIB},
            ),
            files=rng.randrange(4),
            answers=60,
            p50=rng.uniform(9, 12),
            p95=rng.uniform(35, 50) * peak,
            cpu_ms=rng.uniform(6, 7) * peak,
            others=rng.uniform(0.0, 0.2),
        )
        made.append(change(sample, n / MANY))
    return made


def in_process(name: str, **more: Callable[[Process, float], int]) -> Change:
    """Change figures of one process."""

    def change(sample: Sample, share: float) -> Sample:
        one = sample.processes[name]
        figures = {figure: by(one, share) for figure, by in more.items()}
        return replace(sample, processes={**sample.processes, name: replace(one, **figures)})

    return change


def in_database(**more: Callable[[float], float]) -> Change:
    return lambda sample, share: replace(
        sample, database=replace(sample.database, **{name: by(share) for name, by in more.items()})
    )


def test_noise_peaks_and_the_warm_up_are_nothing() -> None:
    assert judge(steady(), WARM) == []


@pytest.mark.parametrize("name", ["web process 12", "worker", "backend 21"])
def test_a_leak_is_named_with_its_process_alone(name: str) -> None:
    leak = in_process(name, private=lambda one, share: one.private + int(60 * MIB * share))
    (found,) = judge(steady(leak), WARM)
    assert found.startswith(f"private memory of {name} grew from ")
    assert found.endswith(" MiB")


def test_a_leak_of_all_connections_is_named_while_they_come_and_go() -> None:
    """None of them lives long enough to be compared with itself."""
    leak = in_process(BACKENDS, private=lambda one, share: one.private + int(60 * MIB * share))
    (found,) = judge(steady(leak), WARM)
    assert found.startswith("private memory of a database connection grew from ")


def test_what_is_taken_once_is_no_leak() -> None:
    """Caches that fill in the first third, after the warm-up too."""
    once = in_process("worker", private=lambda one, share: one.private + (30 * MIB if share > 0.3 else 0))
    assert judge(steady(once), WARM) == []


def test_descriptors_and_threads_that_grow_are_named() -> None:
    grows = in_process("web", files=lambda one, share: int(one.files + 60 * share))
    assert [text.split(" grew")[0] for text in judge(steady(grows), WARM)] == ["open files of web"]
    grows = in_process("worker", threads=lambda one, share: int(one.threads + 30 * share))
    assert [text.split(" grew")[0] for text in judge(steady(grows), WARM)] == ["threads of worker"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (in_database(waiting=lambda share: int(300 * share)), "jobs that wait grew"),
        (in_database(oldest_wait=lambda share: 200 * share), "a job had waited 200 s, more than 60"),
        (in_database(longest=lambda share: 90.0 if share > 0.8 else 0.1), "a transaction was open for 90 s"),
        (in_database(connections=lambda share: int(7 + 20 * share)), "connections to the database grew"),
        (in_database(failed=lambda share: int(share > 0.5)), "1 jobs failed"),
        (
            lambda sample, share: replace(
                sample,
                database=replace(
                    sample.database, tables={"procrastinate_events": int((2 + 60 * share) * MIB)}
                ),
            ),
            "size of procrastinate_events grew",
        ),
        (lambda sample, share: replace(sample, files=int(200 * share)), "arriving and temporary files grew"),
        (lambda sample, share: replace(sample, p95=sample.p95 * (1 + 2 * (share > 0.7))), "p95 of the answers grew"),
        (
            lambda sample, share: replace(sample, cpu_ms=sample.cpu_ms * (1 + 2 * share**3)),
            "CPU of a request grew",
        ),
        (
            lambda sample, share: replace(sample, wrong=int(share == 0.5)),
            "1 of 10,800 requests got no answer or a wrong one",
        ),
    ],
)  # fmt: skip
def test_what_grows_or_fails_is_named(change: Change, told: str) -> None:
    (found,) = judge(steady(change), WARM)
    assert found.startswith(told)


def test_a_process_that_has_ended_is_named_and_a_backend_is_not() -> None:
    def ended(sample: Sample, share: float) -> Sample:
        gone = ("web process 11", "backend 21") if share > 0.5 else ()
        return replace(
            sample, processes={name: one for name, one in sample.processes.items() if name not in gone}
        )

    assert judge(steady(ended), WARM) == ["web process 11 has ended"]


@pytest.mark.parametrize("before", [0.1, 0.7])
def test_latency_is_not_judged_while_others_take_the_machine(before: float) -> None:
    """What a request costs still is."""

    def busy(sample: Sample, share: float) -> Sample:
        return replace(sample, p95=sample.p95 * (1 + 4 * share), others=0.7 if share > 0.66 else before)

    samples = steady(busy)
    assert judge(samples, WARM) == []
    assert f"others took {before:.0%} and then 70%" in slower(samples)[1]


def test_the_short_form_looks_at_bounds_only() -> None:
    few = steady()[:3]
    assert certain(few) == []
    assert certain(few, Bounds(most_connections=3)) == [
        "there were 8 connections to the database, more than 3"
    ]
    assert "too few samples" in judge(few, 0)[0]


def test_thirds_are_of_time_not_of_samples() -> None:
    second, last = thirds([replace(steady()[0], at=float(at)) for at in (0, 30, 40, 50, 60, 61, 62, 90)])
    assert [one.at for one in second] == [30, 40, 50]
    assert [one.at for one in last] == [60, 61, 62, 90]


def test_the_table_shows_backends_as_a_whole() -> None:
    shown = [what for what, _before, _after in table(steady())]
    assert f"{BACKENDS}: private MiB" in shown
    assert not any(what.startswith("backend 21") for what in shown)
