"""Publishing forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from motcua.eforms.forms import BadDefinition, check_definition
from motcua.eforms.models import FormVersion
from motcua.eforms.rules import content_hash
from motcua.kernel import events, locks
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.events import GENESIS
from motcua.kernel.ids import uuid7

PUBLISHED = "form.published"


@dataclass
class _Head:
    """The stream of a version has one event, written before its row, which nothing may change afterwards."""

    stream: UUID
    event_seq: int = 0
    event_hash: bytes = GENESIS


@transaction.atomic
def publish(*, key: str, definition: Mapping[str, Any], now: datetime, actor: Actor = SYSTEM) -> FormVersion:
    """Publish a definition as the next version of the form ``key``; an equal one is not published twice.

    Raises :class:`BadDefinition` naming every problem; nothing is published then. Drafts that are open on the version
    before are moved afterwards (``dossiers/rebasing.py``); filed dossiers keep theirs for ever.
    """
    problems = check_definition(definition)
    if problems:
        raise BadDefinition(problems)
    # The first version has no row yet that could be locked.
    locks.wait_for(f"form:{key}")
    newest = FormVersion.objects.filter(key=key).order_by("-number").first()
    if newest is not None and newest.content_hash == content_hash(definition):
        return newest
    return _publish(
        actor=actor, key=key, number=(newest.number if newest else 0) + 1, definition=definition, now=now
    )


@action("eforms.publish")
def _publish(
    *, actor: Actor, key: str, number: int, definition: Mapping[str, Any], now: datetime
) -> FormVersion:
    head = _Head(uuid7())
    fingerprint = content_hash(definition)
    happened = events.write(
        head, PUBLISHED, actor=actor, at=now, data={"key": key, "number": number, "hash": fingerprint}
    )
    version = FormVersion.objects.create(
        key=key,
        number=number,
        definition=dict(definition),
        content_hash=fingerprint,
        published_at=now,
        stream=head.stream,
    )
    events.publish(happened)
    return version
