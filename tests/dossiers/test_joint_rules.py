"""What the whole of a joint dossier is by its parts, and plans as data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers.joint.plans import BadPlan, answers_for, plans, read
from motcua.dossiers.joint.rules import derived, outcome, road
from motcua.dossiers.lifecycle import Status, move

S = Status


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([S.RECEIVED, S.REGISTERED, S.RECEIVED], S.RECEIVED),
        ([S.PROCESSING, S.REGISTERED, S.RECEIVED], S.PROCESSING),
        ([S.SUPPLEMENT, S.RECEIVED], S.PROCESSING),
        ([S.FINISHED, S.RECEIVED], S.PROCESSING),
        ([S.STOPPED, S.RECEIVED], S.PROCESSING),
        ([S.FINISHED, S.RETURNED], S.FINISHED),
        ([S.RETURNED, S.RETURNED], S.RETURNED),
        ([S.RETURNED, S.STOPPED, S.NOT_RECEIVED], S.RETURNED),
        ([S.FINISHED, S.WITHDRAWN], S.FINISHED),
        ([S.STOPPED, S.NOT_RECEIVED, S.WITHDRAWN], S.STOPPED),
    ],
)
def test_the_whole_by_its_parts(parts: list[Status], whole: Status) -> None:
    assert derived(parts) == whole


WHOLE = [S.RECEIVED, S.PROCESSING, S.FINISHED, S.RETURNED, S.STOPPED]


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        (S.RECEIVED, S.RETURNED, ["hand_over", "finish", "return_result"]),
        (S.RECEIVED, S.STOPPED, ["hand_over", "reject"]),
        (S.FINISHED, S.RETURNED, ["return_result"]),  # handed out, not decided once more
        (S.FINISHED, S.STOPPED, ["reopen", "reject"]),
        (S.RETURNED, S.PROCESSING, ["reopen"]),
        (S.STOPPED, S.RETURNED, ["reopen", "finish", "return_result"]),
    ],
)
def test_the_road_of_the_whole(before: Status, after: Status, moves: list[str]) -> None:
    assert road(before, after) == moves


@given(st.lists(st.sampled_from(list(Status)), min_size=2, max_size=5))
def test_the_whole_is_never_what_no_whole_can_be(parts: list[Status]) -> None:
    assert derived(parts) in WHOLE


@pytest.mark.parametrize("before", WHOLE)
@pytest.mark.parametrize("wanted", WHOLE)
def test_the_whole_comes_to_its_status_by_lawful_moves_only(before: Status, wanted: Status) -> None:
    at = before
    for name in road(before, wanted):
        at = move(at, name).after
    # What has been taken up is never merely received again.
    assert at == (S.PROCESSING if wanted == S.RECEIVED and before != S.RECEIVED else wanted)
    assert road(at, wanted) == []


@given(st.lists(st.sampled_from(list(Status)), min_size=1, max_size=5))
def test_every_part_is_counted_at_most_once(parts: list[Status]) -> None:
    counted = outcome(parts)
    assert counted.done == parts.count(S.FINISHED) + parts.count(S.RETURNED)
    assert counted.ended == sum(parts.count(state) for state in (S.NOT_RECEIVED, S.WITHDRAWN, S.STOPPED))
    assert counted.waiting == parts.count(S.SUPPLEMENT) + parts.count(S.FINANCIAL_DUTY)
    assert counted.done + counted.ended + counted.waiting <= counted.total == len(parts)
    assert counted.partial == bool(counted.done and counted.ended)


def test_what_is_unknown_is_left_out_and_never_invented() -> None:
    part = plans()["2.000986"].part("residence")
    assert part is not None
    shared = {"tre_ho_ten": "AN", "quan_he_chu_ho": "con"}
    before = answers_for(part, shared, {}, lambda name: str(shared.get(name, "")))
    assert "noi_dung_de_nghi" not in before
    assert before["thanh_vien_cung_thay_doi"] == [{"ho_ten": "AN", "quan_he": "con"}]
    facts = {"birth": {"number": "01/KS-UBND", "signed_on": "24/11/2026", "code": "H56.201-261124-0002"}}
    after = answers_for(part, shared, facts, lambda name: str(shared.get(name, "")))
    assert after["noi_dung_de_nghi"].startswith(
        "Đăng ký thường trú cho trẻ AN theo Giấy khai sinh số 01/KS-UBND"
    )


def test_a_text_of_a_person_is_never_taken_for_a_slot() -> None:
    plan = read({"code": "x", "part": [PART, {**PART, "key": "b", "answers": {"t": {"text": "Cho {ten}"}}}]})
    found = answers_for(plan.parts[1], {}, {}, lambda name: "{birth.number}")
    assert found["t"] == "Cho {birth.number}"


PART: dict[str, Any] = {"key": "a", "code": "1.000001", "at": "own"}


@pytest.mark.parametrize(
    "parts",
    [
        [PART],
        [PART, PART],
        [PART, {**PART, "key": "b", "at": "somewhere"}],
        [PART, {**PART, "key": "b", "needs": ["c"]}],
        [{**PART, "needs": ["b"]}, {**PART, "key": "b"}],
        [PART, {**PART, "key": "b", "needs": ["b"]}],
        [PART, {**PART, "key": "b", "answers": {"x": {"fact": "c.number"}}}],
        [PART, {**PART, "key": "b", "answers": {"x": {"code": "1"}}}],
        [PART, {**PART, "key": "b", "because": "x"}],
    ],
)
def test_a_plan_that_could_not_be_carried_out_is_refused(parts: list[dict[str, Any]]) -> None:
    with pytest.raises(BadPlan):
        read({"code": "9.999999", "part": parts})
