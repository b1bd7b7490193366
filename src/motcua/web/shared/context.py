"""What every page is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject

from motcua.kernel.caching import Kept
from motcua.organisations.models import Agency


def _site_agency(code: str) -> dict[str, str]:
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        return NAMELESS
    return {
        "name": agency.name,
        "name_en": agency.name_en or agency.name,
        "address": agency.address,
        "phone": agency.phone,
        "email": agency.email,
    }


site_agency: Kept[str, dict[str, str]] = Kept(_site_agency, seconds=60)


NAMELESS = {"name": "Motcua", "name_en": "Motcua", "address": "", "phone": "", "email": ""}


def bare_page(request: HttpRequest) -> dict[str, Any]:
    """What an error page is given when the database may be away: nothing here asks it."""
    return {
        "lang": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "path": request.path,
        "site": site_agency.peek(settings.SITE_AGENCY) or NAMELESS,
        "hotline": settings.SITE_HOTLINE,
        "demo": settings.DEMO,
        # Masked once a page: Django's own value is masked anew for each form that prints it.
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "actor": None,
        "account": None,
        "signed_in": False,
        "request": request,
    }


def page(request: HttpRequest) -> dict[str, Any]:
    """Language, path, the agency whose site this is, and who is signed in (lazily: anonymous pages ask nobody)."""
    return {
        "lang": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "path": request.path,
        "site": site_agency(settings.SITE_AGENCY),
        "hotline": settings.SITE_HOTLINE,
        "demo": settings.DEMO,
        # Masked once a page: Django's own value is masked anew for each form that prints it.
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "actor": getattr(request, "actor", None),
        "account": getattr(request, "user", None),
        "signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated,
    }
