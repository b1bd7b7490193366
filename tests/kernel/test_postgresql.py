"""The connection to PostgreSQL: looked at before each request without asking the server."""

from __future__ import annotations

import select
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql import base
from psycopg import _queries

from motcua.kernel.clock import now as clock_now
from motcua.organisations.models import Agency

LONG = "SELECT " + ", ".join(["%s::int"] * 40) + " -- " + "a statement as long as that of a page " * 150


@pytest.fixture
def own(db: None) -> Iterator[BaseDatabaseWrapper]:
    """A connection of the test's own, so that it may be broken."""
    made = connection.copy()
    made.ensure_connection()
    yield made
    made.close()


def test_a_connection_at_rest_is_usable_and_nothing_is_asked(
    own: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(_self: Any) -> bool:
        raise AssertionError("the server was asked")

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", ask)
    assert own.is_usable()
    own.connection.pgconn.send_query(b"SELECT 1")
    select.select([own.connection.fileno()], [], [], 10)
    with pytest.raises(AssertionError):
        own.is_usable()


def test_a_connection_that_the_server_has_ended_is_replaced_before_anybody_notices(
    own: BaseDatabaseWrapper,
) -> None:
    ended = own.connection.info.backend_pid
    with psycopg.connect(own.connection.info.dsn, password=own.settings_dict["PASSWORD"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    assert not own.is_usable()
    # As the next request finds it.
    own.health_check_done = False
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (ended,)


def test_a_connection_closed_on_this_side_is_not_usable(own: BaseDatabaseWrapper) -> None:
    own.connection.close()
    assert not own.is_usable()
    own.close()
    assert not own.is_usable()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "at", ["0001-01-01 00:00:00+00", "1906-07-01 00:00:00.000001+07", "9999-12-31 16:59:59+00"]
)
def test_moments_are_read_in_utc_to_the_microsecond(at: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [at])
        (found,) = cursor.fetchone() or (None,)
    assert isinstance(found, datetime)
    assert found == datetime.fromisoformat(at)
    assert found.utcoffset() == timedelta(0)
    assert found.tzinfo is UTC


@pytest.mark.django_db
def test_a_named_cursor_reads_as_any_other() -> None:
    now = clock_now()
    Agency.objects.create(code="H56", name="Tỉnh", short_name="Tỉnh", level="province")
    assert [agency.code for agency in Agency.objects.order_by("pk").iterator(chunk_size=2)] == ["H56"]
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [now])
        assert cursor.fetchall() == [(now,)]


@pytest.mark.django_db
def test_psycopg_parses_a_long_statement_once() -> None:
    assert _queries.MAX_CACHED_STATEMENT_LENGTH > len(LONG) > 4096
    with connection.cursor() as cursor:
        cursor.execute(LONG, list(range(40)))
        before = _queries._query2pg.cache_info().hits
        cursor.execute(LONG, list(range(40)))
    assert _queries._query2pg.cache_info().hits == before + 1
