"""Publishing a form while people fill it in: drafts follow, filed dossiers do not, and nothing is filed unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.test import Client

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts, rebasing
from motcua.dossiers.bundles import form_of, newest_form
from motcua.dossiers.models import Channel, Dossier, Draft
from motcua.eforms import actions as forms
from motcua.eforms.models import FormVersion
from motcua.eforms.rebasing import ASIDE
from motcua.kernel import jobs
from motcua.kernel.clock import local_day
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict
from tests import factories
from tests.factories import MARITAL, NOW, World


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What is rolled back is not remembered."""
    newest_form.forget()
    yield
    newest_form.forget()


def definition(draft: Draft) -> Any:
    assert draft.form is not None
    return json.loads(json.dumps(draft.form.definition))


def publish(key: str, changed: Any) -> FormVersion:
    """As the studio does, and what the worker does afterwards."""
    with jobs.held() as held:
        version = forms.publish(key=key, definition=changed, now=NOW)
    newest_form.forget()
    moving = [arguments for job, arguments in held if job is rebasing.move_drafts]
    assert moving
    for arguments in moving:
        rebasing.move_drafts.run(**arguments)
    return version


def without(changed: Any, *ids: str) -> Any:
    for section in changed["sections"]:
        section["fields"] = [f for f in section["fields"] if f["id"] not in ids]
    changed["sections"] = [s for s in changed["sections"] if s["fields"]]
    return changed


def with_question(changed: Any, **field: Any) -> Any:
    changed["sections"][0]["fields"].append(
        {"id": "cau_moi", "type": "text", "label": {"vi": "Câu mới", "en": "A new question"}, **field}
    )
    return changed


def submit(world: World, draft: Draft) -> Dossier:
    with transaction.atomic():
        return factories.file(world, draft)


def test_open_drafts_follow_and_are_told_filed_dossiers_stay(world: World) -> None:
    filed = factories.filed_dossier(world)
    draft = factories.draft(world)
    before = draft.answers
    version = publish(MARITAL, with_question(definition(draft), required=True))
    draft.refresh_from_db()
    filed.refresh_from_db()
    assert draft.form_id == version.pk
    assert filed.form_id != version.pk
    assert draft.answers == before
    assert [(one.kind, one.field) for one in rebasing.unseen(draft)] == [("added_required", "cau_moi")]


def test_what_is_no_longer_asked_is_kept_aside_and_comes_back(world: World) -> None:
    draft = factories.draft(world)
    old = definition(draft)
    answer = draft.answers["so_dien_thoai"]
    publish(MARITAL, without(definition(draft), "so_dien_thoai"))
    draft.refresh_from_db()
    assert "so_dien_thoai" not in draft.answers
    assert draft.answers[ASIDE]["so_dien_thoai"][0]["value"] == answer
    assert [label for _, label, _ in rebasing.set_aside(draft)] == ["Số điện thoại"]
    publish(MARITAL, old | {"source": "đăng lại"})
    draft.refresh_from_db()
    assert draft.answers["so_dien_thoai"] == answer
    assert ASIDE not in draft.answers


def test_nothing_is_filed_on_a_form_whose_changes_were_not_seen(world: World) -> None:
    draft = factories.draft(world)
    publish(MARITAL, with_question(definition(draft)))
    with pytest.raises(Conflict) as refused:
        submit(world, draft)
    assert refused.value.code == "draft.form_changed"
    rebasing.seen(actor=world.person("lan"), draft_id=draft.pk)
    assert submit(world, draft).form_id == newest_form(MARITAL)


def test_a_draft_that_the_job_has_not_reached_is_not_filed_on_the_old_version(world: World) -> None:
    """Trap 14: a new required question cannot be passed by with an old draft."""
    draft = factories.draft(world)
    with jobs.held():
        forms.publish(key=MARITAL, definition=with_question(definition(draft), required=True), now=NOW)
    newest_form.forget()
    with pytest.raises(Conflict) as refused:
        submit(world, draft)
    assert refused.value.code == "draft.form_changed"
    assert rebasing.follow(actor=world.person("lan"), draft_id=draft.pk, now=NOW)
    rebasing.seen(actor=world.person("lan"), draft_id=draft.pk)
    with pytest.raises(filing.NotFilable) as wrong:
        submit(world, draft)
    assert set(wrong.value.errors) == {"cau_moi"}


def test_a_change_that_concerns_nobody_is_followed_in_silence(world: World) -> None:
    draft = factories.draft(world)
    changed = definition(draft)
    changed["source"] = "Bản in lại"
    with jobs.held():
        version = forms.publish(key=MARITAL, definition=changed, now=NOW)
    newest_form.forget()
    assert submit(world, draft).form_id == version.pk


def test_a_supplement_and_a_counter_intake_keep_their_version(world: World) -> None:
    dossier = factories.filed_dossier(world)
    factories.ask_supplement(world, dossier, field="so_dien_thoai")
    from motcua.processing.actions import start_supplement

    supplement = start_supplement(actor=world.person("lan"), code=dossier.code, now=NOW)
    counter = factories.draft(world, channel=Channel.COUNTER)
    kept = supplement.form_id
    publish(MARITAL, with_question(definition(supplement), required=True))
    for one in (supplement, counter):
        one.refresh_from_db()
        assert one.form_id == kept
        assert rebasing.target(one) is None


