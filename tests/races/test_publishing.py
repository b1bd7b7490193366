"""Traps 3 and 4 with real connections: a form is published while drafts of it are saved, filed and opened."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from motcua.dossiers import drafts, rebasing
from motcua.dossiers.bundles import form_of, newest_form
from motcua.dossiers.models import Dossier, Draft
from motcua.eforms import actions as forms
from motcua.eforms.models import FormVersion
from motcua.eforms.rebasing import ASIDE
from motcua.kernel.refusals import Conflict
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import MARITAL, NOW

pytestmark = pytest.mark.race
PHONE, PURPOSE = "so_dien_thoai", "muc_dich"


@pytest.fixture(autouse=True)
def _forget() -> Any:
    newest_form.forget()
    yield
    newest_form.forget()


def definition(draft: Draft) -> Any:
    assert draft.form is not None
    return json.loads(json.dumps(draft.form.definition))


def changed(draft: Draft, number: int = 0) -> Any:
    """The phone number is no longer asked; there is a new question, and each number is another version."""
    found = definition(draft)
    for section in found["sections"]:
        section["fields"] = [f for f in section["fields"] if f["id"] != PHONE]
    found["sections"] = [s for s in found["sections"] if s["fields"]]
    found["sections"][0]["fields"].append(
        {"id": f"them_{number}", "type": "text", "label": {"vi": f"Thêm {number}", "en": f"More {number}"}}
    )
    return found


def file(place: Committed, draft: Draft) -> Dossier:
    return factories.file(place.world, draft)


def everything(draft: Draft) -> dict[str, Any]:
    """All that a draft holds, asked or set aside."""
    held = {name: value for name, value in draft.answers.items() if name != ASIDE}
    aside = draft.answers.get(ASIDE, {})
    return {**{name: entries[-1]["value"] for name, entries in aside.items()}, **held}


def test_publishing_while_autosaving_loses_no_answer(committed: Committed) -> None:
    """Trap 4. Eight tabs save a field each, and one the phone number, while the version is published and drafts move."""
    draft = factories.draft(committed.world)
    lan, revision, before = committed.world.person("lan"), draft.revision, draft.answers

    def act(number: int) -> object:
        if number == 0:
            forms.publish(key=MARITAL, definition=changed(draft), now=NOW)
            return rebasing.move_all(MARITAL, now=NOW)
        name = PHONE if number == 1 else f"extra_{number}"
        return drafts.save(
            actor=lan, draft_id=draft.pk, values={name: f"09{number}"}, revision=revision, now=NOW
        )

    ended = at_once(9, act)

    saved = [number for number, one in enumerate(ended) if isinstance(one, drafts.Saved)]
    refused = [number for number, one in enumerate(ended) if isinstance(one, Conflict)]
    assert ended[0] == ""
    # What was typed into the question that left is either kept aside or told to its tab; never dropped in silence.
    assert set(saved) | set(refused) == set(range(1, 9)), ended
    assert set(refused) <= {1}
    rebasing.move_all(MARITAL, now=NOW)
    draft.refresh_from_db()
    held = everything(draft)
    assert draft.form == FormVersion.objects.filter(key=MARITAL).latest("number")
    assert held[PHONE] == ("091" if 1 in saved else before[PHONE])
    assert {f"extra_{n}": f"09{n}" for n in range(2, 9)}.items() <= held.items()
    assert {k: v for k, v in before.items() if k != PHONE}.items() <= held.items()
    assert [one.field for one in rebasing.unseen(draft)] == ["them_0", PHONE]


def test_publishing_while_filing_is_one_version_or_a_word(committed: Committed) -> None:
    """Trap 3 and 4: two presses of the button, a publication and the moving of drafts at once."""
    draft = factories.draft(committed.world)
    old = draft.form_id

    def act(number: int) -> object:
        if number == 0:
            forms.publish(key=MARITAL, definition=changed(draft), now=NOW)
            return rebasing.move_all(MARITAL, now=NOW)
        return file(committed, draft)

    ended = at_once(4, act)

    assert ended[0] == ""
    filed = [one for one in ended if isinstance(one, Dossier)]
    told = [one for one in ended[1:] if isinstance(one, Conflict)]
    assert len(filed) + len(told) == 3, ended
    assert len(filed) <= 1
    draft.refresh_from_db()
    if filed:
        # Filed first: on the version it was filled in, with all answers of it, and never moved again.
        dossier = Dossier.objects.get()
        assert dossier.form_id == draft.form_id == old
        answers = dossier.answer_sets.get().values
        assert PHONE in answers
        assert answers.keys() <= form_of(old or 0).by_id.keys()
    else:
        assert {one.code for one in told} == {"draft.form_changed"}
        assert draft.form_id != old
        assert not Dossier.objects.exists()
        rebasing.seen(actor=committed.world.person("lan"), draft_id=draft.pk)
        assert file(committed, draft).form_id == draft.form_id


def test_drafts_opened_and_moved_by_several_hands_move_once(committed: Committed) -> None:
    draft = factories.draft(committed.world)
    lan = committed.world.person("lan")
    forms.publish(key=MARITAL, definition=changed(draft), now=NOW)
    newest_form.forget()

    def act(number: int) -> object:
        if number % 2:
            return rebasing.move_all(MARITAL, now=NOW)
        return rebasing.follow(actor=lan, draft_id=draft.pk, now=NOW)

    ended = at_once(6, act)

    assert not [one for one in ended if isinstance(one, BaseException)], ended
    revision = draft.revision
    draft.refresh_from_db()
    assert draft.revision == revision + 1
    assert len(draft.answers[ASIDE][PHONE]) == 1


def test_six_publishers_make_six_versions_or_one(committed: Committed) -> None:
    draft = factories.draft(committed.world)

    ended = at_once(6, lambda n: forms.publish(key=MARITAL, definition=changed(draft, n % 3), now=NOW).number)

    assert not [one for one in ended if isinstance(one, BaseException)], ended
    numbers = list(
        FormVersion.objects.filter(key=MARITAL).order_by("number").values_list("number", flat=True)
    )
    assert numbers == list(range(1, len(numbers) + 1))
    versions = [row.definition for row in FormVersion.objects.filter(key=MARITAL).order_by("number")]
    assert all(a != b for a, b in pairwise(versions))
