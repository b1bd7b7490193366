"""The published list: approved with its round, put in force in the catalogue, made a signed document, sent to the Ministry."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, datetime, time
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from motcua.catalogue.actions import set_levels
from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor, Role
from motcua.kernel.blobs import BlobStore
from motcua.kernel.clock import VIETNAM, local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.contents import keep
from motcua.kernel.jobs import A_DAY, job
from motcua.kernel.refusals import Conflict, NotAllowed, Refused, Unavailable
from motcua.kernel.text import clean, fold
from motcua.organisations.models import Agency
from motcua.programme.review import client
from motcua.programme.review.actions import locked_round
from motcua.programme.review.documents import list_pdf
from motcua.programme.review.models import (
    Connection,
    Delivery,
    ListEntry,
    ReviewAssessment,
    ReviewRound,
    ServiceList,
)
from motcua.programme.review.words import reason_line
from motcua.results.signing import current_signer

APPROVED = "review.list_approved"
CONNECTED = "review.connected"
SENT = "review.list_sent"
RECEIVED = "review.list_received"
REFUSED_THERE = "review.list_refused"
FORMAT = "motcua.service-list/1"


def may_approve(actor: Actor, round_: ReviewRound) -> bool:
    """Whether the actor is the head of the province or ministry whose list it is."""
    return any(seat.agency == round_.agency_id for seat in actor.seats_as(Role.HEAD))


def unfinished(round_: ReviewRound) -> int:
    """How many procedures of a round are neither approved nor left out."""
    done = (ReviewAssessment.State.APPROVED, ReviewAssessment.State.EXCLUDED)
    return ReviewAssessment.objects.filter(round=round_).exclude(state__in=done).count()


@action("review.approve_list")
def approve_list(
    *,
    actor: Actor,
    round_id: int,
    number: str,
    place: str,
    signer_title: str,
    effective_on: date,
    now: datetime,
) -> ServiceList:
    """Approve the list of a round whose every procedure is approved or left out. Closes the round; the document is signed,
    and the levels are set in the catalogue from ``effective_on`` on, by jobs."""
    round_ = (
        ReviewRound.objects.select_related("agency")
        .select_for_update(of=("self",))
        .filter(pk=round_id)
        .first()
    )
    if round_ is None or not may_approve(actor, round_):
        raise NotAllowed("review.unknown")
    if round_.state != ReviewRound.State.OPEN:
        raise Conflict("review.closed")
    number, place, title = clean(number)[:40], clean(place)[:80], clean(signer_title)[:120]
    if not number:
        raise Refused("list.no_number")
    if not place or not title:
        raise Refused("list.no_place")
    if effective_on < local_day(now):
        raise Refused("list.effective_past")
    if ServiceList.objects.filter(agency=round_.agency, number=number).exists():
        raise Refused("list.number_taken", number=number)
    left = unfinished(round_)
    if left:
        raise Refused("list.unfinished", count=left)
    made = ServiceList.objects.create(
        round=round_,
        agency=round_.agency,
        state=ServiceList.State.APPROVED,
        number=number,
        place=place,
        signer=actor.name,
        signer_title=title,
        effective_on=effective_on,
        approved_at=now,
        previous=newest_list(round_.agency),
    )
    count = _freeze(made)
    if not count:
        raise Refused("list.empty")
    made.content_hash = content_hash(made)
    made.save(update_fields=["content_hash"])
    round_.state = ReviewRound.State.CLOSED
    levels = Counter(made.entries.values_list("level", flat=True))
    events.append(
        round_,
        APPROVED,
        actor=actor,
        at=now,
        data={
            "number": number,
            "effective_on": effective_on.isoformat(),
            "entries": count,
            "levels": dict(levels),
            "sha256": made.content_hash,
        },
    )
    round_.save(update_fields=["state", "event_seq", "event_hash"])
    publish.defer(list_id=made.pk)
    if effective_on > local_day(now):
        put_in_force.defer_at(datetime.combine(effective_on, time(0, 1), VIETNAM), list_id=made.pk)
    else:
        put_in_force.defer(list_id=made.pk)
    return made


def newest_list(agency: Agency) -> ServiceList | None:
    """The newest approved list of an agency."""
    found = ServiceList.objects.filter(agency=agency, state=ServiceList.State.APPROVED)
    return found.order_by("-approved_at", "-pk").first()


def _freeze(made: ServiceList) -> int:
    """Write the lines of a list from the approved assessments; they never change afterwards."""
    rows = (
        ReviewAssessment.objects.filter(round=made.round, state=ReviewAssessment.State.APPROVED)
        .order_by(
            "agency__code", "procedure__sector__sort_key", "procedure__sort_key", "procedure__national_code"
        )
        .values_list(
            "procedure__national_code",
            "procedure__name",
            "procedure__sector__name",
            "agency__code",
            "agency__name",
            "level",
            "judgement",
        )
    )
    entries = [
        ListEntry(
            service_list=made,
            position=place,
            national_code=code,
            name=name,
            folded=fold(f"{code} {name} {sector}"),
            sector=sector,
            agency_code=agency or "",
            agency_name=agency_name or "",
            level=level,
            reasons=[]
            if level == "full"
            else [
                {key: blocker[key] for key in ("cause", "owner", "lawful", "article", "basis")}
                for blocker in (judgement or {}).get("blockers", [])
            ],
        )
        for place, (code, name, sector, agency, agency_name, level, judgement) in enumerate(rows, 1)
    ]
    return len(ListEntry.objects.bulk_create(entries, batch_size=1000))


def payload(made: ServiceList) -> dict[str, Any]:
    """A list as it travels to the Ministry and as open data: enough to consolidate, and to check by hash."""
    return {
        "format": FORMAT,
        "agency": {"code": made.agency.code, "name": made.agency.name},
        "number": made.number,
        "signer": made.signer,
        "signer_title": made.signer_title,
        "signed_on": local_day(made.approved_at).isoformat() if made.approved_at else None,
        "effective_on": made.effective_on.isoformat() if made.effective_on else None,
        "entries": [
            {
                "code": entry.national_code,
                "name": entry.name,
                "sector": entry.sector,
                "agency": entry.agency_code,
                "level": entry.level,
                "reason": reason_line(entry.reasons),
            }
            for entry in made.entries.order_by("position")
        ],
    }


def content_hash(made: ServiceList) -> str:
    """SHA-256 of the canonical JSON of a list."""
    return hashlib.sha256(orjson.dumps(payload(made), option=orjson.OPT_SORT_KEYS)).hexdigest()


# --- what follows: signing, coming into force -----------------------------------------------------------------


@job("review.publish", queue="documents", attempts=A_DAY)
def publish(list_id: int) -> None:
    """Render and sign the document of an approved list; looks first, so that it is signed once."""
    made = ServiceList.objects.select_related("agency__parent", "round").get(pk=list_id)
    if made.pdf_id is not None or made.approved_at is None:
        return
    plain = list_pdf(made)
    signed = current_signer().sign(
        plain,
        reason=f"Danh mục dịch vụ công trực tuyến {made.number}",
        location=made.place,
        signer_name=made.signer,
        organisation=made.agency.name,
        title=made.signer_title,
        at=made.approved_at,
    )
    with transaction.atomic():
        blob = keep(BlobStore(settings.DATA_DIR / "blobs"), signed, mime="application/pdf", now=clock_now())
        ServiceList.objects.filter(pk=made.pk, pdf=None).update(pdf=blob)


@job("review.put_in_force", attempts=A_DAY)
def put_in_force(list_id: int) -> None:
    """Set the levels of a list in the catalogue, once its day has come and unless a newer list is in force already."""
    now = clock_now()
    with transaction.atomic():
        made = ServiceList.objects.select_related("agency").select_for_update(of=("self",)).get(pk=list_id)
        if made.applied_at is not None or made.effective_on is None or made.effective_on > local_day(now):
            return
        newer = ServiceList.objects.filter(agency=made.agency, applied_at__isnull=False).filter(
            Q(effective_on__gt=made.effective_on)
            | Q(effective_on=made.effective_on, approved_at__gt=made.approved_at)
        )
        if not newer.exists():
            apply_levels(made, now)
        made.applied_at = now
        made.save(update_fields=["applied_at"])


def apply_levels(made: ServiceList, now: datetime) -> None:
    """The catalogue follows the list, and the round remembers that it does."""
    entries = list(made.entries.values_list("national_code", "level", "agency_code"))
    agencies = {agency.code: agency for agency in Agency.objects.filter(code__in={e[2] for e in entries})}
    assert made.effective_on is not None
    set_levels(
        actor=SYSTEM,
        agency=made.agency,
        owners={code: agencies.get(owner, made.agency) for code, _, owner in entries},
        levels={code: level for code, level, _ in entries},
        since=made.effective_on,
        instrument=made.number,
        now=now,
    )


# --- to the Ministry -----------------------------------------------------------------------------------------


@action("review.connect")
def connect(
    *, actor: Actor, round_id: int, address: str, collection: str, token: str, now: datetime
) -> Connection:
    """Remember where lists go: the Ministry's address, the key of its collection, and the token it gave us."""
    round_ = locked_round(actor, round_id, opened=False)
    address, collection = client.checked_address(address), clean(collection)[:40]
    token = token.strip()
    kept = Connection.objects.filter(agency=round_.agency).first()
    if not collection:
        raise Refused("connection.no_collection")
    if not token and kept is None:
        raise Refused("connection.no_token")
    made, _ = Connection.objects.update_or_create(
        agency=round_.agency,
        defaults={
            "address": address,
            "collection": collection,
            "changed_at": now,
            **({"token": token} if token else {}),
        },
    )
    events.append(round_, CONNECTED, actor=actor, at=now, data={"address": address, "collection": collection})
    round_.save(update_fields=["event_seq", "event_hash"])
    return made


