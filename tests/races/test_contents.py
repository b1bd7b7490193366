"""Many at once on contents, slips, results and figures: each thing once, and nothing counted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from motcua.config.wiring import follow
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import DraftUpload, Slip
from motcua.dossiers.rules import asked
from motcua.kernel import jobs
from motcua.kernel.models import Blob, Event
from motcua.measurement import folding
from motcua.measurement.models import DayRollup, Fact, FoldMark, Measure
from motcua.messaging.models import Email, Message
from motcua.processing import actions as desk
from motcua.results.actions import SIGNED, sign_at
from motcua.results.models import ResultDocument
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import NOW

pytestmark = pytest.mark.race


def test_equal_files_uploaded_at_once_are_one_content(committed: Committed) -> None:
    content = factories.sample_scan()
    uploads = []
    for name in ("lan", "binh", "nguoila"):
        draft = factories.draft(committed.world, name, papers=False)
        component = next(c.pk for c in case_bundle(draft.case_id).components if asked(c))
        actor = committed.world.person(name)
        begun = drafts.begin_upload(
            actor=actor, draft_id=draft.pk, component=component, filename="a.pdf", size=len(content), now=NOW
        )
        uploads.append((actor, draft, begun))

    def send(number: int) -> DraftUpload:
        actor, draft, begun = uploads[number]
        return drafts.receive_chunk(
            actor=actor, draft_id=draft.pk, upload_id=begun.pk, offset=0, chunk=content, now=NOW
        )

    ended = at_once(3, send)

    assert [getattr(one, "state", one) for one in ended] == ["kept"] * 3
    assert len({one.blob_id for one in ended}) == 1
    blob = Blob.objects.get()
    assert drafts.blob_store().path(blob.sha256).read_bytes() == content
    # A second name would keep on the disk what a purge has removed.
    assert list(drafts.blob_store().incoming.iterdir()) == []


def test_one_upload_sent_by_two_tabs_at_once_is_kept_whole(committed: Committed) -> None:
    content = factories.sample_scan()
    draft = factories.draft(committed.world, papers=False)
    component = next(c.pk for c in case_bundle(draft.case_id).components if asked(c))
    lan = committed.world.person("lan")
    begun = drafts.begin_upload(
        actor=lan, draft_id=draft.pk, component=component, filename="a.pdf", size=len(content), now=NOW
    )

    ended = at_once(
        2,
        lambda _: drafts.receive_chunk(
            actor=lan, draft_id=draft.pk, upload_id=begun.pk, offset=0, chunk=content, now=NOW
        ),
    )

    assert [one.state for one in ended] == ["kept", "kept"]
    begun.refresh_from_db()
    assert begun.blob is not None
    assert drafts.blob_store().path(begun.blob.sha256).read_bytes() == content


def test_what_follows_a_filing_run_by_two_workers_is_one_slip_one_message_one_mail(
    committed: Committed,
) -> None:
    with jobs.held() as held:
        draft = factories.draft(committed.world)
        from tests.races.test_filing import submit

        dossier = submit(committed, draft, committed.world.person("lan"))
    ((job, arguments),) = [(job, arguments) for job, arguments in held if job is follow]

    ended = at_once(3, lambda _: job.run(**arguments))

    assert ended == [None] * 3
    assert Slip.objects.filter(dossier=dossier).count() == 1
    assert Message.objects.filter(dossier=dossier).count() == 1
    assert Email.objects.count() == 1
    assert Event.objects.filter(stream=dossier.stream, kind="slip.issued").count() == 1


def test_one_mail_sent_by_two_workers_goes_out_once(committed: Committed) -> None:
    factories.filed_dossier(committed.world)
    email = Email.objects.get()
    from motcua.messaging.actions import send_email

    ended = at_once(4, lambda _: send_email.run(email=email.pk))

    assert ended == [None] * 4
    assert len(mail.outbox) == 1
    email.refresh_from_db()
    assert (email.state, email.attempts) == (Email.State.SENT, 1)


def test_one_result_signed_by_two_workers_is_one_document(committed: Committed) -> None:
    dossier = factories.advance(committed.world, factories.filed_dossier(committed.world), "proposed")
    run = factories.open_run(dossier)
    with jobs.held():
        desk.sign(actor=committed.world.officer("tuan"), run_id=run.pk, now=NOW + timedelta(hours=4))
    result = ResultDocument.objects.get(dossier=dossier)

    ended = at_once(3, lambda _: sign_at(result.pk, NOW + timedelta(hours=4)))

    assert ended == [None] * 3
    result.refresh_from_db()
    assert result.state == ResultDocument.State.FINAL
    assert Event.objects.filter(stream=dossier.stream, kind=SIGNED).count() == 1
    dossier.refresh_from_db()
    assert dossier.status == 9


def test_two_folds_at_once_count_once_also_while_facts_come_in(committed: Committed) -> None:
    for name in ("lan", "binh"):
        factories.filed_dossier(committed.world, name)

    def act(number: int) -> None:
        if number == 5:
            factories.filed_dossier(committed.world, "nguoila")
        else:
            folding.fold.run()

    ended = at_once(6, act)
    folding.fold.run()

    assert ended == [None] * 6
    assert Fact.objects.filter(measure=Measure.FILED).count() == 3
    assert sum(DayRollup.objects.filter(measure=Measure.FILED).values_list("amount", flat=True)) == 3
    assert folding.differences() == 0
    assert FoldMark.objects.count() == 1


def test_a_fact_committed_after_a_fold_that_began_later_is_not_lost(committed: Committed) -> None:
    """A transaction that writes its fact, then lets a fold pass by, and commits afterwards."""
    draft = factories.draft(committed.world)
    from tests.races.test_filing import submit

    def act(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                submit(committed, draft, committed.world.person("lan"))
                at_once(1, lambda _: folding.fold.run())
        else:
            folding.fold.run()

    assert at_once(2, act) == [None, None]
    assert DayRollup.objects.count() == 0
    folding.fold.run()
    assert sum(DayRollup.objects.values_list("amount", flat=True)) == 1
    assert folding.differences() == 0
