"""The Ministry's side: collections, tokens of senders, lists as they come in, reminders. Every write of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.codes import is_national_code, national_code
from motcua.kernel.jobs import A_DAY, job
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import clean, slug
from motcua.programme.review import rules, senders
from motcua.programme.review.lists import FORMAT
from motcua.programme.review.national_models import (
    AccessToken,
    Collection,
    Reminder,
    Submission,
    SubmittedEntry,
)
from motcua.programme.review.sheets import Problem

log = structlog.get_logger(__name__)

OPENED = "collection.opened"
TOKEN_ISSUED = "collection.token_issued"  # noqa: S105 - the name of an event
TOKEN_REVOKED = "collection.token_revoked"  # noqa: S105 - the same
RECEIVED = "collection.received"
REMINDED = "collection.reminded"
LEVELS: Final = ("full", "partial", "information")
MAX_ENTRIES: Final = 20_000
MAX_PROBLEMS: Final = 50
#: A reminder a day is enough.
NOT_AGAIN_WITHIN_HOURS: Final = 20
_PREFIX: Final = "mtc_"


class BadList(Exception):
    """A submitted list that cannot be taken; every fault that was found, each with its row (from 1; 0: the whole)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].code)
        self.problems = problems


def national(actor: Actor) -> None:
    """Only the focal point of an installation that receives lists. Raises NotAllowed."""
    if "national" not in settings.ROLES or not actor.holds(Role.FOCAL_POINT):
        raise NotAllowed("collection.unknown")


def _locked(key: str) -> Collection:
    found = Collection.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise NotAllowed("collection.unknown")
    return found


def _note(found: Collection, kind: str, actor: Actor, now: datetime, data: Mapping[str, Any]) -> None:
    events.append(found, kind, actor=actor, at=now, data=data)
    found.save(update_fields=["event_seq", "event_hash"])


@action("collection.open")
def open_collection(*, actor: Actor, name: str, instrument: str, deadline: date, now: datetime) -> Collection:
    """Ask all ministries and provinces of the deadline's day for their lists."""
    national(actor)
    name, instrument = clean(name)[:200], clean(instrument)[:200]
    if not name:
        raise Refused("review.no_name")
    if not instrument:
        raise Refused("review.no_instrument")
    if deadline < local_day(now):
        raise Refused("review.deadline_past")
    base = slug(f"dvctt {deadline.isoformat()}")[:36]
    taken = set(Collection.objects.filter(key__startswith=base).values_list("key", flat=True))
    key = next(k for k in (base, *(f"{base}-{n}" for n in range(2, 1000))) if k not in taken)
    made = Collection.objects.create(
        key=key, name=name, instrument=instrument, opened_on=local_day(now), deadline=deadline
    )
    _note(
        made, OPENED, actor, now, {"deadline": deadline.isoformat(), "senders": len(senders.on_day(deadline))}
    )
    return made


# --- tokens -------------------------------------------------------------------------------------------------


def digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so one plain SHA-256 is enough."""
    return hashlib.sha256(token.strip().encode()).digest()


@action("collection.issue_token")
def issue_token(*, actor: Actor, collection: str, sender: str, email: str, now: datetime) -> str:
    """A token for a sender, shown this once; the one it had before is revoked."""
    national(actor)
    found = _locked(collection)
    if sender not in {one.key for one in senders.on_day(found.deadline)}:
        raise Refused("collection.unknown_sender")
    token = _PREFIX + secrets.token_urlsafe(32)
    AccessToken.objects.filter(sender=sender, revoked_at=None).update(revoked_at=now)
    AccessToken.objects.create(
        sender=sender,
        digest=digest(token),
        email=clean(email)[:254],
        issued_by_id=actor.account,
        issued_at=now,
    )
    _note(found, TOKEN_ISSUED, actor, now, {"sender": sender})
    return token


@action("collection.revoke_token")
def revoke_token(*, actor: Actor, collection: str, sender: str, now: datetime) -> None:
    """The sender's token opens nothing from now on."""
    national(actor)
    found = _locked(collection)
    if not AccessToken.objects.filter(sender=sender, revoked_at=None).update(revoked_at=now):
        raise Refused("collection.no_token")
    _note(found, TOKEN_REVOKED, actor, now, {"sender": sender})


