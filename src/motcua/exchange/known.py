"""What is known of a person without asking anybody: results in the data store, answers filed before. By claims' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from django.db.models import Q

from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import DossierAnswers
from motcua.eforms.fields.base import Field
from motcua.kernel import crypto
from motcua.kernel.actors import Actor
from motcua.results.models import StoreItem

#: Facts of results that say something lasting about their owner: template, fact → name of the claim.
#: A certificate of marital status says what held on its day; it is not a source of the status now.
FACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "household_business": {
        "code": "MaSoThue",
        "name": "TenDoanhNghiep",
        "phone": "SoDienThoai",
        "email": "ThuDienTu",
    },
    "marital_status": {"ethnicity": "DanToc", "nationality": "QuocTich", "gender": "GioiTinh"},
}
#: Results and dossiers looked at, newest first.
NEWEST: Final = 10


def from_store(actor: Actor) -> dict[str, Any]:
    """Claims that the owner's results state, the newest result first (NĐ 45/2020 art. 16: re-used by its owner)."""
    mine = Q(account=actor.account)
    if actor.identity_index is not None:
        mine |= Q(person_index=actor.identity_index)
    items = (
        StoreItem.objects.filter(mine, result__template__in=FACTS, result__revoked_at=None)
        .order_by("-kept_at")
        .values_list("result__template", "result__content", "result__dossier__applicant_index")[:NEWEST]
    )
    found: dict[str, Any] = {}
    for template, content, about in items:
        # A result for somebody else (a certificate asked for one's father) says nothing about its owner.
        facts = orjson.loads(content or "{}")
        if template == "marital_status" and not _about(facts.get("citizen_id"), about):
            continue
        for fact, name in FACTS[template].items():
            if facts.get(fact):
                found.setdefault(name, facts[fact])
    return found


def _about(number: Any, index: Any) -> bool:
    return bool(
        number and index is not None and crypto.blind_index(str(number), crypto.CITIZEN_ID) == bytes(index)
    )


def filed_before(actor: Actor, fields: Mapping[str, Field]) -> Iterator[tuple[str, Any, str]]:
    """(field, value, dossier code) for blank ``fields`` whose like was answered in an earlier dossier of the actor's.

    Alike are fields that ask the same claim and are of the same type: what one filed about oneself, whatever the
    procedure. A value is taken from the newest dossier that has one.
    """
    if not fields or actor.account is None:
        return
    sets = (
        DossierAnswers.objects.filter(dossier__applicant=actor.account, dossier__form__isnull=False)
        .select_related("dossier")
        .order_by("-filed_at")[:NEWEST]
    )
    missing = dict(fields)
    for answers in sets:
        values = answers.values
        alike = {
            (field.prefill, field.kind.key): values[field.id]
            for field in form_of(answers.dossier.form_id or 0).fields
            if field.prefill and field.id in values
        }
        for name, field in list(missing.items()):
            if (field.prefill, field.kind.key) in alike:
                yield name, alike[field.prefill, field.kind.key], answers.dossier.code
                del missing[name]
        if not missing:
            return
