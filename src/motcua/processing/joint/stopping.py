"""The applicant asks to stop what is left of a joint dossier."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict
from motcua.processing.events import STOP_ASKED, WHOLE_STOP_ASKED
from motcua.processing.models import StopRequest

_STOPPABLE = frozenset({Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY})


def ask_to_stop(whole: Dossier, reason: str, *, actor: Actor, now: datetime) -> None:
    """The applicant asks to stop what is left of a joint dossier: each open part is asked of its own agency.

    A part that has not begun is withdrawn at once: nobody has done anything about it.
    """
    family = list(Dossier.objects.select_for_update(of=("self",)).filter(joint=whole).order_by("pk"))
    asked = set(
        StopRequest.objects.filter(dossier__in=family, answered_at=None).values_list("dossier", flat=True)
    )
    stoppable = [row for row in family if row.state in _STOPPABLE and row.pk not in asked]
    waiting = [row for row in family if row.status == Status.REGISTERED and row.received_at is None]
    if not stoppable and not waiting:
        raise Conflict("stop.asked_already" if asked else "stop.not_possible", status=whole.status)
    given = {"reason_given": bool(reason.strip())}
    filing.record(
        whole,
        WHOLE_STOP_ASKED,
        actor=actor,
        now=now,
        data={**given, "parts": [row.joint_part for row in (*stoppable, *waiting)]},
    )
    for row in stoppable:
        StopRequest.objects.create(dossier=row, asked_at=now, reason=reason.strip()[:2000])
        filing.record(row, STOP_ASKED, actor=actor, now=now, data=given)
    for row in waiting:
        row.finished_at = now
        filing.step_to(
            row, "withdraw", filing.WITHDRAWN, actor=actor, now=now, data=given, also=("finished_at",)
        )
