"""Pages of the whole site that belong to no face: language, help, privacy, accessibility, site map, robots."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from motcua.catalogue import queries
from motcua.identity.actions import choose_language
from motcua.identity.adapters import safe_next
from motcua.web.shared.caching import public_page
from motcua.web.shared.resend import from_here

YEAR = 365 * 24 * 3600


def remember_language(response: HttpResponse, language: str) -> None:
    """Of this browser, from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@csrf_exempt  # changes a preference of this browser; the account's follows only from a page of ours
@never_cache
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """``?to=en&next=/path``: the language of this browser from now on, and of the account's letters."""
    sent = request.POST if request.method == "POST" else request.GET
    chosen = sent.get("to", "")
    response = HttpResponseRedirect(safe_next(sent.get("next")) or "/")
    if chosen not in dict(settings.LANGUAGES):
        return response
    remember_language(response, chosen)
    if (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        and from_here(request)
        and request.user.is_authenticated
    ):
        choose_language(account=request.user, language=chosen)
    return response


@require_GET
@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/help.html")


@require_GET
@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/privacy.html")


@require_GET
@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/accessibility.html")


@require_GET
@public_page
def site_map(request: HttpRequest) -> HttpResponse:
    """The site map for people (R1.31, art. 16)."""
    language = request.LANGUAGE_CODE
    return render(
        request,
        "shared/site_map.html",
        {
            "life_events": [
                (f"/life-events/{event.slug}/", event.title.in_language(language))
                for event in queries.life_events()
            ],
            "sectors": [(f"/sectors/{sector.slug}/", sector.name.vi) for sector in queries.sectors()],
        },
    )


PLACES = ("/", "/procedures/", "/procedures/all/", "/track/", "/verify/", "/statistics/", "/help/", "/privacy/",
          "/accessibility/", "/site-map/")  # fmt: skip


@require_GET
@public_page
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """The site map as XML (R1.31, art. 16): public pages and every procedure."""
    found = [
        *PLACES,
        *(f"/life-events/{event.slug}/" for event in queries.life_events()),
        *(f"/sectors/{sector.slug}/" for sector in queries.sectors()),
        *(f"/procedures/{code}/" for code in queries.snapshot().hits),
    ]
    body = "".join(f"<url><loc>{escape(settings.BASE_URL + path)}</loc></url>" for path in found)
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>',
        content_type="application/xml; charset=utf-8",
    )


@require_GET
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    hidden = (
        "/account/",
        "/drafts/",
        "/invited/",
        "/desk/",
        "/board/",
        "/studio/",
        "/sign-in/",
        "/accounts/",
        "/language/",
    )
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in hidden),
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def sign_in_url(request: HttpRequest) -> str:
    """Where to sign in and come back here."""
    return f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}"
