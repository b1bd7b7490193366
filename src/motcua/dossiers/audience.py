"""Who may see which dossier, as one queryset method (portals.md §5.5, rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from motcua.kernel.actors import Actor, Role
from motcua.kernel.models import GuardedQuerySet

if TYPE_CHECKING:
    from motcua.dossiers.models import Dossier  # noqa: F401 - named in a string: the class of rows


class DossierQuerySet(GuardedQuerySet["Dossier"]):
    """Dossiers, by audience."""

    def visible_to(self, actor: Actor) -> Self:
        """The dossiers that ``actor`` may open.

        A person: those filed for them, whoever keyed them. One-stop staff: those of their agency. A civil
        servant: those their unit answers for. A head: those of the agency and of all below it. Staff also see what
        their unit (a head: a unit of theirs) has been involved in. The system: all. Anybody else: none.
        """
        if actor.kind == "system":
            return self
        if actor.kind == "person":
            return self.filter(own(actor)) if actor.account is not None else self.none()
        return self.filter(_of_officer(actor))

    def visible_in_parts(self, actor: Actor, headed: Sequence[int]) -> list[Self]:
        """What :meth:`visible_to` gives an officer, as sets that each have an index: for a search through all of them.

        As one condition it is asked of every dossier there is, since no index serves "their own, or lent to them".
        ``headed``: the agencies that the officer heads, and those below them.
        """
        parts = [self.filter(agency__in=headed)] if headed else []
        lent = Q(pk__in=[])
        for seat in actor.seats:
            if seat.role == Role.ONE_STOP:
                parts.append(self.filter(agency=seat.agency))
                lent |= Q(unit=seat.unit)
            elif seat.role == Role.CIVIL_SERVANT:
                # The unit's agency is the dossier's, and is what the indexes begin with.
                parts.append(self.filter(agency=seat.agency, unit=seat.unit))
                lent |= Q(unit=seat.unit)
            elif seat.role == Role.HEAD:
                lent |= Q(agency=seat.agency)
        return [*parts, self.filter(pk__in=_lent(lent).values("dossier"))]


@lru_cache(maxsize=1024)
def _of_officer(actor: Actor) -> Q:
    """What an officer's seats open: told by the seats alone, and asked at every request."""
    allowed, involved = Q(pk__in=[]), Q(pk__in=[])
    for seat in actor.seats:
        if seat.role == Role.ONE_STOP:
            allowed |= Q(agency=seat.agency)
            involved |= Q(unit=seat.unit)
        elif seat.role == Role.CIVIL_SERVANT:
            allowed |= Q(unit=seat.unit)
            involved |= Q(unit=seat.unit)
        elif seat.role == Role.HEAD:
            allowed |= Q(agency=seat.agency) | Q(agency__code__startswith=f"{seat.agency_code}.")
            involved |= Q(agency=seat.agency)
    return allowed | Q(Exists(_lent(involved).filter(dossier=OuterRef("pk"))))


def _lent(involved: Q) -> QuerySet[Any]:
    """Rows of what units are involved in."""
    rows: QuerySet[Any] = apps.get_model("dossiers", "Involvement")._default_manager.all()
    return rows.filter(involved)


def own(actor: Actor) -> Q:
    """What is the person's own: filed under the account, or at a counter under the same citizen ID."""
    mine = Q(applicant=actor.account)
    if actor.identity_index is not None:
        mine |= Q(applicant_index=actor.identity_index)
    return mine
