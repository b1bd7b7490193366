"""Joint dossiers at work: a received request opens its parts, and follows them.

The whole and its parts are dossiers. A part is worked on like any other, by the process of its own procedure; the whole
has no step of its own after receipt, and its status follows from the parts, in the transaction of whatever happens to
one of them. Whoever locks a part has locked the whole before (``dossiers.joint.locking``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q

from motcua.catalogue.models import ProcedureCase, Service
from motcua.dossiers import actions as filing
from motcua.dossiers import numbers
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.joint import actions as parts_of
from motcua.dossiers.joint.plans import Facts, PartPlan, Plan, plan_of, plans
from motcua.dossiers.joint.rules import WITHOUT_RESULT, derived, outcome, road
from motcua.dossiers.lifecycle import OPEN, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import SYSTEM, Actor, Role
from motcua.kernel.clock import VIETNAM, local_day
from motcua.kernel.events import Happened
from motcua.kernel.refusals import Conflict
from motcua.organisations.models import Agency
from motcua.processing import clock
from motcua.processing.definitions import current_process, own_versions, process, publish
from motcua.processing.events import (
    FINISHED,
    PART_DROPPED,
    PART_REVIVED,
    PARTS_OPENED,
    RECEIVED,
    REOPENED,
    STOP_ASKED,
    SUPPLEMENT_ANSWERED,
    WHOLE_DUE,
    WHOLE_ENDED,
    WHOLE_FINISHED,
    WHOLE_REOPENED,
    WHOLE_RETURNED,
    WHOLE_STOP_ASKED,
    WHOLE_TAKEN_UP,
)
from motcua.processing.models import StepRun, StopRequest
from motcua.processing.rules import ON, Kind, StepSpec
from motcua.processing.runs import enter
from motcua.results import rules as results
from motcua.results.models import ResultDocument
from motcua.results.templates_ import templates

#: A joint request is received (or refused, or completed) as a whole; from then on its parts are worked on.
JOINT = (
    StepSpec(0, "receive", "Tiếp nhận hồ sơ liên thông", "Receive the joint dossier", Role.ONE_STOP, "one_stop", 480,
             {"receive": "parts", "refuse": None}, ("ask_supplement", "transfer"),
             result="Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    StepSpec(0, "parts", "Chuyển các phần đến cơ quan giải quyết", "Hand the parts to the agencies that decide them",
             "", "one_stop", None, {ON: None}, kind=Kind.AUTO, does="open_parts",
             result="Từng phần được giải quyết và trả kết quả"),
)  # fmt: skip


def ensure_processes(now: datetime) -> None:
    """Publish the process of joint requests for each case of a joint procedure that has none."""
    cases = ProcedureCase.objects.filter(
        version__procedure__national_code__in=list(plans()), version__published_at__isnull=False
    )
    for case in cases.values_list("pk", flat=True):
        if not own_versions(case).exists():
            publish(case=case, name="Quy trình liên thông", steps=JOINT, now=now)


def is_open_whole(dossier: Dossier) -> bool:
    """Whether a dossier has parts by now: what is decided is decided on them."""
    return clock.is_whole(dossier) and dossier.received_at is not None


def never_began(dossier: Dossier) -> bool:
    """Whether a dossier is a part that waits, or waited, for another's result: it begins with that, not by itself."""
    return dossier.joint_id is not None and dossier.received_at is None


# --- opening -------------------------------------------------------------------------------------------------


def before_receipt(dossier: Dossier, *, now: datetime) -> None:
    """Hold the counts from which the parts of a request will have their codes; nothing for any other dossier.

    Receiving takes a number of the register. What is filed at a counter takes a code before it, and so does this.
    """
    if not clock.is_whole(dossier):
        return
    shared = parts_of.shared_answers(dossier)
    agencies = {competent(dossier, part, shared).pk for part in _plan(dossier).parts}
    numbers.hold_codes(sorted(agencies, key=lambda pk: _in_order(dossier, pk)), local_day(now))


def _in_order(whole: Dossier, agency: int) -> tuple[bool, int]:
    """The order in which counts are locked: the agency that receives, then the others."""
    return agency != whole.agency_id, agency


def open_parts(whole: Dossier, now: datetime) -> None:
    """Open every part of a received request, and begin those that need no other's result."""
    plan = _plan(whole)
    shared = parts_of.shared_answers(whole)
    agencies = {part.key: competent(whole, part, shared) for part in plan.parts}
    opened: list[Dossier] = []
    for part in sorted(plan.parts, key=lambda part: _in_order(whole, agencies[part.key].pk)):
        told = parts_of.told(whole, part, shared, {})
        opened.append(parts_of.open_part(whole, part, agencies[part.key], told, now=now))
    for row in opened:
        part_plan = plan.part(row.joint_part)
        if part_plan is not None and not part_plan.needs:
            _begin(row, now=now)
    whole.due_at = clock.whole_due(whole, whole.due_at)
    filing.record(
        whole,
        PARTS_OPENED,
        actor=SYSTEM,
        now=now,
        data={"parts": {row.joint_part: row.code for row in opened}},
        also=("due_at",),
    )


