"""Why a process may not be published: everything that would leave a dossier without a lawful way on. Pure.

Besides the shape of the graph, the lifecycle is walked along every path: an outcome that the law does not allow where
it stands (signing before receiving), or a path that ends while the dossier is open, is a fault of the definition and is
found here, not at somebody's desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from motcua.dossiers.lifecycle import CLOSED, EDGES, Status
from motcua.eforms.conditions import BadCondition, parse
from motcua.kernel.actors import Role
from motcua.kernel.working_time import Term
from motcua.processing.rules import ENDING, ON, OUTCOMES, PERMITS, Kind, StepSpec, UnitRule

#: A working day of internal processes, in minutes (processing.hours_per_day: 8 hours; R3.21).
DAY = 480
#: What automatic steps can do (``automatic.py`` does it), and the moves of the lifecycle that each makes; a joint dossier
#: goes the whole way by its parts.
AUTOMATIC: dict[str, tuple[str, ...]] = {
    "hand_over": ("hand_over",),
    "notify": (),
    "return_online": ("return_result",),
    "open_parts": ("hand_over", "finish", "return_result"),
}
#: The move of the lifecycle that an outcome makes (the signature finishes the dossier).
MOVES = {
    "receive": "receive",
    "refuse": "refuse",
    "reject": "reject",
    "sign": "finish",
    "return_result": "return_result",
}
#: Outcomes before which a received dossier is taken up (RECEIVED → PROCESSING) by itself.
_TAKES_UP = frozenset({"propose", "complete", "approve", "send_back", "reject", "sign"})


#: Roles that hold posts in which dossiers are worked on.
_ROLES = frozenset({Role.ONE_STOP, Role.CIVIL_SERVANT, Role.HEAD})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a process may not be published: a code the face words, the step, and what exactly."""

    code: str
    step: str
    detail: str = ""


def problems(steps: Sequence[StepSpec]) -> list[Problem]:
    """Everything that is wrong with a definition, in the order of its table; empty: it may be published."""
    if not steps:
        return [Problem("empty", "")]
    found = [*_rows(steps), *_references(steps)]
    if found:
        return found  # the walks below need a graph that hangs together
    found = [*_reach(steps), *_branches(steps)]
    return found or list(_lawfulness(steps))


def _rows(steps: Sequence[StepSpec]) -> Iterator[Problem]:
    """Each row by itself."""
    seen: set[str] = set()
    for step in steps:
        if step.key in seen:
            yield Problem("key_twice", step.key)
        seen.add(step.key)
        if not step.name.strip():
            yield Problem("no_name", step.key)
        if not step.outcomes:
            yield Problem("no_outcome", step.key)
        if step.working_minutes is not None and step.working_minutes <= 0:
            yield Problem("no_time", step.key)
        yield from _of_kind(step)


def _of_kind(step: StepSpec) -> Iterator[Problem]:
    match step.kind:
        case Kind.TASK:
            yield from (Problem("unknown_outcome", step.key, name) for name in set(step.outcomes) - OUTCOMES)
            yield from (Problem("unknown_permit", step.key, name) for name in set(step.permits) - PERMITS)
            if step.role not in _ROLES:
                yield Problem("no_role", step.key, step.role)
            if step.unit_rule == UnitRule.NAMED and not step.unit:
                yield Problem("no_unit_named", step.key)
        case Kind.FORK:
            if len(step.outcomes) < 2:
                yield Problem("fork_of_one", step.key)
        case Kind.JOIN:
            if set(step.outcomes) != {ON}:
                yield Problem("one_way_on", step.key)
        case Kind.AUTO:
            if step.does not in AUTOMATIC:
                yield Problem("unknown_automatic", step.key, step.does)
            if set(step.outcomes) != {ON}:
                yield Problem("one_way_on", step.key)
        case Kind.CHOICE:
            yield from _choice(step)
        case _:
            yield Problem("unknown_kind", step.key, step.kind)


