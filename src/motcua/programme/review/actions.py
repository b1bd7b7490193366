"""Every write of a round and its assessments. The list has its own module, and so has the receiving side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from motcua.catalogue.eligibility import FactError
from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import clean
from motcua.law import limits
from motcua.law.registry import NoParameterError
from motcua.organisations.models import Agency
from motcua.programme.review import findings as reading
from motcua.programme.review import rules
from motcua.programme.review.audience import assessments_for, is_focal, parts_of, rounds_for, within
from motcua.programme.review.models import ReviewAssessment, ReviewRound

OPENED = "review.opened"
ASSIGNED = "review.assigned"
EXCLUDED = "review.excluded"
INCLUDED = "review.included"
DEMAND = "review.demand_counted"
SAVED = "assessment.saved"
MOVED = {
    "submit": "assessment.submitted",
    "check": "assessment.checked",
    "approve": "assessment.approved",
    "send_back": "assessment.sent_back",
    "reopen": "assessment.reopened",
}
#: Work that has been handed up is not taken from whoever did it.
MOVABLE = ("todo", "draft", "returned", "excluded")
MAX_AT_ONCE = 200


def home_of(actor: Actor) -> Agency:
    """The province or ministry whose rounds a focal point opens. Raises NotAllowed for everybody else."""
    for seat in actor.seats_as(Role.FOCAL_POINT):
        for code in (seat.agency_code.split(".")[0], seat.agency_code):
            found = Agency.objects.filter(code=code, active=True).first()
            if found is not None:
                return found
    raise NotAllowed("review.only_focal")


def locked_round(actor: Actor, round_id: int, *, opened: bool = True) -> ReviewRound:
    """A round of the focal point, locked. Raises NotAllowed, and Conflict when it is closed already."""
    found = (
        ReviewRound.objects.select_related("agency")
        .select_for_update(of=("self",))
        .filter(pk=round_id)
        .first()
    )
    if found is None or not is_focal(actor, found):
        raise NotAllowed("review.unknown")
    if opened and found.state != ReviewRound.State.OPEN:
        raise Conflict("review.closed")
    return found


@action("review.open")
def open_round(
    *,
    actor: Actor,
    name: str,
    instrument: str,
    deadline: date,
    judged_on: date,
    agencies: Sequence[str],
    sectors: Sequence[str] = (),
    now: datetime,
) -> ReviewRound:
    """Open a round over all listed procedures, or those of some sectors (slugs), for the named agencies to take part."""
    home = home_of(actor)
    today = local_day(now)
    name, instrument = clean(name)[:200], clean(instrument)[:200]
    if not name:
        raise Refused("review.no_name")
    if not instrument:
        raise Refused("review.no_instrument")
    if deadline < today:
        raise Refused("review.deadline_past")
    try:
        limits.law().parameter("eligibility.partial_needs_reason", judged_on)
    except NoParameterError as error:
        raise Refused("review.no_law", day=judged_on.isoformat()) from error
    joining = [a for a in Agency.objects.filter(code__in=agencies, active=True) if within(a.code, home.code)]
    if not joining:
        raise Refused("review.no_agency")
    made = ReviewRound.objects.create(
        name=name, instrument=instrument, agency=home, opened_on=today, deadline=deadline, judged_on=judged_on
    )
    made.agencies.set(joining)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programme_assessment (stream, round_id, procedure_id, state, level, remark, revision,"
            "       changed_by, demand_online, event_seq, event_hash)"
            " SELECT gen_random_uuid(), %s, p.id, 'todo', '', '', 1, '', 0, 0, %s"
            "   FROM catalogue_procedure AS p JOIN catalogue_sector AS s ON s.id = p.sector_id"
            "  WHERE p.listed AND (%s OR s.slug = ANY(%s))",
            [made.pk, events.GENESIS, not sectors, list(sectors)],
        )
        count = cursor.rowcount
    if not count:
        raise Refused("review.no_procedure")
    events.append(
        made,
        OPENED,
        actor=actor,
        at=now,
        data={
            "procedures": count,
            "agencies": sorted(a.code for a in joining),
            "deadline": deadline.isoformat(),
        },
    )
    made.save(update_fields=["event_seq", "event_hash"])
    return made


def _codes_of(round_: ReviewRound, codes: Sequence[str], sectors: Sequence[str]) -> list[str]:
    """Codes in the round that are named, or lie in the named sectors."""
    found = ReviewAssessment.objects.filter(round=round_)
    found = found.filter(procedure__national_code__in=codes) if codes else found
    found = found.filter(procedure__sector__slug__in=sectors) if sectors else found
    if not codes and not sectors:
        return []
    return list(found.order_by("procedure__national_code").values_list("procedure__national_code", flat=True))


def _set(
    round_: ReviewRound, codes: Sequence[str], change: str, values: Sequence[Any], states: Sequence[str]
) -> list[str]:
    """Change many assessments in one statement; the codes that were in one of ``states`` and so were changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE programme_assessment AS a SET {change}, revision = a.revision + 1"  # noqa: S608 - our own constants
            "   FROM catalogue_procedure AS p"
            "  WHERE p.id = a.procedure_id AND a.round_id = %s AND p.national_code = ANY(%s) AND a.state = ANY(%s)"
            " RETURNING p.national_code",
            [*values, round_.pk, list(codes), list(states)],
        )
        return sorted(code for (code,) in cursor.fetchall())


