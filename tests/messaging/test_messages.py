"""Telling people: once, in their language, and again when the mail server was away."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from motcua.dossiers.models import Dossier
from motcua.kernel import jobs
from motcua.messaging.actions import inbox, mark_read, send_email, tell
from motcua.messaging.models import Email, Message
from motcua.messaging.wording import KINDS, subject_of, text_of
from tests import factories
from tests.factories import World


@pytest.fixture
def dossier(world: World) -> Dossier:
    filed = factories.filed_dossier(world)
    return Dossier.objects.select_related("agency", "procedure", "applicant").get(pk=filed.pk)


def test_filing_tells_once_however_often_the_job_runs(world: World, dossier: Dossier) -> None:
    assert [m.kind for m in inbox(world.person("lan"))] == ["submitted"]
    with jobs.held() as held:
        again = tell(dossier, "submitted", now=world.now, facts={})
    assert not held
    assert Message.objects.filter(dossier=dossier).count() == 1
    assert again.facts["answer_by"], "the first message stands"


def test_an_email_goes_out_with_its_slip_and_never_twice(world: World, dossier: Dossier) -> None:
    email = Email.objects.get(message__dossier=dossier)
    send_email.run(email=email.pk)
    send_email.run(email=email.pk)
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert dossier.code in sent.subject
    assert sent.to == ["lan@example.com"]
    name, content, mime = sent.attachments[0]
    assert mime == "application/pdf"
    assert name.endswith(".pdf")
    assert bytes(content).startswith(b"%PDF")


def test_a_mail_server_that_is_away_is_noted_and_tried_again(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = Email.objects.get(message__dossier=dossier)

    def away(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPServerDisconnected("mail server is away")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        with pytest.raises(OSError, match="away"):
            send_email.run(email=email.pk)
    email.refresh_from_db()
    assert (email.state, email.attempts) == ("waiting", 1)
    assert "away" in email.problem
    send_email.run(email=email.pk)
    email.refresh_from_db()
    assert (email.state, email.attempts, email.problem) == ("sent", 2, "")
    assert len(mail.outbox) == 1


def test_the_same_email_keeps_its_message_id(dossier: Dossier) -> None:
    email = Email.objects.get(message__dossier=dossier)
    send_email.run(email=email.pk)
    first = mail.outbox[0].extra_headers["Message-ID"]
    Email.objects.filter(pk=email.pk).update(state="waiting")
    send_email.run(email=email.pk)
    assert mail.outbox[1].extra_headers["Message-ID"] == first


def test_no_address_no_email_but_a_message(world: World) -> None:
    filed = factories.counter_dossier(world, "nguoila")
    Dossier.objects.get(pk=filed.pk)
    told = tell(Dossier.objects.get(pk=filed.pk), "withdrawn", now=world.now)
    assert told.account_id is None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_reads_well_in_both_languages(dossier: Dossier, kind: str) -> None:
    facts: dict[str, object] = {"reason": "Thiếu trang hai.", "done": 2, "total": 3, "ended": 1}
    if kind.startswith("draft_"):  # about no dossier yet
        facts = {"draft": "d", "procedure": "Khai sinh", "until": "2026-12-09T00:00:00+00:00"}
    about = None if kind.startswith("draft_") else dossier
    message = Message(dossier=about, kind=kind, facts=facts)
    words = {}
    for language in ("vi", "en"):
        with translation.override(language):
            words[language] = (subject_of(message, about), text_of(message, about))
            assert (about.code if about else "09/12/2026") in words[language][0]
            assert "%(" not in "".join(words[language])
    assert words["vi"] != words["en"]


def test_reading_marks_only_ones_own(world: World, dossier: Dossier) -> None:
    factories.filed_dossier(world, "nguoila")
    mark_read(actor=world.person("lan"), now=world.now)
    assert Message.objects.filter(account=world.account("lan").pk, read_at=None).count() == 0
    assert Message.objects.filter(account=world.account("nguoila").pk, read_at=None).count() == 1
