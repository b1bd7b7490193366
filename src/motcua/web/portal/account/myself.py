"""Results, messages and profile of a person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from motcua.identity.actions import choose_language
from motcua.kernel.clock import now
from motcua.messaging.actions import inbox, mark_read
from motcua.messaging.wording import place_of, subject_of, text_of
from motcua.results.queries import store_of
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.people import address_words
from motcua.web.shared.views import remember_language


@person_required
@require_GET
def store(request: PersonRequest) -> HttpResponse:
    """The data store: signed results, to be used again."""
    return render(request, "portal/account/store.html", {"items": store_of(request.actor)})


@person_required
@require_GET
def messages(request: PersonRequest) -> HttpResponse:
    """What the office wrote to me, what is new first; opening the page has read it."""
    found = [
        {
            "title": subject_of(message, message.dossier),
            "text": text_of(message, message.dossier),
            "at": message.at,
            "unread": message.read_at is None,
            "url": place_of(message, message.dossier),
        }
        for message in inbox(request.actor)
    ]
    if any(message["unread"] for message in found):
        mark_read(actor=request.actor, now=now())
    found.sort(key=lambda message: not message["unread"])
    return render(request, "portal/account/messages.html", {"messages": found})


@person_required
@require_http_methods(["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """What is known of me (numbers shown in part), and the language of pages and letters."""
    account = request.user
    if request.method == "POST":
        chosen = request.POST.get("language", "")
        response = HttpResponseRedirect("/account/profile/?done=language")
        if chosen in dict(settings.LANGUAGES):
            choose_language(account=account, language=chosen)
            remember_language(response, chosen)
        return response
    context = {
        "person": account,
        "citizen_id": masked(account.citizen_id),
        "tax_code": masked(account.tax_code) if account.tax_code != account.citizen_id else "",
        "address": address_words(account.claim_values()),
        "languages": settings.LANGUAGES,
        "done": request.GET.get("done", ""),
    }
    return render(request, "portal/account/profile.html", context)


def masked(number: str) -> str:
    """``038192186762`` → ``038•••••6762``: enough to recognise, not enough to copy."""
    return f"{number[:3]}{'•' * (len(number) - 7)}{number[-4:]}" if len(number) > 8 else ""
