"""Writes to accounts. They concern no dossier, so they leave a log line and a time instead of an event."""

from __future__ import annotations

import json
from datetime import datetime

import structlog

from motcua.identity.claims import Claims, subject_of
from motcua.identity.models import Account
from motcua.kernel import crypto

log = structlog.get_logger(__name__)


def remember(*, claims: Claims, issuer: str, now: datetime) -> Account:
    """The account of ``claims``, made on first sight and brought up to date afterwards.

    ``issuer`` is the stable name of the provider (``settings.IDENTITY["issuer_id"]``). Two first sign-ins at once
    make one account. Switching an account off survives: ``is_active`` and ``language`` are ours, not the provider's.
    """
    index = crypto.blind_index(claims.citizen_id, crypto.CITIZEN_ID) if claims.citizen_id else None
    tax_index = crypto.blind_index(claims.tax_code, crypto.TAX_CODE) if claims.tax_code else None
    described = {
        "kind": claims.kind,
        "full_name": claims.full_name,
        "citizen_id": claims.citizen_id,
        "citizen_id_index": index if claims.is_one_person else None,
        "tax_code": claims.tax_code,
        "tax_code_index": tax_index,
        "business_name": claims.business_name,
        "birth_date": claims.birth.day,
        "birth_year": claims.birth.year,
        "phone": claims.phone,
        "email": claims.email,
        "claims": json.dumps(dict(claims.kept), ensure_ascii=False, separators=(",", ":")),
        "level_of_assurance": claims.level_of_assurance,
    }
    account: Account
    account, _ = Account.objects.update_or_create(
        subject=subject_of(issuer, claims.sub),
        defaults=described,
        create_defaults={**described, "created_at": now},
    )
    return account


def saw(*, account: Account, now: datetime) -> None:
    """Note that ``account`` signed in at ``now``."""
    account.last_seen = now
    Account.objects.filter(pk=account.pk).update(last_seen=now)
    log.info("signed_in", account=account.pk, kind=account.kind)


def choose_language(*, account: Account, language: str) -> None:
    """Letters and pages for ``account`` in ``language`` from now on (a code of ``settings.LANGUAGES``)."""
    account.language = language
    Account.objects.filter(pk=account.pk).update(language=language)


def switch(*, account: Account, active: bool, officer: int, reason: str) -> None:
    """Switch an account off or on again; a session of a switched-off account ends with its next request."""
    account.is_active = active
    Account.objects.filter(pk=account.pk).update(is_active=active)
    log.warning("account_switched", account=account.pk, active=active, officer=officer, reason=reason)
