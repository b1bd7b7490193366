"""Asking somebody to fill in parts of a draft: by a link, for named sections, revocable at any moment.

The link alone opens nothing: whoever has it signs in, and the first to do so is the one who was asked. They see and
save the named sections and nothing else (``drafts.reach``); papers, the check and the filing stay the owner's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from motcua.dossiers.bundles import form_of
from motcua.dossiers.drafts import mine
from motcua.dossiers.models import Channel, Draft, Invitation
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import clean
from motcua.law import keys, limits

#: Invitations that can be open for one draft.
MOST = 10


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def invite(
    *, actor: Actor, draft_id: UUID, name: str, sections: Sequence[str], now: datetime
) -> tuple[Invitation, str]:
    """Make an invitation; with the secret of its link, which is said here once and kept nowhere."""
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    if draft.form_id is None or draft.supplements_id is not None or draft.channel != Channel.ONLINE:
        raise NotAllowed("draft.unknown")
    known = {section.id for section in form_of(draft.form_id).sections}
    chosen = [section for section in dict.fromkeys(sections) if section in known]
    called = clean(name)[:80]
    if not called:
        raise Refused("invitation.no_name")
    if not chosen:
        raise Refused("invitation.no_section")
    if draft.invitations.filter(revoked_at=None).count() >= MOST:
        raise Refused("invitation.too_many", limit=MOST)
    token = secrets.token_urlsafe(24)
    made = Invitation.objects.create(
        draft=draft,
        name=called,
        sections=chosen,
        digest=_digest(token),
        created_at=now,
        expires_at=now + timedelta(days=limits.integer(keys.DRAFT_INVITATION_VALID, now)),
    )
    return made, token


@transaction.atomic
def revoke(*, actor: Actor, draft_id: UUID, invitation: int, now: datetime) -> None:
    """Take an invitation back. What was filled in stays; the next save of theirs is refused."""
    draft = mine(actor, draft_id, lock=True)  # a save of theirs that holds the draft is over before
    found = draft.invitations.filter(pk=invitation).first()
    if found is None:
        raise NotAllowed("invitation.unknown")
    if found.revoked_at is None:
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])


def offered(actor: Actor, token: str, now: datetime) -> Invitation:
    """The invitation behind a link, for somebody signed in who may take it up or has done so."""
    found = (
        Invitation.objects.filter(digest=_digest(token), revoked_at=None, draft__dossier=None)
        .select_related("draft__account")
        .first()
    )
    if found is None or actor.account is None or actor.kind != "person":
        raise NotAllowed("invitation.unknown")
    if found.draft.account_id == actor.account:
        raise NotAllowed("invitation.own")
    if found.accepted_by_id not in {None, actor.account}:
        raise NotAllowed("invitation.unknown")
    if found.accepted_by_id is None and found.expires_at <= now:
        raise NotAllowed("invitation.expired")
    return found


def accept(*, actor: Actor, token: str, now: datetime) -> Invitation:
    """Take it up: the first who does is the one. A second press finds it done."""
    found = offered(actor, token, now)
    if found.accepted_by_id is None:
        ours = Invitation.objects.filter(pk=found.pk, accepted_by=None, revoked_at=None).update(
            accepted_by=actor.account, accepted_at=now
        )
        if not ours and not Invitation.objects.filter(pk=found.pk, accepted_by=actor.account).exists():
            raise NotAllowed("invitation.unknown")
    return found


def of_draft(actor: Actor, draft_id: UUID) -> tuple[Draft, list[Invitation]]:
    """The owner's list, newest first."""
    draft = mine(actor, draft_id)
    return draft, list(draft.invitations.select_related("accepted_by").order_by("-created_at", "-pk"))


def taken_up(actor: Actor) -> list[Invitation]:
    """Drafts of others that the actor was asked to help with, and that are not filed yet."""
    if actor.account is None:
        return []
    return list(
        Invitation.objects.filter(accepted_by=actor.account, revoked_at=None, draft__dossier=None)
        .select_related("draft__account", "draft__case__version__procedure")
        .order_by("-accepted_at")[:20]
    )


def helpers(draft: Draft) -> dict[str, str]:
    """Who filled which field, by the name the owner calls them: ``{field: name}``; one query, none when nobody did."""
    by: dict[str, int] = draft.sources.get("_by", {})
    if not by:
        return {}
    names = dict(draft.invitations.exclude(accepted_by=None).values_list("accepted_by", "name"))
    return {field: names[account] for field, account in by.items() if account in names}
