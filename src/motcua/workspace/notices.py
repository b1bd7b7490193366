"""Telling officers: in a list at the desk, by a digest once a day, at once what cannot wait; each thing once.

``Notice.key`` is unique, so a job that runs twice tells once. A mail takes its notices with it in one transaction and is
sent under one Message-ID; a quiet hour moves it, nothing loses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Max
from django.utils import translation

from motcua.dossiers.models import Dossier
from motcua.identity.models import Account
from motcua.kernel import locks
from motcua.kernel.actors import Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import A_DAY, job
from motcua.kernel.models import Event
from motcua.organisations.models import Holding
from motcua.organisations.queries import officer
from motcua.processing.events import (
    APOLOGY_DUE,
    ASSIGNED,
    CONSULTED,
    DUE_SOON,
    ESCALATED,
    LATE,
    OPINION_GIVEN,
    OPINION_LATE,
    OPINION_SOON,
)
from motcua.processing.models import Consultation, StepRun
from motcua.workspace.models import Follow, Notice, NoticeMail, Preference
from motcua.workspace.rules import URGENT, Telling, digest_due, instant_at
from motcua.workspace.wording import NOTICES, mail_body, mail_subject, notice_words, place_of

log = structlog.get_logger(__name__)

#: What a notice of this kind counts as when an officer says what cannot wait.
COUNTS_AS = {
    "letter.answered": "answered", "dossier.supplement_answered": "answered",
    "late": "soon_late", "escalated": "soon_late", "apology": "soon_late",
    "opinion_asked": "assigned", "opinion_soon": "soon_late", "opinion_late": "soon_late", "opinion_given": "answered",
}  # fmt: skip
FORGOTTEN_AFTER = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(days=3)
#: More than this in one mail is a list, which the desk shows better.
IN_A_MAIL = 50


def telling_of(account: int) -> Telling:
    """How an officer wants to hear."""
    kept = Preference.objects.filter(account=account).values_list("notices", flat=True).first()
    return Telling.read(kept or {})


@transaction.atomic
def tell(account: int, dossier: int, kind: str, *, once: str, now: datetime) -> Notice | None:
    """Tell an officer something about a dossier, once per ``kind`` and ``once``; None when it was told before."""
    family = COUNTS_AS.get(kind, kind)
    urgent = family in URGENT
    notice, new = Notice.objects.get_or_create(
        key=f"{account}:{dossier}:{kind}:{once}"[:100],
        defaults={"account_id": account, "dossier_id": dossier, "kind": kind, "urgent": urgent, "at": now},
    )
    if not new:
        return None
    if urgent and (moment := instant_at(telling_of(account), family, now)) is not None:
        if moment > now:
            send_urgent.defer_at(moment, account=account)
        else:
            send_urgent.defer(account=account)
    return notice


def tell_watchers(dossier: Dossier, kind: str, at: datetime) -> None:
    """Those who follow a dossier, and whoever has it in hand when its applicant has answered; not who did it."""
    if kind not in NOTICES:
        return
    watchers = set(Follow.objects.filter(dossier=dossier).values_list("account", flat=True))
    if COUNTS_AS.get(kind) == "answered":
        watchers |= set(_handling(dossier))
    if not watchers:
        return
    did = Event.objects.filter(stream=dossier.stream, kind=kind, at=at).values_list("account_id", flat=True)
    for account in sorted(watchers - set(did)):
        if _still_sees(account, dossier, at):
            tell(account, dossier.pk, kind, once=at.isoformat(), now=at)


def _handling(dossier: Dossier) -> Iterable[int]:
    """Accounts that have claimed an open step, or asked or wrote last."""
    claimed = StepRun.objects.filter(dossier=dossier, closed_at=None, claimed_by__isnull=False)
    yield from claimed.values_list("claimed_by", flat=True)
    last = dossier.letters.filter(from_office=True).order_by("-pk").values_list("author", flat=True).first()
    if last is not None:
        yield last
    asked = getattr(dossier, "supplement", None)
    if asked is not None:
        yield asked.asked_by_id


def _still_sees(account: int, dossier: Dossier, at: datetime) -> bool:
    """A follower who has moved to another agency hears no more of it."""
    row = Account.objects.filter(pk=account).values_list("full_name", flat=True).first()
    actor = officer(account, row or "", local_day(at))
    return actor is not None and Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()


def tell_assigned(dossier: Dossier, at: datetime) -> None:
    """Whoever has been given a step by somebody else."""
    events = Event.objects.filter(stream=dossier.stream, kind=ASSIGNED, at=at)
    for account_id, data in events.values_list("account_id", "data"):
        given = data.get("to")
        if isinstance(given, int) and given != account_id:
            tell(given, dossier.pk, "assigned", once=at.isoformat(), now=at)


#: Event of the sweepers (``processing.actions.alarming``) to the notice about it.
ALARMS = {DUE_SOON: "soon_late", LATE: "late", ESCALATED: "escalated", APOLOGY_DUE: "apology"}


def tell_alarm(dossier: Dossier, kind: str, at: datetime) -> None:
    """Whom a due time concerns: who has the step in hand, or all who may take it; further up the line, the heads."""
    for data in Event.objects.filter(stream=dossier.stream, kind=kind, at=at).values_list("data", flat=True):
        run = StepRun.objects.select_related("agency").filter(pk=data.get("run")).first()
        if run is None or run.closed_at is not None:
            continue
        match data.get("to"):
            case "unit" if run.claimed_by_id is not None:
                told = [run.claimed_by_id]
            case "unit":
                told = sitting(at, post__unit=run.unit_id, post__role=run.role)
            case "head":
                told = sitting(at, post__unit__agency=run.agency_id, post__role=Role.HEAD)
            case _:
                told = sitting(at, post__unit__agency=run.agency.parent_id or 0, post__role=Role.HEAD)
        for account in told:
            tell(account, dossier.pk, ALARMS[kind], once=f"{run.pk}:{data.get('due_at')}", now=at)


#: Event of a consultation to the notice about it.
OPINIONS = {
    CONSULTED: "opinion_asked",
    OPINION_SOON: "opinion_soon",
    OPINION_LATE: "opinion_late",
    OPINION_GIVEN: "opinion_given",
}


def tell_opinion(dossier: Dossier, kind: str, at: datetime) -> None:
    """Asked and reminded: whoever may answer. Overdue: the heads there and whoever asked. Given: whoever asked."""
    for data in Event.objects.filter(stream=dossier.stream, kind=kind, at=at).values_list("data", flat=True):
        asked = Consultation.objects.filter(pk=data.get("consultation")).first()
        if asked is None or asked.revoked_at is not None:
            continue
        if kind != OPINION_GIVEN and asked.answered_at is not None:
            continue
        if kind == OPINION_GIVEN:
            told = [asked.asked_by_id]
        elif kind == OPINION_LATE:
            heads = sitting(at, post__unit__agency=asked.agency_id, post__role=Role.HEAD)
            told = [asked.asked_by_id, *heads]
        elif asked.expert_id is not None:
            told = [asked.expert_id]
        else:
            told = sitting(at, post__unit=asked.unit_id)
        for account in told:
            tell(account, dossier.pk, OPINIONS[kind], once=str(asked.pk), now=at)


def sitting(at: datetime, **where: object) -> list[int]:
    """Accounts that hold a post of this kind on the day."""
    day = local_day(at)
    holding = Holding.objects.filter(since__lte=day, **where).exclude(until__lt=day)
    return sorted(set(holding.values_list("officer", flat=True)))


# --- by e-mail -------------------------------------------------------------------------------------------


@job("workspace.send_urgent", queue="mail", attempts=5)
def send_urgent(account: int) -> None:
    """Mail what could not wait, all of it in one mail; what was seen meanwhile is left out."""
    gather(account, digest=False, now=clock_now())


@job("workspace.send_digests", queue="mail", attempts=1, cron="*/15 * * * *")
def send_digests() -> None:
    """Mail the digest of everybody whose hour has come."""
    digests_at(clock_now())


def digests_at(now: datetime) -> int:
    """How many digests were made."""
    waiting = Notice.objects.filter(unmailed=True, read_at=None).values_list("account", flat=True).distinct()
    made = 0
    for account in list(waiting.order_by("account")):
        last = NoticeMail.objects.filter(account=account, digest=True).aggregate(last=Max("made_at"))["last"]
        if digest_due(telling_of(account), last, now):
            made += gather(account, digest=True, now=now) is not None
    return made


@transaction.atomic
def gather(account: int, *, digest: bool, now: datetime) -> NoticeMail | None:
    """A mail of what an officer has not been mailed and has not seen; None when there is nothing, or no address."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"notices:{account}"])
    telling = telling_of(account)
    if digest:
        # Two workers, or a job that ran twice: the second sees the first one's mail.
        last = NoticeMail.objects.filter(account=account, digest=True).aggregate(last=Max("made_at"))["last"]
        if not digest_due(telling, last, now):
            return None
    wanted = Notice.objects.select_for_update().filter(account=account, unmailed=True, read_at=None)
    if not digest:
        wanted = wanted.filter(urgent=True)
    chosen = [
        notice.pk for notice in wanted if digest or COUNTS_AS.get(notice.kind, notice.kind) in telling.instant
    ]
    address = Account.objects.get(pk=account).email
    if not chosen or not address:
        return None
    mail = NoticeMail.objects.create(account_id=account, digest=digest, made_at=now)
    Notice.objects.filter(pk__in=chosen).update(mail=mail, unmailed=False)
    send_notice_mail.defer(mail=mail.pk)
    return mail


