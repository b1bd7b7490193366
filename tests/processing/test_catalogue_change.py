"""A process of a case's own survives the catalogue: a new version of the procedure brings new rows, and no other process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from motcua.catalogue.models import ProcedureCase
from motcua.catalogue.records import Case, Term
from motcua.dossiers.bundles import case_bundle
from motcua.eforms.choices import Text
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import Field
from motcua.kernel.refusals import Refused
from motcua.processing import actions, authoring, fitting, library
from motcua.processing.actions import StillFaulty
from motcua.processing.definitions import current_process, process, steps_of
from motcua.processing.joint.process import ensure_processes
from motcua.processing.matters import matters_of
from motcua.processing.models import ProcessDraft, ProcessVersion, StepRun
from motcua.processing.rules import Kind, StepSpec
from motcua.processing.tables import Table
from tests import factories
from tests.factories import BIRTH, BUILDING, JOINT_BIRTH, MARITAL, NOW, World, publish_anew

REASON = "Quyết định 1234/QĐ-UBND"
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No version of one test, which is rolled back, in the memory of another."""
    yield
    factories.forget()


def same(case: Case) -> Case:
    return case


def gone(case: Case) -> Case | None:
    return replace(case, key="khac") if case.key == "default" else case


def in_days(days: int) -> object:
    return lambda case: replace(case, term=Term(days, "working_day", rule="rút ngắn", certain=True))


def own(
    world: World, code: str = MARITAL, table: Table | None = None, *, revision: int = 0
) -> ProcessVersion:
    """A process of its own, published in the studio."""
    case = world.case(code)
    toan = world.officer("toan")
    table = table or replace(authoring.draft_of(case).table, name="Quy trình riêng")
    draft = actions.save_draft(
        actor=toan, case=case, revision=revision, table=table, change="settings", now=NOW
    )
    return actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=NOW)


def test_a_dossier_filed_on_the_new_version_follows_the_process_that_was_there(world: World) -> None:
    before = world.case(MARITAL)
    version = own(world)
    filed = factories.filed_dossier(world)
    publish_anew(MARITAL, same)
    case = world.case(MARITAL)
    assert case != before
    assert case_bundle(case).line == case_bundle(before).line
    later = factories.filed_dossier(world)
    assert later.case_id == case
    assert StepRun.objects.get(dossier=later, closed_at=None).step.process_id == version.pk
    # What was bound to the old row, an open dossier or a draft begun before, follows the same.
    assert StepRun.objects.get(dossier=filed, closed_at=None).step.process_id == version.pk
    assert current_process(before) == current_process(case) == version.pk
    assert fitting.misfits(process(version.pk).steps, case_bundle(case).term, {}) == []


def test_draft_history_and_numbers_go_on(world: World) -> None:
    before = world.case(MARITAL)
    own(world)
    toan = world.officer("toan")
    table = replace(authoring.draft_of(before).table, name="Đang soạn")
    actions.save_draft(actor=toan, case=before, revision=2, table=table, change="settings", now=NOW)
    publish_anew(MARITAL, same)
    case = world.case(MARITAL)
    written = authoring.draft_of(case)
    assert (written.table.name, written.revision, written.published) == ("Đang soạn", 3, None)
    assert len(authoring.history(case)) == 3
    assert [one.number for one in authoring.versions_of(case)] == [1]
    second = actions.publish_draft(actor=toan, case=case, revision=3, reason=REASON, now=LATER)
    assert (second.number, second.case_id) == (2, case)
    assert ProcessDraft.objects.filter(case__isnull=False).count() == 1
    assert current_process(case) == current_process(before) == second.pk
    assert authoring.followed(before) == second
    # Told by the old row, it is still the draft of the same case, and published against the term of today.
    again = actions.save_draft(actor=toan, case=before, revision=4, table=table, change="settings", now=LATER)
    third = actions.publish_draft(actor=toan, case=before, revision=again.revision, reason=REASON, now=LATER)
    assert (third.number, third.case_id) == (3, case)


def test_an_open_dossier_of_the_old_row_moves_to_what_was_published_since(world: World) -> None:
    first = own(world)
    filed = factories.filed_dossier(world)
    publish_anew(MARITAL, same)
    case = world.case(MARITAL)
    table = replace(authoring.draft_of(case).table, name="Sửa theo bản công bố mới")
    second = own(world, table=table, revision=2)
    assert matters_of(filed.pk, filed.case_id).newest_version == second.pk
    assert authoring.open_by_version(case) == {(case_bundle(case).line, first.pk): 1}
    assert list(authoring.movable(world.officer("tuan"), first.pk, case)) == [filed]
    assert authoring.followable(first.pk, case) == first
    assert authoring.followable(first.pk, world.case(BIRTH)) is None
    actions.move_version(
        actor=world.officer("tuan"), dossier_id=filed.pk, version=second.pk, reason=REASON, steps={}, now=LATER
    )  # fmt: skip
    assert StepRun.objects.get(dossier=filed, closed_at=None).step.process_id == second.pk
    other = own(world, BIRTH)
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.move_version(
            actor=world.officer("tuan"), dossier_id=filed.pk, version=other.pk, reason=REASON, steps={}, now=LATER
        )  # fmt: skip
    assert refused.value.code == "move.other_case"


