"""The demo's past is made by the real actions: whatever must hold of a dossier holds of each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection

from motcua.demo import growing, review
from motcua.demo import plan as demo_plan
from motcua.demo import seed as demo_seed
from motcua.demo.cast import Cast
from motcua.demo.history import make
from motcua.demo.plan import AT_ONCE, COMMUNES, FIRST, FRESH, NEW, OLD, Planned, parts, plan
from motcua.demo.seed import needed, seed
from motcua.dossiers.lifecycle import EDGES, Status
from motcua.dossiers.models import DayCounter, Dossier, Draft, RegisterEntry, Slip
from motcua.dossiers.rules import is_remote
from motcua.kernel.codes import DossierCode, parse_dossier_code
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.measurement import folding
from motcua.measurement.models import DayRollup, Fact, Measure
from motcua.processing import events as turned
from motcua.processing.models import StepRun, Transfer
from motcua.results.models import ResultDocument, StoreItem
from tests.factories import World

_CHANNELS = {1: "counter", 2: "online", 3: "post"}


def made(world: World, count: int) -> list[Planned]:
    """A demo of so many dossiers, made in one go."""
    cast = Cast(list(world.people.values()), world.now)
    planned = plan(count, world.now, cast.cases)
    assert make(cast, planned, joint=True) == count + 7
    return planned


def test_a_demo_year_is_lawful_from_end_to_end(world: World) -> None:
    assert needed()
    planned = made(world, 160)
    dossiers = list(Dossier.objects.all())
    assert len([d for d in dossiers if d.joint_id is None]) == 160 + 7
    assert set(Draft.objects.exclude(dossier=None).values_list("pk", flat=True)) >= {p.draft for p in planned}
    assert {d.status for d in dossiers} == {int(status) for status in Status}, "every state"
    assert {d.submitted_at.year for d in dossiers} >= {world.now.year, world.now.year - 1}

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

    rising(dossiers)

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


def rising(dossiers: list[Dossier], *, agencies: Collection[str] | None = None) -> None:
    """Numbers that an agency gives rise with time: codes within a day, everything else within a year."""
    series: dict[tuple[object, ...], list[tuple[int, object]]] = defaultdict(list)
    for dossier in dossiers:
        code = parse_dossier_code(dossier.code)
        if dossier.joint_id is None:
            series["code", code.agency, code.day].append((code.sequence, dossier.submitted_at))
    for slip in Slip.objects.select_related("dossier__agency"):
        key = (f"slip {slip.kind}", _agency_then(slip.dossier, slip.issued_at), slip.year)
        series[key].append((slip.number, slip.issued_at))
    for line in RegisterEntry.objects.select_related("agency"):
        series["register", line.agency.code, line.year].append((line.number, line.day))
    for result in ResultDocument.objects.exclude(number=None).select_related("agency"):
        key = (f"result {result.template}", result.agency.code, result.year)
        series[key].append((result.number or 0, result.ordered_at))
    for key, given in series.items():
        if agencies is None or key[1] in agencies:
            times = [at for _, at in sorted(given)]
            assert times == sorted(times), key


def _agency_then(dossier: Dossier, at: datetime) -> str:
    """Whose slip it was: of a dossier that was sent on, the agency before."""
    sent = Transfer.objects.filter(dossier=dossier, at__gt=at).order_by("at").first()
    return sent.from_agency.code if sent is not None else dossier.agency.code


# --- the rest, made by the worker -----------------------------------------------------------------------------


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[Planned]:
    """Forty-two dossiers, which count as many here; the first part is made."""
    monkeypatch.setattr(demo_plan, "AT_ONCE", 40)
    monkeypatch.setattr(growing, "PIECE", 12)
    monkeypatch.setattr(demo_seed, "clock_now", lambda: world.now)
    monkeypatch.setattr(review, "seed", lambda *_: "")
    settings.DATA_DIR = tmp_path
    (tmp_path / "run").mkdir()
    seed(dossiers=42, go_on=True)
    planned = plan(42, world.now, Cast(list(world.people.values()), world.now).cases)
    first, rest = parts(planned)
    assert filed(planned) == {p.number for p in first}
    assert {p.agency for p in first} == {FIRST}
    assert len(rest) > growing.PIECE
    return planned


def filed(planned: list[Planned]) -> set[int]:
    there = set(Draft.objects.exclude(dossier=None).values_list("pk", flat=True))
    return {p.number for p in planned if p.draft in there}


def waiting() -> list[dict[str, Any]]:
    """Pieces that the worker has still before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args, priority, queue_name FROM procrastinate_jobs WHERE task_name = 'demo.go_on' ORDER BY id"
        )
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'demo.go_on'")
    assert all(priority < 0 and queue == "demo" for _, priority, queue in rows), "everything else goes first"
    return [orjson.loads(args) if isinstance(args, str) else args for args, _, _ in rows]