def sender_of(token: str) -> str | None:
    """Whose a token is; None when it is nobody's, or revoked."""
    if not token.startswith(_PREFIX) or len(token) > 200:
        return None
    return (
        AccessToken.objects.filter(digest=digest(token), revoked_at=None)
        .values_list("sender", flat=True)
        .first()
    )


# --- lists as they come ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Incoming:
    """A list that has been read and found whole."""

    number: str
    signer: str
    signed_on: date
    entries: tuple[tuple[str, str, str, str], ...]  # code, name, level, reason
    content_hash: str


def read_list(document: object) -> Incoming:
    """Judge a submitted document: all of it is good, or every fault is named (BadList). Pure."""
    if not isinstance(document, Mapping):
        raise BadList([Problem(0, "not_an_object")])
    problems: list[Problem] = []
    if document.get("format") != FORMAT:
        problems.append(Problem(0, "unknown_format", str(document.get("format"))[:60]))
    number, signer = (
        _line(document.get(name), name, 40 if name == "number" else 200, problems)
        for name in ("number", "signer")
    )
    try:
        signed_on = date.fromisoformat(str(document.get("signed_on")))
    except ValueError:
        problems.append(Problem(0, "bad_date", "signed_on"))
        signed_on = date.min
    rows = document.get("entries")
    if not isinstance(rows, list) or not rows:
        problems.append(Problem(0, "no_entries"))
        rows = []
    if len(rows) > MAX_ENTRIES:
        raise BadList([*problems, Problem(0, "too_many_rows", str(MAX_ENTRIES))])
    entries: list[tuple[str, str, str, str]] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(rows, 1):
        entry = _entry(place, row, seen, problems)
        if entry is not None:
            entries.append(entry)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise BadList(problems)
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return Incoming(number, signer, signed_on, tuple(entries), hashlib.sha256(canonical).hexdigest())


def _line(value: object, name: str, longest: int, problems: list[Problem]) -> str:
    text = clean(value) if isinstance(value, str) else ""
    if not text or len(text) > longest:
        problems.append(Problem(0, "missing" if not text else "too_long", name))
    return text[:longest]


def _entry(
    place: int, row: object, seen: dict[str, int], problems: list[Problem]
) -> tuple[str, str, str, str] | None:
    if not isinstance(row, Mapping) or not isinstance(row.get("code"), str):
        problems.append(Problem(place, "code_missing"))
        return None
    if not is_national_code(row["code"]):
        problems.append(Problem(place, "code_unreadable", row["code"][:40]))
        return None
    code = national_code(row["code"])
    if code in seen:
        problems.append(Problem(place, "row_twice", f"{code} ({seen[code]})"))
        return None
    seen[code] = place
    level, name, reason = row.get("level"), row.get("name"), row.get("reason") or ""
    if level not in LEVELS:
        problems.append(Problem(place, "unknown_level", str(level)[:40]))
        return None
    if not isinstance(name, str) or not clean(name) or len(name) > 2000 or not isinstance(reason, str):
        problems.append(Problem(place, "name_missing", code))
        return None
    if level == "partial" and not clean(reason):
        # NĐ 42/2022 art. 11(2), NĐ 224/2026 art. 14: partial stands with its reason or not at all.
        problems.append(Problem(place, "reason_missing", code))
        return None
    return code, clean(name), str(level), clean(reason)[:2000]


