"""The dossier page of an officer: what is asked of me, the clock, answers beside papers, and every turn the law opens.

GET draws it; POST takes one turn and comes back. A refusal draws the page again with what was typed; a colleague's
earlier decision is said above the page as it now is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing import actions
from motcua.web.desk import beside, forms, words
from motcua.web.desk.page import context_of, open_dossier
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence

Do = Callable[[Actor, int, Mapping[str, Any], datetime], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn that is being filled in: what was typed so far, and what is wrong with it."""

    name: str
    typed: Mapping[str, Any]
    errors: tuple[tuple[str, str], ...] = ()


def _simple(act: Callable[..., object]) -> Do:
    def do(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, run_id=run, now=now)

    return do


def _with_reason(act: Callable[..., object]) -> Do:
    def do(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, run_id=run, reason=given["reason"], now=now)

    return do


def _with_note(act: Callable[..., object]) -> Do:
    def do(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, run_id=run, note=given.get("note", ""), now=now)

    return do


def _with_items(act: Callable[..., object]) -> Do:
    def do(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, run_id=run, reason=given["reason"], items=given["items"], now=now)

    return do


def _payment(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.ask_payment(
        actor=actor, run_id=run, amount=given["amount"], reason=given["reason"], now=now
    )


def _propose(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.propose(
        actor=actor, run_id=run, content=given["content"], note=given.get("note", ""), now=now
    )


#: Each turn and the action that makes it; nothing else writes.
DO: dict[str, Do] = {
    "receive": _with_note(actions.receive),
    "refuse": _with_reason(actions.refuse),
    "ask_supplement": _with_items(actions.ask_supplement),
    "return_ineligible": _with_items(actions.return_ineligible),
    "claim": _simple(actions.claim),
    "release": _simple(actions.release),
    "propose": _propose,
    "ask_payment": _payment,
    "confirm_duty": _simple(actions.confirm_duty),
    "reject": _with_reason(actions.reject),
    "send_back": _with_reason(actions.send_back),
    "sign": _simple(actions.sign),
    "return_result": _with_note(actions.return_result),
    "sign_again": _simple(actions.sign_again),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def dossier_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/desk/dossiers/<code>/?do=<turn>``: the page; POST ``turn`` and ``run`` takes the turn."""
    actor = acting(request)
    found = open_dossier(actor, code)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _take(request, actor, found)
    asked = request.GET.get("do", "")
    return _draw(request, actor, found, Asked(asked, {}) if asked in DO else None)


def _draw(
    request: HttpRequest,
    actor: Actor,
    dossier: Dossier,
    asked: Asked | None = None,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    around = beside.context_of(request, actor, dossier)
    context = context_of(
        dossier,
        actor,
        around["margin"].more,
        now=clock_now(),
        language=request.LANGUAGE_CODE,
        form=asked.name if asked else "",
        typed=asked.typed if asked else {},
        errors=asked.errors if asked else (),
        show_days="clock" in request.GET,
    )
    done = request.GET.get("done", "")
    context |= around
    context["staff"] = navigation(actor, "desk", unread=context["margin"].unread)
    context["said"] = _said(done, signed=bool(dossier.finished_at))
    context["notice"] = notice
    # The receipt of a counter intake is made within seconds: the page looks again until it is there.
    if done == "intake" and not context["slips"]:
        context["refresh"] = 2
    return render(request, "desk/dossier.html", context, status=status)


def _said(done: str, *, signed: bool) -> str:
    """What a turn that has been taken is answered with; a signature is there when the page comes back for it."""
    if done == "intake":
        return _(words.INTAKE_DONE)
    if done in {"sign", "sign_again"} and signed:
        return _("Kết quả đã được ký số và chuyển sang bước trả kết quả.")
    return _(words.TURNS[done][2]) if done in words.TURNS else ""


def _take(request: HttpRequest, actor: Actor, dossier: Dossier) -> HttpResponseBase:
    turn = request.POST.get("turn", "")
    run = request.POST.get("run", "")
    if turn not in DO or not (run.isascii() and run.isdigit() and len(run) < 19):
        raise Http404
    given, errors = forms.read(turn, request.POST, dossier)
    typed = forms.typed(request.POST)
    if errors:
        return _draw(request, actor, dossier, Asked(turn, typed, tuple(errors)), status=422)
    try:
        DO[turn](actor, int(run), given, clock_now())
    except Conflict as refusal:
        fresh = open_dossier(actor, dossier.code)
        if fresh is None:  # what was decided took it out of this officer's sight
            return HttpResponseRedirect("/desk/")
        told = (
            words.conflict_words(refusal.params)
            if refusal.code == "step.already_decided"
            else sentence(refusal.code, refusal.params)
        )
        return _draw(request, actor, fresh, notice=told, status=409)
    except Refused as refusal:
        said = sentence(refusal.code, refusal.params)
        return _draw(
            request,
            actor,
            dossier,
            Asked(turn, typed, ((forms.anchor(refusal.code), said),)),
            status=refusal.status,
        )
    # The turn may have taken it out of this officer's sight.
    if Dossier.objects.visible_to(actor).only("pk").filter(pk=dossier.pk).first() is None:
        return HttpResponseRedirect("/desk/")
    return HttpResponseRedirect(
        f"/desk/dossiers/{dossier.code}/?{urlencode({'done': turn, **beside.carried(request)})}"
    )
