"""Workers killed at every moment: each job is done, none is done for ever, and a poisonous one is set aside.

Short form: the worker's times are shortened (victim.py). ``make faults`` runs the same with the times of service.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import connection

from motcua.kernel import jobs
from motcua.runtime.postgres import Cluster
from tests.committed import Committed
from tests.faults import probes
from tests.faults.conftest import Workers, queue, restart, until

MANAGER = "procrastinate.manager:JobManager"
MOMENTS = {
    "before it fetches": f"{MANAGER}.fetch_job:before",
    "when the job is fetched": f"{MANAGER}.fetch_job:after",
    "in the middle of the job": "tests.faults.probes:time.sleep:before",
    "when the effect is there, before it says so": "motcua.kernel.jobs:Stubborn.finish_job_by_id_async:before",
    "when it has said so": "motcua.kernel.jobs:Stubborn.finish_job_by_id_async:after",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_worker_costs_no_job(
    committed: Committed, workers: Workers, moment: str, record_property: Any
) -> None:
    probes.sleep.defer(label="a", seconds=0.1)
    # Upkeep must not be the first to fetch, or its job would take the blow.
    victim = workers.start(MOMENTS[moment], FAULTS_QUIET="1")
    workers.killed(victim)

    begin = time.monotonic()
    workers.start()
    until(lambda: queue() == [])
    record_property("recovered_seconds", round(time.monotonic() - begin, 1))

    assert workers.notes.count("end a") == (2 if moment.startswith("when the effect") else 1)


def test_another_living_worker_takes_over(
    committed: Committed, workers: Workers, record_property: Any
) -> None:
    for number in range(6):
        probes.sleep.defer(label=str(number), seconds=0.5)
    victim = workers.start("tests.faults.probes:time.sleep:before", FAULTS_CONCURRENCY="1")
    survivor = workers.start("", FAULT_MARK="/dev/null/none", FAULTS_CONCURRENCY="1")
    workers.killed(victim)

    record_property("recovered_seconds", round(until(lambda: queue() == []), 1))

    assert survivor.poll() is None
    assert {line for line in workers.notes if line.startswith("end")} == {f"end {n}" for n in range(6)}
    ends = [line for line in workers.notes if line.startswith("end")]
    assert len(ends) == 6, "a living worker's jobs are not rescued from it"


def test_a_job_that_kills_its_worker_is_set_aside_and_others_are_done(
    committed: Committed, workers: Workers
) -> None:
    probes.poison.defer()
    probes.sleep.defer(label="innocent", seconds=0.3)
    for _ in range(jobs.DEATHS_ALLOWED + 2):
        worker = workers.start(FAULTS_CONCURRENCY="1")
        until(lambda w=worker: w.poll() is not None or queue("failed"), seconds=90)
        if queue("failed"):
            break
    until(lambda: [row for row in queue() if row[1] != "failed"] == [])

    assert workers.notes.count("poison") == jobs.DEATHS_ALLOWED
    assert [row[:2] for row in queue()] == [("faults.poison", "failed")]
    assert "end innocent" in workers.notes


def test_a_job_tried_once_is_tried_once_and_three_times_means_three(
    committed: Committed, workers: Workers
) -> None:
    probes.raise_once_only.defer()
    worker = workers.start()
    until(lambda: queue("failed"))
    time.sleep(3)
    assert workers.notes == ["raised"]
    probes.raise_thrice.defer()
    until(lambda: len(queue("failed")) == 2)
    assert workers.notes == ["raised"] * 4
    assert worker.poll() is None


def test_one_bad_piece_of_a_bulk_does_not_hold_the_others(committed: Committed, workers: Workers) -> None:
    probes.bulk.defer(labels=["a", "bad", "b"])
    workers.start()
    until(lambda: [row[:2] for row in queue()] == [("faults.piece", "failed")])
    assert sorted(workers.notes) == ["done a", "done b"]


def _doing(worker: str, started: str = "now()", **columns: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id, abort_requested)
                VALUES ('documents', %s, '{{}}', 'doing', {worker}, %s) RETURNING id""",
            [columns.get("task", "faults.sleep"), columns.get("abort", False)],
        )
        (job,) = cursor.fetchone() or (0,)
        cursor.execute(
            f"INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'started', {started})", [job]
        )
    return int(job)


