"""The thread between an agency and an applicant: letters with files, in the account; e-mail only says that there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from motcua.dossiers import actions as filing
from motcua.dossiers.drafts import blob_store, upload_limits
from motcua.dossiers.models import Dossier
from motcua.kernel import contents, uploads
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.models import Blob
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import clean
from motcua.messaging.actions import tell
from motcua.messaging.models import Letter, LetterFile

SENT = "letter.sent"
ANSWERED = "letter.answered"

MAX_BODY = 6000
#: Letters that the applicant may write before the office has read or answered one of them.
MAX_UNANSWERED = 10


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it comes from a form: read once, in pieces."""

    filename: str
    size: int
    pieces: Iterable[bytes]


@action("messaging.write_letter")
def write_letter(
    *, actor: Actor, code: str, body: str, files: Sequence[Incoming] = (), now: datetime
) -> Letter:
    """The agency that has the dossier writes to the applicant."""
    dossier = filing.locked(actor, code=code)
    if not any(
        seat.agency == dossier.agency_id
        for seat in actor.seats_as(Role.ONE_STOP, Role.CIVIL_SERVANT, Role.HEAD)
    ):
        raise NotAllowed("letter.not_yours")
    return _write(dossier, actor, body, files, from_office=True, kind=SENT, now=now)


@action("messaging.answer_letter")
def answer_letter(
    *, actor: Actor, code: str, body: str, files: Sequence[Incoming] = (), now: datetime
) -> Letter:
    """The applicant answers. The agency writes first: what has a deadline goes through the supplement, not here."""
    if actor.kind != "person" or actor.account is None:
        raise NotAllowed("dossier.unknown")
    dossier = filing.locked(actor, code=code)
    last = Letter.objects.filter(dossier=dossier, from_office=True).order_by("-pk").first()
    if last is None:
        raise Conflict("letter.nobody_asked")
    if Letter.objects.filter(dossier=dossier, from_office=False, pk__gt=last.pk).count() >= MAX_UNANSWERED:
        raise Refused("letter.too_many", limit=MAX_UNANSWERED)
    return _write(dossier, actor, body, files, from_office=False, kind=ANSWERED, now=now)


def _write(
    dossier: Dossier,
    actor: Actor,
    body: str,
    files: Sequence[Incoming],
    *,
    from_office: bool,
    kind: str,
    now: datetime,
) -> Letter:
    if actor.account is None:
        raise NotAllowed("dossier.unknown")
    text = clean(body, multiline=True).strip()[:MAX_BODY]
    if not text:
        raise Refused("letter.empty")
    letter = Letter.objects.create(
        dossier=dossier, from_office=from_office, author_id=actor.account, body=text, at=now
    )
    _check(files, now)
    for file in files:
        blob, name = _keep(file, now)
        LetterFile.objects.create(letter=letter, blob=blob, filename=name)
    filing.record(dossier, kind, actor=actor, now=now, data={"letter": letter.pk, "files": len(files)})
    return letter


def _check(files: Sequence[Incoming], now: datetime) -> None:
    """What can be refused before a byte is read."""
    bounds = upload_limits(now)
    if len(files) > bounds.max_files:
        raise Refused("upload.too_many", limit=bounds.max_files)
    for file in files:
        name = uploads.clean_filename(file.filename)
        if file.size <= 0:
            raise Refused("upload.empty", filename=name)
        if file.size > bounds.max_file:
            raise Refused("upload.too_large", filename=name, size=file.size, limit=bounds.max_file)
        if problem := uploads.extension_problem(name):
            raise Refused(f"upload.{problem}", filename=name)
    if sum(file.size for file in files) > bounds.max_total:
        raise Refused("upload.total_too_large", limit=bounds.max_total)


def _keep(file: Incoming, now: datetime) -> tuple[Blob, str]:
    """A file, looked into before it is kept; its row is held until the letter stands."""
    store, name, upload, offset = blob_store(), uploads.clean_filename(file.filename), str(uuid4()), 0
    try:
        for piece in file.pieces:
            offset = store.append(upload, offset, piece)
        found = uploads.inspect(store.incoming_path(upload), name)
        if found.problem is not None:
            raise Refused(f"upload.{found.problem}", filename=name)
        return contents.adopt(store, upload, mime=found.mime, now=now), name
    finally:
        store.drop_incoming(upload)


def tell_applicant(dossier: Dossier, at: datetime) -> None:
    """After the commit: a notice in the account and by e-mail that there is a letter; nothing of what is in it."""
    for letter in Letter.objects.filter(dossier=dossier, from_office=True, at=at):
        tell(dossier, "letter", now=at, once=str(letter.pk))


def thread(dossier: Dossier) -> list[Letter]:
    """The letters of a dossier in order, with their files. The caller has checked who asks."""
    return list(
        Letter.objects.filter(dossier=dossier)
        .select_related("author")
        .prefetch_related("files")
        .order_by("pk")
    )


def seen_by_applicant(*, actor: Actor, dossier: Dossier, now: datetime) -> None:
    """The applicant has opened the thread."""
    if actor.kind == "person" and Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists():
        Letter.objects.filter(dossier=dossier, from_office=True, read_at=None).update(read_at=now)
