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
from motcua.dossiers.models import Channel, Draft, DraftUpload, Invitation
from motcua.dossiers.rules import asked
from motcua.eforms import rules as eforms
from motcua.kernel import contents, locks, pictures, uploads
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


def reach(actor: Actor, draft_id: UUID, *, lock: bool = False) -> tuple[Draft, frozenset[str] | None]:
    """A draft of the actor (and None), or one to which they were invited, with the sections that are theirs to fill."""
    try:
        return mine(actor, draft_id, lock=lock), None
    except NotAllowed:
        found = (
            Draft.objects.select_for_update(of=("self",)) if lock else Draft.objects.select_related("account")
        )
        if actor.account is None or actor.kind != "person":
            raise
        draft = found.filter(pk=draft_id, dossier=None).first()
        # Read after the draft is ours alone: a revocation that came first is seen.
        invited = Invitation.objects.filter(draft=draft_id, accepted_by=actor.account, revoked_at=None)
        sections = frozenset(section for one in invited for section in one.sections) if draft else frozenset()
        if draft is None or not sections:
            raise
        return draft, sections


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
    before: int
    saved_at: datetime
    answers: Mapping[str, Any]


@transaction.atomic
def save(
    *, actor: Actor, draft_id: UUID, values: Mapping[str, Any], revision: int | None, now: datetime
) -> Saved:
    """Keep raw answers by field id. ``revision`` is the one the values were typed on (None: a page without script).

    Raises :class:`Conflict` ``draft.changed_elsewhere`` with the field and the value that stands there, when
    another tab has changed the same field since; nothing is kept then. Who was invited saves fields of their own
    sections only, and each is remembered as theirs.
    """
    draft, part = reach(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    if part is not None:
        places = form_of(draft.form_id).section_of if draft.form_id else {}
        if any(places.get(name) not in part for name in values):
            raise NotAllowed("draft.unknown")
    before = draft.revision
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
        by = {name: account for name, account in draft.sources.get("_by", {}).items() if name not in changed}
        if part is not None:
            by |= dict.fromkeys(changed, actor.account)
        if by or "_by" in sources:
            sources["_by"] = by
        draft.sources = sources
    draft.saved_at = now
    draft.save(update_fields=["body", "revision", "sources", "saved_at"])
    return Saved(draft.revision, before, now, answers)


@transaction.atomic
def know(
    *,
    actor: Actor,
    draft_id: UUID,
    found: Mapping[str, tuple[Any, str]],
    later: Mapping[str, str],
    compared: bool = False,
    now: datetime,
) -> None:
    """Take what is known from elsewhere (value, source) into fields that nobody has filled or touched; once a draft.

    ``later``: fields whose register did not answer, and which; ``compared``: some fields will be compared once it is
    filed, so that who reads the dossier knows whether to look for that. It counts as a change, so that a tab that was opened
    before is asked instead of overwriting it with its blank.
    """
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None or "_filled" in draft.sources:
        return
    answers, touched = draft.answers, draft.sources.get("_touched", {})
    taken = {
        name: pair
        for name, pair in found.items()
        if name not in touched and answers.get(name) in (None, "", {}, [])
    }
    sources = {
        **draft.sources,
        **{name: source for name, (_, source) in taken.items()},
        "_filled": now.isoformat(),
    }
    if later:
        sources["_later"] = dict(later)
    if compared:
        sources["_compared"] = True
    if taken:
        draft.revision += 1
        sources["_touched"] = {**touched, **dict.fromkeys(taken, draft.revision)}
        draft.answers = {**answers, **{name: value for name, (value, _) in taken.items()}}
    draft.sources = sources
    draft.save(update_fields=["body", "revision", "sources"])


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
    *,
    actor: Actor,
    draft_id: UUID,
    component: int | None = None,
    field: str = "",
    filename: str,
    size: int,
    now: datetime,
    mark: str = "",
) -> DraftUpload:
    """Announce a file for a component, or for a field that holds a picture. What can be refused before a byte is sent
    is refused here, with its reason.

    A file whose ``mark`` (what the browser knows it by) is still on its way goes on: the upload of before is given.
    """
    draft = mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise Conflict("draft.already_filed")
    if field:
        if component is not None or draft.form_id is None or field not in photos(form_of(draft.form_id)):
            raise NotAllowed("upload.unknown_component")
    elif component not in {c.pk for c in case_bundle(draft.case_id).components if asked(c) or c.replaced_by}:
        raise NotAllowed("upload.unknown_component")
    name = uploads.clean_filename(filename)
    if mark:
        begun = draft.uploads.filter(
            component=component, field=field, mark=mark[:64], size=size, state=DraftUpload.State.RECEIVING
        ).first()
        if begun is not None:
            return begun
    bounds = upload_limits(now)
    if size <= 0:
        raise Refused("upload.empty", filename=name)
    if size > bounds.max_file:
        raise Refused("upload.too_large", filename=name, size=size, limit=bounds.max_file)
    kept = [u for u in draft.uploads.all() if u.state != DraftUpload.State.REFUSED]
    if sum(u.size for u in kept) + size > bounds.max_total:
        raise Refused("upload.total_too_large", limit=bounds.max_total)
    if not field and sum(1 for u in kept if u.component_id == component) >= bounds.max_files:
        raise Refused("upload.too_many", limit=bounds.max_files)
    problem = uploads.extension_problem(name, picture=bool(field))
    if problem is not None:
        raise Refused(f"upload.{problem}", filename=name)
    return DraftUpload.objects.create(
        draft=draft,
        component_id=component,
        field=field,
        filename=name,
        mark=mark[:64],
        size=size,
        created_at=now,
    )


