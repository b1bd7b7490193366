"""``make soak``: hours of ordinary work at a steady rate, and a judge who says what grew.

PostgreSQL (fsync on), granian and one worker as `make run` starts them, the mail catcher, and a client that files,
receives, opens, lists, searches, tracks and sends files over HTTP. Every few seconds memory, descriptors, connections, queue, tables,
files and latency are looked at. Prints a table, writes ``build/soak.json``, and ends with 1 and a sentence for each
thing that grew, got lost or failed. docs/performance.md reads it. Linux only: what processes hold is read from /proc.

    tests/soak/run.py [--quick] [--minutes 60] [--rate 12] [--size 10000] [--every 5]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import house  # noqa: E402 - the path above is what makes it importable


def main() -> int:
    options = _options()
    if not Path("/proc/self/smaps_rollup").exists():
        raise SystemExit("soak: this system has no /proc/<pid>/smaps_rollup; it takes Linux 4.14 or later")
    folder, logs = ROOT / "build" / f"soak-{os.getpid()}", ROOT / "build" / "soak-log"
    shutil.rmtree(logs, ignore_errors=True)
    with house.database(folder, keep=False) as cluster:
        port = house.free_port("127.0.0.1")
        env = house.environment(cluster, folder, port)
        os.environ.update(env | {"MOTCUA_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        from motcua.kernel.clock import now as clock_now
        from motcua.runtime.prepare import collect_static, static_needed
        from tests.bench import data
        from tests.soak.soaking import Plan, soak, with_addresses

        now = clock_now()
        data.prepare(now)
        if static_needed():
            collect_static()
        world = data.people(now)
        with_addresses(world)
        data.dossiers(world, options.size, now, admin=cluster.url(admin=True))
        seconds = options.minutes * 60
        plan = Plan(seconds, options.rate, every=options.every, warm=min(300.0, seconds / 4))
        _tell(
            f"{options.size:,} dossiers made; {options.rate:g} requests a second for {options.minutes:g} min"
        )
        done = soak(plan, world, env, folder=folder, logs=logs, port=port, now=now, tell=_tell)
    return _report(options, plan.warm, done)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="four minutes")
    parser.add_argument("--minutes", type=float, help="length of the load (default 60)")
    parser.add_argument("--rate", type=float, default=12, help="requests a second (default 12)")
    parser.add_argument(
        "--size", type=int, default=10_000, help="dossiers in the database before (default 10000)"
    )
    parser.add_argument("--every", type=float, default=5, help="seconds between two looks (default 5)")
    parser.add_argument("--json", default=str(ROOT / "build" / "soak.json"), help="where the figures go")
    options = parser.parse_args()
    options.minutes = options.minutes or (4 if options.quick else 60)
    return options


def _report(options: argparse.Namespace, warm: float, done: Any) -> int:
    """The table, the file, and the sentences."""
    from tests.soak.judging import slower, table

    settled = [one for one in done.samples if one.at >= warm]
    rows = [("", "second third", "last third"), *table(settled)]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    print("\n".join(f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in rows))
    print("\nanswers: " + ", ".join(f"{name} {many:,}" for name, many in sorted(done.statuses.items())))
    print(f"the worker was done {done.seconds_after:.0f} s after the last request")
    path = Path(options.json)
    path.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "machine": f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "options": vars(options),
        "table": rows[1:],
        "found": list(done.found),
        "statuses": done.statuses,
        "samples": [asdict(one) for one in done.samples],
    }
    path.write_text(json.dumps(figures, indent=1) + "\n")
    _tell(f"written to {path}")
    if note := slower(settled)[1]:
        _tell(note)
    for sentence in done.found:
        _tell(sentence)
    _tell("something is wrong" if done.found else "nothing grew, nothing was lost, nothing failed")
    return 1 if done.found else 0


def _tell(text: str) -> None:
    print(f"soak: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
