"""The Ministry's side: what was asked for, who has sent it, and what the lists say together."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.kernel.actors import Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.programme.review import board as reading
from motcua.programme.review import receiving, senders
from motcua.web.programme import typed, words
from motcua.web.programme.pages import HERE, Fault, is_english, said
from motcua.web.shared.staff import acting, navigation, staff

_FIELDS = {
    "review.no_name": "name",
    "review.no_instrument": "instrument",
    "review.deadline_past": "deadline",
    "review.no_deadline": "deadline",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.FOCAL_POINT)
def collections(request: HttpRequest) -> HttpResponseBase:
    """``/programme/collections/``: collections of lists; opening one."""
    actor = acting(request)
    fault = Fault()
    if request.method == "POST":
        try:
            made = receiving.open_collection(
                actor=actor,
                name=request.POST.get("name", ""),
                instrument=request.POST.get("instrument", ""),
                deadline=typed.needed_day(request.POST, "deadline", "review.no_deadline"),
                now=clock_now(),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            fault = Fault(request.POST.dict(), "open", _FIELDS.get(refusal.code, ""), said(refusal))
        else:
            return HttpResponseRedirect(f"/programme/collections/{made.key}/")
    found = [
        {"collection": one, "come": come, "senders": len(senders.on_day(one.deadline))}
        for one, come in reading.collections(actor)
    ]
    context = {
        "staff": navigation(actor, HERE),
        "collections": found,
        "fault": fault,
        "today": local_day(clock_now()),
        "deadline": typed.day_values(fault.values, "deadline", None),
    }
    return render(request, "programme/collections.html", context, status=422 if fault.said else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.FOCAL_POINT)
def board(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/programme/collections/<key>/``: who has submitted, who is late and by how long; tokens and reminders."""
    actor = acting(request)
    fault, token, of = Fault(), "", ""
    if request.method == "POST":
        what, of, now = request.POST.get("what", ""), request.POST.get("sender", ""), clock_now()
        try:
            if what == "token":
                token = receiving.issue_token(
                    actor=actor, collection=key, sender=of, email=request.POST.get("email", ""), now=now
                )
            elif what == "revoke":
                receiving.revoke_token(actor=actor, collection=key, sender=of, now=now)
            elif what == "remind":
                receiving.remind(actor=actor, collection=key, sender=of, now=now)
            else:
                raise Refused("request.unreadable")
        except NotAllowed:
            raise
        except Refused as refusal:
            fault = Fault(request.POST.dict(), what, "", said(refusal))
        else:
            if not token:
                return HttpResponseRedirect(f"/programme/collections/{key}/?done={what}")
    page = reading.board(actor, key, clock_now())
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    kept = {"state": state, "kind": kind}

    def link(**changed: str) -> str:
        query = {name: value for name, value in {**kept, **changed}.items() if value}
        return f"?{urlencode(query)}" if query else "."

    who = senders.by_key(of) if of else None
    context: dict[str, Any] = {
        "staff": navigation(actor, HERE),
        "collection": page.collection,
        "fault": fault,
        "counts": page.counts,
        "rows": [
            {"one": one, "tag": words.standing_tag(one.state)}
            for one in page.rows
            if state in ("", one.state) and kind in ("", one.sender.kind)
        ],
        "total": len(page.rows),
        "token": token,
        "token_of": who.name if who else "",
        "come": page.counts["on_time"] + page.counts["late"],
        "done": request.GET.get("done", ""),
        "states": [{"text": _("Tất cả"), "href": link(state=""), "on": not state, "count": len(page.rows)}]
        + [
            {
                "text": words.standing_tag(name)["text"],
                "href": link(state=name),
                "on": state == name,
                "count": count,
            }
            for name, count in page.counts.items()
            if count or state == name
        ],
        "kinds": [
            {
                "text": text,
                "href": link(kind=name),
                "on": kind == name,
                "count": sum(1 for one in page.rows if name in ("", one.sender.kind)),
            }
            for name, text in (
                ("", _("Bộ và tỉnh")),
                ("ministry", _("Bộ, cơ quan ngang bộ")),
                ("province", _("Tỉnh, thành phố")),
            )
        ],
        "options": [(one.sender.key, one.sender.name) for one in page.rows],
        "missing": page.counts["missing"] + page.counts["waiting"],
    }
    return render(request, "programme/board.html", context, status=422 if fault.said else 200)


@require_safe
@staff(Role.FOCAL_POINT)
def consolidated(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/programme/collections/<key>/consolidated/``: all lists as one; ``?conflicts=1``, ``?q=``, ``?code=``, ``?format=csv``."""
    actor, english = acting(request), is_english(request)
    q, conflicts = request.GET.get("q", "").strip()[:200], request.GET.get("conflicts") == "1"
    found, lines = reading.consolidated(actor, key, q=q, conflicts=conflicts)
    if request.GET.get("format") == "csv":
        return _csv(lines, key)
    number = max(1, typed.whole(request.GET.get("page", "1")[:4]))
    size = reading.PAGE
    kept = {name: value for name, value in (("q", q), ("conflicts", "1" if conflicts else "")) if value}

    def page(at: int) -> str:
        return f"?{urlencode({**kept, 'page': at})}"

    code = request.GET.get("code", "")[:12]
    context = {
        "staff": navigation(actor, HERE),
        "collection": found,
        "q": q,
        "conflicts": conflicts,
        "lines": lines[(number - 1) * size : number * size],
        "count": len(lines),
        "previous": page(number - 1) if number > 1 else "",
        "next": page(number + 1) if len(lines) > number * size else "",
        "chips": [
            {"text": _("Tất cả"), "href": f"?{urlencode({'q': q})}" if q else ".", "on": not conflicts},
            {
                "text": _("Cùng mã, khác mức độ"),
                "href": f"?{urlencode({'q': q, 'conflicts': 1})}",
                "on": conflicts,
            },
        ],
        "code": code,
        "positions": [
            {
                "sender": who.name if who else "–",
                "level": level,
                "reason": reason,
                "receipt": receipt,
                "words": words.level_words(level, english=english),
            }
            for who, level, reason, receipt in (reading.positions(actor, key, code) if code else [])
        ],
        "csv": f"?{urlencode({**kept, 'format': 'csv'})}",
        "back": f"?{urlencode(kept)}" if kept else ".",
    }
    return render(request, "programme/consolidated.html", context)


def _csv(lines: list[reading.Line], key: str) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["code", "name", "full", "partial", "information", "conflict"])
    for line in lines:
        name = f"'{line.name}" if line.name.startswith(("=", "+", "-", "@")) else line.name
        writer.writerow([line.code, name, line.full, line.partial, line.information, int(line.conflict)])
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return answer
