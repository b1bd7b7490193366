"""Asking somebody to help: named sections and nothing else, by one account, until it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from motcua.dossiers import drafts, invitations
from motcua.dossiers.models import Draft, Invitation
from motcua.kernel.actors import ANYONE, Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from tests import factories
from tests.factories import BIRTH, NOW, World

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def draft(world: World) -> Draft:
    return factories.draft(world, code=BIRTH, filled=False)


def ask(world: World, draft: Draft, *chosen: str, at: Any = NOW) -> tuple[Invitation, str]:
    return invitations.invite(
        actor=world.person("lan"), draft_id=draft.pk, name="Anh Bình", sections=chosen or ["me"], now=at
    )


def save(actor: Actor, draft: Draft, **values: Any) -> drafts.Saved:
    return drafts.save(actor=actor, draft_id=draft.pk, values=values, revision=None, now=LATER)


def test_who_was_asked_fills_their_sections_and_it_is_remembered_who_did(world: World, draft: Draft) -> None:
    made, token = ask(world, draft, "me", "cha")
    binh = world.person("binh")
    with pytest.raises(NotAllowed):
        save(binh, draft, me_ho_ten="Trần Thị Hai")
    assert invitations.accept(actor=binh, token=token, now=LATER).pk == made.pk
    save(binh, draft, me_ho_ten="Trần Thị Hai")
    draft.refresh_from_db()
    assert draft.answers["me_ho_ten"] == "Trần Thị Hai"
    assert draft.sources["_by"] == {"me_ho_ten": binh.account}
    assert invitations.helpers(draft) == {"me_ho_ten": "Anh Bình"}
    # The owner corrects it: now it is hers.
    save(world.person("lan"), draft, me_ho_ten="Trần Thị Ba")
    draft.refresh_from_db()
    assert invitations.helpers(draft) == {}
    assert token not in str(Invitation.objects.values().get())


def test_other_sections_papers_and_the_filing_are_not_theirs(world: World, draft: Draft) -> None:
    _made, token = ask(world, draft, "me")
    binh = world.person("binh")
    invitations.accept(actor=binh, token=token, now=LATER)
    for attempt in (
        lambda: save(binh, draft, cha_ho_ten="x"),
        lambda: save(binh, draft, me_ho_ten="x", tre_ho_ten="y"),
        lambda: save(binh, draft, khong_co="x"),
        lambda: drafts.mine(binh, draft.pk),
        lambda: drafts.discard(actor=binh, draft_id=draft.pk),
        lambda: drafts.begin_upload(
            actor=binh, draft_id=draft.pk, component=1, filename="a.pdf", size=1, now=NOW
        ),
        lambda: invitations.invite(actor=binh, draft_id=draft.pk, name="x", sections=["me"], now=NOW),
        lambda: invitations.revoke(actor=binh, draft_id=draft.pk, invitation=_made.pk, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    draft.refresh_from_db()
    assert "me_ho_ten" not in draft.answers
    assert draft not in drafts.waiting(binh)
    assert [one.draft_id for one in invitations.taken_up(binh)] == [draft.pk]


def test_a_revoked_invitation_ends_at_once_and_what_was_filled_stays(world: World, draft: Draft) -> None:
    made, token = ask(world, draft)
    binh = world.person("binh")
    invitations.accept(actor=binh, token=token, now=LATER)
    save(binh, draft, me_ho_ten="Trần Thị Hai")
    for _ in range(2):
        invitations.revoke(actor=world.person("lan"), draft_id=draft.pk, invitation=made.pk, now=LATER)
    with pytest.raises(NotAllowed, match=r"draft\.unknown"):
        save(binh, draft, me_ho_ten="x")
    with pytest.raises(NotAllowed, match=r"invitation\.unknown"):
        invitations.accept(actor=binh, token=token, now=LATER)
    draft.refresh_from_db()
    assert draft.answers["me_ho_ten"] == "Trần Thị Hai"
    assert invitations.taken_up(binh) == []


def test_a_link_is_for_one_person_for_a_time_and_not_for_its_owner(world: World, draft: Draft) -> None:
    _made, token = ask(world, draft)
    with pytest.raises(NotAllowed, match=r"invitation\.own"):
        invitations.accept(actor=world.person("lan"), token=token, now=LATER)
    for actor in (ANYONE, world.officer("minh")):
        with pytest.raises(NotAllowed, match=r"invitation\.unknown"):
            invitations.accept(actor=actor, token=token, now=LATER)
    with pytest.raises(NotAllowed, match=r"invitation\.expired"):
        invitations.accept(actor=world.person("binh"), token=token, now=NOW + timedelta(days=15))
    invitations.accept(actor=world.person("binh"), token=token, now=LATER)
    with pytest.raises(NotAllowed, match=r"invitation\.unknown"):
        invitations.accept(actor=world.person("nguoila"), token=token, now=LATER)
    # Taken up in time, it goes on: a second press finds it done.
    assert invitations.accept(actor=world.person("binh"), token=token, now=NOW + timedelta(days=30))
    with pytest.raises(NotAllowed):
        invitations.accept(actor=world.person("binh"), token="x" * 32, now=LATER)


@pytest.mark.parametrize(
    ("name", "chosen", "code"),
    [(" ", ["me"], "no_name"), ("Bình", [], "no_section"), ("Bình", ["khong_co"], "no_section")],
)
def test_an_invitation_names_who_and_what(
    world: World, draft: Draft, name: str, chosen: list[str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        invitations.invite(actor=world.person("lan"), draft_id=draft.pk, name=name, sections=chosen, now=NOW)


def test_there_are_not_too_many_and_none_for_what_is_filed(world: World, draft: Draft) -> None:
    for _ in range(invitations.MOST):
        ask(world, draft)
    with pytest.raises(Refused, match="too_many"):
        ask(world, draft)
    filed = Draft.objects.get(dossier=factories.filed_dossier(world, code=factories.MARITAL))
    with pytest.raises(Conflict, match="already_filed"):
        ask(world, filed)
