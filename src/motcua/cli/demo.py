"""``motcua demo``: the demo province with its people and its past two years."""

from __future__ import annotations

import argparse

NAME = "demo"
HELP = "make the demo province: agencies, staff, citizens and 2,000 dossiers (demo mode only)"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there are dossiers already")
    parser.add_argument("--dossiers", type=int, default=2000, help="how many; default 2000")
    parser.add_argument(
        "--go-on", action="store_true", help="of many, make the first part and leave the rest to the worker"
    )


def run(arguments: argparse.Namespace) -> int:
    from motcua.cli import setup_django

    setup_django()
    from django.conf import settings

    from motcua.runtime.errors import CannotRun

    if not settings.DEMO:
        raise CannotRun(
            "Demo data is made in demo mode only: set MOTCUA_DEMO=1, never on a real installation."
        )
    from motcua.demo.seed import seed

    seed(dossiers=arguments.dossiers, if_empty=arguments.if_empty, go_on=arguments.go_on)
    return 0
