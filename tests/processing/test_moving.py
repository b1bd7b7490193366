"""Moving what stands in branches: where each open step goes on, why not, and that the join there waits for what is to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.working_time import add_minutes
from motcua.organisations.queries import calendar_for
from motcua.processing import actions
from motcua.processing.checks import problems
from motcua.processing.definitions import DEFAULT, process, publish
from motcua.processing.models import StepRun
from motcua.processing.moving import At, ForkAt, Placement, choices, place, standing
from motcua.processing.rules import ENDING, ON, Kind, Process, StepSpec
from motcua.processing.runs import FORKED
from motcua.processing.tables import Table
from tests import factories
from tests.factories import MARITAL, World, refusal
from tests.processing import made
from tests.processing.test_checks import fork, join
from tests.processing.test_engine import BRANCHED, complete, open_keys, received, run_of, step

WHY = "Quyết định mới sửa quy trình nội bộ."


def work(key: str, onward: str) -> StepSpec:
    return step(key, "civil_servant", "responsible", {"complete": onward})


FIRST = step("receive", "one_stop", "one_stop", {"receive": "f", "refuse": None})
LAST = (
    step("draft", "civil_servant", "responsible", {"propose": "sign", "reject": None}),
    step("sign", "head", "leaders", {"sign": "return"}),
    step("return", "one_stop", "one_stop", {"return_result": None}),
)
#: a, b, c at once; of a second form x, then y.
THREE = Process(
    1, (FIRST, fork("f", "j", "a", "b", "c"), work("a", "a2"), work("a2", "j"), work("b", "j"), work("c", "j"), join("j", "draft"), *LAST)
)  # fmt: skip
TWO = Process(2, (FIRST, fork("f", "j", "a", "b"), work("a", "j"), work("b", "j"), join("j", "draft"), *LAST))
RENAMED = Process(
    3, (FIRST, fork("f", "j", "x", "y", "z"), work("x", "j"), work("y", "j"), work("z", "j"), join("j", "draft"), *LAST)
)  # fmt: skip
PLAIN = Process(
    4, (replace(FIRST, outcomes={"receive": "a", "refuse": None}), work("a", "b"), work("b", "draft"), *LAST)
)
#: b is in a fork of its own after the first; and nested: (p, q) inside the branch of n, beside m.
TWICE = Process(
    5, (FIRST, fork("f", "j", "a", "c"), work("a", "j"), work("c", "j"), join("j", "f2"),
        fork("f2", "j2", "b", "d"), work("b", "j2"), work("d", "j2"), join("j2", "draft"), *LAST)
)  # fmt: skip
NESTED = Process(
    6, (FIRST, fork("f", "j", "n", "m"), work("n", "g"), fork("g", "k", "p", "q"), work("p", "k"), work("q", "k"),
        join("k", "o"), work("o", "j"), work("m", "j"), join("j", "draft"), *LAST)
)  # fmt: skip
NESTED_ANEW = Process(
    7, (FIRST, fork("h", "j", "g", "m"), fork("g", "k", "p", "q", "r"), work("p", "k"), work("q", "k"), work("r", "k"),
        join("k", "j"), work("m", "j"), join("j", "draft"), *LAST)
)  # fmt: skip
NESTED_ANEW = replace(
    NESTED_ANEW, steps=(replace(FIRST, outcomes={"receive": "h", "refuse": None}), *NESTED_ANEW.steps[1:])
)
IN_F = [ForkAt(10, "f")]
IN_G = [ForkAt(10, "f"), ForkAt(20, "g", 10)]


def at(*steps: str, scope: int = 10) -> list[At]:
    return [At(number, key, scope) for number, key in enumerate(steps, 1)]


def put(
    here: Process, there: Process, runs: list[At], forks: list[ForkAt] | None = None,
    status: Status = Status.PROCESSING, done: tuple[str, ...] = (), **steps: str,
) -> Placement | str:  # fmt: skip
    try:
        return place(here, there, status, runs, forks if forks is not None else IN_F, steps, done)
    except Refused as refused:
        return refused.code


@pytest.mark.parametrize(
    ("there", "runs", "steps", "done", "placed", "closed"),
    [
        (THREE, at("a", "b", "c"), {}, (), {1: "a", 2: "b", 3: "c"}, ()),
        (THREE, at("a2", "b"), {}, (), {1: "a2", 2: "b"}, ("c",)),  # c was finished, and is there too
        (THREE, at("a2"), {}, (), {1: "a2"}, ("b", "c")),
        (TWO, at("a", "b"), {}, (), {1: "a", 2: "b"}, ()),  # c was finished: not asked there
        (TWO, at("a2", "b"), {"a2": "a"}, (), {1: "a", 2: "b"}, ()),
        (RENAMED, at("a", "b", "c"), {"a": "z", "b": "x", "c": "y"}, (), {1: "z", 2: "x", 3: "y"}, ()),
        (RENAMED, at("a", "c"), {"a": "z", "c": "x"}, ("y",), {1: "z", 2: "x"}, ("y",)),
    ],
)  # fmt: skip
def test_each_open_step_goes_into_a_branch_of_its_own(
    there: Process, runs: list[At], steps: dict[str, str], done: tuple[str, ...], placed: dict[int, str], closed: Any
) -> None:  # fmt: skip
    assert put(THREE, there, runs, done=done, **steps) == Placement(placed, {10: "f"}, closed)


@pytest.mark.parametrize(
    ("there", "runs", "forks", "steps", "code"),
    [
        (TWO, at("a", "b", "c"), None, {}, "move.no_such_step"),
        (TWO, at("a", "b", "c"), None, {"c": "a"}, "move.same_branch"),
        (THREE, at("a", "b"), None, {"b": "a2"}, "move.same_branch"),
        (THREE, at("a", "b"), None, {"b": "a"}, "move.same_branch"),
        (THREE, at("a", "b", "c"), None, {"b": ""}, "move.left"),
        (THREE, at("a"), None, {"a": "f"}, "move.no_such_step"),
        (PLAIN, at("a", "b", "c"), None, {"c": "draft"}, "move.no_fork"),
        (PLAIN, at("a"), None, {}, "move.no_fork"),  # the last one open as well: said, not guessed
        (TWICE, at("a", "b"), None, {}, "move.other_forks"),
        (RENAMED, at("a", "b"), None, {"a": "x", "b": "y"}, "move.branch_open"),
        (THREE, at("draft", scope=0), None, {"draft": "b"}, "move.into_branch"),
        (NESTED, at("a", "b"), None, {"a": "p", "b": "q"}, "move.into_branch"),
        (THREE, at("a", "b", "c"), None, {"a": "receive"}, "move.unlawful"),
        (THREE, at("draft", scope=0), None, {"draft": "return"}, "move.unlawful"),
        (THREE, [], None, {}, "move.nothing_open"),
    ],
)  # fmt: skip
def test_what_could_not_go_on_there_says_why(
    there: Process, runs: list[At], forks: list[ForkAt] | None, steps: dict[str, str], code: str
) -> None:
    assert put(THREE, there, runs, forks, **steps) == code


def test_nested_branches_go_into_nested_ones() -> None:
    runs = [At(1, "p", 20), At(2, "q", 20), At(3, "m", 10)]
    assert put(NESTED, NESTED, runs, IN_G) == Placement({1: "p", 2: "q", 3: "m"}, {10: "f", 20: "g"}, ())
    assert put(NESTED, NESTED_ANEW, runs, IN_G) == "move.branch_open"
    moved = put(NESTED, NESTED_ANEW, runs, IN_G, done=("r",))
    assert moved == Placement({1: "p", 2: "q", 3: "m"}, {10: "h", 20: "g"}, ("r",))
    # Of the inner ones only q is open; p was finished, and the outer m too.
    moved = put(NESTED, NESTED_ANEW, [At(1, "q", 20)], IN_G, done=("r",))
    assert moved == Placement({1: "q"}, {10: "h", 20: "g"}, ("m", "p", "r"))
    assert put(NESTED, NESTED, [At(1, "p", 20), At(2, "q", 20)], IN_G, p="n", q="m") == "move.no_fork"
    assert put(NESTED, TWO, [At(1, "o", 10), At(2, "m", 10)], IN_F, o="b", m="a") == Placement(
        {1: "b", 2: "a"}, {10: "f"}, ()
    )


@pytest.mark.parametrize(
    ("status", "resume", "works", "key", "lawful"),
    [
        (Status.REGISTERED, None, Status.REGISTERED, "receive", True),
        (Status.REGISTERED, None, Status.REGISTERED, "draft", False),
        (Status.RECEIVED, None, Status.RECEIVED, "draft", True),
        (Status.PROCESSING, None, Status.PROCESSING, "sign", True),
        (Status.PROCESSING, None, Status.PROCESSING, "receive", False),
        (Status.SUPPLEMENT, 1, Status.REGISTERED, "receive", True),
        (Status.SUPPLEMENT, 1, Status.REGISTERED, "draft", False),
        (Status.SUPPLEMENT, 4, Status.PROCESSING, "draft", True),
        (Status.FINANCIAL_DUTY, None, Status.PROCESSING, "draft", True),
        (Status.FINISHED, None, Status.FINISHED, "return", True),
        (Status.FINISHED, None, Status.FINISHED, "sign", False),
    ],
)  # fmt: skip
def test_a_dossier_goes_on_only_where_its_status_is_met(
    status: Status, resume: int | None, works: Status, key: str, lawful: bool
) -> None:
    assert standing(status, resume) == works
    placed = put(TWO, TWO, [At(1, "draft")], [], status=works, draft=key)
    assert (placed == "move.unlawful") is not lawful


# --- against playing the game of tokens --------------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A step that is open in the game, and the forks it came through, outermost first, each with its branch."""

    key: str
    line: tuple[tuple[str, str], ...] = ()


