"""The short form of ``make soak``: some seconds of real work, judged for what needs no time to be seen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from motcua.runtime.ports import free_port
from tests.bench import data
from tests.committed import Committed
from tests.factories import NOW
from tests.soak.soaking import Plan, soak, with_addresses


@pytest.mark.skipif(sys.platform != "linux", reason="what processes hold is read from /proc")
def test_nothing_is_lost_and_nothing_fails(committed: Committed, tmp_path: Path) -> None:
    """No wrong answer, no failed job, connections and files bounded, each slip and message there, chains whole."""
    from motcua.kernel.clock import now as clock_now

    now = max(clock_now(), NOW)
    world = data.people(now)
    with_addresses(world)
    port = free_port("127.0.0.1")
    env = {
        **os.environ,
        "DATABASE_URL": committed.url,
        "MOTCUA_DATA": str(committed.data),
        "MOTCUA_HEALTH_DIR": str(committed.data / "run"),
        "MOTCUA_BASE_URL": f"http://127.0.0.1:{port}",
    }
    plan = Plan(seconds=7, rate=8, every=2, night=3, made=False, timed=False)
    done = soak(plan, world, env, folder=committed.data, logs=tmp_path, port=port, now=now)
    assert list(done.found) == []
    assert done.answered("submit") >= 4
    assert done.answered("step") >= 1
    assert done.statuses["upload 200"] >= 1
