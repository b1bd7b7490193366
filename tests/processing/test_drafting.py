"""Writing a process and publishing it: who may, what is refused, what stays as a trace; and who reads what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from motcua.catalogue.models import Service
from motcua.dossiers.bundles import case_bundle
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.processing import actions, authoring
from motcua.processing.actions import StillFaulty, drafting
from motcua.processing.definitions import current_process, process
from motcua.processing.events import DRAFT_DISCARDED, DRAFT_SAVED, DRAFT_UNDONE, PUBLISHED
from motcua.processing.models import ProcessDraft, ProcessDraftRevision, ProcessVersion, StepRun
from motcua.processing.tables import Malformed, Table
from tests import factories
from tests.factories import AGENCY, BUILDING, MARITAL, NOW, World

REASON = "Quyết định 1234/QĐ-UBND"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No version of one test, which is rolled back, in the memory of another."""
    yield
    current_process.forget()
    process.forget()


def save(
    world: World, case: int | None, table: Table, *, revision: int = 0, who: str = "toan"
) -> ProcessDraft:
    return actions.save_draft(
        actor=world.officer(who), case=case, revision=revision, table=table, change="settings", now=NOW
    )


def renamed(case: int | None, name: str = "Quy trình mới") -> Table:
    return replace(authoring.draft_of(case).table, name=name)


def test_who_writes_answers_for_all_agencies_that_offer_the_procedure(world: World) -> None:
    case = world.case(MARITAL)
    both = {
        who: authoring.author(world.officer(who), case) for who in ("toan", "tuan", "hung", "minh", "hoa")
    }
    assert {who: (one.reads, one.writes) for who, one in both.items()} == {
        "toan": (True, True), "tuan": (True, False), "hung": (True, False), "minh": (False, False), "hoa": (False, False),
    }  # fmt: skip
    # Offered by Tuấn's ward alone, the process is his to write, and Hưng's no longer to read.
    Service.objects.filter(procedure__national_code=MARITAL).exclude(agency__code=AGENCY).update(active=False)
    assert authoring.author(world.officer("tuan"), case).writes
    assert not authoring.author(world.officer("hung"), case).reads
    assert not authoring.author(world.officer("tuan"), None).writes
    assert authoring.author(world.officer("toan"), None).writes


