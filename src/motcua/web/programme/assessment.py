"""One assessment: what was found, what it comes to and why, who signs it off, and its whole history."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.models import PaperReplacement
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.codes import is_national_code
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.programme.review import actions, proposals, queries, rules
from motcua.programme.review import findings as reading
from motcua.programme.review import words as both
from motcua.programme.review.audience import STAFF, parts_of
from motcua.programme.review.models import ReviewAssessment, ReviewRound
from motcua.web.programme import typed, words
from motcua.web.programme.pages import HERE, Fault, is_english, said
from motcua.web.shared.staff import acting, navigation, staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*STAFF)
def assessment(request: HttpRequest, pk: int, code: str) -> HttpResponseBase:
    """``/programme/rounds/<pk>/<code>/``."""
    if not is_national_code(code):
        raise Http404
    actor = acting(request)
    found = queries.find_assessment(actor, pk, code)
    fault = Fault()
    if request.method == "POST":
        try:
            _change(actor, found, request)
        except reading.Unanswered as open_:
            first = next(iter(open_.faults))
            fault = Fault({"faults": open_.faults}, "save", first, _("Có câu chưa trả lời hoặc chưa đúng."))
        except NotAllowed:
            raise
        except Refused as refusal:
            fault = Fault({}, request.POST.get("step", ""), _FIELDS.get(refusal.code, ""), said(refusal))
            if isinstance(refusal, Conflict):
                found.refresh_from_db()
        else:
            return HttpResponseRedirect(f"/programme/rounds/{pk}/{code}/?saved=1")
    context = _context(request, actor, found, fault)
    return render(request, "programme/assessment.html", context, status=_status(fault))


_FIELDS = {"reason.too_short": "remark", "assessment.contradiction": "electronic_result"}


def _status(fault: Fault) -> int:
    return 422 if fault.said else 200


def _change(actor: Actor, found: ReviewAssessment, request: HttpRequest) -> None:
    post, now = request.POST, clock_now()
    revision, step = typed.whole(post.get("revision", "")), post.get("step", "")
    if step in {"save", "save_submit"}:
        read = reading.read(typed.findings_document(post))
        saved = actions.save_findings(
            actor=actor, assessment_id=found.pk, revision=revision, findings=read, now=now
        )
        if step == "save_submit":
            actions.move(actor=actor, assessment_id=found.pk, revision=saved.revision, step="submit", now=now)
        return
    if step == "include":
        actions.include(actor=actor, round_id=found.round_id, codes=[found.procedure.national_code], now=now)
        return
    if step == "exclude":
        actions.exclude(
            actor=actor,
            round_id=found.round_id,
            codes=[found.procedure.national_code],
            reason=post.get("remark", ""),
            now=now,
        )
        return
    actions.move(
        actor=actor,
        assessment_id=found.pk,
        revision=revision,
        step=step,
        remark=post.get("remark", ""),
        now=now,
    )


def _context(request: HttpRequest, actor: Actor, found: ReviewAssessment, fault: Fault) -> dict[str, Any]:
    english = is_english(request)
    is_open = found.round.state == ReviewRound.State.OPEN
    offered = rules.offered(found.state, parts_of(actor, found)) if is_open else frozenset()
    editing = "save" in offered
    proposal = queries.propose(found.procedure) if editing or found.findings is None else None
    posted = request.method == "POST" and request.POST.get("step") in {"save", "save_submit"}
    if posted:
        document = typed.findings_document(request.POST)
    else:
        document = found.findings or (proposal.document if proposal else {})
    values = typed.boxes(document)
    if posted:  # dates as typed, right or wrong
        values |= {f"fixed_by-{part}": request.POST.get(f"fixed_by-{part}", "") for part in typed.PARTS}
    faults = {name: _(words.FAULTS[code]) for name, code in fault.values.get("faults", {}).items()}
    fresh = found.findings is None and not posted
    sources = (
        {}
        if proposal is None or not fresh
        else {name: _(words.SOURCES[source]) for name, source in proposal.sources.items()}
    )
    judged = queries.list_values(found)
    conflict = request.method == "POST" and found.revision != typed.whole(request.POST.get("revision", ""))
    return {
        "staff": navigation(actor, HERE),
        "found": found,
        "round": found.round,
        "procedure": found.procedure,
        "tag": words.state_tag(found.state),
        "fault": fault,
        "faults": faults,
        "values": values,
        "editing": editing,
        "offered": [
            (step, _(words.STEPS[step])) for step in words.STEPS if step in offered and step != "submit"
        ],
        "can_submit": "submit" in offered or editing,
        "can_exclude": "exclude" in offered,
        "can_include": "include" in offered,
        "saved": "saved" in request.GET and not fault.said,
        "readiness": [(n, _(a), _(b)) for n, (a, b) in words.READINESS.items()],
        "requirements": [(n, _(a), _(b)) for n, (a, b) in words.REQUIREMENTS.items()],
        "payments": [(n, _(a)) for n, a in words.PAYMENTS.items()],
        "payment_label": _(words.PAYMENT_LABEL),
        "sources": sources,
        "papers": proposal.papers if proposal else [],
        "replacements": _replacements(found, proposal),
        "level": judged["level"],
        "instrument": judged["instrument"],
        "effort": judged["effort"],
        "reasons": [
            {
                "text": r["en" if english else "vi"],
                "article": f"{r['article']}, {r['instrument']}",
                "inputs": [words.box_label(n) for n in r["inputs"]],
                "met": r["code"] == "met",
                "sure": r["confidence"] == "verified",
            }
            for r in judged["reasons"]
        ],
        "blockers": [
            {
                "cause": words.cause_words(b["cause"], english=english),
                "change": both.CHANGES[b["cause"]][english],
                "owner": both.OWNERS[b["owner"]][english],
                "lawful": b["lawful"],
                "basis": b["basis"],
                "article": b["article"],
            }
            for b in judged["blockers"]
        ],
        "answers": _answers(found),
        "conflict": conflict,
        "history": [words.event_line(event, english=english) for event in queries.history(found)],
        "yes_no": [("yes", _("Có")), ("no", _("Không"))],
        "frozen": not is_open,
    }


def _replacements(found: ReviewAssessment, proposal: proposals.Proposal | None) -> list[PaperReplacement]:
    if proposal is not None:
        return proposal.replacements
    numbers = (found.findings or {}).get("replaced") or []
    return list(PaperReplacement.objects.filter(number__in=numbers).order_by("number"))


def _answers(found: ReviewAssessment) -> list[dict[str, str]]:
    """What was found, to read."""
    document = found.findings
    if document is None:
        return []
    rows = [
        {"key": words.box_label(name), "value": _("Có") if document[name] else _("Không")}
        for name in reading.READINESS
    ]
    paid = words.PAYMENTS[document["payment"]]
    rows.append({"key": words.box_label("payment"), "value": _(paid)})
    for name in reading.REQUIREMENTS:
        one = document[name]
        parts = [_("Có") if one["required"] else _("Không"), one["basis"], one["evidence"]]
        rows.append({"key": words.box_label(name), "value": ". ".join(part for part in parts if part)})
    if document.get("note"):
        rows.append({"key": words.box_label("note"), "value": document["note"]})
    return rows
