"""Jobs: deferred with the transaction or lost with it, tried as often as they say, found again by what they are about.

What happens when a worker dies is in tests/faults.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from motcua.kernel import jobs
from motcua.kernel.jobs import JOBS, Job, Patience


@pytest.fixture
def a_job(monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that notes its arguments."""
    monkeypatch.setattr(jobs, "JOBS", {})
    return jobs.job("test.note", queue="documents", attempts=4)(lambda **arguments: arguments)


def rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, queue_name, status::text, args::text, scheduled_at FROM procrastinate_jobs"
        )
        return cursor.fetchall()


@pytest.mark.django_db
def test_a_job_is_deferred_with_its_transaction_or_not_at_all(a_job: Job) -> None:
    with transaction.atomic():
        a_job.defer(number=1)
    assert rows() == [("test.note", "documents", "todo", '{"number": 1}', None)]
    with transaction.atomic():
        a_job.defer(number=2)
        transaction.set_rollback(True)
    assert len(rows()) == 1


@pytest.mark.django_db
def test_a_job_for_later_waits(a_job: Job) -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    a_job.defer_at(moment, number=1)
    assert rows()[0][4] == moment


@pytest.mark.django_db
def test_a_job_of_low_priority_waits_for_the_others(a_job: Job) -> None:
    slow = jobs.job("test.slow", priority=-10)(lambda: None)
    slow.defer()
    slow.defer_at(datetime(2020, 1, 1, tzinfo=UTC))
    a_job.defer(number=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, priority FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [("test.slow", -10), ("test.slow", -10), ("test.note", 0)]
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone() or (0,)
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        assert cursor.fetchone() == ("test.note",)


@pytest.mark.django_db
def test_held_gathers_instead(a_job: Job) -> None:
    with jobs.held() as held:
        a_job.defer(number=1)
        with jobs.held() as inner:
            a_job.defer(number=2)
    assert held == [(a_job, {"number": 1})]
    assert inner == [(a_job, {"number": 2})]
    assert rows() == []
    a_job.defer(number=3)
    assert len(rows()) == 1


@pytest.mark.django_db
def test_pending_and_state_are_found_by_argument(a_job: Job) -> None:
    a_job.defer(email=5)
    a_job.defer(email=6)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args @> '{\"email\": 6}'")
    assert a_job.pending("email") == {5}
    assert jobs.state_of(a_job, email=5) == jobs.JobState(0, None, failed=False)
    assert jobs.state_of(a_job, email=6) == jobs.JobState(0, None, failed=True)
    assert jobs.state_of(a_job, email=7) is None


def test_two_jobs_of_one_name_are_refused(a_job: Job) -> None:
    with pytest.raises(ValueError, match=r"test\.note"):
        jobs.job("test.note")(lambda: None)


@pytest.mark.parametrize(
    ("tries", "done", "seconds"),
    [
        (1, 0, None),
        (3, 0, 2),
        (3, 1, 4),
        (3, 2, None),
        (104, 8, 512),
        (104, 9, 900),
        (104, 102, 900),
        (104, 103, None),
    ],
)
def test_tries_and_waits(tries: int, done: int, seconds: int | None) -> None:
    decision = Patience(tries).get_retry_decision(
        exception=OSError(),
        job=SimpleNamespace(attempts=done),
    )
    if seconds is None:
        assert decision is None
        return
    assert decision is not None
    assert decision.retry_at is not None
    wait = (decision.retry_at - datetime.now(UTC)).total_seconds()
    assert seconds - 2 < wait <= seconds


def test_a_day_is_about_a_day() -> None:
    waits = [min(2**n, jobs.LONGEST_WAIT_SECONDS) for n in range(1, jobs.A_DAY)]
    assert 23 < sum(waits) / 3600 < 25


def test_every_registered_job_is_known_to_the_queue() -> None:
    # The faults' own jobs are registered by their tests and exist in their workers only.
    ours = {name: spec for name, spec in JOBS.items() if not name.startswith("faults.")}
    for name, spec in ours.items():
        task = app.tasks[name]
        assert task.queue == spec.queue
        assert task.retry_strategy == Patience(spec.attempts)
    periodic = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert periodic == {name for name, spec in ours.items() if spec.cron}


def test_what_runs_by_itself_is_tried_once_since_it_comes_again() -> None:
    assert {spec.name for spec in JOBS.values() if spec.cron and spec.attempts != 1} == set()
