"""The desk's front page: what there is to do, due first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.processing.queries import COUNT_TO, VIEWS, Row, View, worklist
from motcua.web.desk import words
from motcua.web.shared.formats import date_vn, number_vn, status_tag, time_vn
from motcua.web.shared.staff import acting, navigation, sign_in

#: The steps of the default process that a role meets; a chip each where there are several.
_STEPS = {
    Role.ONE_STOP: (("receive", N_("Tiếp nhận")), ("return", N_("Trả kết quả"))),
    Role.CIVIL_SERVANT: (),
    Role.HEAD: (),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """``/desk/?list=mine&q=…&step=…&after=…``."""
    if not request.user.is_authenticated:
        return sign_in(request)
    actor = acting(request)
    if actor.kind != "officer":
        return render(request, "desk/no_post.html", {"name": request.user.display_name}, status=403)
    view = _view(request.GET.get("list", ""))
    q = " ".join(request.GET.get("q", "").split())[:100]
    step = request.GET.get("step", "")[:30]
    now = clock_now()
    found = worklist(actor, view, after=request.GET.get("after"), q=q, step=step, now=now)
    english = request.LANGUAGE_CODE == "en"
    tags = {status: status_tag(status) for status in {row.status for row in found.rows}}
    context: dict[str, Any] = {
        "staff": navigation(actor, "desk"),
        "view": view,
        "title": _("Kết quả tìm “%(q)s”") % {"q": q} if q else _(words.VIEWS[view]),
        "q": q,
        "tabs": _tabs(view, found.counts, searching=bool(q)),
        "steps": _chips(actor, view, step) if not q else [],
        "rows": [_line(row, tags, english) for row in found.rows],
        "next": _next(view, q, step, found.next_key),
        "first": not request.GET.get("after"),
        "now": now,
    }
    response = render(request, "desk/worklist.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _view(asked: str) -> View:
    return asked if asked in VIEWS else "mine"


def count_words(count: int) -> str:
    """A count as the page shows it: exact to a thousand, then "1.000+"."""
    return number_vn(count) if count <= COUNT_TO else f"{number_vn(COUNT_TO)}+"


def _tabs(view: View, counts: Any, *, searching: bool) -> list[dict[str, Any]]:
    return [
        {
            "text": _(words.VIEWS[name]),
            "href": f"/desk/?list={name}",
            "on": name == view and not searching,
            "count": count_words(counts[name]),
            "late": name == "late" and counts[name] > 0,
        }
        for name in VIEWS
    ]


def _chips(actor: Actor, view: View, chosen: str) -> list[dict[str, Any]]:
    offered = [pair for role in {seat.role for seat in actor.seats} for pair in _STEPS.get(role, ())]
    if len(offered) < 2:
        return []
    return [
        {"text": text, "href": f"/desk/?{urlencode({'list': view, **({'step': key} if key else {})})}", "on": key == chosen}
        for key, text in [("", _("Mọi bước")), *((key, _(text)) for key, text in offered)]
    ]  # fmt: skip


def _next(view: View, q: str, step: str, key: str | None) -> str:
    if key is None:
        return ""
    asked = {"q": q} if q else {"list": view, **({"step": step} if step else {})}
    return f"/desk/?{urlencode({**asked, 'after': key})}"


def _line(row: Row, tags: dict[int, Any], english: bool) -> dict[str, Any]:
    """A row ready to print: the template's loop only puts strings into cells."""
    sign, due = words.due_words(row.due_state, row.minutes)
    return {
        "code": row.code,
        "state": row.due_state,
        "sign": sign,
        "due": due,
        "at": f"{time_vn(row.due_at)} {date_vn(row.due_at)}" if row.due_at else "",
        "procedure": row.procedure,
        "applicant": row.applicant,
        "status": tags[row.status],
        "step": row.step_en if english else row.step,
        "claimed": row.claimed_by,
        "mine": row.mine,
        "submitted": date_vn(row.submitted_at),
        "online": row.online,
    }
