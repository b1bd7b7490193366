"""What runs later: jobs deferred inside a transaction, and so lost with it or kept with it.

Behind this module stands procrastinate (docs/decisions/0001); nothing else imports it. A job is a function of
JSON arguments that may run again after a crash at any moment: each one checks what is done already. A worker
that died is noticed by its missing heartbeat, and :func:`rescue_stalled` puts its jobs back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import close_old_connections
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app as procrastinate_app

log = structlog.get_logger(__name__)

#: A worker that has not been heard of for so long is dead, and its jobs are taken up again.
HEARTBEAT_SECONDS = 5
DEAD_AFTER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Job:
    """A registered job. ``attempts`` counts all runs, the first included."""

    name: str
    function: Callable[..., object]
    queue: str
    attempts: int
    cron: str | None

    def defer(self, **arguments: Any) -> None:
        """Run it as soon as the present transaction has committed."""
        held = _held.get()
        if held is not None:
            held.append((self, arguments))
            return
        procrastinate_app.configure_task(name=self.name, queue=self.queue).defer(**arguments)

    def defer_at(self, moment: datetime, **arguments: Any) -> None:
        """Run it at ``moment`` (aware), or as soon after as a worker is free."""
        procrastinate_app.configure_task(name=self.name, queue=self.queue, schedule_at=moment).defer(
            **arguments
        )

    def run(self, **arguments: Any) -> object:
        """Run it here and now (tests, commands)."""
        return self.function(**arguments)


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
    name: str, *, queue: str = "default", attempts: int = 10, cron: str | None = None
) -> Callable[[Callable[..., object]], Job]:
    """Register a function as a job called ``room.verb``; with ``cron`` it also runs by itself."""

    def decorate(function: Callable[..., object]) -> Job:
        if name in JOBS:
            raise ValueError(f"There are two jobs named {name!r}.")
        JOBS[name] = Job(name, function, queue, attempts, cron)
        return JOBS[name]

    return decorate


def register(app: App) -> None:
    """Hand every registered job to procrastinate; called once, when Django is ready."""
    for spec in JOBS.values():
        # Tries at 2, 6, 14, 30 … seconds: a mail server or a signing service has time to come back.
        retry = RetryStrategy(max_attempts=spec.attempts - 1, wait=0, exponential_wait=2)
        task = app.task(name=spec.name, queue=spec.queue, retry=retry)(_runner(spec))
        if spec.cron is not None:
            app.periodic(cron=spec.cron)(task)


def _runner(spec: Job) -> Callable[..., None]:
    def run(timestamp: int | None = None, **arguments: Any) -> None:
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


@job("kernel.rescue_stalled", queue="upkeep", attempts=1, cron="* * * * *")
def rescue_stalled() -> None:
    """Put back the jobs of workers that died: procrastinate shows them, and leaves the retry to us."""
    from django.db import connection

    with connection.cursor() as cursor:
        # A job whose worker is gone or silent goes back to the queue; its function is idempotent by contract.
        cursor.execute(
            """
            UPDATE procrastinate_jobs AS job
               SET status = 'todo', worker_id = NULL, attempts = attempts + 1
             WHERE status = 'doing'
               AND NOT EXISTS (
                   SELECT 1 FROM procrastinate_workers AS worker
                    WHERE worker.id = job.worker_id
                      AND worker.last_heartbeat > now() - make_interval(secs => %s))
            """,
            [DEAD_AFTER_SECONDS],
        )
        if cursor.rowcount:
            log.warning("jobs.rescued", count=cursor.rowcount)
