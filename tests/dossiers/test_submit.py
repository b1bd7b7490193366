"""Filing: what a dossier is made of, and what is refused without losing anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from motcua.dossiers import actions as filing
from motcua.dossiers.actions import AlreadyFiled, NotFilable
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Channel, DayCounter, Dossier, Draft, DraftUpload
from motcua.dossiers.rules import asked as asked_for
from motcua.kernel import jobs
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event, RulesSkipped
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.measurement.models import Fact, Measure
from motcua.processing.actions import answer_supplement, start_supplement
from tests import factories
from tests.factories import COPIES, MARITAL, NOW, World


def submit(world: World, draft: Draft, username: str = "lan", **more: Any) -> Dossier:
    arguments: dict[str, Any] = {
        "actor": world.person(username),
        "draft_id": draft.pk,
        "applicant": world.applicant(username),
        "assistance": "none",
        "return_by": "online",
        "now": NOW,
    }
    return filing.submit(**(arguments | more))


def test_a_filed_dossier_is_complete(world: World) -> None:
    draft = factories.draft(world)
    typed = draft.answers
    with jobs.held() as held:
        dossier = submit(world, draft)

    assert dossier.state == Status.REGISTERED
    assert dossier.code == "H56.201-261124-0001"
    assert (dossier.channel, dossier.remote) == (Channel.ONLINE, True)
    answers = dossier.answer_sets.get()
    assert answers.number == 1
    assert set(answers.values) <= set(typed)
    (event,) = Event.objects.filter(stream=dossier.stream)
    assert event.kind == filing.SUBMITTED
    assert event.data["code"] == dossier.code
    assert broken_at([event]) is None
    assert bytes(dossier.event_hash) == bytes(event.hash)
    assert Fact.objects.get(dossier=dossier).measure == Measure.FILED
    assert [(job.name, arguments["dossier"]) for job, arguments in held] == [("config.follow", dossier.pk)]
    draft.refresh_from_db()
    assert (draft.dossier_id, draft.body) == (dossier.pk, ""), "answers are kept once, with the dossier"


def test_no_personal_data_is_in_the_events(world: World) -> None:
    dossier = submit(world, factories.draft(world))
    person = world.applicant("lan")
    for event in Event.objects.filter(stream=dossier.stream):
        text = str(event.data)
        assert person.name not in text
        assert person.number not in text


def test_a_second_press_finds_the_first_ones_dossier(world: World) -> None:
    draft = factories.draft(world)
    dossier = submit(world, draft)
    with pytest.raises(AlreadyFiled) as again, transaction.atomic():
        submit(world, draft)
    assert again.value.dossier == dossier
    assert again.value.params == {"dossier": dossier.code}
    with pytest.raises(Conflict, match="already_filed"), transaction.atomic():
        factories.drafts.save(
            actor=world.person("lan"), draft_id=draft.pk, values={"a": 1}, revision=None, now=NOW
        )


def test_wrong_answers_are_named_and_nothing_is_lost(world: World) -> None:
    draft = factories.draft(world, "binh", COPIES)
    bundle = form_of(draft.form_id or 0)
    field = next(name for name in draft.answers if bundle.by_id[name].required)
    draft.answers = {key: value for key, value in draft.answers.items() if key != field}
    draft.save()
    typed = draft.answers
    with pytest.raises(NotFilable) as refused, transaction.atomic():
        submit(world, draft, "binh")
    assert list(refused.value.errors) == [field]
    draft.refresh_from_db()
    assert (draft.dossier_id, draft.answers) == (None, typed)
    assert not DayCounter.objects.filter(series="dossier").exists(), "no number was used"


def test_a_missing_or_unfinished_paper_is_named(world: World) -> None:
    draft = factories.draft(world, "binh", COPIES)
    component = case_bundle(draft.case_id).components[0].pk
    DraftUpload.objects.create(
        draft=draft, component_id=component, filename="a.pdf", size=10, offset=4, created_at=NOW
    )
    with pytest.raises(NotFilable) as refused, transaction.atomic():
        submit(world, draft, "binh")
    assert refused.value.missing == [component]


def test_a_stranger_cannot_file_anothers_draft(world: World) -> None:
    draft = factories.draft(world)
    with pytest.raises(NotAllowed, match=r"draft\.unknown"), transaction.atomic():
        submit(world, draft, "nguoila")


@pytest.mark.parametrize(
    ("assistance", "remote"), [("none", True), ("outreach", True), ("proxy", True), ("kiosk", False)]
)
def test_help_at_the_centre_is_not_remote(world: World, assistance: str, remote: bool) -> None:
    dossier = submit(world, factories.draft(world), assistance=assistance)
    assert dossier.remote is remote
    assert Fact.objects.get(dossier=dossier).remote is remote


def test_the_definition_of_the_day_is_the_dossiers_for_life(world: World) -> None:
    draft = factories.draft(world, code=MARITAL)
    dossier = submit(world, draft)
    assert dossier.form_id == draft.form_id
    assert dossier.version_id == dossier.case.version_id


def test_taking_back_what_is_not_decided(world: World) -> None:
    dossier = submit(world, factories.draft(world))
    for other in (world.officer("minh"), world.person("nguoila")):
        with pytest.raises(NotAllowed), transaction.atomic():
            filing.withdraw(actor=other, code=dossier.code, reason="", now=NOW)
    filing.withdraw(actor=world.person("lan"), code=dossier.code, reason="Đổi ý", now=NOW)
    dossier.refresh_from_db()
    assert dossier.state == Status.WITHDRAWN
    assert not dossier.runs.filter(closed_at=None).exists()
    with pytest.raises(Conflict, match="illegal_move"), transaction.atomic():
        filing.withdraw(actor=world.person("lan"), code=dossier.code, reason="", now=NOW)


def test_a_signed_result_cannot_be_taken_back(world: World) -> None:
    dossier = factories.advance(world, submit(world, factories.draft(world)), "finished")
    with pytest.raises(Conflict, match="illegal_move"), transaction.atomic():
        filing.withdraw(actor=world.person("lan"), code=dossier.code, reason="", now=NOW)


def test_dossiers_change_through_actions_only(world: World) -> None:
    dossier = submit(world, factories.draft(world))
    for attempt in (
        lambda: Dossier.objects.update(status=9),
        lambda: Dossier.objects.all().delete(),
        lambda: Dossier.objects.bulk_create([]),
        lambda: Dossier.objects.bulk_update([dossier], ["status"]),
        dossier.delete,
    ):
        with pytest.raises(RulesSkipped):
            attempt()


def test_completing_is_not_judged_by_what_was_not_marked(world: World) -> None:
    """An appointment asked for at filing has passed when the papers come: it stands as it was filed."""
    dossier = factories.filed_dossier(world, code=COPIES)
    filed = dossier.answer_sets.get().values
    assert "lich_hen" in filed
    paper = next(c.pk for c in case_bundle(dossier.case_id).components if asked_for(c))
    factories.ask_supplement(world, dossier, component=paper)
    later = NOW + timedelta(days=40)
    draft = start_supplement(actor=world.person("lan"), code=dossier.code, now=later)
    with pytest.raises(NotFilable) as refused, transaction.atomic():
        answer_supplement(actor=world.person("lan"), draft_id=draft.pk, now=later)
    assert (dict(refused.value.errors), refused.value.missing) == ({}, [paper])
    factories.add_file(draft, paper, at=later)
    answer_supplement(actor=world.person("lan"), draft_id=draft.pk, now=later)
    assert dossier.answer_sets.get(number=2).values == filed
