"""`motcua catalogue import`: bring the published procedures into the database, or only say what that would find."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from motcua.catalogue.records import OddRow
from motcua.runtime.errors import CannotRun

NAME = "catalogue"
HELP = "import the catalogue of procedures; report every odd row"


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="catalogue_command", metavar="COMMAND", required=True)
    command = commands.add_parser("import", help="import the bundled national data (idempotent)")
    command.add_argument("--dry-run", action="store_true", help="read and report only; needs no database")
    command.add_argument(
        "--report", metavar="FILE", type=Path, help="write every odd row to FILE (.json, .jsonl or .tsv)"
    )
    command.add_argument("--quiet", action="store_true", help="print the summary without the odd rows")


def run(args: argparse.Namespace) -> int:
    from motcua.catalogue.importing import bundled_sources, parse

    parsed = parse(bundled_sources())
    detailed = sum(1 for record in parsed.procedures if record.definition)
    print(f"{len(parsed.procedures):6} procedures, {detailed} of them detailed")
    print(f"{len(parsed.sectors):6} sectors, {len(parsed.life_events)} life events")
    print(f"{len(parsed.replacements):6} papers replaced by databases")
    print(f"{len(parsed.odd):6} odd rows")
    _summary(parsed.odd)
    if args.report:
        try:
            write_report(args.report, parsed.odd)
        except OSError as error:
            raise CannotRun(f"The report cannot be written to {args.report}: {error.strerror}.") from error
        print(f"\nEvery odd row: {args.report}")
    elif not args.quiet:
        print()
        for odd in parsed.odd:
            print(f"{odd.dataset:9} {odd.row:24} {odd.reason:27} {odd.handling:10} {odd.detail[:120]}")
    if args.dry_run:
        print("\nDry run: nothing was written.")
        return 0

    from motcua.cli import setup_django

    setup_django()
    from motcua.catalogue.actions import import_catalogue
    from motcua.kernel.actors import SYSTEM

    done = import_catalogue(actor=SYSTEM, parsed=parsed, now=datetime.now(UTC))
    print(
        f"\nWritten: {done.procedures_added} procedures added, {done.procedures_changed} changed, "
        f"{done.procedures_delisted} no longer listed; {done.versions_published} versions published; "
        f"{done.replacements} paper rows; {done.life_events} life events."
    )
    return 0


def _summary(odd_rows: Sequence[OddRow]) -> None:
    counts = Counter((odd.dataset, odd.reason, str(odd.handling)) for odd in odd_rows)
    print(f"\n{'dataset':9} {'reason':27} {'handling':10} {'rows':>5}")
    for (dataset, reason, handling), count in sorted(counts.items()):
        print(f"{dataset:9} {reason:27} {handling:10} {count:5}")


def write_report(path: Path, odd_rows: Sequence[OddRow]) -> None:
    """One object a row in JSON, a line each in JSON Lines, or tab-separated columns, by the file's ending."""
    rows = [
        {
            "dataset": o.dataset,
            "row": o.row,
            "reason": o.reason,
            "handling": str(o.handling),
            "detail": o.detail,
        }
        for o in odd_rows
    ]
    if path.suffix == ".json":
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    elif path.suffix == ".jsonl":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = "dataset\trow\treason\thandling\tdetail\n" + "".join(
            "\t".join(" ".join(value.split()) for value in row.values()) + "\n" for row in rows
        )
    path.write_text(text, encoding="utf-8")
