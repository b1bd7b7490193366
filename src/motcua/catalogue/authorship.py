"""Who may write what a procedure is dealt with by: as for calendars, one's writ runs to one's own agency and all below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from motcua.catalogue.models import Service
from motcua.kernel.actors import Actor, Role
from motcua.organisations.models import Agency


@dataclass(frozen=True, slots=True)
class Author:
    """What somebody may do about a process or a form: read it, write it."""

    reads: bool
    writes: bool


def reach(actor: Actor) -> list[str]:
    """Codes of the agencies the actor heads or operates: theirs, and all below."""
    return [seat.agency_code for seat in actor.seats_as(Role.HEAD, Role.OPERATOR)]


def author_among(actor: Actor, offering: Sequence[str]) -> Author:
    """Who writes heads or operates *all* agencies that offer the procedure, who reads one of them.

    What nobody offers yet is prepared at the top: by those who head or operate an agency that is under no other.
    """
    if not offering:
        return Author(top(actor), top(actor))
    found = [_within(offering, code) for code in reach(actor)]
    return Author(any(any(one) for one in found), any(one and all(one) for one in found))


def top(actor: Actor) -> bool:
    """Whether the actor heads or operates an agency that is under no other."""
    return any("." not in code for code in reach(actor))


def writing(offering: Sequence[str]) -> list[str]:
    """Codes of the agencies whose heads and operators may write what these agencies offer (:func:`author_among`)."""
    if not offering:
        return list(Agency.objects.exclude(code__contains=".").values_list("code", flat=True))
    parts = offering[0].split(".")
    above = [".".join(parts[: length + 1]) for length in range(len(parts))]
    return [code for code in above if all(_within(offering, code))]


def offering(procedures: Iterable[int]) -> list[str]:
    """Codes of the agencies that offer any of the procedures."""
    services = Service.objects.filter(procedure__in=list(procedures), active=True)
    return list(services.order_by("agency__code").values_list("agency__code", flat=True).distinct())


def offered_within(actor: Actor) -> QuerySet[Service]:
    """What is offered by the agencies the actor reaches."""
    wanted = Q(pk__in=[])
    for code in reach(actor):
        wanted |= Q(agency__code=code) | Q(agency__code__startswith=f"{code}.")
    return Service.objects.filter(wanted, active=True)


def _within(codes: Iterable[str], above: str) -> list[bool]:
    # With its dot: H56.2 is not above H56.20.
    return [f"{code}.".startswith(f"{above}.") for code in codes]
