"""What is offered, and why the rest is not: the whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.processing.definitions import DEFAULT
from motcua.processing.turns import OpenStep, Standing, Turn, may_go_back, offered, turns, withheld

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
        ("appraise", Status.PROCESSING, {"mine": False, "heads": True, "newer_version": True}, {"assign", "move_version"}),
    ],
)  # fmt: skip
def test_offered(step: str, status: Status, more: dict[str, object], expected: set[str]) -> None:
    assert names(step, status, **more) == expected


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("waits_for", ["", "applicant", "signature"])
def test_whatever_is_not_offered_says_why(step: str, status: Status, waits_for: str) -> None:
    found = of(step, status, waits_for=waits_for, supplement_asked=True)
    assert {turn.name for turn in found} >= {*STEPS[step].outcomes, *STEPS[step].permits}
    explained = {name for _, some in withheld(found) for name in some}
    assert explained | {turn.name for turn in offered(found)} == {turn.name for turn in found}


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
