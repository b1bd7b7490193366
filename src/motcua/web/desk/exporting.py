"""Exports at the desk: ordered from a list, made by a worker, fetched within some days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.dossiers.drafts import blob_store
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.law import keys, limits
from motcua.web.desk import place, words
from motcua.web.desk.bulk import selected
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace.exports import orders, writers
from motcua.workspace.models import Export
from motcua.workspace.queries import desk_of, export_of, exports_of
from motcua.workspace.rules import Asked

OPEN = frozenset({Export.State.WAITING, Export.State.WORKING})


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def exports(request: HttpRequest) -> HttpResponse:
    """``/desk/exports/``: an officer's files; POST ``format`` of a list's form orders one more."""
    actor = acting(request)
    problem, status = "", 200
    if request.method == "POST":
        everything = request.POST.get("which") == "all"
        lines = [] if everything else selected(request, actor)
        state = desk_of(actor)
        try:
            if not everything and not lines:
                raise Refused("bulk.nothing_chosen")
            export = orders.order_export(
                actor=actor,
                format_=request.POST.get("format", ""),
                asked=place.unpack(request.POST.get("from", "")) or Asked(),
                shown=state.columns,
                language=request.LANGUAGE_CODE,
                dossiers=[line.dossier for line in lines],
                now=clock_now(),
            )
            return HttpResponseRedirect(f"/desk/exports/{export.pk}/")
        except Refused as refusal:
            problem, status = sentence(refusal.code, refusal.params), refusal.status
    context = {
        "staff": navigation(actor, "desk"),
        "exports": [_named(export) for export in exports_of(actor)],
        "days": limits.integer(keys.EXPORTS_KEPT, clock_now()),
        "problem": problem,
    }
    return render(request, "desk/exports.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def export(request: HttpRequest, key: UUID) -> HttpResponse:
    """``/desk/exports/<key>/``: how far it is, then the file; POST calls it off or throws it away."""
    actor = acting(request)
    found = export_of(actor, key)
    if found is None:
        raise Http404
    if request.method == "POST":
        orders.cancel_export(actor=actor, key=key, now=clock_now())
        return HttpResponseRedirect("/desk/exports/")
    context = {
        "staff": navigation(actor, "desk"),
        "export": _named(found),
        "refresh": 2 if found.state in OPEN else 0,
    }
    return render(request, "desk/export.html", context)


@require_safe
@staff()
def export_file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """``/desk/exports/<key>/file/``: the file, always as a download."""
    actor = acting(request)
    found = export_of(actor, key)
    if found is None or found.blob_id is None:
        raise Http404
    orders.fetch_export(actor=actor, key=key, now=clock_now())
    try:
        content = blob_store().open(found.blob_id)
    except FileNotFoundError as error:
        raise Http404 from error
    name = (
        f"ho-so-{local_day(found.ordered_at):%Y%m%d}-{str(found.pk)[-6:]}.{writers.EXTENSION[found.format]}"
    )
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type=writers.MIME[found.format]
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _named(export: Export) -> dict[str, Any]:
    return {
        "key": str(export.pk),
        "name": _(words.FORMATS[export.format]),
        "at": export.ordered_at,
        "ended_at": export.ended_at,
        "working": export.state in OPEN,
        "ready": export.state == Export.State.DONE and export.blob_id is not None,
        "failed": export.state == Export.State.FAILED,
        "words": _(words.EXPORT_STATES[export.state]),
        "tone": words.BULK_TONES.get(export.state, "working"),
        "done": export.done,
        "size": export.blob.size if export.blob else 0,
        "expires_at": export.expires_at,
        "problem": sentence(export.problem, {"limit": ""}) if export.problem else "",
    }