def test_one_draft_that_cannot_be_moved_does_not_keep_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap 31."""
    first, second = factories.draft(world, "lan"), factories.draft(world, "nguoila")
    real = rebasing.rebasing.rebase

    def fail(old: Any, new: Any, answers: Any, **rest: Any) -> Any:
        if answers == first.answers:
            raise RuntimeError("unreadable")
        return real(old, new, answers, **rest)

    monkeypatch.setattr(rebasing.rebasing, "rebase", fail)
    version = publish(MARITAL, with_question(definition(first)))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.form_id == version.pk, second.form_id == version.pk) == (False, True)


def test_many_drafts_are_moved_in_pieces(world: World) -> None:
    for name in ("lan", "binh", "nguoila"):
        factories.draft(world, name)
    with jobs.held():
        version = forms.publish(
            key=MARITAL, definition=with_question(definition(Draft.objects.first())), now=NOW
        )
    last, rounds = "", 0
    while True:
        last = rebasing.move_all(MARITAL, now=NOW, after=last, limit=1)
        rounds += 1
        if not last:
            break
    assert rounds == 4
    assert not Draft.objects.filter(form__key=MARITAL, dossier=None).exclude(form=version).exists()


def test_the_effect_is_known_before(world: World) -> None:
    factories.filed_dossier(world)
    draft = factories.draft(world)
    assert rebasing.effect(MARITAL) == rebasing.Effect(drafts=1, dossiers_open=1, dossiers=1)
    changed = with_question(without(definition(draft), "so_dien_thoai"))
    found = rebasing.rehearse(MARITAL, changed, today=local_day(NOW))
    assert found == {"removed": 1, "added": 1}
    draft.refresh_from_db()
    assert draft.form_id == newest_form(MARITAL)


def test_publishing_is_an_event_and_an_equal_version_is_none(world: World) -> None:
    draft = factories.draft(world)
    count = Event.objects.filter(kind=forms.PUBLISHED).count()
    same = forms.publish(key=MARITAL, definition=definition(draft), now=NOW)
    assert same.pk == draft.form_id
    assert Event.objects.filter(kind=forms.PUBLISHED).count() == count
    with jobs.held():
        version = forms.publish(
            key=MARITAL, definition=with_question(definition(draft)), now=NOW, actor=world.officer("tuan")
        )
    event = Event.objects.get(stream=version.stream)
    assert (event.kind, event.officer, event.data["number"]) == (forms.PUBLISHED, "Đỗ Anh Tuấn", 2)


# --- the drafter's pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def lan(world: World) -> Client:
    return world.client("lan")


def test_the_drafter_is_shown_what_changed_before_anything_else(world: World, lan: Client) -> None:
    draft = factories.draft(world)
    phone = str(draft.answers["so_dien_thoai"])
    publish(MARITAL, with_question(without(definition(draft), "so_dien_thoai")))
    base = f"/drafts/{draft.pk}/"
    for page in (base, f"{base}check/"):
        assert lan.get(page)["Location"] == f"{base}changes/"
    section = form_of(newest_form(MARITAL) or 0).sections[0].id
    assert f"{base}changes/" in lan.get(f"{base}part/{section}/").content.decode()
    page = lan.get(f"{base}changes/").content.decode()
    assert "“Số điện thoại” không còn được hỏi" in page
    assert "Câu hỏi mới: “Câu mới”" in page
    assert phone in page.replace("\u00a0", "").replace(" ", "")
    with (
        suppress(TransactionManagementError),
        transaction.atomic(),
    ):  # the action leaves the test's own unusable
        posted = lan.post(f"{base}check/", {"return_by": "online", "declared": "1"})
    assert posted["Location"] == f"{base}changes/"
    assert not Dossier.objects.filter(draft=draft).exists()
    assert lan.post(f"{base}changes/")["Location"] == base
    assert lan.get(f"{base}check/").status_code == 200
    posted = lan.post(f"{base}check/", {"return_by": "online", "declared": "1"})
    assert posted["Location"] == f"{base}done/"


def test_a_stranger_sees_no_changes(world: World) -> None:
    draft = factories.draft(world)
    assert world.client("nguoila").get(f"/drafts/{draft.pk}/changes/").status_code == 404


def test_a_post_typed_on_the_old_version_asks_where_the_question_changed(world: World, lan: Client) -> None:
    draft = factories.draft(world)
    changed = definition(draft)
    [field] = [f for s in changed["sections"] for f in s["fields"] if f["id"] == "so_dien_thoai"]
    field["type"] = "text"
    revision = draft.revision
    publish(MARITAL, changed)
    actor = world.person("lan")
    with pytest.raises(Conflict) as refused:
        drafts.save(
            actor=actor, draft_id=draft.pk, values={"so_dien_thoai": "0900000000"}, revision=revision, now=NOW
        )
    assert refused.value.code == "draft.changed_elsewhere"
    merged = drafts.save(
        actor=actor, draft_id=draft.pk, values={"muc_dich": "khác"}, revision=revision, now=NOW
    )
    assert merged.answers["muc_dich"] == "khác"