@action("review.send_list")
def send_list(*, actor: Actor, round_id: int, now: datetime) -> Delivery:
    """Send the approved list of a round to the Ministry, by a job that tries for a day; one at a time."""
    round_ = locked_round(actor, round_id, opened=False)
    made = ServiceList.objects.filter(round=round_, state=ServiceList.State.APPROVED).first()
    if made is None:
        raise Refused("list.not_approved")
    if not Connection.objects.filter(agency=round_.agency).exists():
        raise Refused("connection.missing")
    if Delivery.objects.filter(list=made, state=Delivery.State.WAITING).exists():
        raise Conflict("list.being_sent")
    delivery = Delivery.objects.create(list=made, asked_at=now)
    events.append(
        round_, SENT, actor=actor, at=now, data={"number": made.number, "sha256": made.content_hash}
    )
    round_.save(update_fields=["event_seq", "event_hash"])
    deliver.defer(delivery_id=delivery.pk)
    return delivery


@job("review.deliver", queue="default", attempts=A_DAY)
def deliver(delivery_id: int) -> None:
    """Hand a list over. Equal content gives the same receipt, so a lost answer costs nothing; a refusal is final."""
    row = Delivery.objects.select_related("list__agency", "list__round").get(pk=delivery_id)
    if row.state != Delivery.State.WAITING:
        return
    where = Connection.objects.get(agency=row.list.agency)
    try:
        answer = client.submit(where.address, where.collection, where.token, payload(row.list))
    except client.Refusal as refusal:
        arrived(
            delivery=row.pk, receipt="", received_at=None, late_days=0, problem=refusal.said, now=clock_now()
        )
        return
    except Unavailable as error:
        Delivery.objects.filter(pk=row.pk).update(
            attempts=row.attempts + 1, problem=str(error.params.get("detail", ""))[:300]
        )
        raise
    arrived(
        delivery=row.pk,
        receipt=answer.receipt,
        received_at=answer.received_at,
        late_days=answer.late_days,
        problem="",
        now=clock_now(),
    )


@action("review.arrived")
def arrived(
    *, delivery: int, receipt: str, received_at: datetime | None, late_days: int, problem: str, now: datetime
) -> None:
    """Write down what the Ministry answered: a receipt, or why it refused."""
    row = Delivery.objects.select_for_update().get(pk=delivery)
    round_ = ReviewRound.objects.select_for_update().get(list=row.list_id)
    row.state = Delivery.State.RECEIVED if receipt else Delivery.State.REFUSED
    row.receipt, row.received_at, row.late_days, row.problem = receipt, received_at, late_days, problem[:300]
    row.attempts += 1
    row.save()
    kind = RECEIVED if receipt else REFUSED_THERE
    events.append(
        round_,
        kind,
        actor=SYSTEM,
        at=now,
        data={"receipt": receipt, "late_days": late_days, "problem": row.problem},
    )
    round_.save(update_fields=["event_seq", "event_hash"])
