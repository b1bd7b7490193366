"""Turns for many dossiers: chosen in a list, confirmed on a page, done by a worker, and told one by one."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.web.desk import place, words
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace import bulk as work
from motcua.workspace.models import BulkItem, BulkRun
from motcua.workspace.queries import bulk_of, bulks_of, desk_of, items_of, progress_of
from motcua.workspace.rules import MAX_BULK, Asked, Progress, unique
from motcua.workspace.worklists import Line, lines, options
from motcua.workspace.worklists.reading import chosen


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def bulk(request: HttpRequest) -> HttpResponse:
    """``/desk/bulk/``: what was ordered; POST ``which``, ``what``, ``line`` asks once more; with ``key`` it is ordered."""
    actor = acting(request)
    if request.method != "POST":
        context = {
            "staff": navigation(actor, "desk"),
            "runs": [_named(run, progress) for run, progress in bulks_of(actor)],
        }
        return render(request, "desk/bulks.html", context)
    what = request.POST.get("what", "")
    if what not in dict(words.bulk_choices(actor)):
        raise Http404
    found = selected(request, actor)
    if "key" not in request.POST:
        return _confirm(request, actor, what, found)
    return _order(request, actor, what, found)


def selected(request: HttpRequest, actor: Actor) -> list[Line]:
    """The lines that are meant: those that were marked, or all that the list shows (at most 500)."""
    if request.POST.get("which") == "all":
        asked = place.unpack(request.POST.get("from", "")) or Asked()
        return lines(actor, asked, limit=MAX_BULK, now=clock_now())
    return chosen(actor, unique(request.POST.getlist("line")))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _confirm(
    request: HttpRequest,
    actor: Actor,
    what: str,
    found: list[Line],
    *,
    error: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    name, means = words.BULK[what]
    if not found:
        error, status = ("", sentence("bulk.nothing_chosen", {})), 422
    state = desk_of(actor)
    context = {
        "staff": navigation(actor, "desk", unread=state.unread),
        "what": what,
        "title": _(name),
        "means": _(means),
        "lines": found,
        "full": len(found) == MAX_BULK,
        "limit": MAX_BULK,
        "key": request.POST.get("key") or str(uuid.uuid4()),
        "from_": request.POST.get("from", ""),
        "officers": options(actor).officers if what == "assign" else (),
        "labels": [
            (line.id, line.name) for line in state.labels.values() if what == "unlabel" or not line.retired
        ]
        if what in work.LABELLING
        else (),
        "typed": {name: request.POST.get(name, "") for name in ("officer", "label")},
        "errors": [error] if error else [],
    }
    return render(request, "desk/bulk_confirm.html", context, status=status)


def _order(request: HttpRequest, actor: Actor, what: str, found: list[Line]) -> HttpResponse:
    try:
        key = UUID(request.POST["key"])
    except ValueError as error:
        raise Http404 from error
    if what == "sign" and request.POST.get("seen") != "1":
        words_ = _("Xác nhận Ông/Bà đã xem dự thảo của các kết quả này.")
        return _confirm(request, actor, what, found, error=("#seen", words_), status=422)
    try:
        work.order_bulk(
            actor=actor,
            key=key,
            what=what,
            lines=found,
            officer=_number(request.POST.get("officer", "")),
            label=_number(request.POST.get("label", "")),
            now=clock_now(),
        )
    except work.OrderedAlready as ordered:
        key = ordered.key
    except Refused as refusal:
        href = {"bulk.no_officer": "#officer", "bulk.no_label": "#label"}.get(refusal.code, "")
        told = (href, sentence(refusal.code, refusal.params))
        return _confirm(request, actor, what, found, error=told, status=refusal.status)
    return HttpResponseRedirect(f"/desk/bulk/{key}/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def bulk_run(request: HttpRequest, key: UUID) -> HttpResponse:
    """``/desk/bulk/<key>/``: how far it is and what came of each dossier; POST leaves the rest undone."""
    actor = acting(request)
    run = bulk_of(actor, key)
    if run is None:
        raise Http404
    if request.method == "POST":
        work.cancel_bulk(actor=actor, key=key, now=clock_now())
        return HttpResponseRedirect(f"/desk/bulk/{key}/")
    progress = progress_of(run)
    only = request.GET.get("only", "")
    items = [_item(item) for item in items_of(run) if not only or item.state in _ONLY.get(only, ())]
    context = {
        "staff": navigation(actor, "desk"),
        "run": _named(run, progress),
        "items": items,
        "only": only,
        "refresh": 2 if run.state in {BulkRun.State.WAITING, BulkRun.State.WORKING} else 0,
    }
    return render(request, "desk/bulk.html", context)


_ONLY = {"undone": (BulkItem.State.REFUSED, BulkItem.State.FAILED, BulkItem.State.CANCELLED)}


def _named(run: BulkRun, progress: Progress) -> dict[str, Any]:
    name = _(words.BULK[run.action][0]) if run.action in words.BULK else run.action
    to = run.officer.full_name if run.officer else run.label.name if run.label else ""
    return {
        "key": str(run.pk),
        "name": f"{name}: {to}" if to else name,
        "at": run.ordered_at,
        "ended_at": run.ended_at,
        "state": run.state,
        "working": run.state in {BulkRun.State.WAITING, BulkRun.State.WORKING},
        "total": run.total,
        "done": progress.of("done"),
        "undone": progress.of("refused", "failed"),
        "left": progress.left,
        "cancelled": progress.of("cancelled"),
    }


def _item(item: BulkItem) -> dict[str, Any]:
    why = ""
    if item.state == BulkItem.State.REFUSED:
        why = (
            words.conflict_words(item.params)
            if item.code == "step.already_decided"
            else sentence(item.code, item.params)
        )
    elif item.state == BulkItem.State.FAILED:
        why = _("Hệ thống gặp lỗi ở hồ sơ này; hồ sơ không thay đổi. Bộ phận quản trị đã được ghi nhận.")
    return {
        "code": item.dossier.code,
        "procedure": item.dossier.procedure.short_name,
        "state": item.state,
        "words": _(words.BULK_STATES[item.state]),
        "tone": words.BULK_TONES[item.state],
        "why": why,
        "at": item.done_at,
    }
