"""Bad days of what follows an action: one slip, one signed result, one message, one e-mail, whatever is pulled out."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, connection

from motcua.dossiers import actions as filing
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier, Draft, Slip
from motcua.kernel.clock import now as clock_now
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.messaging.models import Email, Message
from motcua.processing import actions as desk
from motcua.results.models import ResultDocument
from motcua.runtime.postgres import Cluster
from tests import factories
from tests.committed import Committed
from tests.factories import NOW, World
from tests.faults.conftest import LONG, Mailbox, Workers, queue, restart, until


def long(*values: Any) -> Any:
    """A case of the long form only (``make faults``): the short form keeps the moments that are worst."""
    return pytest.param(*values, marks=pytest.mark.skipif(not LONG, reason="make faults"))


QUIET = {"FAULTS_QUIET": "1"}


def file(world: World, draft: Draft | None = None) -> Dossier:
    """Lan files, really deferring what follows."""
    draft = draft or factories.draft(world)
    return filing.submit(
        actor=world.person("lan"),
        draft_id=draft.pk,
        applicant=filing.ApplicantDetails(
            kind="citizen",
            name="Nguyễn Thị Lan",
            number="038190001234",
            account=world.account("lan").pk,
            email="lan@example.com",
        ),
        assistance="none",
        return_by="online",
        now=NOW,
    )


def all_told(dossier: Dossier, mailbox: Mailbox) -> None:
    """Exactly one of each."""
    slip = Slip.objects.get(dossier=dossier)
    assert slip.number == 1
    with blob_store().open(slip.blob_id) as content:
        assert len(pikepdf.open(io.BytesIO(content.read())).pages) >= 1
    assert Message.objects.filter(dossier=dossier).count() == 1
    assert Email.objects.get().state == Email.State.SENT
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
    assert [event.kind for event in history].count("slip.issued") == 1
    assert broken_at(history) is None


@pytest.mark.parametrize(
    ("fault", "mails"),
    [
        long("motcua.dossiers.slips:acknowledgement:before", 1),
        ("motcua.dossiers.slips:acknowledgement:after", 1),
        long("motcua.dossiers.issuing:keep_content:after", 1),
        ("motcua.dossiers.issuing:issue:after", 1),
        long("motcua.config.wiring:tell:after", 1),
        long("django.core.mail:EmailMessage.send:before", 1),
        # Sent, and killed before it could say so: at least once, under the same Message-ID.
        ("django.core.mail:EmailMessage.send:after", 2),
    ],
)
def test_killed_while_confirming_a_filing(
    committed: Committed, workers: Workers, mailbox: Mailbox, fault: str, mails: int
) -> None:
    dossier = file(committed.world)
    workers.killed(workers.start(fault, **QUIET))
    workers.start()
    until(lambda: queue() == [])
    all_told(dossier, mailbox)
    assert len(mailbox.mails) == mails


@pytest.mark.parametrize(
    "fault",
    [
        long("motcua.results.actions:render_result:after"),
        long("motcua.results.signing:TestCaSigner.sign:before"),
        "motcua.results.signing:TestCaSigner.sign:after",
        long("motcua.results.actions:keep_content:after"),
        "motcua.results.actions:finish_signature:after",
    ],
)
def test_killed_while_signing(committed: Committed, workers: Workers, fault: str) -> None:
    dossier = proposed(committed.world)
    workers.killed(workers.start(fault, **QUIET))
    workers.start()
    until(lambda: queue() == [])
    signed_once(dossier)


def proposed(world: World) -> Dossier:
    """A dossier whose signature the head has just ordered."""
    # Well in the past: the worker signs by the clock, and no clock runs backwards.
    filed = NOW - timedelta(days=21)
    dossier = factories.advance(world, factories.filed_dossier(world, at=filed), "proposed", start=filed)
    run = factories.open_run(dossier)
    desk.sign(actor=world.officer("tuan"), run_id=run.pk, now=filed + timedelta(hours=5))
    return dossier


def signed_once(dossier: Dossier) -> None:
    result = ResultDocument.objects.get(dossier=dossier)
    assert result.state == ResultDocument.State.FINAL
    assert result.number == 1
    kinds = list(Event.objects.filter(stream=dossier.stream).order_by("seq").values_list("kind", flat=True))
    assert (kinds.count("result.signed"), kinds.count("dossier.finished")) == (1, 1)
    assert broken_at(list(Event.objects.filter(stream=dossier.stream).order_by("seq"))) is None
    assert Message.objects.filter(dossier=dossier, kind="finished").count() == 1
    assert result.blob_id
    assert blob_store().exists(result.blob_id)
    dossier.refresh_from_db()
    assert dossier.status == 9


def test_mail_server_down_then_one_mail(committed: Committed, workers: Workers, mailbox: Mailbox) -> None:
    mailbox.close()
    dossier = file(committed.world)
    workers.start()
    until(lambda: Email.objects.filter(attempts__gte=1).exists())
    waiting = Email.objects.get()
    assert waiting.state == Email.State.WAITING
    assert "refused" in waiting.problem
    # The slip and the message in the account do not wait for the mail server.
    assert Slip.objects.filter(dossier=dossier).exists()
    assert Message.objects.filter(dossier=dossier).exists()

    mailbox.open()
    until(lambda: queue() == [])
    all_told(dossier, mailbox)
    assert len(mailbox.mails) == 1
    assert Email.objects.get().problem == ""


def test_signing_service_down_is_tried_again_and_its_state_is_seen(
    committed: Committed, workers: Workers
) -> None:
    dossier = proposed(committed.world)
    down = workers.start(MOTCUA_SIGNER="failing")
    until(lambda: any(tries >= 1 for _, _, tries in queue(task="results.sign")))
    result = ResultDocument.objects.get(dossier=dossier)
    assert result.state == ResultDocument.State.SIGNING
    run = factories.open_run(dossier)
    assert run.waits_for == "signature"
    with pytest.raises(filing.Conflict, match="being_signed"):
        desk.sign(actor=committed.world.officer("tuan"), run_id=run.pk, now=clock_now())
    down.kill()
    down.wait()

    workers.start()
    until(lambda: queue() == [])
    signed_once(dossier)


def test_postgresql_restarted_while_someone_files(
    restartable: tuple[Cluster, Committed], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, place = restartable
    draft = factories.draft(place.world)
    typed = draft.answers

    original = filing.keep_papers

    def pulled(*args: Any, **kwargs: Any) -> None:
        """Between the dossier's row and the rest."""
        original(*args, **kwargs)
        restart(cluster)

    with monkeypatch.context() as patch:
        patch.setattr(filing, "keep_papers", pulled)
        with pytest.raises(DatabaseError):
            file(place.world, draft)

    # What a new request begins with: the dead connection is put away.
    connection.close_if_unusable_or_obsolete()
    assert not Dossier.objects.exists()
    assert not Event.objects.filter(kind=filing.SUBMITTED).exists()
    assert queue() == []
    draft.refresh_from_db()
    assert draft.answers == typed

    dossier = file(place.world, draft)
    assert dossier.code.endswith("-0001")
    assert [row[0] for row in queue()] == ["config.follow"]


def test_postgresql_restarted_between_two_requests_is_not_seen(
    restartable: tuple[Cluster, Committed],
) -> None:
    """Health checks at the beginning of a request: the person who files next sees nothing of it."""
    cluster, place = restartable
    draft = factories.draft(place.world)
    restart(cluster)
    connection.close_if_unusable_or_obsolete()
    connection.health_check_done = False
    assert file(place.world, draft).code.endswith("-0001")


def test_a_dossier_whose_slip_cannot_be_made_does_not_hold_the_others(
    committed: Committed, workers: Workers, mailbox: Mailbox
) -> None:
    poisoned = file(committed.world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET contact = 'broken' WHERE id = %s", [poisoned.pk])
    good = [
        file(committed.world, factories.draft(committed.world, code=code))
        for code in ("2.000815", "1.001193")
    ]
    workers.start()
    until(lambda: Email.objects.filter(state="sent").count() == 2)
    assert {slip.dossier_id for slip in Slip.objects.all()} >= {dossier.pk for dossier in good}
    until(lambda: any(tries >= 1 for _, _, tries in queue(task="config.follow")))
    assert not Slip.objects.filter(dossier=poisoned).exists()
