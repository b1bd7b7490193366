"""Reads of accounts."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import Q

from motcua.identity.models import Account
from motcua.organisations.models import Holding


def accounts_of_person(citizen_id: str) -> list[Account]:
    """Accounts of the person with this số định danh, the most recently used first.

    For those who act for them at a counter; the caller answers for its purpose.
    """
    return list(
        Account.objects.with_citizen_id(citizen_id).filter(is_active=True).order_by("-last_seen", "-pk")
    )


def landing(account: int, today: date) -> str:
    """Where somebody goes who signed in without being on the way to a page: staff to their desk."""
    held = Holding.objects.filter(Q(until=None) | Q(until__gte=today), officer=account, since__lte=today)
    return "/desk/" if held.exists() else str(settings.LOGIN_REDIRECT_URL)
