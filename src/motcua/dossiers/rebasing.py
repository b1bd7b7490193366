"""Open drafts follow their form. A new version moves each draft under its own lock, by the rules of ``eforms.rebasing``.

There is no moment at which a draft is between two versions: who saves, files or moves it holds its row. A save that was
typed on the old version is merged where question and answer are the same, and refused where they are not (the fields
are marked as touched by the move). Filed dossiers, and drafts that complete one, keep their version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from motcua.dossiers import drafts
from motcua.dossiers.bundles import form_of, newest_form
from motcua.dossiers.lifecycle import OPEN
from motcua.dossiers.models import Channel, Dossier, Draft
from motcua.eforms import rebasing
from motcua.eforms.forms import Form, load_definition
from motcua.eforms.models import FormVersion
from motcua.eforms.rebasing import Moved
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.events import Happened
from motcua.kernel.jobs import job

log = structlog.get_logger(__name__)

#: Drafts moved in one run of the job; the next run takes the next ones.
PER_RUN = 500
#: Draft.sources: what its person has not been shown yet.
UNSEEN = "_moved"


def target(draft: Draft) -> int | None:
    """The version the draft should be on, where that is another than its own."""
    if (
        draft.form_id is None
        or draft.dossier_id is not None
        or draft.supplements_id is not None
        or draft.channel
        != Channel.ONLINE  # a counter intake is over in minutes, and its form lies before the officer
    ):
        return None
    newest = newest_form(form_of(draft.form_id).key)
    return newest if newest is not None and newest > draft.form_id else None


def move(draft: Draft, version: int, *, now: datetime) -> tuple[Moved, ...]:
    """Bring a locked draft to ``version``; what its person should know."""
    assert draft.form_id is not None
    found = rebasing.rebase(form_of(draft.form_id), form_of(version), draft.answers, today=local_day(now))
    sources = dict(draft.sources)
    draft.revision += 1
    sources["_touched"] = {
        **sources.get("_touched", {}),
        **dict.fromkeys(sorted(found.touched), draft.revision),
    }
    if found.changes:
        waiting = {one["field"]: one for one in sources.get(UNSEEN, ())}
        # Two moves before anybody looks are told as one, by their last word on each question.
        waiting |= {one.field: one.as_data() for one in found.changes}
        sources[UNSEEN] = list(waiting.values())
    draft.form_id, draft.answers, draft.sources = version, found.answers, sources
    draft.save(update_fields=["form", "body", "sources", "revision"])
    return found.changes


@transaction.atomic
def follow(*, actor: Actor, draft_id: UUID, now: datetime) -> bool:
    """Bring the actor's draft to the newest version, if it is not there; whether it was moved."""
    draft = drafts.mine(actor, draft_id, lock=True)
    version = target(draft)
    if version is None:
        return False
    move(draft, version, now=now)
    return True


def unseen(draft: Draft) -> tuple[Moved, ...]:
    """What the person has not been shown yet, for their page."""
    return tuple(Moved.of(one) for one in draft.sources.get(UNSEEN, ()))


def set_aside(draft: Draft) -> list[tuple[str, str, Any]]:
    """(field id, its label of then, the answer in words or as typed) of what no version asks any more."""
    kept: Mapping[str, list[dict[str, Any]]] = draft.answers.get(rebasing.ASIDE) or {}
    return [
        (name, entry["label"], entry.get("shown", entry["value"]))
        for name, entries in kept.items()
        for entry in entries
    ]


@transaction.atomic
def seen(*, actor: Actor, draft_id: UUID) -> None:
    """The person has read what changed."""
    draft = drafts.mine(actor, draft_id, lock=True)
    if UNSEEN in draft.sources:
        draft.sources = {name: value for name, value in draft.sources.items() if name != UNSEEN}
        draft.save(update_fields=["sources"])


def _open(key: str) -> QuerySet[Draft]:
    return Draft.objects.filter(form__key=key, dossier=None, supplements=None, channel=Channel.ONLINE)


# --- after publishing -------------------------------------------------------------------------------------------------


def published(happened: Happened) -> None:
    """In the transaction of ``form.published``: the drafts follow when it has committed."""
    transaction.on_commit(newest_form.forget)
    if happened.data["number"] > 1:
        move_drafts.defer(key=happened.data["key"])


@job("dossiers.move_drafts", queue="upkeep", attempts=20)
def move_drafts(key: str, after: str = "") -> None:
    """Move the open drafts of a form, some hundred at a time; may run twice, since a moved draft is not behind."""
    last = move_all(key, after=after, now=clock_now())
    if last:
        move_drafts.defer(key=key, after=last)


def move_all(key: str, *, now: datetime, after: str = "", limit: int = PER_RUN) -> str:
    """Move drafts that are behind, by id after ``after``; the last id when there may be more, else nothing."""
    newest = FormVersion.objects.filter(key=key).order_by("-number").values_list("pk", flat=True).first()
    behind = _open(key).exclude(form=newest).order_by("pk")
    if after:
        behind = behind.filter(pk__gt=UUID(after))
    ids = list(behind.values_list("pk", flat=True)[:limit])
    moved = failed = 0
    for pk in ids:
        try:
            moved += _move_one(pk, newest or 0, now)
        except Exception:
            # One draft that cannot be read must not keep the others behind; filing it says so to its person.
            log.exception("draft.not_moved", draft=str(pk))
            failed += 1
    if ids:
        log.info("drafts.moved", form=key, moved=moved, failed=failed)
    return str(ids[-1]) if len(ids) == limit else ""


@transaction.atomic
def _move_one(pk: UUID, newest: int, now: datetime) -> int:
    draft = Draft.objects.select_for_update().filter(pk=pk, dossier=None).first()
    if draft is None or draft.form_id is None or draft.form_id >= newest:
        return 0
    move(draft, newest, now=now)
    return 1


# --- before publishing: what it would do ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effect:
    """How many people a new version reaches. Filed dossiers are not changed by it; they are counted to be known."""

    drafts: int
    dossiers_open: int
    dossiers: int


def effect(key: str) -> Effect:
    """Counts for the one who is about to publish; numbers only, so no audience."""
    filed = Dossier.objects.filter(form__key=key).aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(status__in=[int(s) for s in OPEN]))
    )
    return Effect(_open(key).count(), filed["open"], filed["all"])


def rehearse(key: str, definition: Mapping[str, Any], *, today: date, limit: int = 500) -> Counter[str]:
    """How many open drafts (at most ``limit``, the newest) would be told of each kind of change; nothing is written.

    ``"none"`` counts those whose person need not be told anything. Raises BadDefinition.
    """
    new = load_definition(definition)
    found: Counter[str] = Counter()
    for old, answers in _newest_drafts(key, limit):
        kinds = {one.kind for one in rebasing.rebase(old, new, answers, today=today).changes}
        found.update(kinds or {"none"})
    return found


def _newest_drafts(key: str, limit: int) -> Iterator[tuple[Form, dict[str, Any]]]:
    for draft in _open(key).order_by("-saved_at")[:limit].iterator(chunk_size=100):
        yield form_of(draft.form_id or 0), draft.answers


__all__ = [
    "Effect",
    "effect",
    "follow",
    "move",
    "move_all",
    "published",
    "rehearse",
    "seen",
    "set_aside",
    "target",
    "unseen",
]
