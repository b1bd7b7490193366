"""The slips that the desk's decisions bring: mẫu 02 and mẫu 03."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import issuing, slips
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.law import keys, limits
from motcua.processing.clock import calendar_of
from motcua.processing.models import StepRun, Supplement


def supplement_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 02: everything that is missing or wrong, at once."""
    asked = Supplement.objects.select_related("asked_by").get(dossier=dossier)
    return slips.supplement(
        slips.SupplementRequest(
            issuer=issuing.issuer(dossier),
            number=number,
            dossier_code=dossier.code,
            applicant=issuing.applicant(dossier),
            procedure=dossier.procedure.name,
            issued_at=at,
            tracking_url=issuing.tracking_url(dossier),
            items=[slips.Item(name=i["label"], note=i["note"], form="", count=1) for i in asked.items],
            reason=asked.reason,
            answer_by=answer_by(dossier, asked.asked_at),
            answer_place="Trang hồ sơ của tôi trên Cổng dịch vụ công",
            contact=issuing.contact(dossier),
        )
    )


def refusal_slip(dossier: Dossier, number: str, at: datetime) -> bytes:
    """Mẫu 03: refused at intake, or not eligible after appraisal; with the reason that was written."""
    run = (
        StepRun.objects.filter(dossier=dossier, outcome__in=("refuse", "reject"))
        .order_by("-closed_at")
        .first()
    )
    return slips.refusal(
        slips.Refusal(
            issuer=issuing.issuer(dossier),
            number=number,
            dossier_code=dossier.code,
            applicant=issuing.applicant(dossier),
            procedure=dossier.procedure.name,
            issued_at=at,
            tracking_url=issuing.tracking_url(dossier),
            reason=run.note if run else "",
            contact=issuing.contact(dossier),
            next_steps=(
                "Ông/Bà có thể nộp hồ sơ mới khi đã khắc phục lý do nêu trên.",
                "Nếu không đồng ý, Ông/Bà có quyền khiếu nại theo quy định của Luật Khiếu nại.",
            ),
        )
    )


def answer_by(dossier: Dossier, asked_at: datetime) -> datetime:
    """Until when a completion is awaited: working days of silence after which the law lets a dossier be closed."""
    term = limits.term(keys.SILENCE_CLOSES, asked_at)
    return working_time.due(calendar_of(dossier, asked_at), asked_at, term).at


def intake_answer_by(dossier: Dossier) -> datetime:
    """Until when intake must be answered (NQ 66.7/2025: working hours from filing)."""
    term = limits.term(keys.INTAKE_ONLINE_ANSWER, dossier.submitted_at)
    return working_time.due(calendar_of(dossier, dossier.submitted_at), dossier.submitted_at, term).at


def fields_of(dossier: Dossier) -> list[tuple[str, str]]:
    """(id, label) of the form's fields, for marking the exact one that is wrong."""
    if dossier.form_id is None:
        return []
    form = form_of(dossier.form_id)
    return [(field.id, field.label("vi")) for section in form.sections for field in section.fields]


def papers_of(dossier: Dossier) -> list[tuple[int, str]]:
    """(key, name) of the components, for marking the paper that is missing or wrong."""
    return [(c.pk, c.name) for c in case_bundle(dossier.case_id).components if not c.by_form]
