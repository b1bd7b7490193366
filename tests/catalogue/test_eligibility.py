"""The level of a service, with the article beside each case."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.catalogue.eligibility import (
    CONDITIONS,
    GROUNDS,
    OWNERS,
    RESULT_WAYS,
    Assessment,
    FactError,
    assess,
    read_facts,
)
from motcua.law.registry import NoParameterError, load

LAW = load()
D42, D224 = date(2023, 4, 10), date(2026, 8, 1)
READY: dict[str, Any] = {
    "information_complete": True,
    "files_online": True,
    "resolved_online": True,
    "result_by": "online",
}
ORDER = {"information": 0, "partial": 1, "full": 2}


def judge(on: date, **facts: object) -> Assessment:
    return assess(read_facts({**READY, **facts}), LAW, on)


BASED = {"value": True, "legal_basis": "Luật Hộ tịch Đ.38"}
OFFLINE = {"files_online": False, "resolved_online": False, "result_by": "counter"}

CASES = [
    # Decree 42/2022 art. 11(1)(a): information, performing and resolving online, result online or by post.
    (D42, {}, "full", []),
    (D42, {"result_by": "post"}, "full", []),
    # Decree 42/2022 art. 11(1)(b): whatever does not meet it is partial.
    (D42, {"result_by": "counter"}, "partial", ["result_by"]),
    (D42, {"information_complete": False}, "partial", ["information_complete"]),
    (D42, {"files_online": False}, "partial", ["files_online"]),
    (D42, {"resolved_online": False}, "partial", ["resolved_online"]),
    (D42, {"resolved_online": False, "result_by": "counter"}, "partial", ["resolved_online", "result_by"]),
    # Decree 42/2022 art. 11(2): presence at the agency, verification on site.
    (D42, {"presence_required": BASED}, "partial", ["presence_required"]),
    (D42, {"onsite_verification": True}, "partial", ["onsite_verification"]),
    (D42, {"technical_blocker": True}, "partial", ["technical_blocker"]),
    # Neither performed nor resolved online: information only.
    (D42, OFFLINE, "information", ["files_online", "resolved_online", "result_by"]),
    (D42, {**OFFLINE, "result_by": "post"}, "information", ["files_online", "resolved_online"]),
    (D42, {**OFFLINE, "presence_required": True}, "information", ["files_online", "resolved_online", "result_by", "presence_required"]),
    # Decree 224/2026 art. 14: full by default, four published grounds.
    (D224, {}, "full", []),
    (D224, {"result_by": "counter"}, "partial", ["result_by"]),
    (D224, {"presence_required": BASED}, "partial", ["presence_required"]),
    (D224, {"onsite_verification": BASED}, "partial", ["onsite_verification"]),
    (D224, {"technical_blocker": True}, "partial", ["technical_blocker"]),
    (D224, OFFLINE, "information", ["files_online", "resolved_online", "result_by"]),
]  # fmt: skip


@pytest.mark.parametrize(("on", "facts", "level", "blockers"), CASES)
def test_levels(on: date, facts: dict[str, object], level: str, blockers: list[str]) -> None:
    found = judge(on, **facts)
    assert found.level == level
    assert [blocker.fact for blocker in found.blockers] == blockers
    assert all(blocker.owner == OWNERS[blocker.fact] for blocker in found.blockers)
    assert all(reason.rule.article for reason in found.reasons)
    assert {reason.rule.instrument for reason in found.reasons} == {found.instrument}


@pytest.mark.parametrize(
    ("on", "instrument"),
    [
        ("2022-08-15", "42/2022/NĐ-CP"),
        ("2026-06-30", "42/2022/NĐ-CP"),
        ("2026-07-01", "224/2026/NĐ-CP"),
        ("2031-01-01", "224/2026/NĐ-CP"),
    ],
)
def test_the_decree_of_the_day(on: str, instrument: str) -> None:
    assert judge(date.fromisoformat(on)).instrument == instrument


def test_before_the_first_rule_there_is_none() -> None:
    with pytest.raises(NoParameterError):
        judge(date(2022, 8, 14))


def codes(found: Assessment) -> list[tuple[str, str]]:
    return [(reason.code, reason.fact) for reason in found.reasons if reason.code not in ("met", "unmet")]


def test_only_from_2026_a_partial_service_without_a_ground_has_to_become_full() -> None:
    """Decree 224/2026 art. 14 against Decree 42/2022 art. 11(1)(b)."""
    assert codes(judge(D42, result_by="counter")) == []
    assert codes(judge(D224, result_by="counter")) == [("no_published_reason", "result_by")]
    assert codes(judge(D224, result_by="counter", technical_blocker=True)) == [
        ("ground", "technical_blocker")
    ]


def test_a_technical_fault_is_a_lawful_ground_only_from_2026() -> None:
    assert [blocker.lawful for blocker in judge(D42, technical_blocker=True).blockers] == [False]
    assert codes(judge(D42, technical_blocker=True)) == [("not_lawful_ground", "technical_blocker")]
    assert [blocker.lawful for blocker in judge(D224, technical_blocker=True).blockers] == [True]


@pytest.mark.parametrize("on", [D42, D224])
def test_presence_excuses_only_with_the_law_that_requires_it(on: date) -> None:
    named = judge(on, presence_required=BASED)
    assert [(blocker.lawful, blocker.basis) for blocker in named.blockers] == [(True, "Luật Hộ tịch Đ.38")]
    bare = judge(on, presence_required=True)
    assert [blocker.lawful for blocker in bare.blockers] == [False]
    assert ("basis_missing", "presence_required") in codes(bare)


FACTS = st.fixed_dictionaries(
    {
        "information_complete": st.booleans(),
        "files_online": st.booleans(),
        "resolved_online": st.booleans(),
        "result_by": st.sampled_from(RESULT_WAYS),
        **{ground: st.sampled_from([False, True, BASED]) for ground in GROUNDS},
    }
).filter(lambda facts: facts["files_online"] or facts["resolved_online"] or facts["result_by"] != "online")


@given(
    FACTS,
    st.sampled_from(sorted(GROUNDS)),
    st.sampled_from([True, BASED]),
    st.dates(date(2022, 8, 15), date(2030, 1, 1)),
)
def test_adding_a_blocker_never_raises_the_level(
    facts: dict[str, Any], ground: str, value: object, on: date
) -> None:
    before = assess(read_facts(facts), LAW, on)
    after = assess(read_facts({**facts, ground: value}), LAW, on)
    assert ORDER[after.level] <= ORDER[before.level]
    assert {blocker.fact for blocker in before.blockers} <= {blocker.fact for blocker in after.blockers}


@pytest.mark.parametrize("on", [D42, D224])
def test_full_means_no_blocker_and_the_rest_has_one(on: date) -> None:
    """Over all facts there are."""
    for values in product(
        [False, True], [False, True], [False, True], RESULT_WAYS, [False, True], [False, True], [False, True]
    ):
        facts = dict(zip((*CONDITIONS, *GROUNDS), values, strict=True))
        if not facts["files_online"] and not facts["resolved_online"] and facts["result_by"] == "online":
            with pytest.raises(FactError):
                read_facts(facts)
            continue
        found = assess(read_facts(facts), LAW, on)
        assert (found.level == "full") == (not found.blockers)
        assert (found.level == "information") == (not facts["files_online"] and not facts["resolved_online"])
        assert found.reasons


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({**READY, "colour": True}, "unknown-fact"),
        ({**READY, "files_online": {"value": True, "law": "x"}}, "unknown-fact"),
        ({**READY, "files_online": {"legal_basis": "x"}}, "missing-fact"),
        ({**READY, "files_online": None}, "missing-fact"),
        ({name: value for name, value in READY.items() if name != "result_by"}, "missing-fact"),
        ({}, "missing-fact"),
        ({**READY, "files_online": 1}, "wrong-kind"),
        ({**READY, "files_online": "true"}, "wrong-kind"),
        ({**READY, "result_by": "fax"}, "wrong-kind"),
        ({**READY, "result_by": True}, "wrong-kind"),
        ({**READY, "presence_required": {"value": True, "legal_basis": 5}}, "wrong-kind"),
        ({**READY, "files_online": False, "resolved_online": False}, "contradiction"),
        ({**READY, "presence_required": BASED, "presence_required_legal_basis": "khác"}, "contradiction"),
    ],
)
def test_facts_that_cannot_be_used_are_refused(facts: dict[str, object], code: str) -> None:
    with pytest.raises(FactError) as refused:
        read_facts(facts)
    assert refused.value.code == code


def test_a_basis_may_stand_beside_its_fact() -> None:
    nested = read_facts({**READY, "presence_required": BASED})
    assert (
        read_facts(
            {**READY, "presence_required": True, "presence_required_legal_basis": BASED["legal_basis"]}
        )
        == nested
    )
    assert (
        read_facts({**READY, "presence_required": {"value": True, "basis": BASED["legal_basis"]}}) == nested
    )


def test_an_offline_procedure_needs_no_more_facts() -> None:
    assert (
        assess(read_facts({"files_online": False, "resolved_online": False}), LAW, D42).level == "information"
    )
