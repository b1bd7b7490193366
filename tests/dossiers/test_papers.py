"""Papers of a draft: joined on request, pictures that are answers, files that go on where they stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import transaction
from PIL import Image

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts, joining
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import Draft, DraftUpload, Paper
from motcua.dossiers.rules import asked
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from tests import factories
from tests.factories import BIRTH, NOW, World
from tests.pictures import HEIC

#: A passport's form asks for a portrait.
PASSPORT, PORTRAIT = "1.001456", "anh"
State = DraftUpload.State


def jpeg(size: tuple[int, int] = (900, 600), colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def component(draft: Draft) -> int:
    return next(c.pk for c in case_bundle(draft.case_id).components if asked(c) or c.replaced_by)


def send(
    actor: Actor, draft: Draft, content: bytes, name: str, field: str = "", now: datetime = NOW
) -> DraftUpload:
    upload = drafts.begin_upload(
        actor=actor,
        draft_id=draft.pk,
        component=None if field else component(draft),
        field=field,
        filename=name,
        size=len(content),
        now=now,
    )
    return drafts.receive_chunk(
        actor=actor, draft_id=draft.pk, upload_id=upload.pk, offset=0, chunk=content, now=NOW
    )


@pytest.fixture
def lan(world: World, settings: Any, tmp_path: Path) -> Actor:
    settings.DATA_DIR = tmp_path
    return world.person("lan")


@pytest.fixture
def draft(world: World) -> Draft:
    return factories.draft(world, code=BIRTH, papers=False)


def test_photos_of_a_paper_become_one_pdf_in_their_place(lan: Actor, draft: Draft) -> None:
    for second, colour in enumerate(("red", "green", "blue")):
        send(lan, draft, jpeg(colour=colour), f"trang {colour}.jpg", now=NOW + timedelta(seconds=second))
    joined = joining.join(actor=lan, draft_id=draft.pk, component=component(draft), now=NOW)
    assert [(u.filename, u.state) for u in draft.uploads.all()] == [("trang red.pdf", State.KEPT)]
    with drafts.blob_store().open(joined.blob_id or "") as file, pikepdf.open(file) as pdf:
        assert len(pdf.pages) == 3
    with pytest.raises(Refused, match="nothing_to_join"):
        joining.join(actor=lan, draft_id=draft.pk, component=component(draft), now=NOW)


def test_what_cannot_be_joined_says_why_and_everything_stays(lan: Actor, draft: Draft) -> None:
    send(lan, draft, jpeg(), "a.jpg")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(user="x", owner="y"))
    send(lan, draft, out.getvalue(), "khoa.pdf")
    with pytest.raises(Refused, match="join_pdf_locked"):
        joining.join(actor=lan, draft_id=draft.pk, component=component(draft), now=NOW)
    assert draft.uploads.filter(state=State.KEPT).count() == 2


def test_nobody_elses_photos_are_joined(world: World, lan: Actor, draft: Draft) -> None:
    send(lan, draft, jpeg(), "a.jpg")
    with pytest.raises(NotAllowed, match=r"draft\.unknown"):
        joining.join(actor=world.person("nguoila"), draft_id=draft.pk, component=component(draft), now=NOW)


def test_a_photo_that_came_while_they_were_joined_is_not_lost(
    lan: Actor, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(lan, draft, jpeg(), "a.jpg")
    real = joining.pictures.to_pdf

    def slow(pieces: Any) -> bytes:
        made = real(pieces)
        send(lan, draft, jpeg(colour="blue"), "b.jpg")
        return made

    monkeypatch.setattr(joining.pictures, "to_pdf", slow)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        joining.join(actor=lan, draft_id=draft.pk, component=component(draft), now=NOW)
    assert draft.uploads.filter(state=State.KEPT).count() == 2


def test_a_phones_heic_is_kept_as_a_jpeg(lan: Actor, draft: Draft) -> None:
    kept = send(lan, draft, HEIC, "IMG_0001.HEIC")
    kept.refresh_from_db()
    assert (kept.state, kept.filename, kept.blob and kept.blob.mime) == (
        State.KEPT,
        "IMG_0001.jpg",
        "image/jpeg",
    )
    with drafts.blob_store().open(kept.blob_id or "") as file:
        assert file.read(3) == b"\xff\xd8\xff"
    assert drafts.blob_store().offset(str(kept.pk)) == 0
    broken = send(lan, draft, HEIC[:200], "IMG_0002.heic")
    assert (broken.state, broken.problem) == (State.REFUSED, "damaged")


def test_a_file_chosen_again_goes_on_and_another_one_does_not(lan: Actor, draft: Draft) -> None:
    content = factories.sample_scan()

    def begin(mark: str, size: int = len(content)) -> DraftUpload:
        return drafts.begin_upload(
            actor=lan,
            draft_id=draft.pk,
            component=component(draft),
            filename="a.pdf",
            size=size,
            mark=mark,
            now=NOW,
        )

    first = begin("5-abc")
    drafts.receive_chunk(
        actor=lan, draft_id=draft.pk, upload_id=first.pk, offset=0, chunk=content[:100], now=NOW
    )
    again = begin("5-abc")
    assert (again.pk, again.offset) == (first.pk, 100)
    assert begin("6-abc").pk != first.pk
    assert begin("5-abc", len(content) + 1).pk != first.pk
    assert begin("").pk != first.pk
    kept = drafts.receive_chunk(
        actor=lan, draft_id=draft.pk, upload_id=first.pk, offset=100, chunk=content[100:], now=NOW
    )
    assert kept.state == State.KEPT
    assert begin("5-abc").pk != first.pk, "what is here already is not on its way"


@pytest.fixture
def passport(world: World) -> Draft:
    return factories.draft(world, code=PASSPORT)


def test_a_portrait_is_the_answer_of_its_field_until_another_comes(lan: Actor, passport: Draft) -> None:
    first = send(lan, passport, jpeg(), "chân dung.jpg", field=PORTRAIT)
    passport.refresh_from_db()
    assert passport.answers[PORTRAIT] == {"file": str(first.pk), "name": "chân dung.jpg"}
    second = send(lan, passport, HEIC, "mới.heic", field=PORTRAIT)
    passport.refresh_from_db()
    assert passport.answers[PORTRAIT] == {"file": str(second.pk), "name": "mới.jpg"}
    assert [u.pk for u in passport.uploads.filter(field=PORTRAIT)] == [second.pk]
    drafts.remove_upload(actor=lan, draft_id=passport.pk, upload_id=second.pk)
    passport.refresh_from_db()
    assert PORTRAIT not in passport.answers


@pytest.mark.parametrize(
    ("field", "name", "code"),
    [
        (PORTRAIT, "a.pdf", r"upload\.not_a_picture"),
        ("ho_ten", "a.jpg", r"upload\.unknown_component"),
        ("khong_co", "a.jpg", r"upload\.unknown_component"),
    ],
)
def test_a_field_that_holds_no_picture_takes_none(
    lan: Actor, passport: Draft, field: str, name: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        drafts.begin_upload(actor=lan, draft_id=passport.pk, field=field, filename=name, size=10, now=NOW)


def submit(world: World, draft: Draft) -> Any:
    with transaction.atomic():  # a refusal rolls back this alone
        return factories.file(world, draft)


def test_a_picture_of_another_draft_cannot_be_claimed(world: World, lan: Actor, passport: Draft) -> None:
    """The answer only says which file it is; whoever files looks whose it is."""
    other = factories.draft(world, "binh", PASSPORT)
    stranger = send(world.person("binh"), other, jpeg(), "x.jpg", field=PORTRAIT)
    passport.answers = {**passport.answers, PORTRAIT: {"file": str(stranger.pk), "name": "x.jpg"}}
    passport.save(update_fields=["body"])
    with pytest.raises(filing.NotFilable) as refused:
        submit(world, passport)
    assert set(refused.value.errors) == {PORTRAIT}
    send(lan, passport, jpeg(), "của tôi.jpg", field=PORTRAIT)
    dossier = submit(world, passport)
    assert Paper.objects.filter(dossier=dossier, component=None, filename="của tôi.jpg").count() == 1
