"""What a joint procedure combines, as data: its parts, where each is decided, and what it is given. Pure.

A part gets what its plan names of the shared answers and papers, and nothing else: the plan is also what the officers
of a part see of them. A part that ``needs`` another begins when the other has its result; one that only takes a fact of
it begins at once, and waits with its proposal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

Answers = Mapping[str, Any]
#: Facts of results, by key of the part whose result it is.
Facts = Mapping[str, Mapping[str, Any]]
#: An answer of the shared form in Vietnamese words.
Words = Callable[[str], str]

_SLOT = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)?)\}")


class BadPlan(ValueError):
    """A plan that cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True)
class PartPlan:
    """A part. ``at``: "own" (the agency that received the request), "other" (another one that offers the procedure),
    or "ward:<field>" (the one of the commune of an address).

    ``answers``: by field of the part, where its answer comes from: a shared field, or a table with one of ``fact``
    ("birth.citizen_id"), ``text`` (with ``{slots}``), ``words`` (a choice in words) or ``rows``. ``papers``: component of
    the part to component of the whole. ``open``: required fields of the part's form that a joint request does not ask.
    """

    key: str
    code: str
    at: str
    answers: Mapping[str, Any]
    papers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def ward_of(self) -> str:
        """The address field whose commune decides, or empty."""
        return self.at.removeprefix("ward:") if self.at.startswith("ward:") else ""

    @property
    def takes_from(self) -> frozenset[str]:
        """Keys of the parts whose results state something this part is told."""
        return frozenset(fact.partition(".")[0] for fact in facts_in(self.answers))

    @property
    def from_results(self) -> frozenset[str]:
        """The part's fields that results of other parts answer."""
        return frozenset(name for name, source in self.answers.items() if facts_in({name: source}))

    def made_from(self, shared: Iterable[str]) -> frozenset[str]:
        """The part's fields whose answers are made from any of these shared fields."""
        wanted = set(shared)
        return frozenset(
            name for name, source in self.answers.items() if wanted & set(_fields_in({name: source}))
        )

    @property
    def shared(self) -> frozenset[str]:
        """The shared fields that this part is given anything of."""
        return frozenset(_fields_in(self.answers))


@dataclass(frozen=True)
class Plan:
    """A joint procedure and its parts, in the order people are told of them."""

    code: str
    parts: tuple[PartPlan, ...]

    @cached_property
    def _by_key(self) -> dict[str, PartPlan]:
        return {part.key: part for part in self.parts}

    def part(self, key: str) -> PartPlan | None:
        """A part by its key; None for one that a later plan no longer has."""
        return self._by_key.get(key)

    def rank(self, key: str) -> int:
        """Place of a part among the others; unknown ones last."""
        return list(self._by_key).index(key) if key in self._by_key else len(self.parts)


def _sources(value: Any) -> list[Any]:
    """A source and, of rows, the sources of their cells."""
    if isinstance(value, Mapping) and "rows" in value:
        return [source for row in value["rows"] for source in row.values()]
    return [value]


def _slots(value: Any) -> list[str]:
    return _SLOT.findall(value["text"]) if isinstance(value, Mapping) and "text" in value else []


def facts_in(answers: Mapping[str, Any]) -> list[str]:
    """Every fact that answers are made from."""
    found = []
    for value in (source for given in answers.values() for source in _sources(given)):
        found += [slot for slot in _slots(value) if "." in slot]
        if isinstance(value, Mapping) and "fact" in value:
            found.append(value["fact"])
    return found


def _fields_in(answers: Mapping[str, Any]) -> list[str]:
    found = []
    for value in (source for given in answers.values() for source in _sources(given)):
        if isinstance(value, str):
            found.append(value)
        elif "words" in value:
            found.append(value["words"])
        found += [slot for slot in _slots(value) if "." not in slot]
    return found


def answers_for(part: PartPlan, shared: Answers, facts: Facts, words: Words) -> dict[str, Any]:
    """The answers of a part, from the shared ones (cleaned) and what results say so far; what is unknown is left out."""
    found = {name: _value(source, shared, facts, words) for name, source in part.answers.items()}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _value(source: Any, shared: Answers, facts: Facts, words: Words) -> Any:
    if isinstance(source, str):
        return shared.get(source)
    if "fact" in source:
        key, _, name = source["fact"].partition(".")
        return facts.get(key, {}).get(name)
    if "words" in source:
        return words(source["words"])
    if "rows" in source:
        rows = (
            {name: _value(cell, shared, facts, words) for name, cell in row.items()} for row in source["rows"]
        )
        return [{name: value for name, value in row.items() if value not in (None, "")} for row in rows]
    return _text(source["text"], facts, words)


def _text(text: str, facts: Facts, words: Words) -> str | None:
    """A text with its slots filled; None while a slot has nothing to say."""
    unknown = False

    def fill(slot: re.Match[str]) -> str:
        nonlocal unknown
        key, dot, name = slot[1].partition(".")
        said = str(facts.get(key, {}).get(name) or "") if dot else words(key)
        unknown = unknown or not said
        return said

    filled = _SLOT.sub(fill, text)
    return None if unknown else filled


def read(data: Mapping[str, Any]) -> Plan:
    """A plan from its TOML; raises :class:`BadPlan`."""
    code = str(data.get("code", ""))
    parts = tuple(_part(code, given) for given in data.get("part", ()))
    keys = [part.key for part in parts]
    if len(parts) < 2 or len(set(keys)) != len(keys):
        raise BadPlan(f"{code}: a joint procedure has two parts or more, each with a key of its own")
    for number, part in enumerate(parts):
        # Only on parts before it: so no two parts can wait for each other.
        if unknown := (set(part.needs) | part.takes_from) - set(keys[:number]):
            raise BadPlan(
                f"{code}/{part.key}: takes from {', '.join(sorted(unknown))}, which is no part before it"
            )
    return Plan(code, parts)


_PART = frozenset({"key", "code", "at", "same", "answers", "papers", "needs", "open"})


def _part(code: str, data: Mapping[str, Any]) -> PartPlan:
    if unknown := set(data) - _PART:
        raise BadPlan(f"{code}: unknown words in a part: {', '.join(sorted(unknown))}")
    at = str(data.get("at", ""))
    if at not in ("own", "other") and not at.startswith("ward:"):
        raise BadPlan(f"{code}/{data.get('key')}: at is own, other or ward:<field>")
    answers = {**{name: name for name in data.get("same", ())}, **data.get("answers", {})}
    for name, source in answers.items():
        for one in _sources(source):
            if not isinstance(one, str) and not {"fact", "text", "words"} & set(one):
                raise BadPlan(f"{code}/{data.get('key')}: no source for {name}")
    return PartPlan(
        key=str(data["key"]),
        code=str(data["code"]),
        at=at,
        answers=answers,
        papers=dict(data.get("papers", {})),
        needs=tuple(data.get("needs", ())),
        open=tuple(data.get("open", ())),
    )


@cache
def plans() -> Mapping[str, Plan]:
    """Every joint procedure, by national code."""
    files = resources.files("motcua.dossiers.joint").iterdir()
    found = [
        read(tomllib.loads(file.read_text("utf-8")))
        for file in sorted(files, key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    return {plan.code: plan for plan in found}


def plan_of(code: str) -> Plan | None:
    """The plan of a procedure; None for one that stands alone."""
    return plans().get(code)
