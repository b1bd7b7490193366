"""How much more a request costs among many dossiers than among few: two databases asked in turns, request by request.

    tests/bench/growth.py [--sizes 10000,1000000] [--operations open,search] [--rounds 12] [--keep FOLDER]

``run.py`` loads one size after the other, minutes apart; on a machine that others use too, their share drifts more than
what is looked for. Here each size has a process and a database of its own, and they take turns of a few requests each.
CPU time is counted, not the clock: of the Python thread, and of the one backend that serves it. Told is the middle of
the rounds, and the ratio of the middles. The screens and the data are those of ``run.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

OPERATIONS = ("submit", "list", "open", "step", "track", "lists", "search", "joint")
#: Requests of one turn: enough to be counted, few enough that the other's turn is soon.
TURN = 21


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--operations", default=",".join(OPERATIONS))
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--keep", help="keep the databases below this folder for the next run")
    parser.add_argument(
        "--json", default=str(ROOT / "build" / "bench-growth.json"), help="where the figures go"
    )
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        _work(Path(options.worker), int(options.sizes), options.rounds, keep=bool(options.keep))
        return 0
    sizes = sorted(int(size) for size in options.sizes.split(","))
    folder = Path(options.keep or ROOT / "build" / f"bench-growth-{os.getpid()}").resolve()
    workers = [_start(folder / str(size), size, options) for size in sizes]
    try:
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()  # ready
        results = [
            _compare(operation, sizes, workers, options.rounds) for operation in options.operations.split(",")
        ]
    finally:
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.close()
            worker.wait(120)
    path = Path(options.json)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _start(folder: Path, size: int, options: argparse.Namespace) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        __file__,
        "--worker",
        str(folder),
        "--sizes",
        str(size),
        "--rounds",
        str(options.rounds),
    ]
    return subprocess.Popen(
        [*command, *(["--keep", "yes"] if options.keep else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip


def _compare(
    operation: str, sizes: list[int], workers: list[subprocess.Popen[str]], rounds: int
) -> dict[str, Any]:
    """Each size in turns; which of them begins changes, too."""
    seen: list[list[dict[str, float]]] = [[] for _ in workers]
    for number in range(rounds + 1):
        order = range(len(workers)) if number % 2 else reversed(range(len(workers)))
        for at in order:
            worker = workers[at]
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(operation + "\n")
            worker.stdin.flush()
            told = json.loads(worker.stdout.readline())
            if number:  # the first one warms up
                seen[at].append(told)
    middle = [
        {name: statistics.median(one[name] for one in some) for name in ("web_ms", "pg_ms", "queries")}
        for some in seen
    ]
    told = {"operation": operation, "sizes": sizes, "middle": middle}
    first, last = middle[0], middle[-1]
    whole = (last["web_ms"] + last["pg_ms"]) / (first["web_ms"] + first["pg_ms"])
    told |= {"growth": round(whole, 2), "pg_growth": round(last["pg_ms"] / first["pg_ms"], 2)}
    print(
        f"{operation:>7}  {sizes[-1]:,} / {sizes[0]:,}: {whole:.2f} x;  web {first['web_ms']:.2f} -> {last['web_ms']:.2f} ms,"
        f"  pg {first['pg_ms']:.2f} -> {last['pg_ms']:.2f} ms,  queries {first['queries']:.0f} -> {last['queries']:.0f}",
        flush=True,
    )
    return told


def _work(folder: Path, size: int, rounds: int, *, keep: bool) -> None:
    """One size: make it, then answer each line (an operation) with what a turn of it has cost."""
    from tests.bench import house

    with house.database(folder, keep=keep) as cluster:
        os.environ.update(house.environment(cluster, folder, 1) | {"MOTCUA_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        from django.test import Client

        from motcua.kernel.clock import now as clock_now
        from motcua.runtime.prepare import collect_static, static_needed
        from tests.bench import data
        from tests.bench.counting import send, statements
        from tests.bench.screens import Screens

        now = clock_now()
        data.prepare(now)
        if static_needed():
            collect_static()
        world = data.people(now)
        data.joint(now)
        data.dossiers(world, size, now, admin=cluster.url(admin=True))
        screens = Screens(world, now, 1, 2)
        client = Client(enforce_csrf_checks=True, raise_request_exception=True)
        made: dict[str, Any] = {}
        at: dict[str, int] = {}
        print("ready", flush=True)
        for line in sys.stdin:
            operation = line.strip()
            if operation not in made:
                made[operation] = screens.of(operation, (rounds + 2) * TURN)
            screen, begin = made[operation], at.get(operation, 0)
            turn = [screen.real[n % len(screen.real)] for n in range(begin, begin + TURN)]
            at[operation] = begin + TURN
            with statements() as seen:
                spent, backend = time.thread_time(), _backend()
                for message in turn:
                    response = send(message, client)
                    assert response.status_code in screen.accept, (operation, response.status_code)
                spent, backend = time.thread_time() - spent, _backend() - backend
            asked = sum(1 for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE")))
            told = {
                "web_ms": spent / TURN * 1000,
                "pg_ms": backend / TURN * 1000,
                "queries": round(asked / TURN),
            }
            print(json.dumps(told), flush=True)


def _backend() -> float:
    """CPU seconds of the backend that serves this process's connection."""
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
