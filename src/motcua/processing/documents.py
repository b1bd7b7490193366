"""The slips that the desk's decisions bring: mẫu 02 to 06, and the notice after appraisal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from motcua.dossiers import issuing, slips
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Channel, Dossier, Posting
from motcua.kernel import working_time
from motcua.kernel.clock import VIETNAM, local_day
from motcua.law import keys, limits
from motcua.processing.clock import calendar_of
from motcua.processing.models import Extension, StepRun, StopRequest, Supplement
from motcua.processing.rules import Kind


def supplement_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 02: everything that is missing or wrong, at once."""
    asked = Supplement.objects.get(dossier=dossier)
    return slips.supplement(
        slips.SupplementRequest(
            **issuing.common(dossier, number, at),
            items=[slips.Item(name=i["label"], note=i["note"], form="", count=1) for i in asked.items],
            reason=asked.reason,
            answer_by=answer_by(dossier, asked.asked_at),
            answer_place="Trang hồ sơ của tôi trên Cổng dịch vụ công",
            contact=issuing.contact(dossier),
        )
    )


def ineligible_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """The notice after appraisal: what to complete, at once, and that the term begins anew."""
    asked = Supplement.objects.get(dossier=dossier)
    build = issuing.ineligible(
        reason=asked.reason, marked=asked.items, answer_by=answer_by(dossier, asked.asked_at)
    )
    return build(dossier, number, at)


def refusal_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 03: refused at intake, or not eligible after appraisal; with the reason that was written."""
    run = (
        StepRun.objects.filter(dossier=dossier, outcome__in=("refuse", "reject"), closed_at__lte=at)
        .order_by("-closed_at")
        .first()
    )
    return slips.refusal(
        slips.Refusal(
            **issuing.common(dossier, number, at),
            reason=run.note if run else "",
            contact=issuing.contact(dossier),
            next_steps=(
                "Ông/Bà có thể nộp hồ sơ mới khi đã khắc phục lý do nêu trên.",
                "Nếu không đồng ý, Ông/Bà có quyền khiếu nại theo quy định của Luật Khiếu nại.",
            ),
        )
    )


def apology_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 04: the one new appointment, signed by the head who gave it."""
    given = Extension.objects.get(dossier=dossier)
    build = issuing.apology(
        reason=given.reason,
        was_due=given.before,
        new_due=given.after,
        signer=slips.Mark(name=given.by_name, organisation=dossier.agency.name, at=given.at),
        signer_title=given.by_title,
    )
    return build(dossier, number, at)


def stop_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 05: stopped as its applicant asked, or after a silence that the law ends."""
    asked = StopRequest.objects.filter(dossier=dossier, answered_at=at, accepted=True).first()
    if asked is None:
        reason = "Quá thời hạn bổ sung hồ sơ mà chưa nhận được hồ sơ bổ sung."
    else:
        reason = f"Theo yêu cầu của người nộp hồ sơ. {asked.reason}".strip()
    build = issuing.stop(
        reason=reason,
        fees="Phí, lệ phí đã nộp được giải quyết theo quy định của pháp luật về phí và lệ phí.",
        papers="Giấy tờ đã nộp được trả lại tại bộ phận một cửa nơi tiếp nhận hồ sơ.",
        asked_at=asked.asked_at if asked is not None else None,
    )
    return build(dossier, number, at)


def control_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 06: the way through the offices up to ``at``."""
    runs = list(
        StepRun.objects.filter(dossier=dossier, opened_at__lte=at, step__kind=Kind.TASK)
        .select_related("unit__agency", "claimed_by", "closed_by")
        .order_by("opened_at", "pk")
    )
    build = issuing.control(rows=handovers(runs, at), coordinating=_coordinating(dossier, runs))
    return build(dossier, number, at)


def handovers(runs: Sequence[StepRun], at: datetime) -> list[slips.Handover]:
    """One row for each step that was handed on by ``at``: by whom, to whom, and whether in its own time."""
    rows = []
    for run in runs:
        if run.closed_at is None or run.closed_at > at:
            continue
        onward = [other for other in runs if other.previous_id == run.pk]
        rows.append(
            slips.Handover(
                at=run.closed_at,
                given_by=run.unit.name,
                giver=run.closed_by.full_name if run.closed_by else "",
                received_by="; ".join(dict.fromkeys(other.unit.name for other in onward)),
                receiver="; ".join(
                    dict.fromkeys(other.claimed_by.full_name for other in onward if other.claimed_by)
                ),
                result=_timeliness(run.due_at, run.closed_at),
            )
        )
    return rows


def _timeliness(due: datetime, done: datetime) -> slips.Timeliness:
    if done > due:
        return "late"
    return "early" if local_day(done) < local_day(due) else "on_time"


def _coordinating(dossier: Dossier, runs: Sequence[StepRun]) -> list[str]:
    """Units of other agencies that worked on it, each once."""
    others = (run.unit for run in runs if run.agency_id != dossier.agency_id)
    return list(dict.fromkeys(f"{unit.name}, {unit.agency.name}" for unit in others))


def answer_by(dossier: Dossier, asked_at: datetime) -> datetime:
    """Until when a completion is awaited: working days of silence after which the law lets a dossier be closed."""
    term = limits.term(keys.SILENCE_CLOSES, asked_at)
    return working_time.due(calendar_of(dossier), asked_at, term).at


def intake_answer_by(dossier: Dossier) -> datetime:
    """Until when intake must be answered (NQ 66.7/2025): working hours from filing online, a working day by post.

    What came by post counts from the day it reached the agency, whenever it was keyed.
    """
    key, since = keys.INTAKE_ONLINE_ANSWER, dossier.submitted_at
    if dossier.channel == Channel.POST:
        key = keys.INTAKE_COUNTER_ANSWER
        arrived = dossier.postings.filter(way=Posting.Way.IN).values_list("arrived_on", flat=True).first()
        if arrived is not None:
            since = min(since, datetime.combine(arrived, time(8), VIETNAM))
    return working_time.due(calendar_of(dossier), since, limits.term(key, since)).at


def fields_of(dossier: Dossier) -> list[tuple[str, str]]:
    """(id, label) of the form's fields, for marking the exact one that is wrong."""
    if dossier.form_id is None:
        return []
    form = form_of(dossier.form_id)
    return [(field.id, field.label("vi")) for section in form.sections for field in section.fields]


def papers_of(dossier: Dossier) -> list[tuple[int, str]]:
    """(key, name) of the components, for marking the paper that is missing or wrong."""
    return [(c.pk, c.name) for c in case_bundle(dossier.case_id).components if not c.by_form]