def test_a_shorter_term_is_told_and_the_process_followed_until_it_is_mended(world: World) -> None:
    case = world.case(BUILDING)
    table = authoring.draft_of(case).table
    row = table.row("appraise")
    assert row is not None
    version = own(world, BUILDING, table.with_row("appraise", replace(row, working_minutes=480 * 9)))
    publish_anew(BUILDING, in_days(5))
    case = world.case(BUILDING)
    assert current_process(case) == version.pk
    found = fitting.misfits(process(version.pk).steps, case_bundle(case).term, {})
    assert [(one.code, one.planned, str(one.term)) for one in found] == [("over_term", 480 * 9 + 240, "5wd")]
    # What no longer fits is not published again as it is.
    toan = world.officer("toan")
    draft = actions.save_draft(
        actor=toan, case=case, revision=2, table=authoring.draft_of(case).table, change="settings", now=LATER
    )
    with pytest.raises(StillFaulty), transaction.atomic():
        actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=LATER)


def test_a_field_that_left_the_form_is_told(world: World) -> None:
    choice = StepSpec(
        0, "re", "Rẽ theo mục đích", "", "", "responsible", None, {"xa": None, "con_lai": None}, kind=Kind.CHOICE,
        conditions={"xa": {"all": ["muc_dich", {"field": "dossier.online", "op": "eq", "value": True}]}},
    )  # fmt: skip
    assert fitting.asks_form([choice])
    text = {name: Field(name, FIELD_TYPES.get("text"), Text(name)) for name in ("muc_dich", "muc_dich_khac")}
    assert fitting.misfits([choice], None, text) == []
    lost = fitting.misfits([choice], None, {"muc_dich_khac": text["muc_dich_khac"]})
    assert [(one.code, one.step, one.field) for one in lost] == [("gone_field", choice.name, "muc_dich")]
    facts = replace(choice, conditions={"xa": {"field": "dossier.online", "op": "eq", "value": True}})
    assert not fitting.asks_form([facts])
    assert fitting.misfits([facts], None, {}) == []


def test_fields_in_force_are_those_of_the_newest_form(world: World) -> None:
    key = case_bundle(world.case(MARITAL)).form_key
    assert key is not None
    found = fitting.fields_in_force([key, "khong-co"])
    assert set(found) == {key}
    assert len(found[key]) > 5


def test_a_key_that_disappeared_is_listed_as_gone_and_keeps_its_process(world: World) -> None:
    before = world.case(MARITAL)
    version = own(world)
    filed = factories.filed_dossier(world)
    publish_anew(MARITAL, gone)
    case = world.case(MARITAL)
    tuan = world.officer("tuan")
    listed = {
        row.pk: row.gone
        for row in authoring.cases_for(tuan).filter(version__procedure__national_code=MARITAL)
    }
    assert listed == {case: False, before: True}
    assert authoring.in_force(before) is None
    assert authoring.in_force(case) == case
    assert current_process(case) != version.pk  # another case, which never had one of its own
    assert authoring.followed(before) == version
    assert StepRun.objects.get(dossier=filed, closed_at=None).step.process_id == version.pk


def test_a_case_that_is_gone_and_had_nothing_of_its_own_is_not_listed(world: World) -> None:
    tuan = world.officer("tuan")
    publish_anew(BIRTH, gone)
    birth = authoring.cases_for(tuan).filter(version__procedure__national_code=BIRTH)
    assert [row.gone for row in birth] == [False]


def test_a_case_that_was_gone_and_comes_back_has_its_process_again(world: World) -> None:
    version = own(world)
    publish_anew(MARITAL, gone)
    publish_anew(MARITAL, lambda case: replace(case, name_vi="Tên mới"))
    case = world.case(MARITAL)
    assert ProcedureCase.objects.get(pk=case).key == "default"
    assert current_process(case) == version.pk
    assert [row.pk for row in authoring.cases_for(world.officer("tuan")) if row.gone] == []


def test_who_was_refused_before_is_refused_after(world: World) -> None:
    own(world)
    case = world.case(MARITAL)
    before = {
        who: authoring.author(world.officer(who), case) for who in ("toan", "tuan", "hung", "minh", "thu")
    }
    publish_anew(MARITAL, same)
    case = world.case(MARITAL)
    after = {who: authoring.author(world.officer(who), case) for who in before}
    assert after == before
    assert not after["thu"].reads
    table = authoring.draft_of(case).table
    with pytest.raises(Refused), transaction.atomic():
        actions.save_draft(
            actor=world.officer("hung"), case=case, revision=2, table=table, change="settings", now=LATER
        )


def test_what_ships_is_not_published_over_what_is_there(world: World) -> None:
    assert library.publish_shipped(NOW, [MARITAL]) == 1
    publish_anew(MARITAL, same)
    assert library.publish_shipped(LATER, [MARITAL]) == 0
    assert authoring.versions_of(world.case(MARITAL))[0].number == 1


def test_a_joint_request_keeps_the_process_of_its_own(world: World) -> None:
    version = current_process(world.case(JOINT_BIRTH))
    publish_anew(JOINT_BIRTH, same)
    case = world.case(JOINT_BIRTH)
    assert current_process(case) == version
    ensure_processes(LATER)
    assert current_process(case) == version


def test_steps_of_many_versions_cost_one_query(world: World, django_assert_num_queries: object) -> None:
    versions = [own(world).pk, own(world, BIRTH).pk]
    with django_assert_num_queries(1):
        found = steps_of(versions)
    assert {pk: tuple(steps) for pk, steps in found.items()} == {pk: process(pk).steps for pk in versions}
