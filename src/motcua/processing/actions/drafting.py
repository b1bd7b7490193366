"""Writing a process and publishing it: the draft is everybody's, so each save says which revision was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.processing import authoring, tables
from motcua.processing.actions.common import reason_of
from motcua.processing.checks import Problem
from motcua.processing.definitions import Faulty, alone_with, publish
from motcua.processing.events import DRAFT_DISCARDED, DRAFT_SAVED, DRAFT_UNDONE, PUBLISHED
from motcua.processing.models import ProcessDraft, ProcessDraftRevision, ProcessVersion
from motcua.processing.tables import Table

#: Changes that can be undone.
MOST_REVISIONS = 100


class StillFaulty(Refused):
    """A draft that may not be published; ``problems`` say what, row by row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("process.faulty", count=len(problems))
        self.problems = tuple(problems)


def _locked(case: int | None, revision: int, *, now: datetime) -> ProcessDraft:
    """The draft as its author read it, ours until the end of the transaction; raises ``Conflict`` if it moved on.

    ``revision`` 0: nothing was saved when it was read.
    """
    alone_with(case)
    draft = authoring.own_drafts(case).first()
    if draft is None:
        table = tables.written(authoring.beginning(case))
        draft = ProcessDraft(case_id=case, revision=0, saved_at=now, table=table)
    if draft.revision != revision:
        raise authoring.moved_on(authoring.written_as(draft))
    return draft


def _keep(draft: ProcessDraft) -> None:
    """What is about to change stays, to be had back by undo."""
    number, before = draft.revision, draft.table
    if draft._state.adding:
        draft.save()
    ProcessDraftRevision.objects.create(draft=draft, number=number, table=before)
    # Counted, since the numbers have gaps: what is undone or published makes no revision to come back to.
    older = draft.revisions.order_by("-number")[MOST_REVISIONS:]
    ProcessDraftRevision.objects.filter(pk__in=older.values("pk")).delete()


def _unchanged(case: int | None, table: Table) -> ProcessVersion | None:
    """The version of its own that is in force, when a table says the same: there is nothing new to publish."""
    version = authoring.followed(case)
    if version is None or (version.case_id is None) != (case is None):
        return None
    return version if authoring.table_of(version.pk, version.name) == table else None


def _save(
    draft: ProcessDraft, table: Table, kind: str, *, actor: Actor, now: datetime, **data: str | int
) -> None:
    draft.table = tables.written(table)
    draft.revision += 1
    draft.edited_by_id, draft.saved_at = actor.account, now
    events.append(draft, kind, actor=actor, at=now, data={"revision": draft.revision, **data})
    draft.save()


@action("process.save_draft")
def save_draft(
    *, actor: Actor, case: int | None, revision: int, table: Table, change: str, row: str = "", now: datetime
) -> ProcessDraft:
    """Keep a table as the draft of a case. ``change`` and ``row``: what was done to which row, for the history.

    Raises ``Conflict`` when somebody saved since ``revision``, :class:`tables.Malformed` for what is no table.
    """
    authoring.check_may_write(actor, case)
    draft = _locked(case, revision, now=now)
    draft.published = None
    checked = tables.read(tables.written(table))
    _keep(draft)
    _save(draft, checked, DRAFT_SAVED, actor=actor, now=now, change=change, row=row)
    return draft


@action("process.discard_draft")
def discard_draft(*, actor: Actor, case: int | None, revision: int, now: datetime) -> ProcessDraft:
    """Begin anew from the process in force. This too can be undone."""
    authoring.check_may_write(actor, case)
    draft = _locked(case, revision, now=now)
    _keep(draft)
    table = authoring.beginning(case)
    draft.published = _unchanged(case, table)
    _save(draft, table, DRAFT_DISCARDED, actor=actor, now=now)
    return draft


@action("process.undo")
def undo_draft(*, actor: Actor, case: int | None, revision: int, now: datetime) -> ProcessDraft:
    """Take the newest change back, whoever made it; again for the one before. Raises :class:`Refused` when none is left."""
    authoring.check_may_write(actor, case)
    draft = _locked(case, revision, now=now)
    before = draft.revisions.order_by("-number").first() if not draft._state.adding else None
    if before is None:
        raise Refused("process.nothing_to_undo")
    table = tables.read(before.table)
    draft.published = _unchanged(case, table)
    before.delete()
    _save(draft, table, DRAFT_UNDONE, actor=actor, now=now)
    return draft


@action("process.publish")
def publish_draft(
    *, actor: Actor, case: int | None, revision: int, reason: str, now: datetime
) -> ProcessVersion:
    """Publish the draft as the next version, with the reason. Open dossiers stay on the version they follow.

    Raises :class:`StillFaulty` with all that is wrong; :class:`Refused` when nothing has been changed.
    """
    authoring.check_may_write(actor, case)
    if actor.account is None:
        raise NotAllowed("process.not_yours")
    draft = _locked(case, revision, now=now)
    if not draft.revision or draft.published_id is not None:
        raise Refused("process.nothing_new")
    table = tables.read(draft.table)
    try:
        version = publish(
            # Held against the term and the agencies of today, whichever row of the case was named.
            case=case if case is None else authoring.in_force(case) or case,
            name=table.name or "Quy trình",
            steps=table.steps,
            policy=table.policy,
            now=now,
            by=actor.account,
            reason=reason_of(reason),
        )
    except Faulty as faulty:
        raise StillFaulty(faulty.problems) from faulty
    draft.published = version
    _save(draft, table, PUBLISHED, actor=actor, now=now, version=version.pk, number=version.number)
    return version
