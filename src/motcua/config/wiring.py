"""How the floors hear of each other: the one place where upper rooms subscribe to lower ones.

Two kinds of subscriber. ``IN_TRANSACTION`` runs in the transaction of the event, with database work only; if one
fails, nothing has happened. ``AFTERWARDS`` runs when it has committed, as one job per event that goes through its
list in order; every item looks whether it was done already, so a job that was killed begins again without harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from motcua.dossiers import issuing, rebasing, register, register_printing
from motcua.dossiers import jobs as upkeep
from motcua.dossiers.joint.rules import outcome
from motcua.dossiers.models import Dossier, Posting, SlipKind
from motcua.exchange import checking
from motcua.identity import jobs as signing_in
from motcua.kernel import events, jobs, ratelimit
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.events import Happened, Subscriber
from motcua.measurement import facts, folding
from motcua.messaging import jobs as mail
from motcua.messaging import letters, reminders
from motcua.messaging.actions import tell
from motcua.processing import actions as processing
from motcua.processing import documents, sweeps
from motcua.processing import events as turned
from motcua.processing import jobs as deadlines
from motcua.processing.joint.facts import expect_facts
from motcua.processing.joint.following import follow as follow_part
from motcua.processing.models import Extension, Reopening, StepRun, StopRequest, Supplement, Transfer
from motcua.programme.review import lists, receiving
from motcua.results.models import ResultDocument
from motcua.workspace import bulk, notices, unfit
from motcua.workspace.exports import orders

#: Rooms' modules whose jobs register themselves when they are imported.
WITH_JOBS = (
    bulk,
    deadlines,
    folding,
    lists,
    mail,
    orders,
    ratelimit,
    receiving,
    register_printing,
    reminders,
    signing_in,
    sweeps,
    unfit,
    upkeep,
)
Follower = Callable[[int, datetime], object]


def _dossier(pk: int) -> Dossier:
    return Dossier.objects.select_related("agency", "procedure", "applicant").get(pk=pk)


# --- what follows, one small function an item; each may run twice -----------------------------------------


def confirm_filing(dossier: int, at: datetime) -> None:
    """Online filing: the confirmation slip, in the account and by e-mail. At the counter mẫu 01 comes at once."""
    filed = _dossier(dossier)
    if filed.filed_by_id is not None:
        return
    slip = issuing.issue(dossier, SlipKind.ACKNOWLEDGEMENT, issuing.acknowledgement, at)
    tell(
        filed,
        "submitted",
        now=at,
        facts={"at": at.isoformat(), "answer_by": documents.intake_answer_by(filed).isoformat()},
        attachment=slip.blob,
        attachment_name=f"xac-nhan-{filed.code}.pdf",
    )


def compare_with_registers(dossier: int, at: datetime) -> None:
    """What registers gave or could not say is compared with what was filed; who does not answer is asked again later."""
    checking.check_filed(dossier, clock_now())


def give_receipt(dossier: int, at: datetime) -> None:
    """Received: mẫu 01 with the appointment. A part has it in the receipt of its joint dossier: one request, one slip."""
    received = _dossier(dossier)
    if received.joint_id is not None:
        return
    slip = issuing.issue(dossier, SlipKind.RECEIPT, issuing.receipt, at)
    tell(
        received,
        "received",
        now=at,
        facts={"due_at": received.due_at.isoformat() if received.due_at else None},
        attachment=slip.blob,
        attachment_name=f"giay-tiep-nhan-{received.code}.pdf",
    )


def give_supplement_slip(dossier: int, at: datetime) -> None:
    """Mẫu 02, and what to complete."""
    slip = issuing.issue(dossier, SlipKind.SUPPLEMENT, documents.supplement_slip, at)
    asked = Supplement.objects.get(dossier=dossier)
    tell(
        _dossier(dossier),
        "supplement",
        now=at,
        facts={"reason": asked.reason},
        attachment=slip.blob,
        attachment_name="phieu-yeu-cau-bo-sung.pdf",
    )


def give_back_ineligible(dossier: int, at: datetime) -> None:
    """Not eligible after appraisal: everything to complete at once, and that the term begins anew."""
    slip = issuing.issue(dossier, SlipKind.INELIGIBLE, documents.ineligible_slip, at)
    asked = Supplement.objects.get(dossier=dossier)
    tell(
        _dossier(dossier),
        "ineligible",
        now=at,
        facts={"reason": asked.reason},
        once=at.isoformat(),
        attachment=slip.blob,
        attachment_name="thong-bao-khong-du-dieu-kien.pdf",
    )


def tell_transferred(dossier: int, at: datetime) -> None:
    """Sent on: where it is now."""
    sent = Transfer.objects.select_related("from_agency", "to_agency").get(dossier=dossier, at=at)
    tell(
        _dossier(dossier),
        "transferred",
        now=at,
        facts={"reason": sent.reason, "before": sent.from_agency.name, "after": sent.to_agency.name},
        once=at.isoformat(),
    )


def apologise(dossier: int, at: datetime) -> None:
    """Mẫu 04: the apology, with the new appointment."""
    slip = issuing.issue(dossier, SlipKind.APOLOGY, documents.apology_slip, at)
    given = Extension.objects.get(dossier=dossier)
    tell(
        _dossier(dossier),
        "extended",
        now=at,
        facts={"reason": given.reason, "due_at": given.after.isoformat()},
        attachment=slip.blob,
        attachment_name="phieu-xin-loi-va-hen-lai.pdf",
    )


def confirm_stop_request(dossier: int, at: datetime) -> None:
    """The applicant asked to stop it: that it was heard, and that work goes on until it is answered."""
    tell(_dossier(dossier), "stop_asked", now=at, once=at.isoformat())


def tell_stopped(dossier: int, at: datetime) -> None:
    """Mẫu 05: stopped as asked, or closed after a silence that the law ends."""
    slip = issuing.issue(dossier, SlipKind.STOP, documents.stop_slip, at)
    asked = StopRequest.objects.filter(dossier=dossier, answered_at=at, accepted=True).exists()
    tell(
        _dossier(dossier),
        "stopped" if asked else "closed_silent",
        now=at,
        once=at.isoformat(),
        attachment=slip.blob,
        attachment_name="thong-bao-dung-giai-quyet.pdf",
    )


def tell_stop_declined(dossier: int, at: datetime) -> None:
    """Not stopped, and why."""
    answered = StopRequest.objects.get(dossier=dossier, answered_at=at)
    tell(
        _dossier(dossier),
        "stop_declined",
        now=at,
        facts={"reason": answered.answer},
        once=at.isoformat(),
    )


def tell_reopened(dossier: int, at: datetime) -> None:
    """Taken up again; if there was a signed result, that it holds no more."""
    again = Reopening.objects.get(dossier=dossier, at=at)
    revoked = ResultDocument.objects.filter(formerly=dossier, revoked_at=at).exists()
    tell(
        _dossier(dossier),
        "reopened_revoked" if revoked else "reopened",
        now=at,
        facts={"reason": again.reason},
        once=at.isoformat(),
    )


def tell_finished(dossier: int, at: datetime) -> None:
    """There is a result; before its time, that is said: nobody need wait for the day (NĐ 61/2018 art. 20)."""
    finished = _dossier(dossier)
    if finished.joint_id is not None:
        tell(finished, "part_finished", now=at, once=_again(dossier, at))
        return
    early = finished.due_at is not None and local_day(at) < local_day(finished.due_at)
    due = finished.due_at.isoformat() if finished.due_at is not None else None
    tell(finished, "early" if early else "finished", now=at, facts={"due_at": due}, once=_again(dossier, at))


def tell_returned(dossier: int, at: datetime) -> None:
    """Handed over; by post with the number to follow it by."""
    returned = _dossier(dossier)
    posted = Posting.objects.filter(dossier=dossier, way=Posting.Way.OUT, at=at).first()
    plain = "part_returned" if returned.joint_id is not None else "returned"
    tell(
        returned,
        "returned_by_post" if posted else plain,
        now=at,
        facts={"number": posted.number} if posted else {},
        once=_again(dossier, at),
    )


def close_control_slip(dossier: int, at: datetime) -> None:
    """Mẫu 06, complete when the dossier is: kept with it for whoever looks after, never sent."""
    issuing.issue(dossier, SlipKind.CONTROL, documents.control_slip, at)


def _again(dossier: int, at: datetime) -> str:
    """What tells the second result of a reopened dossier from its first; empty for the first, as ever."""
    again = Reopening.objects.filter(dossier=dossier, at__lte=at).count()
    return str(again) if again else ""


def _refusal(kind: str) -> Follower:
    def give(dossier: int, at: datetime) -> None:
        slip = issuing.issue(dossier, SlipKind.REFUSAL, documents.refusal_slip, at)
        run = StepRun.objects.filter(dossier=dossier, outcome__in=("refuse", "reject")).latest("closed_at")
        tell(
            _dossier(dossier),
            kind,
            now=at,
            facts={"reason": run.note},
            attachment=slip.blob,
            attachment_name="phieu-tu-choi.pdf",
        )

    return give


def _notice(kind: str) -> Follower:
    def send(dossier: int, at: datetime) -> None:
        tell(_dossier(dossier), kind, now=at)

    return send


def write_to_applicant(dossier: int, at: datetime) -> None:
    """A letter of the office: that it is there, not what is in it."""
    letters.tell_applicant(_dossier(dossier), at)


def tell_assigned(dossier: int, at: datetime) -> None:
    """The officer to whom a step was given."""
    notices.tell_assigned(_dossier(dossier), at)


def _alarm(kind: str) -> Follower:
    """Officers whom a due time concerns."""

    def tell_them(dossier: int, at: datetime) -> None:
        notices.tell_alarm(_dossier(dossier), kind, at)

    return tell_them


def _opinion(kind: str) -> Follower:
    """Officers who are asked for an opinion, or who asked."""

    def tell_them(dossier: int, at: datetime) -> None:
        notices.tell_opinion(_dossier(dossier), kind, at)

    return tell_them


def tell_outcome(dossier: int, at: datetime) -> None:
    """A joint dossier has come to its end: how many parts have a result, and how many have none."""
    whole = _dossier(dossier)
    counted = outcome(row.state for row in whole.parts.all())
    facts_of_it = {"done": counted.done, "total": counted.total, "ended": counted.ended}
    kind = "joint_none" if not counted.done else "joint_partial" if counted.partial else "joint_done"
    tell(whole, kind, now=at, facts=facts_of_it)


AFTERWARDS: dict[str, tuple[Follower, ...]] = {
    "dossier.submitted": (confirm_filing, compare_with_registers),
    turned.RECEIVED: (give_receipt,),
    turned.REFUSED: (_refusal("refused"),),
    turned.REJECTED: (_refusal("rejected"), close_control_slip),
    turned.SUPPLEMENT_ASKED: (give_supplement_slip,),
    turned.INELIGIBLE: (give_back_ineligible,),
    turned.SUPPLEMENT_ANSWERED: (_notice("supplement_answered"),),
    turned.PAYMENT_ASKED: (_notice("payment"),),
    turned.TRANSFERRED: (tell_transferred,),
    turned.EXTENDED: (apologise,),
    turned.STOP_ASKED: (confirm_stop_request,),
    turned.STOP_DECLINED: (tell_stop_declined,),
    turned.STOPPED: (tell_stopped, close_control_slip),
    turned.REOPENED: (tell_reopened,),
    turned.FINISHED: (tell_finished,),
    turned.RETURNED: (tell_returned, close_control_slip),
    turned.PART_DROPPED: (_notice("part_dropped"),),
    turned.WHOLE_RETURNED: (tell_outcome,),
    turned.WHOLE_ENDED: (tell_outcome,),
    "dossier.withdrawn": (_notice("withdrawn"),),
    letters.SENT: (write_to_applicant,),
    letters.ANSWERED: (),  # officers alone are told, as of everything above
    turned.ASSIGNED: (tell_assigned,),
    **{kind: (_alarm(kind),) for kind in notices.ALARMS},
    **{kind: (_opinion(kind),) for kind in notices.OPINIONS},
}

IN_TRANSACTION: dict[str, tuple[Subscriber, ...]] = {
    "form.published": (rebasing.published, unfit.soon),
    "catalogue.imported": (unfit.soon,),
    "catalogue.form_attached": (unfit.soon,),
    turned.PUBLISHED: (unfit.soon,),
    "dossier.submitted": (processing.begin,),
    turned.RECEIVED: (register.on_received,),
    "dossier.withdrawn": (processing.end,),
    "result.signed": (processing.signed,),
    turned.PROPOSED: (expect_facts,),
}

#: Whatever moves a part of a joint dossier moves the whole, after everything else the event means.
MOVES_WHOLE = (
    turned.TAKEN_UP, turned.REFUSED, turned.REJECTED, turned.STOPPED, turned.FINISHED, turned.RETURNED, turned.REOPENED,
    turned.EXTENDED, turned.SUPPLEMENT_ANSWERED, turned.DUTY_DONE, turned.DUE_RECOMPUTED, "dossier.withdrawn",
)  # fmt: skip


@jobs.job("config.follow", queue="documents", attempts=jobs.A_DAY)
def follow(kind: str, dossier: int, at: str) -> None:
    """Go through what follows an event, in order."""
    moment = datetime.fromisoformat(at)
    for item in AFTERWARDS[kind]:
        item(dossier, moment)
    # Officers last: what an applicant waits for comes first.
    notices.tell_watchers(_dossier(dossier), kind, moment)


def _defer(happened: Happened) -> None:
    follow.defer(kind=happened.kind, dossier=happened.subject.pk, at=happened.at.isoformat())


def connect() -> None:
    """Connect everything; called once, when Django is ready (and harmless when called again)."""
    for kind, subscribers in IN_TRANSACTION.items():
        for subscriber in subscribers:
            events.subscribe([kind], subscriber)
    events.subscribe(MOVES_WHOLE, follow_part)
    events.subscribe(facts.COUNTED, facts.count)
    # Last: the job is deferred when everything else in the transaction has been written.
    events.subscribe(AFTERWARDS, _defer)


#: Hands the jobs of all rooms to the queue; importing this module has imported them.
register_jobs = jobs.register
