"""Error pages: what happened, what is safe, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from motcua.kernel.refusals import Refused


def refused_page(request: HttpRequest, error: Refused, words: str) -> HttpResponse:
    """A refusal as a page of its own, for views that do not show it beside their form."""
    return render(request, "shared/refused.html", {"words": words, "code": error.code}, status=error.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "shared/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "shared/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "shared/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A restored tab or a session that has ended: what was typed is in the draft, the way back is one button."""
    return render(request, "shared/403.html", {"expired": True}, status=403)
