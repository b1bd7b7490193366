"""What an officer writes beside a dossier: notes, letters, labels, and whether they follow it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.dossiers.drafts import upload_limits
from motcua.dossiers.models import Dossier
from motcua.kernel import uploads
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.messaging import letters
from motcua.messaging.models import LetterFile
from motcua.web.desk import place
from motcua.web.desk.files import blob_response, own_policy
from motcua.web.desk.page import standing
from motcua.web.shared.forms import incoming
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace import actions
from motcua.workspace.queries import margin_of


def carried(request: HttpRequest) -> dict[str, str]:
    """The list a dossier's page was opened from, as its address carries it along."""
    token, at = request.GET.get("from", ""), request.GET.get("at", "")
    return {"from": token, "at": at} if place.unpack(token) is not None and len(at) < 60 else {}


def context_of(request: HttpRequest, actor: Actor, dossier: Dossier) -> dict[str, Any]:
    """What the dossier's page shows beside the dossier; one query."""
    kept = carried(request)
    asked = place.unpack(kept["from"]) if kept else None
    at = (asked, kept["at"]) if asked is not None else None
    margin = margin_of(
        dossier.pk,
        dossier.case_id,
        actor,
        place=at,
        looks=standing.sees_looks(dossier, actor),
        now=clock_now(),
    )
    more = f"&{urlencode(kept)}" if kept else ""
    before, after = (
        f"/desk/dossiers/{one[0]}/?{place.beside(kept['from'], one[1])}" if one else ""
        for one in (margin.beside.before, margin.beside.after)
    )
    back = ""
    if asked is not None:
        back = f"/desk/?{urlencode({'s': kept['from']})}" if asked.q else f"/desk/?list={asked.view}"
    return {
        "margin": margin,
        "may_write": writes(actor, dossier),
        "before": before,
        "after": after,
        "back_to": back or "/desk/",
        "carry": f"?{urlencode(kept)}" if kept else "",
        "carry_more": more,
        "max_note": actions.MAX_NOTE,
    }


def writes(actor: Actor, dossier: Dossier) -> bool:
    """Whether the officer sits in the agency that has the dossier, and so may write to its applicant."""
    return any(seat.agency == dossier.agency_id for seat in actor.seats)


def _seen(request: HttpRequest, code: str) -> Dossier:
    found = (
        Dossier.objects.visible_to(acting(request))
        .select_related("procedure", "agency")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, code: str, anchor: str) -> HttpResponseRedirect:
    kept = carried(request)
    return HttpResponseRedirect(f"/desk/dossiers/{code}/{'?' + urlencode(kept) if kept else ''}#{anchor}")


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def note(request: HttpRequest, code: str) -> HttpResponse:
    """``/desk/dossiers/<code>/notes/``: POST ``body`` writes an internal note."""
    return _write(request, code, "note")


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """``/desk/dossiers/<code>/letters/``: POST ``body`` and ``files`` writes to the applicant."""
    return _write(request, code, "letter")


def _write(request: HttpRequest, code: str, what: str) -> HttpResponse:
    actor, dossier = acting(request), _seen(request, code)
    if what == "letter" and not writes(actor, dossier):
        raise Http404
    body, errors, status = request.POST.get("body", ""), [], 200
    if request.method == "POST":
        try:
            if what == "note":
                actions.write_note(actor=actor, code=code, body=body, now=clock_now())
            else:
                files = [incoming(file) for file in request.FILES.getlist("files")]
                letters.write_letter(actor=actor, code=code, body=body, files=files, now=clock_now())
            return _back(request, code, "notes" if what == "note" else "letters")
        except Refused as refusal:
            href = "#files" if refusal.code.startswith("upload.") else "#body"
            errors, status = [(href, sentence(refusal.code, refusal.params))], refusal.status
    context = {
        "staff": navigation(actor, "desk"),
        "dossier": dossier,
        "what": what,
        "thread": margin_of(dossier.pk, dossier.case_id, actor, now=clock_now()).letters
        if what == "letter"
        else [],
        "body": body,
        "errors": errors,
        "limits": upload_limits(clock_now()),
        "accept": uploads.ACCEPT,
        "max_body": actions.MAX_NOTE if what == "note" else letters.MAX_BODY,
        "carry": f"?{urlencode(carried(request))}" if carried(request) else "",
        "title": _("Ghi chú nội bộ") if what == "note" else _("Thư gửi người nộp"),
    }
    return render(request, "desk/write.html", context, status=status)


@require_POST
@staff()
def labels(request: HttpRequest, code: str) -> HttpResponse:
    """``/desk/dossiers/<code>/labels/``: POST ``put`` or ``take`` a label of one's unit."""
    dossier = _seen(request, code)
    for name, act in (("put", actions.put_label), ("take", actions.take_label)):
        key = request.POST.get(name, "")
        if key.isascii() and key.isdigit() and len(key) < 19:
            act(actor=acting(request), code=dossier.code, label_id=int(key), now=clock_now())
    return _back(request, code, "labels")


@require_POST
@staff()
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """``/desk/dossiers/<code>/follow/``: POST ``wanted`` 1 or 0."""
    dossier = _seen(request, code)
    actions.follow(
        actor=acting(request), code=dossier.code, wanted=request.POST.get("wanted") == "1", now=clock_now()
    )
    return _back(request, code, "main")


@require_safe
@staff()
@own_policy
def letter_file(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """``/desk/dossiers/<code>/letters/<id>/``: a file of the thread."""
    dossier = _seen(request, code)
    found = get_object_or_404(LetterFile.objects.select_related("blob"), pk=number, letter__dossier=dossier)
    return blob_response(found.blob, found.filename, download="download" in request.GET)
