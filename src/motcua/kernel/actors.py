"""Who acts: one value that every action and every audience query takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a post lets its holder do. Kept in the database as this text."""

    ONE_STOP = "one_stop"
    CIVIL_SERVANT = "civil_servant"
    HEAD = "head"
    OUTREACH = "outreach"
    OPERATOR = "operator"
    FOCAL_POINT = "focal_point"


@dataclass(frozen=True, slots=True)
class Seat:
    """A post held now: where, and as what. ``instead_of``: the account of the absent officer it is held for."""

    post: int
    agency: int
    agency_code: str
    unit: int
    role: Role
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (citizen or business), an officer, or the system itself.

    ``account`` is the identity account's key; officers have ``seats``, evaluated when read, so that whoever
    joins a unit today sees today's work. ``identity_index`` is the blind index of the citizen ID: what was
    filed for this person at a counter is theirs as well.
    """

    kind: Literal["person", "officer", "system"]
    account: int | None = None
    name: str = ""
    seats: tuple[Seat, ...] = field(default=())
    identity_index: bytes | None = None

    def seats_as(self, *roles: Role) -> Iterable[Seat]:
        return (seat for seat in self.seats if seat.role in roles)

    def holds(self, *roles: Role) -> bool:
        return any(seat.role in roles for seat in self.seats)


SYSTEM = Actor(kind="system", name="Motcua")
ANYONE = Actor(kind="person")
