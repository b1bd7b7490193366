"""Every write to a dossier that filing makes. What the desk does is in ``processing/actions``.

Order in each: guard, then rows, then the event (last, so that its number and hash are saved with the row).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from motcua.dossiers import drafts, numbers, outcomes, rebasing
from motcua.dossiers.bundles import CaseBundle, case_bundle, form_of
from motcua.dossiers.joint.locking import lock_whole
from motcua.dossiers.joint.plans import plan_of
from motcua.dossiers.lifecycle import Edge, Status, move
from motcua.dossiers.models import Assistance, Channel, Dossier, DossierAnswers, Draft, DraftUpload, Paper
from motcua.dossiers.rules import AssistanceKind, is_remote, missing_papers, new_secret
from motcua.dossiers.rules import Channel as ChannelName
from motcua.eforms import rules as eforms
from motcua.eforms.choices import Text
from motcua.eforms.fields.base import FieldError
from motcua.eforms.outcomes import Outcome
from motcua.kernel import crypto, events, rows
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import fold
from motcua.organisations.queries import AgencyUnits, units_of

SUBMITTED = "dossier.submitted"
WITHDRAWN = "dossier.withdrawn"

_CHANNEL_NAMES: dict[Channel, ChannelName] = {
    Channel.COUNTER: "counter",
    Channel.ONLINE: "online",
    Channel.POST: "post",
}


class AlreadyFiled(Conflict):
    """The draft is a dossier already: the second press of the button finds the first one's dossier."""

    def __init__(self, dossier: Dossier) -> None:
        super().__init__("draft.already_filed", dossier=dossier.code)
        self.dossier = dossier


class NotFilable(Refused):
    """The answers or papers are not right yet: ``errors`` by field, ``missing`` component keys, ``blocked`` why nobody
    with these answers can file. Nothing was lost."""

    def __init__(
        self, errors: Mapping[str, Any], missing: Sequence[int], blocked: Sequence[Text] = ()
    ) -> None:
        super().__init__("draft.not_filable", fields=sorted(errors), missing=list(missing))
        self.errors, self.missing, self.blocked = errors, missing, blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """Who files for the applicant, and the paper that allows it ("Giấy ủy quyền ngày …")."""

    name: str
    number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class ApplicantDetails:
    """For whom a dossier is filed. The number is a citizen ID or tax code; the account is null at the counter."""

    kind: str
    name: str
    number: str
    account: int | None
    phone: str = ""
    email: str = ""
    address: str = ""
    authorised: Authorised | None = None

    def contact(self) -> str:
        given = {"phone": self.phone, "email": self.email, "address": self.address}
        return orjson.dumps({key: value for key, value in given.items() if value}).decode()


def check(draft: Draft, uploads: Sequence[DraftUpload], *, now: datetime) -> dict[str, Any]:
    """The cleaned answers, judged by the form version the draft is bound to; raises :class:`NotFilable`."""
    bundle = case_bundle(draft.case_id)
    errors: Mapping[str, Any] = {}
    cleaned: dict[str, Any] = {}
    if draft.form_id is not None:
        validation = eforms.validate(form_of(draft.form_id), draft.answers, today=local_day(now))
        errors, cleaned = validation.errors, dict(validation.cleaned)
        if draft.channel == Channel.ONLINE and (strange := _strange_pictures(draft, uploads, cleaned)):
            errors = {**errors, **strange}
    given = _given(uploads)
    # At the counter the papers lie on the desk; they are scanned before hand-over, not before intake.
    missing = missing_papers(bundle.components, given) if draft.channel == Channel.ONLINE else []
    unfinished = [
        u.component_id for u in uploads if u.component_id and u.state == DraftUpload.State.RECEIVING
    ]
    if errors or missing or unfinished:
        raise NotFilable(errors, [*missing, *unfinished])
    return cleaned


def _given(uploads: Sequence[DraftUpload]) -> set[int]:
    """Components with a kept file."""
    return {u.component_id for u in uploads if u.component_id and u.state == DraftUpload.State.KEPT}


def _strange_pictures(
    draft: Draft, uploads: Sequence[DraftUpload], cleaned: Mapping[str, Any]
) -> dict[str, tuple[FieldError, ...]]:
    """Fields whose picture is not a kept file of this draft: an answer only claims which file it is."""
    own = {(u.field, str(u.pk)) for u in uploads if u.field and u.state == DraftUpload.State.KEPT}
    return {
        name: (FieldError("photo_missing"),)
        for name in drafts.photos(form_of(draft.form_id or 0))
        if name in cleaned and (name, cleaned[name]["file"]) not in own
    }


