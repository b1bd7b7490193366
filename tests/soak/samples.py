"""What is looked at every few seconds: the processes (from /proc, so on Linux), the database, the data folder, answers.

Only reading; a process or backend that ends while it is read is left out of that sample.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from motcua.kernel.jobs import JOBS
from motcua.runtime.processes import processes
from tests.bench.house import machine
from tests.soak.client import Answer

#: Tables whose rows come and go: their size must not follow the number of requests.
PASSING = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
)
BACKENDS = "database backends"


@dataclass(frozen=True)
class Process:
    """``private``: bytes of anonymous memory, of shared pages its share; ``cpu``: seconds so far."""

    private: int
    files: int
    threads: int
    cpu: float


@dataclass(frozen=True)
class Database:
    """``tables``: bytes with indexes. ``oldest_wait``, ``longest``: seconds, of a due job and of an open transaction."""

    connections: int = 0
    longest: float = 0.0
    waiting: int = 0
    oldest_wait: float = 0.0
    failed: int = 0
    tables: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """One look. ``at``: seconds since the load began. ``others``: share of the machine that other processes took.

    ``files``, ``file_bytes``: what lies in the folders of arriving and temporary files. ``answers``, ``p50``, ``p95``
    (milliseconds): of the requests answered since the sample before; ``cpu_ms``: CPU of web and database for each of them.
    """

    at: float
    processes: Mapping[str, Process]
    database: Database
    files: int = 0
    file_bytes: int = 0
    answers: int = 0
    wrong: int = 0
    p50: float = 0.0
    p95: float = 0.0
    cpu_ms: float = 0.0
    others: float = 0.0


def part(times: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the ascending ``times`` lie; 0 of none."""
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


# --- processes --------------------------------------------------------------------------------------------------


def process(folder: Path) -> Process | None:
    """A process by its folder in /proc; None when it has ended, or belongs to somebody whose memory we may not read."""
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        told = dict(
            line.split(":", 1)
            for line in (folder / "smaps_rollup").read_text().splitlines()[1:]
            if ":" in line
        )
        files = sum(1 for _ in (folder / "fd").iterdir())
    except OSError:
        return None
    # Pss_Anon came with Linux 5.9; before, the dirty private pages are nearest.
    kept = told.get("Pss_Anon") or told.get("Private_Dirty") or "0 kB"
    ticks = int(fields[11]) + int(fields[12])
    return Process(int(kept.split()[0]) * 1024, files, int(fields[17]), ticks / os.sysconf("SC_CLK_TCK"))


def of_groups(groups: Mapping[str, int]) -> dict[str, Process]:
    """The processes of each group (name to its leader's id): the leader by the name, others with their own number."""
    names = {leader: name for name, leader in groups.items()}
    found = {}
    for pid, folder in processes():
        try:
            group = int((folder / "stat").read_text().rpartition(")")[2].split()[2])
        except OSError:
            continue
        if group in names and (seen := process(folder)) is not None:
            found[names[group] if pid == group else f"{names[group]} process {pid}"] = seen
    return found


def of_backends(pids: Iterable[int]) -> dict[str, Process]:
    """The backends, and all together: they come and go with connections, their sum stays comparable."""
    each = {f"backend {pid}": seen for pid in pids if (seen := process(Path(f"/proc/{pid}"))) is not None}
    if not each:
        return {}
    whole = Process(
        sum(one.private for one in each.values()),
        sum(one.files for one in each.values()),
        len(each),
        sum(one.cpu for one in each.values()),
    )
    return {**each, BACKENDS: whole}


# --- database and folders ---------------------------------------------------------------------------------------

_ACTIVITY = """
    SELECT pid, coalesce(extract(epoch FROM now() - xact_start), 0)::float FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
#: A job waits from the moment it is due; what is put off to a later one does not wait yet.
_JOBS = """
    SELECT count(*) FILTER (WHERE due), coalesce(max(extract(epoch FROM now() - since)) FILTER (WHERE due), 0)::float,
           count(*) FILTER (WHERE status IN ('failed', 'cancelled', 'aborted'))
      FROM (SELECT job.status, job.status = 'todo' AND coalesce(job.scheduled_at <= now(), true) AS due,
                   coalesce(job.scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id)) AS since
              FROM procrastinate_jobs AS job) AS job
