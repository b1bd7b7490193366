"""Error pages: what happened, what is safe, what to do."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines

from motcua.kernel.refusals import Refused
from motcua.web.shared.context import bare_page
from motcua.web.shared.resend import from_here, resend_page


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
    return _bare(request, "shared/500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer. A form that was being sent is offered again, so that nothing typed is lost."""
    response = _bare(request, "shared/503.html", 503)
    response["Retry-After"] = "30"
    return response


def _bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page from the template alone: no context processor may ask the database that has just failed."""
    return HttpResponse(
        cast("Any", engines["jinja2"].get_template(template)).template.render(bare_page(request)),
        status=status,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A restored tab or a session that has ended: what was typed is in the draft, the way back is one button.

    Signing in again in another tab turns the token under an open form: what our own page sent comes back to be sent
    again. A form of another site gets none of that.
    """
    if request.method == "POST" and request.POST and from_here(request):
        return resend_page(request, "expired")
    return render(request, "shared/403.html", {"expired": True}, status=403)
