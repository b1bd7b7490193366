"""A worker that dies while it prints a register: the next one makes the book, once, and nothing of the first is left."""

from __future__ import annotations

import io

import pikepdf
import pytest

from motcua.dossiers import register_printing
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import RegisterPrint
from motcua.dossiers.register import Period
from motcua.kernel.clock import local_day
from motcua.kernel.models import Blob
from tests import factories
from tests.committed import Committed
from tests.factories import AGENCY, NOW
from tests.faults.conftest import Workers, queue, until
from tests.faults.test_papers_and_mail import QUIET, long


@pytest.mark.parametrize(
    "fault",
    [
        long("motcua.kernel.binding:bind:before"),
        "motcua.kernel.binding:bind:after",
        long("motcua.dossiers.register_printing:keep_content:after"),
        "motcua.dossiers.register_printing:make:after",
    ],
)
def test_killed_while_printing_the_register(committed: Committed, workers: Workers, fault: str) -> None:
    world = committed.world
    for _ in range(3):
        factories.advance(world, factories.filed_dossier(world), "received")
    period = Period(world.agencies[AGENCY].pk, local_day(NOW), local_day(NOW))
    order = register_printing.order(actor=world.officer("minh"), period=period, now=NOW)
    before = Blob.objects.count()

    workers.killed(workers.start(fault, **QUIET))
    workers.start()
    until(lambda: queue() == [])

    printed = RegisterPrint.objects.get(pk=order.pk)
    assert printed.blob_id
    assert printed.done == printed.total == 3
    with blob_store().open(printed.blob_id) as content, pikepdf.open(io.BytesIO(content.read())) as book:
        assert len(book.pages) == 1
    assert Blob.objects.count() == before + 1
