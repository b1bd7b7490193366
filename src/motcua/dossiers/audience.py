"""Who may see which dossier, as one queryset method (portals.md §5.5, rule 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q

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
        allowed = Q(pk__in=[])
        involved = Q(pk__in=[])
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
        units = self.model._meta.get_field("involvements").related_model._default_manager.filter(involved)
        return self.filter(allowed | Exists(units.filter(dossier=OuterRef("pk"))))


def own(actor: Actor) -> Q:
    """What is the person's own: filed under the account, or at a counter under the same citizen ID."""
    mine = Q(applicant=actor.account)
    if actor.identity_index is not None:
        mine |= Q(applicant_index=actor.identity_index)
    return mine