@pytest.mark.parametrize("who", ["tuan", "minh", "hoa"])
def test_others_change_nothing(world: World, who: str) -> None:
    case = world.case(MARITAL)
    table = renamed(case)
    for act in (
        lambda: save(world, case, table, who=who),
        lambda: actions.discard_draft(actor=world.officer(who), case=case, revision=0, now=NOW),
        lambda: actions.publish_draft(
            actor=world.officer(who), case=case, revision=0, reason=REASON, now=NOW
        ),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            act()
    assert not ProcessDraft.objects.exists()


def test_a_save_from_an_older_revision_is_refused_and_says_whose_is_newer(world: World) -> None:
    case = world.case(MARITAL)
    save(world, case, renamed(case, "Một"))
    for revision in (0, 2, -1):
        with pytest.raises(Conflict) as refused, transaction.atomic():
            save(world, case, renamed(case, "Hai"), revision=revision)
        assert refused.value.code == "process.changed_elsewhere"
        assert refused.value.params["by"] == world.account("toan").full_name
    assert authoring.draft_of(case).table.name == "Một"
    save(world, case, renamed(case, "Hai"), revision=1)
    assert authoring.draft_of(case).table.name == "Hai"


def test_publishing_leaves_who_when_why_and_an_unbroken_stream(world: World) -> None:
    case = world.case(MARITAL)
    filed = factories.filed_dossier(world)
    before = current_process(case)
    save(world, case, renamed(case))
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.publish_draft(actor=world.officer("toan"), case=case, revision=1, reason="ngắn", now=NOW)
    assert refused.value.code == "reason.too_short"
    version = actions.publish_draft(
        actor=world.officer("toan"), case=case, revision=1, reason=REASON, now=NOW
    )
    assert (version.number, version.published_by_id, version.reason) == (1, world.account("toan").pk, REASON)
    assert current_process(case) == version.pk != before
    # The open dossier stays where it is, a new one follows the new version.
    assert StepRun.objects.get(dossier=filed, closed_at=None).step.process_id == before
    later = factories.filed_dossier(world)
    assert StepRun.objects.get(dossier=later, closed_at=None).step.process_id == version.pk
    draft = ProcessDraft.objects.get(case=case)
    events = list(Event.objects.filter(stream=draft.stream).order_by("seq"))
    assert [event.kind for event in events] == [DRAFT_SAVED, PUBLISHED]
    assert events[-1].data["version"] == version.pk
    assert broken_at(events) is None
    assert authoring.draft_of(case).published == version.pk
    with pytest.raises(Refused) as nothing, transaction.atomic():
        actions.publish_draft(actor=world.officer("toan"), case=case, revision=2, reason=REASON, now=NOW)
    assert nothing.value.code == "process.nothing_new"


def test_a_faulty_draft_is_kept_but_not_published(world: World) -> None:
    case = world.case(MARITAL)
    table = authoring.draft_of(case).table.without("sign")
    save(world, case, table)
    with pytest.raises(StillFaulty) as refused, transaction.atomic():
        actions.publish_draft(actor=world.officer("toan"), case=case, revision=1, reason=REASON, now=NOW)
    assert {problem.code for problem in refused.value.problems} == {"unknown_next"}
    assert not ProcessVersion.objects.filter(case=case).exists()


def test_plans_longer_than_the_law_allows_and_steps_nobody_does_are_refused(world: World) -> None:
    case = world.case(BUILDING)
    table = authoring.draft_of(case).table
    row = table.row("appraise")
    assert row is not None
    save(world, case, table.with_row("appraise", replace(row, working_minutes=480 * 300)))
    with pytest.raises(StillFaulty) as refused, transaction.atomic():
        actions.publish_draft(actor=world.officer("toan"), case=case, revision=1, reason=REASON, now=NOW)
    assert {problem.code for problem in refused.value.problems} == {"over_term"}
    nobody = replace(row, unit_rule="named", unit="KHONG-CO")
    save(world, case, table.with_row("appraise", nobody), revision=1)
    with pytest.raises(StillFaulty) as unseated, transaction.atomic():
        actions.publish_draft(actor=world.officer("toan"), case=case, revision=2, reason=REASON, now=NOW)
    assert {problem.code for problem in unseated.value.problems} == {"no_seat"}


def test_discarding_begins_anew_from_what_is_in_force(world: World) -> None:
    case = world.case(MARITAL)
    save(world, case, Table("Trống", ()))
    actions.discard_draft(actor=world.officer("toan"), case=case, revision=1, now=NOW)
    assert [step.key for step in authoring.draft_of(case).table.steps] == [
        "receive",
        "appraise",
        "sign",
        "return",
    ]
    assert Event.objects.filter(kind=DRAFT_DISCARDED).count() == 1


def test_what_is_no_table_is_not_kept(world: World) -> None:
    case = world.case(MARITAL)
    table = authoring.draft_of(case).table
    row = table.row("sign")
    assert row is not None
    for bad in (replace(row, key="Ký"), replace(row, name="a\x00b"), replace(row, working_minutes=10**9)):
        with pytest.raises(Malformed), transaction.atomic():
            save(world, case, table.with_row("sign", bad))
    assert not ProcessDraft.objects.exists()


def test_moving_to_the_version_in_force_by_the_head(world: World) -> None:
    case = world.case(MARITAL)
    filed = factories.filed_dossier(world)
    before = current_process(case)
    save(world, case, renamed(case))
    version = actions.publish_draft(
        actor=world.officer("toan"), case=case, revision=1, reason=REASON, now=NOW
    )
    assert [one.pk for one in authoring.movable(world.officer("tuan"), before, case)] == [filed.pk]
    assert not authoring.movable(world.officer("hung"), before, case).exists()
    assert not authoring.movable(world.officer("toan"), before, case).exists()
    assert authoring.open_by_version(case) == {(case_bundle(case).line, before): 1}
    actions.move_version(
        actor=world.officer("tuan"), dossier_id=filed.pk, version=version.pk, reason=REASON, steps={}, now=NOW
    )
    assert authoring.open_by_version(case) == {(case_bundle(case).line, version.pk): 1}
    assert process(version.pk).has("receive")


def undo(world: World, case: int | None, revision: int, who: str = "toan") -> ProcessDraft:
    return actions.undo_draft(actor=world.officer(who), case=case, revision=revision, now=NOW)


def test_changes_are_taken_back_one_by_one_to_where_the_draft_began(world: World) -> None:
    case = world.case(MARITAL)
    began = authoring.draft_of(case)
    assert not began.undoable
    with pytest.raises(Refused) as nothing, transaction.atomic():
        undo(world, case, 0)
    assert nothing.value.code == "process.nothing_to_undo"
    save(world, case, renamed(case, "Một"))
    save(world, case, renamed(case, "Hai"), revision=1)
    actions.discard_draft(actor=world.officer("toan"), case=case, revision=2, now=NOW)
    assert authoring.draft_of(case).undoable
    with pytest.raises(Conflict), transaction.atomic():
        undo(world, case, 2)
    with pytest.raises(NotAllowed), transaction.atomic():
        undo(world, case, 3, "tuan")
    names = []
    for revision in (3, 4, 5):
        undo(world, case, revision)
        names.append(authoring.draft_of(case).table.name)
    assert names == ["Hai", "Một", began.table.name]
    assert authoring.draft_of(case).table == began.table
    assert not authoring.draft_of(case).undoable
    draft = ProcessDraft.objects.get(case=case)
    events = list(Event.objects.filter(stream=draft.stream).order_by("seq"))
    assert [event.kind for event in events][-3:] == [DRAFT_UNDONE] * 3
    assert broken_at(events) is None


def test_undone_to_what_is_in_force_there_is_nothing_to_publish(world: World) -> None:
    case = world.case(MARITAL)
    save(world, case, renamed(case))
    toan = world.officer("toan")
    version = actions.publish_draft(actor=toan, case=case, revision=1, reason=REASON, now=NOW)
    save(world, case, renamed(case, "Khác"), revision=2)
    assert authoring.draft_of(case).published is None
    undo(world, case, 3)
    assert authoring.draft_of(case).published == version.pk
    # Further back is before the publication: that is a draft again, which says something else.
    undo(world, case, 4)
    assert authoring.draft_of(case).published is None


def test_only_so_many_changes_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "MOST_REVISIONS", 2)
    case = world.case(MARITAL)
    for revision in range(4):
        save(world, case, renamed(case, f"Lần {revision}"), revision=revision)
    kept = ProcessDraftRevision.objects.order_by("number").values_list("number", flat=True)
    assert list(kept) == [2, 3]
