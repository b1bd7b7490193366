"""``make bench``: load on nine operations over real HTTP, beside their floor and PostgreSQL's own limit.

For each size of the database and each operation, one after the other in the same minute: the real screens, the same
rows through a bare Django view (``floor.py``), the same statements by pgbench (``limits.py``). Prints a table and
writes ``build/bench.json``. Everything runs on this machine: PostgreSQL (fsync on), granian as `make run` starts it,
and the client; compare ratios within a run rather than figures between machines. docs/performance.md reads it.

    tests/bench/run.py [--quick | --million] [--sizes 10000,200000] [--operations list,open] [--seconds 6] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import house  # noqa: E402 - the path above is what makes it importable

OPERATIONS = ("submit", "list", "open", "step", "track", "public", "lists", "search", "joint")
#: docs/performance.md: requests a second wanted on two cores.
GOALS = {"submit": 300, "list": 180, "open": 300, "step": 300, "track": 1000, "public": 2000}
#: docs/performance.md: how much more CPU a request may cost at the largest size than at the smallest.
GROWTH = 1.3
CONNECTIONS = 8
RUNS = 3
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Result:
    """A line of the table.

    ``cpu_ms`` and ``database_ms``: CPU a request of the web processes and of PostgreSQL; ``client_us`` of the load.
    ``others``: share of the machine that was used by processes of other people meanwhile. ``capacity_rps``: what the
    cores give at this CPU a request when they are free, the client's share included; where ``others`` is high this is
    the figure to look at, and still too low, because shared caches and threads make CPU time itself longer.
    """

    operation: str
    dossiers: int
    connections: int
    rps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    queries: int
    floor_rps: float
    limit_tps: float | None
    cpu_ms: float
    database_ms: float
    floor_cpu_ms: float
    floor_database_ms: float
    client_us: float
    capacity_rps: float
    floor_capacity_rps: float
    others: float
    requests: int
    bytes: int


def main() -> int:
    options = _options()
    started = time.monotonic()
    folder = Path(options.keep).resolve() if options.keep else ROOT / "build" / f"bench-{os.getpid()}"
    results: list[Result] = []
    with house.database(folder, keep=bool(options.keep)) as cluster:
        port, floor_port = house.free_port("127.0.0.1"), house.free_port("127.0.0.1")
        env = house.environment(cluster, folder, port)
        os.environ.update(env | {"MOTCUA_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        from motcua.kernel.clock import now as clock_now
        from tests.bench import data
        from tests.bench.screens import Screens

        now = clock_now()
        data.prepare(now)
        _collect_static()
        world = data.people(now)
        data.joint(now)
        floor_env = env | {"DJANGO_SETTINGS_MODULE": "tests.bench.floor_settings", "PYTHONPATH": str(ROOT)}
        for size in options.sizes:
            _quiet(options.patience)
            begin = time.monotonic()
            data.dossiers(world, size, now, admin=cluster.url(admin=True))
            _tell(f"{size:,} dossiers made in {time.monotonic() - begin:.0f} s")
            screens = Screens(world, now, port, floor_port)
            application = "motcua.config.wsgi:application"
            with (
                house.web(application, env, folder / "log" / "web.log", port) as web,
                house.web(application, floor_env, folder / "log" / "floor.log", floor_port) as floor,
            ):
                for operation in options.operations:
                    results.append(_measure(operation, size, options, cluster, screens, web, floor, folder))
                    _tell(_line(results[-1]))
    print(_table(results))
    print(_growth(results))
    if options.json:
        path = Path(options.json)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
        _tell(f"written to {path}")
    _tell(f"{time.monotonic() - started:.0f} s in all")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="10 thousand dossiers and short runs: under 3 minutes"
    )
    parser.add_argument(
        "--million",
        action="store_true",
        help="10 thousand and a million dossiers: ten minutes, and 8 GB of disk",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=0,
        help="wait up to so many seconds before each size for a quiet machine",
    )
    parser.add_argument("--sizes", help="numbers of dossiers, ascending (default 10000,200000)")
    parser.add_argument("--operations", help=f"some of {','.join(OPERATIONS)}")
    parser.add_argument("--seconds", type=float, help="length of each run")
    parser.add_argument("--keep", help="keep the database in this folder, for profiling or the next run")
    parser.add_argument("--json", default=str(ROOT / "build" / "bench.json"), help="where the figures go")
    parser.add_argument("--no-beside", action="store_true", help="only the real screens: no floor, no limit")
    options = parser.parse_args()
    options.seconds = options.seconds or (4.5 if options.quick else 9.0)
    usual = "10000" if options.quick else "10000,1000000" if options.million else "10000,200000"
    options.sizes = sorted(int(text) for text in (options.sizes or usual).split(","))
    options.operations = [
        name for name in OPERATIONS if name in (options.operations or ",".join(OPERATIONS)).split(",")
    ]
    return options


def _collect_static() -> None:
    """Pages name hashed files: they must have been collected, as before every start."""
    from motcua.runtime.prepare import collect_static, static_needed

    if static_needed():
        collect_static()


def _measure(
    operation: str,
    size: int,
    options: argparse.Namespace,
    cluster: Any,
    screens: Any,
    web: house.Web,
    floor: house.Web,
    folder: Path,
) -> Result:
    from tests.bench.limits import measure

    seconds, warm = options.seconds, 1.0
    # Enough of what can be used once for a fast machine: the load stops early when it is used up.
    screen = screens.of(operation, int((seconds + warm) * 700))
    queries = _queries(screen.real[-1], screen.accept)
    spare = max(1, int(len(screen.real) * warm / (seconds + warm))) if screen.once else 0
    got: dict[str, dict[str, Any]] = {}
    for name, server, requests in (
        ("real", web, screen.real[:-1] or screen.real),
        ("floor", floor, screen.floor),
    ):
        if name == "floor" and (options.no_beside or not requests):
            continue
        accept = screen.accept if name == "real" else (200,)
        warming, measured = (requests[:spare], requests[spare:]) if screen.once else (requests, requests)
        _load(server, warming, warm, screen.once, accept)
        done, used = _median(server, cluster, measured, seconds, screen.once, accept)
        got[name] = done
        many, client = max(1, done["requests"]), done["client_us"] * done["requests"] / 1e6
        done |= {
            "cpu_ms": round(used.web / many * 1000, 2),
            "database_ms": round(used.database / many * 1000, 2),
            "capacity": round(CORES * many / max(used.web + used.database + client, 1e-9), 0),
            "others": round(
                max(0.0, used.machine - used.web - used.database - client) / (CORES * done["seconds"]), 2
            ),
        }
        if done["wrong"]:
            raise SystemExit(
                f"bench: {operation} ({name}) answered {done['statuses']}; the first wrong one:\n{done['sample']}"
            )
    limit = (
        None
        if options.no_beside
        else measure(cluster, operation, folder, max(2, int(seconds / 2)), CONNECTIONS)
    )
    real = got["real"]
    bare = got.get("floor", {"rps": 0.0, "cpu_ms": 0.0, "database_ms": 0.0, "capacity": 0.0})
    return Result(
        operation=operation,
        dossiers=size,
        connections=CONNECTIONS,
        rps=real["rps"],
        p50_ms=real["p50_ms"],
        p95_ms=real["p95_ms"],
        p99_ms=real["p99_ms"],
        queries=queries,
        floor_rps=bare["rps"],
        limit_tps=limit,
        cpu_ms=real["cpu_ms"],
        database_ms=real["database_ms"],
        floor_cpu_ms=bare["cpu_ms"],
        floor_database_ms=bare["database_ms"],
        client_us=real["client_us"],
        capacity_rps=real["capacity"],
        floor_capacity_rps=bare["capacity"],
        others=real["others"],
        requests=real["requests"],
        bytes=real["bytes"],
    )


def _median(
    server: house.Web, cluster: Any, requests: list[str], seconds: float, once: bool, accept: Iterable[int]
) -> tuple[dict[str, Any], house.Spent]:
    """The middle one of three runs, each with connections of its own.

    The kernel deals connections out to the workers by chance: of eight, six may come to one of two workers, and that
    run measures half a machine.
    """
    part = len(requests) // RUNS if once else len(requests)
    tries = []
    for number in range(RUNS):
        some = requests[number * part : (number + 1) * part] if once else requests
        before = house.spent(server, cluster)
        done = _load(server, some, seconds / RUNS, once, accept)
        tries.append((done, house.spent(server, cluster).since(before)))
        if done["wrong"]:
            return tries[-1]
    return sorted(tries, key=lambda one: float(one[0]["rps"]))[RUNS // 2]


def _load(
    server: house.Web, requests: list[str], seconds: float, once: bool, accept: Iterable[int]
) -> dict[str, Any]:
    job = {
        "host": "127.0.0.1",
        "port": server.port,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "requests": requests,
        "once": once,
        "accept": list(accept),
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("load.py"))],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"bench: the load failed: {done.stderr[-800:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _quiet(patience: int) -> None:
    """Wait until others take less than a twentieth of the machine, or until patience is over."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        before = house.machine()
        time.sleep(5)
        if house.machine() - before < 0.05 * CORES * 5:
            return


