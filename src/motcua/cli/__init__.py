"""The command line ``motcua``: every module in this package that has ``NAME`` is a verb.

A verb exports ``NAME``, ``HELP``, ``configure(parser)`` and ``run(arguments) -> int``. Only the chosen verb's
``run`` may import Django; importing the module must stay cheap, because the list of verbs imports them all.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Protocol, cast

from motcua.runtime.errors import CannotRun


class Verb(Protocol):
    """The shape of a verb's module."""

    NAME: str
    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def verbs() -> dict[str, Verb]:
    """All verbs by name, in alphabetical order."""
    found: dict[str, Verb] = {}
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        module: ModuleType = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "NAME"):
            verb = cast("Verb", module)
            if verb.NAME in found:
                raise ValueError(f"There are two verbs named {verb.NAME!r}.")
            found[verb.NAME] = verb
    return dict(sorted(found.items()))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="motcua", description="Một Cửa: portal, one-stop desk and adoption programme."
    )
    commands = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in verbs().items():
        sub = commands.add_parser(name, help=verb.HELP, description=verb.HELP)
        verb.configure(sub)
        sub.set_defaults(run=verb.run)
    return top


def setup_django() -> None:
    """Make the models usable; for verbs that need the database, called in their ``run``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motcua.config.settings")
    import django

    django.setup()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb. 0: done; 1: it could not be done, and one sentence says why; 2: wrong arguments."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except CannotRun as error:
        print(f"motcua: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
