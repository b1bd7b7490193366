"""Who asked for whose data at the counter: for heads, by day, or of one person by their number."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.dossiers.models import LookupLog
from motcua.kernel import crypto
from motcua.kernel.actors import Actor, Role
from motcua.web.desk import forms
from motcua.web.shared.staff import acting, navigation, staff

PAGE = 50


def visible(actor: Actor) -> QuerySet[LookupLog]:
    """Look-ups made in the agencies the actor heads, and in those below them."""
    theirs = Q(pk__in=[])
    for seat in actor.seats_as(Role.HEAD):
        theirs |= Q(agency=seat.agency) | Q(agency__code__startswith=f"{seat.agency_code}.")
    return LookupLog.objects.filter(theirs)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD)
def lookups(request: HttpRequest) -> HttpResponseBase:
    """``/desk/lookups/?before=<id>``; POST ``number``: those about one person (never in an address)."""
    actor = acting(request)
    found = visible(actor).select_related("officer", "case__version__procedure", "draft__dossier", "agency")
    number = "".join(request.POST.get("number", "").split())[:20]
    if number:
        found = found.filter(person_index=crypto.blind_index(number, crypto.CITIZEN_ID))
    before = forms.whole_key(request.GET.get("before", ""))
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "staff": navigation(actor, "lookups"),
        "rows": [_row(one) for one in rows[:PAGE]],
        "next": f"/desk/lookups/?before={rows[PAGE - 1].pk}" if len(rows) > PAGE and not number else "",
        "first": not before,
        "asked": bool(number),
    }
    return render(request, "desk/lookups.html", context)


def _row(one: LookupLog) -> dict[str, Any]:
    dossier = one.draft.dossier if one.draft is not None else None
    return {
        "at": one.at,
        "officer": one.officer.full_name,
        "agency": one.agency.short_name,
        "purpose": one.case.version.procedure.short_name,
        "found": _("có tài khoản") if one.found else _("không có"),
        "dossier": dossier.code if dossier is not None else "",
    }