def _choice(step: StepSpec) -> Iterator[Problem]:
    if len(step.outcomes) < 2 or len(set(step.outcomes) - set(step.conditions)) != 1:
        yield Problem("choice_without_otherwise", step.key)
    for name, condition in step.conditions.items():
        if name not in step.outcomes:
            yield Problem("unknown_outcome", step.key, name)
        try:
            parse(condition)
        except BadCondition as wrong:
            yield Problem("bad_condition", step.key, f"{name}: {wrong}")


def _references(steps: Sequence[StepSpec]) -> Iterator[Problem]:
    """Every key that is named is there."""
    by_key = {step.key: step for step in steps}
    for step in steps:
        for outcome, following in step.outcomes.items():
            if following is not None and following not in by_key:
                yield Problem("unknown_next", step.key, f"{outcome} → {following}")
        if step.kind == Kind.FORK and (step.join not in by_key or by_key[step.join].kind != Kind.JOIN):
            yield Problem("fork_without_join", step.key, step.join)
    joined = [step.join for step in steps if step.kind == Kind.FORK]
    for step in steps:
        if step.kind == Kind.JOIN and joined.count(step.key) != 1:
            yield Problem("join_without_fork", step.key)
    if steps[0].kind == Kind.JOIN:
        yield Problem("begins_with_join", steps[0].key)


def _reach(steps: Sequence[StepSpec]) -> Iterator[Problem]:
    """Every step is reached, and from every step an end can be."""
    by_key = {step.key: step for step in steps}
    reached = _from(by_key, [steps[0].key], set())
    yield from (Problem("unreachable", step.key) for step in steps if step.key not in reached)
    ending = {step.key for step in steps if None in step.outcomes.values()}
    while more := {step.key for step in steps if set(step.outcomes.values()) & ending} - ending:
        ending |= more
    yield from (Problem("never_ends", step.key) for step in steps if step.key in reached - ending)
    by_itself = {step.key: step for step in steps if step.kind != Kind.TASK}
    for step in by_itself.values():
        if step.key in _from(by_itself, step.following, set()):
            yield Problem("circle_without_task", step.key)


def _from(by_key: dict[str, StepSpec], start: Iterable[str], stop: set[str]) -> set[str]:
    """Keys reached from ``start``, without walking through those in ``stop``."""
    reached: set[str] = set()
    frontier = list(start)
    while frontier:
        key = frontier.pop()
        if key in reached or key in stop or key not in by_key:
            continue
        reached.add(key)
        frontier += by_key[key].following
    return reached


def inside(steps: Sequence[StepSpec], fork: StepSpec) -> set[str]:
    """Keys of the steps between a fork and its join."""
    return _from({step.key: step for step in steps}, fork.following, {fork.join})


def branches(steps: Sequence[StepSpec], fork: StepSpec) -> dict[str, set[str]]:
    """The branches of a fork: the key of the first step of each to the keys of all its steps; an empty one has none."""
    by_key = {step.key: step for step in steps}
    return {key: _from(by_key, [key], {fork.join}) for key in fork.following}


def _branches(steps: Sequence[StepSpec]) -> Iterator[Problem]:
    """What lies between a fork and its join is entered by the fork and left by the join only."""
    by_key = {step.key: step for step in steps}
    for fork in (step for step in steps if step.kind == Kind.FORK):
        within = inside(steps, fork)
        if fork.key in within:
            yield Problem("branch_leaves", fork.key, fork.key)
            continue
        for step in steps:
            if step.key in within:
                for outcome, following in step.outcomes.items():
                    if following is None and outcome not in ENDING:
                        yield Problem("ends_in_branch", step.key, outcome)
                moving = {"receive", "sign", "return_result"} & set(step.outcomes)
                if moving or step.does == "return_online":
                    yield Problem("moves_in_branch", step.key, ", ".join(sorted(moving)) or step.does)
            elif step.key != fork.key and (entered := set(step.following) & within):
                yield Problem("branch_entered", step.key, ", ".join(sorted(entered)))
        each = [_from(by_key, [key], {fork.join}) for key in fork.following]
        for number, branch in enumerate(each):
            if any(branch & other for other in each[:number]):
                yield Problem("branches_meet", fork.key)
        # A way to the join that comes from outside the branches would be counted as one of them.
        for step in steps:
            if fork.join in step.following and step.key not in within | {fork.key}:
                yield Problem("branch_entered", step.key, fork.join)


