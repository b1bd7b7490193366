"""The imported catalogue, for tests that read it; and the small world, for those that do something in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker
from tests.web.conftest import _world, world  # noqa: F401 - fixtures

from motcua.catalogue import queries
from motcua.catalogue.actions import import_catalogue
from motcua.catalogue.importing import bundled_sources, parse
from motcua.kernel.actors import SYSTEM


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """All of it, once a module: each test runs in a savepoint of the transaction that is rolled back at the end."""
    now = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        import_catalogue(actor=SYSTEM, parsed=parse(bundled_sources()), now=now)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def catalogue(imported: None, db: None) -> Iterator[None]:
    """The catalogue, with nothing remembered from another test."""
    queries.forget()
    yield
    queries.forget()
