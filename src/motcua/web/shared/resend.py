"""What was sent and could not be taken is handed back on a page, to be sent again with one press.

Three cases: the session ended while somebody typed, the page's token is of an older session (signing in again turns
it), the database does not answer. The page holds what was typed in hidden fields; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Literal

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import engines
from django.utils import translation
from markupsafe import Markup, escape

log = structlog.get_logger(__name__)

Reason = Literal["signed_out", "expired", "database"]
STATUS: Final[dict[Reason, int]] = {"signed_out": 401, "expired": 403, "database": 503}
View = Callable[..., HttpResponse]


def resend_page(request: HttpRequest, reason: Reason) -> HttpResponse:
    """The page with what ``request`` sent, for :data:`Reason`. Files cannot be kept so; the page says it."""
    fields = (
        [
            (name, value)
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken"
            for value in values
        ]
        if request.method == "POST"
        else []
    )
    context = {
        "reason": reason,
        "again": request.get_full_path(),
        "fields": fields,
        "sent_files": request.method == "POST" and (request.content_type or "").startswith("multipart/"),
        "token": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            escape(get_token(request))
        ),
    }
    status = STATUS[reason]
    if reason == "database":
        # Without the request: the context of a page asks the database who is there.
        body = (
            engines["jinja2"]
            .get_template("shared/resend.html")
            .render({**context, "lang": translation.get_language()})
        )
        response = HttpResponse(body, status=status)
        response["Retry-After"] = "5"
    else:
        response = render(request, "shared/resend.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent the request, as the browser says (a form of another site never does)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def survives_database(view: View) -> View:
    """A view whose form can be sent again when the database has gone away under it."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            log.error("database_away", error=type(error).__name__)
            return resend_page(request, "database")

    return wrapped
