"""Who is away, and who sits in their seats meanwhile: for oneself, and for heads of their officers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean
from motcua.organisations.actions import end_absence, set_absence
from motcua.organisations.models import Absence
from motcua.organisations.queries import absences, colleagues
from motcua.web.desk import forms
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence

_AT = {
    "absence.of_two": "#substitute",
    "absence.other_agency": "#substitute",
    "absence.substitute_away": "#substitute",
    "absence.dates": "#since",
    "absence.too_long": "#until",
    "absence.already": "#since",
    "absence.stands_in": "#officer",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def away(request: HttpRequest) -> HttpResponseBase:
    """``/desk/absences/``: the list and the form; POST sets an absence, or ends the one in ``end``."""
    actor = acting(request)
    if request.method != "POST":
        return _page(request, actor, {}, [])
    if "end" in request.POST:
        try:
            end_absence(actor=actor, absence_id=forms.whole_key(request.POST["end"]), now=clock_now())
        except Refused as refusal:
            return _page(
                request, actor, {}, [("", sentence(refusal.code, refusal.params))], status=refusal.status
            )
        return HttpResponseRedirect("/desk/absences/?done=ended")
    typed = {
        name: clean(request.POST.get(name, ""))[:200]
        for name in ("officer", "substitute", "since", "until", "note")
    }
    since, until = forms.day(typed["since"]), forms.day(typed["until"])
    errors = []
    if since is None:
        errors.append(("#since", _("Nhập ngày đầu tiên vắng mặt")))
    if until is None:
        errors.append(("#until", _("Nhập ngày cuối cùng vắng mặt")))
    if not forms.whole_key(typed["substitute"]):
        errors.append(("#substitute", _("Chọn người thay")))
    if errors or since is None or until is None:
        return _page(request, actor, typed, errors, status=422)
    try:
        set_absence(
            actor=actor,
            officer=forms.whole_key(typed["officer"]) or actor.account or 0,
            substitute=forms.whole_key(typed["substitute"]),
            since=since,
            until=until,
            note=typed["note"],
            now=clock_now(),
        )
    except Refused as refusal:
        said = sentence(refusal.code, refusal.params)
        return _page(request, actor, typed, [(_AT.get(refusal.code, ""), said)], status=refusal.status)
    return HttpResponseRedirect("/desk/absences/?done=set")


def _page(
    request: HttpRequest,
    actor: Actor,
    typed: dict[str, str],
    errors: list[tuple[str, str]],
    *,
    status: int = 200,
) -> HttpResponseBase:
    today = local_day(clock_now())
    heads = actor.holds(Role.HEAD)
    people = _people(actor, today)
    context: dict[str, Any] = {
        "staff": navigation(actor, "absences"),
        "heads": heads,
        "officers": people,
        "substitutes": people if heads else [one for one in people if one[0] != actor.account],
        "me": actor.account,
        "typed": typed,
        "errors": errors,
        "rows": [_row(one, actor, today) for one in absences(actor, today)],
        "done": request.GET.get("done", ""),
    }
    return render(request, "desk/absences.html", context, status=status)


def _people(actor: Actor, today: date) -> list[tuple[int, str]]:
    """Everybody with a post in the agencies where the actor sits, once."""
    found: dict[int, str] = {}
    for agency in dict.fromkeys(seat.agency for seat in actor.seats):
        for one in colleagues(agency, today):
            found.setdefault(one.account, f"{one.name} – {one.titles}")
    return list(found.items())


def _row(absence: Absence, actor: Actor, today: date) -> dict[str, Any]:
    return {
        "id": absence.pk,
        "officer": absence.officer.full_name,
        "substitute": absence.substitute.full_name,
        "since": absence.since,
        "until": absence.until,
        "note": absence.note,
        "made_by": absence.made_by.full_name if absence.made_by_id != absence.officer_id else "",
        "now": absence.since <= today,
        "mine_to_do": absence.substitute_id == actor.account,
        # A head's list holds their agencies' officers only; a substitute does not end another's absence.
        "may_end": absence.officer_id == actor.account
        or (actor.holds(Role.HEAD) and absence.substitute_id != actor.account),
    }
