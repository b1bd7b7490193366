"""Signing in and out. The provider's pages are its own; these are what stands before and after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from motcua.identity import oidc, queries
from motcua.identity.adapters import reason, safe_next
from motcua.identity.settings import IDENTITY
from motcua.identity.wording import REASONS, in_words, sign_in_words, signed_in_words
from motcua.kernel import clock
from motcua.kernel.ratelimit import Limiter, client_address

log = structlog.get_logger(__name__)

starts = Limiter("sign-in start", IDENTITY["starts_limit"], IDENTITY["limit_seconds"])
failures = Limiter("sign-in failure", IDENTITY["failures_limit"], IDENTITY["limit_seconds"])


def failed(
    request: HttpRequest, code: str, *, detail: str = "", next_url: str | None = None, wait: int | None = None
) -> HttpResponse:
    """The page for ``code`` of :data:`REASONS`; ``wait`` seconds become minutes on it and a Retry-After header."""
    words = REASONS[code]
    address = client_address(request)
    if code == "state" and request.user.is_authenticated:
        # The back button after signing in, or two tabs at once: the person has what they wanted.
        return HttpResponseRedirect(safe_next(next_url) or str(settings.LOGIN_REDIRECT_URL))
    if words.guessing:
        wait = failures.fail(address) or wait
    log.warning("sign_in_failed", reason=code, detail=detail)
    context = {
        "words": in_words(words, IDENTITY["provider_name"], wait),
        "next_url": safe_next(next_url) or "",
        "retry": words.retry and not wait,
    }
    response = render(request, "identity/sign_in_failed.html", context, status=words.status)
    response["Cache-Control"] = "no-store"
    if wait:
        response["Retry-After"] = str(wait)
    return response


@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """What signing in is, and the button. ``?next=`` a path of this site; ``?out=1`` after signing out."""
    next_url = safe_next(request.GET.get("next")) or ""
    if request.user.is_authenticated:
        return HttpResponseRedirect(
            next_url or queries.landing(request.user.pk, clock.local_day(clock.now()))
        )
    home = urlsplit(settings.BASE_URL)
    if request.get_host() != home.netloc:
        # The provider returns people to BASE_URL; the attempt's cookie must be on that same host.
        return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
    context = {
        "next_url": next_url,
        "signed_out": request.GET.get("out") == "1",
        "words": sign_in_words(IDENTITY["provider_name"]),
    }
    return render(request, "identity/sign_in.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider. Only by POST: a link must not be able to begin a sign-in."""
    next_url = safe_next(request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        query = f"?{urlencode({'next': next_url})}" if next_url else ""
        return HttpResponseRedirect(str(settings.LOGIN_URL) + query)
    address = client_address(request)
    wait = starts.blocked(address) or failures.blocked(address)
    if wait:
        return failed(request, "too_many", next_url=next_url, wait=wait)
    starts.fail(address)
    return _guarded(request, next_url, lambda: _to_provider(request, next_url))


def _to_provider(request: HttpRequest, next_url: str | None) -> HttpResponse:
    adapter = oidc.adapter(request)
    # Asked anew each time: a provider that is down is our page with a way on, not the browser's.
    adapter.configuration(fresh=True)
    response: HttpResponse = adapter.get_provider().redirect(
        request, process=AuthProcess.LOGIN, next_url=next_url
    )
    return response


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider with a code or an error."""
    wait = failures.blocked(client_address(request))
    if wait:
        return failed(request, "too_many", wait=wait)
    view: Callable[[HttpRequest], Any] = oidc.callback.adapter_view(oidc.adapter(request))
    return _guarded(request, None, lambda: view(request))


def _guarded(request: HttpRequest, next_url: str | None, step: Callable[[], HttpResponse]) -> HttpResponse:
    """``step()``, with the provider's failures turned into the page that says so."""
    try:
        return step()
    except oidc.FAILURES as error:
        code, detail = reason(request, None, error, lost=False)
        return failed(request, code, detail=detail, next_url=next_url)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here. The provider keeps its own, which its app shows (docs/limits.md)."""
    logout(request)
    return HttpResponseRedirect(f"{settings.LOGOUT_REDIRECT_URL}?out=1")


@never_cache
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """For whoever signed in again in a second tab, so that a half-filled form in the first one can be saved."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
    return render(request, "identity/signed_in.html", {"words": signed_in_words()})
