"""Rules of the review: how an assessment moves, what it is judged to be, what comes first, what changed. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from motcua.catalogue.eligibility import Assessment, Level, assess
from motcua.catalogue.eligibility_words import reason_text
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict
from motcua.law.registry import Law
from motcua.programme.review.findings import Findings, causes_of, facts_of

State = Literal["todo", "draft", "submitted", "returned", "checked", "approved", "excluded"]
Part = Literal["unit", "focal", "head"]

#: Who can remove what stands in the way. The agency that resolves, whoever makes the law, IT, or who keeps a database.
Owner = Literal["resolving_agency", "lawmaker", "it_unit", "database_owner"]


# --- sign-off -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """One lawful move of an assessment, and whose it is."""

    before: tuple[State, ...]
    after: State
    action: str
    part: Part


#: Drafted by the unit, checked by the focal point, approved by the head; sent back with remarks (issue 5, point 4).
EDGES: Final[tuple[Edge, ...]] = (
    Edge(("todo", "draft", "returned"), "draft", "save", "unit"),
    Edge(("draft", "returned"), "submitted", "submit", "unit"),
    Edge(("submitted",), "checked", "check", "focal"),
    Edge(("submitted",), "returned", "send_back", "focal"),
    Edge(("checked",), "approved", "approve", "head"),
    Edge(("checked",), "returned", "send_back", "head"),
    Edge(("todo", "draft", "returned"), "excluded", "exclude", "focal"),
    Edge(("excluded",), "todo", "include", "focal"),
    # The round is open and something was overlooked: the focal point takes an approved assessment up again.
    Edge(("approved",), "returned", "reopen", "focal"),
)
STATES: Final[tuple[State, ...]] = (
    "todo",
    "draft",
    "returned",
    "submitted",
    "checked",
    "approved",
    "excluded",
)
#: A remark is read by whoever has to do the work again.
SHORTEST_REMARK: Final = 10


def step(state: str, action: str, parts: Iterable[Part]) -> Edge:
    """The move that ``action`` makes from a state for somebody who plays ``parts``. Raises Conflict."""
    held = frozenset(parts)
    for edge in EDGES:
        if state in edge.before and edge.action == action and edge.part in held:
            return edge
    raise Conflict("assessment.illegal_move", state=state, action=action)


def offered(state: str, parts: Iterable[Part]) -> frozenset[str]:
    """Names of the moves that are open to somebody who plays ``parts``."""
    held = frozenset(parts)
    return frozenset(edge.action for edge in EDGES if state in edge.before and edge.part in held)


# --- judgement ----------------------------------------------------------------------------------------------

_OWNERS: Final[Mapping[str, Owner]] = {
    "information_complete": "resolving_agency",
    "electronic_form": "it_unit",
    "payment": "it_unit",
    "originals": "lawmaker",
    "wet_signature": "lawmaker",
    "electronic_resolution": "resolving_agency",
    "electronic_result": "resolving_agency",
    "result_by_post": "resolving_agency",
    "presence": "lawmaker",
    "onsite": "lawmaker",
    "technical": "it_unit",
}
#: How far a blocker is from gone, in steps. Our own measure, not law: software is quicker than a rule of law.
_STEPS: Final[Mapping[Owner, int]] = {"it_unit": 1, "resolving_agency": 2, "database_owner": 3, "lawmaker": 5}


@dataclass(frozen=True, slots=True)
class Blocker:
    """What would have to change to make the service full-process, and who can change it.

    ``cause`` is the finding, ``fact`` the condition of law it breaks, ``lawful`` whether the law lets it stay so.
    """

    cause: str
    fact: str
    owner: Owner
    lawful: bool
    article: str
    basis: str

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The level of a procedure by the law of a day, why, and what stands between it and full."""

    level: Level
    instrument: str
    reasons: tuple[dict[str, Any], ...]
    blockers: tuple[Blocker, ...]
    effort: int

    def document(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "instrument": self.instrument,
            "reasons": list(self.reasons),
            "blockers": [blocker.document() for blocker in self.blockers],
            "effort": self.effort,
        }


def judge(found: Findings, law: Law, on: date) -> Judgement:
    """Judge findings. Raises FactError when they contradict each other, NoParameterError before 15/8/2022."""
    core = assess(facts_of(found), law, on)
    blockers = tuple(_blockers(found, core))
    return Judgement(
        level=core.level,
        instrument=core.instrument,
        reasons=tuple(_reason(found, reason) for reason in core.reasons),
        blockers=blockers,
        effort=sum(_STEPS[blocker.owner] for blocker in blockers),
    )


