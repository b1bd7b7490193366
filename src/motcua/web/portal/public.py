"""Public pages: where do I ask for this, what do I need, how long does it really take."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_GET

from motcua.catalogue import queries
from motcua.dossiers import drafts
from motcua.eforms.divisions import communes
from motcua.kernel.clock import local_day, now
from motcua.kernel.codes import is_national_code, national_code
from motcua.measurement import queries as measures
from motcua.web.portal import presenting
from motcua.web.portal.access import PersonRequest
from motcua.web.portal.queries import first_month, offers, one_stops, procedure_key, waiting_count
from motcua.web.shared.caching import public_page, wants_part

PAGE = 20
FOUND = 300


@require_GET
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The first page, for citizens or (``?audience=business``) businesses."""
    audience = "business" if request.GET.get("audience") == "business" else "citizen"
    found = queries.home()
    events = found.business if audience == "business" else found.citizen
    context: dict[str, Any] = {
        "audience": audience,
        "life_events": presenting.life_events(events, request.LANGUAGE_CODE),
        "sectors": presenting.sectors(s for s in found.sectors if s.slug in _detailed_sectors()),
        "popular": [
            {"name": hit.short_name, "url": f"/procedures/{hit.national_code}/"} for hit in found.popular[:4]
        ],
        "draft": None,
        "waiting": 0,
        "statistics": _this_year(),
    }
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        actor = cast(PersonRequest, request).actor
        newest = next(iter(drafts.waiting(actor)), None)
        if newest is not None:
            context["draft"] = {
                "procedure": newest.case.version.procedure.short_name,
                "url": f"/drafts/{newest.pk}/",
                "saved_at": newest.saved_at,
            }
        context["waiting"] = waiting_count(actor)
    return render(request, "portal/home.html", context)


def _detailed_sectors() -> set[str]:
    """Sectors with something that can be described here: the other 300 stand on the page of all services."""
    snapshot = queries.snapshot()
    return {slug for slug, hits in snapshot.by_sector.items() if any(hit.detailed for hit in hits)}


def _this_year() -> dict[str, Any] | None:
    today = local_day(now())
    figures = measures.total(measures.by_month(first_month(today), today, under=settings.SITE_AGENCY))
    if not figures.filed:
        return None
    return {
        "period": _("12 tháng qua"),
        "received": figures.filed,
        "on_time": figures.on_time_share,
        "remote": figures.remote_share,
        "satisfied": figures.satisfied_share,
    }


@require_GET
@public_page
def search(request: HttpRequest) -> HttpResponse:
    """``?q=`` with ``audience``, ``level`` and ``page``; without a query the most used come first."""
    query = request.GET.get("q", "").strip()[:200]
    if is_national_code(query) and queries.hit(national_code(query)):
        return HttpResponseRedirect(f"/procedures/{national_code(query)}/")
    given = request.GET.get("audience", "")
    audience: Any = given if given in {"citizen", "business"} else None
    level = request.GET.get("level", "")
    sector = request.GET.get("sector") or None
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 4 and int(number) else 1
    everyone = queries.search(query, sector=sector, limit=FOUND)
    fitting = queries.search(query, audience=audience, sector=sector, limit=FOUND) if audience else everyone
    shown = [hit for hit in fitting if hit.level == level] if level else fitting
    kept = {"q": query, "sector": sector or ""}
    options = [("", _("Tất cả"), len(everyone))] + [
        (key, words, sum(1 for hit in everyone if getattr(hit, key) is not False))
        for key, words in (("citizen", _("Công dân")), ("business", _("Doanh nghiệp")))
    ]
    filters = presenting.chips("/procedures/", "audience", audience or "", options, level=level, **kept)
    levels = [("full", _("Trực tuyến toàn trình"))]
    filters += presenting.chips(
        "/procedures/",
        "level",
        level,
        [
            (("" if level == key else key), words, sum(1 for hit in fitting if hit.level == key))
            for key, words in levels
        ],
        audience=audience or "",
        **kept,
    )
    filters[-1]["on"] = level == "full"
    context = {
        "query": query,
        "audience": audience or "",
        "filters": filters,
        "results": presenting.results(shown[(page - 1) * PAGE : page * PAGE], query),
        "count": len(shown),
        "suggestion": None,
        "previous": _page(kept, given, level, page - 1) if page > 1 else "",
        "next": _page(kept, given, level, page + 1) if len(shown) > page * PAGE else "",
    }
    return render(request, "portal/_results.html" if wants_part(request) else "portal/search.html", context)


def _page(kept: dict[str, str], audience: str, level: str, number: int) -> str:
    given = {**kept, "audience": audience, "level": level, "page": str(number)}
    return f"/procedures/?{urlencode({name: value for name, value in given.items() if value})}"


@require_GET
@public_page
def all_services(request: HttpRequest) -> HttpResponse:
    """Every procedure by sector (circular 22/2023 art. 6); ``?level=`` narrows it."""
    level = request.GET.get("level", "")
    snapshot = queries.snapshot()
    counts = {
        key: sum(1 for hit in snapshot.hits.values() if hit.level == key)
        for key in ("full", "partial", "information")
    }
    groups = []
    for sector in snapshot.sectors:
        found = [hit for hit in snapshot.by_sector[sector.slug] if not level or hit.level == level]
        if found:
            groups.append(
                {
                    "name": sector.name.vi,
                    "url": f"/sectors/{sector.slug}/",
                    "services": [
                        {"name": hit.name, "url": f"/procedures/{hit.national_code}/", "level": hit.level}
                        for hit in found
                    ],
                }
            )
    options = [
        ("", _("Tất cả"), len(snapshot.hits)),
        ("full", _("Toàn trình"), counts["full"]),
        ("partial", _("Một phần"), counts["partial"]),
        ("information", _("Cung cấp thông tin"), counts["information"]),
    ]
    context = {
        "groups": groups,
        "count": sum(len(group["services"]) for group in groups),
        "filters": presenting.chips("/procedures/all/", "level", level, options),
    }
    return render(request, "portal/all_services.html", context)


