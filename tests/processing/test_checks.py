"""What may not be published: each fault a row, and the walk of the lifecycle along every path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers.lifecycle import Status
from motcua.kernel.working_time import parse_term
from motcua.processing.checks import Problem, longest, over_term, problems, term_minutes, walk
from motcua.processing.definitions import DEFAULT
from motcua.processing.joint.process import JOINT
from motcua.processing.rules import Policy, StepSpec


def task(key: str, outcomes: dict[str, str | None], *, minutes: int | None = 60, **more: Any) -> StepSpec:
    return StepSpec(0, key, key.title(), "", "civil_servant", "responsible", minutes, outcomes, **more)


def fork(key: str, join: str, *branches: str) -> StepSpec:
    return StepSpec(
        0,
        key,
        key,
        "",
        "",
        "responsible",
        None,
        dict(zip("abcd", branches, strict=False)),
        kind="fork",
        join=join,
    )


def join(key: str, following: str) -> StepSpec:
    return StepSpec(0, key, key, "", "", "responsible", None, {"on": following}, kind="join")


def choice(key: str, conditions: dict[str, Any], **outcomes: str | None) -> StepSpec:
    return StepSpec(0, key, key, "", "", "responsible", None, outcomes, kind="choice", conditions=conditions)


BLANK = {"field": "x", "op": "blank"}


def auto(key: str, does: str, following: str | None) -> StepSpec:
    return StepSpec(0, key, key, "", "", "responsible", None, {"on": following}, kind="auto", does=does)


RECEIVE = task("receive", {"receive": "appraise", "refuse": None})
SIGN = task("sign", {"sign": "give", "send_back": "appraise"})
GIVE = task("give", {"return_result": None})
#: Opinions of two units at once, between receipt and draft.
PARALLEL = (
    RECEIVE,
    fork("appraise", "met", "land", "fire"),
    task("land", {"complete": "met"}),
    task("fire", {"complete": "fire2", "reject": None}, minutes=100),
    task("fire2", {"approve": "met", "send_back": "fire"}, minutes=30),
    join("met", "draft"),
    task("draft", {"propose": "sign", "reject": None}),
    SIGN,
    GIVE,
)  # fmt: skip


def codes(*steps: StepSpec) -> set[str]:
    return {problem.code for problem in problems(steps)}


DRAFT = task("draft", {"propose": "sign", "reject": None})
#: Everything a process may have: steps of the system, a choice of three, a unit by name, a step of a minute.
EVERYTHING = (
    RECEIVE,
    auto("appraise", "hand_over", "told"),
    auto("told", "notify", "kind"),
    choice("kind", {"a": BLANK, "b": BLANK}, a="draft", b="look", c="draft"),
    task("look", {"complete": "draft", "send_back": "kind"}, minutes=1, permits=("consult",)),
    replace(DRAFT, unit_rule="named", unit="KT"),
    replace(SIGN, outcomes={"sign": "online", "send_back": "draft"}),
    auto("online", "return_online", None),
)


#: A choice takes nothing up: what comes after it may still be handed over.
CHOSEN = (
    RECEIVE,
    choice("appraise", {"a": BLANK}, a="over", b="over"),
    auto("over", "hand_over", "draft"),
    DRAFT,
    replace(SIGN, outcomes={"sign": "give", "send_back": "draft"}),
    replace(GIVE, join="met"),  # says nothing: only a fork has a join
)


#: Two look at it before it is received, and either may refuse it.
LOOKED_AT = (
    fork("first", "met", "one", "two"),
    task("one", {"complete": "met", "refuse": None}),
    task("two", {"complete": "met", "refuse": None}),
    join("met", "receive"),
    RECEIVE,
    task("appraise", {"propose": "sign", "reject": None}),
    SIGN,
    GIVE,
)


@pytest.mark.parametrize("steps", [DEFAULT, PARALLEL, EVERYTHING, CHOSEN, LOOKED_AT, JOINT])
def test_what_is_lawful_may_be_published(steps: tuple[StepSpec, ...]) -> None:
    assert problems(steps) == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((), "empty"),
        ((*DEFAULT, DEFAULT[0]), "key_twice"),
        ((replace(DEFAULT[0], name=" "), *DEFAULT[1:]), "no_name"),
        ((replace(DEFAULT[0], outcomes={}), *DEFAULT[1:]), "no_outcome"),
        ((replace(DEFAULT[0], working_minutes=0), *DEFAULT[1:]), "no_time"),
        ((replace(DEFAULT[0], outcomes={"dance": None}), *DEFAULT[1:]), "unknown_outcome"),
        ((replace(DEFAULT[0], permits=("dance",)), *DEFAULT[1:]), "unknown_permit"),
        ((replace(DEFAULT[0], role=""), *DEFAULT[1:]), "no_role"),
        ((replace(DEFAULT[0], role="operator"), *DEFAULT[1:]), "no_role"),
        ((replace(DEFAULT[0], unit_rule="named"), *DEFAULT[1:]), "no_unit_named"),
        ((replace(DEFAULT[0], kind="dream"), *DEFAULT[1:]), "unknown_kind"),
        ((replace(DEFAULT[0], outcomes={"receive": "nowhere"}), *DEFAULT[1:]), "unknown_next"),
        ((RECEIVE, task("appraise", {"propose": "sign"}), SIGN, GIVE, task("island", {"complete": "give"})), "unreachable"),
        ((RECEIVE, task("appraise", {"complete": "round"}), task("round", {"complete": "appraise"})), "never_ends"),
        (
            (RECEIVE, choice("appraise", {"a": BLANK}, a="again", b="draft"), auto("again", "notify", "appraise"), DRAFT, SIGN, GIVE),
            "circle_without_task",
        ),
        ((RECEIVE, auto("appraise", "fly", "draft"), task("draft", {"reject": None})), "unknown_automatic"),
        ((RECEIVE, choice("appraise", {}, a="draft", b="draft"), task("draft", {"reject": None})), "choice_without_otherwise"),
        ((RECEIVE, choice("appraise", {"a": {"field": 3}}, a="draft", b="draft"), task("draft", {"reject": None})), "bad_condition"),
        ((RECEIVE, choice("appraise", {}, a="draft"), DRAFT, SIGN, GIVE), "choice_without_otherwise"),
        ((RECEIVE, choice("appraise", {"a": BLANK, "b": BLANK}, a="draft", b="draft"), DRAFT, SIGN, GIVE), "choice_without_otherwise"),
        ((RECEIVE, choice("appraise", {"a": BLANK, "z": BLANK}, a="draft", b="draft"), DRAFT, SIGN, GIVE), "unknown_outcome"),
        ((RECEIVE, replace(auto("appraise", "notify", "draft"), outcomes={"on": "draft", "off": "draft"}), DRAFT, SIGN, GIVE), "one_way_on"),
        ((*PARALLEL[:5], replace(join("met", "draft"), outcomes={"on": "draft", "off": "draft"}), DRAFT, SIGN, GIVE), "one_way_on"),
        ((PARALLEL[5], *PARALLEL[:5], *PARALLEL[6:]), "begins_with_join"),
        # The lifecycle: signing what was never received, ending what is still open, receiving twice.
        ((task("first", {"sign": "give"}), GIVE), "unlawful"),
        ((task("receive", {"receive": None}),), "ends_open"),
        ((RECEIVE, task("appraise", {"receive": None})), "unlawful"),
        ((RECEIVE, auto("appraise", "return_online", None)), "unlawful"),
        ((auto("first", "hand_over", "receive"), RECEIVE, task("appraise", {"reject": None})), "unlawful"),
        ((auto("first", "open_parts", "receive"), RECEIVE, task("appraise", {"reject": None})), "unlawful"),
        ((RECEIVE, auto("appraise", "hand_over", None)), "ends_open"),
        # Branches.
        ((RECEIVE, fork("appraise", "met", "land"), task("land", {"complete": "met"}), join("met", "draft"), task("draft", {"reject": None})), "fork_of_one"),
        ((*PARALLEL[:2], task("land", {"complete": "nowhere"}), *PARALLEL[3:]), "unknown_next"),
        ((RECEIVE, fork("appraise", "draft", "land", "fire"), *PARALLEL[2:5], auto("met", "notify", "draft"), DRAFT, SIGN, GIVE), "fork_without_join"),
        ((RECEIVE, fork("appraise", "nowhere", "land", "fire"), *PARALLEL[2:5], auto("met", "notify", "draft"), DRAFT, SIGN, GIVE), "fork_without_join"),
        ((*PARALLEL, join("lonely", "draft")), "join_without_fork"),
        ((*PARALLEL[:2], task("land", {"complete": "draft"}), *PARALLEL[3:]), "branch_leaves"),
        ((*PARALLEL[:2], task("land", {"complete": "fire2"}), *PARALLEL[3:]), "branches_meet"),
        ((*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "land"}), SIGN, GIVE), "branch_entered"),
        ((*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "met"}), SIGN, GIVE), "branch_entered"),
        ((*PARALLEL[:2], task("land", {"complete": "met", "send_back": "appraise"}), *PARALLEL[3:]), "branch_leaves"),
        ((*PARALLEL[:2], task("land", {"sign": "met"}), *PARALLEL[3:]), "moves_in_branch"),
        ((*PARALLEL[:2], task("land", {"return_result": "met"}), *PARALLEL[3:]), "moves_in_branch"),
        ((*PARALLEL[:2], task("land", {"receive": "met"}), *PARALLEL[3:]), "moves_in_branch"),
        ((*PARALLEL[:2], auto("land", "return_online", "met"), *PARALLEL[3:]), "moves_in_branch"),
        ((*PARALLEL[:2], task("land", {"complete": "met", "approve": None}), *PARALLEL[3:]), "ends_in_branch"),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_nothing_else(steps: tuple[StepSpec, ...], code: str) -> None:
    assert codes(*steps) == {code}, problems(steps)


@pytest.mark.parametrize("outcome", ["propose", "complete", "approve", "send_back", "sign"])
def test_whatever_is_done_to_a_received_dossier_takes_it_up(outcome: str) -> None:
    """Once anybody has worked on it there is nothing left to hand over (NĐ 118/2025 art. 18)."""
    worked = task("appraise", {outcome: "again", "reject": None})
    steps = (RECEIVE, worked, auto("again", "hand_over", "end"), task("end", {"reject": None}))
    assert Problem("unlawful", "again", f"hand_over: {int(Status.FINISHED if outcome == 'sign' else Status.PROCESSING)}") in problems(steps)  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            (*PARALLEL[:2], task("land", {"sign": "met", "receive": "met"}), *PARALLEL[3:]),
            Problem("moves_in_branch", "land", "receive, sign"),
        ),
        (
            (*PARALLEL[:2], auto("land", "return_online", "met"), *PARALLEL[3:]),
            Problem("moves_in_branch", "land", "return_online"),
        ),
        (
            (*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "land", "reject": "fire"}), SIGN, GIVE),
            Problem("branch_entered", "draft", "fire, land"),
        ),
        (
            (*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "met"}), SIGN, GIVE),
            Problem("branch_entered", "draft", "met"),
        ),
        ((PARALLEL[5], *PARALLEL[:5], *PARALLEL[6:]), Problem("begins_with_join", "met")),
        ((task("receive", {"receive": None}),), Problem("ends_open", "receive", "receive: 2")),
        ((RECEIVE, auto("appraise", "hand_over", None)), Problem("ends_open", "appraise", "on: 4")),
        ((task("first", {"sign": "give"}), GIVE), Problem("unlawful", "first", "sign: 1")),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_what(steps: tuple[StepSpec, ...], expected: Problem) -> None:
    assert expected in problems(steps)


def test_faults_come_in_the_order_of_the_table() -> None:
    steps = (
        RECEIVE,
        task("appraise", {"receive": "end", "complete": "end"}),
        task("end", {"complete": None}),
    )
    assert [problem.step for problem in problems(steps)] == ["appraise", "end"]
    # A fork whose branches run back into it does not keep the others from being looked at.
    forks = (
        *PARALLEL[:2],
        task("land", {"complete": "met", "send_back": "appraise"}),
        *PARALLEL[3:6],
        fork("draft", "met2", "one", "two"),
        task("one", {"complete": "met2", "approve": None}),
        task("two", {"complete": "met2"}),
        join("met2", "end"),
        task("end", {"propose": "sign", "reject": None}),
        SIGN,
        GIVE,
    )
    assert problems(forks) == [Problem("branch_leaves", "appraise", "appraise"), Problem("ends_in_branch", "one", "approve")]  # fmt: skip


def test_every_way_back_is_walked_too() -> None:
    met, wrong = walk(DEFAULT)
    assert wrong == []
    assert met["appraise"] == {Status.RECEIVED, Status.PROCESSING}
    assert met["return"] == {Status.FINISHED}


def test_a_plan_is_as_long_as_its_longest_branch() -> None:
    # fire 100 + fire2 30, draft 60, sign 60; receipt and return are outside the term.
    assert longest(PARALLEL) == 250
    assert over_term(PARALLEL, parse_term("4wh")) == [Problem("over_term", "", "250 > 240")]
    assert over_term(PARALLEL, parse_term("250minutes")) == []
    assert over_term(PARALLEL, parse_term("249minutes")) != []
    assert over_term(PARALLEL, parse_term("1wd")) == []
    assert over_term(PARALLEL, None) == []


def test_a_plan_may_begin_anywhere_in_its_table() -> None:
    """A step without minutes costs nothing, a way back is not counted, and what comes before receipt is no part of it."""
    before = task("ask", {"complete": "receive"}, minutes=5000)
    long_way = (
        before,
        RECEIVE,
        task("appraise", {"complete": "kind"}, minutes=20),
        choice("kind", {"a": BLANK}, a="far", b="near"),
        task("near", {"complete": "draft"}, minutes=10),
        task("far", {"complete": "draft", "send_back": "kind", "propose": "far"}, minutes=300),
        replace(DRAFT, working_minutes=None),
        replace(SIGN, outcomes={"sign": "give", "send_back": "far"}),
        replace(GIVE, working_minutes=7000),
    )
    assert problems(long_way) == []
    assert longest(long_way) == 380
    # One row, worked on once received.
    assert longest((RECEIVE, task("appraise", {"reject": None}, minutes=90))) == 90
    assert longest((task("receive", {"refuse": None}),)) == 0


@pytest.mark.parametrize(
    ("term", "minutes"),
    [
        ("45minutes", 45),
        ("4wh", 240),
        ("same-day", 480),
        # Eight working hours are a day (R3.21); a week of calendar days holds five that work, a month 21.
        ("3wd", 1440),
        ("7d", 2400),
        ("10d", 3428),
        ("2month", 20160),
    ],
)
def test_a_legal_term_in_working_minutes(term: str, minutes: int) -> None:
    assert term_minutes(parse_term(term)) == minutes


KEYS = ["receive", "a", "b", "c", "d"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[StepSpec, ...]:
    """Tasks wired at random: most are faulty, and those that pass must keep the promise below."""
    wired = st.one_of(st.none(), st.sampled_from(KEYS))
    return tuple(
        task(key, draw(st.dictionaries(st.sampled_from(["receive", "refuse", "propose", "complete", "sign", "send_back", "reject", "return_result"]), wired, min_size=1, max_size=3)))
        for key in KEYS
    )  # fmt: skip


@given(graphs(), st.data())
def test_whoever_walks_a_published_process_is_always_lawful_and_can_always_end(
    steps: tuple[StepSpec, ...], data: st.DataObject
) -> None:
    if problems(steps):
        return
    by_key = {step.key: step for step in steps}
    statuses = walk(steps)[0]
    key: str | None = steps[0].key
    for _ in range(12):
        assert key is not None
        assert statuses[key]
        outcome = data.draw(st.sampled_from(sorted(by_key[key].outcomes)))
        key = by_key[key].outcomes[outcome]
        if key is None:
            break


def test_a_policy_reads_what_it_writes() -> None:
    policy = Policy.read({"ineligible_within": "5wd", "silence_closes": "15wd", "after_supplement": "resume"})
    assert Policy.read(policy.written()) == policy
    assert Policy.read({}) == Policy()
    assert Policy().written() == {}
    for wrong in ({"after_supplement": "dance"}, {"silence": "15wd"}, {"silence_closes": "soon"}):
        with pytest.raises(ValueError):
            Policy.read(wrong)
