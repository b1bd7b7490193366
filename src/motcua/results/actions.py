"""Results: drafted by the unit, shown to the head, signed by the signing service, kept for their owner."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from motcua.dossiers import numbers
from motcua.dossiers.actions import record
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.drafts import blob_store, keep_content
from motcua.dossiers.joint.locking import lock_whole
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM, Actor, Seat
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import A_DAY, job
from motcua.kernel.refusals import Conflict, Refused
from motcua.organisations.models import Post
from motcua.results.models import ResultDocument, StoreItem
from motcua.results.rendering import render_result, template_for
from motcua.results.rules import verify_code
from motcua.results.signing import current_signer

DRAFTED = "result.drafted"
ORDERED = "result.signature_ordered"
SIGNED = "result.signed"
REVOKED = "result.revoked"


def draft(dossier: Dossier, *, content: Mapping[str, Any], actor: Actor, now: datetime) -> ResultDocument:
    """Write or rewrite the draft of the result; part of the action that proposes it."""
    bundle = case_bundle(dossier.case_id)
    result = ResultDocument.objects.filter(dossier=dossier).first()
    if result is None:
        result = ResultDocument(
            dossier=dossier,
            agency_id=dossier.agency_id,
            verify_code=verify_code(secrets.token_bytes(8)),
            drafted_at=now,
        )
    if result.state != ResultDocument.State.DRAFT:
        raise Refused("result.being_signed")
    template = template_for(bundle.national_code)
    result.template = template.key
    # The list of results also names notices of refusal and the like; a document of its own kind has its own name.
    result.title = (bundle.result_name if template.key == "decision" else template.title)[:200]
    result.content = orjson.dumps(dict(content)).decode()
    result.drafted_by_id, result.drafted_at = actor.account, now
    result.save()
    record(dossier, DRAFTED, actor=actor, now=now)
    return result


def order_signature(dossier: Dossier, *, actor: Actor, seat: Seat, now: datetime) -> ResultDocument:
    """Freeze the draft, number it, and hand it to the signing service; part of the action ``processing.sign``."""
    result = ResultDocument.objects.select_for_update().filter(dossier=dossier).first()
    if result is None or result.state != ResultDocument.State.DRAFT:
        raise Refused("result.no_draft")
    day = local_day(now)
    if result.number is None:
        result.number = numbers.in_year(dossier.agency_id, f"result:{result.template}", day)
        result.year = day.year
    result.state = ResultDocument.State.SIGNING
    result.ordered_by_id, result.ordered_at = actor.account, now
    result.signer_name = actor.name
    result.signer_title = Post.objects.values_list("title", flat=True).get(pk=seat.post)
    result.save()
    record(dossier, ORDERED, actor=actor, now=now, data={"number": result.number, "year": result.year})
    sign_result.defer(result=result.pk)
    return result


def order_again(dossier: Dossier, *, actor: Actor, now: datetime) -> None:
    """Hand an ordered result to the signing service once more, after its job has given up; its content stands."""
    result = ResultDocument.objects.filter(dossier=dossier, state=ResultDocument.State.SIGNING).first()
    if result is None:
        raise Refused("result.no_draft")
    data = {"number": result.number, "year": result.year, "again": True}
    record(dossier, ORDERED, actor=actor, now=now, data=data)
    sign_result.defer(result=result.pk)


@job("results.sign", queue="documents", attempts=A_DAY)
def sign_result(result: int) -> None:
    """Render, sign and keep one ordered result. Killed at any moment, it begins again and ends with one document."""
    sign_at(result, clock_now())


def sign_at(result: int, now: datetime) -> None:
    """Sign an ordered result as of ``now``; one that is signed already stays as it is."""
    document = ResultDocument.objects.select_related("dossier", "agency__parent").get(pk=result)
    if document.state != ResultDocument.State.SIGNING:
        return
    signed_pdf = current_signer().sign(
        render_result(document, draft=False, at=now),
        reason=document.title,
        location=document.agency.place or document.agency.short_name,
        signer_name=document.signer_name,
        organisation=document.agency.name,
        title=document.signer_title,
        at=now,
    )
    try:
        finish_signature(document=document.pk, pdf=signed_pdf, now=now)
    except Refused:
        # Another worker (this one was thought dead) was first: its document is the result, this one is dropped.
        document.refresh_from_db(fields=["state"])
        if document.state != ResultDocument.State.FINAL:
            raise


@action("results.finish_signature")
def finish_signature(*, document: int, pdf: bytes, now: datetime) -> ResultDocument:
    """The signed document is the result; from here on it never changes."""
    # The dossier first, as in every action: two of them on one dossier never lock each other out.
    lock_whole(pk=ResultDocument.objects.values_list("dossier", flat=True).get(pk=document))
    dossier = Dossier.objects.select_for_update(of=("self",)).get(result=document)
    row = ResultDocument.objects.select_for_update().get(pk=document)
    if row.state != ResultDocument.State.SIGNING:
        raise Refused("result.being_signed")
    row.blob = keep_content(pdf, "application/pdf", now)
    row.state, row.signed_at = ResultDocument.State.FINAL, now
    row.save(update_fields=["blob", "state", "signed_at"])
    dossier.result = row
    record(dossier, SIGNED, actor=SYSTEM, now=now, data={"sha256": row.blob_id, "number": row.number})
    return row


def revoke(dossier: Dossier, *, reason: str, actor: Actor, now: datetime) -> None:
    """Revoke the signed result of a dossier that is reopened; part of ``processing.reopen``. A draft stays a draft."""
    result = ResultDocument.objects.select_for_update().filter(dossier=dossier).first()
    if result is None or result.state == ResultDocument.State.DRAFT:
        return
    if result.state == ResultDocument.State.SIGNING:
        raise Conflict("result.being_signed")
    result.state = ResultDocument.State.REVOKED
    result.revoked_at, result.revoked_because = now, reason
    result.formerly, result.dossier = dossier, None
    result.save(update_fields=["state", "revoked_at", "revoked_because", "formerly", "dossier"])
    dossier._state.fields_cache.pop("result", None)
    record(dossier, REVOKED, actor=actor, now=now, data={"number": result.number, "year": result.year})


def keep_for_owner(dossier: Dossier, *, now: datetime) -> None:
    """Put the signed result into the owner's data store (NĐ 45/2020 art. 16); part of ``processing.return_result``."""
    result = ResultDocument.objects.filter(dossier=dossier, state=ResultDocument.State.FINAL).first()
    if result is None or result.blob_id is None:
        return
    StoreItem.objects.get_or_create(
        result=result,
        defaults={
            "account_id": dossier.applicant_id,
            "person_index": dossier.applicant_index,
            "title": result.title,
            "blob_id": result.blob_id,
            "kept_at": now,
        },
    )


def content_of(blob_id: str) -> bytes:
    """The bytes of a stored document."""
    with blob_store().open(blob_id) as file:
        return bytes(file.read())
