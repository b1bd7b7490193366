"""Before a form is published: which processes in force ask what it takes away. Told, and confirmed by whoever publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.catalogue.forms import actions as forms
from motcua.catalogue.forms import drafts
from motcua.eforms.models import FormVersion
from motcua.organisations.models import Agency
from motcua.processing import actions, authoring
from tests import factories
from tests.factories import MARITAL, NOW, World
from tests.processing.asking import QUESTION, asks, form_key, own, publish_form, with_question

REASON = "Tờ khai mới theo Thông tư 04/2026/TT-BTP"
TOLD = "Quy trình đang áp dụng rẽ nhánh theo nội dung mà bản này bỏ hoặc đổi"
NUMBER = {**QUESTION, "type": "int"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    factories.forget()


def drafted(world: World, question: dict[str, Any] | None, who: str = "toan") -> str:
    """A draft of the form with the question as given; the path of its publication."""
    key = form_key(world)
    written = drafts.written(key)
    forms.save_draft(
        actor=world.officer(who), key=key, revision=written.revision, change="raw", now=NOW,
        definition=with_question(key, question),
    )  # fmt: skip
    return f"/studio/forms/{key}/publish/"


def shown(world: World, path: str, who: str = "toan", language: str = "vi") -> str:
    browser = world.client(who)
    browser.cookies["motcua_language"] = language
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def press(world: World, path: str, seen: str = "", what: str = "publish", who: str = "toan") -> Any:
    revision = drafts.written(form_key(world)).revision
    return world.client(who).post(
        path, {"what": what, "revision": revision, "reason": REASON, **({"seen": seen} if seen else {})}
    )


def mark(page: str) -> str:
    found = re.search(r'name="seen" type="checkbox" value="([0-9a-f]+)"', page)
    return found.group(1) if found else ""


@pytest.mark.parametrize(
    ("question", "said"),
    [(None, "không còn trong tờ khai (“muc_dich_rieng”)"), (NUMBER, "so sánh “muc_dich_rieng” với loại nội dung khác")],
)  # fmt: skip
def test_what_a_form_takes_from_a_process_is_said_and_confirmed(
    world: World, question: dict[str, Any] | None, said: str
) -> None:
    publish_form(form_key(world))
    own(world)
    path = drafted(world, question)
    page = shown(world, path)
    assert TOLD in page
    assert said in page
    assert "Rẽ theo mục đích" in page
    assert f'href="/studio/processes/{world.case(MARITAL)}/"' in page
    number = FormVersion.objects.filter(key=form_key(world)).count()
    refused = press(world, path)
    assert refused.status_code == 422
    assert "đánh dấu xác nhận rồi công bố" in refused.content.decode()
    assert REASON in refused.content.decode()
    assert FormVersion.objects.filter(key=form_key(world)).count() == number
    assert press(world, path, mark(page)).status_code == 302
    assert FormVersion.objects.filter(key=form_key(world)).count() == number + 1


def test_the_page_speaks_english(world: World) -> None:
    publish_form(form_key(world))
    own(world)
    page = shown(world, drafted(world, None), language="en")
    assert "Processes in force branch on something this version removes or changes" in page
    assert "I have seen which processes are affected" in page


def test_what_was_confirmed_is_what_is_there(world: World) -> None:
    """A process that began to ask meanwhile is shown before anything is published."""
    publish_form(form_key(world))
    own(world, condition={"field": "dossier.online", "op": "eq", "value": True})
    path = drafted(world, None)
    page = shown(world, path)
    assert TOLD not in page
    assert not mark(page)
    case = world.case(MARITAL)
    table = own_table(world, case)
    publish_again(world, case, table)
    refused = press(world, path)
    assert refused.status_code == 422
    assert TOLD in refused.content.decode()
    assert press(world, path, "0123456789abcdef").status_code == 422
    assert press(world, path, mark(refused.content.decode())).status_code == 302


def own_table(world: World, case: int) -> Any:
    """The table of the case with a choice on the question."""
    table = authoring.draft_of(case).table
    row = table.row("re")
    assert row is not None
    return table.with_row("re", replace(row, conditions={"xa": asks()}))


def publish_again(world: World, case: int, table: Any) -> None:
    toan, revision = world.officer("toan"), authoring.draft_of(case).revision
    draft = actions.save_draft(
        actor=toan, case=case, revision=revision, table=table, change="settings", now=NOW
    )
    actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=NOW)


def test_a_second_person_confirms_and_the_first_only_proposes(world: World) -> None:
    Agency.objects.filter(code=world.officer("toan").seats[0].agency_code).update(second_publisher=True)
    publish_form(form_key(world))
    own(world)
    path = drafted(world, None)
    page = shown(world, path)
    assert TOLD in page
    assert not mark(page)
    assert press(world, path, what="ask").status_code == 302


def test_a_process_that_loses_nothing_is_not_named(world: World) -> None:
    publish_form(form_key(world))
    own(world)
    page = shown(world, drafted(world, {**QUESTION, "label": {"vi": "Mục đích khác", "en": "Other"}}))
    assert TOLD not in page
    assert not mark(page)


def test_what_does_not_fit_today_either_is_not_this_versions_doing(world: World) -> None:
    publish_form(form_key(world))
    own(world)
    publish_form(form_key(world), None)
    page = shown(world, drafted(world, {**QUESTION, "id": "khac"}))
    assert TOLD not in page


@pytest.mark.parametrize("who", ["thu", "minh", "lan"])
def test_a_stranger_is_refused(world: World, who: str) -> None:
    publish_form(form_key(world))
    own(world)
    path = drafted(world, None)
    assert world.client(who).get(path).status_code in (403, 404)
    assert press(world, path, who=who).status_code in (403, 404)


def test_the_page_costs_the_same_however_much_is_asked(world: World) -> None:
    def queries(path: str) -> int:
        browser = world.client("toan")
        browser.get(path)
        with CaptureQueriesContext(connection) as caught:
            browser.get(path)
        return len(caught)

    publish_form(form_key(world))
    own(world)
    path = drafted(world, None)
    few = queries(path)
    case = world.case(MARITAL)
    table = own_table(world, case)
    publish_again(world, case, table)
    assert queries(path) <= few
