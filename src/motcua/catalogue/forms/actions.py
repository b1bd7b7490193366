"""Writing a form and publishing it: the draft is everybody's, so each save says which revision was read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from motcua.catalogue import actions as catalogue
from motcua.catalogue.authorship import reach
from motcua.catalogue.forms import drafts
from motcua.eforms import actions as eforms
from motcua.eforms import editing, schema
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.forms import BadDefinition, Problem, check_definition
from motcua.eforms.models import FormBlock, FormDraft, FormDraftRevision, FormVersion
from motcua.eforms.rules import content_hash
from motcua.kernel import events, locks
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused

DRAFT_SAVED, DRAFT_UNDONE, DRAFT_DISCARDED = "form.draft_saved", "form.draft_undone", "form.draft_discarded"
ASKED, DECLINED, DRAFT_PUBLISHED = (
    "form.publication_asked",
    "form.publication_declined",
    "form.draft_published",
)
#: A reason stays with the version; it says which decision or need it answers.
MIN_REASON = 10
MOST_REVISIONS = 100
MAX_BYTES = 1_000_000
MAX_DEPTH = 50
#: NUL, and halves of a pair: valid in JSON, but no text of PostgreSQL.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_BLOCK_KEY = re.compile(r"[a-z0-9-]{1,60}")


class StillFaulty(Refused):
    """A draft that may not be published; ``problems`` say what, part by part."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("form.faulty", count=len(problems))
        self.problems = tuple(problems)


def _account(actor: Actor) -> int:
    if actor.account is None:
        raise NotAllowed("form.not_yours")
    return actor.account


def _reason(text: str) -> str:
    reason = text.strip()
    if len(reason) < MIN_REASON:
        raise Refused("form.no_reason", minimum=MIN_REASON)
    return reason


def _locked(key: str, revision: int, *, now: datetime) -> FormDraft:
    """The draft as its author read it, ours until the end of the transaction; raises :class:`Conflict` if it moved on.

    ``revision`` 0: nothing was saved when it was read.
    """
    locks.wait_for(f"form draft {key}")
    draft = FormDraft.objects.select_related("edited_by").filter(key=key).first()
    if draft is None:
        draft = FormDraft(key=key, revision=0, saved_at=now, definition=drafts.beginning(key))
    if draft.revision != revision:
        by = draft.edited_by.full_name if draft.edited_by else ""
        raise Conflict(
            "form.changed_elsewhere", by=by, at=draft.saved_at.isoformat(), revision=draft.revision
        )
    return draft


def _save(draft: FormDraft, kind: str, *, actor: Actor, now: datetime, **data: str | int) -> FormDraft:
    draft.revision += 1
    draft.edited_by_id, draft.saved_at = _account(actor), now
    events.append(draft, kind, actor=actor, at=now, data={"revision": draft.revision, **data})
    draft.save()
    return draft


def _change(draft: FormDraft, definition: Mapping[str, Any], *, keep: bool = True) -> None:
    """Another content: nothing that was proposed or published is this any more. What was there can be had back."""
    before, number = draft.definition, draft.revision
    draft.definition = dict(definition)
    draft.published = draft.asked_by = draft.asked_at = None
    draft.reason = ""
    if keep:
        if draft._state.adding:
            draft.save()
        FormDraftRevision.objects.create(draft=draft, number=number, definition=before)
        # Counted, since the numbers have gaps: what is undone or proposed makes no revision to come back to.
        older = draft.revisions.order_by("-number")[MOST_REVISIONS:]
        FormDraftRevision.objects.filter(pk__in=older.values("pk")).delete()


