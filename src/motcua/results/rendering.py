"""From a result's row to its PDF: what the head sees as a draft, and what is signed, come from the same place."""

from __future__ import annotations

from datetime import datetime

import orjson
from django.conf import settings

from motcua.results import rules
from motcua.results.models import ResultDocument
from motcua.results.templates_ import Document, SignatureNote, Template, render, templates

#: Which template a procedure's result is made from; every other one ends in a decision.
_BY_PROCEDURE = {
    "1.001193": "birth",
    "1.004873": "marital_status",
    "1.001612": "household_business",
    "1.013225": "building_permit",
    "2.000815": "certified_copy",
}


def template_for(national_code: str) -> Template:
    """The template of a procedure's result."""
    return templates.get(_BY_PROCEDURE.get(national_code, "decision"))


def verify_url(result: ResultDocument) -> str:
    """What the QR on a result opens."""
    return f"{settings.BASE_URL}/verify/?code={result.verify_code}"


def render_result(result: ResultDocument, *, draft: bool, at: datetime) -> bytes:
    """The PDF/A of a result at ``at``; the final one names its signer in print, as the signature will."""
    agency = result.agency
    template = templates.get(result.template)
    # "Người ký: Chủ tịch" stands under "TM. ỦY BAN NHÂN DÂN" for a committee, alone for a department (NĐ 30/2020).
    committee = agency.level in {"commune", "province"}
    document = Document(
        template=result.template,
        dossier_code=result.about.code,
        agency=agency.name,
        superior=agency.parent.name if agency.parent else "",
        place=agency.place or agency.short_name,
        number=rules.number_text(result.number, template.abbreviation) if result.number else "",
        issued_at=at,
        values=orjson.loads(result.content),
        post=result.signer_title,
        signer=result.signer_name,
        authority="TM. Ủy ban nhân dân" if committee else "",
        verify_code=result.verify_code,
        verify_url=verify_url(result),
    )
    note = None
    if not draft:
        note = SignatureNote(name=result.signer_name, organisation=agency.name, at=at)
    return render(document, draft=draft, signature=note)