@require_GET
@public_page
def sector(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((s for s in queries.sectors() if s.slug == slug), None)
    if found is None:
        raise Http404
    related = [
        {"name": event.title.in_language(request.LANGUAGE_CODE), "url": f"/life-events/{event.slug}/"}
        for event in queries.life_events()
        if any(hit.sector_slug == slug for hit in event.procedures)
    ]
    hits = sorted(queries.sector_procedures(slug), key=lambda hit: not hit.detailed)
    context = {
        "title": found.name.vi,
        "intro": "",
        "services": presenting.services(hits, request.LANGUAGE_CODE),
        "related": related,
    }
    return render(request, "portal/sector.html", context)


@require_GET
@public_page
def life_event(request: HttpRequest, slug: str) -> HttpResponse:
    found = queries.life_event(slug)
    if found is None:
        raise Http404
    language = request.LANGUAGE_CODE
    context = {
        "title": found.title.in_language(language),
        "intro": found.lead.in_language(language),
        "services": presenting.services(found.procedures, language),
        "related": [
            {"name": event.title.in_language(language), "url": f"/life-events/{event.slug}/"}
            for event in queries.life_events()
            if event.audience == found.audience and event.slug != slug
        ][:6],
    }
    return render(request, "portal/life_event.html", context)


@require_GET
@public_page
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """The start of a service: what you get, what you need, how long, one green button."""
    page = queries.procedure_page(code)
    if page is None:
        raise Http404
    key = procedure_key(code)
    offered = offers(None).get(code, ())
    context = {
        "procedure": presenting.procedure(
            page,
            case_key=request.GET.get("case", ""),
            language=request.LANGUAGE_CODE,
            today=local_day(now()),
            usual=measures.usual_time(key) if key is not None else None,
            offered=offered,
        ),
        "offices": [
            {"name": office.name, "address": office.address, "hours": "", "phone": office.phone}
            for office in one_stops(None)
        ]
        if not (page.can_file_here and offered)
        else [],
    }
    return render(request, "portal/procedure.html", context)


@require_GET
@public_page
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures per agency and month, year to date or a year (R1.29), each with what it is a share of."""
    today = local_day(now())
    asked = request.GET.get("year", "")
    year = (
        int(asked)
        if asked.isascii() and asked.isdigit() and 2020 <= int(asked or 0) <= today.year
        else today.year
    )
    since, until = date(year, 1, 1), min(today, date(year, 12, 31))
    agencies = measures.by_agency(since, until, under=settings.SITE_AGENCY)
    wanted = request.GET.get("agency", "")
    chosen = next((row for row in agencies if row.key == wanted), None)
    months = measures.by_month(since, until, under=chosen.key if chosen else settings.SITE_AGENCY)
    by_month = {row.key[:7]: row.figures for row in months}
    calendar = [date(year, month, 1) for month in range(1, until.month + 1)]
    context = {
        "year": year,
        "years": [
            {"text": str(one), "href": f"/statistics/?year={one}", "on": one == year}
            for one in range(today.year, today.year - 3, -1)
        ],
        "until": until,
        "total": measures.total(agencies) if chosen is None else chosen.figures,
        "agencies": agencies,
        "chosen": chosen,
        "whole": _whole(
            measures.full_process(since, until, under=chosen.key if chosen else settings.SITE_AGENCY)
        ),
        "months": [(day, by_month.get(f"{day:%Y-%m}", measures.Figures())) for day in calendar],
    }
    return render(request, "portal/statistics.html", context)


#: Step of the full-process test → what was not so (``measurement/full_process.py``).
_BROKEN = {
    "filed_online": N_("không nộp trực tuyến"),
    "no_visit": N_("nộp trực tuyến nhưng tại bộ phận một cửa"),
    "no_paper": N_("còn nộp giấy"),
    "paid_on_platform": N_("nghĩa vụ tài chính thực hiện ngoài nền tảng thanh toán"),
    "no_onsite": N_("phải xác minh tại thực địa"),
    "electronic_result": N_("không có kết quả điện tử"),
    "returned_online": N_("nhận kết quả tại quầy"),
}


def _whole(found: measures.FullProcess) -> dict[str, Any] | None:
    """Full-process dossiers of the period, and in words which step broke the others; None before the first verdict."""
    if not found.returned:
        return None
    broken = [(_(_BROKEN[step]), count) for step, count in found.broken.items() if step in _BROKEN]
    return {"share": found.share, "full": found.full, "returned": found.returned, "broken": broken}


@require_GET
def communes_of(request: HttpRequest) -> HttpResponse:
    """``?province=38`` → [[code, name], …] in Vietnamese order: for forms, public and unchanging."""
    found = communes(request.GET.get("province", ""))
    response = JsonResponse(
        [[option.code, option.label.vi] for option in found.options] if found else [], safe=False
    )
    response["Cache-Control"] = "public, max-age=86400"
    return response
