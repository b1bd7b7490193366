"""Several workers find the same process that fits no more at the same moment: it is told once, whoever is first."""

from __future__ import annotations

import pytest

from motcua.processing.models import Unfit
from motcua.workspace import unfit
from motcua.workspace.models import Notice
from tests.committed import Committed, at_once
from tests.factories import BIRTH, MARITAL, NOW
from tests.processing.asking import form_key, own, publish_form

pytestmark = pytest.mark.race


def test_workers_at_once_tell_once(committed: Committed) -> None:
    world = committed.world
    for code in (MARITAL, BIRTH):
        publish_form(form_key(world, code))
        own(world, code)
        publish_form(form_key(world, code), None)
    ended = at_once(4, lambda _: unfit.unfit_at(NOW))
    assert sum(one for one in ended if isinstance(one, int)) == 2, ended
    assert Unfit.objects.filter(mended_at=None).count() == 2
    toan = world.account("toan")
    assert Notice.objects.filter(account=toan, dossier=None).count() == 2
    for code in (MARITAL, BIRTH):
        publish_form(form_key(world, code))
    ended = at_once(4, lambda _: unfit.unfit_at(NOW))
    assert ended == [0, 0, 0, 0]
    assert not Unfit.objects.filter(mended_at=None).exists()
