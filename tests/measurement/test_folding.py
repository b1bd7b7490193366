"""A recount equals the rollup, whatever commits in which order; a fact is counted once; remote by the rule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.dossiers.models import Dossier
from motcua.measurement import folding, queries
from motcua.measurement.models import DayRollup, Fact, MonthRollup
from tests import factories
from tests.committed import Committed
from tests.factories import AGENCY, World

_FACT = """
    INSERT INTO measurement_fact (measure, day, agency_id, procedure_id, dossier_id, online, remote, late, level)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (dossier_id, measure) DO NOTHING
"""


@pytest.fixture
def world(committed: Committed) -> World:
    """One kind of world a module: the rolled-back one would lose its connection to the committed one."""
    return committed.world


def rows_of(dossier: Dossier, count: int) -> list[int]:
    """Keys of ``count`` dossiers like this one, to hang facts on."""
    with connection.cursor() as cursor:
        columns = [
            f.column for f in Dossier._meta.concrete_fields if f.column not in {"id", "stream", "code"}
        ]
        listed = ", ".join(columns)
        cursor.execute(
            f"INSERT INTO dossiers_dossier (stream, code, {listed})"
            f" SELECT gen_random_uuid(), 'X-' || n || '-' || random(), {listed}"
            " FROM dossiers_dossier, generate_series(1, %s) AS n WHERE id = %s RETURNING id",
            [count, dossier.pk],
        )
        return [row[0] for row in cursor.fetchall()]


class Writers:
    """Several open transactions on connections of their own, each writing facts when told."""

    def __init__(self, url: str, count: int) -> None:
        self.open = [
            psycopg.connect(url, options="-c idle_in_transaction_session_timeout=0") for _ in range(count)
        ]

    def close(self) -> None:
        for one in self.open:
            one.close()


@pytest.fixture
def writers(committed: Committed) -> Iterator[Writers]:
    made = Writers(committed.url, 3)
    yield made
    made.close()


def fact(rng: random.Random, dossier: Dossier, key: int) -> list[Any]:
    measure = rng.choice([1, 1, 2, 3, 4, 5])
    online = rng.random() < 0.6
    return [
        measure,
        date(2026, 11, 1) + timedelta(days=rng.randrange(60)),
        dossier.agency_id,
        dossier.procedure_id,
        key,
        online,
        online and rng.random() < 0.7,
        rng.random() < 0.2 if measure == 2 else None,
        rng.randint(1, 3) if measure == 5 else None,
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_recount_equals_the_rollup_under_any_order_of_commits(
    committed: Committed, writers: Writers, seed: int
) -> None:
    rng = random.Random(seed)
    base = factories.filed_dossier(committed.world)
    keys = rows_of(base, 80)
    for _ in range(120):
        turn = rng.random()
        writer = rng.choice(writers.open)
        if turn < 0.55:
            # A key belongs to one open transaction: two would wait for each other here, in one thread.
            if not keys:
                break
            writer.execute(_FACT, fact(rng, base, keys.pop()))
        elif turn < 0.75:
            writer.commit()
        elif turn < 0.85:
            writer.rollback()
        else:
            folding.fold.run()
            assert folding.differences() == 0
    for writer in writers.open:
        writer.commit()
    folding.fold.run()
    folding.fold.run()
    assert folding.differences() == 0
    assert sum(DayRollup.objects.values_list("amount", flat=True)) == Fact.objects.count()
    assert sum(MonthRollup.objects.values_list("amount", flat=True)) == Fact.objects.count()


def test_what_is_written_late_in_an_old_transaction_is_not_missed(
    committed: Committed, writers: Writers
) -> None:
    base = factories.filed_dossier(committed.world)
    first, second = rows_of(base, 2)
    rng = random.Random(1)
    old, young = writers.open[:2]
    old.execute("SELECT pg_current_xact_id()")
    young.execute(_FACT, fact(rng, base, first))
    young.commit()
    folding.fold.run()
    before = sum(DayRollup.objects.values_list("amount", flat=True))
    old.execute(_FACT, fact(rng, base, second))
    old.commit()
    folding.fold.run()
    assert folding.differences() == 0
    assert sum(DayRollup.objects.values_list("amount", flat=True)) == Fact.objects.count() > before


def test_two_folds_at_once_count_once(committed: Committed) -> None:
    from tests.committed import at_once

    factories.advance(committed.world, factories.filed_dossier(committed.world), "returned")
    assert at_once(4, lambda _: folding.fold.run()) == [None] * 4
    assert folding.differences() == 0
    assert sum(DayRollup.objects.values_list("amount", flat=True)) == Fact.objects.count()


def test_a_restored_database_counts_anew_and_right(committed: Committed) -> None:
    factories.advance(committed.world, factories.filed_dossier(committed.world), "returned")
    folding.fold.run()
    before = list(DayRollup.objects.order_by("day", "measure").values_list("day", "measure", "amount"))
    # Dumped from a cluster that was far ahead: the facts and the mark carry its transaction numbers.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE measurement_fact DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE measurement_fact SET xid = (pg_current_xact_id()::text::bigint + 9000000)::text::xid8"
        )
        cursor.execute("ALTER TABLE measurement_fact ENABLE TRIGGER USER")
        cursor.execute(
            "UPDATE measurement_foldmark SET horizon = (pg_current_xact_id()::text::bigint + 9000001)::text"
        )
    folding.fold.run()  # notices, and numbers anew
    factories.filed_dossier(committed.world, "nguoila")
    folding.fold.run()
    assert folding.differences() == 0
    after = {
        (day, measure): amount
        for day, measure, amount in DayRollup.objects.values_list("day", "measure", "amount")
    }
    assert sum(after.values()) == sum(amount for *_, amount in before) + 1
    assert Fact.objects.count() == sum(after.values())


def test_a_difference_shows(committed: Committed) -> None:
    factories.filed_dossier(committed.world)
    folding.fold.run()
    assert folding.differences() == 0
    DayRollup.objects.update(satisfied=7)
    assert folding.differences() == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=6))
def test_totals_are_sums_and_shares_stay_shares(parts: list[tuple[int, int, int, int]]) -> None:
    rows = [
        queries.Row(
            str(n), "", queries.Figures(filed=a + b, online=a, remote=min(a, c), finished=c, late=min(c, d))
        )
        for n, (a, b, c, d) in enumerate(parts)
    ]
    total = queries.total(rows)
    assert total.filed == sum(row.figures.filed for row in rows)
    for share in (total.remote_share, total.online_share, total.on_time_share):
        assert share is None or 0 <= share <= 1


@pytest.mark.parametrize(
    "number", ["filed", "online", "remote", "finished", "on_time", "late", "rated", "satisfied"]
)
def test_a_number_opens_exactly_what_it_counts(committed: Committed, number: str) -> None:
    world = committed.world
    for state in ("received", "returned", "finished"):
        factories.advance(world, factories.filed_dossier(world), state)
    factories.filed_dossier(world, assistance="kiosk")
    factories.counter_dossier(world)
    factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    folding.fold.run()
    since, until = date(2026, 11, 1), date(2026, 11, 30)
    figures = queries.total(queries.by_agency(since, until, under=AGENCY))
    counted = {"on_time": figures.finished - figures.late}.get(number, getattr(figures, number, None))
    found = queries.behind(number, actor=world.officer("tuan"), since=since, until=until, under=AGENCY)
    assert found.count() == counted
    assert (
        queries.behind(number, actor=world.officer("hung"), since=since, until=until, under=AGENCY).count()
        == 0
    )
