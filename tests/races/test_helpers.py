"""Helpers, files and reminders under many hands at once, on real connections."""

from __future__ import annotations

from datetime import timedelta

import pytest

from motcua.dossiers import drafts, invitations
from motcua.dossiers.models import Draft, DraftUpload, Invitation
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.messaging import reminders
from motcua.messaging.models import Email, Message
from tests import factories
from tests.committed import Committed, at_once
from tests.dossiers.test_invitations import LATER, ask, save
from tests.dossiers.test_papers import PASSPORT, PORTRAIT, State, component, jpeg, send
from tests.factories import BIRTH, NOW

pytestmark = pytest.mark.race
FIELDS = ("me_ho_ten", "me_so_dinh_danh", "me_ngay_sinh")


def test_eight_workers_tell_everybody_once(committed: Committed) -> None:
    for name in ("lan", "binh", "nguoila"):
        draft = factories.draft(committed.world, name, BIRTH)
        Draft.objects.filter(pk=draft.pk).update(saved_at=NOW - timedelta(days=80))
    ended = at_once(8, lambda _: reminders.remind(NOW))
    assert sum(ended) == 3, ended
    assert Message.objects.filter(kind="draft_expires").count() == 3
    assert Email.objects.filter(message__kind="draft_expires").count() == 3


def test_of_two_who_take_up_one_link_one_is_the_one(committed: Committed) -> None:
    world = committed.world
    draft = factories.draft(world, code=BIRTH, filled=False)
    _made, token = ask(world, draft)
    people = [world.person(name) for name in ("binh", "nguoila", "minh", "hoa")]
    ended = at_once(4, lambda n: invitations.accept(actor=people[n], token=token, now=LATER))
    assert sum(isinstance(one, Invitation) for one in ended) == 1, ended
    assert all(isinstance(one, Invitation | NotAllowed) for one in ended), ended


def test_no_save_of_theirs_comes_after_the_revocation(committed: Committed) -> None:
    world = committed.world
    draft = factories.draft(world, code=BIRTH, filled=False)
    made, token = ask(world, draft)
    binh = world.person("binh")
    invitations.accept(actor=binh, token=token, now=LATER)

    def act(number: int) -> object:
        if number == 3:
            return invitations.revoke(
                actor=world.person("lan"), draft_id=draft.pk, invitation=made.pk, now=LATER
            )
        return save(binh, draft, **{FIELDS[number % 3]: f"x{number}"})

    ended = at_once(7, act)
    assert all(one is None or isinstance(one, drafts.Saved | NotAllowed) for one in ended), ended
    with pytest.raises(NotAllowed):
        save(binh, draft, me_ho_ten="sau cùng")


def test_two_pieces_of_one_file_at_once_do_not_spoil_it(committed: Committed) -> None:
    """A phone sends a piece again whose answer was lost, while the first is still being written."""
    lan = committed.world.person("lan")
    draft = factories.draft(committed.world, code=BIRTH, papers=False)
    content = factories.sample_scan()
    upload = drafts.begin_upload(
        actor=lan, draft_id=draft.pk, component=component(draft), filename="a.pdf", size=len(content), now=NOW
    )
    half = len(content) // 2

    def piece(number: int) -> DraftUpload:
        at, end = (0, half) if number % 2 == 0 else (half, len(content))
        return drafts.receive_chunk(
            actor=lan, draft_id=draft.pk, upload_id=upload.pk, offset=at, chunk=content[at:end], now=NOW
        )

    for _ in range(4):
        ended = at_once(6, piece)
        assert all(isinstance(one, DraftUpload | Conflict) for one in ended), ended
    upload.refresh_from_db()
    assert upload.state == State.KEPT
    with drafts.blob_store().open(upload.blob_id or "") as file:
        assert file.read() == content


def test_pictures_saves_and_removals_at_once_neither_deadlock_nor_lose(committed: Committed) -> None:
    """Trap 29 for files: a portrait writes the draft as autosave does."""
    world = committed.world
    lan = world.person("lan")
    draft = factories.draft(world, code=PASSPORT)

    def act(number: int) -> object:
        if number % 3 == 0:
            return send(
                lan, draft, jpeg(colour="green" if number else "red"), f"{number}.jpg", field=PORTRAIT
            )
        if number % 3 == 1:
            return drafts.save(
                actor=lan, draft_id=draft.pk, values={f"x{number}": number}, revision=None, now=NOW
            )
        upload = draft.uploads.filter(field=PORTRAIT).first()
        if upload is not None:
            drafts.remove_upload(actor=lan, draft_id=draft.pk, upload_id=upload.pk)
        return None

    for _ in range(3):
        ended = at_once(9, act)
        # A picture that another one replaced while it arrived is told so; nothing else may go wrong.
        assert not [
            one for one in ended if isinstance(one, BaseException) and not isinstance(one, NotAllowed)
        ], ended
    draft.refresh_from_db()
    assert {"x1", "x4", "x7"} <= draft.answers.keys()
    own = {str(u.pk) for u in draft.uploads.filter(field=PORTRAIT, state=State.KEPT)}
    assert not own or draft.answers[PORTRAIT]["file"] in own