def _note(round_: ReviewRound, kind: str, actor: Actor, now: datetime, data: Mapping[str, Any]) -> None:
    events.append(round_, kind, actor=actor, at=now, data=data)
    round_.save(update_fields=["event_seq", "event_hash"])


@action("review.assign")
def assign(
    *,
    actor: Actor,
    round_id: int,
    agency: str,
    codes: Sequence[str] = (),
    sectors: Sequence[str] = (),
    now: datetime,
) -> tuple[int, int]:
    """Give procedures, named or of whole sectors, to an agency of the round. Returns how many were given, and how many
    stay where they are because they have been handed up already."""
    round_ = locked_round(actor, round_id)
    owner = round_.agencies.filter(code=agency).first()
    if owner is None:
        raise Refused("review.agency_not_in_round", agency=agency)
    wanted = _codes_of(round_, codes, sectors)
    if not wanted:
        raise Refused("review.no_procedure")
    given = _give(round_, owner, wanted)
    _note(round_, ASSIGNED, actor, now, {"agency": owner.code, "codes": given})
    return len(given), len(wanted) - len(given)


def _give(round_: ReviewRound, owner: Agency, codes: Sequence[str]) -> list[str]:
    change = "agency_id = %s, state = CASE WHEN a.state = 'excluded' THEN 'todo' ELSE a.state END"
    return _set(round_, codes, change, [owner.pk], MOVABLE)


@action("review.assign_rows")
def assign_rows(*, actor: Actor, round_id: int, rows: Sequence[tuple[str, str]], now: datetime) -> int:
    """Give procedures by an imported file that has been checked: pairs of (code, agency code). All of it or nothing."""
    round_ = locked_round(actor, round_id)
    owners = {agency.code: agency for agency in round_.agencies.all()}
    by_owner: dict[str, list[str]] = {}
    for code, agency in rows:
        if agency not in owners:
            raise Refused("review.agency_not_in_round", agency=agency)
        by_owner.setdefault(agency, []).append(code)
    total = 0
    for code_, wanted in sorted(by_owner.items()):
        given = _give(round_, owners[code_], wanted)
        if len(given) != len(set(wanted)):
            # The file was checked against a round that has moved on since.
            raise Conflict("review.rows_moved", codes=", ".join(sorted(set(wanted) - set(given))[:5]))
        _note(round_, ASSIGNED, actor, now, {"agency": code_, "codes": given})
        total += len(given)
    if not total:
        raise Refused("review.no_procedure")
    return total


@action("review.exclude")
def exclude(
    *,
    actor: Actor,
    round_id: int,
    codes: Sequence[str] = (),
    sectors: Sequence[str] = (),
    reason: str,
    now: datetime,
) -> int:
    """Leave procedures out of the round, with a reason (resolved by a central agency, abolished …)."""
    round_ = locked_round(actor, round_id)
    reason = _remark(reason)
    left = _set(
        round_,
        _codes_of(round_, codes, sectors),
        "state = 'excluded', remark = %s",
        [reason],
        ("todo", "draft", "returned"),
    )
    if not left:
        raise Refused("review.no_procedure")
    _note(round_, EXCLUDED, actor, now, {"codes": left, "reason": reason})
    return len(left)


@action("review.include")
def include(*, actor: Actor, round_id: int, codes: Sequence[str], now: datetime) -> int:
    """Take procedures that were left out into the round again."""
    round_ = locked_round(actor, round_id)
    back = _set(round_, codes, "state = 'todo', remark = ''", [], ("excluded",))
    if not back:
        raise Refused("review.no_procedure")
    _note(round_, INCLUDED, actor, now, {"codes": back})
    return len(back)


@action("review.set_demand")
def set_demand(*, actor: Actor, round_id: int, rows: Sequence[tuple[str, int, int]], now: datetime) -> int:
    """Take over counts of another system: (code, dossiers a year, of them filed online)."""
    round_ = locked_round(actor, round_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programme_assessment AS a SET demand = v.demand, demand_online = v.online"
            "  FROM unnest(%s::text[], %s::int[], %s::int[]) AS v(code, demand, online), catalogue_procedure AS p"
            " WHERE p.national_code = v.code AND a.procedure_id = p.id AND a.round_id = %s",
            [[r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], round_.pk],
        )
        count: int = cursor.rowcount
    if count != len(rows) or not rows:
        raise Refused("review.no_procedure")
    _note(round_, DEMAND, actor, now, {"procedures": count, "dossiers": sum(r[1] for r in rows)})
    return count


