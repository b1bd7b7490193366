"""Two tabs on a supplement: one draft, one answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from motcua.dossiers.models import Dossier, Draft
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.processing import actions as desk
from motcua.processing.events import SUPPLEMENT_ANSWERED
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import NOW

pytestmark = pytest.mark.race
LATER = NOW + timedelta(hours=3)


def test_a_supplement_begun_in_two_tabs_is_one_draft_and_answered_twice_is_one_answer(
    committed: Committed,
) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    field = next(iter(dossier.answer_sets.get().values))
    factories.ask_supplement(world, dossier, field=field)
    lan = world.person("lan")

    begun = at_once(4, lambda _: desk.start_supplement(actor=lan, code=dossier.code, now=LATER))
    assert all(isinstance(one, Draft) for one in begun), begun
    assert len({one.pk for one in begun}) == 1

    draft = Draft.objects.get(supplements=dossier)
    ended = at_once(4, lambda _: desk.answer_supplement(actor=lan, draft_id=draft.pk, now=LATER))
    assert sum(isinstance(one, Dossier) for one in ended) == 1, ended
    assert all(isinstance(one, Dossier | Conflict | NotAllowed) for one in ended), ended
    assert dossier.answer_sets.count() == 2
    assert Event.objects.filter(stream=dossier.stream, kind=SUPPLEMENT_ANSWERED).count() == 1
