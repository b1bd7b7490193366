"""The rows of the parts of a joint dossier; part of the actions that open and feed them (``processing.joint``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from motcua.catalogue.models import Procedure, ProcedureCase
from motcua.dossiers import numbers
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.joint.plans import Facts, PartPlan, answers_for
from motcua.dossiers.lifecycle import move
from motcua.dossiers.models import Dossier, DossierAnswers
from motcua.kernel import events, rows
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict
from motcua.organisations.models import Agency
from motcua.organisations.queries import units_of

OPENED = "dossier.part_opened"
TOLD = "dossier.part_told"
CORRECTED = "joint.corrected"


def case_for(code: str) -> int:
    """The case that a part follows: the first of its procedure's current version."""
    version = Procedure.objects.filter(national_code=code).values("current_version")[:1]
    found = (
        ProcedureCase.objects.filter(version=version)
        .order_by("position")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise Conflict("joint.no_procedure", procedure=code)
    return found


def shared_answers(whole: Dossier) -> dict[str, Any]:
    """The answers of the joint request as they are now."""
    latest = whole.answer_sets.order_by("-number").first()
    return latest.values if latest else {}


def told(whole: Dossier, part: PartPlan, shared: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """The answers of a part: what its plan takes of the shared ones, and of the results there are."""
    form = form_of(whole.form_id) if whole.form_id else None

    def words(name: str) -> str:
        if form is None or name not in form.by_id or shared.get(name) is None:
            return ""
        question = form.by_id[name]
        return " ".join(question.kind.display(question, shared[name], "vi").split())

    return answers_for(part, shared, facts, words)


def open_part(
    whole: Dossier, part: PartPlan, agency: Agency, answers: Mapping[str, Any], *, now: datetime
) -> Dossier:
    """A part as a dossier of its own: filed with the whole, by the same person, under its own code."""
    bundle = case_bundle(case_for(part.code))
    units = units_of(agency.pk)
    opened = Dossier(
        code=numbers.dossier_code(agency.pk, agency.code, local_day(now)),
        # One look-up secret: whoever may follow the whole may follow each part.
        lookup_secret=whole.lookup_secret,
        version_id=bundle.version,
        case_id=bundle.pk,
        procedure_id=bundle.procedure,
        form_id=newest_form(bundle.form_key) if bundle.form_key else None,
        agency_id=agency.pk,
        unit_id=units.responsible(bundle.sector),
        status=move(None, "submit").after,
        joint=whole,
        joint_part=part.key,
        submitted_at=now,
        **{name: getattr(whole, name) for name in _TAKEN_OVER},
    )
    written = events.write(
        opened,
        OPENED,
        actor=SYSTEM,
        at=now,
        data={
            "code": opened.code,
            "procedure": part.code,
            "agency": agency.code,
            "joint": whole.code,
            "status": opened.status,
        },
    )
    rows.insert(opened)
    rows.insert(DossierAnswers(dossier=opened, body=orjson.dumps(dict(answers)).decode(), filed_at=now))
    _share_papers(whole, opened, part, now)
    events.publish(written)
    return opened


_TAKEN_OVER = (
    "channel", "assistance", "remote", "return_by", "applicant_id", "applicant_kind", "applicant_name",
    "applicant_folded", "applicant_number", "applicant_index", "contact", "filed_by_id",
)  # fmt: skip

_SHARE = """
    INSERT INTO dossiers_paper (dossier_id, component_id, blob_id, filename, origin, added_at)
    SELECT %s, wanted.part, paper.blob_id, paper.filename, paper.origin, %s
      FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (whole, part)
      JOIN dossiers_paper AS paper
        ON paper.component_id = wanted.whole AND paper.dossier_id = %s AND paper.replaced_at IS NULL
     ORDER BY paper.id
"""


def _share_papers(whole: Dossier, part: Dossier, plan: PartPlan, now: datetime) -> None:
    """What was uploaded once lies in each part that needs it: the same contents, not copies."""
    theirs = {paper.key: paper.pk for paper in case_bundle(part.case_id).components}
    ours = {paper.key: paper.pk for paper in case_bundle(whole.case_id).components}
    pairs = [
        (ours[of_whole], theirs[of_part])
        for of_part, of_whole in plan.papers.items()
        if of_part in theirs and of_whole in ours
    ]
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(
                _SHARE, [part.pk, now, [pair[0] for pair in pairs], [pair[1] for pair in pairs], whole.pk]
            )


def tell_part(part: Dossier, answers: Mapping[str, Any], *, now: datetime, kind: str = TOLD) -> bool:
    """Add to the answers of a part, or of the whole, what is known by now, as a set of its own; False: nothing is new."""
    latest = part.answer_sets.order_by("-number").first()
    known = latest.values if latest else {}
    news = {name: value for name, value in answers.items() if known.get(name) != value}
    if not news:
        return False
    rows.insert(
        DossierAnswers(
            dossier=part,
            number=(latest.number if latest else 0) + 1,
            body=orjson.dumps({**known, **news}).decode(),
            filed_at=now,
        )
    )
    events.append(part, kind, actor=SYSTEM, at=now, data={"fields": sorted(news)})
    rows.update(part, "event_seq", "event_hash")
    return True
