"""Who may come in: the portal's pages of one's own are for people who have signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from motcua.identity.models import Account
from motcua.kernel.actors import Actor
from motcua.web.shared.middleware import wants_json
from motcua.web.shared.resend import from_here, resend_page
from motcua.web.shared.views import sign_in_url

View = Callable[..., HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request of somebody who has signed in: what :func:`person_required` lets through."""

    actor: Actor
    user: Account
    LANGUAGE_CODE: str
    too_large: list[tuple[str, str]]


def person_required(view: View) -> View:
    """Signed in, or: a page → sign in and come back; a form → its content back with a way on; a script → 401."""

    @wraps(view)
    @never_cache
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if wants_json(request) or request.method in {"PUT", "DELETE"}:
            return JsonResponse(
                {"code": "session.ended", "sign_in": "/sign-in/?next=/signed-in/"}, status=401
            )
        if request.method == "POST":
            return resend_page(request, "signed_out")
        return HttpResponseRedirect(sign_in_url(request))

    return wrapped


def script_only(view: View) -> View:
    """For addresses that take JSON or bytes from our own scripts, without the form token.

    Signing in again in another tab turns that token, and what was typed meanwhile must still arrive. What protects
    here instead: a page of another site cannot send these content types, ``PUT`` or ``DELETE`` without asking first
    (CORS), and nobody answers it; the session cookie is ``SameSite=Lax``; and the browser says where it comes from.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        simple = request.method == "POST" and request.content_type not in {
            "application/json",
            "application/octet-stream",
        }
        said = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
        if simple or (said and not from_here(request)):
            return JsonResponse({"code": "request.foreign"}, status=403)
        return view(request, *args, **kwargs)

    return csrf_exempt(wrapped)
