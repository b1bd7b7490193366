"""What an officer is told: the list of notices, and how they want to hear."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.clock import now as clock_now
from motcua.processing.queries import awaited_of
from motcua.web.desk import words
from motcua.web.shared.staff import acting, navigation, staff
from motcua.workspace import actions
from motcua.workspace.queries import desk_of, notices_of
from motcua.workspace.rules import URGENT, Telling
from motcua.workspace.wording import notice_words, place_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def notices(request: HttpRequest) -> HttpResponse:
    """``/desk/notices/``: opinions waited for, then what an officer was told, newest first; POST has seen all of it."""
    actor = acting(request)
    if request.method == "POST":
        actions.read_notices(actor=actor, now=clock_now())
        return HttpResponseRedirect("/desk/notices/")
    found = [
        {
            "words": notice_words(notice),
            "href": place_of(notice),
            "procedure": notice.dossier.procedure.short_name if notice.dossier is not None else "",
            "at": notice.at,
            "urgent": notice.urgent,
            "unread": notice.read_at is None,
        }
        for notice in notices_of(actor)
    ]
    unread = sum(1 for notice in found if notice["unread"])
    at = clock_now()
    context = {
        "staff": navigation(actor, "notices", unread=unread),
        "notices": found,
        "unread": unread,
        "awaited": [
            {
                "code": asked.dossier.code,
                "procedure": asked.dossier.procedure.short_name,
                "question": asked.question,
                "by": asked.asked_by.full_name,
                "due_at": asked.due_at,
                "late": asked.due_at < at,
            }
            for asked in awaited_of(actor)
        ],
    }
    return render(request, "desk/notices.html", context)


def _hour(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) < 24 else otherwise


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def settings(request: HttpRequest) -> HttpResponse:
    """``/desk/settings/``: the digest and its hour, what cannot wait, the quiet hours."""
    actor = acting(request)
    state = desk_of(actor)
    if request.method == "POST":
        now = state.telling
        telling = Telling(
            digest=request.POST.get("digest") == "1",
            digest_at=_hour(request.POST.get("digest_at", ""), now.digest_at),
            instant=tuple(kind for kind in URGENT if kind in request.POST.getlist("instant")),
            quiet_from=_hour(request.POST.get("quiet_from", ""), now.quiet_from),
            quiet_to=_hour(request.POST.get("quiet_to", ""), now.quiet_to),
        )
        actions.keep_telling(actor=actor, telling=telling, now=clock_now())
        return HttpResponseRedirect("/desk/settings/?done=1")
    context = {
        "staff": navigation(actor, "notices", unread=state.unread),
        "telling": state.telling,
        "kinds": [(kind, _(words.URGENT[kind])) for kind in URGENT],
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
        "address": request.user.is_authenticated and bool(request.user.email),
        "done": "done" in request.GET,
    }
    return render(request, "desk/settings.html", context)