@action("collection.receive")
def receive(*, sender: str, collection: str, incoming: Incoming, now: datetime) -> Submission:
    """Take a list in and give its receipt; the newest of a sender counts. Raises Conflict :class:`AlreadyHere` for the same
    content, with the receipt it got."""
    found = _locked(collection)
    if sender not in {one.key for one in senders.on_day(found.deadline)}:
        raise NotAllowed("collection.unknown_sender")
    before = Submission.objects.filter(
        collection=found, sender=sender, content_hash=incoming.content_hash
    ).first()
    if before is not None:
        raise AlreadyHere(before)
    Submission.objects.filter(collection=found, sender=sender, current=True).update(current=False)
    counts = {level: sum(1 for entry in incoming.entries if entry[2] == level) for level in LEVELS}
    made = Submission.objects.create(
        collection=found,
        sender=sender,
        receipt=_receipt(sender, now),
        received_at=now,
        late_days=rules.lateness(found.deadline, now, now),
        content_hash=incoming.content_hash,
        list_number=incoming.number,
        signer=incoming.signer,
        signed_on=incoming.signed_on,
        amount=len(incoming.entries),
        full=counts["full"],
        partial=counts["partial"],
    )
    SubmittedEntry.objects.bulk_create(
        [
            SubmittedEntry(submission=made, national_code=code, name=name, level=level, reason=reason)
            for code, name, level, reason in incoming.entries
        ],
        batch_size=2000,
    )
    AccessToken.objects.filter(sender=sender, revoked_at=None).update(used_at=now)
    _note(
        found,
        RECEIVED,
        SYSTEM,
        now,
        {
            "sender": sender,
            "receipt": made.receipt,
            "entries": made.amount,
            "late_days": made.late_days,
            "sha256": made.content_hash,
        },
    )
    return made


class AlreadyHere(Conflict):
    """The very same list has come before."""

    def __init__(self, submission: Submission) -> None:
        super().__init__("collection.already_here", receipt=submission.receipt)
        self.submission = submission


def _receipt(sender: str, now: datetime) -> str:
    """`BN-20230420-7F3K9Q2M`: the day, and what cannot be guessed."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    return f"BN-{local_day(now):%Y%m%d}-" + "".join(secrets.choice(alphabet) for _ in range(8))


# --- reminders ----------------------------------------------------------------------------------------------


@action("collection.remind")
def remind(*, actor: Actor, collection: str, sender: str = "", now: datetime) -> int:
    """Remind one sender, or all that have sent nothing; none twice within a day. Returns how many were reminded."""
    national(actor)
    found = _locked(collection)
    here = set(found.submissions.filter(current=True).values_list("sender", flat=True))
    recent = {
        key
        for key, at in found.reminders.values_list("sender", "at")
        if (now - at).total_seconds() < NOT_AGAIN_WITHIN_HOURS * 3600
    }
    wanted = [
        one.key
        for one in senders.on_day(found.deadline)
        if one.key not in here and one.key not in recent and sender in ("", one.key)
    ]
    if not wanted:
        raise Refused("collection.nobody_to_remind")
    addresses = dict(
        AccessToken.objects.filter(sender__in=wanted, revoked_at=None).values_list("sender", "email")
    )
    for key in wanted:
        made = Reminder.objects.create(
            collection=found, sender=key, at=now, officer=actor.name, email=addresses.get(key, "")
        )
        if made.email:
            send_reminder.defer(reminder=made.pk)
    _note(found, REMINDED, actor, now, {"senders": wanted})
    return len(wanted)


@job("review.send_reminder", queue="mail", attempts=A_DAY)
def send_reminder(reminder: int) -> None:
    """Send one reminder by e-mail; looks first, so that a second run sends nothing."""
    row = Reminder.objects.select_related("collection").get(pk=reminder)
    if row.sent_at is not None or not row.email:
        return
    who = senders.by_key(row.sender)
    asked = row.collection
    late = rules.lateness(asked.deadline, None, row.at)
    when = f"đã quá hạn {late} ngày" if late else f"hạn gửi là ngày {asked.deadline:%d/%m/%Y}"
    mail = EmailMessage(
        subject=f"Nhắc gửi danh mục dịch vụ công trực tuyến: {asked.name}",
        body=(
            f"Kính gửi {who.name if who else row.sender},\n\n"
            f"Thực hiện {asked.instrument}, đề nghị quý cơ quan gửi danh mục dịch vụ công trực tuyến; {when}.\n"
            f"Gửi qua API của hệ thống tiếp nhận, mã đợt: {asked.key}.\n\nTrân trọng."
        ),
        to=[row.email],
        headers={"Message-ID": f"<motcua-reminder-{row.pk}.{row.at:%Y%m%d%H%M%S}@motcua>"},
    )
    try:
        mail.send()
    except OSError as error:
        Reminder.objects.filter(pk=row.pk).update(problem=str(error)[:300])
        raise
    Reminder.objects.filter(pk=row.pk).update(sent_at=clock_now(), problem=F("problem"))
