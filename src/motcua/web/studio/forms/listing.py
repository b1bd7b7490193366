"""``/studio/forms/``: procedures with their forms, what waits for a second person, and who must publish."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from motcua.catalogue.forms import drafts
from motcua.catalogue.models import Procedure
from motcua.eforms.models import FormDraft, FormVersion
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean, fold
from motcua.organisations.actions import set_second_publisher
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.saving import said

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def forms(request: HttpRequest) -> HttpResponseBase:
    """``/studio/forms/?q=khai sinh&page=2``; a POST says whether an agency wants a second person to publish."""
    actor = acting(request)
    if request.method == "POST":
        return _second_person(request, actor)
    return _draw(request, actor)


def _second_person(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    code = request.POST.get("agency", "")
    agency = next((one for one in drafts.agencies_within(actor) if one.code == code), None)
    if agency is None:
        return _draw(request, actor, status=404)
    try:
        set_second_publisher(
            actor=actor, agency=agency, needed=request.POST.get("needed") == "1", now=clock_now()
        )
    except Refused as refusal:
        return _draw(request, actor, fault=said(refusal), status=refusal.status)
    return HttpResponseRedirect("/studio/forms/?saved=1#rule")


def _draw(request: HttpRequest, actor: Actor, *, fault: str = "", status: int = 200) -> HttpResponseBase:
    asked = clean(request.GET.get("q", ""))[:100]
    page = request.GET.get("page", "")
    found = drafts.procedures_for(actor)
    if asked:
        folded = fold(asked)
        hits = [pk for pk, name in found.values_list("pk", "short_name") if folded in fold(name)]
        found = found.filter(Q(national_code__startswith=asked) | Q(pk__in=hits))
    shown = Paginator(found, PER_PAGE).get_page(
        int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    )
    context = {
        "staff": navigation(actor, "forms"),
        "asked": asked,
        "shown": shown,
        "rows": _rows(list(shown.object_list)),
        "waiting": _waiting(actor),
        "agencies": drafts.agencies_within(actor),
        "fault": fault,
        "saved": "saved" in request.GET and not fault,
    }
    return render(request, "studio/forms/list.html", context, status=status)


def _rows(procedures: list[Procedure]) -> list[dict[str, Any]]:
    """A line for each form of each procedure; queries do not grow with rows."""
    keys = drafts.form_keys([procedure.pk for procedure in procedures])
    wanted = {key for found in keys.values() for key in found} | {p.national_code for p in procedures}
    versions = {
        version.key: version
        for version in FormVersion.objects.filter(key__in=wanted)
        .select_related("published_by")
        .defer("definition")
        .order_by("number")
    }
    written = {
        draft.key: draft
        for draft in FormDraft.objects.filter(key__in=wanted).select_related("edited_by").defer("definition")
    }
    rows = []
    for procedure in procedures:
        for key in keys.get(procedure.pk) or [procedure.national_code]:
            draft = written.get(key)
            rows.append(
                {
                    "href": f"/studio/forms/{key}/",
                    "code": procedure.national_code,
                    "name": procedure.short_name,
                    "version": versions.get(key),
                    "draft": draft if draft and draft.published_id is None else None,
                }
            )
    return rows


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    """Forms somebody proposes for publication, that this person may publish or has proposed."""
    found = []
    for draft in (
        FormDraft.objects.exclude(asked_by=None)
        .select_related("asked_by")
        .defer("definition")
        .order_by("asked_at")[:50]
    ):
        if drafts.author(actor, draft.key).writes:
            procedure = drafts.procedures_of(draft.key).order_by("national_code").first()
            found.append(
                {
                    "href": f"/studio/forms/{draft.key}/publish/",
                    "name": procedure.short_name if procedure else draft.key,
                    "by": draft.asked_by.full_name if draft.asked_by else "",
                    "at": draft.asked_at,
                    "own": draft.asked_by_id == actor.account,
                }
            )
    return found
