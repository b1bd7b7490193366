"""Advice on wording, part by part; it never stands in the way of publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from motcua.catalogue.known_data import known_data
from motcua.eforms import advice


@dataclass(frozen=True)
class Hints:
    """``by_part``: sentences by the id of a section, or of a question by its path; ``count`` of all of them."""

    by_part: Mapping[str, list[str]]
    count: int

    def of_field(self, name: str) -> list[str]:
        """Of a question and what is inside it."""
        inner = f"{name}."
        return [
            text
            for where, said in self.by_part.items()
            if where == name or where.startswith(inner)
            for text in said
        ]


def hints(key: str, definition: Mapping[str, Any], lang: str) -> Hints:
    """What a plain checker finds in the words of a form; some of it is a matter of taste."""
    found: dict[str, list[str]] = {}
    for one in advice.advise(dict(definition), known_data(key)):
        found.setdefault(one.where, []).append(advice.say(one, lang))
    return Hints(found, sum(map(len, found.values())))
