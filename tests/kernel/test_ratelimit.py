"""Limits on guessing: what a failure costs, what a success does not, and the bound over several processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from procrastinate.contrib.django import app as procrastinate_app

from motcua.kernel import clock, ratelimit
from motcua.kernel.models import FailureCount
from motcua.kernel.ratelimit import Limiter, client_address

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.django_db
def test_the_limit_blocks_until_the_window_of_the_first_failure_ends() -> None:
    limiter = Limiter("track", 3, 600)
    assert limiter.fail("ip", at(0)) is None
    assert limiter.fail("ip", at(100)) is None
    assert limiter.blocked("ip", at(150)) is None
    assert limiter.fail("ip", at(200)) == 400
    assert limiter.blocked("ip", at(201)) == 400
    assert limiter.blocked("ip", at(599.5)) == 1
    assert limiter.blocked("ip", at(600)) is None
    assert limiter.fail("ip", at(600)) is None
    assert FailureCount.objects.get().count == 1


@pytest.mark.django_db
def test_looking_costs_no_query_and_failing_costs_one(django_assert_num_queries: Any) -> None:
    limiter = Limiter("track", 2, 600)
    with django_assert_num_queries(0):
        assert limiter.blocked("ip", NOW) is None
    with django_assert_num_queries(1):
        limiter.fail("ip", NOW)
    with django_assert_num_queries(1):
        limiter.fail("ip", NOW)
    with django_assert_num_queries(0):
        assert limiter.blocked("ip", NOW)


@pytest.mark.django_db
def test_each_further_process_gets_one_guess_more_and_no_second() -> None:
    first, second, third = (Limiter("track", 3, 600) for _ in range(3))
    for _ in range(3):
        first.fail("ip", NOW)
    assert first.blocked("ip", NOW)
    for other in (second, third):
        assert other.blocked("ip", NOW) is None
        assert other.fail("ip", NOW)
        assert other.blocked("ip", NOW)


@pytest.mark.django_db
def test_keys_and_limiters_do_not_touch_each_other() -> None:
    track, login = Limiter("track", 1, 600), Limiter("login", 1, 600)
    track.fail("a", NOW)
    assert track.blocked("a", NOW)
    assert track.blocked("b", NOW) is None
    assert login.blocked("a", NOW) is None
    assert login.fail("a", NOW)
    assert FailureCount.objects.count() == 2


@pytest.mark.django_db
def test_the_table_knows_no_address() -> None:
    Limiter("track", 9, 600).fail("203.0.113.7", NOW)
    row = FailureCount.objects.get()
    assert len(bytes(row.key)) == 32
    assert b"203.0.113" not in bytes(row.key)
    assert "203.0.113" not in str(row)


@pytest.mark.django_db
def test_old_counters_are_swept() -> None:
    limiter = Limiter("track", 9, 600)
    limiter.fail("old", at(-90_000))
    limiter.fail("new", at(0))
    assert ratelimit.purge(at(-86_400)) == 1
    assert FailureCount.objects.count() == 1


@pytest.mark.django_db
def test_a_worker_sweeps_them_every_night() -> None:
    """Every network and every code that is guessed at has a row: without this the table only grows."""
    limiter, now = Limiter("track", 9, 600), clock.now()
    limiter.fail("long ago", now - timedelta(days=2))
    limiter.fail("just now", now)
    assert "kernel.forget_guesses" in {
        task.task.name for task in procrastinate_app.periodic_registry.periodic_tasks.values()
    }
    ratelimit.forget_guesses.run()
    assert [row.window_start for row in FailureCount.objects.all()] == [now]


@pytest.mark.django_db
def test_memory_is_bounded_also_in_an_attack_from_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "REMEMBERED", 5)
    limiter = Limiter("track", 1, 600)
    for number in range(20):
        limiter.fail(f"ip {number}", at(number))
    assert len(limiter._until) <= 5
    assert limiter.blocked("ip 19", at(20))


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "network"),
    [
        ("203.0.113.7", "", False, "203.0.113.7"),
        ("203.0.113.7:51234", "", False, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", False, "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", True, "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", True, "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1:443", True, "198.51.100.1"),
        ("10.0.0.1", "", True, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]:443", "", False, "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", False, "fe80::/64"),
        ("::ffff:203.0.113.7", "", False, "203.0.113.7"),
        ("", "", False, "unknown"),
        ("unix:", "", False, "unknown"),
        ("10.0.0.1", "rubbish", True, "unknown"),
    ],
)
def test_the_network_a_request_comes_from(
    settings: Any, remote: str, forwarded: str, trusted: bool, network: str
) -> None:
    settings.TRUST_FORWARDED_FOR = trusted
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == network
