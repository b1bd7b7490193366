"""What automatic steps do, inside the transaction that comes to them: database work only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import SYSTEM
from motcua.processing.events import NOTIFIED, RETURNED, TAKEN_UP
from motcua.results import actions as results

Doing = Callable[[Dossier, datetime], None]


def hand_over(dossier: Dossier, now: datetime) -> None:
    """A received dossier is in processing from now on (NĐ 118/2025 art. 18)."""
    if dossier.status == Status.RECEIVED:
        filing.step_to(dossier, "hand_over", TAKEN_UP, actor=SYSTEM, now=now)


def notify(dossier: Dossier, now: datetime) -> None:
    """Tell the applicant how far the dossier is (the notice follows the event, after the commit)."""
    filing.record(dossier, NOTIFIED, actor=SYSTEM, now=now)


def return_online(dossier: Dossier, now: datetime) -> None:
    """An electronic result is returned as soon as it is signed: it lies in the owner's data store."""
    dossier.returned_at = now
    filing.step_to(dossier, "return_result", RETURNED, actor=SYSTEM, now=now, also=("returned_at",))
    results.keep_for_owner(dossier, now=now)


def open_parts(dossier: Dossier, now: datetime) -> None:
    """A joint request is received: its parts are opened, and it goes on and ends with them."""
    from motcua.processing.joint.opening import open_parts as open_them  # opens steps itself, which lead here

    open_them(dossier, now)


_DOINGS: dict[str, Doing] = {
    "hand_over": hand_over,
    "notify": notify,
    "return_online": return_online,
    "open_parts": open_parts,
}


def automatic(name: str) -> Doing:
    """What an automatic step of this name does; publication has refused every other name."""
    return _DOINGS[name]
