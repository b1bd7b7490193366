"""Reads of results, by audience."""

from __future__ import annotations

import hashlib

from django.db.models import Q

from motcua.kernel import jobs
from motcua.kernel.actors import Actor
from motcua.results.actions import sign_result
from motcua.results.models import ResultDocument, StoreItem
from motcua.results.rules import read_verify_code

#: Signed and handed out, whether it still holds or has been revoked.
ISSUED = (ResultDocument.State.FINAL, ResultDocument.State.REVOKED)


def store_of(actor: Actor) -> list[StoreItem]:
    """A person's data store, newest first: by account, and by citizen ID for what was filed at a counter."""
    if actor.kind != "person" or actor.account is None:
        return []
    mine = Q(account=actor.account)
    if actor.identity_index is not None:
        mine |= Q(person_index=actor.identity_index)
    return list(
        StoreItem.objects.filter(mine)
        .select_related("blob", "result__agency", "result__dossier", "result__formerly")
        .order_by("-kept_at")[:200]
    )


def by_verify_code(code: str) -> ResultDocument | None:
    """A signed result by the code on it, however it was typed; a revoked one too, so that its bearer can be told."""
    wanted = read_verify_code(code)
    if wanted is None:
        return None
    return (
        ResultDocument.objects.select_related("agency", "dossier", "formerly")
        .filter(verify_code=wanted, state__in=ISSUED)
        .first()
    )


def signature_state(result: int) -> jobs.JobState:
    """How far the signing of an ordered result is; a signer that does not answer is tried again by itself."""
    return jobs.state_of(sign_result, result=result) or jobs.JobState(attempts=0, next_at=None, failed=False)


def by_blob(content: bytes) -> ResultDocument | None:
    """The signed result whose stored document is these very bytes, revoked or not."""
    digest = hashlib.sha256(content).hexdigest()
    return (
        ResultDocument.objects.select_related("dossier", "formerly")
        .filter(blob=digest, state__in=ISSUED)
        .first()
    )
