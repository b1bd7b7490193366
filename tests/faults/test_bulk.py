"""A worker that dies in the middle of a bulk run: whoever comes after goes on, and nothing happens twice."""

from __future__ import annotations

import uuid

import pytest

from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.workspace import bulk as work
from motcua.workspace.models import BulkItem, BulkRun
from tests import factories
from tests.committed import Committed
from tests.faults.conftest import Workers, queue, until
from tests.workspace import helpers

COUNT = 12


@pytest.mark.parametrize(
    "fault",
    [
        # before and after the turn, within the item's transaction: neither the turn nor the mark is there
        "motcua.workspace.bulk:put_label:before",
        "motcua.workspace.bulk:put_label:after",
        # after an item's commit, before the next one; and when all is done but not said
        "motcua.workspace.bulk:_one:after",
        "motcua.workspace.bulk:_finish:before",
    ],
)
def test_killed_in_the_middle(committed: Committed, workers: Workers, fault: str) -> None:
    world = committed.world
    dossiers = [factories.filed_dossier(world, code=factories.COPIES) for _ in range(COUNT)]
    label = helpers.label(world)
    bulk = work.order_bulk(
        actor=world.officer("minh"),
        key=uuid.uuid4(),
        what="label",
        lines=[helpers.line(dossier) for dossier in dossiers],
        label=label.pk,
        now=world.now,
    )
    workers.killed(workers.start(fault, FAULTS_CONCURRENCY="1"))
    workers.start()
    until(lambda: BulkRun.objects.get(pk=bulk.pk).state == "done" and not queue(task="workspace.work_bulk"))
    assert list(BulkItem.objects.filter(bulk=bulk).values_list("state", flat=True)) == ["done"] * COUNT
    for dossier in dossiers:
        history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
        assert [event.kind for event in history].count("label.put") == 1
        assert broken_at(history) is None