def _status(job: int) -> tuple[str, int, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, attempts, args::text FROM procrastinate_jobs WHERE id = %s", [job]
        )
        status, attempts, args = cursor.fetchone() or ("gone", 0, "{}")
    return status, attempts, json.loads(args)


def _worker(age: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{age}') RETURNING id"
        )
        (key,) = cursor.fetchone() or (0,)
    return str(key)


def test_rescue_row_by_row(committed: Committed) -> None:
    living, silent = _worker("3 s"), _worker("60 s")
    theirs = _doing(living)
    lost_end = _doing(living, started="now() - interval '20 min'")
    gone, unheard = _doing("NULL"), _doing(silent)
    # One such row made the whole statement fail, and no job was rescued any more.
    aborted = _doing("NULL", abort=True)
    once = _doing("NULL", task="measurement.fold")

    jobs.rescue_stalled.run()

    assert _status(theirs)[0] == "doing"
    for job in (lost_end, gone, unheard):
        assert _status(job)[0] == "todo"
        assert _status(job)[2]["_deaths"] == 1
    assert _status(aborted)[0] == "failed"
    assert _status(once)[0] == "failed"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(type::text ORDER BY id) FROM procrastinate_events WHERE job_id = %s", [gone]
        )
        assert cursor.fetchone() == (["started", "deferred_for_retry"],)

    for _ in range(jobs.DEATHS_ALLOWED):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s AND status = 'todo'", [gone]
            )
        jobs.rescue_stalled.run()
    status, _, args = _status(gone)
    assert (status, args["_deaths"]) == ("failed", jobs.DEATHS_ALLOWED)


def test_old_failures_are_forgotten_and_new_ones_kept(committed: Committed) -> None:
    old, new = _doing("NULL", started="now() - interval '40 days'"), _doing("NULL")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = ANY(%s)", [[old, new]])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '40 days' WHERE job_id = %s", [old]
        )
    jobs.forget_failed.run()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs")
        assert cursor.fetchall() == [(new,)]


@pytest.mark.parametrize("away", [0.0, 4.0])
def test_postgresql_killed_under_a_worker_at_work(
    restartable: tuple[Cluster, Committed], mailbox: Any, tmp_path: Any, away: float, record_property: Any
) -> None:
    cluster, place = restartable
    crew = Workers(place.url, place.data, tmp_path, mailbox.port)
    try:
        probes.sleep.defer(label="before", seconds=1.5)
        worker = crew.start()
        until(lambda: "begin before" in crew.notes)
        connection.close()
        restart(cluster, away=away)
        begin = time.monotonic()
        probes.sleep.defer(label="after", seconds=0.1)
        if worker.poll() is None and away:
            # A worker may end itself when it cannot reach its database; the supervisor starts it again.
            time.sleep(2)
        if worker.poll() is not None:
            crew.start()
        until(lambda: queue() == [] or _revive(crew))
        record_property("recovered_seconds", round(time.monotonic() - begin, 1))
        assert "end before" in crew.notes
        assert "end after" in crew.notes
    finally:
        crew.stop()


def _revive(crew: Workers) -> bool:
    """What the supervisor does: a worker that has ended is started again."""
    if crew.started[-1].poll() is not None:
        crew.start()
    return False


def test_an_end_that_was_not_heard_is_said_again(committed: Committed, workers: Workers) -> None:
    """The open reports of procrastinate: the end is lost, the worker lives, the job stays "doing" for ever."""
    probes.sleep.defer(label="a", seconds=0.1)
    worker = workers.start(
        "procrastinate.manager:JobManager.finish_job_by_id_async:before", FAULT_KIND="cut", FAULTS_QUIET="1"
    )
    until(workers.mark.exists)
    until(lambda: queue() == [])
    assert workers.notes == ["begin a", "end a"]
    assert worker.poll() is None


def test_a_try_that_was_not_heard_is_said_again(committed: Committed, workers: Workers) -> None:
    probes.raise_thrice.defer()
    workers.start(
        "procrastinate.manager:JobManager.retry_job_by_id_async:before", FAULT_KIND="cut", FAULTS_QUIET="1"
    )
    until(lambda: queue("failed"))
    assert workers.notes == ["raised"] * 3
