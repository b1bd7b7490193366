"""Middleware of all faces: a request's log line, its language, its actor, and refusals worded for people."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from motcua.kernel.actors import ANYONE, Actor
from motcua.kernel.clock import local_day, now
from motcua.kernel.refusals import Refused
from motcua.organisations.queries import officer
from motcua.web.shared.errors import refused_page, unavailable
from motcua.web.shared.wording import sentence

log = structlog.get_logger("motcua.request")
Handler = Callable[[HttpRequest], HttpResponse]

#: Sign-in keeps what a person sees free of staff things: an officer works at the desk, files as a citizen.
_STAFF_FACES = ("/desk/", "/board/", "/studio/", "/programme/")


def request_log(get_response: Handler) -> Handler:
    """One line a request: route, status, time. Neither query string nor body: they hold personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        response = get_response(request)
        match = request.resolver_match
        response["X-Request-Id"] = request_id
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "-",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    return middleware


def language(get_response: Handler) -> Handler:
    """Vietnamese, unless this browser has chosen English (the cookie; the browser's own wish is not asked)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        code = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(code)
        request.LANGUAGE_CODE = code
        response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return ANYONE
    if request.path.startswith(_STAFF_FACES):
        staff = officer(user.pk, user.full_name, local_day(now()))
        return staff if staff is not None else ANYONE
    index = user.citizen_id_index
    return Actor(
        kind="person", account=user.pk, name=user.full_name, identity_index=bytes(index) if index else None
    )


def actor(get_response: Handler) -> Handler:
    """``request.actor``, made when first asked for: the citizen on the portal, the officer on the staff faces."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]  # Django's class has no place for it
        return get_response(request)

    return middleware


class refusals:  # noqa: N801 - a middleware with a hook for exceptions has to be a class; it is named like the others
    """A refusal that a view did not handle becomes a page, or JSON for scripts, that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            # The pool's next use opens a new connection; this request's was lost with the server.
            log.error("database.unavailable", error=type(error).__name__)
            if wants_json(request):
                words = sentence("database.unavailable", {})
                return JsonResponse({"code": "database.unavailable", "message": words}, status=503)
            return unavailable(request)
        if not isinstance(error, Refused):
            return None
        words = sentence(error.code, error.params)
        if wants_json(request):
            return JsonResponse({"code": error.code, "message": words, **error.params}, status=error.status)
        return refused_page(request, error, words)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks: it says so in ``Accept``, or sends JSON or a chunk."""
    return request.headers.get("Accept", "").startswith("application/json") or request.content_type in {
        "application/json",
        "application/octet-stream",
    }
