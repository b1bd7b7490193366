"""Rules about dossiers, as tables of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers import rules
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.rules import (
    SECRET_ALPHABET,
    AssistanceKind,
    Channel,
    asked,
    assistance_at,
    is_remote,
    missing_papers,
    new_secret,
    normal_secret,
    person_step,
    same_secret,
)

#: glossary.md, dispatch 1284/BTTTT-CĐSQG: who was helped where, and whether it counts as remote.
REMOTE = {"none": True, "outreach": True, "proxy": True, "kiosk": False, "counter_staff": False}


@pytest.mark.parametrize("assistance", get_args(AssistanceKind))
@pytest.mark.parametrize("channel", get_args(Channel))
def test_remote(channel: Channel, assistance: AssistanceKind) -> None:
    assert is_remote(channel, assistance) is (channel == "online" and REMOTE[assistance])


NETWORKS = ["198.51.100.16/28", "2001:db8:1::/48", "nonsense", ""]


@pytest.mark.parametrize(
    ("address", "recorded"),
    [
        ("198.51.100.17", "kiosk"),
        ("198.51.100.31", "kiosk"),
        ("198.51.100.32", "proxy"),
        ("2001:db8:1::7", "kiosk"),
        ("2001:db8:2::7", "proxy"),
        ("", "proxy"),
        (None, "proxy"),
        ("not an address", "proxy"),
    ],
)
def test_a_machine_at_the_centre_is_recorded_whatever_is_claimed(address: str | None, recorded: str) -> None:
    assert assistance_at(address, NETWORKS, "proxy") == recorded


def test_secrets_are_read_as_people_write_them() -> None:
    secret = new_secret()
    assert len(secret) == 8
    assert set(secret) <= set(SECRET_ALPHABET)
    assert not set("01ILO") & set(SECRET_ALPHABET)
    assert same_secret(f" {secret[:4].lower()}-{secret[4:]} ", secret)
    assert not same_secret(secret[:-1], secret)
    assert not same_secret("", secret)


@given(st.text())
def test_any_typed_secret_is_taken_without_an_error(typed: str) -> None:
    assert set(normal_secret(typed)) <= set(SECRET_ALPHABET)
    assert same_secret(typed, "ABCDEFGH") is (normal_secret(typed) == "ABCDEFGH")


@dataclass(frozen=True)
class Paper:
    pk: int
    required: bool = True
    by_form: bool = False
    replaced_by: str | None = None


@pytest.mark.parametrize(
    ("paper", "is_asked", "is_missing"),
    [
        (Paper(1), True, True),
        (Paper(1, required=False), True, False),
        (Paper(1, by_form=True), False, False),
        (Paper(1, replaced_by="CSDL quốc gia về dân cư"), False, False),
    ],
)
def test_papers_that_databases_replace_are_never_asked_for(
    paper: Paper, is_asked: bool, is_missing: bool
) -> None:
    assert asked(paper) is is_asked
    assert missing_papers([paper], []) == ([1] if is_missing else [])
    assert missing_papers([paper], [1]) == []


def test_every_status_says_what_comes_next() -> None:
    assert len({person_step(status) for status in Status}) == len(Status)


def test_rules_know_no_clock() -> None:
    assert not {"now", "datetime", "timezone"} & set(vars(rules))