def photos(form: eforms.Form) -> frozenset[str]:
    """The fields of a form that hold a picture of their own."""
    return frozenset(field.id for field in form.fields if field.kind.key == "photo")


def _upload(actor: Actor, draft_id: UUID, upload_id: UUID) -> tuple[Draft, DraftUpload]:
    """A draft of the actor's and a file of it, both locked: always the draft first, so that nobody waits in a ring."""
    try:
        draft = mine(actor, draft_id, lock=True)
    except NotAllowed:
        raise NotAllowed("upload.unknown") from None
    upload = draft.uploads.select_for_update().filter(pk=upload_id).first()
    if upload is None or draft.dossier_id is not None:
        raise NotAllowed("upload.unknown")
    return draft, upload


@transaction.atomic
def receive_chunk(
    *, actor: Actor, draft_id: UUID, upload_id: UUID, offset: int, chunk: bytes, now: datetime
) -> DraftUpload:
    """Add a chunk at ``offset``; the last one has the file checked and kept, or refused with its reason.

    A wrong offset raises :class:`Conflict` with the true one, so that a phone that lost the network goes on
    from there.
    """
    draft, upload = _upload(actor, draft_id, upload_id)
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
    upload.save(update_fields=["offset", "state", "problem", "blob", "filename", "size"])
    if upload.field and upload.state == DraftUpload.State.KEPT:
        _take_picture(draft, upload)
    return upload


def _finish(store: BlobStore, upload: DraftUpload, now: datetime) -> None:
    inspection = uploads.inspect(store.incoming_path(str(upload.pk)), upload.filename)
    if inspection.problem is not None:
        store.drop_incoming(str(upload.pk))
        upload.state, upload.problem = DraftUpload.State.REFUSED, inspection.problem
        return
    if inspection.kind == "heic":
        _keep_as_jpeg(store, upload, now)
        return
    upload.blob = contents.adopt(store, str(upload.pk), mime=inspection.mime, now=now)
    upload.state = DraftUpload.State.KEPT
    # Rolled back, the file goes on arriving under its old name; committed, that name would keep for a week what a purge
    # has removed. Killed in between, `sweep_incoming` finds it.
    transaction.on_commit(lambda: store.drop_incoming(str(upload.pk)), robust=True)


def _keep_as_jpeg(store: BlobStore, upload: DraftUpload, now: datetime) -> None:
    """A phone's HEIC as a picture that every officer's browser shows; the original is not kept."""
    try:
        content = pictures.as_jpeg(store.incoming_path(str(upload.pk)))
    except pictures.Unreadable as fault:
        upload.state, upload.problem = DraftUpload.State.REFUSED, fault.code
    else:
        upload.blob = contents.keep(store, content, mime="image/jpeg", now=now)
        upload.state = DraftUpload.State.KEPT
        upload.filename = f"{upload.filename.rpartition('.')[0] or 'anh'}.jpg"
        upload.offset = upload.size = len(content)
    store.drop_incoming(str(upload.pk))


def _take_picture(draft: Draft, upload: DraftUpload) -> None:
    """A picture that has arrived is the answer of its field, instead of the one before. The server says so, nobody else."""
    draft.answers = {**draft.answers, upload.field: {"file": str(upload.pk), "name": upload.filename}}
    draft.save(update_fields=["body"])
    draft.uploads.filter(field=upload.field).exclude(pk=upload.pk).delete()


@transaction.atomic
def remove_upload(*, actor: Actor, draft_id: UUID, upload_id: UUID) -> None:
    """Take a file out of the draft again."""
    draft, upload = _upload(actor, draft_id, upload_id)
    blob_store().drop_incoming(str(upload.pk))
    if upload.field and draft.answers.get(upload.field, {}).get("file") == str(upload.pk):
        draft.answers = {name: value for name, value in draft.answers.items() if name != upload.field}
        draft.save(update_fields=["body"])
    upload.delete()


def keep_content(content: bytes, mime: str, now: datetime) -> Blob:
    """Store bytes we made ourselves (slips, results); equal bytes are one content."""
    return contents.keep(blob_store(), content, mime=mime, now=now)


def files_by_component(draft_uploads: Iterable[DraftUpload]) -> dict[int, list[DraftUpload]]:
    """Kept and arriving files, by component, in the order they came."""
    grouped: dict[int, list[DraftUpload]] = {}
    for upload in sorted(draft_uploads, key=lambda u: u.created_at):
        if upload.component_id is not None:
            grouped.setdefault(upload.component_id, []).append(upload)
    return grouped
