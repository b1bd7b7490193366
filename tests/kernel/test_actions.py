"""One change, one action: a change without a trace cannot be committed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from motcua.kernel import actions
from motcua.kernel.actions import SilentAction, action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.events import append
from motcua.kernel.models import Blob
from tests.kernel.things import Thing

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "ACTIONS", {})


def leave_a_row(name: str) -> None:
    Blob.objects.create(sha256=name, size=1, mime="", created_at=AT)


def test_an_action_that_writes_an_event_is_committed() -> None:
    @action("test.do")
    def do(*, name: str) -> str:
        """Does it."""
        leave_a_row(name)
        append(Thing(), "test.done", actor=SYSTEM, at=AT)
        return name

    assert do(name="a") == "a"
    assert Blob.objects.filter(pk="a").exists()
    assert do.__doc__ == "Does it."
    assert {"test.do": do} == actions.ACTIONS


def test_a_silent_action_is_rolled_back() -> None:
    @action("test.silent")
    def silent() -> None:
        leave_a_row("b")

    with pytest.raises(SilentAction, match=r"test\.silent"), transaction.atomic():
        silent()
    assert not Blob.objects.exists()


def test_an_earlier_action_does_not_speak_for_a_later_one() -> None:
    @action("test.loud")
    def loud() -> None:
        append(Thing(), "test.done", actor=SYSTEM, at=AT)

    @action("test.silent")
    def silent() -> None:
        leave_a_row("c")

    loud()
    with pytest.raises(SilentAction), transaction.atomic():
        silent()


def test_an_action_inside_an_action_falls_with_it() -> None:
    @action("test.inner")
    def inner() -> None:
        leave_a_row("inner")
        append(Thing(), "test.done", actor=SYSTEM, at=AT)

    @action("test.outer")
    def outer() -> None:
        inner()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outer()
    assert not Blob.objects.exists()


def test_two_actions_of_one_name_are_refused() -> None:
    action("test.twice")(lambda: None)
    with pytest.raises(ValueError, match=r"test\.twice"):
        action("test.twice")(lambda: None)
