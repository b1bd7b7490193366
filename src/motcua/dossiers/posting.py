"""What comes and goes by public post (NĐ 118/2025 art. 16): the envelope as its slip has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from motcua.dossiers.models import Dossier, Posting
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import NotAllowed, Refused


@dataclass(frozen=True, slots=True)
class Envelope:
    """``number``: of the post's slip. ``party``: who sent it in, or to whom it goes. ``posted``: handed to the post;
    ``arrived``: reached the agency (for what comes in)."""

    number: str
    party: str
    address: str = ""
    posted: date | None = None
    arrived: date | None = None


def keep_posting(dossier: Dossier, envelope: Envelope, *, way: str, actor: Actor, now: datetime) -> Posting:
    """Enter an envelope; part of the action that received or sent it. Raises :class:`Refused` for what cannot be."""
    if actor.account is None:
        raise NotAllowed("dossier.unknown")
    number = "".join(envelope.number.split()).upper()
    today = local_day(now)
    if not number:
        raise Refused("post.number_needed")
    if not envelope.party.strip() or (way == Posting.Way.OUT and not envelope.address.strip()):
        raise Refused("post.incomplete")
    posted, arrived = envelope.posted, envelope.arrived
    if way == Posting.Way.IN and arrived is None:
        raise Refused("post.incomplete")
    if any(day is not None and day > today for day in (posted, arrived)) or (
        posted is not None and arrived is not None and arrived < posted
    ):
        raise Refused("post.dates")
    return Posting.objects.create(
        dossier=dossier,
        way=way,
        number=number[:40],
        party=envelope.party.strip()[:200],
        address=envelope.address.strip()[:300],
        posted_on=posted,
        arrived_on=arrived,
        at=now,
        by_id=actor.account,
    )
