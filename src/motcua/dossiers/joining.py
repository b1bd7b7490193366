"""Photos of one paper become one PDF, when the person asks for it: upright, smaller, in the order they came."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from django.db import transaction

from motcua.dossiers.drafts import blob_store, keep_content, mine, upload_limits
from motcua.dossiers.models import DraftUpload
from motcua.kernel import pictures
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, Refused

PICTURES: Final = frozenset({"image/jpeg", "image/png"})
JOINED: Final = PICTURES | {"application/pdf"}

#: One at a time in a process: a picture in the making takes tens of megabytes.
_turn = threading.Lock()


def joinable(uploads: list[DraftUpload]) -> bool:
    """Whether the files of a paper can become one PDF: pictures and PDFs, at least one picture among them."""
    kinds = [upload.blob.mime for upload in uploads if upload.state == DraftUpload.State.KEPT and upload.blob]
    return any(kind in PICTURES for kind in kinds) and all(kind in JOINED for kind in kinds)


def join(*, actor: Actor, draft_id: UUID, component: int, now: datetime) -> DraftUpload:
    """Make one PDF of the kept files of a component and put it in their place.

    Made outside any transaction; put in place only when the same files are still there. Contents are not touched:
    whoever else uses them keeps them.
    """
    draft = mine(actor, draft_id)
    before = _kept(draft.pk, component)
    if not joinable(before):
        raise Refused("upload.nothing_to_join")
    store = blob_store()
    try:
        with _turn:
            content = pictures.to_pdf(store.path(upload.blob_id or "") for upload in before)
    except pictures.Unreadable as fault:
        raise Refused(f"upload.join_{fault.code}") from fault
    limit = upload_limits(now).max_file
    name = f"{PurePosixPath(before[0].filename).stem[:100]}.pdf"
    if len(content) > limit:
        raise Refused("upload.too_large", filename=name, size=len(content), limit=limit)
    with transaction.atomic():
        if mine(actor, draft_id, lock=True).dossier_id is not None:
            raise Conflict("draft.already_filed")
        if [upload.pk for upload in _kept(draft.pk, component)] != [upload.pk for upload in before]:
            raise Conflict("upload.changed_meanwhile")
        joined = DraftUpload.objects.create(
            draft=draft,
            component_id=component,
            filename=name,
            size=len(content),
            offset=len(content),
            state=DraftUpload.State.KEPT,
            blob=keep_content(content, "application/pdf", now),
            created_at=before[0].created_at,
        )
        DraftUpload.objects.filter(pk__in=[upload.pk for upload in before]).delete()
    return joined


def _kept(draft: UUID, component: int) -> list[DraftUpload]:
    return list(
        DraftUpload.objects.filter(draft=draft, component=component, state=DraftUpload.State.KEPT)
        .select_related("blob")
        .order_by("created_at", "pk")
    )
