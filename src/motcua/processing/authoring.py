"""Who may write processes, what is being written, and which process a case follows: reads for the studio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from motcua.catalogue.authorship import Author, author_among, offered_within, offering, reach
from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor, Role
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.processing import tables
from motcua.processing.definitions import current_process, made_for, own_versions, process
from motcua.processing.models import ProcessDraft, ProcessDraftRevision, ProcessVersion, StepRun
from motcua.processing.tables import Table


def author(actor: Actor, case: int | None) -> Author:
    """As for forms (``catalogue.authorship``). The general process: operators write, heads and operators read."""
    if case is None:
        return Author(bool(reach(actor)), actor.holds(Role.OPERATOR))
    return author_among(actor, offering_codes(case))


def offering_codes(case: int) -> list[str]:
    """Codes of the agencies that offer the procedure of a case."""
    return offering([case_bundle(case).procedure])


def check_may_write(actor: Actor, case: int | None) -> None:
    """Raises :class:`NotAllowed`."""
    if not author(actor, case).writes:
        raise NotAllowed("process.not_yours")


def cases_for(actor: Actor) -> QuerySet[ProcedureCase]:
    """The cases whose process the actor may read, by the code of their procedure: those in force, and those which the
    catalogue publishes no more but which have a process or a draft of their own (``gone``).
    """
    offered = offered_within(actor).values("procedure")
    same = {"version__procedure": OuterRef("version__procedure"), "key": OuterRef("key")}
    later = ProcedureCase.objects.filter(
        **same, version__published_at__isnull=False, version__number__gt=OuterRef("version__number")
    )
    of_line = {f"case__{name}": value for name, value in same.items()}
    written = Exists(ProcessVersion.objects.filter(**of_line)) | Exists(
        ProcessDraft.objects.filter(**of_line)
    )
    in_force = Q(version__procedure__current_version=F("version"))
    return (
        ProcedureCase.objects.filter(version__procedure__in=offered)
        .annotate(gone=~Q(in_force))
        .filter(in_force | Q(~Exists(later), written))
        .select_related("version__procedure__sector", "version__procedure__current_version")
        .order_by("version__procedure__national_code", "gone", "position")
    )


def in_force(case: int) -> int | None:
    """The case of the same key in the version of the procedure that is in force; None where there is none any more."""
    procedure, key = case_bundle(case).line
    cases = ProcedureCase.objects.filter(
        version__procedure=procedure, key=key, version__procedure__current_version=F("version")
    )
    return cases.values_list("pk", flat=True).first()


# --- what is being written ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """The table an author sees: the draft, or what it would begin with. ``revision`` 0: nothing has been saved yet."""

    table: Table
    revision: int = 0
    edited_by: str = ""
    saved_at: datetime | None = None
    published: int | None = None
    undoable: bool = False


def moved_on(written: Written) -> Conflict:
    """What somebody is told who read a draft before it was saved as it is now."""
    at = written.saved_at.isoformat() if written.saved_at else ""
    return Conflict("process.changed_elsewhere", by=written.edited_by, at=at, revision=written.revision)


def own_drafts(case: int | None) -> QuerySet[ProcessDraft]:
    """The draft of a case; it stays when the catalogue publishes a new version. More than one only where each of two
    versions had been given its own before drafts stayed: the first is the one that is written on.
    """
    drafts = ProcessDraft.objects.select_related("edited_by").order_by("-case")
    if case is None:
        return drafts.filter(case=None)
    procedure, key = case_bundle(case).line
    return drafts.filter(case__version__procedure=procedure, case__key=key)


def draft_of(case: int | None) -> Written:
    """The draft of a case; without one, the process it follows now."""
    earlier = ProcessDraftRevision.objects.filter(draft=OuterRef("pk"))
    draft = own_drafts(case).annotate(undoable=Exists(earlier)).first()
    return Written(beginning(case)) if draft is None else written_as(draft, undoable=draft.undoable)


def written_as(draft: ProcessDraft, *, undoable: bool = False) -> Written:
    """A draft as its authors see it."""
    return Written(
        tables.read(draft.table),
        draft.revision,
        draft.edited_by.full_name if draft.edited_by else "",
        draft.saved_at,
        draft.published_id,
        undoable,
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
    for of in (case, None):
        version = own_versions(of).select_related("published_by", "case__version").first()
        if version is not None:
            return version
    return None


def versions_of(case: int | None) -> list[ProcessVersion]:
    """All versions of its own, newest first."""
    return list(own_versions(case).select_related("published_by"))


def open_by_version(
    case: int | None = None, *, procedures: Iterable[int] | None = None
) -> dict[tuple[tuple[int, str], int], int]:
    """((procedure, key of the case), version) to the number of open dossiers that follow it, whichever version of the
    procedure they are bound to. A count tells nothing about anybody.
    """
    runs = StepRun.objects.filter(closed_at=None, dossier__status__in=[int(status) for status in OPEN])
    if procedures is not None:
        runs = runs.filter(dossier__procedure__in=list(procedures))
    elif case is not None:
        procedure, key = case_bundle(case).line
        runs = runs.filter(dossier__procedure=procedure, dossier__case__key=key)
    rows = runs.values_list("dossier__procedure", "dossier__case__key", "step__process").annotate(
        count=Count("dossier", distinct=True)
    )
    return {((procedure, key), version): count for procedure, key, version, count in rows}


def followable(version: int, case: int | None) -> ProcessVersion | None:
    """A version that dossiers of a case can be on: of its own process, or of the general one."""
    found = ProcessVersion.objects.filter(pk=version).first()
    if found is None or found.case_id is None:
        return found
    return found if case is not None and made_for(found, case) else None


def movable(actor: Actor, version: int, case: int | None) -> QuerySet[Dossier]:
    """Open dossiers that follow a version and that the actor may see, oldest first."""
    runs = StepRun.objects.filter(closed_at=None, step__process=version)
    found = Dossier.objects.visible_to(actor).filter(
        pk__in=runs.values("dossier"), status__in=[int(status) for status in OPEN]
    )
    if case is not None:
        procedure, key = case_bundle(case).line
        found = found.filter(procedure=procedure, case__key=key)
    return found.order_by("submitted_at", "pk")


def history(case: int | None, limit: int = 30) -> list[Event]:
    """What was done to the draft of a case, newest first."""
    draft = own_drafts(case).values_list("stream", flat=True).first()
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
