"""What runs later: jobs deferred inside a transaction, and so lost with it or kept with it.

Behind this module stands procrastinate (docs/decisions/0001); nothing else imports it. A job is a function of
JSON arguments that may run again after a crash at any moment: each one checks what is done already. A worker
that died is noticed by its missing heartbeat, and :func:`rescue_stalled` puts its jobs back. A job works in
pieces of less than :data:`LONGEST_RUN_SECONDS`; longer work defers its next piece.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
import structlog
from django.db import close_old_connections, connection
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as ProcrastinateJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

log = structlog.get_logger(__name__)

#: A worker that has not been heard of for so long is dead, and its jobs are taken up again.
HEARTBEAT_SECONDS = 5
DEAD_AFTER_SECONDS = 20
#: A job that has been "doing" for so long is taken up again though its worker lives: its end was lost.
LONGEST_RUN_SECONDS = 15 * 60
#: Waits between tries double from 2 s up to this.
LONGEST_WAIT_SECONDS = 15 * 60
#: Tries that go on for about a day: for what must not be given up while a mail server or a disk is mended.
A_DAY = 104
#: A job whose worker died under it so often is the reason, most likely, and is set aside as failed.
DEATHS_ALLOWED = 5
#: From the second death on, a job goes back at a moment of its own within so long.
APART_SECONDS = 30
#: Failed jobs stay to be looked at for so long.
FAILED_KEPT_DAYS = 30
#: Where the deaths are counted: in the arguments, since procrastinate counts only tries.
_DEATHS = "_deaths"


@dataclass(frozen=True, slots=True)
class Job:
    """A registered job. ``attempts`` counts all runs, the first included; of jobs that wait, the highest priority goes
    first."""

    name: str
    function: Callable[..., object]
    queue: str
    attempts: int
    cron: str | None
    priority: int = 0

    def defer(self, **arguments: Any) -> None:
        """Run it as soon as the present transaction has committed."""
        held = _held.get()
        if held is not None:
            held.append((self, arguments))
            return
        # What ``configure_task(…).defer(…)`` ends in, without the objects it makes on the way: every action defers.
        with connection.cursor() as cursor:
            cursor.execute(_DEFER, [self.queue, self.name, self.priority, orjson.dumps(arguments).decode()])

    def defer_once(self) -> None:
        """For a job that looks at everything: run it once after the present transaction, however often this is asked.

        One that waits already serves. It is locked until the transaction ends, so that no worker looks before then; one
        that another transaction holds does not, for that one may be rolled back.
        """
        held = _held.get()
        if held is not None:
            if (self, {}) not in held:
                held.append((self, {}))
            return
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [self.name])
            waiting = cursor.fetchone() is not None
        if not waiting:
            self.defer()

    def defer_at(self, moment: datetime, **arguments: Any) -> None:
        """Run it at ``moment`` (aware), or as soon after as a worker is free."""
        procrastinate_app.configure_task(
            name=self.name, queue=self.queue, schedule_at=moment, priority=self.priority
        ).defer(**arguments)

    def run(self, **arguments: Any) -> object:
        """Run it here and now (tests, commands)."""
        return self.function(**arguments)

    def pending(self, argument: str) -> set[Any]:
        """Values of ``argument`` for which this job waits or runs."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT args -> %s FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')",
                [argument, self.name],
            )
            return {
                orjson.loads(value) if isinstance(value, str) else value for (value,) in cursor.fetchall()
            }


#: procrastinate's own function, which its workers are told by; named with its version, so that an upgrade shows.
_DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW(%s::text, %s::text, %s::int, NULL, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1])
"""

_WAITING = """
    SELECT id FROM procrastinate_jobs
     WHERE task_name = %s AND status = 'todo' AND scheduled_at IS NULL AND args = '{}'
     LIMIT 1 FOR UPDATE SKIP LOCKED
"""

JOBS: dict[str, Job] = {}

Held = list[tuple[Job, dict[str, Any]]]
_held: ContextVar[Held | None] = ContextVar("held_jobs", default=None)


@contextmanager
def held() -> Iterator[Held]:
    """Gather what would be deferred instead of deferring it: for demo data of the past, and for tests."""
    gathered: Held = []
    token = _held.set(gathered)
    try:
        yield gathered
    finally:
        _held.reset(token)


def job(
    name: str,
    *,
    queue: str = "default",
    attempts: int = 10,
    cron: str | None = None,
    priority: int = 0,
) -> Callable[[Callable[..., object]], Job]:
    """Register a function as a job called ``room.verb``; with ``cron`` it also runs by itself."""

    def decorate(function: Callable[..., object]) -> Job:
        if name in JOBS:
            raise ValueError(f"There are two jobs named {name!r}.")
        JOBS[name] = Job(name, function, queue, attempts, cron, priority)
        return JOBS[name]

    return decorate


@dataclass(frozen=True, slots=True)
class JobState:
    """A job that has been deferred and has not succeeded. ``failed``: it will not be tried again by itself."""

    attempts: int
    next_at: datetime | None
    failed: bool


def state_of(spec: Job, **arguments: Any) -> JobState | None:
    """The newest job with these arguments that is waiting, running or has failed; None when there is none left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attempts, scheduled_at, status FROM procrastinate_jobs"
            " WHERE task_name = %s AND args @> %s::jsonb ORDER BY id DESC LIMIT 1",
            [spec.name, orjson.dumps(arguments).decode()],
        )
        row = cursor.fetchone()
    return None if row is None else JobState(row[0], row[1], row[2] in {"failed", "aborted", "cancelled"})


