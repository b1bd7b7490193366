"""The registry of every plug-in family."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from motcua.kernel.registry import AlreadyRegistered, NotRegistered, Registry


@dataclass(frozen=True)
class Signer:
    key: str


def fresh() -> Registry[Signer]:
    return Registry("signers")


def test_items_come_back_by_key_and_in_order():
    signers = fresh()
    first, second = signers.register(Signer("test-ca")), signers.register(Signer("hsm"))
    assert signers.get("test-ca") is first
    assert list(signers) == [first, second]
    assert signers.keys() == ("test-ca", "hsm")
    assert "hsm" in signers
    assert "other" not in signers
    assert len(signers) == 2


def test_a_second_claim_to_a_key_is_refused_and_the_first_stays():
    signers = fresh()
    first = signers.register(Signer("hsm"))
    with pytest.raises(AlreadyRegistered, match="hsm"):
        signers.register(Signer("hsm"))
    assert signers.get("hsm") is first


def test_an_unknown_key_says_what_is_known():
    signers = fresh()
    signers.register(Signer("hsm"))
    with pytest.raises(NotRegistered, match=r"no 'vgca' \(known: hsm\)"):
        signers.get("vgca")


def test_an_item_without_a_key_is_refused():
    with pytest.raises(ValueError, match="no key"):
        fresh().register(Signer(""))


def test_two_registries_share_nothing():
    one, two = fresh(), fresh()
    one.register(Signer("hsm"))
    assert len(two) == 0
