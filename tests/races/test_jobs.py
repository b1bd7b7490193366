"""A job that is asked for by several at once runs after all of them."""

from __future__ import annotations

from django.db import connection, transaction

from motcua.workspace.unfit import tell_unfit
from tests.committed import Committed, at_once


def waiting(lock: str = "") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo' {lock}",
            [tell_unfit.name],
        )
        return len(cursor.fetchall())


def test_asked_for_often_it_waits_once(committed: Committed) -> None:
    with transaction.atomic():
        for _ in range(5):
            tell_unfit.defer_once()
    tell_unfit.defer_once()
    assert waiting() == 1


def test_no_worker_takes_it_before_the_transaction_that_counts_on_it_has_ended(committed: Committed) -> None:
    tell_unfit.defer_once()
    with transaction.atomic():
        tell_unfit.defer_once()
        # As procrastinate's workers take one.
        assert at_once(1, lambda _: waiting("FOR UPDATE SKIP LOCKED")) == [0]
    assert at_once(1, lambda _: waiting("FOR UPDATE SKIP LOCKED")) == [1]


def test_one_that_another_transaction_holds_is_not_counted_on(committed: Committed) -> None:
    """That one may be rolled back, and then the job would look too early for this one."""
    tell_unfit.defer_once()
    with transaction.atomic():
        tell_unfit.defer_once()
        assert at_once(1, lambda _: tell_unfit.defer_once()) == [None]
    assert waiting() == 2
