"""The small world of ``tests/factories.py``, made once a module; each test is rolled back on its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from motcua.processing import definitions
from motcua.web.portal import queries, tracking, verifying
from motcua.web.shared.caching import pages
from tests import factories
from tests.factories import World


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        made = factories.build_world()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        factories.forget()


@pytest.fixture
def world(_world: World, db: None) -> Iterator[World]:
    """The province and its cast. A process that a test published is rolled back with it, and forgotten."""
    yield _world
    definitions.current_process.forget()
    definitions.process.forget()


@pytest.fixture(autouse=True)
def _fresh_pages() -> Iterator[None]:
    """No page and no failure count of one test in another."""

    def forget() -> None:
        pages.forget()
        for kept in (queries.offers, queries.one_stops, queries.procedure_key):
            kept.forget()
        for limiter in (tracking.FROM_ADDRESS, tracking.OF_DOSSIER, verifying.UNKNOWN_CODES):
            limiter.forget()

    forget()
    yield
    forget()
