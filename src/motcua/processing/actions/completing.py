"""Completing a dossier: the one request for it, its answer, and what silence leads to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson
from django.db import transaction

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts
from motcua.dossiers.joint.locking import lock_whole
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier, DossierAnswers, Draft, Paper
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.processing import clock
from motcua.processing.actions.common import defined, expect, reason_of, rest, run_by, take_up, wake
from motcua.processing.events import INELIGIBLE, STOPPED, SUPPLEMENT_ANSWERED, SUPPLEMENT_ASKED
from motcua.processing.models import StepRun, Supplement
from motcua.processing.runs import close_all, lock_run

Items = Sequence[dict[str, str]]


@action("processing.ask_supplement")
def ask_supplement(*, actor: Actor, run_id: int, reason: str, items: Items, now: datetime) -> Dossier:
    """Ask, once and completely, for what is missing or wrong (mẫu 02). The clock rests until it is answered."""
    run, dossier = lock_run(actor, run_id)
    expect(run, "ask_supplement")
    restart = dossier.received_at is not None and clock.restarts(defined(run)[1].policy, now)
    _ask(
        run,
        dossier,
        reason,
        items,
        restart=restart,
        turn="ask_supplement",
        kind=SUPPLEMENT_ASKED,
        actor=actor,
        now=now,
    )
    return dossier


@action("processing.return_ineligible")
def return_ineligible(*, actor: Actor, run_id: int, reason: str, items: Items, now: datetime) -> Dossier:
    """Give a dossier back as not eligible after appraisal, with everything that is wrong (NĐ 61/2018 art. 19 cl. 4).

    Within three working days of receipt, unless the process says otherwise; once complete, the term is counted anew.
    It is the one request to complete it: a second, by whichever name, is refused.
    """
    run, dossier = lock_run(actor, run_id)
    expect(run, "return_ineligible")
    until = clock.ineligible_until(dossier, defined(run)[1].policy)
    if until is None:
        raise Conflict("ineligible.not_received")
    if now > until:
        raise Conflict("ineligible.too_late", until=until.isoformat())
    _ask(
        run,
        dossier,
        reason,
        items,
        restart=True,
        turn="return_ineligible",
        kind=INELIGIBLE,
        actor=actor,
        now=now,
    )
    return dossier


def _ask(
    run: StepRun,
    dossier: Dossier,
    reason: str,
    items: Items,
    *,
    restart: bool,
    turn: str,
    kind: str,
    actor: Actor,
    now: datetime,
) -> None:
    text = reason_of(reason)
    if Supplement.objects.filter(dossier=dossier).exists():
        raise Conflict("supplement.already_asked")
    if not items:
        raise Refused("supplement.nothing_marked")
    take_up(dossier, actor=actor, now=now)
    Supplement.objects.create(
        dossier=dossier,
        asked_at=now,
        asked_by_id=run_by(actor),
        reason=text,
        items=list(items),
        resume=Status.REGISTERED if dossier.status == Status.REGISTERED else Status.PROCESSING,
        restart=restart,
    )
    rest(dossier, "supplement", now=now)
    filing.step_to(dossier, turn, kind, actor=actor, now=now, data={"items": len(items)})


@action("processing.answer_supplement")
def answer_supplement(*, actor: Actor, draft_id: UUID, now: datetime) -> Dossier:
    """The applicant completes the dossier; the step that asked goes on, its clock where it stopped or anew."""
    draft = drafts.mine(actor, draft_id, lock=True)
    if draft.supplements_id is None:
        raise NotAllowed("draft.unknown")
    dossier = filing.locked(actor, pk=draft.supplements_id)
    if draft.dossier_id is not None or dossier.status != Status.SUPPLEMENT:
        raise Conflict("supplement.already_answered")
    supplement = Supplement.objects.select_for_update().get(dossier=dossier)
    uploads = list(draft.uploads.all())
    cleaned = filing.check_supplement(draft, uploads, supplement.items, dossier, now=now)
    count = dossier.answer_sets.count()
    DossierAnswers.objects.create(
        dossier=dossier, number=count + 1, body=orjson.dumps(cleaned).decode(), filed_at=now
    )
    replaced = {upload.component_id for upload in uploads if upload.state == "kept"}
    Paper.objects.filter(dossier=dossier, component__in=replaced, replaced_at=None).update(replaced_at=now)
    filing.keep_papers(dossier, uploads, now=now)
    supplement.answered_at = now
    supplement.save(update_fields=["answered_at"])
    clock.resume(dossier, now=now)
    wake(dossier, now=now)
    filing.step_to(
        dossier,
        "answer_supplement",
        SUPPLEMENT_ANSWERED,
        actor=actor,
        now=now,
        towards=Status(supplement.resume),
        data={
            "restart": supplement.restart,
            "due_at": dossier.due_at.isoformat() if dossier.due_at else None,
        },
        also=("due_at",),
    )
    draft.dossier_id = None
    draft.delete()
    return dossier


@transaction.atomic
def start_supplement(*, actor: Actor, code: str, now: datetime) -> Draft:
    """The draft in which the applicant completes a dossier: begun with what was filed, one per dossier."""
    if actor.kind != "person":
        raise NotAllowed("dossier.unknown")
    # Locked: two tabs may both begin, and the second finds the first one's draft.
    dossier = filing.locked(actor, code=code)
    if dossier.status != Status.SUPPLEMENT:
        raise Conflict("supplement.not_open")
    begun = Draft.objects.filter(supplements=dossier).first()
    if begun is not None:
        return begun
    latest = dossier.answer_sets.order_by("-number").first()
    draft = Draft(
        account_id=run_by(actor),
        case_id=dossier.case_id,
        form_id=dossier.form_id,
        agency_id=dossier.agency_id,
        supplements=dossier,
        created_at=now,
        saved_at=now,
    )
    draft.answers = latest.values if latest else {}
    draft.save(force_insert=True)
    return draft


@action("processing.close_silent")
def close_silent(*, dossier_id: int, now: datetime) -> Dossier:
    """Close a dossier whose applicant has not answered for as long as its process says (R3.20), never before.

    Raises :class:`Conflict` when it was answered meanwhile, or where no law closes it.
    """
    lock_whole(pk=dossier_id)
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    if dossier.status != Status.SUPPLEMENT:
        raise Conflict("supplement.not_open")
    until = clock.silence_until(dossier)
    if until is None or now <= until:
        raise Conflict("silence.not_yet")
    close_all(dossier, outcome="silent", actor=SYSTEM, now=now)
    clock.stop(dossier, now=now)
    filing.step_to(dossier, "close_silent", STOPPED, actor=SYSTEM, now=now, data={"why": "silence"})
    return dossier
