"""Public tracking: a dossier's code and its look-up secret show the status, and nothing else (R3.34)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.dossiers.rules import person_step, same_secret
from motcua.kernel.ratelimit import Limiter, client_address
from motcua.kernel.text import clean
from motcua.web.portal.joint import tracked
from motcua.web.shared.caching import public_page
from motcua.web.shared.wording import sentence

#: Wrong guesses: of one address (a whole ward may share it), and of one dossier from anywhere.
FROM_ADDRESS = Limiter("track.address", limit=30, per_seconds=900)
OF_DOSSIER = Limiter("track.dossier", limit=10, per_seconds=3600)

#: How far along, of four: filed, being worked on, finished, returned.
_PROGRESS = {
    Status.REGISTERED: 1,
    Status.RECEIVED: 2,
    Status.PROCESSING: 2,
    Status.SUPPLEMENT: 2,
    Status.FINANCIAL_DUTY: 2,
    Status.FINISHED: 3,
    Status.RETURNED: 4,
}


_READ = ("code", "status", "lookup_secret", "case_id", "joint_id")


@public_page
def _form(request: HttpRequest) -> HttpResponse:
    code = clean(request.GET.get("code", ""))[:60]
    return render(request, "portal/track.html", {"code": code, "error": "", "found": None})


# A look-up changes nothing and needs no session: there is nothing a forged request could do with it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The form, and its answer. A wrong code and a wrong secret get one and the same answer."""
    if request.method != "POST":
        return _form(request)
    code = clean(request.POST.get("code", "")).upper()[:60]
    secret = request.POST.get("secret", "")[:40]
    address = client_address(request)
    wait = FROM_ADDRESS.blocked(address) or OF_DOSSIER.blocked(code)
    if wait is None:
        row = Dossier.objects.filter(code=code).only(*_READ).first()
        if row is not None and same_secret(secret, row.lookup_secret):
            # A part is followed with its joint dossier: one request, one page.
            followed = row.joint or row
            found = {**_found(followed.status), "parts": tracked(followed)}
            return _private(
                render(request, "portal/track.html", {"code": followed.code, "error": "", "found": found})
            )
        wait = FROM_ADDRESS.fail(address)
        if row is not None:
            wait = OF_DOSSIER.fail(code) or wait
    if wait is not None:
        words, status = sentence("rate.limited", {"minutes": -(-wait // 60)}), 429
    else:
        words, status = sentence("track.not_found", {}), 404
    return _private(
        render(request, "portal/track.html", {"code": code, "error": words, "found": None}, status=status)
    )


def _found(status: int) -> dict[str, object]:
    return {"status": status, "progress": _PROGRESS.get(Status(status)), "step": person_step(status)}


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
