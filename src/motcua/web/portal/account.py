"""One's own pages: what waits for me, each dossier, the data store, messages, profile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from motcua.dossiers.actions import withdraw as withdraw_dossier
from motcua.dossiers.bundles import form_of
from motcua.dossiers.drafts import upload_limits
from motcua.dossiers.lifecycle import CLOSED, OPEN, Status, allowed
from motcua.dossiers.models import Dossier, SlipKind
from motcua.eforms import rendering
from motcua.feedback.actions import rate as rate_dossier
from motcua.feedback.models import Level
from motcua.identity.actions import choose_language
from motcua.kernel import uploads
from motcua.kernel.clock import now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.text import clean
from motcua.messaging import letters
from motcua.messaging.actions import inbox, mark_read
from motcua.messaging.wording import place_of, subject_of, text_of
from motcua.processing.actions import request_stop, start_supplement
from motcua.processing.actions.ending import STOPPABLE
from motcua.processing.documents import answer_by, intake_answer_by
from motcua.processing.matters import matters_of
from motcua.processing.queries import runs_of
from motcua.results.queries import store_of
from motcua.web.portal import joint, timeline
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.handling import Handling, handling
from motcua.web.portal.people import address_words
from motcua.web.portal.queries import (
    account_home,
    dossier_of,
    history,
    messages_about,
    papers_of,
    slips_of,
)
from motcua.web.shared.formats import date_vn, datetime_vn
from motcua.web.shared.forms import incoming
from motcua.web.shared.resend import survives_database
from motcua.web.shared.views import YEAR
from motcua.web.shared.wording import sentence

WAITS = frozenset({Status.SUPPLEMENT, Status.FINANCIAL_DUTY})
ON_THE_CLOCK = frozenset({Status.RECEIVED, Status.PROCESSING})
RATEABLE = CLOSED | {Status.FINISHED}
#: How many results are offered for rating at once.
OFFERS = 3
ASPECTS = ("overall", "convenience", "timeliness", "attitude")


def card(dossier: Dossier, *, at: datetime, rated: bool = True) -> dict[str, Any]:
    """A dossier as ``components/cards.html`` shows it, with the date that matters now. ``rated``: nothing to rate."""
    state = dossier.state
    words = timeline.next_words(dossier.status)
    total = getattr(dossier, "parts_total", None) or 0
    waits = bool(total and dossier.part_waits)  # type: ignore[attr-defined]
    if total and state in OPEN:
        words = joint.progress_words(total, dossier.parts_done or 0, waits=waits)  # type: ignore[attr-defined]
    elif state is Status.REGISTERED:
        words += " " + _("Cơ quan trả lời chậm nhất %(when)s.") % {
            "when": datetime_vn(intake_answer_by(dossier))
        }
    elif state in ON_THE_CLOCK and dossier.due_at is not None and dossier.due_at < at:
        words = _("Đã quá thời gian hẹn trả. Chúng tôi xin lỗi Ông/Bà; cơ quan vẫn đang giải quyết.")
    elif state is Status.SUPPLEMENT and (asked := getattr(dossier, "supplement", None)) is not None:
        until = datetime_vn(answer_by(dossier, asked.asked_at))
        words = _("Cần Ông/Bà bổ sung trước %(when)s.") % {"when": until}
    elif state is Status.FINISHED and dossier.return_by == "counter":
        words = _("Kết quả đã có. Mời Ông/Bà đến bộ phận một cửa nhận.")
    elif state is Status.RETURNED and dossier.returned_at is not None:
        words = _("Đã trả ngày %(date)s.") % {"date": date_vn(dossier.returned_at)}
    if state is Status.RETURNED and not rated:
        words += " " + _("Mời Ông/Bà xem kết quả và đánh giá; chỉ mất nửa phút.")
    return {
        "code": dossier.code,
        "url": f"/account/dossiers/{dossier.code}/",
        "procedure": dossier.procedure.short_name,
        "status": dossier.status,
        "next": words,
        "mine": waits or state in WAITS or (state is Status.FINISHED and dossier.return_by == "counter"),
        "due_state": "none",
        "due_minutes": 0,
        "due_at": dossier.due_at if state in ON_THE_CLOCK else None,
    }


@person_required
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    """What waits for me first, then the rest; ``?after=`` the next page."""
    after = request.GET.get("after", "")
    at = now()
    found = account_home(request.actor, after=after, now=at)
    waiting = [card(dossier, at=at, rated=dossier.rated) for dossier in found.waiting]  # type: ignore[attr-defined]
    context = {
        "first_page": not after,
        "drafts": [
            {
                "name": draft.case.version.procedure.short_name,
                "url": f"/drafts/{draft.pk}/",
                "discard": f"/drafts/{draft.pk}/discard/",
                "saved_at": draft.saved_at,
            }
            for draft in found.drafts
        ],
        "helping": [
            {
                "name": one.draft.case.version.procedure.short_name,
                "owner": one.draft.account.display_name,
                "url": f"/drafts/{one.draft_id}/",
            }
            for one in found.helping
        ],
        # What runs out comes before what is only offered, and an offer is not made ten times over.
        "waiting": [entry for entry in waiting if entry["mine"]]
        + [entry for entry in waiting if not entry["mine"]][:OFFERS],
        "others": [card(dossier, at=at) for dossier in found.dossiers],
        "more": f"?after={found.more}" if found.more else "",
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
    SlipKind.APOLOGY: lambda: _("Phiếu xin lỗi và hẹn lại ngày trả kết quả (mẫu 04)"),
    SlipKind.STOP: lambda: _("Thông báo dừng giải quyết hồ sơ (mẫu 05)"),
    SlipKind.INELIGIBLE: lambda: _("Thông báo hồ sơ không đủ điều kiện giải quyết"),
}


def slip_name(kind: str) -> str:
    return SLIP_NAMES[SlipKind(kind)]()


@person_required
@require_GET
def dossier(request: PersonRequest, code: str) -> HttpResponse:
    """One dossier: where it stands, what I must do, its history, papers, slips, result, messages."""
    return _page(request, dossier_of(request.actor, code))


def _page(
    request: PersonRequest, found: Dossier, refused: Refused | None = None, *, reply: str = ""
) -> HttpResponse:
    """The page of a dossier as it is now; ``refused``: why what was just asked for was not done (``reply``: typed then)."""
    language = request.LANGUAGE_CODE
    sections = (
        rendering.answers_summary(form_of(found.form_id), orjson.loads(found.filed), language)  # type: ignore[attr-defined]
        if found.form_id and found.filed is not None  # type: ignore[attr-defined]
        else []
    )
    supplement = getattr(found, "supplement", None)
    result = getattr(found, "result", None)
    papers = papers_of(found)
    matters = matters_of(found.pk, found.case_id)
    thread = letters.thread(found)
    events = history(found)
    having = handling(found, runs_of(found.pk), events, actor=request.actor, now=now())
    whole = joint.whole_of(found)
    context = {
        "dossier": found,
        "whole": whole,
        "next": whole.words if whole else timeline.next_words(found.status),
        "entries": timeline.entries(found, events, whole.words if whole else ""),
        "handling": having,
        "handlers": _handlers(having),
        "supplement": supplement,
        "answer_by": answer_by(found, supplement.asked_at)
        if supplement and not supplement.answered_at
        else None,
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
        "letters": thread,
        "reply": reply,
        "reply_problem": reply_problem(refused),
        "accept": uploads.ACCEPT,
        "limits": upload_limits(now()),
        "messages": [
            {
                "title": subject_of(m, m.dossier if whole else found),
                "text": text_of(m, m.dossier if whole else found),
                "at": m.at,
                "unread": m.read_at is None,
            }
            for m in messages_about(found)
        ],
        "matters": matters,
        "can_withdraw": withdrawable(found) and found.joint_id is None,
        "can_stop": stoppable(found) and matters.stop_asked is None and found.joint_id is None,
        "can_rate": found.state in RATEABLE
        and found.joint_id is None
        and getattr(found, "rating", None) is None,
        "rating": getattr(found, "rating", None),
        "levels": level_words(),
        "done": request.GET.get("done", ""),
        "problem": sentence(refused.code, refused.params) if refused and not reply_problem(refused) else "",
    }
    response = render(
        request, "portal/account/dossier.html", context, status=refused.status if refused else 200
    )
    if any(letter.from_office and letter.read_at is None for letter in thread):
        letters.seen_by_applicant(actor=request.actor, dossier=found, now=now())
    return response


def reply_problem(refused: Refused | None) -> str:
    """What is wrong with an answer to the office, for its own place on the page."""
    if refused is None or not refused.code.startswith(("letter.", "upload.")):
        return ""
    return sentence(refused.code, refused.params)


@person_required
@survives_database
@require_http_methods(["POST"])
def answer(request: PersonRequest, code: str) -> HttpResponse:
    """Answer the office's letters, with files."""
    found = dossier_of(request.actor, code)
    body = request.POST.get("body", "")
    try:
        files = [incoming(file) for file in request.FILES.getlist("files")]
        letters.answer_letter(actor=request.actor, code=code, body=body, files=files, now=now())
    except Refused as refused:
        return _page(request, found, refused, reply=body)
    return HttpResponseRedirect(f"/account/dossiers/{code}/?done=answered#letters")


