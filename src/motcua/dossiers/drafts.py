"""Drafts: what a person is filling in. Private to the account until filed, so no events; never lost.

A save names the revision it was made on. A save on an older revision of *another* field is merged; on the same
field it is refused with what stands there now, so that two tabs never silently overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.models import Channel, Draft, DraftUpload
from motcua.dossiers.rules import asked
from motcua.eforms import rules as eforms
from motcua.kernel import contents, locks, uploads
from motcua.kernel.actors import Actor
from motcua.kernel.blobs import BlobStore
from motcua.kernel.models import Blob
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.law import keys, limits


def blob_store() -> BlobStore:
    """Where contents are kept (``MOTCUA_DATA/blobs``)."""
    return BlobStore(settings.DATA_DIR / "blobs")


def mine(actor: Actor, draft_id: UUID, *, lock: bool = False) -> Draft:
    """A draft of the actor; a stranger is told that there is none."""
    found = Draft.objects.select_for_update() if lock else Draft.objects.all()
    draft = found.filter(pk=draft_id, account=actor.account).first() if actor.account is not None else None
    if draft is None:
        raise NotAllowed("draft.unknown")
    return draft


def waiting(actor: Actor) -> list[Draft]:
    """The actor's unfiled drafts, newest first (for "you have a draft")."""
    return list(
        Draft.objects.filter(account=actor.account, dossier=None, supplements=None, channel=Channel.ONLINE)
        .select_related("case__version__procedure")
        .order_by("-saved_at")[:20]
    )


@transaction.atomic
def start(
    *,
    actor: Actor,
    case: int,
    agency: int,
    claims: Mapping[str, Any],
    now: datetime,
    channel: Channel = Channel.ONLINE,
    person: str = "",
) -> Draft:
    """Begin a draft, or go on with the newest one of the same case and agency: one link, one draft."""
    if actor.account is None:
        raise NotAllowed("draft.sign_in_first")
    bundle = case_bundle(case)
    form_id = newest_form(bundle.form_key) if bundle.form_key else None
    if channel == Channel.ONLINE:
        begun = _begun(actor.account, case, agency)
        if begun is None:
            # Two tabs may both begin: the second waits here for the first, then finds its draft.
            locks.wait_for(f"draft:{actor.account}:{case}:{agency}")
            begun = _begun(actor.account, case, agency)
        if begun is not None:
            return begun
    answers, sources = eforms.prefill(form_of(form_id), claims) if form_id else ({}, {})
    draft = Draft(
        account_id=actor.account,
        case_id=case,
        form_id=form_id,
        agency_id=agency,
        channel=channel,
        for_person=person,
        sources=sources,
        created_at=now,
        saved_at=now,
    )
    draft.answers = answers
    draft.save(force_insert=True)
    return draft


def _begun(account: int, case: int, agency: int) -> Draft | None:
    """The newest unfiled draft of the account for a case at an agency."""
    unfiled = Draft.objects.filter(account=account, case=case, agency=agency, dossier=None, supplements=None)
    return unfiled.filter(channel=Channel.ONLINE).order_by("-saved_at").first()


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save answers with."""

    revision: int
    saved_at: datetime
    answers: Mapping[str, Any]


@transaction.atomic
def save(
    *, actor: Actor, draft_id: UUID, values: Mapping[str, Any], revision: int | None, now: datetime
) -> Saved:
    """Keep raw answers by field id. ``revision`` is the one the values were typed on (None: a page without script).

    Raises :class:`Conflict` ``draft.changed_elsewhere`` with the field and the value that stands there, when
    another tab has changed the same field since; nothing is kept then.
    """
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    answers = draft.answers
    if revision is not None and revision < draft.revision:
        touched = draft.sources.get("_touched", {})
        for field, value in values.items():
            if touched.get(field, 0) > revision and answers.get(field) != value:
                raise Conflict(
                    "draft.changed_elsewhere", field=field, value=answers.get(field), revision=draft.revision
                )
    changed = {field for field, value in values.items() if answers.get(field) != value}
    if changed:
        answers.update(values)
        draft.answers = answers
        draft.revision += 1
        sources = {name: source for name, source in draft.sources.items() if name not in changed}
        sources["_touched"] = {**draft.sources.get("_touched", {}), **dict.fromkeys(changed, draft.revision)}
        draft.sources = sources
    draft.saved_at = now
    draft.save(update_fields=["body", "revision", "sources", "saved_at"])
    return Saved(draft.revision, now, answers)


@transaction.atomic
def discard(*, actor: Actor, draft_id: UUID) -> None:
    """Throw a draft away; what it uploaded goes with it (contents shared with a dossier stay)."""
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    draft.delete()


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Bytes and counts shown beside the file picker (TT 32/2017 art. 7)."""

    max_file: int
    max_total: int
    max_files: int


