"""Reads the portal's pages need across rooms. Audience rules stay in the rooms: ``visible_to``, ``mine``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict, cast
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from motcua.catalogue.models import Procedure, ProcedureCase, Service
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.invitations import taken_up
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import (
    Dossier,
    DossierAnswers,
    Draft,
    DraftUpload,
    Invitation,
    Paper,
    Slip,
    SlipKind,
)
from motcua.feedback.models import Rating
from motcua.kernel.actors import Actor
from motcua.kernel.caching import Kept
from motcua.kernel.models import Event
from motcua.kernel.refusals import NotAllowed
from motcua.messaging.models import Message
from motcua.organisations.models import Agency
from motcua.results.models import StoreItem

PAGE = 20


@dataclass(frozen=True, slots=True)
class Office:
    """An agency that offers a service."""

    pk: int
    code: str
    name: str
    short_name: str
    address: str
    phone: str
    ward_code: int | None


def _offers(_: None) -> dict[str, tuple[Office, ...]]:
    found: dict[str, list[Office]] = {}
    rows = (
        Service.objects.filter(active=True, agency__active=True)
        .order_by("agency__code")
        .values_list(
            "procedure__national_code",
            "valid_from",
            "agency_id",
            "agency__code",
            "agency__name",
            "agency__short_name",
            "agency__address",
            "agency__phone",
            "agency__ward_code",
        )
    )
    for row in rows:
        found.setdefault(row[0], []).append(Office(*row[2:]))
    return {code: tuple(offices) for code, offices in found.items()}


#: Which agencies offer which procedure online; a new service is seen within half a minute.
offers: Kept[None, dict[str, tuple[Office, ...]]] = Kept(_offers, seconds=30)


def _one_stops(_: None) -> tuple[Office, ...]:
    rows = (
        Agency.objects.filter(active=True, units__one_stop=True)
        .exclude(address="")
        .order_by("code")
        .distinct()
    )
    fields = ("id", "code", "name", "short_name", "address", "phone", "ward_code")
    return tuple(Office(*row) for row in rows.values_list(*fields))


#: Agencies with a one-stop desk: where to go with a procedure that is not online.
one_stops: Kept[None, tuple[Office, ...]] = Kept(_one_stops, seconds=60)


def _procedure_key(code: str) -> int | None:
    return Procedure.objects.filter(national_code=code).values_list("pk", flat=True).first()


procedure_key: Kept[str, int | None] = Kept(_procedure_key, seconds=None)


def filable_cases(code: str) -> list[ProcedureCase]:
    """The cases of a procedure's current version that have a form, in order."""
    version = Procedure.objects.filter(national_code=code).values("current_version")[:1]
    return list(
        ProcedureCase.objects.filter(version=version, form_key__isnull=False)
        .exclude(form_key="")
        .order_by("position")
    )


def residence_first(offices: tuple[Office, ...], claims: Mapping[str, Any]) -> list[Office]:
    """The offices with the person's own commune first: where they live now, else where they are registered."""
    wards = []
    for name in ("NoiOHienNay", "ThuongTru"):
        place = claims.get(name)
        ward = place.get("MaPhuongXa", "") if isinstance(place, Mapping) else ""
        if str(ward).isdigit():
            wards.append(int(ward))
    return sorted(
        offices, key=lambda office: wards.index(office.ward_code) if office.ward_code in wards else len(wards)
    )


def shared_draft(actor: Actor, draft_id: UUID) -> tuple[Draft, list[DraftUpload], frozenset[str] | None]:
    """A draft of the actor with its files, or one they were invited to with the sections that are theirs (and no file)."""
    try:
        return *draft_with_uploads(actor, draft_id), None
    except NotAllowed:
        draft, part = drafts.reach(actor, draft_id)
        return draft, [], part


def draft_with_uploads(actor: Actor, draft_id: UUID) -> tuple[Draft, list[DraftUpload]]:
    """A draft of the actor with its files; two queries. Raises NotAllowed for anybody else's."""
    draft = (
        Draft.objects.filter(pk=draft_id, account=actor.account)
        .select_related("dossier", "supplements")
        .first()
        if actor.account is not None
        else None
    )
    if draft is None:
        raise NotAllowed("draft.unknown")
    uploads = list(draft.uploads.select_related("blob").order_by("created_at"))
    return draft, uploads


def drafts_of_procedure(actor: Actor, code: str) -> list[Draft]:
    """The actor's unfiled drafts of one procedure, newest first."""
    return [draft for draft in drafts.waiting(actor) if draft.case.version.procedure.national_code == code]


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Listed(TypedDict):
        rated: bool
        part_waits: bool
        parts_total: int | None
        parts_done: int | None

    class _Opened(TypedDict):
        filed: str | None

    #: Dossiers with what was read beside them: for the list of an account, and for a page.
    Listed = WithAnnotations[Dossier, _Listed]
    Opened = WithAnnotations[Dossier, _Opened]


@dataclass(frozen=True, slots=True)
class Account:
    """The first page of an account."""

    drafts: list[Draft]
    helping: list[Invitation]
    waiting: list[Listed]
    dossiers: list[Listed]
    more: str
    unread: int
    stored: int


