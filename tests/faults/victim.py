"""A worker that dies on cue: ``python -m tests.faults.victim``, steered by the environment.

``FAULT=module:name:before|after`` ends this process by SIGKILL when the named function (or ``Class.method``) is called
or has returned; ``FAULT_MARK`` is the file that says it has happened, so that the next worker lives. Without
``FAULTS_LONG`` the worker's times are shortened: what takes 30 s in service takes 3 s in a test.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import psycopg
from procrastinate.exceptions import ConnectorException


def die_once(mark: Path) -> None:
    """SIGKILL, the first time only; with ``FAULT_KIND=cut``, a connection that breaks instead."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return
    if os.environ.get("FAULT_KIND") == "cut":
        cause = psycopg.OperationalError("server closed the connection unexpectedly")
        raise ConnectorException("Database error.") from cause
    os.kill(os.getpid(), signal.SIGKILL)


def arm(fault: str, mark: Path) -> None:
    """Wrap the function that ``fault`` names."""
    module_name, name, moment = fault.split(":")
    holder: Any = importlib.import_module(module_name)
    *path, last = name.split(".")
    for part in path:
        holder = getattr(holder, part)
    function: Callable[..., Any] = getattr(holder, last)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def armed(*args: Any, **kwargs: Any) -> Any:
            if moment == "before":
                die_once(mark)
            result = await function(*args, **kwargs)
            # A fetch that found nothing is no fetch.
            if moment == "after" and (result is not None or last != "fetch_job"):
                die_once(mark)
            return result

    else:

        @functools.wraps(function)
        def armed(*args: Any, **kwargs: Any) -> Any:
            if moment == "before":
                die_once(mark)
            result = function(*args, **kwargs)
            if moment == "after":
                die_once(mark)
            return result

    setattr(holder, last, armed)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motcua.config.settings")
    from motcua.kernel import jobs

    if not os.environ.get("FAULTS_LONG"):
        jobs.HEARTBEAT_SECONDS, jobs.DEAD_AFTER_SECONDS = 0.3, 1.5
        jobs.APART_SECONDS = 1
        name = "kernel.rescue_stalled"
        jobs.JOBS[name] = dataclasses.replace(jobs.JOBS[name], cron="* * * * * *")
    if os.environ.get("FAULTS_HEARTBEAT"):
        jobs.HEARTBEAT_SECONDS = float(os.environ["FAULTS_HEARTBEAT"])
        jobs.DEAD_AFTER_SECONDS = 4 * jobs.HEARTBEAT_SECONDS
    if os.environ.get("FAULTS_JOBS"):
        importlib.import_module("tests.faults.probes")
    django.setup()
    if os.environ.get("FAULTS_QUIET"):
        # No upkeep: the blow is for the job of the test.
        jobs.procrastinate_app.periodic_registry.periodic_tasks.clear()
    if os.environ.get("FAULT"):
        arm(os.environ["FAULT"], Path(os.environ["FAULT_MARK"]))
    jobs.work(concurrency=int(os.environ.get("FAULTS_CONCURRENCY", "2")))


if __name__ == "__main__":
    main()
