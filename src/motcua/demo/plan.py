"""What the demo's past holds, before any of it is made: who is asked for what, when, and how it ends.

Pure, and the same for the same moment and number, so that the rest can be made in pieces, by other processes, later.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from motcua.kernel.clock import VIETNAM

SPAN = timedelta(days=2 * 365 - 2)
#: Within so long of now a dossier may still be anywhere on its way.
FRESH = timedelta(days=9)
MOST_FRESH = 60
#: As many are made at once, in one order of time over all agencies; of more, those of FIRST are made before the rest.
AT_ONCE = 400
#: The commune of the README's people. Nobody else's numbers are in its books, so they can be made first and stand.
FIRST = "H56.201"
COMMUNES = (FIRST, "H56.202", "H56.203")

#: How a dossier of the demo ends, and how often, by how old it is.
OLD = [
    ("returned", 66), ("completed", 5), ("consulted", 4), ("refused", 4), ("extended", 7), ("rejected", 3), ("withdrawn", 3),
    ("stopped", 2), ("transferred", 2), ("finished", 1), ("reopened", 3),
]  # fmt: skip
NEW = [
    ("registered", 16), ("received", 12), ("processing", 18), ("supplement", 9), ("payment", 5),
    ("proposed", 12), ("finished", 8), ("returned", 20), ("consulted", 5), ("stop_asked", 2), ("transferred", 2),
]  # fmt: skip
#: What happens once in the life of a dossier that comes to its result all the same.
BY_THE_WAY = frozenset({"completed", "consulted", "extended", "transferred", "reopened"})
_ASKED = [("1.001193", 26), ("1.004873", 20), ("2.000815", 22), ("1.001612", 14), ("1.013225", 8), ("1.000656", 4),
          ("2.000635", 6)]  # fmt: skip
_SEED = 1284
_NAMES = UUID("6f7a1b52-0d55-4c39-9a57-2f6f0c5a1284")


@dataclass(frozen=True, slots=True)
class Planned:
    """A dossier to be made. ``at`` is when it is filed online; a counter takes it when it is open next."""

    number: int
    at: datetime
    agency: str
    procedure: str
    online: bool
    fate: str

    @property
    def draft(self) -> UUID:
        """The key of its draft: whether it is there says whether the dossier was made."""
        return uuid5(_NAMES, str(self.number))

    def rng(self) -> random.Random:
        """Its own luck: it does not hang on what is made beside it."""
        return random.Random(f"{_SEED}:{self.number}")  # noqa: S311 - demo data, no secret


def plan(count: int, now: datetime, offered: Collection[tuple[str, str]]) -> list[Planned]:
    """``count`` dossiers in the order of their filing. ``offered``: (agency, procedure) that can be filed."""
    rng = random.Random(_SEED)  # noqa: S311 - the same
    fresh = min(MOST_FRESH, count)
    moments = sorted(
        _in_the_day(moment, now, rng)
        for moment in [
            *(now - SPAN * rng.random() ** 1.25 for _ in range(count - fresh)),
            *(now - FRESH * rng.random() for _ in range(fresh)),
        ]
    )
    shares = (5, 3, 2) if at_once(count) else (5, 8, 7)
    decks: dict[bool, list[str]] = {True: [], False: []}
    made = []
    for number, moment in enumerate(moments):
        agency = rng.choices(COMMUNES, weights=shares)[0]
        there = [(code, weight) for code, weight in _ASKED if (agency, code) in offered]
        code = rng.choices([code for code, _ in there], weights=[weight for _, weight in there])[0]
        # The share filed remotely grows with time, as the programme wants it to.
        online = rng.random() < 0.35 + 0.4 * (1 - (now - moment) / SPAN)
        made.append(Planned(number, moment, agency, code, online, _fate(decks, now - moment < FRESH, rng)))
    return made


def at_once(count: int) -> bool:
    """Whether so many are made in one go."""
    return count <= AT_ONCE


def parts(planned: Sequence[Planned]) -> tuple[list[Planned], list[Planned]]:
    """What is made before anybody comes, and what afterwards: each in the order of time."""
    if at_once(len(planned)):
        return list(planned), []
    return [p for p in planned if p.agency == FIRST], [p for p in planned if p.agency != FIRST]


def _in_the_day(moment: datetime, now: datetime, rng: random.Random) -> datetime:
    local = moment.astimezone(VIETNAM).replace(hour=rng.randint(6, 21), minute=rng.randint(0, 59))
    return min(local, now - timedelta(minutes=30))


def _fate(decks: dict[bool, list[str]], fresh: bool, rng: random.Random) -> str:
    """Drawn as from a deck of cards, so that a small demo meets the rare ones too."""
    deck = decks[fresh]
    if not deck:
        deck += [name for name, weight in (NEW if fresh else OLD) for _ in range(weight)]
        rng.shuffle(deck)
    return deck.pop()
