"""How a dossier of the demo comes in: a draft with answers and papers, filed from home or keyed at a counter."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import cast as typed
from uuid import UUID

from motcua.catalogue.models import ProcedureCase
from motcua.demo.answers import answers_for
from motcua.demo.cast import Cast, sample_scan
from motcua.demo.province import Person
from motcua.dossiers import actions as filing
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.models import Channel, Dossier, Draft, DraftUpload
from motcua.dossiers.rules import AssistanceKind, asked
from motcua.kernel import working_time
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.organisations.models import Agency
from motcua.organisations.queries import calendar_for
from motcua.processing import actions as desk

_HELP: tuple[tuple[AssistanceKind, int], ...] = (("none", 70), ("outreach", 12), ("kiosk", 14), ("proxy", 4))


def first_case(cast: Cast, agency: str, procedure: str) -> int:
    """The case that people mostly have."""
    version = cast.cases[agency, procedure].current_version_id
    return ProcedureCase.objects.filter(version=version).order_by("position")[0].pk


def at_counter(cast: Cast, agency: Agency, at: datetime, rng: random.Random) -> datetime:
    """When somebody who comes at ``at`` is served."""
    opening = working_time.next_opening(calendar_for(agency.code), at)
    return min(opening + timedelta(minutes=rng.randint(5, 180)), cast.now - timedelta(minutes=30))


def online(
    person: Person, case: int, agency: Agency, at: datetime, rng: random.Random, draft: UUID | None = None
) -> Dossier:
    """Filed in one's own account, with or without somebody's help."""
    actor = Actor(kind="person", account=person.account.pk, name=person.account.full_name)
    made = _draft(actor, person, case, agency, at, Channel.ONLINE, rng, draft)
    return filing.submit(
        actor=actor, draft_id=made.pk, applicant=_applicant(person, account=True),
        assistance=typed(AssistanceKind, _pick(rng, _HELP)),
        return_by=_pick(rng, (("online", 8), ("post", 1), ("counter", 1))), now=at,
    )  # fmt: skip


def keyed(
    cast: Cast, person: Person, case: int, agency: Agency, at: datetime, rng: random.Random, draft: UUID
) -> Dossier:
    """Keyed by the one-stop officer."""
    clerk = rng.choice(cast.officers[agency.code, Role.ONE_STOP])
    made = _draft(clerk, person, case, agency, at, Channel.COUNTER, rng, draft)
    return desk.intake_at_counter(
        actor=clerk,
        draft_id=made.pk,
        applicant=_applicant(person, account=False),
        return_by="counter",
        now=at,
    )


def scan(draft: Draft, component: int, name: str, at: datetime) -> None:
    """A paper of a draft."""
    blob = drafts.keep_content(sample_scan(), "application/pdf", at)
    DraftUpload.objects.create(
        draft=draft, component_id=component, filename=name, size=blob.size, offset=blob.size,
        state=DraftUpload.State.KEPT, blob=blob, created_at=at,
    )  # fmt: skip


def _pick(rng: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([name for name, _ in choices], weights=[weight for _, weight in choices])[0]


def _draft(
    actor: Actor, person: Person, case: int, agency: Agency, at: datetime, channel: Channel, rng: random.Random,
    key: UUID | None,
) -> Draft:  # fmt: skip
    bundle = case_bundle(case)
    form = newest_form(bundle.form_key) if bundle.form_key else None
    draft = Draft(
        **({"id": key} if key else {}), account_id=actor.account or 0, case_id=case, form_id=form, agency=agency,
        channel=channel, created_at=at, saved_at=at,
    )  # fmt: skip
    if form is not None:
        draft.answers = answers_for(form_of(form), person.claims, today=local_day(at), rng=rng)
    else:
        draft.answers = {}
    draft.save(force_insert=True)
    if channel == Channel.ONLINE:
        for paper in bundle.components:
            if paper.required and asked(paper):
                scan(draft, paper.pk, "ban-chup.pdf", at)
    return draft


def _applicant(person: Person, *, account: bool) -> filing.ApplicantDetails:
    claims = person.claims
    business = claims.get("LoaiTaiKhoan") == "2"
    return filing.ApplicantDetails(
        kind="business" if business else "citizen",
        name=claims["TenDoanhNghiep"] if business else claims["HoVaTen"],
        number=claims["SoDinhDanh"],
        account=person.account.pk if account else None,
        phone=claims["SoDienThoai"],
        address=claims["ThuongTru"]["ChiTiet"],
    )