def _queries(request: str, accept: Iterable[int]) -> int:
    """Statements of one such request, counted here in a transaction that is rolled back; the first try warms up."""
    from tests.bench.counting import count

    return count(request, tuple(accept))


def _tell(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _line(result: Result) -> str:
    return f"{result.operation} at {result.dossiers:,}: {result.rps:,.0f}/s, p95 {result.p95_ms} ms"


_HEAD = ("operation", "dossiers", "req/s", "goal", "p50", "p95", "p99 ms", "queries", "floor/s", "limit/s", "web ms",
         "pg ms", "client µs", "others", "capacity/s", "of floor")  # fmt: skip


def _table(results: list[Result]) -> str:
    rows = [_HEAD]
    for r in results:
        share = f"{r.capacity_rps / r.floor_capacity_rps:.2f}" if r.floor_capacity_rps else "-"
        rows.append(
            (
                r.operation,
                f"{r.dossiers:,}",
                f"{r.rps:,.0f}",
                f"{GOALS.get(r.operation, 0) or '-'}",
                f"{r.p50_ms:.1f}",
                f"{r.p95_ms:.1f}",
                f"{r.p99_ms:.1f}",
                str(r.queries),
                f"{r.floor_rps:,.0f}",
                f"{r.limit_tps:,.0f}" if r.limit_tps else "-",
                f"{r.cpu_ms:.2f}",
                f"{r.database_ms:.2f}",
                f"{r.client_us:.0f}",
                f"{r.others:.0%}",
                f"{r.capacity_rps:,.0f}",
                share,
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def _growth(results: list[Result]) -> str:
    """CPU a request (web and PostgreSQL) at each size as a multiple of the smallest, and whether statements are as many."""
    lines = []
    for operation in dict.fromkeys(r.operation for r in results):
        first, *others = [r for r in results if r.operation == operation]
        cost = max(first.cpu_ms + first.database_ms, 0.01)
        for r in others:
            grown = (r.cpu_ms + r.database_ms) / cost
            told = f"{operation:>9}  {r.dossiers:>9,} / {first.dossiers:,}: {grown:.2f} x"
            told += f" (pg {r.database_ms / max(first.database_ms, 0.01):.2f} x), queries {first.queries} -> {r.queries}"
            lines.append(told + ("" if grown <= GROWTH and r.queries == first.queries else "  <- grows"))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
