"""What is offered, and why the rest is not: the whole table."""

from __future__ import annotations

import pytest

from motcua.dossiers.lifecycle import Status
from motcua.processing.definitions import DEFAULT
from motcua.processing.turns import OpenStep, offered, turns, withheld

OUTCOMES = {step.key: tuple(step.outcomes) for step in DEFAULT}


def names(step: str, status: Status, **more: object) -> set[str]:
    asked = bool(more.pop("supplement_asked", False))
    facts = {"mine": True, "waiting": False, "claimed": "", **more}
    found = turns(OpenStep(OUTCOMES[step], **facts), status, supplement_asked=asked)  # type: ignore[arg-type]
    return {turn.name for turn in offered(found)}


@pytest.mark.parametrize(
    ("step", "status", "more", "expected"),
    [
        ("receive", Status.REGISTERED, {}, {"receive", "refuse", "ask_supplement", "claim"}),
        ("receive", Status.REGISTERED, {"claimed": "me"}, {"receive", "refuse", "ask_supplement", "release"}),
        ("receive", Status.REGISTERED, {"supplement_asked": True}, {"receive", "refuse", "claim"}),
        ("receive", Status.SUPPLEMENT, {"waiting": True}, set()),
        ("receive", Status.REGISTERED, {"mine": False}, set()),
        ("appraise", Status.RECEIVED, {}, {"propose", "ask_supplement", "ask_payment", "reject", "claim"}),
        (
            "appraise",
            Status.PROCESSING,
            {"claimed": "other"},
            {"propose", "ask_supplement", "ask_payment", "reject"},
        ),
        ("appraise", Status.FINANCIAL_DUTY, {"waiting": True}, {"confirm_duty"}),
        ("appraise", Status.FINANCIAL_DUTY, {"waiting": True, "mine": False}, set()),
        ("sign", Status.PROCESSING, {}, {"sign", "send_back", "claim"}),
        ("sign", Status.PROCESSING, {"waiting": True}, set()),
        ("return", Status.FINISHED, {}, {"return_result", "claim"}),
    ],
)
def test_offered(step: str, status: Status, more: dict[str, object], expected: set[str]) -> None:
    assert names(step, status, **more) == expected


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", OUTCOMES)
@pytest.mark.parametrize("waiting", [True, False])
def test_whatever_is_not_offered_says_why(step: str, status: Status, waiting: bool) -> None:
    found = turns(OpenStep(OUTCOMES[step], mine=True, waiting=waiting), status, supplement_asked=True)
    assert {turn.name for turn in found} >= set(OUTCOMES[step])
    explained = {name for _, some in withheld(found) for name in some}
    assert explained | {turn.name for turn in offered(found)} == {turn.name for turn in found}


def test_nothing_is_left_to_do() -> None:
    assert turns(None, Status.RETURNED, supplement_asked=False) == ()
