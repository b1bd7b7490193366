"""The demo year is made by the real actions: whatever must hold of a dossier holds of each of them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

from motcua.demo.history import Seeder
from motcua.demo.seed import needed
from motcua.dossiers.lifecycle import EDGES, Status
from motcua.dossiers.models import Dossier, Slip
from motcua.dossiers.rules import is_remote
from motcua.kernel.codes import parse_dossier_code
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.measurement import folding
from motcua.measurement.models import DayRollup, Fact, Measure
from motcua.processing import events as turned
from motcua.processing.models import StepRun
from motcua.results.models import ResultDocument, StoreItem
from tests.factories import World

_CHANNELS = {1: "counter", 2: "online", 3: "post"}


def test_a_demo_year_is_lawful_from_end_to_end(world: World) -> None:
    assert needed()
    seeder = Seeder(list(world.people.values()), world.now, random.Random(7))
    seeder.make(160, lambda number: None)
    dossiers = list(Dossier.objects.all())
    assert len(dossiers) >= 60
    assert len({d.status for d in dossiers}) >= 6

    events: dict[object, list[Event]] = defaultdict(list)
    for event in Event.objects.order_by("stream", "seq"):
        events[event.stream].append(event)
    lawful = {(edge.before, edge.after) for edge in EDGES}
    for dossier in dossiers:
        history = events[dossier.stream]
        assert broken_at(history) is None, dossier.code
        assert history[-1].seq == dossier.event_seq
        walked = [event.data["status"] for event in history if "status" in event.data]
        assert walked[-1] == dossier.status, f"{dossier.code}: the events say otherwise"
        for before, after in zip([None, *walked], walked, strict=False):
            assert (Status(before) if before else None, Status(after)) in lawful
        times = [event.at for event in history]
        assert times == sorted(times), [dossier.code, *((event.kind, event.at) for event in history)]
        assert dossier.remote == is_remote(_CHANNELS[dossier.channel], dossier.assistance)

    codes: dict[tuple[str, object], list[int]] = defaultdict(list)
    for dossier in dossiers:
        code = parse_dossier_code(dossier.code)
        codes[code.agency, code.day].append(code.sequence)
    for numbers in codes.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "a gap in the codes of a day"

    wholes = {d.joint_id for d in dossiers if d.joint_id}
    states = {d.status for d in dossiers if d.pk in wholes}
    assert {Status.PROCESSING, Status.RETURNED, Status.STOPPED} <= states, (
        "joint dossiers in different states"
    )
    # A joint dossier has the results of its parts, and none of its own.
    returned = [d for d in dossiers if d.status == Status.RETURNED and d.pk not in wholes]
    assert (
        StoreItem.objects.filter(result__revoked_at=None).count()
        == len(returned)
        == ResultDocument.objects.filter(dossier__status=Status.RETURNED, state="final").count()
    )
    assert Slip.objects.filter(kind="01").count() == sum(
        1 for d in dossiers if d.received_at and d.joint_id is None
    )
    # Every turn of the law is met.
    kinds = {event.kind for history in events.values() for event in history}
    assert {
        turned.TRANSFERRED,
        turned.CONSULTED,
        turned.OPINION_GIVEN,
        turned.EXTENDED,
        turned.INELIGIBLE,
        turned.SUPPLEMENT_ANSWERED,
        turned.STOP_ASKED,
        turned.STOPPED,
        turned.REOPENED,
    } <= kinds
    open_runs = Counter(StepRun.objects.filter(closed_at=None).values_list("dossier", flat=True))
    assert all(count == 1 for count in open_runs.values())

    folding.fold.run()
    # Inside one test transaction nothing is below the horizon yet; what was written counts each dossier once.
    assert Fact.objects.filter(measure=Measure.FILED).count() == sum(
        1 for d in dossiers if d.joint_id is None
    )
    assert folding.differences() == 0
    assert not DayRollup.objects.exists()
    assert not needed()
