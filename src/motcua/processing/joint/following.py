"""What moves a part moves the others that wait for it, and the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from motcua.dossiers import actions as filing
from motcua.dossiers.joint import actions as parts_of
from motcua.dossiers.joint.plans import Facts, Plan
from motcua.dossiers.joint.rules import WITHOUT_RESULT, derived, outcome, road
from motcua.dossiers.lifecycle import OPEN, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import SYSTEM
from motcua.kernel.events import Happened
from motcua.processing import clock
from motcua.processing.events import (
    FINISHED,
    PART_DROPPED,
    PART_REVIVED,
    REOPENED,
    SUPPLEMENT_ANSWERED,
    WHOLE_DUE,
    WHOLE_ENDED,
    WHOLE_FINISHED,
    WHOLE_REOPENED,
    WHOLE_RETURNED,
    WHOLE_TAKEN_UP,
)
from motcua.processing.joint.facts import facts_of
from motcua.processing.joint.opening import begin, plan_for


def follow(happened: Happened) -> None:
    """Subscriber of everything that moves a part: what others wait for is passed on, and the whole follows."""
    part: Dossier = happened.subject
    if part.joint_id is None:
        return
    now = happened.at
    whole = Dossier.objects.select_for_update(of=("self",)).get(pk=part.joint_id)
    plan = plan_for(whole)
    others = list(Dossier.objects.select_for_update(of=("self",)).filter(joint=whole).exclude(pk=part.pk))
    family = [part, *others]
    if happened.kind == FINISHED:
        _pass_on(whole, plan, part, others, now)
    elif happened.kind == SUPPLEMENT_ANSWERED:
        _correct(whole, plan, part, others, now)
    elif happened.kind == REOPENED:
        _revive(plan, part, others, now)
    elif part.state in WITHOUT_RESULT:
        _drop(plan, family, now)
    _settle(whole, family, now)


def _pass_on(whole: Dossier, plan: Plan, done: Dossier, others: Sequence[Dossier], now: datetime) -> None:
    """A part has its result: parts that need it begin, parts that run are told what it states."""
    finished = {row.joint_part for row in others if row.status in (Status.FINISHED, Status.RETURNED)}
    finished.add(done.joint_part)
    facts: Facts = {row.joint_part: facts_of(row) for row in (done, *others) if row.joint_part in finished}
    shared = parts_of.shared_answers(whole)
    for row in others:
        part = plan.part(row.joint_part)
        if part is None or row.state not in OPEN or done.joint_part not in {*part.needs, *part.takes_from}:
            continue
        told = parts_of.told(whole, part, shared, facts)
        if row.received_at is not None:
            # What was completed in the part itself stands: only what results say is new.
            told = {name: value for name, value in told.items() if name in part.from_results}
        parts_of.tell_part(row, told, now=now)
        if row.received_at is None and set(part.needs) <= finished:
            begin(row, now=now)


def _correct(whole: Dossier, plan: Plan, part: Dossier, others: Sequence[Dossier], now: datetime) -> None:
    """A shared answer was completed in one part: it is corrected for the request, and for its other open parts.

    It was asked once, so it is corrected once. Each part that is told has it as a set of answers of its own, and in
    its history; what had its result already stays as it was decided.
    """
    mine = plan.part(part.joint_part)
    latest = [given.values for given in part.answer_sets.order_by("-number")[:2]]
    if mine is None or len(latest) < 2:
        return
    new, old = latest
    changed = {
        source: new[name]
        for name, source in mine.answers.items()
        if isinstance(source, str) and name in new and new[name] != old.get(name)
    }
    if not changed or not parts_of.tell_part(whole, changed, now=now, kind=parts_of.CORRECTED):
        return
    shared = parts_of.shared_answers(whole)
    family = [part, *others]
    facts: Facts = {
        row.joint_part: facts_of(row) for row in family if row.status in (Status.FINISHED, Status.RETURNED)
    }
    for row in others:
        theirs = plan.part(row.joint_part)
        if theirs is None or row.state not in OPEN:
            continue
        touched = theirs.made_from(changed)
        told = parts_of.told(whole, theirs, shared, facts)
        news = {name: value for name, value in told.items() if name in touched}
        parts_of.tell_part(row, news, now=now, kind=parts_of.CORRECTED)


def _drop(plan: Plan, family: Sequence[Dossier], now: datetime) -> None:
    """A part has ended without a result: what needs one, and has not begun, cannot begin any more."""
    ended = {row.joint_part for row in family if row.state in WITHOUT_RESULT}
    for row in sorted(family, key=lambda row: plan.rank(row.joint_part)):
        part = plan.part(row.joint_part)
        if part is None or row.status != Status.REGISTERED or row.received_at is not None:
            continue
        if missing := set(part.needs) & ended:
            ended.add(row.joint_part)
            row.finished_at = now
            filing.step_to(
                row,
                "refuse",
                PART_DROPPED,
                actor=SYSTEM,
                now=now,
                data={"needs": sorted(missing)},
                also=("finished_at",),
            )


def _revive(plan: Plan, reopened: Dossier, others: Sequence[Dossier], now: datetime) -> None:
    """A part is taken up again: what could not begin without it waits for it once more."""
    for row in others:
        part = plan.part(row.joint_part)
        dropped = row.status == Status.NOT_RECEIVED and row.received_at is None
        if part is not None and dropped and reopened.joint_part in part.needs:
            row.finished_at = None
            filing.step_to(row, "reopen", PART_REVIVED, actor=SYSTEM, now=now, also=("finished_at",))


_KINDS = {
    "hand_over": WHOLE_TAKEN_UP,
    "finish": WHOLE_FINISHED,
    "return_result": WHOLE_RETURNED,
    "reject": WHOLE_ENDED,
    "reopen": WHOLE_REOPENED,
}


def _settle(whole: Dossier, family: Sequence[Dossier], now: datetime) -> None:
    """The whole becomes what its parts make of it."""
    states = [row.state for row in family]
    moves = road(whole.state, derived(states))
    counted = outcome(states)
    for name in moves:
        data: dict[str, Any] = {}
        also: tuple[str, ...] = ()
        if name == "finish":
            whole.finished_at, also = now, ("finished_at",)
            data = {
                "late": whole.due_at is not None and now > whole.due_at,
                "minutes": clock.counted_minutes(whole, now),
            }
        elif name == "reject":
            whole.finished_at, also = now, ("finished_at",)
        elif name == "return_result":
            whole.returned_at, also = now, ("returned_at",)
        elif name == "reopen":
            whole.finished_at = whole.returned_at = None
            also = ("finished_at", "returned_at")
        if name in ("finish", "return_result", "reject"):
            data |= {"total": counted.total, "done": counted.done, "ended": counted.ended}
        filing.step_to(whole, name, _KINDS[name], actor=SYSTEM, now=now, data=data, also=also)
    _due(whole, family, now)


def _due(whole: Dossier, family: Sequence[Dossier], now: datetime) -> None:
    """The appointment of the whole is never before that of a part that is still open."""
    latest = max((row.due_at for row in family if row.due_at and row.state in OPEN), default=None)
    if latest is None or (whole.due_at is not None and latest <= whole.due_at):
        return
    before, whole.due_at = whole.due_at, latest
    filing.record(
        whole,
        WHOLE_DUE,
        actor=SYSTEM,
        now=now,
        data={"before": before.isoformat() if before else None, "after": latest.isoformat()},
        also=("due_at",),
    )
