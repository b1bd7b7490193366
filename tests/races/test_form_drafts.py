"""Several authors at one form at the same moment: one save each time, one version, and everybody else is told."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from motcua.catalogue.actions import import_catalogue, offer_service
from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.importing import bundled_sources, parse
from motcua.catalogue.models import Level, Procedure, ProcedureCase, ProcedureVersion
from motcua.dossiers.bundles import newest_form
from motcua.eforms import editing
from motcua.eforms.models import FormBlock, FormDraft, FormDraftRevision, FormVersion
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, Refused
from tests.committed import Committed, at_once
from tests.eforms.made import q, words
from tests.factories import AGENCY, MARITAL, NOW, World

pytestmark = pytest.mark.race
REASON = "Quyết định 1234/QĐ-UBND"
FORMLESS = "3.000467"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    newest_form.forget()
    yield
    newest_form.forget()


def titled(text: str) -> dict[str, Any]:
    return {**copy.deepcopy(drafts.written(MARITAL).definition), "title": words(text)}


def save(
    world: World, revision: int, made: dict[str, Any], *, who: str = "toan", key: str = MARITAL
) -> FormDraft:
    return actions.save_draft(
        actor=world.officer(who), key=key, revision=revision, definition=made, change="form", now=NOW
    )


def unbroken(draft: FormDraft) -> list[str]:
    events = list(Event.objects.filter(stream=draft.stream).order_by("seq"))
    assert broken_at(events) is None
    return [event.kind for event in events]


def test_of_authors_who_save_at_once_one_is_kept_and_the_others_are_told(committed: Committed) -> None:
    world = committed.world
    authors = [world.officer("toan"), world.officer("dat")]
    for revision in (0, 1, 2):

        def act(number: int, revision: int = revision) -> FormDraft:
            return actions.save_draft(
                actor=authors[number % 2], key=MARITAL, revision=revision, definition=titled(f"{revision}.{number}"),
                change="form", now=NOW,
            )  # fmt: skip

        ended = at_once(4, act)
        saved = [one for one in ended if isinstance(one, FormDraft)]
        told = [one for one in ended if isinstance(one, Conflict)]
        assert (len(saved), len(told)) == (1, 3), ended
        winner = saved[0].edited_by_id
        names = {world.account(name).pk: world.account(name).full_name for name in ("toan", "dat")}
        assert {(one.code, one.params["by"], one.params["revision"]) for one in told} == {
            ("form.changed_elsewhere", names[winner or 0], revision + 1)
        }
        assert drafts.written(MARITAL).definition == saved[0].definition
    draft = FormDraft.objects.get()
    assert (draft.revision, FormDraftRevision.objects.count()) == (3, 3)
    assert unbroken(draft) == [actions.DRAFT_SAVED] * 3


def test_saving_undoing_discarding_and_proposing_at_once_is_one_of_them(committed: Committed) -> None:
    world = committed.world
    toan = world.officer("toan")
    save(world, 0, titled("Một"))
    asks: dict[str, Any] = {"actor": toan, "key": MARITAL, "revision": 1, "now": NOW}

    def act(number: int) -> object:
        match number:
            case 0:
                return save(world, 1, titled("Hai"))
            case 1:
                return actions.undo(**asks)
            case 2:
                return actions.discard_draft(**asks)
            case 3:
                return actions.ask_publication(**asks, reason=REASON)
            case _:
                return actions.publish_draft(**asks, reason=REASON)

    ended = at_once(5, act)
    assert sum(isinstance(one, Conflict) for one in ended) == 4, ended
    draft = FormDraft.objects.get()
    assert draft.revision == 2
    assert len(unbroken(draft)) == 2


def test_publishing_twice_at_once_gives_one_version(committed: Committed) -> None:
    world = committed.world
    save(world, 0, titled("Riêng"))
    people = [world.officer("toan"), world.officer("dat")]
    ended = at_once(
        4,
        lambda n: actions.publish_draft(actor=people[n % 2], key=MARITAL, revision=1, reason=REASON, now=NOW),
    )
    assert sum(isinstance(one, FormVersion) for one in ended) == 1, ended
    assert all(isinstance(one, FormVersion | Conflict | Refused) for one in ended), ended
    assert list(
        FormVersion.objects.filter(key=MARITAL).order_by("number").values_list("number", flat=True)
    ) == [1, 2]
    assert unbroken(FormDraft.objects.get()) == [actions.DRAFT_SAVED, actions.DRAFT_PUBLISHED]


def test_a_first_form_and_an_import_at_once_leave_the_form_and_whole_versions(committed: Committed) -> None:
    """The import holds the catalogue while the form waits to be attached, or the other way round."""
    world = committed.world
    procedure = Procedure.objects.get(national_code=FORMLESS)
    offer_service(
        actor=SYSTEM, agency=world.agencies[AGENCY], procedure=procedure, level=Level(procedure.level),
        since=local_day(NOW), now=NOW,
    )  # fmt: skip
    made, section = editing.add_section(drafts.written(FORMLESS).definition, words("Người yêu cầu"))
    made, _ = editing.add_field(made, "name", words("Họ và tên"), section=section)
    save(world, 0, made, who="tuan", key=FORMLESS)
    parsed = parse(bundled_sources())
    for place, record in enumerate(parsed.procedures):
        if record.national_code == FORMLESS and record.definition is not None:
            parsed.procedures[place] = replace(record, definition=replace(record.definition, notes=("Mới",)))

    def act(number: int) -> object:
        if number:
            return import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW)
        return actions.publish_draft(
            actor=world.officer("tuan"), key=FORMLESS, revision=1, reason=REASON, now=NOW
        )

    ended = at_once(2, act)
    assert not [one for one in ended if isinstance(one, BaseException)], ended
    procedure.refresh_from_db()
    current = procedure.current_version
    assert current is not None
    assert (current.number, current.definition["notes"]) == (3, ["Mới"])
    assert [case.form_key for case in ProcedureCase.objects.filter(version=current)] == [FORMLESS]
    numbers = (
        ProcedureVersion.objects.filter(procedure=procedure)
        .order_by("number")
        .values_list("number", flat=True)
    )
    assert list(numbers) == [1, 2, 3]


def test_a_block_published_twice_at_once_is_one_version(committed: Committed) -> None:
    toan = committed.world.officer("toan")
    section = {"id": "nguoi", "title": words("Người"), "fields": [q("ten", "name")]}
    ended = at_once(
        8, lambda _: actions.publish_block(actor=toan, key="nguoi", section=section, reason=REASON, now=NOW)
    )
    assert sum(isinstance(one, FormBlock) for one in ended) == 1, ended
    assert [one.code for one in ended if isinstance(one, Refused)] == ["form.nothing_new"] * 7, ended
    assert FormBlock.objects.filter(key="nguoi").count() == 1
