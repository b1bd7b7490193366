"""How a session finds its account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from motcua.identity.models import Account


class AccountBackend(BaseBackend):
    """One query a request, without the claims (the largest column, needed by forms alone)."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Nobody, whatever the credentials: signing in is the identity provider's work."""

    def get_user(self, user_id: int) -> Account | None:
        found: Account | None = Account.objects.defer("claims").filter(pk=user_id, is_active=True).first()
        return found
