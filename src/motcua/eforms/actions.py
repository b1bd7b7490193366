"""Publishing forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from motcua.eforms.forms import BadDefinition, check_definition
from motcua.eforms.models import FormVersion
from motcua.eforms.rules import content_hash


@transaction.atomic
def publish(*, key: str, definition: Mapping[str, Any], now: datetime) -> FormVersion:
    """Publish a definition as the next version of the form ``key``; an equal one is not published twice.

    Raises :class:`BadDefinition` naming every problem; nothing is published then.
    """
    problems = check_definition(definition)
    if problems:
        raise BadDefinition(problems)
    newest = FormVersion.objects.select_for_update().filter(key=key).order_by("-number").first()
    fingerprint = content_hash(definition)
    if newest is not None and newest.content_hash == fingerprint:
        return newest
    return FormVersion.objects.create(
        key=key,
        number=(newest.number if newest else 0) + 1,
        definition=dict(definition),
        content_hash=fingerprint,
        published_at=now,
    )
