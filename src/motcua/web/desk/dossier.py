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
from motcua.processing.models import StepRun
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


def _completed(outcome: str) -> Do:
    def do(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
        return actions.complete(actor=actor, run_id=run, outcome=outcome, note=given.get("note", ""), now=now)

    return do


def _return(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.return_result(
        actor=actor,
        run_id=run,
        note=given.get("note", ""),
        posting=given["posting"],
        in_person=given["in_person"],
        now=now,
    )


def _transfer(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.transfer(actor=actor, run_id=run, to=given["to"], reason=given["reason"], now=now)


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


def _assign(actor: Actor, run: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.assign(
        actor=actor, run_id=run, officer=given["officer"], note=given.get("note", ""), now=now
    )


def _opinion(actor: Actor, consultation: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.answer_consultation(
        actor=actor, consultation_id=consultation, agrees=given["agrees"], answer=given["answer"], now=now
    )


def _revoke(actor: Actor, consultation: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.revoke_consultation(actor=actor, consultation_id=consultation, now=now)


def _stop(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.stop(actor=actor, dossier_id=dossier, now=now)


def _of_dossier(act: Callable[..., object]) -> Do:
    def do(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
        return act(actor=actor, dossier_id=dossier, reason=given["reason"], now=now)

    return do


def _extend(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
    return actions.extend(
        actor=actor, dossier_id=dossier, working_days=given["days"], reason=given["reason"], now=now
    )


def _move(actor: Actor, dossier: int, given: Mapping[str, Any], now: datetime) -> object:
    steps = dict.fromkeys(
        StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("step__key", flat=True),
        given["step"],
    )
    return actions.move_version(
        actor=actor,
        dossier_id=dossier,
        version=given["version"],
        reason=given["reason"],
        steps=steps,
        now=now,
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
    "complete": _completed("complete"),
    "approve": _completed("approve"),
    "ask_payment": _payment,
    "confirm_duty": _simple(actions.confirm_duty),
    "reject": _with_reason(actions.reject),
    "send_back": _with_reason(actions.send_back),
    "go_back": _with_reason(actions.go_back),
    "sign": _simple(actions.sign),
    "return_result": _return,
    "sign_again": _simple(actions.sign_again),
    "transfer": _transfer,
    "assign": _assign,
    "consult": _consult,
    "answer_consultation": _opinion,
    "revoke_consultation": _revoke,
    "extend": _extend,
    "stop": _stop,
    "decline_stop": _of_dossier(actions.decline_stop),
    "reopen": _of_dossier(actions.reopen),
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
    name, rows = (
        ("consultation", dossier.consultations) if turn in _OF_CONSULTATION else ("run", dossier.runs)
    )
    key = forms.whole_key(request.POST.get(name, ""))
    if not rows.filter(pk=key).exists():
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