def competent(whole: Dossier, part: PartPlan, shared: Mapping[str, Any]) -> Agency:
    """The agency that decides a part; raises :class:`Conflict` where nobody here offers it.

    By ward: of the address the plan names, else of the agency that received the request; whoever gets it may still
    send it on to another that is competent. "other": the one of the ward, else one that serves more than a ward.
    """
    if part.at == "own":
        return whole.agency
    offering = list(
        Agency.objects.filter(
            services__procedure__national_code=part.code, services__active=True, active=True
        )
        .exclude(pk=whole.agency_id)
        .order_by("code")
        .distinct()
    )
    place = shared.get(part.ward_of) if part.ward_of else None
    ward = str(place.get("commune", "")) if isinstance(place, Mapping) else ""
    wards = [int(ward)] if ward.isdigit() else []
    for wanted in (*wards, whole.agency.ward_code, None):
        found = next((agency for agency in offering if agency.ward_code == wanted), None)
        if found is not None:
            return found
    raise Conflict("joint.no_agency", procedure=part.code)


def offered_by(plan: Plan, ward: int | None) -> list[tuple[PartPlan, Agency | None]]:
    """Who would decide each part of a request filed at an agency of a ward, for telling people beforehand.

    None: the agency that receives the request. Two queries at most.
    """
    services = (
        Service.objects.filter(
            procedure__national_code__in=[part.code for part in plan.parts], active=True, agency__active=True
        )
        .filter(Q(agency__ward_code=ward) | Q(agency__ward_code=None))
        .select_related("agency", "procedure")
        .order_by("agency__ward_code", "agency__code")
    )
    found: dict[str, Agency] = {}
    for service in services:
        found.setdefault(service.procedure.national_code, service.agency)
    return [(part, None if part.at == "own" else found.get(part.code)) for part in plan.parts]


def _plan(whole: Dossier) -> Plan:
    plan = plan_of(case_bundle(whole.case_id).national_code)
    if plan is None:
        raise Conflict("joint.no_plan")
    return plan


def _begin(part: Dossier, *, now: datetime) -> None:
    """A part begins: received with the request it belongs to, its own term counts from now (NĐ 118/2025 art. 18)."""
    part.received_at = now
    part.due_at = clock.first_due(part, now)
    filing.step_to(
        part,
        "receive",
        RECEIVED,
        actor=SYSTEM,
        now=now,
        data={"due_at": part.due_at.isoformat() if part.due_at else None, "joint": True},
        also=("received_at", "due_at"),
    )
    published = process(current_process(part.case_id))
    first = published.steps[0]
    # It was taken in at the counter of the whole: what its own process does before receipt is done.
    enter(
        part, published, published.after(first, "receive") if "receive" in first.outcomes else first, now=now
    )


# --- following -----------------------------------------------------------------------------------------------


def follow(happened: Happened) -> None:
    """Subscriber of everything that moves a part: what others wait for is passed on, and the whole follows."""
    part: Dossier = happened.subject
    if part.joint_id is None:
        return
    now = happened.at
    whole = Dossier.objects.select_for_update(of=("self",)).get(pk=part.joint_id)
    plan = _plan(whole)
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


def facts_of(part: Dossier) -> dict[str, Any]:
    """What the result of a part states: its facts, its number, the day it was signed, the code of its dossier."""
    result = ResultDocument.objects.filter(dossier=part, state=ResultDocument.State.FINAL).first()
    if result is None:
        return {}
    abbreviation = templates.get(result.template).abbreviation
    signed = result.signed_at.astimezone(VIETNAM) if result.signed_at else None
    return {
        **orjson.loads(result.content),
        "number": results.number_text(result.number, abbreviation) if result.number else "",
        "signed_on": f"{signed:%d/%m/%Y}" if signed else "",
        "code": part.code,
    }


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
            _begin(row, now=now)


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


def expect_facts(happened: Happened) -> None:
    """Subscriber of ``dossier.proposed``: nothing is proposed on a part while another's result must still name a fact.

    Raises :class:`Conflict`, and the proposal has not happened.
    """
    part: Dossier = happened.subject
    if part.joint_id is None:
        return
    if open_keys := awaited(part):
        raise Conflict("joint.facts_awaited", parts=sorted(open_keys))


def awaited(part: Dossier) -> frozenset[str]:
    """Keys of the parts that have no result yet and will state something of this one; two queries."""
    whole = part.joint
    plan = plan_of(case_bundle(whole.case_id).national_code) if whole is not None else None
    mine = plan.part(part.joint_part) if plan is not None else None
    if mine is None or not mine.takes_from:
        return frozenset()
    still = Dossier.objects.filter(joint=part.joint_id, joint_part__in=mine.takes_from).exclude(
        status__in=[Status.FINISHED, Status.RETURNED]
    )
    return frozenset(still.values_list("joint_part", flat=True))


# --- stopping ------------------------------------------------------------------------------------------------

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


# --- reading -------------------------------------------------------------------------------------------------


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
