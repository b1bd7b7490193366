"""Drafts under many hands at once (traps 3, 10, 29, 30): what was said to be saved is what is filed."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts
from motcua.dossiers.models import Dossier, DossierAnswers, Draft
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Conflict
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import MARITAL, NOW

pytestmark = pytest.mark.race
PHONE = "so_dien_thoai"


def submit(place: Committed, draft: Draft, actor: Actor) -> Dossier:
    return filing.submit(
        actor=actor,
        draft_id=draft.pk,
        applicant=place.world.applicant("lan"),
        assistance="none",
        return_by="online",
        now=NOW,
    )


def test_two_presses_while_fields_are_saved_file_once_and_with_what_was_saved(committed: Committed) -> None:
    """Traps 3 and 30. A save that was answered "saved" before the filing is in the dossier; one after is refused."""
    lan = committed.world.person("lan")
    for round_ in range(4):
        draft = factories.draft(committed.world, code=MARITAL)
        before = draft.answers[PHONE]
        typed = f"09120000{round_:02d}"

        def act(number: int, draft: Draft = draft, typed: str = typed) -> Any:
            if number in {1, 3}:
                return submit(committed, draft, lan)
            return drafts.save(actor=lan, draft_id=draft.pk, values={PHONE: typed}, revision=None, now=NOW)

        ended = at_once(4, act)
        filed = [one for one in ended if isinstance(one, Dossier)]
        again = [one for one in ended if isinstance(one, filing.AlreadyFiled)]
        assert (len(filed), len(again)) == (1, 1), ended
        assert again[0].dossier.pk == filed[0].pk
        saves = [ended[0], ended[2]]
        assert all(isinstance(one, drafts.Saved | Conflict) for one in saves), ended
        kept = DossierAnswers.objects.get(dossier=filed[0]).values[PHONE]
        assert kept == (typed if any(isinstance(one, drafts.Saved) for one in saves) else before)


def test_ten_hands_on_one_field_one_wins_and_each_other_is_shown_what_stands(committed: Committed) -> None:
    """Trap 10: nobody overwrites what they have not seen, and whoever is refused is told the value that stands."""
    lan = committed.world.person("lan")
    draft = factories.draft(committed.world, code=MARITAL, filled=False)
    ended = at_once(
        10,
        lambda tab: drafts.save(
            actor=lan, draft_id=draft.pk, values={PHONE: str(tab)}, revision=draft.revision, now=NOW
        ),
    )
    (won,) = [one for one in ended if isinstance(one, drafts.Saved)]
    lost = [one for one in ended if isinstance(one, Conflict)]
    assert len(lost) == 9, ended
    assert {one.params["value"] for one in lost} == {won.answers[PHONE]}


def test_a_save_says_what_stood_before_it_so_that_nothing_unseen_is_taken_for_seen(
    committed: Committed,
) -> None:
    """Of tabs that save different fields at once, at most one may believe that nobody else was there."""
    lan = committed.world.person("lan")
    draft = factories.draft(committed.world, code=MARITAL, filled=False)
    ended = at_once(
        8,
        lambda tab: drafts.save(
            actor=lan, draft_id=draft.pk, values={f"x{tab}": tab}, revision=draft.revision, now=NOW
        ),
    )
    saved = [one for one in ended if isinstance(one, drafts.Saved)]
    assert len(saved) == 8, ended
    assert sorted(one.before for one in saved) == list(range(draft.revision, draft.revision + 8))
    assert all(one.revision == one.before + 1 for one in saved)


def test_concurrent_first_saves_and_beginnings_are_one_draft(committed: Committed) -> None:
    """Trap 29, first saves: the start page pressed in four tabs, each saving at once."""
    world, lan = committed.world, committed.world.person("lan")
    case, agency = world.case(MARITAL), world.agencies[factories.AGENCY].pk

    def act(tab: int) -> Draft:
        begun = drafts.start(actor=lan, case=case, agency=agency, claims={}, now=NOW)
        drafts.save(actor=lan, draft_id=begun.pk, values={f"x{tab}": tab}, revision=1, now=NOW)
        return begun

    ended = at_once(4, act)
    assert all(isinstance(one, Draft) for one in ended), ended
    draft = Draft.objects.get(account=lan.account, case=case)
    assert {f"x{tab}": tab for tab in range(4)}.items() <= draft.answers.items()
