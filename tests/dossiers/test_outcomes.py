"""What answers bring about: refusal, a paper, the case, the unit; judged by the action, whatever the page said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from motcua.catalogue.importing import bundled_sources, parse
from motcua.catalogue.models import ProcedureCase
from motcua.catalogue.versions import publish as publish_procedures
from motcua.dossiers import actions as filing
from motcua.dossiers.bundles import case_bundle, newest_form
from motcua.dossiers.models import Dossier, Draft
from motcua.eforms import actions as forms
from motcua.kernel import jobs
from motcua.organisations.models import Unit
from motcua.organisations.queries import units_of
from tests import factories
from tests.factories import AGENCY, BIRTH, COPIES, NOW, World


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    for kept in (newest_form, units_of):
        kept.forget()
    yield
    for kept in (newest_form, units_of):
        kept.forget()


def draft_with(world: World, code: str, brought: dict[str, Any], *fields: Any, **answers: Any) -> Draft:
    """A draft of Lan's on the procedure's form with these outcomes and further questions."""
    from motcua.eforms.models import FormVersion

    definition = json.loads(json.dumps(FormVersion.objects.filter(key=code).latest("number").definition))
    definition["outcomes"] = brought
    definition["sections"][0]["fields"] += fields
    with jobs.held():
        forms.publish(key=code, definition=definition, now=NOW)
    newest_form.forget()
    draft = factories.draft(world, "lan", code)
    draft.answers = {**draft.answers, **answers}
    draft.save(update_fields=["body"])
    return draft


def submit(world: World, draft: Draft) -> Dossier:
    with transaction.atomic():
        return factories.file(world, draft)


YES_NO = {"id": "o_nuoc_ngoai", "type": "bool", "label": {"vi": "Đang ở nước ngoài", "en": "Lives abroad"}}
ABROAD = {"field": "o_nuoc_ngoai", "value": True}


def test_who_is_not_eligible_cannot_file_and_reads_why(world: World) -> None:
    block = {"if": ABROAD, "message": {"vi": "Nộp tại cơ quan đại diện.", "en": "File at the embassy."}}
    draft = draft_with(world, COPIES, {"blocks": [block]}, YES_NO, o_nuoc_ngoai="1")
    with pytest.raises(filing.NotFilable) as refused:
        submit(world, draft)
    assert [message.vi for message in refused.value.blocked] == ["Nộp tại cơ quan đại diện."]
    lan = world.client("lan")
    page = lan.get(f"/drafts/{draft.pk}/check/").content.decode()
    assert "Không đủ điều kiện nộp thủ tục này" in page
    assert "Nộp tại cơ quan đại diện." in page
    draft.answers = {**draft.answers, "o_nuoc_ngoai": "0"}
    draft.save(update_fields=["body"])
    assert "Nộp tại cơ quan đại diện." not in lan.get(f"/drafts/{draft.pk}/check/").content.decode()
    assert submit(world, draft).code


def test_a_paper_that_an_answer_requires(world: World) -> None:
    paper = optional_paper(world)
    draft = draft_with(
        world, BIRTH, {"components": [{"if": ABROAD, "component": paper.key}]}, YES_NO, o_nuoc_ngoai="1"
    )
    with pytest.raises(filing.NotFilable) as refused:
        submit(world, draft)
    assert refused.value.missing == [paper.pk]
    lan = world.client("lan")
    assert paper.name in lan.get(f"/drafts/{draft.pk}/check/").content.decode()
    factories.add_file(draft, paper.pk)
    assert submit(world, draft).code


def optional_paper(world: World) -> Any:
    return next(
        c
        for c in case_bundle(world.case(BIRTH)).components
        if not c.required and not c.by_form and not c.replaced_by
    )


def test_a_question_about_a_paper_requires_it_where_it_is_asked(world: World) -> None:
    paper = optional_paper(world)
    question = {
        "id": "giay_to_them",
        "type": "file",
        "label": {"vi": "Giấy tờ thêm", "en": "Another paper"},
        "component": paper.key,
        "required": True,
        "show_if": ABROAD,
    }
    draft = draft_with(world, BIRTH, {}, YES_NO, question, o_nuoc_ngoai="1")
    with pytest.raises(filing.NotFilable) as refused:
        submit(world, draft)
    assert refused.value.missing == [paper.pk]
    draft.answers = {**draft.answers, "o_nuoc_ngoai": "0"}
    draft.save(update_fields=["body"])
    assert submit(world, draft).code


def test_an_answer_routes_to_the_unit_of_another_sector(world: World) -> None:
    agency = world.agencies[AGENCY]
    unit = Unit.objects.create(agency=agency, code="THU", name="Phòng thử", sectors=["linh-vuc-thu"])
    routes = [{"if": ABROAD, "sector": "linh-vuc-thu"}]
    units_of.forget()
    draft = draft_with(world, COPIES, {"routes": routes}, YES_NO, o_nuoc_ngoai="0")
    assert submit(world, draft).unit_id != unit.pk
    second = factories.draft(world, "lan", COPIES)
    second.answers = {**second.answers, "o_nuoc_ngoai": "1"}
    second.save(update_fields=["body"])
    assert submit(world, second).unit_id == unit.pk


def test_a_route_no_unit_answers_for_falls_back_to_the_procedures_own(world: World) -> None:
    draft = draft_with(
        world, COPIES, {"routes": [{"if": ABROAD, "sector": "khong-co"}]}, YES_NO, o_nuoc_ngoai="1"
    )
    agency = world.agencies[AGENCY].pk
    assert submit(world, draft).unit_id == units_of(agency).responsible(case_bundle(draft.case_id).sector)


def test_answers_choose_the_case_and_the_files_go_along(world: World) -> None:
    """The case decides term and papers: settled under the lock, before the papers are judged."""
    second = two_cases(world, BIRTH)
    draft = draft_with(
        world, BIRTH, {"cases": [{"if": ABROAD, "case": second.key}]}, YES_NO, o_nuoc_ngoai="1"
    )
    assert draft.case_id != second.pk
    first, other = case_bundle(draft.case_id), case_bundle(second.pk)
    keys = {c.pk: c.key for c in first.components}
    factories.add_file(draft, next(c.pk for c in first.components if not c.by_form))
    given = [keys[upload.component_id] for upload in draft.uploads.all() if upload.component_id]
    dossier = submit(world, draft)
    assert dossier.case_id == second.pk
    there = {c.pk: c.key for c in other.components}
    assert sorted(there[p] for p in dossier.papers.values_list("component", flat=True)) == sorted(given)
    assert given


def test_the_page_of_papers_is_that_of_the_case_the_answers_choose(world: World) -> None:
    second = two_cases(world, BIRTH)
    draft = draft_with(world, BIRTH, {"cases": [{"if": ABROAD, "case": second.key}]}, YES_NO)
    begun = draft.case_id
    section = draft.form.definition["sections"][0]["id"]
    lan, url = world.client("lan"), f"/drafts/{draft.pk}/part/{section}/"
    lan.post(url, {"o_nuoc_ngoai": "1", "o_nuoc_ngoai.present": "1", "_go": "next"})
    draft.refresh_from_db()
    assert draft.case_id == second.pk
    assert all(upload.component.case_id == second.pk for upload in draft.uploads.all())
    lan.post(url, {"o_nuoc_ngoai.present": "1", "_go": "next"})
    draft.refresh_from_db()
    assert draft.case_id == begun, "no rule holds any more: it is what it was begun as"


def two_cases(world: World, code: str) -> ProcedureCase:
    """Publish the procedure with a second case beside its own, as an import would; the second one."""
    record = next(r for r in parse(bundled_sources()).procedures if r.national_code == code)
    assert record.definition is not None
    case = record.definition.cases[0]
    cases = (case, replace(case, key="o_nuoc_ngoai", name_vi="Ở nước ngoài", name_en="Abroad"))
    publish_procedures([replace(record, definition=replace(record.definition, cases=cases))], NOW)
    return ProcedureCase.objects.get(version__procedure__national_code=code, key="o_nuoc_ngoai")


def test_a_fee_is_shown_before_filing(world: World) -> None:
    draft = draft_with(
        world, COPIES, {"fee": {"formula": "so_ban * so_trang * 2000"}}, so_ban="3", so_trang="4"
    )
    page = world.client("lan").get(f"/drafts/{draft.pk}/check/").content.decode()
    assert "Phí, lệ phí tạm tính" in page
    assert "24.000" in page
