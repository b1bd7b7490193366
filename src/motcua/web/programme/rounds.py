"""Rounds: opening one, and working through it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue import queries as catalogue
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations.models import Agency
from motcua.programme.review import actions, queries, rules
from motcua.programme.review.audience import STAFF, heads
from motcua.programme.review.models import ReviewRound
from motcua.programme.review.queries import Filter
from motcua.web.programme import typed, words
from motcua.web.programme.pages import HERE, Fault, is_english, said
from motcua.web.shared.staff import acting, navigation, staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*STAFF)
def rounds(request: HttpRequest) -> HttpResponseBase:
    """``/programme/``: the rounds one takes part in; the focal point opens a new one."""
    actor = acting(request)
    focal = actor.holds(Role.FOCAL_POINT)
    fault = Fault()
    if request.method == "POST":
        if not focal:
            raise NotAllowed("review.only_focal")
        try:
            return HttpResponseRedirect(f"/programme/rounds/{_open(actor, request.POST).pk}/assign/?opened=1")
        except Refused as refusal:
            if isinstance(refusal, NotAllowed):
                raise
            fault = Fault(request.POST.dict(), "open", _OPEN_FIELDS.get(refusal.code, ""), said(refusal))
            fault.values["agencies"] = request.POST.getlist("agencies")
            fault.values["sectors"] = request.POST.getlist("sectors")
    found = [
        {
            "round": one,
            "states": [
                {"tag": words.state_tag(state), "count": counts[state]}
                for state in rules.STATES
                if counts.get(state)
            ],
            "approved": counts.get("approved", 0),
            "total": sum(count for state, count in counts.items() if state != "excluded"),
        }
        for one, counts in queries.round_list(actor)
    ]
    context = {
        "staff": navigation(actor, HERE),
        "rounds": found,
        "fault": fault,
        "focal": focal,
        "today": local_day(clock_now()),
        "form": _open_form(actor, fault) if focal else None,
    }
    return render(request, "programme/rounds.html", context, status=422 if fault.said else 200)


_OPEN_FIELDS = {
    "review.no_name": "name",
    "review.no_instrument": "instrument",
    "review.deadline_past": "deadline",
    "review.no_deadline": "deadline",
    "review.no_law": "judged_on",
    "review.no_agency": "agencies",
    "review.no_procedure": "sectors",
}


def _open(actor: Actor, post: QueryDict) -> ReviewRound:
    return actions.open_round(
        actor=actor,
        name=post.get("name", ""),
        instrument=post.get("instrument", ""),
        deadline=typed.needed_day(post, "deadline", "review.no_deadline"),
        judged_on=typed.needed_day(post, "judged_on", "review.no_law"),
        agencies=post.getlist("agencies")[:500],
        sectors=post.getlist("sectors")[:500],
        now=clock_now(),
    )


def _open_form(actor: Actor, fault: Fault) -> dict[str, Any]:
    home = actions.home_of(actor)
    today = local_day(clock_now())
    agencies = Agency.objects.filter(code__startswith=home.code, active=True).order_by("code")
    values = fault.values
    return {
        "name": values.get("name", ""),
        "instrument": values.get("instrument", ""),
        "deadline": typed.day_values(values, "deadline", None),
        "judged_on": typed.day_values(values, "judged_on", today),
        "agencies": [(a.code, f"{a.name} ({a.code})") for a in agencies],
        "chosen_agencies": values.get("agencies", [a.code for a in agencies]),
        "sectors": [
            (s.slug, f"{s.name.vi} ({s.count})") for s in sorted(catalogue.sectors(), key=lambda s: -s.count)
        ],
        "chosen_sectors": values.get("sectors", []),
    }


def wanted(asked: QueryDict) -> Filter:
    return Filter(**{name: asked.get(name, "").strip()[:200] for name in Filter.__slots__})


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*STAFF)
def round_(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/programme/rounds/<pk>/``: the procedures of a round, narrowed; several are handed on at once."""
    actor = acting(request)
    fault = Fault()
    if request.method == "POST":
        queries.find_round(actor, pk)
        step = next((name for name in words.STEPS if name == request.POST.get("step")), "")
        try:
            done = actions.move_many(
                actor=actor,
                chosen=typed.chosen(request.POST),
                step=step,
                remark=request.POST.get("remark", ""),
                now=clock_now(),
            )
        except Refused as refusal:
            fault = Fault(
                request.POST.dict(),
                "move",
                "remark" if refusal.code.startswith("reason") else "",
                said(refusal),
            )
            fault.values["chosen"] = request.POST.getlist("chosen")
        else:
            back = urlencode({**request.GET.dict(), "done": done})
            return HttpResponseRedirect(f"/programme/rounds/{pk}/?{back}")
    asked = wanted(request.GET)
    page = queries.round_page(actor, pk, asked)
    return render(
        request,
        "programme/round.html",
        _round_context(request, actor, page, asked, fault),
        status=422 if fault.said else 200,
    )


