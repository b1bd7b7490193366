"""One's own pages: what waits for me, each dossier, the data store, messages, profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from motcua.dossiers.actions import withdraw as withdraw_dossier
from motcua.dossiers.bundles import form_of
from motcua.dossiers.lifecycle import CLOSED, Status, allowed
from motcua.dossiers.models import Dossier, SlipKind
from motcua.eforms import rendering
from motcua.feedback.actions import rate as rate_dossier
from motcua.feedback.models import Level
from motcua.identity.actions import choose_language
from motcua.kernel.clock import now
from motcua.messaging.actions import inbox, mark_read
from motcua.messaging.wording import subject_of, text_of
from motcua.processing.actions import start_supplement
from motcua.processing.documents import answer_by
from motcua.processing.models import StepRun
from motcua.results.queries import store_of
from motcua.web.portal import timeline
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.people import address_words
from motcua.web.portal.queries import (
    account_home,
    dossier_of,
    history,
    messages_about,
    papers_of,
    slips_of,
)
from motcua.web.shared.resend import survives_database
from motcua.web.shared.views import YEAR

RATEABLE = CLOSED | {Status.FINISHED}
ASPECTS = ("overall", "convenience", "timeliness", "attitude")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def card(dossier: Dossier, *, rated: bool) -> dict[str, Any]:
    """A dossier as ``components/cards.html`` shows it."""
    waits = dossier.state in {Status.SUPPLEMENT, Status.FINANCIAL_DUTY}
    words = timeline.next_words(dossier.status)
    if dossier.state == Status.RETURNED and not rated:
        words += " " + _("Mời Ông/Bà đánh giá mức độ hài lòng.")
    return {
        "code": dossier.code,
        "url": f"/account/dossiers/{dossier.code}/",
        "procedure": dossier.procedure.short_name,
        "status": dossier.status,
        "next": words,
        "mine": waits,
        "due_state": "none",
        "due_minutes": 0,
        "due_at": dossier.due_at if dossier.state in {Status.RECEIVED, Status.PROCESSING} else None,
    }


@person_required
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    """What waits for me first, then the rest; ``?before=`` the next page."""
    found = account_home(request.actor, before=_moment(request.GET.get("before", "")))
    cards = [card(dossier, rated=dossier.rated) for dossier in found.dossiers]  # type: ignore[attr-defined]
    context = {
        "first_page": "before" not in request.GET,
        "drafts": [
            {
                "name": draft.case.version.procedure.short_name,
                "url": f"/drafts/{draft.pk}/",
                "discard": f"/drafts/{draft.pk}/discard/",
                "saved_at": draft.saved_at,
            }
            for draft in found.drafts
        ],
        "waiting": [entry for entry in cards if entry["mine"]],
        "to_rate": [
            card(dossier, rated=False)
            for dossier in found.dossiers
            if dossier.state == Status.RETURNED and not dossier.rated  # type: ignore[attr-defined]
        ][:3],
        "others": [entry for entry in cards if not entry["mine"]],
        "more": f"?before={found.more.isoformat().replace('+', '%2B')}" if found.more else "",
        "unread": found.unread,
        "stored": found.stored,
        "done": request.GET.get("done", ""),
    }
    return render(request, "portal/account/home.html", context)


SLIP_NAMES = {
    SlipKind.ACKNOWLEDGEMENT: lambda: _("Phiếu xác nhận nộp hồ sơ"),
    SlipKind.RECEIPT: lambda: _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả (mẫu 01)"),
    SlipKind.SUPPLEMENT: lambda: _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ (mẫu 02)"),
    SlipKind.REFUSAL: lambda: _("Phiếu từ chối giải quyết hồ sơ (mẫu 03)"),
}


def slip_name(kind: str) -> str:
    return SLIP_NAMES[SlipKind(kind)]()


@person_required
@require_GET
def dossier(request: PersonRequest, code: str) -> HttpResponse:
    """One dossier: where it stands, what I must do, its history, papers, slips, result, messages."""
    found = dossier_of(request.actor, code)
    language = request.LANGUAGE_CODE
    answers = found.answer_sets.order_by("-number").first()
    sections = (
        rendering.answers_summary(form_of(found.form_id), answers.values, language)
        if answers is not None and found.form_id
        else []
    )
    supplement = getattr(found, "supplement", None)
    result = getattr(found, "result", None)
    papers = papers_of(found)
    context = {
        "dossier": found,
        "next": timeline.next_words(found.status),
        "entries": timeline.entries(found, history(found)),
        "supplement": supplement,
        "answer_by": answer_by(found, supplement.asked_at)
        if supplement and not supplement.answered_at
        else None,
        "reason": _refusal_reason(found),
        "papers": [paper for paper in papers if paper.replaced_at is None],
        "replaced": [paper for paper in papers if paper.replaced_at is not None],
        "slips": [
            {
                "name": slip_name(slip.kind),
                "url": f"/account/files/slip/{slip.pk}/",
                "at": slip.issued_at,
                "size": slip.blob.size,
            }
            for slip in slips_of(found)
        ],
        "result": result
        if result is not None and found.state == Status.RETURNED and result.blob_id
        else None,
        "sections": sections,
        "messages": [
            {
                "title": subject_of(m, found),
                "text": text_of(m, found),
                "at": m.at,
                "unread": m.read_at is None,
            }
            for m in messages_about(found)
        ],
        "can_withdraw": "withdraw" in allowed(found.state),
        "can_rate": found.state in RATEABLE and getattr(found, "rating", None) is None,
        "rating": getattr(found, "rating", None),
        "levels": level_words(),
        "done": request.GET.get("done", ""),
    }
    return render(request, "portal/account/dossier.html", context)


def _refusal_reason(found: Dossier) -> str:
    """The reason that was written, for a refused or rejected dossier only."""
    if found.state not in {Status.NOT_RECEIVED, Status.STOPPED}:
        return ""
    run = (
        StepRun.objects.filter(dossier=found, outcome__in=("refuse", "reject")).order_by("-closed_at").first()
    )
    return run.note if run else ""


def level_words() -> dict[int, str]:
    """The three levels of R1.30, the best first."""
    return {
        int(Level.VERY_SATISFIED): _("Rất hài lòng"),
        int(Level.SATISFIED): _("Hài lòng"),
        int(Level.NOT_SATISFIED): _("Chưa hài lòng"),
    }


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def withdraw(request: PersonRequest, code: str) -> HttpResponse:
    """Take the dossier back, after asking once."""
    found = dossier_of(request.actor, code)
    if request.method == "POST":
        withdraw_dossier(
            actor=request.actor, code=code, reason=request.POST.get("reason", "")[:500], now=now()
        )
        return HttpResponseRedirect(f"/account/dossiers/{code}/?done=withdrawn")
    if "withdraw" not in allowed(found.state):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    return render(request, "portal/account/withdraw.html", {"dossier": found})


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def rate(request: PersonRequest, code: str) -> HttpResponse:
    """Three levels: the whole (needed), convenience, timeliness, attitude (R1.30)."""
    found = dossier_of(request.actor, code)
    if getattr(found, "rating", None) is not None or found.state not in RATEABLE:
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    given = {name: _level(request.POST.get(name, "")) for name in ASPECTS}
    overall = given["overall"]
    errors = []
    if request.method == "POST":
        if overall is not None:
            rate_dossier(
                actor=request.actor,
                code=code,
                overall=overall,
                convenience=given["convenience"],
                timeliness=given["timeliness"],
                attitude=given["attitude"],
                comment=request.POST.get("comment", ""),
                now=now(),
            )
            return HttpResponseRedirect(f"/account/dossiers/{code}/?done=rated")
        errors.append(("#overall", _("Chọn mức đánh giá chung")))
    context = {
        "dossier": found,
        "levels": list(level_words().items()),
        "given": {name: "" if level is None else str(int(level)) for name, level in given.items()},
        "comment": request.POST.get("comment", ""),
        "errors": errors,
    }
    return render(request, "portal/account/rate.html", context, status=422 if errors else 200)


def _level(text: str) -> Level | None:
    return Level(int(text)) if text in {"1", "2", "3"} else None


@person_required
@survives_database
@require_http_methods(["POST"])
def supplement(request: PersonRequest, code: str) -> HttpResponse:
    """Begin (or go on with) completing a dossier."""
    draft = start_supplement(actor=request.actor, code=code, now=now())
    return HttpResponseRedirect(f"/drafts/{draft.pk}/")


@person_required
@require_GET
def store(request: PersonRequest) -> HttpResponse:
    """The data store: signed results, to be used again."""
    return render(request, "portal/account/store.html", {"items": store_of(request.actor)})


@person_required
@require_http_methods(["GET", "POST"])
def messages(request: PersonRequest) -> HttpResponse:
    """What the office wrote to me; one button marks all as read."""
    if request.method == "POST":
        mark_read(actor=request.actor, now=now())
        return HttpResponseRedirect("/account/messages/")
    found = [
        {
            "title": subject_of(message, message.dossier),
            "text": text_of(message, message.dossier),
            "at": message.at,
            "unread": message.read_at is None,
            "url": f"/account/dossiers/{message.dossier.code}/",
        }
        for message in inbox(request.actor)
    ]
    return render(
        request,
        "portal/account/messages.html",
        {"messages": found, "unread": any(m["unread"] for m in found)},
    )


@person_required
@require_http_methods(["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """What is known of me (numbers shown in part), and the language of pages and letters."""
    account = request.user
    if request.method == "POST":
        chosen = request.POST.get("language", "")
        response = HttpResponseRedirect("/account/profile/?done=language")
        if chosen in dict(settings.LANGUAGES):
            choose_language(account=account, language=chosen)
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE,
                httponly=True, samesite="Lax",
            )  # fmt: skip
        return response
    context = {
        "person": account,
        "citizen_id": masked(account.citizen_id),
        "tax_code": masked(account.tax_code) if account.tax_code != account.citizen_id else "",
        "address": address_words(account.claim_values()),
        "languages": settings.LANGUAGES,
        "done": request.GET.get("done", ""),
    }
    return render(request, "portal/account/profile.html", context)


def masked(number: str) -> str:
    """``038192186762`` → ``038•••••6762``: enough to recognise, not enough to copy."""
    return f"{number[:3]}{'•' * (len(number) - 7)}{number[-4:]}" if len(number) > 8 else ""
