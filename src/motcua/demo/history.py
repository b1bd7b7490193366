"""The dossiers of the past two years, made by the same actions that the screens call, with every turn the law knows.

Nothing is written past the actions: codes, events, facts, slips, signatures and clocks are what they would have been,
with ``now`` given as it was then. What would have been deferred is done on the spot, mail excepted. Things happen in the
order of time over all dossiers that are made together, so numbers of agencies rise with time as they do in service.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from motcua.demo import filed, lives
from motcua.demo.cast import Cast
from motcua.demo.plan import FIRST, Planned
from motcua.kernel import jobs
from motcua.kernel.clock import VIETNAM

#: Joint dossiers: how many days ago, of whom, and the fate of each part in the order they are played.
_JOINT: tuple[tuple[int, str, str, dict[str, str]], ...] = (
    (60, "2.000986", "thao", {"birth": "returned", "residence": "returned", "insurance": "returned"}),
    (45, "2.002622", "binh", {"death": "returned", "removal": "returned", "funeral": "rejected"}),
    (30, "2.002622", "khanh", {"death": "returned", "removal": "returned", "funeral": "returned"}),
    (25, "2.000986", "yen", {"birth": "rejected", "insurance": "rejected"}),
    (7, "2.000986", "lan", {"birth": "returned", "insurance": "supplement", "residence": "processing"}),
    (3, "2.002622", "sung", {"death": "received"}),
    (1, "2.000986", "nga", {}),
)


def make(
    cast: Cast,
    planned: Sequence[Planned],
    *,
    joint: bool = False,
    tell: Callable[[int], None] = lambda number: None,
) -> int:
    """Make what is planned, with ``joint`` the joint dossiers too; how many, their parts not counted.

    ``tell`` is called with the number filed so far, at each that is filed.
    """
    cast.held.clear()
    together = [*(_joint(cast) if joint else ())]
    many = len(together) + len(planned)
    together += [lives.single(cast, one) for one in planned]
    with jobs.held() as cast.held:
        for number in _live(together):
            tell(number)
    return many


def _live(together: Iterable[Iterator[datetime]]) -> Iterator[int]:
    """Let lives go on side by side, always the one whose next moment is the earliest; counts those begun."""
    waiting = []
    for number, life in enumerate(together):
        first = next(life, None)
        if first is not None:
            waiting.append((first, number, life))
    heapq.heapify(waiting)
    begun: set[int] = set()
    while waiting:
        moment, number, life = heapq.heappop(waiting)
        following = next(life, None)
        if following is not None:
            heapq.heappush(waiting, (max(following, moment), number, life))
        if number not in begun:
            begun.add(number)
            yield len(begun)


def _joint(cast: Cast) -> Iterator[Iterator[datetime]]:
    """Joint dossiers in different states, the newest of Lan."""
    rng = random.Random(2025)  # noqa: S311 - demo data, no secret
    for days, code, username, fates in _JOINT:
        person = cast.by_name.get(username)
        if (FIRST, code) not in cast.cases or person is None:
            continue
        local = (cast.now - timedelta(days=days)).astimezone(VIETNAM)
        at = local.replace(hour=rng.randint(6, 21), minute=rng.randint(0, 59))
        case = filed.first_case(cast, FIRST, code)
        own = random.Random(rng.random())  # noqa: S311 - the same
        yield lives.joint(cast, person, case, FIRST, fates, min(at, cast.now - timedelta(minutes=30)), own)