#: What the person can do something about; a result given back is offered for rating for a while, then left in peace.
_WAITS = Q(status__in=[Status.SUPPLEMENT, Status.FINANCIAL_DUTY]) | Q(
    status=Status.FINISHED, return_by="counter"
)
_MINE = _WAITS | Q(part_waits=True)


def _parts(*conditions: Q, **wanted: Any) -> QuerySet[Dossier]:
    return Dossier.objects.filter(*conditions, joint=OuterRef("pk"), **wanted)


def _counted(parts: QuerySet[Dossier]) -> Subquery:
    return Subquery(parts.order_by().values("joint").annotate(number=Count("pk")).values("number"))


RATING_OFFERED = timedelta(days=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def account_home(actor: Actor, *, after: str = "", now: datetime) -> Account:
    """What waits for the person wherever it stands in the list, the other dossiers newest first, and counts.

    ``after``: the ``more`` of the page before; a key that cannot be read begins at the top. Six queries.
    """
    visible = (
        Dossier.objects.visible_to(actor)
        .select_related("procedure", "agency", "supplement")
        # One request, one card: the parts of a joint dossier stand on its page.
        .filter(joint=None)
        .annotate(
            rated=Exists(Rating.objects.filter(dossier=OuterRef("pk"))),
            part_waits=Exists(_parts(_WAITS)),
            parts_total=_counted(_parts()),
            parts_done=_counted(_parts(status__in=[Status.FINISHED, Status.RETURNED])),
        )
        .order_by("-submitted_at", "-pk")
    )
    to_rate = Q(status=Status.RETURNED, rated=False, returned_at__gte=now - RATING_OFFERED)
    found = visible.exclude(_MINE)
    key = re.fullmatch(r"(\d{1,16})~(\d{1,18})", after, re.ASCII)
    if key is not None:
        moment, last = _EPOCH + timedelta(microseconds=int(key[1])), int(key[2])
        found = found.filter(Q(submitted_at__lt=moment) | Q(submitted_at=moment, pk__lt=last))
    page = list(found[: PAGE + 1])
    more = ""
    if len(page) > PAGE:
        end = page[PAGE - 1]
        more = f"{(end.submitted_at - _EPOCH) // timedelta(microseconds=1)}~{end.pk}"
    return Account(
        drafts=drafts.waiting(actor) if key is None else [],
        helping=taken_up(actor) if key is None else [],
        waiting=cast("list[Listed]", list(visible.filter(_MINE | to_rate)[:PAGE])) if key is None else [],
        dossiers=cast("list[Listed]", page[:PAGE]),
        more=more,
        unread=Message.objects.filter(account=actor.account, read_at=None).count(),
        stored=StoreItem.objects.filter(kept_for(actor)).count(),
    )


def kept_for(actor: Actor) -> Q:
    """Store items of a person: under the account, and under the citizen ID for what was filed at a counter."""
    mine = Q(account=actor.account)
    return mine | Q(person_index=actor.identity_index) if actor.identity_index is not None else mine


def waiting_count(actor: Actor) -> int:
    """How many dossiers wait for the person (to complete, to pay)."""
    return (
        Dossier.objects.visible_to(actor)
        .filter(status__in=[Status.SUPPLEMENT, Status.FINANCIAL_DUTY])
        .count()
    )


def dossier_of(actor: Actor, code: str) -> Opened:
    """A person's dossier with what its page names beside it, and its latest answers; one query.

    ``filed``: the answers as JSON, or None. NotAllowed for a stranger.
    """
    latest = DossierAnswers.objects.filter(dossier=OuterRef("pk")).order_by("-number")
    dossier = (
        Dossier.objects.visible_to(actor)
        .select_related("procedure", "agency", "unit", "result", "rating", "supplement", "joint")
        .annotate(filed=Subquery(latest.values("body")[:1]))
        .filter(code=code)
        .first()
    )
    if dossier is None:
        raise NotAllowed("dossier.unknown")
    return cast("Opened", dossier)


def history(dossier: Dossier) -> list[Event]:
    return list(Event.objects.filter(stream=dossier.stream).order_by("seq"))


def papers_of(dossier: Dossier) -> list[Paper]:
    return list(
        dossier.papers.select_related("component", "blob").order_by("component__position", "added_at")
    )


def slips_of(dossier: Dossier) -> list[Slip]:
    """What the applicant was given."""
    given = dossier.slips.exclude(kind=SlipKind.CONTROL)
    return list(given.select_related("blob").order_by("issued_at"))


def messages_about(dossier: Dossier) -> list[Message]:
    """What was told about a dossier, and about the parts of a joint one."""
    if dossier.joint_id is None and plan_of(case_bundle(dossier.case_id).national_code) is not None:
        about = Message.objects.filter(Q(dossier=dossier) | Q(dossier__joint=dossier))
        return list(
            about.select_related("dossier__procedure", "dossier__agency", "dossier__joint").order_by("-at")
        )
    return list(dossier.messages.order_by("-at"))


def first_month(until: date) -> date:
    """The first of the twelve months that end with the month of ``until``."""
    return date(until.year - 1, until.month, 1).replace(
        year=until.year if until.month == 12 else until.year - 1, month=until.month % 12 + 1
    )
