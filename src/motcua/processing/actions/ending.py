"""How a dossier ends, is given more time, or is taken up again."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers import actions as filing
from motcua.dossiers.joint.locking import lock_whole
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier, Posting
from motcua.dossiers.posting import Envelope, keep_posting
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role, Seat
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.models import Post
from motcua.organisations.queries import units_of
from motcua.processing import clock
from motcua.processing.actions.common import SIGNATURE, advance, expect, reason_of, run_by
from motcua.processing.definitions import current_process, process
from motcua.processing.events import (
    EXTENDED,
    REOPENED,
    RETURNED,
    STOP_ASKED,
    STOP_DECLINED,
    STOPPED,
)
from motcua.processing.joint.reading import is_open_whole, never_began
from motcua.processing.joint.stopping import ask_to_stop
from motcua.processing.models import Extension, Reopening, StepRun, StopRequest
from motcua.processing.rules import Process, StepSpec
from motcua.processing.runs import answers_for, close_all, enter, lock_run, open_runs
from motcua.results import actions as results

#: A re-appointment beyond this is no re-appointment; the law gives no number, so this only catches typing slips.
MOST_EXTENDED = 60


@action("processing.return_result")
def return_result(
    *,
    actor: Actor,
    run_id: int,
    note: str = "",
    posting: Envelope | None = None,
    in_person: bool = False,
    now: datetime,
) -> Dossier:
    """Hand the result over; an electronic one is in the person's data store from now on.

    One that was to go by post needs the number the post gave it (``posting``), unless the person came for it
    (``in_person``): raises :class:`Refused` otherwise.
    """
    run, dossier = lock_run(actor, run_id)
    expect(run, "return_result")
    if posting is None and dossier.return_by == "post" and not in_person:
        raise Refused("post.number_needed")
    if posting is not None:
        keep_posting(dossier, posting, way=Posting.Way.OUT, actor=actor, now=now)
    dossier.returned_at = now
    filing.step_to(
        dossier,
        "return_result",
        RETURNED,
        actor=actor,
        now=now,
        data={"by_post": True} if posting is not None else {},
        also=("returned_at",),
    )
    results.keep_for_owner(dossier, now=now)
    advance(dossier, run, "return_result", actor=actor, now=now, note=note)
    return dossier


def end(happened: Happened) -> None:
    """Subscriber of ``dossier.withdrawn``: nothing is left to do."""
    close_all(happened.subject, outcome="withdrawn", actor=happened.actor, now=happened.at)


@action("processing.request_stop")
def request_stop(*, actor: Actor, code: str, reason: str, now: datetime) -> Dossier:
    """The applicant asks to stop a dossier that has been received; the one-stop desk answers (NĐ 118/2025 art. 21).

    Of a joint dossier each open part is asked for, and answered by its own agency.
    """
    if actor.kind != "person":
        raise NotAllowed("dossier.only_applicant")
    dossier = filing.locked(actor, code=code)
    if dossier.received_at is None or dossier.state not in STOPPABLE:
        raise Conflict("stop.not_possible", status=dossier.status)
    if is_open_whole(dossier):
        ask_to_stop(dossier, reason, actor=actor, now=now)
        return dossier
    if StopRequest.objects.filter(dossier=dossier, answered_at=None).exists():
        raise Conflict("stop.asked_already")
    StopRequest.objects.create(dossier=dossier, asked_at=now, reason=reason.strip()[:2000])
    filing.record(dossier, STOP_ASKED, actor=actor, now=now, data={"reason_given": bool(reason.strip())})
    return dossier


#: While it may be asked to stop a received dossier: no decision is there yet.
STOPPABLE = frozenset({Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY})


def _at_desk(actor: Actor, dossier_id: int) -> tuple[Dossier, StopRequest]:
    """The dossier and what its applicant has asked, locked, for one-stop staff of its agency."""
    lock_whole(pk=dossier_id)
    dossier = Dossier.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=dossier_id).first()
    if dossier is None or not any(seat.agency == dossier.agency_id for seat in actor.seats_as(Role.ONE_STOP)):
        raise NotAllowed("dossier.unknown")
    request = StopRequest.objects.select_for_update().filter(dossier=dossier, answered_at=None).first()
    if request is None:
        raise Conflict("stop.not_asked")
    return dossier, request


def _answer(request: StopRequest, *, accepted: bool, text: str, actor: Actor, now: datetime) -> None:
    request.accepted, request.answer = accepted, text
    request.answered_at, request.answered_by_id = now, run_by(actor)
    request.save(update_fields=["accepted", "answer", "answered_at", "answered_by"])


@action("processing.stop")
def stop(*, actor: Actor, dossier_id: int, now: datetime) -> Dossier:
    """Stop at the applicant's request, no decision being there yet (mẫu 05).

    Raises :class:`Conflict` once the result is being signed: there is a decision then.
    """
    dossier, request = _at_desk(actor, dossier_id)
    if any(run.waits_for == SIGNATURE for run in open_runs(dossier)):
        raise Conflict("result.being_signed")
    _answer(request, accepted=True, text="", actor=actor, now=now)
    close_all(dossier, outcome="stopped", actor=actor, now=now)
    clock.stop(dossier, now=now)
    dossier.finished_at = now
    filing.step_to(
        dossier, "stop", STOPPED, actor=actor, now=now, data={"why": "request"}, also=("finished_at",)
    )
    return dossier


@action("processing.decline_stop")
def decline_stop(*, actor: Actor, dossier_id: int, reason: str, now: datetime) -> Dossier:
    """Decline to stop, with the reason: a decision is there already."""
    dossier, request = _at_desk(actor, dossier_id)
    _answer(request, accepted=False, text=reason_of(reason), actor=actor, now=now)
    filing.record(dossier, STOP_DECLINED, actor=actor, now=now)
    return dossier


def _headed(actor: Actor, dossier_id: int) -> tuple[Dossier, Seat]:
    """The dossier, locked, and the seat from which the actor heads its agency."""
    lock_whole(pk=dossier_id)
    dossier = Dossier.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=dossier_id).first()
    if dossier is None:
        raise NotAllowed("dossier.unknown")
    if is_open_whole(dossier):
        raise Conflict("joint.act_on_parts")
    seat = answers_for(actor, dossier.agency_id, units_of(dossier.agency_id).agency.code)
    if seat is None:
        raise NotAllowed("step.not_yours")
    return dossier, seat


@action("processing.extend")
def extend(*, actor: Actor, dossier_id: int, working_days: int, reason: str, now: datetime) -> Dossier:
    """Apologise and set a new appointment ``working_days`` later (mẫu 04; NĐ 61/2018 art. 19 cl. 9).

    By the head, at least a day before the term ends, at most once. Raises :class:`Conflict` when it is too late, or
    when there was one already.
    """
    dossier, seat = _headed(actor, dossier_id)
    text = reason_of(reason)
    if not 1 <= working_days <= MOST_EXTENDED:
        raise Refused("extension.days", most=MOST_EXTENDED)
    if dossier.due_at is None or dossier.state not in (Status.RECEIVED, Status.PROCESSING):
        raise Conflict("extension.not_running")
    if Extension.objects.filter(dossier=dossier).exists():
        raise Conflict("extension.already")
    until = clock.extend_until(dossier.due_at, now)
    if now > until:
        raise Conflict("extension.too_late", until=until.isoformat())
    before = dossier.due_at
    after = clock.later(dossier, before, working_days)
    Extension.objects.create(
        dossier=dossier,
        at=now,
        by_id=run_by(actor),
        by_name=actor.name,
        by_title=Post.objects.values_list("title", flat=True).get(pk=seat.post),
        reason=text,
        working_days=working_days,
        before=before,
        after=after,
    )
    dossier.due_at = after
    clock.reckon_steps(dossier, now=now)
    filing.record(
        dossier,
        EXTENDED,
        actor=actor,
        now=now,
        data={"before": before.isoformat(), "after": after.isoformat(), "working_days": working_days},
        also=("due_at",),
    )
    return dossier


@action("processing.reopen")
def reopen(*, actor: Actor, dossier_id: int, reason: str, now: datetime) -> Dossier:
    """Take up again what ended, because the agency was wrong (NĐ 61/2018 art. 21): by the head, with the reason.

    A refused dossier comes to intake again, any other to the step that drafts the result. A signed result is revoked:
    whoever verifies it is told. The due time stays what it was, and what the clock had rested when the dossier was
    stopped is added back: a late correction is late.
    """
    dossier, _ = _headed(actor, dossier_id)
    if never_began(dossier):
        raise Conflict("joint.waits_for_part")
    text = reason_of(reason)
    before = dossier.status
    Reopening.objects.create(dossier=dossier, at=now, by_id=run_by(actor), reason=text, status_before=before)
    close_all(dossier, outcome="reopened", actor=actor, now=now)
    results.revoke(dossier, reason=text, actor=actor, now=now)
    dossier.finished_at = dossier.returned_at = None
    if dossier.received_at is not None:
        dossier.due_at = clock.due_at(dossier, dossier.received_at)
    filing.step_to(
        dossier,
        "reopen",
        REOPENED,
        actor=actor,
        now=now,
        data={"before": before},
        also=("finished_at", "returned_at", "due_at"),
    )
    published = _followed(dossier)
    step = published.steps[0] if dossier.status == Status.REGISTERED else drafting_step(published)
    enter(dossier, published, step, now=now)
    return dossier


def _followed(dossier: Dossier) -> Process:
    """The process version a dossier follows; it keeps the one it began with."""
    version = (
        StepRun.objects.filter(dossier=dossier)
        .order_by("-pk")
        .values_list("step__process_id", flat=True)
        .first()
    )
    return process(version if version is not None else current_process(dossier.case_id))


def drafting_step(published: Process) -> StepSpec:
    """The step at which a decision is prepared anew: the first that drafts a result or decides without one."""
    for wanted in ("propose", "reject", "complete"):
        for step in published.steps:
            if wanted in step.outcomes:
                return step
    return published.steps[0]
