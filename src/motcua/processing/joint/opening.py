"""A received request opens its parts: at which agencies, in which order, and when each begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from motcua.catalogue.models import Service
from motcua.dossiers import actions as filing
from motcua.dossiers import numbers
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.joint import actions as parts_of
from motcua.dossiers.joint.plans import PartPlan, Plan, plan_of
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict
from motcua.organisations.models import Agency
from motcua.processing import clock
from motcua.processing.definitions import current_process, process
from motcua.processing.events import PARTS_OPENED, RECEIVED
from motcua.processing.runs import enter


def before_receipt(dossier: Dossier, *, now: datetime) -> None:
    """Hold the counts from which the parts of a request will have their codes; nothing for any other dossier.

    Receiving takes a number of the register. What is filed at a counter takes a code before it, and so does this.
    """
    if not clock.is_whole(dossier):
        return
    shared = parts_of.shared_answers(dossier)
    agencies = {competent(dossier, part, shared).pk for part in plan_for(dossier).parts}
    numbers.hold_codes(sorted(agencies, key=lambda pk: _in_order(dossier, pk)), local_day(now))


def _in_order(whole: Dossier, agency: int) -> tuple[bool, int]:
    """The order in which counts are locked: the agency that receives, then the others."""
    return agency != whole.agency_id, agency


def open_parts(whole: Dossier, now: datetime) -> None:
    """Open every part of a received request, and begin those that need no other's result."""
    plan = plan_for(whole)
    shared = parts_of.shared_answers(whole)
    agencies = {part.key: competent(whole, part, shared) for part in plan.parts}
    opened: list[Dossier] = []
    for part in sorted(plan.parts, key=lambda part: _in_order(whole, agencies[part.key].pk)):
        told = parts_of.told(whole, part, shared, {})
        opened.append(parts_of.open_part(whole, part, agencies[part.key], told, now=now))
    for row in opened:
        part_plan = plan.part(row.joint_part)
        if part_plan is not None and not part_plan.needs:
            begin(row, now=now)
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


def plan_for(whole: Dossier) -> Plan:
    """What a joint request combines; raises :class:`Conflict` where no plan is known for it."""
    plan = plan_of(case_bundle(whole.case_id).national_code)
    if plan is None:
        raise Conflict("joint.no_plan")
    return plan


def begin(part: Dossier, *, now: datetime) -> None:
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