def _reason(found: Findings, reason: Any) -> dict[str, Any]:
    causes = causes_of(found, reason.fact)
    return {
        "code": reason.code,
        "fact": reason.fact,
        "article": reason.rule.article,
        "instrument": reason.rule.instrument,
        "confidence": reason.rule.confidence,
        "vi": reason_text(reason),
        "en": reason_text(reason, english=True),
        "inputs": list(causes),
        "basis": reason.basis or "",
    }


def _blockers(found: Findings, core: Assessment) -> Iterable[Blocker]:
    for blocker in core.blockers:
        for cause in causes_of(found, blocker.fact):
            need = getattr(found, cause, None)
            owner = _OWNERS[cause]
            if cause == "originals" and found.replaced:
                # A database holds the paper (NQ 66.7/2025): what is missing is the connection, not a new law.
                owner = "database_owner"
            yield Blocker(
                cause=cause,
                fact=blocker.fact,
                owner=owner,
                lawful=blocker.lawful,
                article=f"{blocker.rule.article}, {blocker.rule.instrument}",
                basis=getattr(need, "basis", "") or "",
            )


# --- priority -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ranked:
    """A procedure in the order in which to work on it. ``ready``: its online share has reached the mark of R2.12."""

    code: str
    demand: int
    online: int
    effort: int
    score: float
    ready: bool


def score(demand: int, effort: int) -> float:
    """Dossiers a year won for each step of work: demand ÷ (1 + effort). Our own order, shown with its parts."""
    return round(demand / (1 + effort), 1)


def rank(rows: Iterable[tuple[str, int, int, int]], mark_percent: int) -> list[Ranked]:
    """(code, demand, filed online, effort) → best first; equal scores by demand, then code.

    ``mark_percent``: R2.12, TT 01/2018 art. 21(1)(c), 30 % of dossiers filed online.
    """
    found = [
        Ranked(
            code,
            demand,
            online,
            effort,
            score(demand, effort),
            demand > 0 and 100 * online >= mark_percent * demand,
        )
        for code, demand, online, effort in rows
    ]
    return sorted(found, key=lambda one: (-one.score, -one.demand, one.code))


@dataclass(frozen=True, slots=True)
class Dot:
    """A procedure in the picture: effort to the right, demand upwards (logarithmic), in the units of the drawing."""

    code: str
    x: float
    y: float
    first: bool


def picture(ranked: Sequence[Ranked], *, width: float, height: float, named: int = 8) -> list[Dot]:
    """Where each ranked procedure stands; the first ``named`` are marked. Those nobody asks for lie on the ground."""
    if not ranked:
        return []
    most = max(1, *(one.demand for one in ranked))
    furthest = max(1, *(one.effort for one in ranked))
    tall = math.log10(most + 1)
    return [
        Dot(
            one.code,
            round(width * one.effort / furthest, 1),
            round(height * (1 - math.log10(one.demand + 1) / tall), 1),
            # On the ground nobody asks: names there would only cover each other.
            place < named and one.demand > 0,
        )
        for place, one in enumerate(ranked)
    ]


# --- lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """What the new list changes. ``kind``: added, removed, raised, lowered, moved (another agency)."""

    kind: str
    code: str
    before: str
    after: str


_ORDER: Final[Mapping[str, int]] = {"information": 0, "partial": 1, "full": 2}


def differences(
    before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]
) -> list[Difference]:
    """Of two lists of code → (level, agency code), in the order of codes."""
    found = []
    for code in sorted({*before, *after}):
        old, new = before.get(code), after.get(code)
        if old is None and new is not None:
            found.append(Difference("added", code, "", new[0]))
        elif new is None and old is not None:
            found.append(Difference("removed", code, old[0], ""))
        elif old is not None and new is not None and old[0] != new[0]:
            kind = "raised" if _ORDER[new[0]] > _ORDER[old[0]] else "lowered"
            found.append(Difference(kind, code, old[0], new[0]))
        elif old is not None and new is not None and old[1] != new[1]:
            found.append(Difference("moved", code, old[1], new[1]))
    return found


def lateness(deadline: date, arrived: datetime | None, now: datetime) -> int:
    """Days after the deadline on which something arrived, or, not having arrived, by which it is late now; 0: in time.

    The day of the deadline itself is in time.
    """
    return max(0, (local_day(arrived or now) - deadline).days)
