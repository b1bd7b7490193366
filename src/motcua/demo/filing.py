"""How people of the demo file: at home or at a counter, with the answers and scans their forms ask for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import pikepdf

from motcua.demo.answers import answers_for
from motcua.demo.province import Person
from motcua.demo.scene import Scene
from motcua.dossiers import actions as dossiers
from motcua.dossiers import drafts
from motcua.dossiers.bundles import PaperAsked, case_bundle, form_of, newest_form
from motcua.dossiers.models import Channel, Dossier, Draft, DraftUpload
from motcua.dossiers.rules import AssistanceKind, asked
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.organisations.models import Agency
from motcua.processing import actions as desk


def file_online(scene: Scene, person: Person, case: int, agency: Agency, at: datetime) -> Dossier:
    """File from home, or with somebody's help."""
    actor = Actor(kind="person", account=person.account.pk, name=person.account.full_name)
    draft = _draft(scene, actor, person, case, agency, at, Channel.ONLINE)
    help_given: AssistanceKind = scene.pick([("none", 70), ("outreach", 12), ("kiosk", 14), ("proxy", 4)])
    return dossiers.submit(
        actor=actor,
        draft_id=draft.pk,
        applicant=_applicant(person, account=True),
        assistance=help_given,
        return_by=scene.pick([("online", 8), ("post", 1), ("counter", 1)]),
        now=at,
    )


def file_at_counter(scene: Scene, person: Person, case: int, agency: Agency, at: datetime) -> Dossier:
    """File with papers in hand, and have the receipt at once."""
    clerk = scene.rng.choice(scene.officers[agency.code, Role.ONE_STOP])
    draft = _draft(scene, clerk, person, case, agency, at, Channel.COUNTER)
    return desk.intake_at_counter(
        actor=clerk,
        draft_id=draft.pk,
        applicant=_applicant(person, account=False),
        return_by="counter",
        now=at,
    )


def _draft(
    scene: Scene, actor: Actor, person: Person, case: int, agency: Agency, at: datetime, channel: Channel
) -> Draft:
    bundle = case_bundle(case)
    form = newest_form(bundle.form_key) if bundle.form_key else None
    draft = Draft(
        account_id=actor.account or 0,
        case_id=case,
        form_id=form,
        agency=agency,
        channel=channel,
        created_at=at,
        saved_at=at,
    )
    draft.answers = (
        answers_for(form_of(form), person.claims, today=local_day(at), rng=scene.rng)
        if form is not None
        else {}
    )
    draft.save(force_insert=True)
    if channel == Channel.ONLINE:
        attach_scan(draft, [c for c in bundle.components if c.required and asked(c)], "ban-chup.pdf", at)
    return draft


def attach_scan(draft: Draft, papers: Sequence[PaperAsked], filename: str, at: datetime) -> None:
    """The sample scan, as if it had been uploaded for each of the papers."""
    blob = drafts.keep_content(sample_scan(), "application/pdf", at)
    for paper in papers:
        DraftUpload.objects.create(
            draft=draft,
            component_id=paper.pk,
            filename=filename,
            size=blob.size,
            offset=blob.size,
            state=DraftUpload.State.KEPT,
            blob=blob,
            created_at=at,
        )


def _applicant(person: Person, *, account: bool) -> dossiers.ApplicantDetails:
    claims = person.claims
    business = claims.get("LoaiTaiKhoan") == "2"
    return dossiers.ApplicantDetails(
        kind="business" if business else "citizen",
        name=claims["TenDoanhNghiep"] if business else claims["HoVaTen"],
        number=claims["SoDinhDanh"],
        account=person.account.pk if account else None,
        phone=claims["SoDienThoai"],
        address=claims["ThuongTru"]["ChiTiet"],
    )


@cache
def sample_scan() -> bytes:
    """A one-page PDF that says it is a sample: the demo has no real papers."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 26 Tf 120 460 Td (BAN CHUP MAU - DU LIEU CHAY THU) Tj ET")
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