def register(app: App) -> None:
    """Hand every registered job to procrastinate; called once, when Django is ready."""
    for spec in JOBS.values():
        task = app.task(name=spec.name, queue=spec.queue, retry=Patience(spec.attempts))(_runner(spec))
        if spec.cron is not None:
            app.periodic(cron=spec.cron)(task)


@dataclass
class Patience(BaseRetryStrategy):
    """Tries after 2, 4, 8 … seconds, at most 15 minutes apart: a signing service has time to come back.

    procrastinate's own strategy counts retries, takes 0 for "without end", and doubles without end too.
    """

    tries: int

    def get_retry_decision(self, *, exception: BaseException, job: ProcrastinateJob) -> RetryDecision | None:
        if job.attempts + 1 >= self.tries:
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 20), LONGEST_WAIT_SECONDS)})


def _runner(spec: Job) -> Callable[..., None]:
    def run(timestamp: int | None = None, **arguments: Any) -> None:
        arguments.pop(_DEATHS, None)
        close_old_connections()
        bound = log.bind(job=spec.name)
        try:
            spec.function(**arguments)
            bound.info("job.done")
        except Exception:
            bound.exception("job.failed")
            raise
        finally:
            close_old_connections()

    run.__name__ = spec.name.replace(".", "_")
    return run


def work(*, concurrency: int = 2, wait: bool = True) -> None:
    """Be a worker until told to stop (SIGTERM); with ``wait`` false, until the queue is empty."""
    connector: Any = procrastinate_app.connector
    worker = procrastinate_app.with_connector(connector.get_worker_connector())
    worker.job_manager = Stubborn(worker.connector)
    with worker.open():
        worker.run_worker(
            concurrency=concurrency,
            wait=wait,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
            fetch_job_polling_interval=2.0,
            delete_jobs="successful",
            shutdown_graceful_timeout=10,
        )


class Stubborn(JobManager):
    """Says how a job ended until PostgreSQL has heard it.

    procrastinate says it once. When PostgreSQL restarts at that moment, the job stays "doing" under a worker whose
    heart goes on beating, so that nobody ever takes it up again (its issues 1446 and 1518).
    """

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        said = super().finish_job_by_id_async
        await _until_heard(lambda: said(job_id=job_id, status=status, delete_job=delete_job))

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        said = super().retry_job_by_id_async
        await _until_heard(lambda: said(job_id, retry_at, priority, queue, lock))


async def _until_heard(say: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Say it again while the connection fails, for as long as a worker without a database lives anyway."""
    deadline = time.monotonic() + 2 * DEAD_AFTER_SECONDS
    while True:
        try:
            return await say()
        except ConnectorException as error:
            cause = error.__cause__
            if isinstance(cause, psycopg.errors.RaiseException):
                # "Job was not found": our first word was heard, its answer was lost; or the job was rescued.
                log.warning("jobs.end_known_already", problem=str(cause).splitlines()[0])
                return None
            if (
                not isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError))
                or time.monotonic() > deadline
            ):
                raise
            await asyncio.sleep(0.2)


_RESCUE = """
    WITH lost AS (
        SELECT job.id, coalesce((job.args ->> %(deaths)s)::int, 0) + 1 AS deaths,
               job.abort_requested OR job.task_name = ANY(%(once)s) AS over
          FROM procrastinate_jobs AS job
         WHERE job.status = 'doing'
           AND (NOT EXISTS (SELECT 1 FROM procrastinate_workers AS worker
                             WHERE worker.id = job.worker_id
                               AND worker.last_heartbeat > now() - make_interval(secs => %(dead_after)s))
                OR (SELECT max(event.at) FROM procrastinate_events AS event
                     WHERE event.job_id = job.id AND event.type = 'started')
                   < now() - make_interval(secs => %(longest)s))
           FOR UPDATE OF job SKIP LOCKED)
    UPDATE procrastinate_jobs AS job
       SET status = CASE WHEN over OR deaths >= %(allowed)s THEN 'failed' ELSE 'todo' END::procrastinate_job_status,
           abort_requested = false,
           worker_id = NULL,
           args = jsonb_set(job.args, ARRAY[%(deaths)s], to_jsonb(deaths)),
           scheduled_at = CASE WHEN deaths > 1 THEN now() + random() * make_interval(secs => %(apart)s) END
      FROM lost WHERE job.id = lost.id
    RETURNING job.task_name, job.status::text, deaths
"""


@job("kernel.rescue_stalled", queue="upkeep", attempts=1, cron="* * * * * */10")
def rescue_stalled() -> None:
    """Put back the jobs of workers that died: procrastinate shows them, and leaves the retry to us.

    From the second death on they go back at different moments, so that a job that kills its worker does not take
    the same companion with it each time; at :data:`DEATHS_ALLOWED` it is set aside. What must not be tried again
    (its cron runs it anyway) ends as failed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _RESCUE,
            {
                "deaths": _DEATHS,
                "once": [spec.name for spec in JOBS.values() if spec.attempts == 1],
                "dead_after": DEAD_AFTER_SECONDS,
                "longest": LONGEST_RUN_SECONDS,
                "allowed": DEATHS_ALLOWED,
                "apart": APART_SECONDS,
            },
        )
        for name, status, deaths in cursor.fetchall():
            log.warning("jobs.rescued", job=name, status=status, deaths=deaths)


@job("kernel.forget_failed", queue="upkeep", attempts=1, cron="41 3 * * *")
def forget_failed() -> None:
    """Remove jobs that failed long ago; until then they stand in the table to be looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs AS job
             WHERE status IN ('failed', 'cancelled', 'aborted')
               AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS event
                                WHERE event.job_id = job.id AND event.at > now() - make_interval(days => %s))
            """,
            [FAILED_KEPT_DAYS],
        )