def onward(here: Process, key: str | None, line: tuple[tuple[str, str], ...]) -> Iterator[set[Token]]:
    """What may be open after coming to a step; a join ends a way, whoever comes last goes on (:func:`play`)."""
    if key is None:
        yield set()
        return
    spec = here.step(key)
    match spec.kind:
        case Kind.TASK:
            yield {Token(key, line)}
        case Kind.JOIN:
            yield {Token(key, line)}
        case Kind.FORK:
            ways: list[set[Token]] = [set()]
            for first in spec.following:
                ways = [
                    one | more for one in ways for more in onward(here, first, (*line, (spec.key, first)))
                ][:8]
            yield from ways
        case _:
            for outcome, following in spec.outcomes.items():
                if outcome not in ENDING:
                    yield from onward(here, following, line)


def settled(here: Process, tokens: frozenset[Token]) -> Iterator[frozenset[Token]]:
    """Joins passed: a token that waits at one is gone, and when none of its fork is open any more, the join goes on."""
    waiting = next((token for token in tokens if here.step(token.key).kind == Kind.JOIN), None)
    if waiting is None:
        yield tokens
        return
    rest = tokens - {waiting}
    depth = len(waiting.line)
    fork_ = tuple(part[0] for part in waiting.line)
    outer = waiting.line[:-1]
    open_ = any(
        token.line[: depth - 1] == outer
        and len(token.line) >= depth
        and token.line[depth - 1][0] == fork_[-1]
        for token in rest
    )
    if open_:
        yield from settled(here, rest)
        return
    for after in onward(here, here.step(waiting.key).outcomes[ON], outer):
        yield from settled(here, rest | after)


