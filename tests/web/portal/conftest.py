"""What the portal's tests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from motcua.web.portal.account import turns


@pytest.fixture
def refusable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a refused action roll back alone, as on a site: here every test lies in one transaction that it would break."""

    def alone(action: Callable[..., Any]) -> Callable[..., Any]:
        def act(**given: Any) -> Any:
            with transaction.atomic():
                return action(**given)

        return act

    for name in ("withdraw_dossier", "rate_dossier", "start_supplement"):
        monkeypatch.setattr(turns, name, alone(getattr(turns, name)))
