"""Many at once, on real connections: one dossier per draft, codes without gaps or twins, drafts that lose nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction

from motcua.dossiers import actions as filing
from motcua.dossiers import drafts, numbers
from motcua.dossiers.models import DayCounter, Dossier, DossierAnswers, Draft, Paper
from motcua.kernel.actors import Actor
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict
from motcua.measurement.models import Fact
from motcua.processing.models import StepRun
from tests import factories
from tests.committed import Committed, at_once
from tests.factories import AGENCY, BIRTH, COPIES, MARITAL, NOW

pytestmark = pytest.mark.race


def submit(place: Committed, draft: Draft, actor: Actor, username: str = "lan") -> Dossier:
    return filing.submit(
        actor=actor,
        draft_id=draft.pk,
        applicant=place.world.applicant(username),
        assistance="none",
        return_by="online",
        now=NOW,
    )


def counted() -> list[int]:
    """The last parts of all dossier codes, in order."""
    return sorted(int(code.rsplit("-", 1)[1]) for code in Dossier.objects.values_list("code", flat=True))


def test_eight_presses_of_the_button_are_one_dossier(committed: Committed) -> None:
    draft = factories.draft(committed.world, code=BIRTH)
    lan = committed.world.person("lan")

    ended = at_once(8, lambda _: submit(committed, draft, lan))

    filed = [one for one in ended if isinstance(one, Dossier)]
    again = [one for one in ended if isinstance(one, filing.AlreadyFiled)]
    assert (len(filed), len(again)) == (1, 7), ended
    assert {one.dossier.code for one in again} == {filed[0].code}
    assert Dossier.objects.count() == DossierAnswers.objects.count() == StepRun.objects.count() == 1
    assert Event.objects.filter(kind=filing.SUBMITTED).count() == Fact.objects.count() == 1
    assert Paper.objects.count() == draft.uploads.count()
    assert DayCounter.objects.get(series="dossier").last == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'config.follow'")
        assert cursor.fetchone() == (1,)


def test_codes_of_sixteen_filers_have_no_gap_and_no_twin(committed: Committed) -> None:
    world = committed.world
    names = ["lan", "binh", "nguoila", "minh"]
    work = []
    for number in range(16):
        name = names[number % 4]
        template = factories.draft(world, name, [MARITAL, COPIES][number % 2])
        copy = Draft.objects.get(pk=template.pk)
        copy.pk = None
        copy.id = Draft._meta.get_field("id").get_default()
        copy.save(force_insert=True)
        for upload in template.uploads.all():
            factories.add_file(copy, upload.component_id)
        work.append((copy, world.person(name), name))

    ended = at_once(16, lambda number: submit(committed, *work[number]))

    assert all(isinstance(one, Dossier) for one in ended), ended
    assert counted() == list(range(1, 17))
    assert all(re.fullmatch(rf"{re.escape(AGENCY)}-261124-\d{{4}}", one.code) for one in ended)


def test_a_number_that_was_not_used_is_given_back(committed: Committed) -> None:
    agency = committed.world.agencies[AGENCY]

    class Pulled(Exception):
        pass

    def take(number: int) -> str:
        with transaction.atomic():
            code = numbers.dossier_code(agency.pk, agency.code, NOW.date())
            if number % 3 == 0:
                raise Pulled
        return code

    ended = at_once(16, take)

    used = [one for one in ended if isinstance(one, str)]
    assert len(used) == 10
    assert sorted(int(code.rsplit("-", 1)[1]) for code in used) == list(range(1, 11))
    assert DayCounter.objects.get(series="dossier").last == 10


def test_a_filing_that_fails_late_leaves_nothing_and_takes_no_number(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = factories.draft(committed.world)
    lan = committed.world.person("lan")
    with monkeypatch.context() as broken:
        broken.setattr("motcua.processing.runs.units_of", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            submit(committed, draft, lan)
    assert not Dossier.objects.exists()
    assert not DayCounter.objects.exists()
    assert not Event.objects.filter(kind=filing.SUBMITTED).exists()
    draft.refresh_from_db()
    assert draft.answers

    assert submit(committed, draft, lan).code.endswith("-0001")


def test_two_tabs_on_one_field_are_one_conflict_that_says_what_stands_there(committed: Committed) -> None:
    draft = factories.draft(committed.world, filled=False)
    lan, revision = committed.world.person("lan"), draft.revision

    def save(tab: int) -> drafts.Saved:
        return drafts.save(
            actor=lan, draft_id=draft.pk, values={"muc_dich": f"tab {tab}"}, revision=revision, now=NOW
        )

    ended = at_once(2, save)

    saved = [one for one in ended if isinstance(one, drafts.Saved)]
    conflicts = [one for one in ended if isinstance(one, Conflict)]
    assert (len(saved), len(conflicts)) == (1, 1), ended
    assert conflicts[0].params["field"] == "muc_dich"
    assert conflicts[0].params["value"] == saved[0].answers["muc_dich"]
    draft.refresh_from_db()
    assert draft.answers["muc_dich"] == saved[0].answers["muc_dich"]


def test_eight_tabs_on_eight_fields_are_merged(committed: Committed) -> None:
    draft = factories.draft(committed.world, filled=False)
    lan, revision = committed.world.person("lan"), draft.revision

    ended = at_once(
        8,
        lambda tab: drafts.save(
            actor=lan, draft_id=draft.pk, values={f"field_{tab}": tab}, revision=revision, now=NOW
        ),
    )

    assert all(isinstance(one, drafts.Saved) for one in ended), ended
    draft.refresh_from_db()
    assert {f"field_{tab}": tab for tab in range(8)}.items() <= draft.answers.items()
    assert draft.revision == revision + 8


def test_saving_while_filing_either_counts_or_says_that_it_is_filed(committed: Committed) -> None:
    draft = factories.draft(committed.world)
    lan = committed.world.person("lan")

    def act(number: int) -> object:
        if number == 0:
            return submit(committed, draft, lan)
        return drafts.save(
            actor=lan, draft_id=draft.pk, values={f"extra_{number}": "x"}, revision=None, now=NOW
        )

    ended = at_once(4, act)

    assert isinstance(ended[0], Dossier)
    for one in ended[1:]:
        assert isinstance(one, drafts.Saved) or (
            isinstance(one, Conflict) and one.code == "draft.already_filed"
        ), one
    draft.refresh_from_db()
    assert draft.answers == {}


def test_beginning_a_service_in_two_tabs_is_one_draft(committed: Committed) -> None:
    world = committed.world
    case, agency, lan = world.case(MARITAL), world.agencies[AGENCY].pk, world.person("lan")

    ended = at_once(4, lambda _: drafts.start(actor=lan, case=case, agency=agency, claims={}, now=NOW))

    assert all(isinstance(one, Draft) for one in ended), ended
    assert len({one.pk for one in ended}) == 1


def test_the_history_of_a_dossier_never_forks(committed: Committed) -> None:
    dossier = factories.filed_dossier(committed.world)

    def act(number: int) -> None:
        with transaction.atomic():
            row = filing.locked(committed.world.person("lan"), pk=dossier.pk)
            filing.record(
                row,
                "test.noted",
                actor=committed.world.person("lan"),
                now=NOW + timedelta(seconds=number),
                data={"number": number},
            )

    before = Event.objects.filter(stream=dossier.stream).count()
    ended = at_once(12, act)

    assert ended == [None] * 12
    history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
    assert [event.seq for event in history] == list(range(1, before + 13))
    assert broken_at(history) is None
    dossier.refresh_from_db()
    assert dossier.event_seq == before + 12
    assert bytes(dossier.event_hash) == bytes(history[-1].hash)
