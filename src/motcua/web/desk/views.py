"""What an officer sees: columns of the lists, and views kept under a name."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.web.desk import chips, place, words
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace import actions
from motcua.workspace.queries import desk_of
from motcua.workspace.rules import COLUMNS, FIXED, Asked
from motcua.workspace.wording import COLUMN_NAMES
from motcua.workspace.worklists import options


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def columns(request: HttpRequest) -> HttpResponse:
    """``/desk/columns/``: POST ``column`` (several) keeps them; none of them brings the usual ones back."""
    actor = acting(request)
    if request.method == "POST":
        chosen = () if "usual" in request.POST else tuple(request.POST.getlist("column")) or FIXED
        actions.keep_columns(actor=actor, chosen=chosen, now=clock_now())
        return HttpResponseRedirect("/desk/")
    state = desk_of(actor)
    context = {
        "staff": navigation(actor, "desk", unread=state.unread),
        "choices": [(name, _(COLUMN_NAMES[name])) for name in COLUMNS if name not in FIXED],
        "chosen": state.columns,
        "fixed": [_(COLUMN_NAMES[name]) for name in FIXED],
    }
    return render(request, "desk/columns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def views(request: HttpRequest) -> HttpResponse:
    """``/desk/views/``: the views; POST ``name`` and ``from`` keeps one more."""
    actor = acting(request)
    problem, status = "", 200
    state = desk_of(actor)
    if request.method == "POST":
        asked = place.unpack(request.POST.get("from", "")) or Asked()
        try:
            kept = actions.save_view(
                actor=actor,
                name=request.POST.get("name", ""),
                asked=asked,
                shown=state.columns,
                unit=None,
                now=clock_now(),
            )
            return HttpResponseRedirect(f"/desk/?view={kept.pk}")
        except Refused as refusal:
            problem, status = sentence(refusal.code, refusal.params), refusal.status
    units = _units(actor)
    context = {
        "staff": navigation(actor, "desk", unread=state.unread),
        "views": [
            {
                "line": one,
                "list": _(words.VIEWS[Asked.read(one.asked).view]),
                "chips": chips.chips(
                    Asked.read(one.asked), options(actor), state.labels, request.LANGUAGE_CODE == "en"
                ),
                "link": request.build_absolute_uri(f"/desk/views/{one.id}/"),
                "unit": units.get(one.shared or 0, ""),
            }
            for one in state.views
        ],
        "units": list(units.items()),
        "problem": problem,
    }
    return render(request, "desk/views.html", context, status=status)


def _units(actor: Actor) -> dict[int, str]:
    mine = actions.units_of(actor)
    return {key: name for key, name in options(actor).units if key in mine}


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def view(request: HttpRequest, key: UUID) -> HttpResponse:
    """``/desk/views/<key>/``: the link that is shared; POST ``share`` (a unit, or nothing) or ``drop``."""
    actor = acting(request)
    if request.method != "POST":
        if desk_of(actor).view(str(key)) is None:
            raise Http404
        return HttpResponseRedirect(f"/desk/?view={key}")
    if "drop" in request.POST:
        actions.drop_view(actor=actor, key=key)
    else:
        unit = request.POST.get("share", "")
        actions.share_view(
            actor=actor, key=key, unit=int(unit) if unit.isascii() and unit.isdigit() else None
        )
    return HttpResponseRedirect("/desk/views/")
