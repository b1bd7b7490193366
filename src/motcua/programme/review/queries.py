"""Reads of rounds, assessments and lists, each with its audience; as many queries for 2,639 rows as for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from motcua.catalogue import queries as catalogue
from motcua.catalogue.models import PaperReplacement, Procedure
from motcua.kernel.actors import Actor
from motcua.kernel.codes import is_national_code, national_code
from motcua.kernel.models import Event
from motcua.kernel.refusals import NotAllowed
from motcua.kernel.text import fold
from motcua.law import limits
from motcua.measurement.models import Measure, MonthRollup
from motcua.programme.review import rules
from motcua.programme.review.actions import ASSIGNED, EXCLUDED, INCLUDED
from motcua.programme.review.audience import assessments_for, is_focal, rounds_for
from motcua.programme.review.models import ListEntry, ReviewAssessment, ReviewRound, ServiceList
from motcua.programme.review.proposals import Proposal, from_definition

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of assessments is narrowed to; empty values narrow nothing."""

    state: str = ""
    level: str = ""
    agency: str = ""
    sector: str = ""
    q: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class RoundPage:
    """A round as one of its people sees it."""

    round: ReviewRound
    focal: bool
    rows: list[ReviewAssessment]
    more: bool
    by_state: dict[str, int]
    by_level: dict[str, int]
    by_agency: list[tuple[str, str, int, int]]
    by_sector: list[tuple[str, str, int]]
    total: int


def find_round(actor: Actor, round_id: int) -> ReviewRound:
    """A round the actor takes part in. Raises NotAllowed."""
    found = rounds_for(actor).filter(pk=round_id).first()
    if found is None:
        raise NotAllowed("review.unknown")
    return found


def round_list(actor: Actor) -> list[tuple[ReviewRound, dict[str, int]]]:
    """The rounds of an actor, newest first, each with how many assessments stand where (two queries)."""
    rounds = list(rounds_for(actor).order_by("-opened_on", "-pk"))
    counts: dict[int, dict[str, int]] = {}
    for pk, state, count in (
        ReviewAssessment.objects.filter(round__in=rounds)
        .values_list("round", "state")
        .annotate(n=Count("pk"))
    ):
        counts.setdefault(pk, {})[state] = count
    return [(found, counts.get(found.pk, {})) for found in rounds]


def round_page(actor: Actor, round_id: int, wanted: Filter) -> RoundPage:
    """Six queries, however many procedures there are."""
    round_ = find_round(actor, round_id)
    everything = assessments_for(actor, round_)
    states: dict[str, int] = {}
    levels: dict[str, int] = {}
    agencies: dict[tuple[str, str], list[int]] = {}
    sectors: dict[tuple[str, str], int] = {}
    grouped = everything.values_list(
        "state",
        "level",
        "agency__code",
        "agency__short_name",
        "procedure__sector__slug",
        "procedure__sector__name",
    ).annotate(n=Count("pk"))
    for state, level, code, name, slug, sector, count in grouped:
        states[state] = states.get(state, 0) + count
        if state != "excluded":
            levels[level] = levels.get(level, 0) + count
        if state != "excluded" or code:
            tally = agencies.setdefault((code or "", name or ""), [0, 0])
            tally[0] += count
            tally[1] += count if state == "approved" else 0
        sectors[slug, sector] = sectors.get((slug, sector), 0) + count
    rows = list(_narrow(everything, wanted).select_related("procedure__sector", "agency")[: PAGE + 1])
    return RoundPage(
        round=round_,
        focal=is_focal(actor, round_),
        rows=rows[:PAGE],
        more=len(rows) > PAGE,
        by_state=states,
        by_level=levels,
        by_agency=[(code, name, tally[0], tally[1]) for (code, name), tally in sorted(agencies.items())],
        by_sector=[
            (slug, name, count) for (slug, name), count in sorted(sectors.items(), key=lambda one: one[0][1])
        ],
        total=sum(states.values()),
    )


def _narrow(found: QuerySet[ReviewAssessment], wanted: Filter) -> QuerySet[ReviewAssessment]:
    if wanted.state in rules.STATES:
        found = found.filter(state=wanted.state)
    if wanted.level in {"full", "partial", "information"}:
        found = found.filter(level=wanted.level)
    if wanted.agency:
        found = (
            found.filter(agency=None) if wanted.agency == "none" else found.filter(agency__code=wanted.agency)
        )
    if wanted.sector:
        found = found.filter(procedure__sector__slug=wanted.sector)
    if wanted.q:
        if is_national_code(wanted.q):
            found = found.filter(procedure__national_code=national_code(wanted.q))
        else:
            found = found.filter(procedure__in=_named(wanted.q))
    if wanted.after:
        found = found.filter(procedure__national_code__gt=wanted.after)
    return found.order_by("procedure__national_code")


def _named(q: str) -> list[int]:
    """Keys of procedures whose name has all the words, folded: looked up in the catalogue's index in memory."""
    words = fold(q).split()
    codes = [
        hit.national_code
        for hit in catalogue.snapshot().hits.values()
        if all(word in fold(hit.name) for word in words)
    ]
    return list(Procedure.objects.filter(national_code__in=codes).values_list("pk", flat=True))