def play(here: Process, limit: int = 400) -> set[frozenset[Token]]:
    """Every set of steps that can be open at once, the slow and obvious way."""
    seen: set[frozenset[Token]] = set()
    frontier = [
        one for start in onward(here, here.steps[0].key, ()) for one in settled(here, frozenset(start))
    ]
    while frontier and len(seen) < limit:
        tokens = frontier.pop()
        if tokens in seen:
            continue
        seen.add(tokens)
        for token in tokens:
            for outcome, following in here.step(token.key).outcomes.items():
                if outcome in ENDING:
                    continue
                for after in onward(here, following, token.line):
                    frontier += settled(here, tokens - {token} | after)
    return seen


def as_rows(tokens: frozenset[Token]) -> tuple[list[At], list[ForkAt]]:
    """Open steps and the forks around them, as the database has them."""
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    forks: list[ForkAt] = []
    runs: list[At] = []
    for token in sorted(tokens, key=lambda one: one.key):
        scope = 0
        for depth in range(len(token.line)):
            path = (*token.line[:depth], (token.line[depth][0], ""))
            if path not in numbers:
                numbers[path] = 1000 + len(numbers)
                forks.append(ForkAt(numbers[path], token.line[depth][0], scope))
            scope = numbers[path]
        runs.append(At(len(runs) + 1, token.key, scope))
    return runs, forks


@st.composite
def forked(draw: st.DrawFn) -> Process:
    """Receive, blocks of which the first is a fork, draft, sign, return. A branch is a block or two, some of them forks."""
    rows: list[StepSpec] = []

    def blocks(onward: str, depth: int, least: int = 1) -> str:
        for number in range(draw(st.integers(least, 2))):
            split = (depth == 0 and number == 0) or (depth < 2 and draw(st.integers(0, 3)) == 0)
            onward = split_up(onward, depth) if split else single(onward)
        return onward

    def single(onward: str) -> str:
        rows.append(work(f"t{len(rows)}", onward))
        return rows[-1].key

    def split_up(onward: str, depth: int) -> str:
        rows.append(join(f"j{len(rows)}", onward))
        met = rows[-1].key
        firsts = [blocks(met, depth + 1) for _ in range(draw(st.integers(2, 3)))]
        rows.append(fork(f"f{len(rows)}", met, *firsts))
        return rows[-1].key

    first = blocks("draft", 0)
    return Process(1, (replace(FIRST, outcomes={"receive": first, "refuse": None}), *reversed(rows), *LAST))


