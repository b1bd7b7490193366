"""What a run of hours must not do, judged from its samples (pure).

What grows is compared by medians: of the second third of the time after the warm-up, and of the last one. A peak, a
pause or a slow minute moves neither; what comes with each request moves the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.soak.samples import BACKENDS, PASSING, Process, Sample

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """How much the last third may be above the second: by a share, and by an absolute floor; the larger counts."""

    share: float = 0.10
    private: int = 8 * _MIB
    connection_private: int = 2 * _MIB
    """Of the mean of all connections; one by itself is bounded as every process is."""
    files: int = 8
    threads: int = 4
    connections: int = 4
    most_connections: int = 40
    most_files: int = 400
    """Open descriptors of one process, at any moment."""
    passing_files: int = 20
    waiting: int = 20
    """Jobs."""
    table: int = 8 * _MIB
    waited: float = 60.0
    """Seconds that a job may have waited, at any moment after the warm-up."""
    transaction: float = 60.0
    slower: float = 1.5
    slower_ms: float = 25.0
    dearer: float = 1.3
    """CPU of a request: of which others take little away, however much of the machine they have."""
    busy: float = 0.5
    busier: float = 0.15
    """When others take so much of the machine, or so much more than before, latency says nothing about us."""


@dataclass(frozen=True)
class Grown:
    """A figure of the table: medians of the second and the last third."""

    what: str
    before: float
    after: float

    def beyond(self, share: float, floor: float) -> bool:
        return self.after - self.before > max(share * self.before, floor)


def thirds(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The second and the last third of the time."""
    begin, end = samples[0].at, samples[-1].at
    second, last = begin + (end - begin) / 3, begin + (end - begin) * 2 / 3
    return [one for one in samples if second <= one.at < last], [one for one in samples if one.at >= last]


def compared(samples: Sequence[Sample], what: str, value: Callable[[Sample], float | None]) -> Grown | None:
    """None when there is too little of it in one of the thirds: a connection that was opened or closed meanwhile."""
    medians = []
    for some in thirds(samples):
        values = [found for one in some if (found := value(one)) is not None]
        if len(values) < max(1, 0.6 * len(some)):
            return None
        medians.append(median(values))
    return Grown(what, *medians)


def of_process(name: str, figure: Callable[[Process], float]) -> Callable[[Sample], float | None]:
    """The figure of one process, None while it is not there."""
    return lambda sample: figure(sample.processes[name]) if name in sample.processes else None


def names(samples: Sequence[Sample]) -> list[str]:
    """All processes that were seen, in the order in which they came."""
    return list(dict.fromkeys(name for one in samples for name in one.processes))


# --- judgements: each gives sentences that name what is wrong ---------------------------------------------------------


def certain(samples: Sequence[Sample], bounds: Bounds = Bounds()) -> list[str]:
    """What needs no time to be seen, and must hold in the shortest run."""
    found = []
    wrong, failed = sum(one.wrong for one in samples), max(one.database.failed for one in samples)
    if wrong:
        found.append(
            f"{wrong} of {sum(one.answers for one in samples):,} requests got no answer or a wrong one"
        )
    if failed:
        found.append(f"{failed} jobs failed")
    most = max(one.database.connections for one in samples)
    if most > bounds.most_connections:
        found.append(f"there were {most} connections to the database, more than {bounds.most_connections}")
    for name in names(samples):
        open_ = max(one.processes[name].files for one in samples if name in one.processes)
        if open_ > bounds.most_files and name != BACKENDS and not _backend(name):
            found.append(f"{name} had {open_} files open, more than {bounds.most_files}")
    return found + _ended(samples)


def _ended(samples: Sequence[Sample]) -> list[str]:
    """Processes of the first sample must still be there in the last; of backends only that there are some."""
    first, last = samples[0].processes, samples[-1].processes
    return [f"{name} has ended" for name in first if name not in last and not _backend(name)]


def grown(samples: Sequence[Sample], bounds: Bounds = Bounds()) -> list[str]:
    """What grew from the second to the last third; ``samples`` begin after the warm-up."""
    found = [text for name in names(samples) for text in _grown_process(samples, name, bounds)]
    wholes: list[tuple[str, float, str, Callable[[Sample], float | None]]] = [
        ("private memory of a database connection", bounds.connection_private / _MIB, " MiB", _of_connection),
        ("connections to the database", bounds.connections, "", lambda one: one.database.connections),
        ("arriving and temporary files", bounds.passing_files, "", lambda one: one.files),
        ("jobs that wait", bounds.waiting, "", lambda one: one.database.waiting),
        *((f"size of {table}", bounds.table / _MIB, " MiB", _table(table)) for table in PASSING),
    ]
    for what, floor, unit, value in wholes:
        seen = compared(samples, what, value)
        if seen and seen.beyond(bounds.share, floor):
            found.append(_sentence(seen, unit))
    return found


