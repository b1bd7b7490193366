"""The declaration: an electronic form as a paper, made from the answers as filed and the version they were filed on.

Both never change, so the same dossier prints the same bytes whenever it is asked for, and nothing has to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Channel, Dossier, DossierAnswers
from motcua.eforms.forms import Form
from motcua.eforms.rendering import answers_summary
from motcua.kernel import pdf
from motcua.kernel.clock import VIETNAM

_HOW = {True: "Đã xác thực tài khoản định danh và gửi", False: "Cán bộ một cửa ghi theo lời khai"}


def render(
    form: Form,
    answers: Mapping[str, Any],
    *,
    code: str,
    number: int,
    procedure: str,
    agency: str,
    place: str,
    applicant: str,
    papers: Sequence[str],
    at: datetime,
    online: bool = True,
) -> bytes:
    """PDF/A-2b, in Vietnamese. ``number``: which set of answers, the second being that of an answered supplement."""
    local = at.astimezone(VIETNAM)
    sections: list[pdf.JSON] = [
        {"title": title, "rows": [{"label": label, "value": value} for label, value in rows]}
        for title, rows in answers_summary(form, answers, "vi")
    ]
    data: dict[str, pdf.JSON] = {
        "title": "Tờ khai điện tử",
        "form_title": procedure,
        "agency": agency,
        "dossier_code": code,
        "version": f"Bản khai số {number}, {form.key}",
        "sections": sections,
        "papers": list(papers),
        "place_date": f"{place}, ngày {local:%d} tháng {local:%m} năm {local:%Y}",
        "signed_note": f"{_HOW[online]} lúc {local:%H:%M} ngày {local:%d/%m/%Y}",
        "applicant": applicant,
    }
    return pdf.render("dossiers/declaration", data, at=at)


def of(dossier: Dossier) -> bytes | None:
    """The declaration of a dossier's newest answers; nothing where no form was filled in. The caller has the audience."""
    answers: DossierAnswers | None = dossier.answer_sets.order_by("-number").first()
    if answers is None or dossier.form_id is None:
        return None
    bundle = case_bundle(dossier.case_id)
    given = dossier.papers.filter(replaced_at=None).order_by("pk").values_list("component_id", flat=True)
    names = {component.pk: component.name for component in bundle.components}
    return render(
        form_of(dossier.form_id),
        answers.values,
        code=dossier.code,
        number=answers.number,
        procedure=bundle.name,
        agency=dossier.agency.name,
        place=dossier.agency.place or dossier.agency.short_name,
        applicant=dossier.applicant_name,
        papers=list(dict.fromkeys(names[pk] for pk in given if pk in names)),
        at=answers.filed_at,
        online=dossier.channel == Channel.ONLINE,
    )