def check_supplement(
    draft: Draft,
    uploads: Sequence[DraftUpload],
    items: Sequence[Mapping[str, str]],
    dossier: Dossier,
    *,
    now: datetime,
) -> dict[str, Any]:
    """The answers of a completed dossier: only the fields marked in the request may differ from what was filed.

    What is not marked was right on the day it was filed, and is not judged again by today (an appointment has passed).
    Raises :class:`NotFilable` for answers that are not right, and for marked papers without a new file.
    """
    marked = {item["key"] for item in items if item["kind"] == "field"}
    papers = {int(item["key"]) for item in items if item["kind"] == "component"}
    latest = dossier.answer_sets.order_by("-number").first()
    filed = latest.values if latest else {}
    answers = {**filed, **{key: value for key, value in draft.answers.items() if key in marked}}
    errors: Mapping[str, Any] = {}
    if draft.form_id is not None:
        validation = eforms.validate(form_of(draft.form_id), answers, today=local_day(now))
        stands = {name: filed[name] for name in validation.errors if name in filed and name not in marked}
        errors = {name: found for name, found in validation.errors.items() if name not in stands}
        answers = {**validation.cleaned, **stands}
        if dossier.joint_id is not None:
            # A part holds what the joint request asked: what its own form asks beside that was never asked.
            answers = {**filed, **answers}
            errors = {name: found for name, found in errors.items() if name in marked}
    missing = sorted(papers - _given(uploads))
    if errors or missing:
        raise NotFilable(errors, missing)
    return answers


def _follow_form(draft: Draft, *, now: datetime) -> None:
    """A draft is filed on the newest version of its form, and only when its person has been shown what that changed.

    Raises :class:`Conflict` ``draft.form_changed``; the move is then made by ``rebasing.follow``, so that it stays.
    """
    version = rebasing.target(draft)
    if version is not None:
        rebasing.move(draft, version, now=now)
    if rebasing.unseen(draft):
        raise Conflict("draft.form_changed")


def _settle(draft: Draft, *, now: datetime) -> CaseBundle:
    """The case that the answers choose, where the form lets them choose."""
    if draft.form_id is None or not form_of(draft.form_id).outcomes.cases:
        return case_bundle(draft.case_id)
    answered = eforms.validate(form_of(draft.form_id), draft.answers, today=local_day(now))
    return outcomes.settle_case(draft, outcomes.of(draft, answered.cleaned))


def _judge(draft: Draft, bundle: CaseBundle, uploads: Sequence[DraftUpload], brought: Outcome) -> None:
    """Raises :class:`NotFilable` where these answers are not eligible, or need a paper that is not there."""
    missing: list[int] = []
    if brought.components and draft.channel == Channel.ONLINE:
        given = {u.component_id for u in uploads if u.component_id and u.state == DraftUpload.State.KEPT}
        missing = outcomes.missing(bundle, brought, given)
    if brought.blocked or missing:
        raise NotFilable({}, missing, brought.blocked)


@action("dossiers.submit")
def submit(
    *,
    actor: Actor,
    draft_id: UUID,
    applicant: ApplicantDetails,
    assistance: AssistanceKind,
    return_by: str,
    place: Mapping[str, Any] | None = None,
    now: datetime,
) -> Dossier:
    """File a draft: one dossier with its code, however often it is asked for (raises :class:`AlreadyFiled`).

    ``place``: where an officer keyed it, as the system knows it (unit of the seat, whether from the network of the
    one-stop centre); goes into the event.
    """
    draft = drafts.mine(actor, draft_id, lock=True)
    if draft.dossier_id is not None:
        raise AlreadyFiled(Dossier.objects.get(pk=draft.dossier_id))
    if draft.supplements_id is not None:
        raise Conflict("draft.is_supplement")
    _follow_form(draft, now=now)
    bundle = _settle(draft, now=now)
    uploads = list(draft.uploads.all())
    cleaned = check(draft, uploads, now=now)
    brought = outcomes.of(draft, cleaned)
    _judge(draft, bundle, uploads, brought)
    channel = Channel(draft.channel)
    units = units_of(draft.agency_id)
    remote = is_remote(_CHANNEL_NAMES[channel], assistance)
    dossier = Dossier(
        code=numbers.dossier_code(draft.agency_id, units.agency.code, local_day(now)),
        lookup_secret=new_secret(),
        version_id=bundle.version,
        case_id=bundle.pk,
        procedure_id=bundle.procedure,
        form_id=draft.form_id,
        agency_id=draft.agency_id,
        unit_id=units.by_sector.get(brought.sector or "") or answering_unit(units, bundle),
        status=move(None, "submit").after,
        channel=channel,
        assistance=Assistance(assistance),
        remote=remote,
        return_by=return_by,
        applicant_id=applicant.account,
        applicant_kind=applicant.kind,
        applicant_name=applicant.name,
        applicant_folded=fold(applicant.name)[:200],
        applicant_number=applicant.number,
        applicant_index=crypto.blind_index(applicant.number, crypto.CITIZEN_ID) if applicant.number else None,
        contact=applicant.contact(),
        authorised=orjson.dumps(applicant.authorised).decode() if applicant.authorised else "",
        filed_by_id=actor.account if actor.kind == "officer" else None,
        submitted_at=now,
    )
    filed = events.write(
        dossier,
        SUBMITTED,
        actor=actor,
        at=now,
        data={
            "code": dossier.code,
            "procedure": bundle.national_code,
            "agency": units.agency.code,
            "channel": int(channel),
            "assistance": assistance,
            "remote": remote,
            "status": dossier.status,
            **({"place": dict(place)} if place else {}),
        },
    )
    rows.insert(dossier)
    rows.insert(DossierAnswers(dossier=dossier, body=orjson.dumps(cleaned).decode(), filed_at=now))
    origin = Paper.Origin.UPLOADED if channel == Channel.ONLINE else Paper.Origin.SCANNED
    keep_papers(dossier, uploads, now=now, origin=origin)
    draft.dossier = dossier
    draft.body = ""
    rows.update(draft, "dossier", "body")
    events.publish(filed)
    return dossier