def withdrawable(dossier: Dossier) -> bool:
    """Before it is received, the person takes it back; nobody is asked."""
    return dossier.received_at is None and "withdraw" in allowed(dossier.state)


def stoppable(dossier: Dossier) -> bool:
    """From then on until there is a result, the person asks to stop it (NĐ 118/2025 art. 21)."""
    return dossier.received_at is not None and dossier.state in STOPPABLE


def _handlers(having: Handling) -> list[dict[str, str]]:
    """Who took the dossier in and who resolves it, as rows of a summary list."""
    rows = [
        (_("Nơi tiếp nhận"), having.received_unit),
        (_("Người tiếp nhận"), having.received_by),
        (_("Nơi đang giải quyết"), having.unit),
        (_("Người đang giải quyết"), having.officer or (_("Chưa phân công") if having.unit else "")),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


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
        try:
            withdraw_dossier(actor=request.actor, code=code, reason="", now=now())
        except Conflict as refused:
            return _page(request, dossier_of(request.actor, code), refused)
        return HttpResponseRedirect(f"/account/dossiers/{code}/?done=withdrawn")
    if not withdrawable(found):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    return render(request, "portal/account/withdraw.html", {"dossier": found})


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def stop(request: PersonRequest, code: str) -> HttpResponse:
    """Ask to stop a dossier that has been received; the one-stop desk answers."""
    found = dossier_of(request.actor, code)
    if request.method == "POST":
        reason = clean(request.POST.get("reason", ""), multiline=True)[:2000]
        try:
            request_stop(actor=request.actor, code=code, reason=reason, now=now())
        except Conflict as refused:
            return _page(request, dossier_of(request.actor, code), refused)
        return HttpResponseRedirect(f"/account/dossiers/{code}/?done=stop")
    if not stoppable(found):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    return render(request, "portal/account/stop.html", {"dossier": found})


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def rate(request: PersonRequest, code: str) -> HttpResponse:
    """Three levels: the whole (needed), convenience, timeliness, attitude (R1.30)."""
    found = dossier_of(request.actor, code)
    if request.method != "POST" and (
        getattr(found, "rating", None) is not None or found.state not in RATEABLE
    ):
        return HttpResponseRedirect(f"/account/dossiers/{code}/")
    given = {name: _level(request.POST.get(name, "")) for name in ASPECTS}
    overall = given["overall"]
    errors = []
    if request.method == "POST":
        if overall is not None:
            try:
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
            except Conflict as refused:
                return _page(request, dossier_of(request.actor, code), refused)
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
    try:
        draft = start_supplement(actor=request.actor, code=code, now=now())
    except Conflict as refused:
        return _page(request, dossier_of(request.actor, code), refused)
    return HttpResponseRedirect(f"/drafts/{draft.pk}/")


@person_required
@require_GET
def store(request: PersonRequest) -> HttpResponse:
    """The data store: signed results, to be used again."""
    return render(request, "portal/account/store.html", {"items": store_of(request.actor)})


@person_required
@require_GET
def messages(request: PersonRequest) -> HttpResponse:
    """What the office wrote to me, what is new first; opening the page has read it."""
    found = [
        {
            "title": subject_of(message, message.dossier),
            "text": text_of(message, message.dossier),
            "at": message.at,
            "unread": message.read_at is None,
            "url": place_of(message, message.dossier),
        }
        for message in inbox(request.actor)
    ]
    if any(message["unread"] for message in found):
        mark_read(actor=request.actor, now=now())
    found.sort(key=lambda message: not message["unread"])
    return render(request, "portal/account/messages.html", {"messages": found})


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
