"""Telling people: a message in the account, and an e-mail where an address was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier
from motcua.identity.models import Account
from motcua.kernel import locks
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import A_DAY, job
from motcua.kernel.models import Blob
from motcua.messaging.models import Email, Message
from motcua.messaging.wording import body_of, subject_of

log = structlog.get_logger(__name__)


@transaction.atomic
def tell(
    dossier: Dossier,
    kind: str,
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    once: str = "",
    attachment: Blob | None = None,
    attachment_name: str = "",
) -> Message:
    """Tell the applicant of a dossier something, once per ``kind`` (and ``once``): a job may run twice."""
    message, new = Message.objects.get_or_create(
        key=f"{dossier.pk}:{kind}:{once}",
        defaults={
            "account_id": dossier.applicant_id,
            "dossier": dossier,
            "kind": kind,
            "facts": dict(facts or {}),
            "at": now,
        },
    )
    address = dossier.contacts.get("email")
    if new and address:
        language = dossier.applicant.language if dossier.applicant is not None else "vi"
        email = Email.objects.create(
            message=message,
            recipient=address,
            language=language or "vi",
            attachment=attachment,
            attachment_name=attachment_name,
            created_at=now,
        )
        send_email.defer(email=email.pk)
    return message


def tell_account(
    account: Account, kind: str, *, key: str, now: datetime, facts: Mapping[str, Any]
) -> Message:
    """Tell somebody something that is about no dossier yet, once per ``key``; part of the caller's transaction."""
    message, new = Message.objects.get_or_create(
        key=key, defaults={"account": account, "kind": kind, "facts": dict(facts), "at": now}
    )
    if new and account.email:
        email = Email.objects.create(
            message=message, recipient=account.email, language=account.language or "vi", created_at=now
        )
        send_email.defer(email=email.pk)
    return message


@job("messaging.send_email", queue="mail", attempts=A_DAY)
def send_email(email: int) -> None:
    """Send one e-mail. A fault is noted and raised, so that the job is tried again; a sent one is never resent."""
    with locks.alone(f"email:{email}") as ours:
        # Not alone: another worker is sending this very mail. Should it die, `resend_forgotten` finds the mail.
        if ours:
            _send(email)


def _send(email: int) -> None:
    row = (
        Email.objects.select_related(
            "message__dossier__procedure", "message__dossier__agency", "message__dossier__joint", "attachment"
        )
        .filter(pk=email, state=Email.State.WAITING)
        .first()
    )
    if row is None:
        return
    dossier = row.message.dossier
    with translation.override(row.language):
        mail = EmailMessage(
            subject=subject_of(row.message, dossier),
            body=body_of(row.message, dossier),
            to=[row.recipient],
            # The same id at every try: a mailbox that got the first one drops the second.
            headers={"Message-ID": f"<motcua-{row.pk}.{row.created_at:%Y%m%d%H%M%S}@motcua>"},
        )
    if row.attachment is not None:
        with blob_store().open(row.attachment.sha256) as file:
            mail.attach(row.attachment_name, file.read(), row.attachment.mime)
    try:
        mail.send()
    except OSError as error:
        Email.objects.filter(pk=row.pk).update(attempts=row.attempts + 1, problem=str(error)[:300])
        raise
    Email.objects.filter(pk=row.pk).update(
        state=Email.State.SENT, attempts=row.attempts + 1, sent_at=clock_now(), problem=""
    )


def to_person(actor: Actor) -> Q:
    """Messages of an account, and those about what was filed for the same person at a counter."""
    mine = Q(account=actor.account)
    if actor.identity_index is not None:
        mine |= Q(account=None, dossier__applicant_index=actor.identity_index)
    return mine


def mark_read(*, actor: Actor, now: datetime) -> None:
    """The person has seen the messages."""
    Message.objects.filter(to_person(actor), read_at=None).update(read_at=now)


def inbox(actor: Actor) -> list[Message]:
    """A person's messages, newest first."""
    if actor.account is None:
        return []
    return list(
        Message.objects.filter(to_person(actor))
        .select_related("dossier__procedure", "dossier__agency", "dossier__joint")
        .order_by("-at")[:100]
    )
