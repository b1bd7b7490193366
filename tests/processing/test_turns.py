"""What is offered, and why the rest is not: the whole table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.processing.definitions import DEFAULT
from motcua.processing.rules import OUTCOMES, PERMITS
from motcua.processing.turns import (
    OF_DOSSIER,
    OpenStep,
    Standing,
    Turn,
    may_go_back,
    offered,
    turns,
    withheld,
)

STEPS = {step.key: step for step in DEFAULT}
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def of(step: str, status: Status, **more: object) -> tuple[Turn, ...]:
    spec = STEPS[step]
    on_step = {"mine": True, "waits_for": "", "claimed": "", "before": False}
    facts = {key: more.pop(key, value) for key, value in on_step.items()}
    open_step = OpenStep(tuple(spec.outcomes), permits=spec.permits, **facts)
    return turns(open_step, Standing(status, NOW, **more))


def names(step: str, status: Status, **more: object) -> set[str]:
    return {turn.name for turn in offered(of(step, status, **more))}


@pytest.mark.parametrize(
    ("step", "status", "more", "expected"),
    [
        ("receive", Status.REGISTERED, {}, {"receive", "refuse", "ask_supplement", "transfer", "claim", "assign"}),
        (
            "receive",
            Status.REGISTERED,
            {"claimed": "me"},
            {"receive", "refuse", "ask_supplement", "transfer", "release", "assign"},
        ),
        (
            "receive",
            Status.REGISTERED,
            {"supplement_asked": True},
            {"receive", "refuse", "transfer", "claim", "assign"},
        ),
        ("receive", Status.SUPPLEMENT, {"waits_for": "applicant"}, set()),
        ("receive", Status.REGISTERED, {"mine": False}, set()),
        ("receive", Status.REGISTERED, {"mine": False, "heads": True}, {"assign"}),
        (
            "appraise",
            Status.RECEIVED,
            {},
            {"propose", "return_ineligible", "ask_payment", "consult", "transfer", "reject", "claim", "assign"},
        ),
        # NĐ 61/2018 art. 19 cl. 4: three working days, then it is decided on.
        (
            "appraise",
            Status.PROCESSING,
            {"ineligible_until": NOW - timedelta(minutes=1), "claimed": "other"},
            {"propose", "ask_payment", "consult", "reject", "assign"},
        ),
        (
            "appraise",
            Status.PROCESSING,
            {"ineligible_until": NOW, "supplement_asked": True},
            {"propose", "ask_payment", "consult", "reject", "claim", "assign"},
        ),
        ("appraise", Status.FINANCIAL_DUTY, {"waits_for": "applicant"}, {"confirm_duty"}),
        ("appraise", Status.FINANCIAL_DUTY, {"waits_for": "applicant", "mine": False}, set()),
        ("sign", Status.PROCESSING, {"before": True}, {"sign", "send_back", "claim", "assign", "go_back"}),
        ("sign", Status.PROCESSING, {"waits_for": "signature"}, set()),
        ("return", Status.FINISHED, {}, {"return_result", "claim", "assign"}),
        # NĐ 118/2025 art. 21: the applicant has asked to stop, the one-stop desk answers.
        ("appraise", Status.PROCESSING, {"mine": False, "stop_asked": True, "at_desk": True}, {"stop", "decline_stop"}),
        ("appraise", Status.PROCESSING, {"mine": False, "stop_asked": True}, set()),
        ("sign", Status.PROCESSING, {"mine": False, "waits_for": "signature", "stop_asked": True, "at_desk": True,
                                     "signing": True}, {"decline_stop"}),
        # NĐ 61/2018 art. 19 cl. 9: by the head, a day before, once.
        ("appraise", Status.PROCESSING, {"mine": False, "heads": True, "extend_until": NOW}, {"assign", "extend"}),
        (
            "appraise",
            Status.PROCESSING,
            {"mine": False, "heads": True, "extend_until": NOW - timedelta(minutes=1)},
            {"assign"},
        ),
        ("appraise", Status.PROCESSING, {"mine": False, "heads": True, "extend_until": NOW, "extended": True}, {"assign"}),
        ("appraise", Status.RECEIVED, {"mine": False, "heads": True, "extend_until": NOW}, {"assign", "extend"}),
        ("appraise", Status.SUPPLEMENT, {"mine": False, "heads": True, "extend_until": NOW}, {"assign"}),
        ("appraise", Status.PROCESSING, {"mine": False, "heads": True, "newer_version": True}, {"assign", "move_version"}),
        ("appraise", Status.PROCESSING, {"mine": False, "at_desk": True}, set()),
        # A joint dossier is decided on its parts.
        (
            "appraise",
            Status.PROCESSING,
            {"mine": False, "heads": True, "extend_until": NOW, "newer_version": True, "whole": True},
            {"assign"},
        ),
    ],
)  # fmt: skip
def test_offered(step: str, status: Status, more: dict[str, object], expected: set[str]) -> None:
    assert names(step, status, **more) == expected


S = Status
#: In which statuses a turn is lawful: the edges of the lifecycle (NĐ 118/2025), written down once more. A received dossier
#: is taken up by the first turn that needs it to be in processing. Every other turn: wherever the applicant is not awaited.
LAWFUL = {
    "receive": {S.REGISTERED},
    "refuse": {S.REGISTERED},
    "ask_supplement": {S.REGISTERED, S.RECEIVED, S.PROCESSING},
    "return_ineligible": {S.RECEIVED, S.PROCESSING},
    "ask_payment": {S.RECEIVED, S.PROCESSING},
    "transfer": {S.REGISTERED, S.RECEIVED},
    "reject": {S.RECEIVED, S.PROCESSING},
    "sign": {S.RECEIVED, S.PROCESSING},
    "return_result": {S.FINISHED},
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", sorted(OUTCOMES | PERMITS))
def test_a_turn_is_offered_where_the_law_opens_it_and_nowhere_else(name: str, status: Status) -> None:
    (turn,) = (
        turn for turn in turns(OpenStep((name,), mine=True), Standing(status, NOW)) if turn.name == name
    )
    waiting = {S.SUPPLEMENT, S.FINANCIAL_DUTY}
    assert turn.offered is (status in LAWFUL.get(name, set(Status) - waiting))
    assert (turn.why == "step.waits_for_applicant") is (status in waiting)


def why(name: str, step: str, status: Status, **more: object) -> str:
    return next(turn.why for turn in of(step, status, **more) if turn.name == name)


@pytest.mark.parametrize(
    ("name", "step", "status", "more", "expected"),
    [
        ("propose", "appraise", S.PROCESSING, {"mine": False}, "step.not_yours"),
        ("confirm_duty", "appraise", S.FINANCIAL_DUTY, {"mine": False}, "step.not_yours"),
        ("propose", "appraise", S.PROCESSING, {"waits_for": "signature"}, "result.being_signed"),
        ("ask_supplement", "receive", S.REGISTERED, {"supplement_asked": True}, "supplement.already_asked"),
        ("return_ineligible", "appraise", S.PROCESSING, {"supplement_asked": True}, "supplement.already_asked"),
        # NĐ 61/2018 art. 19 cl. 4: to the last moment of the third day.
        ("return_ineligible", "appraise", S.PROCESSING, {"ineligible_until": NOW}, ""),
        ("return_ineligible", "appraise", S.PROCESSING, {"ineligible_until": NOW - timedelta(seconds=1)}, "ineligible.too_late"),
        ("transfer", "appraise", S.PROCESSING, {}, "transfer.taken_up"),
        ("receive", "receive", S.PROCESSING, {}, "dossier.illegal_move"),
        # NĐ 61/2018 art. 19 cl. 9.
        ("extend", "appraise", S.PROCESSING, {"heads": True, "extend_until": NOW}, ""),
        ("extend", "appraise", S.PROCESSING, {"heads": True, "extend_until": NOW - timedelta(seconds=1)}, "extension.too_late"),
        ("extend", "appraise", S.PROCESSING, {"heads": True, "extend_until": NOW, "extended": True}, "extension.already"),
        # NĐ 118/2025 art. 21: not once the decision is being signed.
        ("stop", "appraise", S.PROCESSING, {"stop_asked": True, "at_desk": True}, ""),
        ("stop", "sign", S.PROCESSING, {"stop_asked": True, "at_desk": True, "signing": True}, "result.being_signed"),
        ("reopen", "return", S.FINISHED, {"heads": True}, ""),
        ("reopen", "return", S.FINISHED, {"heads": True, "signing": True}, "result.being_signed"),
        ("move_version", "appraise", S.PROCESSING, {"heads": True, "newer_version": True}, ""),
        ("move_version", "sign", S.PROCESSING, {"heads": True, "newer_version": True, "signing": True}, "result.being_signed"),
    ],
)  # fmt: skip
def test_why_not(name: str, step: str, status: Status, more: dict[str, object], expected: str) -> None:
    assert why(name, step, status, **more) == expected


def test_what_is_withheld_is_told_once_a_reason() -> None:
    found = (Turn("a", "x"), Turn("b"), Turn("c", "y"), Turn("d", "x"))
    assert offered(found) == (Turn("b"),)
    assert withheld(found) == (("x", ("a", "d")), ("y", ("c",)))


def test_what_brings_on_comes_first_and_what_ends_last() -> None:
    everything = {
        "heads": True,
        "at_desk": True,
        "stop_asked": True,
        "extend_until": NOW,
        "newer_version": True,
    }
    found = of("appraise", Status.PROCESSING, before=True, claimed="me", **everything)
    assert [turn.name for turn in found] == [
        "stop", "decline_stop", "propose", "consult", "return_ineligible", "ask_payment", "transfer", "extend", "assign",
        "go_back", "reject", "move_version", "release",
    ]  # fmt: skip
    # What the page does not know (the way on of a step nobody does) stands behind.
    unknown = turns(OpenStep(("on", "complete"), mine=True), Standing(S.PROCESSING, NOW))
    assert [turn.name for turn in unknown] == ["claim", "complete", "assign", "on"]


def test_what_is_done_to_the_dossier_needs_no_open_step() -> None:
    everything = {
        "heads": True,
        "at_desk": True,
        "stop_asked": True,
        "extend_until": NOW,
        "newer_version": True,
    }
    found = {turn.name for status in Status for turn in turns(None, Standing(status, NOW, **everything))}
    assert found | {"move_version"} == OF_DOSSIER
    assert "move_version" not in found, "a step is moved to a version, or nothing is"


@pytest.mark.parametrize(
    ("status", "heads", "expected"),
    [
        (Status.RETURNED, False, set()),
        (Status.RETURNED, True, {"reopen"}),
        (Status.STOPPED, True, {"reopen"}),
        (Status.NOT_RECEIVED, True, {"reopen"}),
        (Status.WITHDRAWN, True, set()),
    ],
)
def test_what_has_ended(status: Status, heads: bool, expected: set[str]) -> None:
    assert {turn.name for turn in turns(None, Standing(status, NOW, heads=heads))} == expected


@pytest.mark.parametrize(
    ("before", "status", "expected"),
    [
        ("receive", Status.RECEIVED, False),
        ("receive", Status.REGISTERED, True),
        ("appraise", Status.PROCESSING, True),
        ("sign", Status.PROCESSING, True),
        ("sign", Status.FINISHED, False),
        ("return", Status.RETURNED, False),
    ],
)
def test_going_back_never_undoes_a_decision(before: str, status: Status, expected: bool) -> None:
    assert may_go_back(STEPS[before], status) is expected


def test_going_back_to_a_step_that_decides_nothing_is_always_lawful() -> None:
    opinion = replace(STEPS["sign"], outcomes={"complete": "return", "send_back": "appraise"})
    assert all(may_go_back(opinion, status) for status in Status)
