"""``motcua worker``: does the jobs that actions left for later."""

from __future__ import annotations

import argparse
import os

NAME = "worker"
HELP = "work off the queue of jobs until told to stop"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at a time; default 2")
    parser.add_argument("--until-empty", action="store_true", help="stop when there is nothing left to do")


def run(arguments: argparse.Namespace) -> int:
    from motcua.cli import setup_django
    from motcua.runtime.processes import outlive_parent_at_most

    if "MOTCUA_SUPERVISED" in os.environ:
        outlive_parent_at_most(12)
    setup_django()
    from motcua.kernel.jobs import work

    work(concurrency=arguments.concurrency, wait=not arguments.until_empty)
    return 0
