"""Rounds brought to any state by the real actions, with Hiếu as the focal point.

hieu   focal point of the province (H56.08)      dat   head of the province: approves the list
hoa    drafts for H56.201                        tuan  head of H56.201: approves its assessments
cuong  drafts for H56.202                        hung  head of H56.202
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from motcua.kernel.clock import local_day
from motcua.kernel.jobs import held
from motcua.programme.review import actions, lists
from motcua.programme.review.findings import Findings, Requirement
from motcua.programme.review.models import ReviewAssessment, ReviewRound, ServiceList
from tests.factories import AGENCY, OTHER_AGENCY, World

SECTOR = "ho-tich"
READY: dict[str, Any] = {
    "information_complete": True, "electronic_form": True, "electronic_resolution": True, "electronic_result": True,
    "result_by_post": True, "payment": "none",
}  # fmt: skip


def findings(**changed: Any) -> Findings:
    """All is ready, but for what is said."""
    return Findings(**{**READY, **changed})


PRESENCE = Requirement(True, "Điều 18 Luật Hộ tịch", "Hai bên ký khi nhận kết quả")


def opened(
    world: World,
    *,
    sectors: tuple[str, ...] = (SECTOR,),
    judged_on: date | None = None,
    name: str = "Đợt rà soát",
) -> ReviewRound:
    return actions.open_round(
        actor=world.officer("hieu"),
        name=name,
        instrument="Kế hoạch 12/KH-UBND",
        deadline=local_day(world.now) + timedelta(days=30),
        judged_on=judged_on or local_day(world.now),
        agencies=[AGENCY, OTHER_AGENCY, "H56.15"],
        sectors=sectors,
        now=world.now,
    )


def assigned(
    world: World, round_: ReviewRound, agency: str = AGENCY, sectors: tuple[str, ...] = (SECTOR,)
) -> int:
    return actions.assign(
        actor=world.officer("hieu"), round_id=round_.pk, agency=agency, sectors=sectors, now=world.now
    )[0]


def one(round_: ReviewRound, code: str) -> ReviewAssessment:
    return ReviewAssessment.objects.select_related("round__agency", "agency", "procedure").get(
        round=round_, procedure__national_code=code
    )


def saved(world: World, found: ReviewAssessment, who: str = "hoa", **changed: Any) -> ReviewAssessment:
    return actions.save_findings(
        actor=world.officer(who),
        assessment_id=found.pk,
        revision=found.revision,
        findings=findings(**changed),
        now=world.now,
    )


def moved(world: World, found: ReviewAssessment, who: str, step: str, remark: str = "") -> ReviewAssessment:
    found.refresh_from_db()
    return actions.move(
        actor=world.officer(who),
        assessment_id=found.pk,
        revision=found.revision,
        step=step,
        remark=remark,
        now=world.now,
    )


def approved(world: World, found: ReviewAssessment, **changed: Any) -> ReviewAssessment:
    saved(world, found, **changed)
    for who, step in (("hoa", "submit"), ("hieu", "check"), ("tuan", "approve")):
        moved(world, found, who, step)
    found.refresh_from_db()
    return found


def all_but(world: World, round_: ReviewRound, codes: list[str]) -> None:
    """Leave everything else out of a round."""
    rest = ReviewAssessment.objects.filter(round=round_).exclude(procedure__national_code__in=codes)
    actions.exclude(
        actor=world.officer("hieu"),
        round_id=round_.pk,
        codes=list(rest.values_list("procedure__national_code", flat=True)),
        reason="Không thuộc phạm vi của đợt rà soát thử này.",
        now=world.now,
    )


def listed(
    world: World,
    levels: dict[str, dict[str, Any]],
    *,
    number: str = "1234/QĐ-UBND",
    name: str = "Đợt rà soát",
    run: bool = True,
) -> ServiceList:
    """An approved list of the procedures named, each with what was found."""
    round_ = opened(world, name=name)
    assigned(world, round_)
    for code, changed in levels.items():
        approved(world, one(round_, code), **changed)
    all_but(world, round_, list(levels))
    with held() as waiting:
        made = lists.approve_list(
            actor=world.officer("dat"),
            round_id=round_.pk,
            number=number,
            place="Thanh Hóa",
            signer_title="Phó Chủ tịch",
            effective_on=local_day(world.now),
            now=world.now,
        )
    if run:
        for job, arguments in waiting:
            job.run(**arguments)
    made.refresh_from_db()
    return made
