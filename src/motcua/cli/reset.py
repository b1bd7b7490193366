"""``motcua reset``: forget everything, to start anew."""

from __future__ import annotations

import argparse
import os

NAME = "reset"
HELP = "delete the data folder and its database, so that the next start is the first"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", default=os.environ.get("DATA"), help="data folder; default $DATA or .data")
    parser.add_argument("--yes", action="store_true", help="also when the folder is not a demo")


def run(arguments: argparse.Namespace) -> int:
    from motcua.runtime.commands import ROOT
    from motcua.runtime.errors import CannotRun
    from motcua.runtime.folder import MARKER, DataFolder, parse_data

    folder = DataFolder(parse_data(arguments.data, ROOT))
    if not folder.path.exists():
        print(f"Nothing to reset: {folder.path} does not exist.")
        return 0
    about = folder.about()
    if about is None:
        raise CannotRun(
            f"{folder.path} is not a data folder of Motcua (it has no {MARKER}), so nothing was deleted. "
            f"Name the right one: DATA=/some/dir make reset."
        )
    if not about.get("demo") and not arguments.yes:
        raise CannotRun(
            f"{folder.path} is not a demo: it may hold people's dossiers. Nothing was deleted. If you mean it: "
            f".venv/bin/motcua reset --yes --data {folder.path}"
        )
    for path in folder.remove():
        print(f"Deleted {path}")
    if os.environ.get("DATABASE_URL"):
        print("The database of DATABASE_URL was not touched.")
    print("The next `make run` starts anew.")
    return 0
