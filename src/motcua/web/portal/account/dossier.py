"""The page of one dossier: where it stands, what I must do, its history, papers, slips, result, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from motcua.dossiers.bundles import form_of
from motcua.dossiers.drafts import upload_limits
from motcua.dossiers.lifecycle import CLOSED, Status, allowed
from motcua.dossiers.models import Dossier, SlipKind
from motcua.eforms import rendering
from motcua.feedback.models import Level
from motcua.kernel import uploads
from motcua.kernel.clock import now
from motcua.kernel.refusals import Refused
from motcua.messaging import letters
from motcua.messaging.wording import subject_of, text_of
from motcua.processing.actions.ending import STOPPABLE
from motcua.processing.documents import answer_by
from motcua.processing.matters import matters_of
from motcua.processing.queries import runs_of
from motcua.web.portal import joint, timeline
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.handling import Handling, handling
from motcua.web.portal.queries import dossier_of, history, messages_about, papers_of, slips_of
from motcua.web.shared.wording import sentence

if TYPE_CHECKING:
    from motcua.web.portal.queries import Opened

RATEABLE = CLOSED | {Status.FINISHED}
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
    """A slip by its kind, as the person it was given to calls it."""
    return SLIP_NAMES[SlipKind(kind)]()


@person_required
@require_GET
def dossier(request: PersonRequest, code: str) -> HttpResponse:
    """One dossier: where it stands, what I must do, its history, papers, slips, result, messages."""
    return page(request, dossier_of(request.actor, code))


def page(
    request: PersonRequest, found: Opened, refused: Refused | None = None, *, reply: str = ""
) -> HttpResponse:
    """The page of a dossier as it is now; ``refused``: why what was just asked for was not done (``reply``: typed then)."""
    language = request.LANGUAGE_CODE
    sections = (
        rendering.answers_summary(form_of(found.form_id), orjson.loads(found.filed), language)
        if found.form_id and found.filed is not None
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
