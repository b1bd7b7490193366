"""A joint dossier for its applicant: what it combines before it is filed, and its parts on one page afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from motcua.catalogue import queries as catalogue
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.joint.rules import WITHOUT_RESULT, Outcome, outcome
from motcua.dossiers.lifecycle import OPEN, PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.processing import clock
from motcua.processing.documents import answer_by
from motcua.processing.joint.opening import offered_by
from motcua.processing.joint.reading import PartStep, family_of, needed_by, steps_of
from motcua.web.portal import timeline
from motcua.web.shared.formats import datetime_vn


@dataclass(frozen=True, slots=True)
class Whole:
    """The parts of a joint dossier. ``due``: how the appointment of the whole comes about; empty once it has ended."""

    parts: list[dict[str, Any]]
    words: str
    due: str


def progress_words(total: int, done: int, *, waits: bool) -> str:
    """How far an open joint dossier is, and whether the applicant has something to do."""
    words = _("%(done)s trên %(total)s phần đã có kết quả.") % {"done": done, "total": total}
    if waits:
        return words + " " + _("Có phần đang chờ Ông/Bà: xem việc cần làm ở phần đó.")
    return words + " " + _("Ông/Bà chưa phải làm gì.")


def whole_of(dossier: Dossier) -> Whole | None:
    """The parts of a dossier as its page shows them; None for one without. Two queries, however many parts."""
    if not clock.is_whole(dossier) or dossier.received_at is None:
        return None
    family = family_of(dossier)
    if not family:
        return None
    steps = steps_of(family)
    names = {row.joint_part: row.procedure.short_name for row in family}
    states = {row.joint_part: row.state for row in family}
    parts = []
    for row in family:
        before = [
            names[key]
            for key in needed_by(dossier, row)
            if key in names and states[key] not in (Status.FINISHED, Status.RETURNED)
        ]
        parts.append(_part(row, steps.get(row.pk, PartStep()), before))
    return Whole(parts, _words(dossier, outcome(row.state for row in family)), _due(dossier, family))


def _part(row: Dossier, step: PartStep, before: Sequence[str]) -> dict[str, Any]:
    state = row.state
    supplement = getattr(row, "supplement", None)
    result = getattr(row, "result", None)
    words = timeline.next_words(row.status)
    if state is Status.REGISTERED:
        words = _("Bắt đầu khi có kết quả của phần: %(parts)s.") % {"parts": ", ".join(before)}
    elif state in WITHOUT_RESULT:
        words = _ended(row, before)
    return {
        "code": row.code,
        "name": row.procedure.short_name,
        "status": row.status,
        "words": words,
        "agency": row.agency.name,
        "unit": step.unit if state in OPEN else "",
        "officer": step.officer if state in OPEN else "",
        "due_at": row.due_at if state in OPEN - PAUSED and row.received_at else None,
        "reason": step.note if state in {Status.FINANCIAL_DUTY, Status.STOPPED, Status.NOT_RECEIVED} else "",
        "supplement": supplement if state is Status.SUPPLEMENT else None,
        "answer_by": answer_by(row, supplement.asked_at)
        if state is Status.SUPPLEMENT and supplement
        else None,
        "result": result if state is Status.RETURNED and result is not None and result.blob_id else None,
    }


def _ended(row: Dossier, before: Sequence[str]) -> str:
    if row.status == Status.WITHDRAWN:
        return _("Đã dừng theo đề nghị của Ông/Bà.")
    if row.received_at is None and before:
        return _("Không thể bắt đầu: phần %(parts)s không có kết quả. Các phần khác không bị ảnh hưởng.") % {
            "parts": ", ".join(before)
        }
    return _("Đã kết thúc, không có kết quả. Các phần khác vẫn được giải quyết.")


def _words(dossier: Dossier, counted: Outcome) -> str:
    if dossier.state in OPEN:
        return progress_words(counted.total, counted.done, waits=bool(counted.waiting))
    if dossier.status == Status.STOPPED:
        return _("Không phần nào có kết quả. Lý do được ghi ở từng phần.")
    words = (
        _("Đã trả kết quả %(done)s trên %(total)s phần.")
        if dossier.status == Status.RETURNED
        else _("%(done)s trên %(total)s phần đã có kết quả; kết quả đang được trả cho Ông/Bà.")
    ) % {"done": counted.done, "total": counted.total}
    if counted.ended:
        words += " " + _("%(ended)s phần không có kết quả; lý do được ghi ở phần đó.") % {
            "ended": counted.ended
        }
    return words


def _due(dossier: Dossier, family: Sequence[Dossier]) -> str:
    """Why all of it is due when it is: its own term, or the latest of its parts."""
    if dossier.state not in OPEN or dossier.due_at is None or dossier.received_at is None:
        return ""
    own = clock.first_due(dossier, dossier.received_at)
    latest = max((row for row in family if row.due_at), key=_when, default=None)
    if own is not None and own >= dossier.due_at:
        return _(
            "Hẹn trả toàn bộ theo thời hạn riêng của thủ tục liên thông: %(when)s. Từng phần có thể xong sớm hơn."
        ) % {"when": datetime_vn(own)}
    return _("Hẹn trả toàn bộ theo phần muộn nhất, “%(part)s”: %(when)s.") % {
        "part": latest.procedure.short_name if latest is not None else "",
        "when": datetime_vn(dossier.due_at),
    }


def _when(row: Dossier) -> datetime:
    assert row.due_at is not None
    return row.due_at


def combined(code: str, ward: int | None, language: str) -> dict[str, Any] | None:
    """What a joint procedure combines and asks once, before anything is filled in; None for any other. One query."""
    plan = plan_of(code)
    if plan is None:
        return None
    parts = []
    for part, agency in offered_by(plan, ward):
        hit = catalogue.hit(part.code)
        needs = [catalogue.hit(other.code) for other in plan.parts if other.key in part.needs]
        parts.append(
            {
                "name": _name(hit, language) if hit else part.code,
                "agency": agency.name if agency is not None else "",
                "by_address": bool(part.ward_of),
                "after": ", ".join(_name(one, language) for one in needs if one),
            }
        )
    form = newest_form(code)
    uses = Counter(name for part in plan.parts for name in part.shared)
    once = [
        section.title(language)
        for section in (form_of(form).sections if form else ())
        if any(uses[field.id] > 1 for field in section.fields)
    ]
    spared = sum(count - 1 for count in uses.values() if count > 1)
    return {"parts": parts, "once": once, "spared": spared}


def _name(hit: catalogue.Hit, language: str) -> str:
    return hit.name_en if language == "en" and hit.name_en else hit.short_name


def tracked(dossier: Dossier) -> list[dict[str, Any]]:
    """The parts of a dossier for whoever has its two codes: which, and how far; nothing else. One query for a joint one."""
    if plan_of(case_bundle(dossier.case_id).national_code) is None:
        return []
    return [{"name": row.procedure.short_name, "status": row.status} for row in family_of(dossier)]
