"""A newer version of the form: what it changed for this draft, shown once, before anything can be filed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from motcua.dossiers import rebasing
from motcua.eforms import rebasing as rules
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.answers import plain
from motcua.web.portal.filing import load
from motcua.web.shared.resend import survives_database


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def changes(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """GET tells; POST says that it was read, and goes on to where work is left."""
    filing = load(request, draft_id)
    if filing.draft.dossier_id:
        return HttpResponseRedirect(f"{filing.base}done/")
    if request.method == "POST":
        rebasing.seen(actor=request.actor, draft_id=draft_id)
        return HttpResponseRedirect(filing.base)
    told = rebasing.unseen(filing.draft)
    asked = filing.form.by_id if filing.form else {}
    context = {
        "filing": filing,
        "changes": [
            {
                "text": rules.describe(one, filing.language),
                "href": f"{filing.url_of(one.field)}#f-{one.field}" if one.field in asked else "",
            }
            for one in told
        ],
        "aside": [(label, plain(value)) for _, label, value in rebasing.set_aside(filing.draft)],
        "errors": [],
    }
    return render(request, "portal/changes.html", context)