def processes(table: Table) -> Process:
    return Process(1, table.steps)


SLOW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
#: Steps of other statuses; the table of statuses has those.
OUT = {"receive", "give", "sign", "return"}


def stands(here: Process) -> list[frozenset[Token]]:
    """What can be open at once, most first."""
    found = (one for one in play(here) if one and not {token.key for token in one} & OUT)
    return sorted(found, key=lambda one: (-len(one), sorted(token.key for token in one)))


@SLOW
@given(made.tables().map(processes) | forked(), st.data())
def test_whatever_stands_in_a_process_can_be_moved_to_the_same_one(
    here: Process, data: st.DataObject
) -> None:
    assert not problems(here.steps)
    for tokens in data.draw(st.permutations(stands(here)))[:10]:
        runs, forks = as_rows(tokens)
        placed = place(here, here, Status.PROCESSING, runs, forks, {})
        assert placed.steps == {run.run: run.step for run in runs}
        assert placed.forks == {fork_.run: fork_.step for fork_ in forks}


@SLOW
@given(forked(), forked(), st.booleans(), st.data())
def test_what_is_taken_can_stand_like_that_in_the_other_process(
    here: Process, other: Process, same: bool, data: st.DataObject
) -> None:
    """Whatever mapping is taken gives steps that can be open at once there, so the join is passed when all have come."""
    there = here if same else other
    reachable = {frozenset(token.key for token in one) for one in play(there, 4000)}
    targets = [row.key for row in there.steps if row.kind == Kind.TASK and row.key not in OUT]
    done = [row.key for row in choices(there)]
    for tokens in data.draw(st.permutations(stands(here)[:12]))[:6]:
        runs, forks = as_rows(tokens)
        for ways in data.draw(
            st.lists(st.lists(st.sampled_from(targets), min_size=len(runs), max_size=len(runs)), max_size=12)
        ):
            try:
                placed = place(
                    here, there, Status.PROCESSING, runs, forks,
                    {run.step: way for run, way in zip(runs, ways, strict=True)}, done,
                )  # fmt: skip
            except Refused:
                continue
            assert len(set(placed.steps.values())) == len(runs)
            assert frozenset(placed.steps.values()) in reachable


# --- as it is done -----------------------------------------------------------------------------------------------

ANEW = tuple(
    replace(one, working_minutes=120, name=f"{one.name} mới") if one.key in ("culture", "department") else one
    for one in BRANCHED
)


def versions(world: World, steps: tuple[StepSpec, ...] = ANEW) -> tuple[Dossier, int]:
    """A dossier in three branches of the first version, and the second version."""
    publish(case=world.case(MARITAL), name="Có nhánh", steps=BRANCHED, now=world.now)
    dossier = received(world)
    return dossier, publish(case=world.case(MARITAL), name="Sửa", steps=steps, now=world.now).pk


def move(world: World, dossier: Dossier, version: int, who: str = "tuan", **more: Any) -> Dossier:
    given = {"steps": {}, "reason": WHY, "now": world.now + timedelta(hours=2), **more}
    return actions.move_version(actor=world.officer(who), dossier_id=dossier.pk, version=version, **given)


def test_all_branches_move_at_once_and_the_join_waits_for_what_is_to_come(world: World) -> None:
    dossier, version = versions(world)
    complete(world, dossier, "economy", "dung")
    complete(world, dossier, "economy-head", "dung", "approve")
    actions.claim(actor=world.officer("hoa"), run_id=run_of(dossier, "culture").pk, now=world.now)
    now = world.now + timedelta(hours=2)
    move(world, dossier, version)
    runs = list(StepRun.objects.filter(dossier=dossier, closed_at=None).select_related("step", "scope__step"))
    assert {run.step.key for run in runs} == {"culture", "department"}
    assert {run.step.process_id for run in runs} == {version}
    assert len({run.scope_id for run in runs}) == 1
    scope = runs[0].scope
    assert scope is not None
    assert (scope.step.key, scope.step.process_id, scope.outcome, scope.scope_id) == (
        "opinions",
        version,
        FORKED,
        None,
    )
    assert run_of(dossier, "culture").claimed_by_id == world.account("hoa").pk
    for run in runs:  # due anew, as a step that is opened now
        due = add_minutes(calendar_for(run.agency.code), now, 120)
        assert run.due_at == (min(due, dossier.due_at) if dossier.due_at else due)
    told = Event.objects.get(stream=dossier.stream, kind="process.moved")
    assert told.data["steps"] == {"culture": "culture", "department": "department"}
    assert told.data["done"] == ["economy"]
    complete(world, dossier, "culture", "hoa")
    assert open_keys(dossier) == {"department"}
    complete(world, dossier, "department", "hai")
    assert open_keys(dossier) == {"draft"}
    assert run_of(dossier, "draft").scope_id is None


