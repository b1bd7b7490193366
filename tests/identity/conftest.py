"""Fixtures of signing in: see ``wire.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from motcua.identity import oidc, views
from motcua.identity.settings import APPS, IDENTITY
from motcua.simulators.identity_provider.__main__ import DEFAULT_PEOPLE
from motcua.simulators.identity_provider.people import Cast
from motcua.simulators.identity_provider.provider import Client as RelyingParty
from motcua.simulators.identity_provider.provider import IdentityProvider
from tests.identity.wire import CALLBACK, HOME, Browser, Wire


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> IdentityProvider:
    settings.BASE_URL = HOME
    app = APPS[0]
    app["secret"] = app["secret"] or "secret of the tests"
    return IdentityProvider(
        issuer=IDENTITY["issuer"],
        client=RelyingParty(app["client_id"], app["secret"], frozenset({HOME + CALLBACK})),
        cast=Cast.load(DEFAULT_PEOPLE),
        state_dir=tmp_path / "idp",
    )


@pytest.fixture
def wire(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire(provider)
    real = oidc.session

    def session() -> requests.Session:
        made = real()
        made.mount("http://", wire)
        made.mount("https://", wire)
        return made

    monkeypatch.setattr(oidc, "session", session)
    for memory in (oidc.documents, views.starts, views.failures):
        memory.forget()
    yield wire
    for memory in (oidc.documents, views.starts, views.failures):
        memory.forget()


@pytest.fixture
def browser(wire: Wire) -> Browser:
    return Browser(wire.provider)
