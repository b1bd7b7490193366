"""Forms of an author's own making through the portal: one question a page, and three hundred questions on one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from motcua.dossiers.bundles import newest_form
from motcua.dossiers.models import Draft
from motcua.eforms import actions as forms
from motcua.kernel import jobs
from tests import factories
from tests.bench.counting import statements
from tests.bench.forms import big
from tests.factories import COPIES, NOW, World

#: design.md: saving one field of a form of 300 fields with 250 conditions.
BUDGET = 12


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    newest_form.forget()
    yield
    newest_form.forget()


def draft_on(world: World, definition: Any) -> Draft:
    with jobs.held():
        forms.publish(key=COPIES, definition=definition | {"key": COPIES}, now=NOW)
    newest_form.forget()
    return factories.draft(world, "lan", COPIES, filled=False)


def autosave(lan: Client, draft: Draft, field: str, value: str, version: int) -> Any:
    return lan.post(
        f"/drafts/{draft.pk}/autosave/",
        {"field": field, "values": [[field, value]], "version": version},
        content_type="application/json",
        headers={"X-Requested-With": "fetch"},
    )


@pytest.mark.parametrize("fields", [30, 300])
def test_saving_one_field_costs_twelve_statements_however_long_the_form(world: World, fields: int) -> None:
    """Trap 22: 300 fields of which 250 hang on another."""
    definition = big(fields)
    conditions = sum("show_if" in f for s in definition["sections"] for f in s["fields"])
    assert conditions == fields * 250 // 300
    draft = draft_on(world, definition)
    lan = world.client("lan")
    assert autosave(lan, draft, "f0", "1", draft.revision).status_code == 200
    with statements() as seen:
        answer = autosave(lan, draft, "f1", "1", draft.revision + 1)
    assert answer.status_code == 200, answer.content
    assert len(seen) <= BUDGET, "\n".join(seen)
    draft.refresh_from_db()
    assert draft.answers["f1"]


def question(name: str, kind: str = "text", **rest: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


ONE_BY_ONE = {
    "key": COPIES,
    "title": {"vi": "Từng câu một", "en": "One by one"},
    "layout": "questions",
    "sections": [
        {
            "id": "dau",
            "title": {"vi": "Phần đầu", "en": "First part"},
            "fields": [
                question("mo_dau", "explanation"),
                question("ten", "name", required=True),
                question("co", "bool"),
                question("ly_do", required=True, show_if="co"),
                question("so", "int", required=True),
                question("gap_doi", "computed", formula="so * 2"),
            ],
        }
    ],
}


def test_one_question_a_page_without_javascript(world: World) -> None:
    draft = draft_on(world, ONE_BY_ONE)
    lan, base = world.client("lan"), f"/drafts/{draft.pk}/"
    first = f"{base}part/dau-ten/"
    assert lan.get(base)["Location"] == first
    page = lan.get(first).content.decode()
    assert 'name="ten"' in page
    assert "Câu mo_dau" in page
    assert 'name="so"' not in page
    # Wrong: said on this page, kept; right: the next one.
    wrong = lan.post(first, {"ten": "123", "_go": "next"})
    assert wrong.status_code == 422
    assert 'value="123"' in wrong.content.decode()
    assert lan.post(first, {"ten": "Lan", "_go": "next"})["Location"] == f"{base}part/dau-co/"
    # What an answer makes needless is passed by; what it asks for comes next.
    box = {"co.present": "1", "_go": "next"}
    assert lan.post(f"{base}part/dau-co/", box)["Location"] == f"{base}part/dau-so/"
    assert lan.get(f"{base}part/dau-ly_do/").status_code == 302
    assert lan.post(f"{base}part/dau-co/", box | {"co": "1"})["Location"] == f"{base}part/dau-ly_do/"
    assert (
        lan.post(f"{base}part/dau-ly_do/", {"ly_do": "x", "_go": "back"})["Location"] == f"{base}part/dau-co/"
    )
    after = lan.post(f"{base}part/dau-so/", {"so": "21", "_go": "next"})["Location"]
    assert after.startswith(base)
    assert "part" not in after
    # Computed after the question it stands with; the check leads to each question's own page.
    assert "42" in lan.get(f"{base}part/dau-so/").content.decode()
    check = lan.get(f"{base}check/").content.decode()
    assert f"{base}part/dau-ten/#f-ten" in check
    # A link to the section, of before the author changed the layout, finds its first question.
    assert lan.get(f"{base}part/dau/").status_code == 200
    assert lan.get(f"{base}part/dau-khong_co/").status_code == 404


def test_the_same_form_as_full_pages_asks_the_same(world: World) -> None:
    draft = draft_on(world, json.loads(json.dumps(ONE_BY_ONE)) | {"layout": "sections"})
    lan, base = world.client("lan"), f"/drafts/{draft.pk}/"
    page = lan.get(f"{base}part/dau/").content.decode()
    for name in ("ten", "co", "ly_do", "so"):
        assert f'name="{name}"' in page
    posted = {"ten": "Lan", "co.present": "1", "so": "4", "_go": "next"}
    assert "part" not in lan.post(f"{base}part/dau/", posted)["Location"]
