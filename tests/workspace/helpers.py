"""What the tests of the desk share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from motcua.kernel.actors import Actor
from motcua.kernel.refusals import Refused
from motcua.processing.models import StepRun
from motcua.workspace import actions
from motcua.workspace.models import Label
from motcua.workspace.worklists import Line
from tests.factories import World


@contextmanager
def refused(kind: type[Refused], match: str | None = None) -> Iterator[None]:
    """An action that is not done, inside the test's own transaction, which goes on."""
    with pytest.raises(kind, match=match), transaction.atomic():
        yield


def label(world: World, who: str = "minh", name: str = "Ưu tiên", colour: str = "blue") -> Label:
    """A label of the unit of somebody's first seat."""
    actor = world.officer(who)
    return actions.make_label(actor=actor, unit=actor.seats[0].unit, name=name, colour=colour, now=world.now)


def line(dossier: Any) -> Line:
    """A dossier as a line of a list."""
    run = StepRun.objects.filter(dossier=dossier, closed_at=None).order_by("pk").first()
    return Line(dossier=dossier.pk, run=run.pk if run else None, code=dossier.code)


def colleague(world: World, of: str, username: str) -> Actor:
    """Somebody who sits in the seats of another today."""
    account = world.account(username)
    return Actor(kind="officer", account=account.pk, name=account.full_name, seats=world.officer(of).seats)
