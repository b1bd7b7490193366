"""What every page knows without its view saying so: whose site this is, in which language, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, TypedDict
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import get_language

SITE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Site:
    """The agency that answers for this site; ``*_en`` fall back to the Vietnamese words when empty."""

    owner: str
    owner_en: str
    address: str
    email: str
    hotline: str
    emblem: str  # path under the static folder, "" for the plain disc
    staff_url: str = "/desk/"

    def owner_in(self, language: str) -> str:
        return self.owner_en if language == "en" and self.owner_en else self.owner


class AccountLink(TypedDict):
    """The person signed in, as the header shows them."""

    name: str
    url: str
    staff: bool


def fallback_site() -> Site:
    """The site as the settings alone know it: for the first page before any agency exists, and for error pages."""
    return Site(
        owner=getattr(settings, "SITE_OWNER", "Ủy ban nhân dân tỉnh"),
        owner_en=getattr(settings, "SITE_OWNER_EN", "Provincial People's Committee"),
        address=getattr(settings, "SITE_ADDRESS", ""),
        email=getattr(settings, "SITE_EMAIL", ""),
        hotline=getattr(settings, "SITE_HOTLINE", "18001096"),
        emblem=getattr(settings, "SITE_EMBLEM", ""),
    )


_known: tuple[float, Site] | None = None


def forget_site() -> None:
    """Reads the agency anew at the next page (after it was renamed; in tests)."""
    global _known
    _known = None


def current_site() -> Site:
    """The agency of ``settings.SITE_AGENCY``, read at most every five minutes: an anonymous page needs no query."""
    global _known
    if _known is not None and monotonic() - _known[0] < SITE_SECONDS:
        return _known[1]
    # Imported here: the environment of a bare error page must not need the database layer.
    from motcua.organisations.models import Agency

    base = fallback_site()
    try:
        row = (
            Agency.objects.filter(code=settings.SITE_AGENCY)
            .values_list("name", "name_en", "address", "email")
            .first()
        )
    except DatabaseError:
        return base  # not kept: the next page may find the database again
    site = base
    if row is not None:
        name, name_en, address, email = row
        site = Site(
            owner=name, owner_en=name_en, address=address or base.address, email=email or base.email,
            hotline=base.hotline, emblem=base.emblem,
        )  # fmt: skip
    _known = (monotonic(), site)
    return site


def account_link(request: HttpRequest) -> AccountLink | None:
    """Who is signed in, from the actor the middleware found; None for a visitor."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.account is None:
        return None
    staff = actor.kind == "officer"
    return AccountLink(name=actor.name, url="/desk/" if staff else "/account/", staff=staff)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``site language account path demo`` (all named in docs/look.md)."""
    return {
        "site": current_site(),
        "language": get_language() or settings.LANGUAGE_CODE,
        "account": account_link(request),
        "path": quote(request.get_full_path(), safe="/"),
        "demo": getattr(settings, "DEMO", False),
    }