# --- one assessment -----------------------------------------------------------------------------------------


def _locked(actor: Actor, assessment_id: int) -> ReviewAssessment:
    """An assessment that the actor may see, locked, in an open round."""
    found = (
        ReviewAssessment.objects.select_related("round__agency", "agency", "procedure")
        .select_for_update(of=("self",))
        .filter(pk=assessment_id)
        .first()
    )
    if found is None or not assessments_for(actor, found.round).filter(pk=found.pk).exists():
        raise NotAllowed("assessment.unknown")
    if found.round.state != ReviewRound.State.OPEN:
        raise Conflict("review.closed")
    return found


def _at(found: ReviewAssessment, revision: int) -> None:
    """Refuse a change made on an older state than the present one: nobody is overwritten silently."""
    if found.revision != revision:
        raise Conflict(
            "assessment.changed_elsewhere", by=found.changed_by, revision=found.revision, state=found.state
        )


def _write(found: ReviewAssessment, actor: Actor, now: datetime, kind: str, data: Mapping[str, Any]) -> None:
    found.revision += 1
    found.changed_by, found.changed_at = actor.name, now
    events.append(
        found, kind, actor=actor, at=now, data={"revision": found.revision, "state": found.state, **data}
    )
    found.save()


@action("assessment.save")
def save_findings(
    *, actor: Actor, assessment_id: int, revision: int, findings: reading.Findings, now: datetime
) -> ReviewAssessment:
    """Keep what the unit found, judged by the law of the round's day. ``revision`` is the one that was on the screen."""
    found = _locked(actor, assessment_id)
    edge = rules.step(found.state, "save", parts_of(actor, found))
    _at(found, revision)
    try:
        judged = rules.judge(findings, limits.law(), found.round.judged_on)
    except FactError as error:
        raise Refused("assessment.contradiction", facts=str(error.params.get("facts", ""))) from error
    document = findings.document()
    differs = reading.changed(found.findings, document) if found.findings else []
    before = found.level
    found.findings, found.judgement = document, judged.document()
    found.level, found.effort = judged.level, judged.effort
    found.state, found.drafted_by_id = edge.after, actor.account
    _write(
        found,
        actor,
        now,
        SAVED,
        {"changed": differs, "findings": document, "level": judged.level, "before": before},
    )
    return found


@action("assessment.move")
def move(
    *, actor: Actor, assessment_id: int, revision: int, step: str, remark: str = "", now: datetime
) -> ReviewAssessment:
    """Hand an assessment on: ``submit``, ``check``, ``approve``, ``send_back`` or ``reopen`` (both with a remark)."""
    found = _locked(actor, assessment_id)
    _move(found, actor, revision, step, remark, now)
    return found


@action("assessment.move_many")
def move_many(
    *, actor: Actor, chosen: Sequence[tuple[int, int]], step: str, remark: str = "", now: datetime
) -> int:
    """The same step for several assessments, (key, revision) each: all of them or none."""
    if not chosen:
        raise Refused("assessment.none_chosen")
    if len(chosen) > MAX_AT_ONCE:
        raise Refused("assessment.too_many", maximum=MAX_AT_ONCE)
    for key, revision in sorted(chosen):  # always in one order: two people at once do not wait for each other
        _move(_locked(actor, key), actor, revision, step, remark, now)
    return len(chosen)


def _move(
    found: ReviewAssessment, actor: Actor, revision: int, step: str, remark: str, now: datetime
) -> None:
    if step not in MOVED:
        raise Refused("assessment.illegal_move", state=found.state, action=step)
    edge = rules.step(found.state, step, parts_of(actor, found))
    _at(found, revision)
    if step in {"check", "approve"} and actor.account in {
        found.drafted_by_id,
        found.checked_by_id if step == "approve" else None,
    }:
        # Two pairs of eyes: whoever holds several posts does not sign off their own work.
        raise Refused("assessment.own_work")
    data: dict[str, Any] = {"level": found.level}
    if step in {"send_back", "reopen"}:
        found.remark = data["remark"] = _remark(remark)
    else:
        found.remark = ""
    if step == "check":
        found.checked_by_id = actor.account
    found.state = edge.after
    _write(found, actor, now, MOVED[step], data)


def _remark(text: str) -> str:
    text = clean(text, multiline=True)[:2000]
    if len(text) < rules.SHORTEST_REMARK:
        raise Refused("reason.too_short", minimum=rules.SHORTEST_REMARK)
    return text


__all__ = [
    "assign",
    "assign_rows",
    "exclude",
    "home_of",
    "include",
    "locked_round",
    "move",
    "move_many",
    "open_round",
    "rounds_for",
    "save_findings",
    "set_demand",
]
