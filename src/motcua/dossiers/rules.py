"""Rules about dossiers: no Django, no clock, no input or output."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Literal, Protocol

#: Letters and digits of a look-up secret: none that are mistaken for each other when read aloud or by hand.
SECRET_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # noqa: S105 - letters, not a secret
SECRET_LENGTH = 8

Channel = Literal["counter", "online", "post"]
AssistanceKind = Literal["none", "outreach", "counter_staff", "kiosk", "proxy"]

#: Help that was given at the one-stop centre: the applicant came there, so the dossier is not remote (R5.4).
_AT_THE_CENTRE = frozenset({"counter_staff", "kiosk"})


def is_remote(channel: Channel, assistance: AssistanceKind) -> bool:
    """Whether a dossier was filed remotely [hồ sơ trực tuyến từ xa].

    Dispatch 1284/BTTTT-CĐSQG: the applicant used the online service without coming to the one-stop centre.
    A village team's help at home, and a proxy's filing, do not take this away; a kiosk or an officer's
    keyboard at the centre does.
    """
    return channel == "online" and assistance not in _AT_THE_CENTRE


def assistance_at(
    address: str | None, networks: Iterable[str], claimed: AssistanceKind = "none"
) -> AssistanceKind:
    """What help to record for an online filing from ``address`` (IP).

    A filing that comes from the network of the one-stop centre itself was made on a machine there, whoever's
    account was signed in: it is recorded as ``kiosk`` and does not count as remote. Malformed networks are
    skipped; an unknown address is taken as claimed.
    """
    try:
        here = ip_address(address or "")
    except ValueError:
        return claimed
    for text in networks:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            continue
        if here.version == network.version and here in network:
            return "kiosk"
    return claimed


def new_secret() -> str:
    """A look-up secret (about 40 bits), the second thing public tracking asks for beside the code."""
    return "".join(secrets.choice(SECRET_ALPHABET) for _ in range(SECRET_LENGTH))


def normal_secret(typed: str) -> str:
    """A secret as typed by a person: capitals, and nothing that no secret holds (spaces, dashes, dots)."""
    return "".join(c for c in typed.upper() if c in SECRET_ALPHABET)


def same_secret(typed: str, kept: str) -> bool:
    """Comparison in constant time."""
    left = hashlib.sha256(normal_secret(typed).encode()).digest()
    return secrets.compare_digest(left, hashlib.sha256(kept.encode()).digest())


class AskedComponent(Protocol):
    """What filing needs to know of a component."""

    @property
    def pk(self) -> int: ...
    @property
    def required(self) -> bool: ...
    @property
    def by_form(self) -> bool: ...
    @property
    def replaced_by(self) -> str | None: ...


def asked(component: AskedComponent) -> bool:
    """Whether a paper is asked for at all: not the form itself, not what a database replaces (NQ 66.7/2025)."""
    return not component.by_form and not component.replaced_by


def missing_papers(components: Sequence[AskedComponent], given: Collection[int]) -> list[int]:
    """Keys of the required components for which no file is given."""
    return [c.pk for c in components if c.required and asked(c) and c.pk not in given]


def person_step(status: int) -> str:
    """Code of what the applicant can expect or must do next, for "what happens next"."""
    return {
        1: "wait_intake",
        2: "wait_processing",
        3: "refused",
        4: "wait_result",
        5: "answer_supplement",
        6: "pay",
        7: "withdrawn",
        8: "stopped",
        9: "collect",
        10: "rate",
    }[status]
