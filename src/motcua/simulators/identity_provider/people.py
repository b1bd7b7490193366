"""The demo cast, read from ``demo/people.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GROUPS = ("citizen", "business", "staff")


class PeopleError(ValueError):
    """The file of people cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can sign in: ``claims`` as the national provider would state them (domain-data §2.5)."""

    username: str
    group: str
    about: str
    claims: dict[str, Any] = field(repr=False)

    @property
    def sub(self) -> str:
        return str(self.claims["sub"])

    @property
    def name(self) -> str:
        return str(self.claims["HoVaTen"])


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who can sign in, by username, and the PIN they share."""

    pin: str
    people: dict[str, DemoPerson]

    def group(self, name: str) -> Iterator[DemoPerson]:
        return (person for person in self.people.values() if person.group == name)

    @classmethod
    def load(cls, path: Path) -> Cast:
        """The cast in ``path``; raises :class:`PeopleError` with one sentence."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            people: dict[str, DemoPerson] = {}
            subjects: set[str] = set()
            for entry in document["people"]:
                person = DemoPerson(
                    entry["username"], entry["group"], entry.get("about", ""), entry["claims"]
                )
                if person.group not in GROUPS or not person.name or not person.sub:
                    raise PeopleError(f"{path}: {person.username} lacks a group, a name or a sub.")
                if person.username in people or person.sub in subjects:
                    raise PeopleError(f"{path}: {person.username} is there twice.")
                people[person.username] = person
                subjects.add(person.sub)
            return cls(str(document["pin"]), people)
        except OSError as error:
            raise PeopleError(f"Cannot read {path}: {error.strerror}.") from error
        except json.JSONDecodeError as error:
            raise PeopleError(f"{path} is not JSON: {error}.") from error
        except (KeyError, TypeError) as error:
            raise PeopleError(f"{path} does not have the shape of demo/people.json: {error!r}.") from error