def _moved(outcome: str, status: Status) -> Status | None:
    """The status after an outcome, or None where the law opens no such way."""
    if outcome in _TAKES_UP and status == Status.RECEIVED:
        status = Status.PROCESSING
    move = MOVES.get(outcome)
    return status if move is None else _edge(status, move)


def _edge(status: Status, move: str) -> Status | None:
    return next((edge.after for edge in EDGES if edge.before == status and edge.action == move), None)


def walk(steps: Sequence[StepSpec]) -> tuple[dict[str, set[Status]], list[Problem]]:
    """In which statuses each step is met, and the outcomes that would be unlawful there."""
    by_key = {step.key: step for step in steps}
    met: dict[str, set[Status]] = {step.key: set() for step in steps}
    found: list[Problem] = []
    frontier = [(steps[0].key, Status.REGISTERED)]
    while frontier:
        key, status = frontier.pop()
        if status in met[key]:
            continue
        met[key].add(status)
        step = by_key[key]
        for outcome, following in step.outcomes.items():
            after = _automatic(step, status) if step.kind == Kind.AUTO else _moved(outcome, status)
            if after is None:
                found.append(Problem("unlawful", key, f"{step.does or outcome}: {int(status)}"))
            elif following is not None:
                frontier.append((following, after))
            elif after not in CLOSED:
                found.append(Problem("ends_open", key, f"{outcome}: {int(after)}"))
    return met, found


def _automatic(step: StepSpec, status: Status) -> Status | None:
    at: Status | None = status
    for move in AUTOMATIC[step.does]:
        at = _edge(at, move) if at is not None else None
    return at


def _lawfulness(steps: Sequence[StepSpec]) -> Iterator[Problem]:
    yield from sorted(set(walk(steps)[1]), key=lambda p: [step.key for step in steps].index(p.step))


def longest(steps: Sequence[StepSpec]) -> int:
    """Working minutes of the longest way from receipt to signature; steps without a time of their own count nothing.

    Ways back (to a row at or above one's own) are not counted: a plan has no repetitions.
    """
    order = {step.key: number for number, step in enumerate(steps)}
    counted = {
        key for key, statuses in walk(steps)[0].items() if statuses & {Status.RECEIVED, Status.PROCESSING}
    }
    total: dict[str, int] = {}
    for step in reversed(steps):
        ahead = [total[key] for key in step.following if order[key] > order[step.key] and key in counted]
        total[step.key] = (step.working_minutes or 0) + max(ahead, default=0)
    return max((total[key] for key in counted), default=0)


def term_minutes(term: Term) -> int:
    """A legal term in working minutes, for comparing plans with it: a week of calendar days holds five that work."""
    match term.unit:
        case "minutes":
            return term.value
        case "wh":
            return term.value * 60
        case "same-day":
            return DAY
        case "wd":
            return term.value * DAY
        case "d":
            return term.value * DAY * 5 // 7
        case "month":
            return term.value * DAY * 21


def over_term(steps: Sequence[StepSpec], term: Term | None) -> list[Problem]:
    """The durations do not sum up within the legal limit."""
    if term is None:
        return []
    planned, allowed = longest(steps), term_minutes(term)
    return [Problem("over_term", "", f"{planned} > {allowed}")] if planned > allowed else []