def find_assessment(actor: Actor, round_id: int, code: str) -> ReviewAssessment:
    """An assessment the actor may see. Raises NotAllowed."""
    round_ = find_round(actor, round_id)
    found = (
        assessments_for(actor, round_)
        .select_related(
            "round__agency",
            "agency",
            "procedure__sector",
            "procedure__current_version",
            "drafted_by",
            "checked_by",
        )
        .filter(procedure__national_code=code)
        .first()
    )
    if found is None:
        raise NotAllowed("assessment.unknown")
    return found


def propose(procedure: Procedure) -> Proposal:
    """What the catalogue says of a procedure before anybody has looked: one query."""
    replacements = list(
        PaperReplacement.objects.filter(national_code=procedure.national_code).order_by("number")
    )
    version = procedure.current_version
    return from_definition(version.definition if version else None, replacements)


def history(found: ReviewAssessment) -> list[Event]:
    """Everything that happened to an assessment, newest first: its own events, and those of the round that name it."""
    code = found.procedure.national_code
    return list(
        Event.objects.filter(
            Q(stream=found.stream)
            | Q(
                stream=found.round.stream,
                kind__in=[ASSIGNED, EXCLUDED, INCLUDED],
                data__codes__contains=[code],
            )
        ).order_by("-at", "-pk")
    )


# --- priority -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriorityPage:
    round: ReviewRound
    ranked: list[rules.Ranked]
    names: Mapping[str, ReviewAssessment]
    mark: int
    since: date
    imported: int


def priority(actor: Actor, round_id: int, *, now: datetime, level: str = "") -> PriorityPage:
    """What is not full-process yet, in the order in which to work on it. Demand: imported, or counted here over twelve
    months under the round's agency."""
    round_ = find_round(actor, round_id)
    today = limits.day_of(now)
    since = (today - timedelta(days=365)).replace(day=1)
    counted = {
        procedure: (filed, online)
        for procedure, filed, online in MonthRollup.objects.filter(
            Q(agency__code=round_.agency.code) | Q(agency__code__startswith=f"{round_.agency.code}."),
            measure=Measure.FILED,
            month__gte=since,
        )
        .values_list("procedure")
        .annotate(filed=Sum("amount"), went=Sum("online"))
    }
    found = assessments_for(actor, round_).exclude(level__in=["", "full"]).exclude(state="excluded")
    if level in {"partial", "information"}:
        found = found.filter(level=level)
    rows = list(found.select_related("procedure", "agency"))
    demand = {}
    for row in rows:
        here = counted.get(row.procedure_id, (0, 0))
        demand[row.pk] = here if row.demand is None else (row.demand, row.demand_online)
    mark = limits.integer("eligibility.priority_online_share", round_.judged_on)
    ranked = rules.rank(
        ((row.procedure.national_code, *demand[row.pk], row.effort or 0) for row in rows), mark
    )
    return PriorityPage(
        round=round_,
        ranked=ranked,
        names={row.procedure.national_code: row for row in rows},
        mark=mark,
        since=since,
        imported=sum(1 for row in rows if row.demand is not None),
    )


# --- lists --------------------------------------------------------------------------------------------------


def list_of(round_: ReviewRound) -> ServiceList | None:
    return (
        ServiceList.objects.filter(round=round_)
        .select_related("agency__parent", "round", "previous", "pdf")
        .first()
    )


def changes(made: ServiceList) -> list[rules.Difference]:
    """What a list changes against the one before it (two queries)."""
    return rules.differences(_levels(made.previous_id), _levels(made.pk))


def _levels(list_id: int | None) -> dict[str, tuple[str, str]]:
    if list_id is None:
        return {}
    rows = ListEntry.objects.filter(service_list=list_id).values_list("national_code", "level", "agency_code")
    return {code: (level, agency) for code, level, agency in rows}


def published(agency_code: str) -> ServiceList | None:
    """The newest approved list of an agency: open to everybody."""
    return (
        ServiceList.objects.filter(agency__code=agency_code, state=ServiceList.State.APPROVED)
        .select_related("agency__parent", "round", "previous", "pdf")
        .order_by("-approved_at", "-pk")
        .first()
    )


def search_list(
    made: ServiceList, *, q: str, level: str, page: int, size: int = PAGE
) -> tuple[list[ListEntry], int]:
    """A page of a list by words (with or without diacritics) or code, and how many lines there are (two queries)."""
    found = made.entries.all()
    for word in fold(q).split()[:10]:
        found = found.filter(folded__contains=word)
    if level in {"full", "partial", "information"}:
        found = found.filter(level=level)
    count = found.count()
    return list(found.order_by("position")[(page - 1) * size : page * size]), count


def levels_of(made: ServiceList) -> dict[str, int]:
    """How many lines of a list have which level."""
    return dict(made.entries.values_list("level").annotate(n=Count("pk")))


def blockers_by_owner(rows: Sequence[ReviewAssessment]) -> dict[str, dict[str, int]]:
    """Owner → cause → how many procedures wait for it."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        for blocker in (row.judgement or {}).get("blockers", []):
            causes = found.setdefault(blocker["owner"], {})
            causes[blocker["cause"]] = causes.get(blocker["cause"], 0) + 1
    return found


def list_values(found: ReviewAssessment) -> dict[str, Any]:
    """The judgement of an assessment as stored, or nothing yet."""
    return found.judgement or {"level": "", "reasons": [], "blockers": [], "effort": 0, "instrument": ""}