def told() -> str:
    return (Path(settings.DATA_DIR) / "run" / "demo").read_text()


def test_the_worker_makes_the_rest_and_adds_nothing_to_the_books_of_the_first(large: list[Planned]) -> None:
    def books() -> dict[tuple[str, str, date], int]:
        counters = DayCounter.objects.select_related("agency").filter(agency__code=FIRST)
        return {(c.agency.code, c.series, c.day): c.last for c in counters}

    before, pieces = books(), 0
    first = len(filed(large)) + 7
    assert told() == f"{first} {42 + 7}\n"
    while jobs_left := waiting():
        (arguments,) = jobs_left
        growing.go_on.run(**arguments)
        pieces += 1
    assert pieces == -(-(42 + 7 - first) // growing.PIECE)
    assert filed(large) == set(range(42)), "each of them, once"
    assert Dossier.objects.filter(joint=None).count() == 42 + 7
    assert told() == f"{42 + 7} {42 + 7}\n"
    assert books() == before
    dossiers = list(Dossier.objects.all())
    rising(dossiers, agencies=[FIRST])
    for dossier in dossiers:
        history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
        assert broken_at(history) is None
        assert [e.at for e in history] == sorted(e.at for e in history)
    assert all(
        [code.sequence for code in sorted(codes, key=lambda c: c.sequence)] == list(range(1, len(codes) + 1))
        for codes in _codes_by_day(dossiers).values()
    )


def test_a_piece_is_whole_or_not_there_and_may_come_twice(
    large: list[Planned], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filed(large)
    (arguments,) = waiting()

    class Killed(BaseException):
        pass

    follow, steps = Cast.follow, iter(range(1000))

    def dies(cast: Cast) -> None:
        if next(steps) == 25:
            raise Killed
        follow(cast)

    with monkeypatch.context() as killing:
        killing.setattr(Cast, "follow", dies)
        with pytest.raises(Killed):
            growing.go_on.run(**arguments)
    assert filed(large) == before, "nothing is half made"
    assert waiting() == []

    growing.go_on.run(**arguments)
    after = filed(large)
    assert len(after) == len(before) + growing.PIECE
    (following,) = waiting()
    # The worker died before it could say so, and the piece comes again.
    growing.go_on.run(**arguments)
    assert filed(large) == after
    assert waiting() == [], "the next piece waits once"
    assert following["done"] == growing.PIECE


def test_a_small_demo_leaves_nothing_to_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "seed", lambda *_: "")
    seed(dossiers=3, go_on=True)
    assert waiting() == []
    assert Dossier.objects.filter(joint=None).count() == 3 + 7


def _codes_by_day(dossiers: list[Dossier]) -> dict[tuple[str, object], list[DossierCode]]:
    codes: dict[tuple[str, object], list[DossierCode]] = defaultdict(list)
    for dossier in dossiers:
        code = parse_dossier_code(dossier.code)
        codes[code.agency, code.day].append(code)
    return codes


# --- the plan ---------------------------------------------------------------------------------------------------


def test_the_plan_of_a_full_province(world: World) -> None:
    """The same for the same moment; two years, every fate, all communes, the first part small enough to wait for."""
    offered = Cast(list(world.people.values()), world.now).cases
    planned = plan(2000, world.now, offered)
    assert planned == plan(2000, world.now, offered)
    assert [p.number for p in planned] == list(range(2000))
    assert [p.at for p in planned] == sorted(p.at for p in planned)
    assert max(p.at for p in planned) < world.now
    assert min(p.at for p in planned) < world.now - timedelta(days=700)
    old = {p.fate for p in planned if world.now - p.at > FRESH}
    assert old >= {name for name, _ in OLD}
    assert {p.fate for p in planned if world.now - p.at < FRESH} >= {name for name, _ in NEW}
    first, rest = parts(planned)
    assert {p.agency for p in first} == {FIRST}
    assert {p.agency for p in rest} == set(COMMUNES) - {FIRST}
    assert 300 < len(first) < 600
    assert len(first) + len(rest) == 2000
    few = plan(AT_ONCE, world.now, offered)
    assert parts(few) == (few, [])
    assert {p.agency for p in few} == set(COMMUNES)
