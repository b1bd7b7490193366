"""``/studio/forms/library/``: blocks that are copied from form to form, with what each version changed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from motcua.catalogue.forms import drafts
from motcua.eforms import editing, rendering
from motcua.kernel.actors import Role
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.forms import reading


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def form_library(request: HttpRequest) -> HttpResponseBase:
    """All blocks."""
    lang = request.LANGUAGE_CODE
    rows = [
        {
            "key": one.key,
            "title": reading.wording(one.section.get("title"), lang),
            "questions": [reading.wording(f.get("label"), lang) for f in one.section.get("fields", ())],
            "number": one.number,
            "at": one.published_at,
            "by": one.published_by.full_name if one.published_by else "",
        }
        for one in drafts.blocks()
    ]
    context = {"staff": navigation(acting(request), "forms"), "rows": rows}
    return render(request, "studio/forms/library.html", context)


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def form_block(request: HttpRequest, block: str) -> HttpResponseBase:
    """One block: what it asks, and its versions."""
    lang, versions = request.LANGUAGE_CODE, drafts.block_versions(block[:60])
    if not versions:
        raise Http404
    whole = [_alone(one.section) for one in versions]
    form, _left_out = editing.drawable(whole[0])
    history: list[dict[str, Any]] = [
        {
            "number": one.number,
            "at": one.published_at,
            "by": one.published_by.full_name if one.published_by else "",
            "reason": one.reason,
            "lines": reading.differences(whole[place + 1], whole[place], lang)
            if place + 1 < len(versions)
            else [],
        }
        for place, one in enumerate(versions)
    ]
    context = {
        "staff": navigation(acting(request), "forms"),
        "key": versions[0].key,
        "title": reading.wording(versions[0].section.get("title"), lang),
        "html": rendering.section_html(form, form.sections[0].id, {}, lang=lang) if form else "",
        "history": history,
    }
    return render(request, "studio/forms/block.html", context)


def _alone(section: Any) -> dict[str, Any]:
    return {
        "key": "block",
        "title": section.get("title") or {"vi": "–"},
        "sections": [{**section, "id": "phan"}],
    }