@job("workspace.send_notice_mail", queue="mail", attempts=A_DAY)
def send_notice_mail(mail: int) -> None:
    """Send one mail; a sent one is never resent."""
    with locks.alone(f"notice-mail:{mail}") as ours:
        if ours:
            _send(mail)


def _send(pk: int) -> None:
    mail = NoticeMail.objects.select_related("account").filter(pk=pk, state=NoticeMail.State.WAITING).first()
    if mail is None:
        return
    notices = list(mail.notices.select_related("dossier").order_by("at", "pk"))
    with translation.override(mail.account.language or "vi"):
        lines = [
            (notice_words(notice), f"{settings.BASE_URL}{place_of(notice)}") for notice in notices[:IN_A_MAIL]
        ]
        message = EmailMessage(
            subject=mail_subject(len(notices), digest=mail.digest or len(notices) > 1, first=lines[0][0]),
            body=mail_body(lines, digest=mail.digest),
            to=[mail.account.email],
            headers={"Message-ID": f"<motcua-desk-{mail.pk}.{mail.made_at:%Y%m%d%H%M%S}@motcua>"},
        )
    message.send()
    NoticeMail.objects.filter(pk=pk).update(state=NoticeMail.State.SENT, sent_at=clock_now())


@job("workspace.resend_forgotten", queue="upkeep", attempts=1, cron="5-59/10 * * * *")
def resend_forgotten() -> None:
    """No mail is forgotten: one that waits without a job gets one; one that cannot be sent is given up."""
    look_after(clock_now())


def look_after(now: datetime) -> tuple[int, int]:
    """(deferred, given up)."""
    waiting = NoticeMail.objects.filter(state=NoticeMail.State.WAITING)
    given_up = waiting.filter(made_at__lt=now - GIVEN_UP_AFTER).update(state=NoticeMail.State.FAILED)
    about = send_notice_mail.pending("mail")
    forgotten = waiting.filter(made_at__lt=now - FORGOTTEN_AFTER).exclude(pk__in=about)
    keys = list(forgotten.order_by("made_at").values_list("pk", flat=True)[:500])
    for pk in keys:
        send_notice_mail.defer(mail=pk)
    if keys or given_up:
        log.warning("notices.looked_after", deferred=len(keys), given_up=given_up)
    return len(keys), given_up
