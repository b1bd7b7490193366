"""``motcua run``: everything on one machine, under one supervisor."""

from __future__ import annotations

import argparse
import os

NAME = "run"
HELP = "start Motcua with everything it needs, until Ctrl-C"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", default=os.environ.get("PORT"), help="web port; default $PORT or 8000, 0 for any"
    )
    parser.add_argument("--data", default=os.environ.get("DATA"), help="data folder; default $DATA or .data")
    parser.add_argument(
        "--host", default=os.environ.get("HOST"), help="address to listen on; default 127.0.0.1"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started us ends"
    )


def run(arguments: argparse.Namespace) -> int:
    from motcua.runtime.commands import ROOT
    from motcua.runtime.folder import parse_data
    from motcua.runtime.ports import parse_port
    from motcua.runtime.processes import end_with_parent
    from motcua.runtime.supervisor import Options, Supervisor

    if arguments.with_parent:
        end_with_parent()
    options = Options(
        port=parse_port(arguments.port),
        data=parse_data(arguments.data, ROOT),
        host=(arguments.host or "").strip() or "127.0.0.1",
        demo=os.environ.get("MOTCUA_DEMO", "1").lower() in {"1", "true", "yes", "on"},
    )
    Supervisor(options).run()
    return 0