def _grown_process(samples: Sequence[Sample], name: str, bounds: Bounds) -> Iterator[str]:
    """All backends together are judged for each connection; files of tables PostgreSQL keeps open up to a number."""
    for unit, floor, figure in _OF_PROCESSES:
        if name == BACKENDS or (_backend(name) and unit == "open files"):
            continue
        seen = compared(samples, f"{unit} of {name}", of_process(name, figure))
        if seen and seen.beyond(bounds.share, floor(bounds)):
            yield _sentence(seen, " MiB" if unit == "private memory" else "")


_OF_PROCESSES: tuple[tuple[str, Callable[[Bounds], float], Callable[[Process], float]], ...] = (
    ("private memory", lambda bounds: bounds.private / _MIB, lambda one: one.private / _MIB),
    ("open files", lambda bounds: bounds.files, lambda one: one.files),
    ("threads", lambda bounds: bounds.threads, lambda one: one.threads),
)


def _backend(name: str) -> bool:
    return name.startswith("backend ")


def _of_connection(sample: Sample) -> float | None:
    """Private MiB of a backend in the middle of all: their number follows the connections, which are judged apart."""
    whole = sample.processes.get(BACKENDS)
    return whole.private / _MIB / max(1, whole.threads) if whole else None


def _table(name: str) -> Callable[[Sample], float]:
    return lambda one: one.database.tables.get(name, 0) / _MIB


def _sentence(seen: Grown, unit: str) -> str:
    return f"{seen.what} grew from {seen.before:,.1f} to {seen.after:,.1f}{unit}"


def waited(samples: Sequence[Sample], bounds: Bounds = Bounds()) -> list[str]:
    """Jobs and transactions that took too long, at any moment."""
    found = []
    oldest = max(one.database.oldest_wait for one in samples)
    if oldest > bounds.waited:
        found.append(f"a job had waited {oldest:.0f} s, more than {bounds.waited:.0f}")
    longest = max(one.database.longest for one in samples)
    if longest > bounds.transaction:
        found.append(f"a transaction was open for {longest:.0f} s, more than {bounds.transaction:.0f}")
    return found


def slower(samples: Sequence[Sample], bounds: Bounds = Bounds()) -> tuple[list[str], str]:
    """What got slower; and, where others took too much of the machine, why latency is not judged."""
    found = []
    cost = compared(samples, "CPU of a request", lambda one: one.cpu_ms if one.answers else None)
    if cost and cost.after > bounds.dearer * cost.before:
        found.append(_sentence(cost, " ms"))
    seen = compared(samples, "p95 of the answers", lambda one: one.p95 if one.answers else None)
    others = compared(samples, "others", lambda one: one.others)
    if seen is None or others is None:
        return found, "too little was answered to judge latency"
    if max(others.before, others.after) > bounds.busy or others.after - others.before > bounds.busier:
        share = f"{others.before:.0%} and then {others.after:.0%}"
        return found, f"latency is not judged: others took {share} of the machine"
    if seen.after > max(bounds.slower * seen.before, seen.before + bounds.slower_ms):
        found.append(_sentence(seen, " ms"))
    return found, ""


def judge(samples: Sequence[Sample], warm: float, bounds: Bounds = Bounds()) -> list[str]:
    """All of it; ``warm``: seconds in which caches fill and connections are opened, not looked at for growth."""
    settled = [one for one in samples if one.at >= warm]
    if len(settled) < 6:
        return [*certain(samples, bounds), "there are too few samples after the warm-up to say what grows"]
    return [
        *certain(samples, bounds),
        *grown(settled, bounds),
        *waited(settled, bounds),
        *slower(settled, bounds)[0],
    ]


def table(samples: Sequence[Sample]) -> list[tuple[str, str, str]]:
    """(what, second third, last third) for the printed table, backends only as a whole."""
    rows: list[tuple[str, str, str]] = []

    def row(seen: Grown | None, digits: int = 0) -> None:
        if seen is not None:
            rows.append((seen.what, f"{seen.before:,.{digits}f}", f"{seen.after:,.{digits}f}"))

    for name in names(samples):
        if not _backend(name):
            row(
                compared(samples, f"{name}: private MiB", of_process(name, lambda one: one.private / _MIB)), 1
            )
            row(compared(samples, f"{name}: open files", of_process(name, lambda one: one.files)))
            row(compared(samples, f"{name}: threads", of_process(name, lambda one: one.threads)))
    figures: Mapping[str, Callable[[Sample], float]] = {
        "connections": lambda one: one.database.connections,
        "jobs waiting": lambda one: one.database.waiting,
        "oldest wait, s": lambda one: one.database.oldest_wait,
        "longest transaction, s": lambda one: one.database.longest,
        "dead rows": lambda one: sum(one.database.dead.values()),
        "tables, MiB": lambda one: sum(one.database.tables.values()) / _MIB,
        "queue's tables, MiB": lambda one: sum(one.database.tables.get(name, 0) for name in PASSING) / _MIB,
        "passing files": lambda one: one.files,
        "p50, ms": lambda one: one.p50,
        "p95, ms": lambda one: one.p95,
        "CPU of a request, ms": lambda one: one.cpu_ms,
        "others, %": lambda one: one.others * 100,
    }
    for what, value in figures.items():
        row(compared(samples, what, value), 1)
    return rows
