"""How the floors hear of each other: the one place where upper rooms subscribe to lower ones.

Two kinds of subscriber. ``IN_TRANSACTION`` runs in the transaction of the event, with database work only; if one
fails, nothing has happened. ``AFTERWARDS`` runs when it has committed, as one job per event that goes through its
list in order; every item looks whether it was done already, so a job that was killed begins again without harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from motcua.dossiers import issuing, register
from motcua.dossiers import jobs as _upkeep  # noqa: F401 - its jobs register themselves
from motcua.dossiers import register_printing as _printing  # noqa: F401 - the same
from motcua.dossiers.joint.rules import outcome
from motcua.dossiers.models import Dossier, SlipKind
from motcua.kernel import events, jobs
from motcua.kernel.events import Happened, Subscriber
from motcua.measurement import facts
from motcua.measurement import folding as _folding  # noqa: F401 - its jobs register themselves
from motcua.messaging import jobs as _mail  # noqa: F401
from motcua.messaging.actions import tell
from motcua.processing import actions as processing
from motcua.processing import documents, joint
from motcua.processing import events as turned
from motcua.processing import jobs as _deadlines  # noqa: F401 - the same
from motcua.processing import sweeps as _sweeps  # noqa: F401 - the same
from motcua.processing.models import StepRun, Supplement

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


def _notice(kind: str, *, of_part: str = "") -> Follower:
    """``of_part``: what is said instead of a part of a joint dossier."""

    def send(dossier: int, at: datetime) -> None:
        about = _dossier(dossier)
        tell(about, of_part if of_part and about.joint_id is not None else kind, now=at)

    return send


def tell_outcome(dossier: int, at: datetime) -> None:
    """A joint dossier has come to its end: how many parts have a result, and how many have none."""
    whole = _dossier(dossier)
    counted = outcome(row.state for row in whole.parts.all())
    facts_of_it = {"done": counted.done, "total": counted.total, "ended": counted.ended}
    kind = "joint_none" if not counted.done else "joint_partial" if counted.partial else "joint_done"
    tell(whole, kind, now=at, facts=facts_of_it)


AFTERWARDS: dict[str, tuple[Follower, ...]] = {
    "dossier.submitted": (confirm_filing,),
    turned.RECEIVED: (give_receipt,),
    turned.REFUSED: (_refusal("refused"),),
    turned.REJECTED: (_refusal("rejected"),),
    turned.SUPPLEMENT_ASKED: (give_supplement_slip,),
    turned.INELIGIBLE: (give_supplement_slip,),
    turned.SUPPLEMENT_ANSWERED: (_notice("supplement_answered"),),
    turned.PAYMENT_ASKED: (_notice("payment"),),
    turned.FINISHED: (_notice("finished", of_part="part_finished"),),
    turned.RETURNED: (_notice("returned", of_part="part_returned"),),
    turned.PART_DROPPED: (_notice("part_dropped"),),
    turned.WHOLE_RETURNED: (tell_outcome,),
    turned.WHOLE_ENDED: (tell_outcome,),
    "dossier.withdrawn": (_notice("withdrawn"),),
}

IN_TRANSACTION: dict[str, tuple[Subscriber, ...]] = {
    "dossier.submitted": (processing.begin,),
    turned.RECEIVED: (register.on_received,),
    "dossier.withdrawn": (processing.end,),
    "result.signed": (processing.signed,),
    turned.PROPOSED: (joint.expect_facts,),
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


def _defer(happened: Happened) -> None:
    follow.defer(kind=happened.kind, dossier=happened.subject.pk, at=happened.at.isoformat())


def connect() -> None:
    """Connect everything; called once, when Django is ready (and harmless when called again)."""
    for kind, subscribers in IN_TRANSACTION.items():
        for subscriber in subscribers:
            events.subscribe([kind], subscriber)
    events.subscribe(MOVES_WHOLE, joint.follow)
    events.subscribe(facts.COUNTED, facts.count)
    # Last: the job is deferred when everything else in the transaction has been written.
    events.subscribe(AFTERWARDS, _defer)


def register_jobs(app: object) -> None:
    """Hand the jobs of all rooms to the queue; importing this module has imported them."""
    jobs.register(app)  # type: ignore[arg-type]
