"""What a person does to a dossier: answer, withdraw, stop, rate, complete."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.dossiers.actions import withdraw as withdraw_dossier
from motcua.feedback.actions import rate as rate_dossier
from motcua.feedback.models import Level
from motcua.kernel.clock import now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.text import clean
from motcua.messaging import letters
from motcua.processing.actions import request_stop, start_supplement
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.account.dossier import RATEABLE, level_words, page, stoppable, withdrawable
from motcua.web.portal.queries import dossier_of
from motcua.web.shared.forms import incoming
from motcua.web.shared.resend import survives_database

ASPECTS = ("overall", "convenience", "timeliness", "attitude")


@person_required
@survives_database
@require_http_methods(["POST"])
def answer(request: PersonRequest, code: str) -> HttpResponse:
    """Answer the office's letters, with files."""
    found = dossier_of(request.actor, code)
    body = request.POST.get("body", "")
    try:
        files = [incoming(file) for file in request.FILES.getlist("files")]
        letters.answer_letter(actor=request.actor, code=code, body=body, files=files, now=now())
    except Refused as refused:
        return page(request, found, refused, reply=body)
    return HttpResponseRedirect(f"/account/dossiers/{code}/?done=answered#letters")


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, code: str) -> HttpResponse:
    """Take the dossier back, after asking once."""
    found = dossier_of(request.actor, code)
    if request.method == "POST":
        try:
            withdraw_dossier(actor=request.actor, code=code, reason="", now=now())
        except Conflict as refused:
            return page(request, dossier_of(request.actor, code), refused)
        return HttpResponseRedirect(f"/account/dossiers/{code}/?done=withdrawn")
    if not withdrawable(found):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    return render(request, "portal/account/withdraw.html", {"dossier": found})


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def stop(request: PersonRequest, code: str) -> HttpResponse:
    """Ask to stop a dossier that has been received; the one-stop desk answers."""
    found = dossier_of(request.actor, code)
    if request.method == "POST":
        reason = clean(request.POST.get("reason", ""), multiline=True)[:2000]
        try:
            request_stop(actor=request.actor, code=code, reason=reason, now=now())
        except Conflict as refused:
            return page(request, dossier_of(request.actor, code), refused)
        return HttpResponseRedirect(f"/account/dossiers/{code}/?done=stop")
    if not stoppable(found):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    return render(request, "portal/account/stop.html", {"dossier": found})


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def rate(request: PersonRequest, code: str) -> HttpResponse:
    """Three levels: the whole (needed), convenience, timeliness, attitude (R1.30)."""
    found = dossier_of(request.actor, code)
    if request.method != "POST" and (
        getattr(found, "rating", None) is not None or found.state not in RATEABLE
    ):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    given = {name: _level(request.POST.get(name, "")) for name in ASPECTS}
    overall = given["overall"]
    errors = []
    if request.method == "POST":
        if overall is not None:
            try:
                rate_dossier(
                    actor=request.actor,
                    code=code,
                    overall=overall,
                    convenience=given["convenience"],
                    timeliness=given["timeliness"],
                    attitude=given["attitude"],
                    comment=request.POST.get("comment", ""),
                    now=now(),
                )
            except Conflict as refused:
                return page(request, dossier_of(request.actor, code), refused)
            return HttpResponseRedirect(f"/account/dossiers/{code}/?done=rated")
        errors.append(("#overall", _("Chọn mức đánh giá chung")))
    context = {
        "dossier": found,
        "levels": list(level_words().items()),
        "given": {name: "" if level is None else str(int(level)) for name, level in given.items()},
        "comment": request.POST.get("comment", ""),
        "errors": errors,
    }
    return render(request, "portal/account/rate.html", context, status=422 if errors else 200)


def _level(text: str) -> Level | None:
    return Level(int(text)) if text in {"1", "2", "3"} else None


@person_required
@survives_database
@require_http_methods(["POST"])
def supplement(request: PersonRequest, code: str) -> HttpResponse:
    """Begin (or go on with) completing a dossier."""
    try:
        draft = start_supplement(actor=request.actor, code=code, now=now())
    except Conflict as refused:
        return page(request, dossier_of(request.actor, code), refused)
    return HttpResponseRedirect(f"/drafts/{draft.pk}/")