def _round_context(
    request: HttpRequest, actor: Actor, page: queries.RoundPage, asked: Filter, fault: Fault
) -> dict[str, Any]:
    english = is_english(request)
    kept = {
        name: getattr(asked, name)
        for name in ("state", "level", "agency", "sector", "q")
        if getattr(asked, name)
    }

    def link(**changed: str) -> str:
        query = {name: value for name, value in {**kept, **changed}.items() if value}
        return f"?{urlencode(query)}" if query else "."

    is_open = page.round.state == ReviewRound.State.OPEN
    rows: list[dict[str, Any]] = []
    steps: set[str] = set()
    for row in page.rows:
        parts: set[rules.Part] = {"focal"} if page.focal else set()
        if row.agency is not None and heads(actor, row.agency):
            parts.add("head")
        offered = (
            rules.offered(row.state, parts) & {"check", "approve", "send_back"} if is_open else frozenset()
        )
        steps |= offered
        rows.append(
            {
                "code": row.procedure.national_code,
                "name": row.procedure.name,
                "sector": row.procedure.sector.name,
                "agency": row.agency.short_name if row.agency else "",
                "tag": words.state_tag(row.state),
                "level": row.level,
                "effort": row.effort,
                "value": f"{row.pk}:{row.revision}",
                "can": bool(offered),
                "ticked": f"{row.pk}:{row.revision}" in fault.values.get("chosen", []),
            }
        )
    active = sum(count for state, count in page.by_state.items() if state != "excluded")
    return {
        "staff": navigation(actor, HERE),
        "round": page.round,
        "focal": page.focal,
        "rows": rows,
        "fault": fault,
        "head": any(seat.agency == page.round.agency_id for seat in actor.seats_as(Role.HEAD)),
        "is_open": is_open,
        "left": (page.round.deadline - local_day(clock_now())).days,
        "active": active,
        "approved": page.by_state.get("approved", 0),
        "total": page.total,
        "chips": [{"text": _("Tất cả"), "href": link(state=""), "on": not asked.state, "count": page.total}]
        + [
            {
                "text": words.state_tag(state)["text"],
                "href": link(state=state),
                "on": asked.state == state,
                "count": page.by_state.get(state, 0),
            }
            for state in rules.STATES
            if page.by_state.get(state) or asked.state == state
        ],
        "levels": [
            (key, f"{words.level_words(key, english=english)} ({page.by_level.get(key, 0)})")
            for key in ("full", "partial", "information")
        ],
        "agencies": [
            (code or "none", f"{name or _('Chưa giao')} ({count})")
            for code, name, count, _done in page.by_agency
        ],
        "progress": page.by_agency,
        "sectors": [(slug, f"{name} ({count})") for slug, name, count in page.by_sector],
        "asked": asked,
        "kept": kept,
        "steps": [(step, _(words.STEPS[step])) for step in words.STEPS if step in steps],
        "next": link(after=page.rows[-1].procedure.national_code) if page.more else "",
        "first": link(after="") if asked.after else "",
        "done": typed.whole(request.GET.get("done", "")),
        "query": f"?{urlencode(kept)}" if kept else "",
    }
