"""Rating a dossier."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.actions import locked, record
from motcua.dossiers.lifecycle import CLOSED, Status
from motcua.feedback.models import Level, Rating
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.kernel.text import clean

RATED = "dossier.rated"


@action("feedback.rate")
def rate(
    *,
    actor: Actor,
    code: str,
    overall: Level,
    convenience: Level | None = None,
    timeliness: Level | None = None,
    attitude: Level | None = None,
    comment: str = "",
    now: datetime,
) -> Rating:
    """The applicant rates a dossier that has come to its end, once (TT 32/2017/TT-BTTTT art. 12)."""
    if actor.kind != "person":
        raise NotAllowed("dossier.only_applicant")
    dossier = locked(actor, code=code)
    if dossier.joint_id is not None:
        raise Conflict("joint.act_on_whole")
    if dossier.state not in CLOSED | {Status.FINISHED}:
        raise Conflict("rating.not_yet")
    if Rating.objects.filter(dossier=dossier).exists():
        raise Conflict("rating.already_given")
    rating = Rating.objects.create(
        dossier=dossier,
        overall=overall,
        convenience=convenience,
        timeliness=timeliness,
        attitude=attitude,
        comment=clean(comment, multiline=True)[:2000],
        at=now,
    )
    record(dossier, RATED, actor=actor, now=now, data={"overall": int(overall)})
    return rating
