"""Write src/motcua/kernel/data/holidays_vn.toml from the `holidays` package.

    python tools/seed_holidays.py [--first 2023] [--last 2030] [--check]

The package is the seed, not the authority: what it misses is patched below, each patch with the official
letter, and years without a proclaimed list are marked provisional. `--check` writes nothing and fails
when the file differs from what would be written.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

import holidays

TARGET = Path(__file__).parents[1] / "src/motcua/kernel/data/holidays_vn.toml"

# Swaps the package lacks: (day off, make-up day). Official letter 12729/VPCP-KGVX of 25/12/2025.
PATCHED_SWAPS = [(date(2026, 1, 2), date(2026, 1, 10))]

# First year whose holiday list the Prime Minister has not yet proclaimed.
PROVISIONAL_FROM = date(2027, 1, 1)

_SWAP = re.compile(r"\(thay cho ngày (\d\d/\d\d/\d{4})\)")


def rows(first: int, last: int) -> tuple[list[str], list[str]]:
    """TOML lines of the days off and of the make-up days, in order of date."""
    years = range(first, last + 1)
    vietnamese = holidays.country_holidays("VN", years=years, language="vi")
    english = holidays.country_holidays("VN", years=years, language="en_US")
    off: dict[date, str] = {}
    swaps = dict(PATCHED_SWAPS)
    for day, title in vietnamese.items():
        if match := _SWAP.search(title):
            swaps[day] = datetime.strptime(match[1], "%d/%m/%Y").date()  # noqa: DTZ007 - a date, not a moment
            continue
        kind = "observed" if title.endswith("(nghỉ bù)") else "holiday"
        off[day] = f'{{ date = {day}, kind = "{kind}", vi = "{title}", en = "{english[day]}" }}'
    for day, made_up in swaps.items():
        off[day] = (
            f'{{ date = {day}, kind = "swap", instead_of = {made_up}, '
            f'vi = "Nghỉ hoán đổi, làm bù ngày {made_up:%d/%m/%Y}", '
            f'en = "Day off exchanged for {made_up}" }}'
        )
    make_up = {made_up: f"{{ date = {made_up}, instead_of = {day} }}" for day, made_up in swaps.items()}
    return [off[day] for day in sorted(off)], [make_up[day] for day in sorted(make_up)]


def render(first: int, last: int) -> str:
    off, make_up = rows(first, last)
    lines = [
        "# Days off and make-up days of Viet Nam. Made by tools/seed_holidays.py; change that, not this.",
        f'seeded_from = "holidays {version("holidays")}"',
        f"first = {first}-01-01",
        f"last = {last}-12-31",
        "# From here on the list is expected, not yet proclaimed.",
        f"provisional_from = {PROVISIONAL_FROM}",
        "",
        "# kind: holiday by law; observed in lieu of a weekend holiday; swap, with its make-up day.",
        "days_off = [",
        *(f"    {line}," for line in off),
        "]",
        "",
        "# Worked although off by the week, with the hours of the weekday of instead_of.",
        "make_up_days = [",
        *(f"    {line}," for line in make_up),
        "]",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=2023)
    parser.add_argument("--last", type=int, default=2030)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    text = render(args.first, args.last)
    if args.check:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("holidays_vn.toml differs: run python tools/seed_holidays.py\n")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
