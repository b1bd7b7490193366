"""Who has a dossier now, since when and until when: what a status notice must say (NĐ 224/2026 art. 15, R2.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.lifecycle import OPEN, PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.kernel.models import Event
from motcua.processing.documents import intake_answer_by
from motcua.processing.queries import RunLine, due_now

_PAUSING = {Status.SUPPLEMENT: "dossier.supplement_asked", Status.FINANCIAL_DUTY: "dossier.payment_asked"}


@dataclass(frozen=True, slots=True)
class Handling:
    """``unit``, ``officer``: who resolves it now (empty: over, or nobody has taken it on yet). ``received_by``: who
    took it in. ``due_state`` and ``minutes`` as ``components/tags.html`` shows them; ``intake``: the date is that of
    the office's first answer, not of the result. ``reason``: what an officer wrote to the applicant, for a refusal or
    a payment; ``amount`` in đồng, 0 without one. Notes between officers are not here.
    """

    unit: str
    officer: str
    received_by: str
    received_unit: str
    intake: bool
    due_at: datetime | None
    due_state: str
    minutes: int
    paused_since: datetime | None
    reason: str
    amount: int


def handling(
    dossier: Dossier, runs: Sequence[RunLine], events: Iterable[Event], *, actor: Actor, now: datetime
) -> Handling:
    """Read off the steps and events of a dossier that the caller has fetched; no query of its own."""
    state = dossier.state
    run = next((line for line in reversed(runs) if line.closed_at is None), None)
    intake = next((line for line in runs if line.outcome == "receive"), None)
    asked = next((event for event in reversed(list(events)) if event.kind == _PAUSING.get(state)), None)
    first = state is Status.REGISTERED
    due = intake_answer_by(dossier) if first else dossier.due_at
    due_state, minutes = "none", 0
    if state in OPEN:
        due_state, minutes = due_now(dossier.agency.code, due, paused=state in PAUSED, actor=actor, now=now)
    return Handling(
        unit=run.unit_name if run else "",
        officer=run.claimed_name if run else "",
        received_by=intake.closed_name if intake else "",
        received_unit=intake.unit_name if intake else "",
        intake=first,
        due_at=due,
        due_state=due_state,
        minutes=minutes,
        # Before receipt no clock runs yet, so none rests either.
        paused_since=asked.at if asked and dossier.received_at else None,
        reason=_reason(state, runs, run),
        amount=int(asked.data.get("amount", 0)) if asked and state is Status.FINANCIAL_DUTY else 0,
    )


def _reason(state: Status, runs: Sequence[RunLine], run: RunLine | None) -> str:
    if state is Status.FINANCIAL_DUTY:
        return run.note if run else ""
    if state in {Status.NOT_RECEIVED, Status.STOPPED}:
        return next((line.note for line in reversed(runs) if line.outcome in {"refuse", "reject"}), "")
    return ""
