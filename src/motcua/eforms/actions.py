"""Publishing forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from motcua.eforms.forms import BadDefinition, check_definition
from motcua.eforms.models import FormBlock, FormVersion
from motcua.eforms.rules import content_hash
from motcua.kernel import events, locks
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.events import Noted
from motcua.kernel.ids import uuid7

PUBLISHED, BLOCK_PUBLISHED = "form.published", "form.block_published"


@transaction.atomic
def publish(
    *,
    key: str,
    definition: Mapping[str, Any],
    now: datetime,
    actor: Actor = SYSTEM,
    by: int | None = None,
    asked_by: int | None = None,
    reason: str = "",
) -> FormVersion:
    """Publish a definition as the next version of the form ``key``; an equal one is not published twice.

    ``by``: the account that publishes, ``asked_by`` who proposed it where that was somebody else. Raises
    :class:`BadDefinition` naming every problem; nothing is published then. Drafts that are open on the version before are
    moved afterwards (``dossiers/rebasing.py``); filed dossiers keep theirs for ever.
    """
    problems = check_definition(definition)
    if problems:
        raise BadDefinition(problems)
    # The first version has no row yet that could be locked.
    locks.wait_for(f"form:{key}")
    newest = FormVersion.objects.filter(key=key).order_by("-number").first()
    if newest is not None and newest.content_hash == content_hash(definition):
        return newest
    version = FormVersion(
        key=key,
        number=newest.number + 1 if newest else 1,
        definition=dict(definition),
        content_hash=content_hash(definition),
        published_at=now,
        published_by_id=by,
        asked_by_id=asked_by,
        reason=reason,
    )
    _publish(actor=actor, version=version, now=now)
    return version


@action("eforms.publish")
def _publish(*, actor: Actor, version: FormVersion, now: datetime) -> None:
    head = Noted(uuid7())
    version.stream = head.stream
    facts = {"key": version.key, "number": version.number, "hash": version.content_hash}
    happened = events.write(head, PUBLISHED, actor=actor, at=now, data=facts)
    version.save()
    events.publish(happened)


@action("eforms.publish_block")
def publish_block(
    *,
    actor: Actor,
    key: str,
    number: int,
    section: Mapping[str, Any],
    by: int | None,
    reason: str,
    now: datetime,
) -> FormBlock:
    """A version of a block of the library."""
    block = FormBlock(
        key=key, number=number, section=dict(section), published_at=now, published_by_id=by, reason=reason
    )
    head = Noted(block.stream)
    events.append(head, BLOCK_PUBLISHED, actor=actor, at=now, data={"key": key, "number": number})
    block.save()
    return block