_PAPERS = """
    INSERT INTO dossiers_paper (dossier_id, component_id, blob_id, filename, origin, added_at)
    SELECT %s, upload.component_id, upload.blob_id, upload.filename, %s, %s
      FROM dossiers_draftupload AS upload
     WHERE upload.draft_id = %s AND upload.state = 'kept'
"""


def keep_papers(
    dossier: Dossier, uploads: Sequence[DraftUpload], *, now: datetime, origin: str = Paper.Origin.UPLOADED
) -> None:
    """The kept uploads of a draft become papers of the dossier; the contents are shared, not copied."""
    if uploads:
        with connection.cursor() as cursor:
            cursor.execute(_PAPERS, [dossier.pk, origin, now, uploads[0].draft_id])


def answering_unit(units: AgencyUnits, bundle: CaseBundle) -> int | None:
    """The unit that answers for a dossier of this case: by its sector.

    For a joint request the one-stop desk: whoever decides a part is given what that part needs of it, not all of it.
    """
    if plan_of(bundle.national_code) is not None:
        return units.one_stop
    return units.responsible(bundle.sector)


def locked(actor: Actor, *, code: str | None = None, pk: int | None = None) -> Dossier:
    """The dossier, locked for the action, if the actor may see it; a stranger is told that there is none.

    Of a part of a joint dossier, the whole is locked first (``joint/locking.py``).
    """
    lock_whole(code=code) if code is not None else lock_whole(pk=pk or 0)
    wanted = Dossier.objects.visible_to(actor).select_for_update(of=("self",))
    dossier = (wanted.filter(code=code) if code is not None else wanted.filter(pk=pk or 0)).first()
    if dossier is None:
        raise NotAllowed("dossier.unknown")
    return dossier


def step_to(
    dossier: Dossier,
    name: str,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    towards: Status | None = None,
    data: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
) -> Edge:
    """Take an edge of the lifecycle: the only way a status changes.

    Raises :class:`Conflict` where the law opens none. ``also`` names further fields of the row to save.
    """
    edge = move(dossier.state, name, towards=towards)
    dossier.status = edge.after
    events.append(dossier, kind, actor=actor, at=now, data={**(data or {}), "status": int(edge.after)})
    rows.update(dossier, "status", "event_seq", "event_hash", *also)
    return edge


def record(
    dossier: Dossier,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
) -> None:
    """Write an event that changes no status."""
    events.append(dossier, kind, actor=actor, at=now, data=data)
    rows.update(dossier, "event_seq", "event_hash", *also)


@action("dossiers.withdraw")
def withdraw(*, actor: Actor, code: str, reason: str, now: datetime) -> Dossier:
    """The applicant takes the dossier back before it is received; later they ask to stop it (NĐ 118/2025 art. 21)."""
    if actor.kind != "person":
        raise NotAllowed("dossier.only_applicant")
    dossier = locked(actor, code=code)
    if dossier.joint_id is not None:
        raise Conflict("joint.act_on_whole")
    if dossier.received_at is not None:
        raise Conflict("dossier.illegal_move", status=dossier.status, action="withdraw")
    step_to(dossier, "withdraw", WITHDRAWN, actor=actor, now=now, data={"reason_given": bool(reason)})
    return dossier