def upload_limits(now: datetime) -> UploadLimits:
    """The limits in force, from law parameters."""
    return UploadLimits(
        max_file=limits.integer(keys.UPLOAD_MAX_FILE_BYTES, now),
        max_total=limits.integer(keys.UPLOAD_MAX_TOTAL_BYTES, now),
        max_files=limits.integer(keys.UPLOAD_MAX_FILES_PER_COMPONENT, now),
    )


@transaction.atomic
def begin_upload(
    *, actor: Actor, draft_id: UUID, component: int, filename: str, size: int, now: datetime
) -> DraftUpload:
    """Announce a file. What can be refused before a byte is sent is refused here, with its reason."""
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    if component not in {c.pk for c in case_bundle(draft.case_id).components if asked(c) or c.replaced_by}:
        raise NotAllowed("upload.unknown_component")
    name = uploads.clean_filename(filename)
    bounds = upload_limits(now)
    if size <= 0:
        raise Refused("upload.empty", filename=name)
    if size > bounds.max_file:
        raise Refused("upload.too_large", filename=name, size=size, limit=bounds.max_file)
    kept = [u for u in draft.uploads.all() if u.state != DraftUpload.State.REFUSED]
    if sum(u.size for u in kept) + size > bounds.max_total:
        raise Refused("upload.total_too_large", limit=bounds.max_total)
    if sum(1 for u in kept if u.component_id == component) >= bounds.max_files:
        raise Refused("upload.too_many", limit=bounds.max_files)
    problem = uploads.extension_problem(name)
    if problem is not None:
        raise Refused(f"upload.{problem}", filename=name)
    return DraftUpload.objects.create(
        draft=draft, component_id=component, filename=name, size=size, created_at=now
    )


def _upload(actor: Actor, draft_id: UUID, upload_id: UUID) -> DraftUpload:
    upload = (
        DraftUpload.objects.select_for_update(of=("self",))
        .filter(pk=upload_id, draft=draft_id, draft__account=actor.account, draft__dossier=None)
        .first()
    )
    if upload is None:
        raise NotAllowed("upload.unknown")
    return upload


@transaction.atomic
def receive_chunk(
    *, actor: Actor, draft_id: UUID, upload_id: UUID, offset: int, chunk: bytes, now: datetime
) -> DraftUpload:
    """Add a chunk at ``offset``; the last one has the file checked and kept, or refused with its reason.

    A wrong offset raises :class:`Conflict` with the true one, so that a phone that lost the network goes on
    from there.
    """
    upload = _upload(actor, draft_id, upload_id)
    if upload.state == DraftUpload.State.KEPT:
        return upload
    if upload.state == DraftUpload.State.REFUSED:
        raise Refused(f"upload.{upload.problem}", filename=upload.filename)
    if offset != upload.offset:
        raise Conflict("upload.wrong_offset", offset=upload.offset)
    if offset + len(chunk) > upload.size:
        raise Refused("upload.longer_than_announced", filename=upload.filename)
    store = blob_store()
    upload.offset = store.append(str(upload.pk), offset, chunk)
    if upload.offset == upload.size:
        _finish(store, upload, now)
    upload.save(update_fields=["offset", "state", "problem", "blob", "filename"])
    return upload


def _finish(store: BlobStore, upload: DraftUpload, now: datetime) -> None:
    inspection = uploads.inspect(store.incoming_path(str(upload.pk)), upload.filename)
    if inspection.problem is not None:
        store.drop_incoming(str(upload.pk))
        upload.state, upload.problem = DraftUpload.State.REFUSED, inspection.problem
        return
    upload.blob = contents.adopt(store, str(upload.pk), mime=inspection.mime, now=now)
    upload.state = DraftUpload.State.KEPT


@transaction.atomic
def remove_upload(*, actor: Actor, draft_id: UUID, upload_id: UUID) -> None:
    """Take a file out of the draft again."""
    upload = _upload(actor, draft_id, upload_id)
    blob_store().drop_incoming(str(upload.pk))
    upload.delete()


def keep_content(content: bytes, mime: str, now: datetime) -> Blob:
    """Store bytes we made ourselves (slips, results); equal bytes are one content."""
    return contents.keep(blob_store(), content, mime=mime, now=now)


def files_by_component(draft_uploads: Iterable[DraftUpload]) -> dict[int, list[DraftUpload]]:
    """Kept and arriving files, by component, in the order they came."""
    grouped: dict[int, list[DraftUpload]] = {}
    for upload in sorted(draft_uploads, key=lambda u: u.created_at):
        grouped.setdefault(upload.component_id, []).append(upload)
    return grouped
