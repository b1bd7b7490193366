"""How the parts of a joint dossier stand, for pages and guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.models import Dossier
from motcua.processing import clock
from motcua.processing.models import StepRun


def is_open_whole(dossier: Dossier) -> bool:
    """Whether a dossier has parts by now: what is decided is decided on them."""
    return clock.is_whole(dossier) and dossier.received_at is not None


def never_began(dossier: Dossier) -> bool:
    """Whether a dossier is a part that waits, or waited, for another's result: it begins with that, not by itself."""
    return dossier.joint_id is not None and dossier.received_at is None


@dataclass(frozen=True, slots=True)
class PartStep:
    """Where a part is: the unit that has it, the officer who has taken it up, and what was written to the applicant."""

    unit: str = ""
    officer: str = ""
    note: str = ""


def family_of(whole: Dossier) -> list[Dossier]:
    """The parts of a joint dossier with what pages name of them, in the order of its plan; one query."""
    found = whole.parts.select_related("procedure", "agency", "unit", "supplement", "result")
    plan = plan_of(case_bundle(whole.case_id).national_code)
    return sorted(found, key=lambda row: plan.rank(row.joint_part) if plan is not None else row.pk)


def steps_of(family: Sequence[Dossier]) -> dict[int, PartStep]:
    """By part: its open step, or the step that ended it without a result; one query."""
    runs = (
        StepRun.objects.filter(dossier__in=[row.pk for row in family])
        .filter(Q(closed_at=None) | Q(outcome__in=("refuse", "reject")))
        .order_by("closed_at", "pk")
    )
    found: dict[int, PartStep] = {}
    for dossier, unit, officer, note in runs.values_list(
        "dossier", "unit__name", "claimed_by__full_name", "note"
    ):
        found[dossier] = PartStep(unit, officer or "", note)
    return found


def needed_by(whole: Dossier, part: Dossier) -> tuple[str, ...]:
    """Keys of the parts whose results a part needs before it begins."""
    plan = plan_of(case_bundle(whole.case_id).national_code)
    wanted = plan.part(part.joint_part) if plan is not None else None
    return wanted.needs if wanted is not None else ()
