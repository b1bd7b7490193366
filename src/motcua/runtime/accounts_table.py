"""The demo accounts, as a table for the terminal."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

PEOPLE = Path(__file__).resolve().parents[1] / "demo" / "people.json"
PER_GROUP = 6
_GROUPS = {"citizen": "citizen", "business": "business", "staff": "officer"}


def table(people: Path = PEOPLE) -> str:
    """Username, kind and part of the first accounts of each kind and of who runs the system, and the PIN they all share.

    The named cast stands first in the file; the rest of the 40 or so only fills the province.
    """
    try:
        document = json.loads(people.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "Demo accounts: see docs/running.md"
    rows = []
    for group, word in _GROUPS.items():
        members = [person for person in document["people"] if person["group"] == group]
        rows += [
            (person["username"], word, str(person["claims"]["HoVaTen"]), str(person.get("about", "")))
            for place, person in enumerate(members)
            if place < PER_GROUP or person.get("staff", {}).get("role") == "operator"
        ]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    lines = [f"Demo accounts (choose one at sign-in; PIN {document['pin']} for all):"]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append("  " + "  ".join([*cells, row[3]]).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns a text takes on a terminal: letters with their marks are one."""
    return len(unicodedata.normalize("NFC", text))
