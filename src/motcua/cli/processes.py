"""``motcua processes``: the processes that ship, and publishing them where a procedure has none of its own."""

from __future__ import annotations

import argparse

NAME = "processes"
HELP = "list the processes that ship; publish them for procedures that have none of their own"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--publish",
        action="store_true",
        help="publish them; dossiers that are open stay on the process they follow",
    )
    parser.add_argument("codes", nargs="*", metavar="CODE", help="national codes; all of them without one")


def run(arguments: argparse.Namespace) -> int:
    from motcua.cli import setup_django

    setup_django()
    from motcua.kernel.clock import now
    from motcua.processing.library import publish_shipped, shipped
    from motcua.runtime.errors import CannotRun

    found = shipped()
    unknown = sorted(set(arguments.codes) - found.keys())
    if unknown:
        raise CannotRun(f"No process ships for {', '.join(unknown)}. `motcua processes` lists those that do.")
    wanted = arguments.codes or list(found)
    if not arguments.publish:
        for code in wanted:
            print(f"{code}  {len(found[code].steps):2} steps  {found[code].name}")
        return 0
    print(
        f"{publish_shipped(now(), wanted)} published; cases that have a process of their own were left alone."
    )
    return 0
