"""The dossier page of an officer: what is asked of me, the clock, answers beside papers, and every turn the law opens.

GET draws it; POST takes one turn and comes back. A refusal draws the page again with what was typed; a colleague's
earlier decision is said above the page as it now is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.dossiers.looking import looked
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.working_time import Term
from motcua.processing import actions
from motcua.processing.clock import later
from motcua.processing.queries import has_consultation, has_run
from motcua.processing.turns import OF_DOSSIER
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
    run: int | None = None


def _turn(act: Callable[..., object], *names: str, of: str = "run_id", **fixed: object) -> Do:
    """The action that makes a turn of a step (``of``: of what else), given what its form says under these names."""

    def do(actor: Actor, key: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, **{of: key}, **{name: given[name] for name in names}, **fixed, now=now)

    return do


def _consult(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.consult(
        actor=actor,
        run_id=run,
        unit=given["unit"],
        question=given["question"],
        within=Term(given["days"], "wd"),
        expert=given["expert"],
        now=now,
    )


def _extend(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.extend(
        actor=actor, dossier_id=dossier, working_days=given["days"], reason=given["reason"], now=now
    )


def _move(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.move_version(
        actor=actor,
        dossier_id=dossier,
        version=given["version"],
        reason=given["reason"],
        steps=given["steps"],
        done=given["done"],
        now=now,
    )


#: Each turn and the action that makes it; nothing else writes.
DO: dict[str, Do] = {
    "receive": _turn(actions.receive, "note"),
    "refuse": _turn(actions.refuse, "reason"),
    "ask_supplement": _turn(actions.ask_supplement, "reason", "items"),
    "return_ineligible": _turn(actions.return_ineligible, "reason", "items"),
    "claim": _turn(actions.claim),
    "release": _turn(actions.release),
    "propose": _turn(actions.propose, "content", "note"),
    "complete": _turn(actions.complete, "note", outcome="complete"),
    "approve": _turn(actions.complete, "note", outcome="approve"),
    "ask_payment": _turn(actions.ask_payment, "amount", "reason"),
    "confirm_duty": _turn(actions.confirm_duty),
    "reject": _turn(actions.reject, "reason"),
    "send_back": _turn(actions.send_back, "reason"),
    "go_back": _turn(actions.go_back, "reason"),
    "sign": _turn(actions.sign),
    "return_result": _turn(actions.return_result, "note", "posting", "in_person"),
    "sign_again": _turn(actions.sign_again),
    "transfer": _turn(actions.transfer, "to", "reason"),
    "assign": _turn(actions.assign, "officer", "note"),
    "consult": _consult,
    "answer_consultation": _turn(actions.answer_consultation, "agrees", "answer", of="consultation_id"),
    "revoke_consultation": _turn(actions.revoke_consultation, of="consultation_id"),
    "extend": _extend,
    "stop": _turn(actions.stop, of="dossier_id"),
    "decline_stop": _turn(actions.decline_stop, "reason", of="dossier_id"),
    "reopen": _turn(actions.reopen, "reason", of="dossier_id"),
    "move_version": _move,
}
_OF_CONSULTATION = frozenset({"answer_consultation", "revoke_consultation"})


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def dossier_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """``/desk/dossiers/<code>/?do=<turn>&run=<id>``: the page; POST ``turn`` takes it for the ``run`` it was drawn for."""
    actor = acting(request)
    found = open_dossier(actor, code)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _take(request, actor, found)
    if request.method == "GET":
        looked(found.pk, actor, now=clock_now())
    asked = request.GET.get("do", "")
    run = forms.whole_key(request.GET.get("run", "")) or None
    return _draw(request, actor, found, Asked(asked, {}, run=run) if asked in DO else None)


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
        around["margin"].matters,
        now=clock_now(),
        language=request.LANGUAGE_CODE,
        form=asked.name if asked else "",
        run=asked.run if asked else None,
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
    if done in words.INTAKES:
        return _(words.INTAKES[done])
    if done in {"sign", "sign_again"} and signed:
        return _("Kết quả đã được ký số và chuyển sang bước trả kết quả.")
    return _(words.TURNS[done][2]) if done in words.TURNS else ""


def _target(request: HttpRequest, turn: str, dossier: Dossier) -> int:
    """What a turn is taken on: the dossier, a consultation of it, or the step it was drawn for, which must be of it."""
    if turn in OF_DOSSIER:
        return dossier.pk
    of_consultation = turn in _OF_CONSULTATION
    key = forms.whole_key(request.POST.get("consultation" if of_consultation else "run", ""))
    if not (has_consultation if of_consultation else has_run)(dossier.pk, key):
        raise Http404
    return key


def _looks_first(request: HttpRequest, turn: str, given: Mapping[str, Any], dossier: Dossier) -> bool:
    """Whether the form is drawn once more before anything is done, to see the new date."""
    if turn != "extend" or dossier.due_at is None:
        return False
    # What is confirmed is the date that was shown, not the days that were typed since.
    return request.POST.get("confirmed", "") != later(dossier, dossier.due_at, given["days"]).isoformat()


def _take(request: HttpRequest, actor: Actor, dossier: Dossier) -> HttpResponseBase:
    turn = request.POST.get("turn", "")
    if turn not in DO:
        raise Http404
    target = _target(request, turn, dossier)
    given, errors = forms.read(turn, request.POST, dossier)
    asked = Asked(turn, forms.typed(request.POST), tuple(errors), target if turn not in OF_DOSSIER else None)
    if turn == "consult" and "pick" in request.POST:
        return _draw(request, actor, dossier, replace(asked, errors=()))
    if errors:
        return _draw(request, actor, dossier, asked, status=422)
    if _looks_first(request, turn, given, dossier):
        return _draw(request, actor, dossier, asked)
    try:
        DO[turn](actor, target, given, clock_now())
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
            replace(asked, errors=((forms.anchor(refusal.code), said),)),
            status=refusal.status,
        )
    # The turn may have taken it out of this officer's sight.
    if Dossier.objects.visible_to(actor).only("pk").filter(pk=dossier.pk).first() is None:
        return HttpResponseRedirect("/desk/")
    return HttpResponseRedirect(
        f"/desk/dossiers/{dossier.code}/?{urlencode({'done': turn, **beside.carried(request)})}"
    )