def test_a_version_without_the_fork_is_refused_and_nothing_is_changed(world: World) -> None:
    dossier, version = versions(world, DEFAULT)
    before = list(StepRun.objects.filter(dossier=dossier).order_by("pk").values())
    with refusal(Refused) as refused:
        move(
            world,
            dossier,
            version,
            steps={"culture": "appraise", "economy": "appraise", "department": "appraise"},
        )
    assert (refused.value.code, refused.value.params["step"]) == (
        "move.no_fork",
        process(version).step("appraise").name,
    )
    assert list(StepRun.objects.filter(dossier=dossier).order_by("pk").values()) == before
    assert not Event.objects.filter(stream=dossier.stream, kind="process.moved").exists()


def test_a_branch_that_is_new_has_to_be_said_to_count_as_done(world: World) -> None:
    more = (
        BRANCHED[0],
        fork("opinions", "met", "culture", "economy", "department", "land"),
        *BRANCHED[2:5],
        BRANCHED[5],
        step("land", "civil_servant", "named", {"complete": "met"}, unit="economy"),
        *BRANCHED[6:],
    )
    dossier, version = versions(world, more)
    with refusal(Refused) as refused:
        move(world, dossier, version)
    assert (refused.value.code, refused.value.params["branch"]) == ("move.branch_open", "land")
    move(world, dossier, version, done=["land"])
    for key, who, outcome in (("culture", "hoa", "complete"), ("economy", "dung", "complete"),
                              ("economy-head", "dung", "approve"), ("department", "hai", "complete")):  # fmt: skip
        assert "draft" not in open_keys(dossier)
        complete(world, dossier, key, who, outcome)
    assert open_keys(dossier) == {"draft"}


def test_what_waits_for_its_applicant_waits_on_in_every_branch(world: World) -> None:
    paid = tuple(replace(one, permits=("ask_payment",)) if one.key == "economy" else one for one in BRANCHED)
    publish(case=world.case(MARITAL), name="Có nhánh", steps=paid, now=world.now)
    dossier = received(world)
    actions.ask_payment(
        actor=world.officer("dung"),
        run_id=run_of(dossier, "economy").pk,
        amount=100_000,
        reason=WHY,
        now=world.now,
    )
    version = publish(case=world.case(MARITAL), name="Sửa", steps=paid, now=world.now).pk
    move(world, dossier, version)
    waits = StepRun.objects.filter(dossier=dossier, closed_at=None)
    assert {(run.waits_for, run.alarm_at) for run in waits} == {("applicant", None)}
    actions.confirm_duty(
        actor=world.officer("dung"), run_id=run_of(dossier, "economy").pk, now=world.now + timedelta(days=1)
    )
    assert set(waits.values_list("waits_for", flat=True)) == {""}


def test_moved_twice_and_ended_from_a_branch(world: World) -> None:
    dossier, version = versions(world)
    move(world, dossier, version)
    third = publish(case=world.case(MARITAL), name="Sửa nữa", steps=BRANCHED, now=world.now).pk
    move(world, dossier, third, now=world.now + timedelta(hours=3))
    with refusal(Conflict) as refused:
        move(world, dossier, third)
    assert refused.value.code == "move.already_there"
    with factories.after_commit():
        actions.reject(
            actor=world.officer("dung"), run_id=run_of(dossier, "economy").pk, reason=WHY,
            now=world.now + timedelta(hours=4),
        )  # fmt: skip
    assert open_keys(dossier) == set()


def test_a_dossier_whose_result_is_being_signed_stays(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    run = factories.open_run(dossier)
    version = publish(
        case=world.case(MARITAL), name="Mới", steps=process(run.step.process_id).steps, now=world.now
    )
    actions.sign(actor=world.officer("tuan"), run_id=run.pk, now=world.now + timedelta(days=1))
    with refusal(Conflict) as refused:
        move(world, dossier, version.pk, now=world.now + timedelta(days=1))
    assert refused.value.code == "result.being_signed"