"""
_TABLES = """
    SELECT relname::text, pg_total_relation_size(relid), n_dead_tup FROM pg_stat_user_tables
     WHERE pg_total_relation_size(relid) > 1024 * 1024 OR relname = ANY(%s)
"""
_LEFT = """
    SELECT task_name, status::text, args::text FROM procrastinate_jobs
     WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at <= now(), true) AND NOT task_name = ANY(%s)
"""
_FAILED = (
    "SELECT DISTINCT task_name FROM procrastinate_jobs WHERE status IN ('failed', 'cancelled', 'aborted')"
)


def look() -> tuple[Database, list[int]]:
    """The database now, and the processes of its connections, our own left out."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVITY)
        active = cursor.fetchall()
        cursor.execute(_JOBS)
        waiting, oldest, failed = cursor.fetchone() or (0, 0.0, 0)
        cursor.execute(_TABLES, [list(PASSING)])
        tables = cursor.fetchall()
    longest = max((seconds for _pid, seconds in active), default=0.0)
    sizes = {name: size for name, size, _dead in tables}
    dead = {name: many for name, _size, many in tables if many}
    return Database(len(active), longest, waiting, oldest, failed, sizes, dead), [pid for pid, _ in active]


def jobs_left() -> list[str]:
    """Jobs that are due and not done, those that come by the clock left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [[spec.name for spec in JOBS.values() if spec.cron is not None]])
        return [f"{name} ({status}) {arguments}" for name, status, arguments in cursor.fetchall()]


def jobs_failed() -> list[str]:
    """Names of the jobs that were given up."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED)
        return [name for (name,) in cursor.fetchall()]


def passing_files(folders: Iterable[Path]) -> tuple[int, int]:
    """Number and bytes of the files below ``folders``."""
    sizes = []
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                sizes.append(path.lstat().st_size if not path.is_dir() else 0)
            except OSError:
                continue
    return len(sizes), sum(sizes)


# --- together ---------------------------------------------------------------------------------------------------


class Looker:
    """Makes samples; keeps what a share since the last one needs."""

    def __init__(self, groups: Mapping[str, int], folders: Sequence[Path]) -> None:
        self._groups, self._folders = groups, folders
        self._begin = self._last = time.monotonic()
        self._machine = machine()
        self._cpu: dict[str, float] = {}
        self.statuses: Counter[str] = Counter()

    def sample(self, answers: Sequence[Answer]) -> Sample:
        database, pids = look()
        seen = of_groups(self._groups) | of_backends(pids)
        files, size = passing_files(self._folders)
        self.statuses.update(f"{one.operation} {one.status}" for one in answers)
        times = sorted(one.seconds * 1000 for one in answers)
        spent = self._spent(seen)
        serving = sum(cpu for name, cpu in spent.items() if name.startswith(("web", "backend ")))
        return Sample(
            at=round(time.monotonic() - self._begin, 1),
            processes=seen,
            database=database,
            files=files,
            file_bytes=size,
            answers=len(answers),
            wrong=sum(not one.right for one in answers),
            p50=round(part(times, 0.5), 1),
            p95=round(part(times, 0.95), 1),
            cpu_ms=round(serving * 1000 / max(1, len(answers)), 2),
            others=self._others(sum(spent.values())),
        )

    def _spent(self, seen: Mapping[str, Process]) -> dict[str, float]:
        """CPU seconds of each process since the last sample, this one's too; 0 of one that is new."""
        cpu = {name: one.cpu for name, one in seen.items() if name != BACKENDS} | {
            "self": time.process_time()
        }
        before, self._cpu = self._cpu, cpu
        return {name: now - before.get(name, now) for name, now in cpu.items()}

    def _others(self, ours: float) -> float:
        """Share of the machine since the last sample that was neither ours (CPU seconds) nor idle."""
        now, whole = time.monotonic(), machine()
        share = (whole - self._machine - ours) / max(1e-9, (now - self._last) * (os.cpu_count() or 1))
        self._last, self._machine = now, whole
        return round(max(0.0, share), 2)
