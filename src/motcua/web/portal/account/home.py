"""The first page of an account: what waits for me, then the rest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from motcua.dossiers.lifecycle import OPEN, Status
from motcua.kernel.clock import now
from motcua.processing.documents import answer_by, intake_answer_by
from motcua.web.portal import joint, timeline
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.queries import account_home
from motcua.web.shared.formats import date_vn, datetime_vn

if TYPE_CHECKING:
    from motcua.web.portal.queries import Listed

WAITS = frozenset({Status.SUPPLEMENT, Status.FINANCIAL_DUTY})
ON_THE_CLOCK = frozenset({Status.RECEIVED, Status.PROCESSING})
#: How many results are offered for rating at once.
OFFERS = 3


def card(dossier: Listed, *, at: datetime, rated: bool = True) -> dict[str, Any]:
    """A dossier as ``components/cards.html`` shows it, with the date that matters now. ``rated``: nothing to rate."""
    state = dossier.state
    words = timeline.next_words(dossier.status)
    total = dossier.parts_total or 0
    waits = bool(total and dossier.part_waits)
    if total and state in OPEN:
        words = joint.progress_words(total, dossier.parts_done or 0, waits=waits)
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
    waiting = [card(dossier, at=at, rated=dossier.rated) for dossier in found.waiting]
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
