"""Asking somebody to fill in a part: the owner's page, the link, and the end of the part for who was asked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from motcua.dossiers import invitations
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Invitation
from motcua.kernel.clock import now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.filing import load, validation_of
from motcua.web.shared.resend import survives_database
from motcua.web.shared.wording import sentence


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def invite(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """Who was asked for which sections; a new invitation says its link once."""
    filing = load(request, draft_id)
    if filing.draft.dossier_id:
        return HttpResponseRedirect(f"{filing.base}done/")
    if filing.form is None or filing.supplement is not None:
        raise NotAllowed("draft.unknown")
    errors: list[tuple[str, str]] = []
    link = made_for = ""
    name, chosen = request.POST.get("name", ""), request.POST.getlist("section")
    if request.method == "POST":
        try:
            made, token = invitations.invite(
                actor=request.actor, draft_id=draft_id, name=name, sections=chosen, now=now()
            )
        except Refused as refused:
            where = {"invitation.no_name": "#name", "invitation.no_section": "#section"}
            errors.append((where.get(refused.code, ""), sentence(refused.code, refused.params)))
        else:
            link, made_for = f"{settings.BASE_URL}/invited/{token}/", made.name
            name, chosen = "", []
    _draft, found = invitations.of_draft(request.actor, draft_id)
    titles = {section.id: section.title(filing.language) for section in filing.form.sections}
    context = {
        "filing": filing,
        "sections": list(titles.items()),
        "invitations": [
            {
                "pk": one.pk,
                "name": one.name,
                "sections": [titles[section] for section in one.sections if section in titles],
                "state": _state(one),
                "account": one.accepted_by.full_name if one.accepted_by is not None else "",
                "until": one.expires_at,
            }
            for one in found
        ],
        "link": link,
        "made_for": made_for,
        "name": name,
        "chosen": chosen,
        "errors": errors,
    }
    return render(request, "portal/invite.html", context, status=422 if errors else 200)


def _state(one: Invitation) -> str:
    if one.revoked_at is not None:
        return "revoked"
    if one.accepted_at is not None:
        return "accepted"
    return "expired" if one.expires_at <= now() else "open"


@person_required
@require_POST
def revoke(request: PersonRequest, draft_id: UUID, invitation: int) -> HttpResponse:
    """Take an invitation back; a second press finds it done."""
    invitations.revoke(actor=request.actor, draft_id=draft_id, invitation=invitation, now=now())
    return HttpResponseRedirect(f"/drafts/{draft_id}/invite/#invited")


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def invited(request: PersonRequest, token: str) -> HttpResponse:
    """Behind the link, after signing in: who asks for what; taken up by a press, never by opening it."""
    try:
        if request.method == "POST":
            taken = invitations.accept(actor=request.actor, token=token, now=now())
            return HttpResponseRedirect(f"/drafts/{taken.draft_id}/")
        found = invitations.offered(request.actor, token, now())
    except NotAllowed as refused:
        return render(
            request, "portal/invited.html", {"found": None, "why": sentence(refused.code, {})}, status=404
        )
    if found.accepted_by_id is not None:
        return HttpResponseRedirect(f"/drafts/{found.draft_id}/")
    form = form_of(found.draft.form_id or 0)
    context = {
        "found": found,
        "owner": found.draft.account.display_name,
        "procedure": case_bundle(found.draft.case_id).short_name,
        "sections": [form.section(s).title(request.LANGUAGE_CODE) for s in found.sections],
    }
    return render(request, "portal/invited.html", context)


@person_required
@require_GET
def shared(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """The end of the part of who was invited: what is left, and that the owner goes on from here."""
    filing = load(request, draft_id, shared=True)
    if filing.part is None:
        return HttpResponseRedirect(filing.base)
    wrong = set(validation_of(filing).errors)
    context = {
        "filing": filing,
        "owner": filing.draft.account.display_name,
        "sections": [
            {
                "title": step.title,
                "url": step.url,
                "left": sum(1 for field in page.fields if field.id in wrong),
            }
            for step, page in zip(filing.steps, filing.form_pages, strict=False)
        ],
        "errors": [],
        "number": len(filing.steps),
        "total": len(filing.steps),
    }
    return render(request, "portal/shared.html", context)
