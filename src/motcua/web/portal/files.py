"""Handing out files: found by audience, sent so that nothing in them can act on this site."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from motcua.dossiers import declarations
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier, DraftUpload, Paper, Slip, SlipKind
from motcua.kernel.actors import Actor
from motcua.kernel.models import Blob
from motcua.messaging.models import LetterFile
from motcua.results.models import ResultDocument, StoreItem
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.queries import dossier_of, kept_for

#: (content, file name, made by us: may be shown in the browser)
Found = tuple[Blob, str, bool]


def _paper(actor: Actor, key: str) -> Found | None:
    paper = (
        Paper.objects.filter(pk=int(key), dossier__in=Dossier.objects.visible_to(actor))
        .select_related("blob")
        .first()
    )
    return (paper.blob, paper.filename, False) if paper else None


def _slip(actor: Actor, key: str) -> Found | None:
    slip = (
        Slip.objects.filter(pk=int(key), dossier__in=Dossier.objects.visible_to(actor))
        .exclude(kind=SlipKind.CONTROL)
        .select_related("blob", "dossier")
        .first()
    )
    return (slip.blob, f"phieu-{slip.kind}-{slip.dossier.code}.pdf", True) if slip else None


def _result(actor: Actor, key: str) -> Found | None:
    """A result once it has been handed over; before that it waits at the office."""
    result = (
        ResultDocument.objects.filter(
            pk=int(key), store_item__isnull=False, dossier__in=Dossier.objects.visible_to(actor)
        )
        .select_related("blob", "dossier")
        .first()
    )
    return (result.blob, f"ket-qua-{result.about.code}.pdf", True) if result and result.blob else None


def _stored(actor: Actor, key: str) -> Found | None:
    item = StoreItem.objects.filter(kept_for(actor), pk=int(key)).select_related("blob").first()
    return (item.blob, f"ket-qua-{item.pk}.pdf", True) if item else None


def _upload(actor: Actor, key: str) -> Found | None:
    upload = (
        DraftUpload.objects.filter(pk=UUID(key), draft__account=actor.account, state=DraftUpload.State.KEPT)
        .select_related("blob")
        .first()
    )
    return (upload.blob, upload.filename, False) if upload and upload.blob else None


def _letter(actor: Actor, key: str) -> Found | None:
    file = (
        LetterFile.objects.filter(pk=int(key), letter__dossier__in=Dossier.objects.visible_to(actor))
        .select_related("blob")
        .first()
    )
    return (file.blob, file.filename, False) if file else None


KINDS: dict[str, Callable[[Actor, str], Found | None]] = {
    "paper": _paper,
    "slip": _slip,
    "result": _result,
    "store": _stored,
    "upload": _upload,
    "letter": _letter,
}


@person_required
@require_GET
def download(request: PersonRequest, kind: str, key: str) -> HttpResponseBase:
    """``/account/files/<kind>/<key>/``; whoever may not see it is told that there is none."""
    try:
        found = KINDS[kind](request.actor, key) if request.actor.account is not None else None
    except (KeyError, ValueError):
        found = None
    if found is None:
        raise Http404
    blob, name, ours = found
    return send(blob, name, inline=ours and request.GET.get("download") != "1")


@person_required
@require_GET
def declaration(request: PersonRequest, code: str) -> HttpResponseBase:
    """The filled-in form as PDF, for whoever may see the dossier."""
    dossier = dossier_of(request.actor, code)
    made = declarations.of(dossier)
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="to-khai-{dossier.code}.pdf"'
    return private(response, shown=True)


def send(blob: Blob, name: str, *, inline: bool) -> HttpResponseBase:
    """A stored content. Only PDFs we made ourselves are shown in the browser; all else is a download in a sandbox."""
    shown = inline and blob.mime == "application/pdf"
    try:
        content = blob_store().open(blob.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=not shown,
        filename=name,
        content_type=blob.mime
        if shown or blob.mime in {"application/pdf", "image/jpeg", "image/png"}
        else "application/octet-stream",
    )
    return private(response, shown=shown)


def private(response: HttpResponseBase, *, shown: bool) -> HttpResponseBase:
    """Nobody keeps it on the way, and nothing in it can act here."""
    response["X-Content-Type-Options"] = "nosniff"
    # A browser's own PDF view does not open inside a sandbox; our own documents hold nothing that could act.
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        if shown
        else "default-src 'none'; sandbox"
    )
    response["Cache-Control"] = "private, no-store"
    return response
