"""A session comes with its account, by one statement, and lets in nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import auth
from django.utils import timezone

from motcua.identity.jobs import purge_sessions
from motcua.identity.models import Account, Session
from tests.bench.counting import statements
from tests.factories import World

pytestmark = pytest.mark.django_db
PAGE = "/account/"


def session_of(client: Any) -> Session:
    return Session.objects.get(session_key=client.session.session_key)


def test_one_statement_says_who_is_there(world: World) -> None:
    minh = world.client("minh")
    with statements() as seen:
        assert minh.get("/desk/").status_code == 200
    assert [
        sql for sql in seen if "FROM identity_session" in sql or 'FROM "identity_account"' in sql
    ] == seen[:1]


def test_the_row_says_whose_it_is(world: World) -> None:
    lan = world.client("lan")
    assert session_of(lan).account_id == world.people["lan"].account.pk
    visitor = world.client()
    visitor.get("/")
    assert not Session.objects.filter(account=None).exists()


def test_an_account_that_was_closed_is_let_in_no_more(world: World) -> None:
    lan = world.client("lan")
    assert lan.get(PAGE).status_code == 200
    Account.objects.filter(pk=world.people["lan"].account.pk).update(is_active=False)
    assert lan.get(PAGE).status_code == 302


def test_a_session_that_names_somebody_else_lets_nobody_in_as_them(world: World) -> None:
    """The column alone proves nothing: what was signed at sign-in has to name the same account."""
    lan = world.client("lan")
    row = session_of(lan)
    row.account_id = world.people["binh"].account.pk
    row.save()
    page = lan.get(PAGE).content.decode()
    assert world.people["lan"].account.full_name in page
    assert world.people["binh"].account.full_name not in page


def test_a_hash_that_does_not_fit_ends_the_session(world: World) -> None:
    lan = world.client("lan")
    store = lan.session
    store[auth.HASH_SESSION_KEY] = "0" * 64
    store.save()
    assert lan.get(PAGE).status_code == 302
    assert not Session.objects.filter(session_key=store.session_key).exists()


def test_a_key_that_goes_out_of_use_still_opens_and_is_replaced(world: World, settings: Any) -> None:
    lan = world.client("lan")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, in force from now on"
    assert lan.get(PAGE).status_code == 200


def test_what_has_run_out_is_removed_and_opens_nothing_before_that(world: World) -> None:
    lan, binh = world.client("lan"), world.client("binh")
    Session.objects.filter(pk=session_of(lan).pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    kept = session_of(binh).pk
    assert lan.get(PAGE).status_code == 302
    purge_sessions.function()
    assert list(Session.objects.values_list("pk", flat=True)) == [kept]


def test_an_account_takes_its_sessions_with_it(world: World) -> None:
    lan = world.client("lan")
    key = session_of(lan).pk
    Account.objects.filter(pk=world.people["lan"].account.pk).delete()
    assert not Session.objects.filter(pk=key).exists()
