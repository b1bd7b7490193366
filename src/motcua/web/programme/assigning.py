"""Giving the procedures of a round to agencies: whole sectors at once, or by files."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.programme.review import actions, importing, queries
from motcua.programme.review.importing import Plan
from motcua.programme.review.models import ReviewRound
from motcua.programme.review.queries import Filter
from motcua.web.programme import typed, words
from motcua.web.programme.pages import HERE, Fault, said
from motcua.web.shared.staff import acting, navigation, staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.FOCAL_POINT)
def assign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/programme/rounds/<pk>/assign/``: whole sectors at once, or a file that is checked before it is taken."""
    actor = acting(request)
    found = queries.find_round(actor, pk)
    fault, plan, done = Fault(), None, ""
    if request.method == "POST":
        what = request.POST.get("what", "")
        try:
            done, plan = _change(actor, found, what, request)
        except Refused as refusal:
            fault = Fault(request.POST.dict(), what, _ASSIGN_FIELDS.get(refusal.code, ""), said(refusal))
            fault.values["sectors"] = request.POST.getlist("sectors")
        else:
            if done:
                return HttpResponseRedirect(f"/programme/rounds/{pk}/assign/?{urlencode({'done': done})}")
    page = queries.round_page(actor, pk, Filter())
    context = {
        "staff": navigation(actor, HERE),
        "round": found,
        "fault": fault,
        "opened": "opened" in request.GET,
        "is_open": found.state == ReviewRound.State.OPEN,
        "done": request.GET.get("done", "")[:200],
        "agencies": [(a.code, f"{a.name} ({a.code})") for a in found.agencies.order_by("code")],
        "sectors": [(slug, f"{name} ({count})") for slug, name, count in page.by_sector],
        "unassigned": next((count for code, _n, count, _d in page.by_agency if not code), 0),
        "progress": page.by_agency,
        "plan": _plan_context(plan, request.POST.get("what", "")) if plan else None,
    }
    bad = fault.said or (plan is not None and not plan.good)
    return render(request, "programme/assign.html", context, status=422 if bad else 200)


_ASSIGN_FIELDS = {
    "review.agency_not_in_round": "agency",
    "review.no_procedure": "sectors",
    "reason.too_short": "reason",
    "file.none_chosen": "file",
    "file.too_large": "file",
}


def _change(actor: Actor, found: ReviewRound, what: str, request: HttpRequest) -> tuple[str, Plan | None]:
    """Carry out the posted form; words about what was done, or a plan to confirm."""
    post, now = request.POST, clock_now()
    sectors = post.getlist("sectors")[:500]
    if what == "sectors":
        given, left = actions.assign(
            actor=actor, round_id=found.pk, agency=post.get("agency", ""), sectors=sectors, now=now
        )
        if left:
            return _("Đã giao %(given)s thủ tục; %(left)s thủ tục đã gửi kiểm tra nên giữ nguyên.") % {
                "given": given,
                "left": left,
            }, None
        return _("Đã giao %(given)s thủ tục.") % {"given": given}, None
    if what == "exclude":
        count = actions.exclude(
            actor=actor, round_id=found.pk, sectors=sectors, reason=post.get("reason", ""), now=now
        )
        return _("Đã đưa %(count)s thủ tục ra khỏi đợt rà soát.") % {"count": count}, None
    if what in {"file", "demand"}:
        content = typed.file_content(request, "file")
        plan = importing.plan_assignments if what == "file" else importing.plan_demand
        return "", plan(found, content)
    if what in {"confirm-file", "confirm-demand"}:
        content = post.get("rows", "").encode()
        if what == "confirm-file":
            checked = importing.plan_assignments(found, content)
            if not checked.good:
                return "", checked
            count = actions.assign_rows(actor=actor, round_id=found.pk, rows=checked.assignments, now=now)
            return _("Đã giao %(given)s thủ tục.") % {"given": count}, None
        checked = importing.plan_demand(found, content)
        if not checked.good:
            return "", checked
        count = actions.set_demand(actor=actor, round_id=found.pk, rows=checked.counts, now=now)
        return _("Đã nhận số hồ sơ của %(count)s thủ tục.") % {"count": count}, None
    raise Refused("request.unreadable")


def _plan_context(plan: Plan, what: str) -> dict[str, Any]:
    demand = what.endswith("demand")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "demand", "online"] if demand else ["code", "agency"])
    writer.writerows(plan.counts if demand else plan.assignments)
    return {
        "good": plan.good,
        "problems": [words.problem_words(one) for one in plan.problems],
        "cut": plan.cut,
        "rows": len(plan.counts or plan.assignments),
        "changed": plan.changed,
        "content": out.getvalue() if plan.good else "",
        "confirm": "confirm-demand" if demand else "confirm-file",
        "demand": demand,
    }
