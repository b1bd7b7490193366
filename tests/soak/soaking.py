"""A soak from its first request to the last judgement, on a database and data folder that are there already."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from motcua.kernel import crypto
from motcua.kernel.jobs import JOBS
from motcua.runtime.ports import free_port
from motcua.runtime.processes import wait_until
from tests.bench import data, house
from tests.bench.screens import Screens
from tests.soak import whole
from tests.soak.client import Client
from tests.soak.judging import certain, judge
from tests.soak.samples import Looker, Sample, jobs_failed, jobs_left
from tests.soak.work import MIX, Work


@dataclass(frozen=True)
class Plan:
    """``seconds`` of load at ``rate`` requests a second, a look every ``every`` seconds, ``warm`` seconds not judged.

    ``night``: seconds between two runs of what the worker does once a night. ``made``: whether there are old dossiers.
    ``timed``: whether growth and latency are judged, for which some minutes are needed.
    """

    seconds: float
    rate: float
    every: float = 5.0
    warm: float = 120.0
    night: float = 300.0
    made: bool = True
    timed: bool = True


@dataclass(frozen=True)
class Soaked:
    """What a run gave. ``found``: a sentence for each thing that is wrong; none is what we want."""

    samples: Sequence[Sample]
    statuses: Mapping[str, int]
    found: Sequence[str]
    seconds_after: float
    """How long the worker needed for what was left when the load was over."""

    def answered(self, operation: str) -> int:
        """Requests that were answered as they should (302 for what changes something)."""
        return self.statuses.get(f"{operation} 302", 0)


@contextmanager
def processes(env: Mapping[str, str], folder: Path, logs: Path, port: int) -> Iterator[dict[str, int]]:
    """Mail server, web and worker as ``motcua run`` has them; the ids of their leaders by name."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    smtp = free_port("127.0.0.1")
    env = {**env, "MOTCUA_SMTP_PORT": str(smtp), "TMPDIR": str(temporary)}
    with (
        house.mail(env, smtp, folder / "mail", logs / "mail.log") as mail,
        house.web("motcua.config.wsgi:application", env, logs / "web.log", port) as web,
        house.worker(env, logs / "worker.log") as worker,
    ):
        yield {"web": web.process.pid, "worker": worker.pid, "mail": mail.pid}


def with_addresses(world: data.World) -> None:
    """Give the citizens of the bench an e-mail address (one for all), so that what they are told is sent."""
    address = crypto.encrypt("citizen@example.com", "identity_account.email")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_account SET email = %s WHERE id = ANY(%s)", [address, world.citizens])


def soak(
    plan: Plan,
    world: data.World,
    env: Mapping[str, str],
    *,
    folder: Path,
    logs: Path,
    port: int,
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Soaked:
    """``env``: of the processes; ``folder``: their data folder. Everything started is ended when this returns."""
    filings = int(plan.rate * plan.seconds * MIX["submit"] / sum(MIX.values())) + 10
    work = Work(world, Screens(world, now, port, port), drafts=filings, made=plan.made, now=now)
    with processes(env, folder, logs, port) as groups:
        looker = Looker(groups, [folder / "tmp", folder / "blobs" / "incoming"])
        client = Client(port, plan.rate, work.next)
        client.start()
        try:
            samples = _look_on(plan, work, client, looker, tell)
        finally:
            client.stop()
        begin = time.monotonic()
        done = wait_until(lambda: not jobs_left(), 180, pause=0.5)
        after = time.monotonic() - begin
        samples.append(looker.sample(client.taken()))
        found = judge(samples, plan.warm) if plan.timed else certain(samples)
        found += [f"{name} failed" for name in jobs_failed()]
        if left := samples[-1].files:
            found.append(f"{left} arriving and temporary files were left")
        found += [] if done else [f"after {after:.0f} s there was still to do: {jobs_left()[:3]}"]
        found += whole.problems(
            work.since,
            filed=looker.statuses["submit 302"],
            received=looker.statuses["step 302"],
            uploaded=looker.statuses["upload 200"],
            mail=folder / "mail",
        )
        found += [f"the first wrong answer: {client.wrong}"] if client.wrong else []
    return Soaked(samples, dict(looker.statuses), found, after)


def _look_on(
    plan: Plan, work: Work, client: Client, looker: Looker, tell: Callable[[str], None]
) -> list[Sample]:
    """Feed the work and take samples until the time is over."""
    samples: list[Sample] = []
    begin = time.monotonic()
    look, night, told = plan.every, plan.night, 60.0
    while (passed := time.monotonic() - begin) < plan.seconds:
        work.feed()
        if passed >= look:
            samples.append(looker.sample(client.taken()))
            look += plan.every
        if passed >= night:
            nightly()
            night += plan.night
        if passed >= told and samples:
            tell(_line(samples[-1]))
            told += 60
        time.sleep(0.5)
    return samples


def nightly() -> None:
    """Defer what the worker does once a night, so that nobody has to wait for one."""
    for spec in JOBS.values():
        if spec.cron is not None and len(hours := spec.cron.split()) == 5 and hours[1].isdigit():
            spec.defer()


def _line(sample: Sample) -> str:
    heavy = max((one.private, name) for name, one in sample.processes.items())
    return (
        f"{sample.at:5.0f} s: p50 {sample.p50:.0f}, p95 {sample.p95:.0f} ms; {sample.database.waiting} jobs wait,"
        f" {sample.database.oldest_wait:.0f} s; {heavy[1]} {heavy[0] / 2**20:.0f} MiB; others {sample.others:.0%}"
    )
