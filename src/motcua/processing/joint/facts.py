"""What the result of one part states of another, and what is still awaited."""

from __future__ import annotations

from typing import Any

import orjson

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.clock import VIETNAM
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict
from motcua.results import rules as results
from motcua.results.models import ResultDocument
from motcua.results.templates_ import templates


def facts_of(part: Dossier) -> dict[str, Any]:
    """What the result of a part states: its facts, its number, the day it was signed, the code of its dossier."""
    result = ResultDocument.objects.filter(dossier=part, state=ResultDocument.State.FINAL).first()
    if result is None:
        return {}
    abbreviation = templates.get(result.template).abbreviation
    signed = result.signed_at.astimezone(VIETNAM) if result.signed_at else None
    return {
        **orjson.loads(result.content),
        "number": results.number_text(result.number, abbreviation) if result.number else "",
        "signed_on": f"{signed:%d/%m/%Y}" if signed else "",
        "code": part.code,
    }


def expect_facts(happened: Happened) -> None:
    """Subscriber of ``dossier.proposed``: nothing is proposed on a part while another's result must still name a fact.

    Raises :class:`Conflict`, and the proposal has not happened.
    """
    part: Dossier = happened.subject
    if part.joint_id is None:
        return
    if open_keys := awaited(part):
        raise Conflict("joint.facts_awaited", parts=sorted(open_keys))


def awaited(part: Dossier) -> frozenset[str]:
    """Keys of the parts that have no result yet and will state something of this one; two queries."""
    whole = part.joint
    plan = plan_of(case_bundle(whole.case_id).national_code) if whole is not None else None
    mine = plan.part(part.joint_part) if plan is not None else None
    if mine is None or not mine.takes_from:
        return frozenset()
    still = Dossier.objects.filter(joint=part.joint_id, joint_part__in=mine.takes_from).exclude(
        status__in=[Status.FINISHED, Status.RETURNED]
    )
    return frozenset(still.values_list("joint_part", flat=True))
