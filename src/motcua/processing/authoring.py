"""Who may write processes, what is being written, and which process a case follows: reads for the studio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from motcua.catalogue.models import ProcedureCase, Service
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor, Role
from motcua.kernel.models import Event
from motcua.kernel.refusals import NotAllowed
from motcua.processing import tables
from motcua.processing.definitions import current_process, process
from motcua.processing.models import ProcessDraft, ProcessVersion, StepRun
from motcua.processing.tables import Table


@dataclass(frozen=True, slots=True)
class Author:
    """What somebody may do about the process of a case: read it, write it."""

    reads: bool
    writes: bool


def _reach(actor: Actor) -> list[str]:
    return [seat.agency_code for seat in actor.seats_as(Role.HEAD, Role.OPERATOR)]


def _within(codes: Iterable[str], above: str) -> list[bool]:
    # With its dot: H56.2 is not above H56.20.
    return [f"{code}.".startswith(f"{above}.") for code in codes]


def author(actor: Actor, case: int | None) -> Author:
    """As for calendars, one's writ runs to one's own agency and all below: who writes a process heads or operates all
    agencies that offer the procedure, who reads it one of them. The general one: operators write, all of them read.
    """
    above = _reach(actor)
    if case is None:
        return Author(bool(above), actor.holds(Role.OPERATOR))
    offering = offering_codes(case)
    found = [_within(offering, code) for code in above]
    return Author(any(any(one) for one in found), any(one and all(one) for one in found))


def offering_codes(case: int) -> list[str]:
    """Codes of the agencies that offer the procedure of a case."""
    return list(
        Service.objects.filter(procedure=case_bundle(case).procedure, active=True)
        .order_by("agency__code")
        .values_list("agency__code", flat=True)
    )


def check_may_write(actor: Actor, case: int | None) -> None:
    """Raises :class:`NotAllowed`."""
    if not author(actor, case).writes:
        raise NotAllowed("process.not_yours")


def cases_for(actor: Actor) -> QuerySet[ProcedureCase]:
    """The cases in force whose process the actor may read, by the code of their procedure."""
    wanted = Q(pk__in=[])
    for code in _reach(actor):
        wanted |= Q(agency__code=code) | Q(agency__code__startswith=f"{code}.")
    offered = Service.objects.filter(wanted, active=True).values("procedure")
    return (
        ProcedureCase.objects.filter(
            version__procedure__in=offered, version__procedure__current_version=F("version")
        )
        .select_related("version__procedure__sector")
        .order_by("version__procedure__national_code", "position")
    )


# --- what is being written ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """The table an author sees: the draft, or what it would begin with. ``revision`` 0: nothing has been saved yet."""

    table: Table
    revision: int = 0
    edited_by: str = ""
    saved_at: datetime | None = None
    published: int | None = None


def draft_of(case: int | None) -> Written:
    """The draft of a case; without one, the process it follows now."""
    draft = ProcessDraft.objects.select_related("edited_by").filter(case=case).first()
    if draft is None:
        return Written(beginning(case))
    return Written(
        tables.read(draft.table),
        draft.revision,
        draft.edited_by.full_name if draft.edited_by else "",
        draft.saved_at,
        draft.published_id,
    )


def beginning(case: int | None) -> Table:
    """What an author begins with: the process in force, under the name of its case when it is the general one."""
    version = followed(case)
    if version is None:
        return Table("", ())
    table = table_of(version.pk, version.name)
    if version.case_id is None and case is not None:
        return Table(case_bundle(case).short_name[:200], table.steps, table.policy)
    return table


def table_of(version: int, name: str) -> Table:
    """A published version as a table."""
    published = process(version)
    return tables.of_process(name, published.steps, published.policy)


def followed(case: int | None) -> ProcessVersion | None:
    """The version that a dossier of a case filed now follows."""
    versions = ProcessVersion.objects.select_related("published_by").order_by("-number")
    own = versions.filter(case=case).first()
    return own or versions.filter(case=None).first()


def versions_of(case: int | None) -> list[ProcessVersion]:
    """All versions of its own, newest first."""
    return list(ProcessVersion.objects.filter(case=case).select_related("published_by").order_by("-number"))


def open_by_version(
    case: int | None = None, *, cases: Iterable[int] | None = None
) -> dict[tuple[int, int], int]:
    """(case, version) to the number of open dossiers that follow it. A count tells nothing about anybody."""
    runs = StepRun.objects.filter(closed_at=None, dossier__status__in=[int(status) for status in OPEN])
    if cases is not None:
        runs = runs.filter(dossier__case__in=list(cases))
    elif case is not None:
        runs = runs.filter(dossier__case=case)
    rows = runs.values_list("dossier__case", "step__process").annotate(count=Count("dossier", distinct=True))
    return {(of, version): count for of, version, count in rows}


def movable(actor: Actor, version: int, case: int | None) -> QuerySet[Dossier]:
    """Open dossiers that follow a version and that the actor may see, oldest first."""
    runs = StepRun.objects.filter(closed_at=None, step__process=version)
    found = Dossier.objects.visible_to(actor).filter(
        pk__in=runs.values("dossier"), status__in=[int(status) for status in OPEN]
    )
    return (found if case is None else found.filter(case=case)).order_by("submitted_at", "pk")


def history(case: int | None, limit: int = 30) -> list[Event]:
    """What was done to the draft of a case, newest first."""
    draft = ProcessDraft.objects.filter(case=case).values_list("stream", flat=True).first()
    return list(Event.objects.filter(stream=draft).order_by("-seq")[:limit]) if draft else []


def since(case: int | None, revision: int) -> list[Event]:
    """What others did to a draft after a revision, oldest first."""
    return [event for event in reversed(history(case, 50)) if int(event.data.get("revision", 0)) > revision]


def current(case: int | None) -> int | None:
    """Key of the version in force."""
    if case is not None:
        return current_process(case)
    version = followed(None)
    return version.pk if version else None
