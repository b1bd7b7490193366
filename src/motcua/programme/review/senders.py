"""Who owes the Ministry a list on a day: 22 ministries and 63 provinces in April 2023, 17 and 34 since 1 July 2025."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal

from motcua.kernel.text import sort_key

Kind = Literal["ministry", "province"]
ALWAYS: Final = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Sender:
    """A ministry, a ministerial agency or a province, for the days on which it exists."""

    key: str
    kind: Kind
    name: str
    code: str
    code_confidence: str
    confidence: str
    valid_from: date
    valid_to: date
    successor: str

    def exists(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to


@cache
def every() -> tuple[Sender, ...]:
    """All of them, as shipped. ValueError names a row that is wrong."""
    text = (resources.files("motcua.programme.review") / "data" / "senders.toml").read_text(encoding="utf-8")
    found = []
    for row in tomllib.loads(text)["sender"]:
        if row["kind"] not in {"ministry", "province"}:
            raise ValueError(f"{row['key']}: unknown kind {row['kind']!r}")
        found.append(
            Sender(
                row["key"],
                row["kind"],
                row["name"],
                row.get("code", ""),
                row.get("code_confidence", ""),
                row["confidence"],
                row.get("valid_from", ALWAYS[0]),
                row.get("valid_to", ALWAYS[1]),
                row.get("successor", ""),
            )
        )
    if len({one.key for one in found}) != len(found):
        raise ValueError("senders.toml: a key stands twice")
    return tuple(found)


def on_day(day: date) -> list[Sender]:
    """Those that exist on a day: ministries first, then provinces, each in dictionary order."""
    found = [one for one in every() if one.exists(day)]
    return sorted(found, key=lambda one: (one.kind != "ministry", sort_key(one.name)))


def by_key(key: str) -> Sender | None:
    return next((one for one in every() if one.key == key), None)
