"""Papers, slips and results as files: read by those who see the dossier, and shown so that they can do no harm.

A file that people sent is never trusted: it is shown inline only as the image or PDF it was found to be, under a policy
of its own that runs nothing and reaches nothing; everything else is handed out as a download.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, cast
from urllib.parse import quote

import orjson
from csp.decorators import csp_replace
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier, Paper, Slip
from motcua.kernel.clock import now as clock_now
from motcua.kernel.models import Blob
from motcua.results.models import ResultDocument
from motcua.results.rendering import render_result, template_for
from motcua.web.desk import forms
from motcua.web.desk.page import INLINE, open_dossier, result_of
from motcua.web.shared.staff import acting, staff

P = ParamSpec("P")

_NOTHING = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "img-src": ["'self'"],
    # The browser's own PDF viewer styles itself; a sandbox without scripts is all that a picture needs.
    "style-src": ["'unsafe-inline'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
}


def own_policy(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """The policy above instead of the site's, shown inside our own pages alone.

    (The libraries type their decorators for views without arguments.)
    """
    shown = xframe_options_sameorigin(csp_replace(_NOTHING)(cast("Any", view)))
    return cast("Callable[P, HttpResponseBase]", shown)


def _shown(response: HttpResponseBase, mime: str, filename: str, *, download: bool) -> HttpResponseBase:
    inline = mime in INLINE and not download
    response["Content-Type"] = mime if inline else "application/octet-stream"
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(filename)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def blob_response(blob: Blob, filename: str, *, download: bool) -> HttpResponseBase:
    """A stored content, shown as what it was found to be."""
    try:
        content = blob_store().open(blob.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
    return _shown(FileResponse(content), blob.mime, filename, download=download)


def _visible(request: HttpRequest, code: str) -> Dossier:
    return get_object_or_404(Dossier.objects.visible_to(acting(request)).only("pk", "code"), code=code)


@require_safe
@staff()
@own_policy
def paper(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """``/desk/dossiers/<code>/papers/<id>/``, inline or ``?download=1``."""
    dossier = _visible(request, code)
    found = get_object_or_404(Paper.objects.select_related("blob"), dossier=dossier, pk=number)
    return blob_response(found.blob, found.filename, download="download" in request.GET)


@require_safe
@staff()
@own_policy
def slip(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """``/desk/dossiers/<code>/slips/<id>/``."""
    dossier = _visible(request, code)
    found = get_object_or_404(Slip.objects.select_related("blob"), dossier=dossier, pk=number)
    return blob_response(
        found.blob, f"{dossier.code}-mau-{found.kind}.pdf", download="download" in request.GET
    )


@require_safe
@staff()
@own_policy
def result(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/desk/dossiers/<code>/result.pdf``: the draft with its watermark; the signed document once there is one."""
    dossier = open_dossier(acting(request), code)
    document = result_of(dossier) if dossier else None
    if dossier is None or document is None:
        raise Http404
    if document.blob_id is not None:
        blob = Blob.objects.get(pk=document.blob_id)
        return blob_response(blob, f"{dossier.code}-ket-qua.pdf", download="download" in request.GET)
    pdf = render_result(document, draft=True, at=clock_now())
    return _shown(HttpResponse(pdf), "application/pdf", f"{dossier.code}-du-thao.pdf", download=False)


@require_POST
@staff()
@own_policy
def preview(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/desk/dossiers/<code>/preview/``: the result as the form now says it, with its watermark; nothing is kept."""
    dossier = open_dossier(acting(request), code)
    if dossier is None:
        raise Http404
    bundle = case_bundle(dossier.case_id)
    template = template_for(bundle.national_code)
    document = ResultDocument(
        dossier=dossier,
        agency=dossier.agency,
        template=template.key,
        title=bundle.result_name[:200],
        content=orjson.dumps(forms.content(template, request.POST)).decode(),
        drafted_at=clock_now(),
        verify_code="0000-0000-0000",
    )
    pdf = render_result(document, draft=True, at=clock_now())
    return _shown(HttpResponse(pdf), "application/pdf", f"{dossier.code}-xem-truoc.pdf", download=False)
