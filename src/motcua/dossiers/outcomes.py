"""What the answers of a filing bring about: whether it may be filed at all, as which case, with which papers, for whom.

The form says it as data (``eforms.outcomes``); here it meets the procedure's own cases, components and units.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers import drafts
from motcua.dossiers.bundles import CaseBundle, case_bundle, form_of
from motcua.dossiers.models import Draft, DraftUpload
from motcua.eforms.outcomes import NOTHING, Outcome
from motcua.eforms.rules import outcome_of, validate
from motcua.kernel.actors import Actor
from motcua.kernel.caching import Kept
from motcua.kernel.clock import local_day

#: Draft.sources: the case it was begun with, before answers chose another.
BEGUN_AS = "_case"


def _load_cases(version: int) -> dict[str, int]:
    return dict(ProcedureCase.objects.filter(version=version).values_list("key", "pk"))


#: Cases of a published version of a procedure, by key. Immutable.
cases_of: Kept[int, dict[str, int]] = Kept(_load_cases, seconds=None)


def of(draft: Draft, cleaned: Mapping[str, Any]) -> Outcome:
    """What these cleaned answers bring about; nothing without a form."""
    return outcome_of(form_of(draft.form_id), cleaned) if draft.form_id else NOTHING


def case_for(draft: Draft, found: Outcome) -> int:
    """The case the answers choose among those of the procedure; the one it was begun with where they do not choose."""
    begun: int = draft.sources.get(BEGUN_AS, draft.case_id)
    if found.case is None:
        return begun
    return cases_of(case_bundle(draft.case_id).version).get(found.case, begun)


def settle_case(draft: Draft, found: Outcome) -> CaseBundle:
    """Bring a locked draft to the case its answers choose. Its files follow to the component of the same key.

    A file whose component the other case does not have stays where it is: it is not filed, and comes back with the case.
    """
    case = case_for(draft, found)
    if case == draft.case_id:
        return case_bundle(case)
    before, after = case_bundle(draft.case_id), case_bundle(case)
    keys = {c.pk: c.key for c in before.components}
    there = {c.key: c.pk for c in after.components}
    for upload in DraftUpload.objects.filter(draft=draft, component__in=keys):
        place = there.get(keys[upload.component_id or 0])
        if place is not None and place != upload.component_id:
            upload.component_id = place
            upload.save(update_fields=["component"])
    draft.sources = {BEGUN_AS: draft.case_id, **draft.sources}
    draft.case_id = case
    draft.save(update_fields=["case", "sources"])
    return after


@transaction.atomic
def follow(*, actor: Actor, draft_id: UUID, now: datetime) -> None:
    """Bring the actor's draft to the case its answers choose by now, so that the right papers are asked for."""
    draft = drafts.mine(actor, draft_id, lock=True)
    if draft.form_id is None or draft.dossier_id is not None or draft.supplements_id is not None:
        return
    answered = validate(form_of(draft.form_id), draft.answers, today=local_day(now))
    settle_case(draft, of(draft, answered.cleaned))


def missing(bundle: CaseBundle, found: Outcome, given: set[int]) -> list[int]:
    """Components that these answers make required, and for which no file is given."""
    return [
        c.pk
        for c in bundle.components
        if c.key in found.components and not c.required and not c.by_form and c.pk not in given
    ]
