"""Rules of the review, with the article beside each case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.catalogue.eligibility import CONDITIONS, GROUNDS
from motcua.kernel.refusals import Conflict
from motcua.law.registry import load
from motcua.programme.review import rules, words
from motcua.programme.review.findings import (
    PAYMENTS,
    READINESS,
    REQUIREMENTS,
    Findings,
    Requirement,
    Unanswered,
    causes_of,
    changed,
    read,
)
from tests.programme.rounds import PRESENCE, findings

LAW = load()
D42, D224 = date(2023, 4, 10), date(2026, 8, 1)
BASED = Requirement(True, "Điều 8 Luật Công chứng", "Khoản 2")
ORDER = {"information": 0, "partial": 1, "full": 2}

CASES: list[tuple[date, dict[str, Any], str, list[tuple[str, str]]]] = [
    # NĐ 42/2022 art. 11(1)(a): information, performing, resolving, result online or by public post.
    (D42, {}, "full", []),
    (D42, {"electronic_result": False, "physical_result": BASED}, "full", []),
    (D42, {"payment": "online"}, "full", []),
    # NĐ 42/2022 art. 11(1)(b): whatever does not meet it.
    (D42, {"information_complete": False}, "partial", [("information_complete", "resolving_agency")]),
    (D42, {"electronic_form": False}, "partial", [("electronic_form", "it_unit")]),
    (D42, {"payment": "offline"}, "partial", [("payment", "it_unit")]),
    (D42, {"originals": BASED}, "partial", [("originals", "lawmaker")]),
    # NQ 66.7/2025: a database holds the paper; who keeps it has to connect it.
    (D42, {"originals": BASED, "replaced": (3,)}, "partial", [("originals", "database_owner")]),
    (D42, {"wet_signature": BASED}, "partial", [("wet_signature", "lawmaker")]),
    (D42, {"electronic_resolution": False, "electronic_result": False}, "partial",
     [("electronic_resolution", "resolving_agency")]),
    (D42, {"electronic_result": False, "result_by_post": False}, "partial", [("electronic_result", "resolving_agency")]),
    (D42, {"physical_result": BASED, "result_by_post": False}, "partial", [("result_by_post", "resolving_agency")]),
    # NĐ 42/2022 art. 11(2): presence, verification on site.
    (D42, {"presence": PRESENCE}, "partial", [("presence", "lawmaker")]),
    (D42, {"onsite": BASED}, "partial", [("onsite", "lawmaker")]),
    # Neither performed nor resolved online.
    (D42, {"electronic_form": False, "electronic_resolution": False, "electronic_result": False}, "information",
     [("electronic_form", "it_unit"), ("electronic_resolution", "resolving_agency")]),
    # NĐ 224/2026 art. 14: full by default, grounds are published.
    (D224, {}, "full", []),
    (D224, {"presence": PRESENCE}, "partial", [("presence", "lawmaker")]),
    (D224, {"technical": BASED, "fixed_by": date(2027, 3, 1)}, "partial", [("technical", "it_unit")]),
]  # fmt: skip


@pytest.mark.parametrize(("on", "given_", "level", "blockers"), CASES)
def test_levels_and_who_can_change_them(
    on: date, given_: dict[str, Any], level: str, blockers: list[tuple[str, str]]
) -> None:
    found = rules.judge(findings(**given_), LAW, on)
    assert found.level == level
    assert [(one.cause, one.owner) for one in found.blockers] == blockers
    assert all("Điều" in reason["article"] and reason["vi"] and reason["en"] for reason in found.reasons)
    assert (found.effort == 0) == (not blockers)


@pytest.mark.parametrize(
    ("on", "instrument"), [(date(2026, 6, 30), "42/2022/NĐ-CP"), (date(2026, 7, 1), "224/2026/NĐ-CP")]
)
def test_the_decree_of_the_day(on: date, instrument: str) -> None:
    assert rules.judge(findings(presence=PRESENCE), LAW, on).instrument == instrument


def test_a_partial_service_without_a_ground_must_become_full_since_2026() -> None:
    """NĐ 224/2026 art. 14."""
    codes = {reason["code"] for reason in rules.judge(findings(electronic_form=False), LAW, D224).reasons}
    assert "no_published_reason" in codes
    assert "no_published_reason" not in {
        r["code"] for r in rules.judge(findings(electronic_form=False), LAW, D42).reasons
    }


NEED = st.sampled_from([Requirement(), Requirement(True), BASED])
FINDINGS = st.builds(
    Findings,
    **{name: st.booleans() for name in READINESS},
    payment=st.sampled_from(PAYMENTS),
    **dict.fromkeys(REQUIREMENTS, NEED),
    replaced=st.sampled_from([(), (1, 2)]),
).filter(lambda found: found.electronic_resolution or not found.electronic_result)
DAYS = st.dates(date(2022, 8, 15), date(2030, 1, 1))


@given(FINDINGS, st.sampled_from(REQUIREMENTS), NEED, DAYS)
def test_adding_a_requirement_never_raises_the_level(
    found: Findings, name: str, need: Requirement, on: date
) -> None:
    if not need.required or getattr(found, name).required:
        return
    document = found.document()
    harder = read({**document, name: {"required": True, "basis": need.basis, "evidence": need.evidence}})
    before, after = rules.judge(found, LAW, on), rules.judge(harder, LAW, on)
    if name != "physical_result" or not found.result_by_post:
        assert ORDER[after.level] <= ORDER[before.level]
    if name in {"presence", "onsite", "technical"}:
        assert {b.cause for b in before.blockers} <= {b.cause for b in after.blockers}


@given(FINDINGS, DAYS)
def test_doing_what_the_blockers_say_makes_it_full(found: Findings, on: date) -> None:
    """The list of blockers is complete: nothing else stands in the way."""
    done: dict[str, Any] = found.document()
    for _ in range(3):  # a result by post asked for first, an electronic one afterwards
        for blocker in rules.judge(read(done), LAW, on).blockers:
            if blocker.cause in READINESS:
                done[blocker.cause] = True
                if blocker.cause == "electronic_result":
                    done["electronic_resolution"] = True
            elif blocker.cause == "payment":
                done["payment"] = "online"
            else:
                done[blocker.cause] = {"required": False, "basis": "", "evidence": ""}
    assert rules.judge(read(done), LAW, on).level == "full"


@given(FINDINGS, DAYS)
def test_every_unmet_fact_has_a_cause_in_words(found: Findings, on: date) -> None:
    judged = rules.judge(found, LAW, on)
    assert {b.fact for b in judged.blockers} == {
        fact for fact in (*CONDITIONS, *GROUNDS) if causes_of(found, fact) and _fails(fact, judged)
    }
    for blocker in judged.blockers:
        assert blocker.cause in words.CAUSES
        assert blocker.cause in words.CHANGES
        assert blocker.owner in words.OWNERS


def _fails(fact: str, judged: rules.Judgement) -> bool:
    return any(reason["fact"] == fact and reason["code"] != "met" for reason in judged.reasons)


@given(FINDINGS)
def test_a_document_reads_back(found: Findings) -> None:
    assert read(found.document()) == found
    assert changed(found.document(), found.document()) == []


def test_every_open_question_is_named_at_once() -> None:
    with pytest.raises(Unanswered) as open_:
        read({"payment": "cash", "fixed_by": "31/2/2027"})
    assert open_.value.faults["payment"] == "not_allowed"
    assert open_.value.faults["fixed_by"] == "bad_date"
    assert {*READINESS, *REQUIREMENTS} <= set(open_.value.faults)


@pytest.mark.parametrize(
    ("given_", "at"),
    [
        ({"electronic_result": True, "electronic_resolution": False}, "electronic_result"),
        ({"fixed_by": date(2027, 1, 1)}, "fixed_by"),
    ],
)
def test_contradictions_are_refused_at_their_field(given_: dict[str, Any], at: str) -> None:
    with pytest.raises(Unanswered) as refused:
        read(findings(**given_).document())
    assert refused.value.faults == {at: "contradiction"}


# --- sign-off: drafted by the unit, checked by the focal point, approved by the head (issue 5, point 4) ---------

MOVES = [
    ("todo", "save", "unit", "draft"), ("draft", "submit", "unit", "submitted"), ("returned", "save", "unit", "draft"),
    ("submitted", "check", "focal", "checked"), ("submitted", "send_back", "focal", "returned"),
    ("checked", "approve", "head", "approved"), ("checked", "send_back", "head", "returned"),
    ("approved", "reopen", "focal", "returned"), ("todo", "exclude", "focal", "excluded"),
    ("excluded", "include", "focal", "todo"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "action", "part", "after"), MOVES)
def test_lawful_moves(before: str, action: str, part: Any, after: str) -> None:
    assert rules.step(before, action, [part]).after == after


def test_every_other_move_is_refused() -> None:
    lawful = {(before, action, part) for before, action, part, _ in MOVES}
    lawful |= {("draft", "save", "unit"), ("returned", "submit", "unit")}
    lawful |= {(state, "exclude", "focal") for state in ("draft", "returned")}
    for state in rules.STATES:
        for action in {edge.action for edge in rules.EDGES}:
            for part in ("unit", "focal", "head"):
                if (state, action, part) not in lawful:
                    with pytest.raises(Conflict):
                        rules.step(state, action, [part])


# --- priority, lists, lateness ---------------------------------------------------------------------------------


def test_rank_is_demand_for_each_step() -> None:
    """R2.12 (TT 01/2018 art. 21): frequency and feasibility; 30 % filed online marks a procedure."""
    ranked = rules.rank(
        [("1.000001", 100, 29, 9), ("1.000002", 100, 30, 4), ("1.000003", 20, 0, 0), ("1.000004", 0, 0, 0)],
        30,
    )
    assert [(one.code, one.score, one.ready) for one in ranked] == [
        ("1.000002", 20.0, True),
        ("1.000003", 20.0, False),
        ("1.000001", 10.0, False),
        ("1.000004", 0.0, False),
    ]


@given(
    st.lists(
        st.tuples(st.from_regex(r"[1-6]\.\d{6}", fullmatch=True), st.integers(0, 10**6), st.integers(0, 40)),
        max_size=50,
    )
)
def test_the_picture_holds_every_procedure_inside_its_frame(rows: list[tuple[str, int, int]]) -> None:
    ranked = rules.rank([(code, demand, 0, effort) for code, demand, effort in rows], 30)
    dots = rules.picture(ranked, width=640, height=300)
    assert len(dots) == len(rows)
    assert all(0 <= dot.x <= 640 and 0 <= dot.y <= 300 for dot in dots)
    for one, dot in zip(ranked, dots, strict=True):
        assert (one.demand == 0) == (dot.y == 300)


def test_differences_of_two_lists() -> None:
    before = {
        "1.1": ("full", "A"),
        "1.2": ("partial", "A"),
        "1.3": ("partial", "A"),
        "1.4": ("full", "A"),
        "1.5": ("full", "A"),
    }
    after = {
        "1.1": ("full", "A"),
        "1.2": ("full", "A"),
        "1.3": ("information", "A"),
        "1.5": ("full", "B"),
        "1.6": ("full", "A"),
    }
    assert [(d.kind, d.code, d.before, d.after) for d in rules.differences(before, after)] == [
        ("raised", "1.2", "partial", "full"),
        ("lowered", "1.3", "partial", "information"),
        ("removed", "1.4", "full", ""),
        ("moved", "1.5", "A", "B"),
        ("added", "1.6", "", "full"),
    ]
    assert rules.differences({}, {}) == []


@pytest.mark.parametrize(
    ("arrived", "days"),
    [
        (datetime(2023, 4, 21, 16, 59, tzinfo=UTC), 0),  # 23:59 in Vietnam, on the day
        (datetime(2023, 4, 21, 17, 0, tzinfo=UTC), 1),  # midnight
        (datetime(2023, 5, 1, 3, 0, tzinfo=UTC), 10),
        (datetime(2023, 4, 1, 3, 0, tzinfo=UTC), 0),
    ],
)
def test_lateness_in_days_of_vietnam(arrived: datetime, days: int) -> None:
    deadline = date(2023, 4, 21)
    assert rules.lateness(deadline, arrived, datetime(2026, 1, 1, tzinfo=UTC)) == days
    assert rules.lateness(deadline, None, arrived) == days
