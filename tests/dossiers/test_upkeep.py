"""What is removed and what never is."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from motcua.dossiers import drafts, jobs
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.drafts import blob_store, keep_content
from motcua.dossiers.models import Draft, DraftUpload
from motcua.kernel import contents
from motcua.kernel.clock import now as clock_now
from motcua.kernel.models import Blob
from motcua.messaging import jobs as mail_jobs
from motcua.messaging.models import Email
from tests import factories
from tests.committed import Committed, at_once

LATER = timedelta(days=30)


def age(sha: str, days: int = 40) -> None:
    """Let a content look as if it had been stored long ago."""
    moment = clock_now().timestamp() - days * 86400
    path = blob_store().path(sha)
    os.utime(path, (moment, moment))
    Blob.objects.filter(pk=sha).update(created_at=datetime.fromtimestamp(moment, tz=clock_now().tzinfo))


def with_scan(place: Committed, username: str) -> Draft:
    """A draft with the sample scan: the same bytes in every draft."""
    draft = factories.draft(place.world, username)
    factories.add_file(draft, case_bundle(draft.case_id).components[0].pk)
    return draft


def is_there(sha: str) -> bool:
    return blob_store().exists(sha) and Blob.objects.filter(pk=sha).exists()


def test_every_foreign_key_to_a_content_counts_as_a_reference(committed: Committed) -> None:
    declared = {
        (field.related_model._meta.db_table, field.field.column)
        for field in Blob._meta.get_fields(include_hidden=True)
        if field.auto_created and (field.one_to_many or field.one_to_one)
    }
    assert set(contents.references()) == declared
    assert ("dossiers_paper", "blob_id") in declared
    assert ("results_storeitem", "blob_id") in declared


def test_a_content_shared_by_two_drafts_outlives_the_first(committed: Committed) -> None:
    """A clone's files are the same contents: deleting one of the two must not take the other's (DS issue)."""
    first, second = with_scan(committed, "lan"), with_scan(committed, "binh")
    (sha,) = {upload.blob_id for upload in DraftUpload.objects.all()}
    age(sha or "")

    drafts.discard(actor=committed.world.person("lan"), draft_id=first.pk)
    assert contents.purge(blob_store(), now=clock_now()) == 0
    with blob_store().open(sha or "") as file:
        assert file.read(4) == b"%PDF"

    drafts.discard(actor=committed.world.person("binh"), draft_id=second.pk)
    assert contents.purge(blob_store(), now=clock_now()) == 1
    assert not blob_store().exists(sha or "")
    assert not Blob.objects.exists()


def test_what_a_dossier_uses_is_never_purged(committed: Committed) -> None:
    with_scan(committed, "lan")
    dossier = factories.advance(committed.world, factories.filed_dossier(committed.world), "returned")
    for sha in Blob.objects.values_list("pk", flat=True):
        age(sha)
    kept = set(Blob.objects.values_list("pk", flat=True))
    assert len(kept) >= 3, "papers, slips and the result"
    assert contents.purge(blob_store(), now=clock_now()) == 0
    assert all(is_there(sha) for sha in kept)
    assert dossier.papers.exists()


def test_grace_holds_and_storing_again_renews_it(committed: Committed) -> None:
    blob = keep_content(b"slip", "application/pdf", clock_now())
    assert contents.purge(blob_store(), now=clock_now()) == 0
    age(blob.pk)
    keep_content(b"slip", "application/pdf", clock_now())
    assert contents.purge(blob_store(), now=clock_now()) == 0
    age(blob.pk)
    assert contents.purge(blob_store(), now=clock_now()) == 1


def test_files_of_rolled_back_transactions_and_rows_of_a_killed_purge_go(committed: Committed) -> None:
    with transaction.atomic():
        sha = keep_content(b"never committed", "application/pdf", clock_now()).pk
        transaction.set_rollback(True)
    half = keep_content(b"file gone, row there", "application/pdf", clock_now()).pk
    blob_store().remove(half)
    assert blob_store().exists(sha)
    old = clock_now().timestamp() - 40 * 86400
    os.utime(blob_store().path(sha), (old, old))
    Blob.objects.filter(pk=half).update(created_at=clock_now() - timedelta(days=40))

    assert contents.purge(blob_store(), now=clock_now()) == 2
    assert not blob_store().exists(sha)
    assert not Blob.objects.exists()


def test_a_run_is_capped(committed: Committed) -> None:
    for number in range(7):
        age(keep_content(f"{number}".encode(), "text/plain", clock_now()).pk)
    assert contents.purge(blob_store(), now=clock_now(), limit=5) == 5
    assert contents.purge(blob_store(), now=clock_now(), limit=5) == 2


def test_a_content_stored_again_while_it_is_purged_is_there_afterwards(committed: Committed) -> None:
    for round_number in range(12):
        content = f"round {round_number}".encode()
        sha = keep_content(content, "text/plain", clock_now()).pk
        age(sha)

        def act(number: int, content: bytes = content) -> Any:
            if number == 0:
                return contents.purge(blob_store(), now=clock_now())
            with transaction.atomic():
                return keep_content(content, "text/plain", clock_now()).pk

        ended = at_once(3, act)
        assert ended[1:] == [sha, sha], ended
        assert is_there(sha)
        with blob_store().open(sha) as file:
            assert file.read() == content


def test_abandoned_drafts_go_after_the_kept_time_and_no_others(committed: Committed) -> None:
    world = committed.world
    old = factories.draft(world, "lan", code="1.001193")
    fresh = factories.draft(world, "binh")
    filed = Draft.objects.get(dossier=factories.filed_dossier(world, "nguoila"))
    told = world.now - timedelta(days=15)
    Draft.objects.filter(pk__in=[old.pk, filed.pk]).update(
        saved_at=world.now - timedelta(days=91), reminded_at=told
    )
    Draft.objects.filter(pk=fresh.pk).update(saved_at=world.now - timedelta(days=89), reminded_at=told)

    assert jobs.remove_abandoned(world.now) == 1

    assert set(Draft.objects.values_list("pk", flat=True)) == {fresh.pk, filed.pk}


def test_one_run_removes_at_most_its_cap_oldest_first(committed: Committed) -> None:
    world = committed.world
    found = [factories.draft(world, name) for name in ("lan", "binh", "nguoila")]
    for days, draft in enumerate(found, 100):
        Draft.objects.filter(pk=draft.pk).update(
            saved_at=world.now - timedelta(days=days), reminded_at=world.now - timedelta(days=20)
        )
    assert jobs.remove_abandoned(world.now, limit=2) == 2
    assert Draft.objects.get().pk == found[0].pk


def test_a_mail_without_a_job_gets_one_and_an_old_one_is_given_up(committed: Committed) -> None:
    factories.filed_dossier(committed.world)
    email = Email.objects.get()
    created = email.created_at
    soon = created + timedelta(minutes=5)
    assert mail_jobs.look_after(soon) == (0, 0)
    assert mail_jobs.look_after(created + timedelta(minutes=20)) == (1, 0)
    # Now there is a job about it.
    assert mail_jobs.look_after(created + timedelta(minutes=30)) == (0, 0)
    assert mail_jobs.look_after(created + timedelta(days=4)) == (0, 1)
    email.refresh_from_db()
    assert email.state == Email.State.FAILED