def shaped(key: str, definition: Any) -> dict[str, Any]:
    """The definition as a draft of this form may hold it: of the right shape, whatever else is wrong with it.

    Raises :class:`Refused` (``form.shapeless``: what is wrong where; ``form.too_large``).
    """
    if not _storable(definition):
        raise Refused("form.shapeless", where="", detail="unstorable", count=1)
    wrong = schema.definition_errors(definition, FIELD_TYPES)
    if not wrong and not isinstance(definition.get("sections"), list):
        wrong = [("sections", "")]
    if wrong:
        raise Refused("form.shapeless", where=wrong[0][0], detail=wrong[0][1], count=len(wrong))
    made = {**definition, "key": key}
    if any(not name or "." in name for name in _names(made["sections"])):
        raise Refused("form.shapeless", where="sections", detail="id", count=1)
    if len(json.dumps(made, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Refused("form.too_large")
    return made


def _names(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Ids of sections, fields and columns: each is part of a path, so it says something and has no dot."""
    for part in parts:
        yield str(part.get("id", ""))
        yield from _names(part.get("fields") or part.get("columns") or ())


def _storable(value: Any, depth: int = 0) -> bool:
    """Whether the database can hold it, and everything that walks through it comes to its end."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return depth < MAX_DEPTH and all(
            _storable(name) and _storable(one, depth + 1) for name, one in value.items()
        )
    if isinstance(value, list):
        return depth < MAX_DEPTH and all(_storable(one, depth + 1) for one in value)
    return value is None or isinstance(value, int)


@action("form.save_draft")
def save_draft(
    *, actor: Actor, key: str, revision: int, definition: Any, change: str, where: str = "", now: datetime
) -> FormDraft:
    """Keep a definition as the draft of a form. ``change`` and ``where``: what was done to which part, for the history.

    Raises :class:`Conflict` when somebody saved since ``revision``, :class:`Refused` for what has not the shape of a form.
    """
    drafts.check_may_write(actor, key)
    draft = _locked(key, revision, now=now)
    _change(draft, shaped(key, definition))
    return _save(draft, DRAFT_SAVED, actor=actor, now=now, change=change, where=where)


@action("form.undo")
def undo(*, actor: Actor, key: str, revision: int, now: datetime) -> FormDraft:
    """Take the newest change back, whoever made it; again for the one before. Raises :class:`Refused` when none is left."""
    drafts.check_may_write(actor, key)
    draft = _locked(key, revision, now=now)
    before = draft.revisions.order_by("-number").first() if not draft._state.adding else None
    if before is None:
        raise Refused("form.nothing_to_undo")
    _change(draft, before.definition, keep=False)
    before.delete()
    return _save(draft, DRAFT_UNDONE, actor=actor, now=now)


@action("form.discard_draft")
def discard_draft(*, actor: Actor, key: str, revision: int, now: datetime) -> FormDraft:
    """Begin anew from the version in force. This too can be undone."""
    drafts.check_may_write(actor, key)
    draft = _locked(key, revision, now=now)
    version = drafts.newest(key)
    _change(draft, drafts.beginning(key))
    draft.published = version
    return _save(draft, DRAFT_DISCARDED, actor=actor, now=now)


def _publishable(draft: FormDraft) -> None:
    """Raises :class:`StillFaulty` with all that is wrong; :class:`Refused` when nothing has been changed."""
    if not draft.revision or draft.published_id is not None:
        raise Refused("form.nothing_new")
    problems = check_definition(draft.definition)
    if problems:
        raise StillFaulty(problems)
    newest = drafts.newest(draft.key)
    if newest is not None and newest.content_hash == content_hash(draft.definition):
        raise Refused("form.nothing_new")


@action("form.ask_publication")
def ask_publication(*, actor: Actor, key: str, revision: int, reason: str, now: datetime) -> FormDraft:
    """Propose the draft, as it is, to a second person. Whoever saves afterwards takes the proposal back by that."""
    drafts.check_may_write(actor, key)
    draft = _locked(key, revision, now=now)
    _publishable(draft)
    draft.asked_by_id, draft.asked_at, draft.reason = _account(actor), now, _reason(reason)
    return _save(draft, ASKED, actor=actor, now=now)


@action("form.decline_publication")
def decline_publication(*, actor: Actor, key: str, revision: int, reason: str, now: datetime) -> FormDraft:
    """The second person sends the proposal back, or its author withdraws it; the draft stays."""
    drafts.check_may_write(actor, key)
    draft = _locked(key, revision, now=now)
    if draft.asked_by_id is None:
        raise Refused("form.not_asked")
    why = _reason(reason) if draft.asked_by_id != actor.account else reason.strip()
    draft.asked_by = draft.asked_at = None
    draft.reason = ""
    return _save(draft, DECLINED, actor=actor, now=now, reason=why)


@action("form.publish_draft")
def publish_draft(*, actor: Actor, key: str, revision: int, reason: str = "", now: datetime) -> FormVersion:
    """Publish the draft as the next version. Open drafts of people follow it; filed dossiers keep theirs.

    Where an agency wants a second person, only somebody else than who proposed it may, and the proposal's reason counts.
    Raises :class:`StillFaulty`, :class:`Refused`.
    """
    drafts.check_may_write(actor, key)
    by = _account(actor)
    draft = _locked(key, revision, now=now)
    _publishable(draft)
    asked_by = None
    if drafts.second_needed(key):
        if draft.asked_by_id is None:
            raise Refused("form.second_person")
        if draft.asked_by_id == by:
            raise Refused("form.not_your_own")
        asked_by, reason = draft.asked_by_id, draft.reason
    try:
        version = eforms.publish(
            key=key,
            definition=draft.definition,
            now=now,
            actor=actor,
            by=by,
            asked_by=asked_by,
            reason=_reason(reason),
        )
    except BadDefinition as bad:
        raise StillFaulty(bad.problems) from bad
    catalogue.attach_form(actor=actor, key=key, now=now)
    draft.published = version
    draft.asked_by = draft.asked_at = None
    draft.reason = ""
    _save(draft, DRAFT_PUBLISHED, actor=actor, now=now, number=version.number)
    return version


@action("form.publish_block")
def publish_block(
    *, actor: Actor, key: str, section: Mapping[str, Any], reason: str, now: datetime
) -> FormBlock:
    """Put a section into the library, as the next version of the block ``key``. Forms that copied it stay as they are."""
    if not reach(actor):
        raise NotAllowed("form.not_yours")
    if not _BLOCK_KEY.fullmatch(key):  # a form says by it what a section was copied from
        raise Refused("form.shapeless", where="key", detail=key, count=1)
    form = shaped(key, {"title": {"vi": key}, "sections": [dict(section)]})
    alone = editing.block_of(form, str(section["id"]))
    problems = check_definition({**form, "sections": [alone]})
    if problems:
        raise StillFaulty(problems)
    locks.wait_for(f"form block {key}")
    newest = FormBlock.objects.filter(key=key).order_by("-number").first()
    if newest is not None and newest.section == alone:
        raise Refused("form.nothing_new")
    return eforms.publish_block(
        actor=actor,
        key=key,
        number=newest.number + 1 if newest else 1,
        section=alone,
        by=_account(actor),
        reason=_reason(reason),
        now=now,
    )
