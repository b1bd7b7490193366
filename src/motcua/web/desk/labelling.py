"""The labels of a unit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.web.desk import words
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace import actions
from motcua.workspace.models import Colour
from motcua.workspace.queries import desk_of
from motcua.workspace.worklists import options


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def labels(request: HttpRequest) -> HttpResponse:
    """``/desk/labels/``: POST makes one (``unit``, ``name``, ``colour``), changes (``change``) or retires (``retire``) it."""
    actor = acting(request)
    problem, status = "", 200
    post = request.POST
    if request.method == "POST":
        name, colour = post.get("name", ""), post.get("colour", "")
        try:
            if "retire" in post:
                actions.retire_label(actor=actor, label_id=_number(post["retire"]), now=clock_now())
            elif "change" in post:
                actions.change_label(actor=actor, label_id=_number(post["change"]), name=name, colour=colour)
            else:
                unit = _number(post.get("unit", ""))
                actions.make_label(actor=actor, unit=unit, name=name, colour=colour, now=clock_now())
            return HttpResponseRedirect("/desk/labels/")
        except Refused as refusal:
            problem, status = sentence(refusal.code, refusal.params), refusal.status
    state = desk_of(actor)
    mine = actions.units_of(actor)
    context = {
        "staff": navigation(actor, "desk", unread=state.unread),
        "units": [
            {
                "key": key,
                "name": name,
                "labels": [line for line in state.labels.values() if line.unit == key and not line.retired],
            }
            for key, name in options(actor).units
            if key in mine
        ],
        "unit_choices": [(key, name) for key, name in options(actor).units if key in mine],
        "colours": [(colour, _(words.COLOURS[colour])) for colour in Colour.values],
        "typed": {name: post.get(name, "") for name in ("unit", "name", "colour")},
        "problem": problem,
    }
    return render(request, "desk/labels.html", context, status=status)
