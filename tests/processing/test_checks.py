"""What may not be published: each fault a row, and the walk of the lifecycle along every path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers.lifecycle import Status
from motcua.kernel.working_time import parse_term
from motcua.processing.checks import longest, over_term, problems, walk
from motcua.processing.definitions import DEFAULT
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


def test_the_general_process_and_one_in_branches_may_be_published() -> None:
    assert problems(DEFAULT) == []
    assert problems(PARALLEL) == []


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
        ((RECEIVE, auto("appraise", "notify", "again"), auto("again", "notify", "appraise")), "never_ends"),
        ((RECEIVE, auto("appraise", "fly", "draft"), task("draft", {"reject": None})), "unknown_automatic"),
        ((RECEIVE, choice("appraise", {}, a="draft", b="draft"), task("draft", {"reject": None})), "choice_without_otherwise"),
        ((RECEIVE, choice("appraise", {"a": {"field": 3}}, a="draft", b="draft"), task("draft", {"reject": None})), "bad_condition"),
        # The lifecycle: signing what was never received, ending what is still open, receiving twice.
        ((task("first", {"sign": "give"}), GIVE), "unlawful"),
        ((task("receive", {"receive": None}),), "ends_open"),
        ((RECEIVE, task("appraise", {"receive": None})), "unlawful"),
        ((RECEIVE, auto("appraise", "return_online", None)), "unlawful"),
        # Branches.
        ((RECEIVE, fork("appraise", "met", "land"), task("land", {"complete": "met"}), join("met", "draft"), task("draft", {"reject": None})), "fork_of_one"),
        ((RECEIVE, fork("appraise", "draft", "land", "fire"), *PARALLEL[2:5], PARALLEL[6], SIGN, GIVE), "unknown_next"),
        ((RECEIVE, fork("appraise", "land", "land", "fire"), *PARALLEL[2:]), "fork_without_join"),
        ((*PARALLEL, join("lonely", "draft")), "join_without_fork"),
        ((*PARALLEL[:2], task("land", {"complete": "draft"}), *PARALLEL[3:]), "branch_leaves"),
        ((*PARALLEL[:2], task("land", {"complete": "fire2"}), *PARALLEL[3:]), "branches_meet"),
        ((*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "land"}), SIGN, GIVE), "branch_entered"),
        ((*PARALLEL[:6], task("draft", {"propose": "sign", "send_back": "met"}), SIGN, GIVE), "branch_entered"),
        ((*PARALLEL[:2], task("land", {"complete": "met", "send_back": "appraise"}), *PARALLEL[3:]), "branch_leaves"),
        ((*PARALLEL[:2], task("land", {"sign": "met"}), *PARALLEL[3:]), "moves_in_branch"),
        ((*PARALLEL[:2], task("land", {"complete": "met", "approve": None}), *PARALLEL[3:]), "ends_in_branch"),
    ],
)  # fmt: skip
def test_faults_are_found(steps: tuple[StepSpec, ...], code: str) -> None:
    assert code in codes(*steps), problems(steps)


def test_every_way_back_is_walked_too() -> None:
    met, wrong = walk(DEFAULT)
    assert wrong == []
    assert met["appraise"] == {Status.RECEIVED, Status.PROCESSING}
    assert met["return"] == {Status.FINISHED}


def test_a_plan_is_as_long_as_its_longest_branch() -> None:
    # fire 100 + fire2 30, draft 60, sign 60; receipt and return are outside the term.
    assert longest(PARALLEL) == 250
    assert over_term(PARALLEL, parse_term("4wh")) != []
    assert over_term(PARALLEL, parse_term("1wd")) == []
    assert over_term(PARALLEL, None) == []


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
