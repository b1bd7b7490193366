"""Nobody loses a draft without having been told, in time, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from motcua.dossiers import jobs as upkeep
from motcua.dossiers.models import Channel, Draft
from motcua.messaging import reminders
from motcua.messaging.actions import send_email
from motcua.messaging.models import Email, Message
from tests import factories
from tests.committed import Committed, _world_template, at_once, committed  # noqa: F401 - fixtures
from tests.factories import BIRTH, NOW, World


def lying(world: World, days: int, username: str = "lan", code: str = BIRTH) -> Draft:
    """A draft last saved ``days`` ago."""
    draft = factories.draft(world, username, code)
    Draft.objects.filter(pk=draft.pk).update(saved_at=NOW - timedelta(days=days))
    draft.refresh_from_db()
    return draft


def test_its_owner_is_told_two_weeks_before_in_the_account_and_by_mail(world: World) -> None:
    lying(world, 75, "binh")
    draft = lying(world, 77)
    assert reminders.remind(NOW) == 1
    told = Message.objects.get(kind="draft_expires")
    assert told.account_id == draft.account_id
    assert told.facts["until"][:10] == "2026-12-08"  # 14 days: 90 from the last save are 13 from now
    email = Email.objects.get(message=told)
    send_email.run(email=email.pk)
    sent = mail.outbox[0]
    assert sent.to == ["lan@example.com"]
    assert f"/drafts/{draft.pk}/" in sent.body
    page = world.client("lan").get("/account/messages/").content.decode()
    assert f"/drafts/{draft.pk}/" in page
    assert "08/12/2026" in page


def test_once_until_it_is_saved_and_left_lying_again(world: World) -> None:
    draft = lying(world, 80)
    assert reminders.remind(NOW) == 1
    assert reminders.remind(NOW + timedelta(days=1)) == 0
    Draft.objects.filter(pk=draft.pk).update(saved_at=NOW + timedelta(days=2))
    assert reminders.remind(NOW + timedelta(days=3)) == 0
    assert reminders.remind(NOW + timedelta(days=80)) == 1


def test_nothing_is_removed_before_its_owner_was_told_for_so_long(world: World) -> None:
    draft = lying(world, 200)
    assert upkeep.remove_abandoned(NOW) == 0
    reminders.remind(NOW)
    assert upkeep.remove_abandoned(NOW + timedelta(days=13)) == 0
    Draft.objects.filter(pk=draft.pk).update(saved_at=NOW + timedelta(days=13))
    assert upkeep.remove_abandoned(NOW + timedelta(days=20)) == 0, "saved again: kept again"
    Draft.objects.filter(pk=draft.pk).update(saved_at=draft.saved_at)
    assert upkeep.remove_abandoned(NOW + timedelta(days=15)) == 1


def test_filed_ones_counter_intake_and_supplements_are_left_in_peace(world: World) -> None:
    filed = Draft.objects.get(dossier=factories.filed_dossier(world))
    counter = factories.draft(world, code=BIRTH, channel=Channel.COUNTER)
    Draft.objects.filter(pk__in=[filed.pk, counter.pk]).update(saved_at=NOW - timedelta(days=100))
    assert reminders.remind(NOW) == 0


def test_one_owner_who_cannot_be_told_does_not_keep_the_others_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = lying(world, 85)
    lying(world, 80, "binh")
    real = reminders.tell_account

    def tell(account: object, *args: object, **more: object) -> object:
        if account == poisoned.account:
            raise ValueError("poisoned")
        return real(account, *args, **more)

    monkeypatch.setattr(reminders, "tell_account", tell)
    assert reminders.remind(NOW) == 1
    poisoned.refresh_from_db()
    assert poisoned.reminded_at is None, "told later, when it can be"
