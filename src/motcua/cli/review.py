"""`motcua review report`: every detailed procedure judged, and where the national data say otherwise. Needs no database."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import date

NAME = "review"
HELP = "judge every procedure described in detail; list where the national data say another level, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="review_command", metavar="COMMAND", required=True)
    command = commands.add_parser("report", help="all described procedures beside the level the data state")
    command.add_argument(
        "--date", default=None, help="day whose law applies, like 2023-04-10 (default: 2026-07-01)"
    )
    command.add_argument("--all", action="store_true", help="list those that agree too")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.add_argument("--lang", choices=("vi", "en"), default="vi", help="language (default: vi)")


def run(args: argparse.Namespace) -> int:
    from motcua.law.registry import NoParameterError, load
    from motcua.programme.review.comparison import ASSUMPTIONS, Compared, compare

    try:
        on = date.fromisoformat(args.date or "2026-07-01")
        rows = [compare(code, name, definition, load(), on) for code, name, definition in _described()]
    except (ValueError, NoParameterError) as error:
        print(f"review: {error}", file=sys.stderr)
        return 2
    english = args.lang == "en"

    def shown(row: Compared) -> dict[str, object]:
        return {
            "code": row.code or None,
            "name": row.name,
            "stated": row.stated,
            "certain": row.certain,
            "judged": row.judged,
            "explanation": row.explained(english=english) or None,
            "assumed": [ASSUMPTIONS[key][english] for key in row.assumed],
            "reasons": list(row.reasons),
        }

    chosen = [row for row in rows if args.all or not row.agrees]
    if args.json:
        json.dump(
            {"date": on.isoformat(), "procedures": len(rows), "rows": [shown(row) for row in chosen]},
            sys.stdout,
            ensure_ascii=False,
            indent=1,
        )
        print()
        return 0
    counts = Counter((row.stated, row.judged) for row in rows)
    differ = sum(1 for row in rows if not row.agrees)
    print(f"{len(rows)} procedures, law of {on}: {len(rows) - differ} agree, {differ} differ")
    for (stated, judged), count in sorted(counts.items()):
        print(f"  {stated:12} → {judged:12} {count:4}")
    for row in chosen:
        sure = "" if row.certain else " (unverified)"
        print(
            f"\n{row.code or '(no code)':9} {row.name}\n          {row.stated}{sure} → {row.judged}: {row.explained(english=english) or '='}"
        )
    print(
        "\n"
        + ("Assumed: " if english else "Giả định: ")
        + "; ".join(words[english] for words in ASSUMPTIONS.values())
        + "."
    )
    return 0


def _described() -> list[tuple[str, str, dict[str, object]]]:
    """All detailed descriptions of the bundled data, those without a code included."""
    from motcua.catalogue.importing import bundled_sources, definition_of

    return [
        (str(detail.get("national_code") or ""), str(detail["name"]), definition_of(detail).document())
        for detail in bundled_sources().details
    ]
