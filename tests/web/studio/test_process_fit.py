"""The studio after the catalogue has published a procedure anew: what is there, what no longer fits, and who is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.catalogue.records import Case, Term
from motcua.processing import authoring
from tests import factories
from tests.factories import BIRTH, BUILDING, COPIES, MARITAL, World, publish_anew
from tests.processing import asking
from tests.processing.asking import form_key, publish_form

FACT = {"field": "dossier.online", "op": "eq", "value": True}
GONE = "Trường hợp này không còn trong phiên bản công bố hiện hành"
LONG = "dài hơn thời hạn giải quyết hiện hành (5 ngày làm việc)"
LOST = "rẽ theo nội dung không còn trong tờ khai (“muc_dich_rieng”)"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    factories.forget()


def own(world: World, code: str, *, minutes: int | None = None, asks: bool = False) -> int:
    """A process of its own; ``asks``: with a choice on a question of the form. Returns the case."""
    if asks:
        publish_form(form_key(world, code))
    asking.own(world, code, minutes=minutes, condition=None if asks else FACT)
    return world.case(code)


def page(world: World, path: str, who: str = "toan", language: str = "vi") -> str:
    browser = world.client(who)
    browser.cookies["motcua_language"] = language
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def shorter(case: Case) -> Case:
    return replace(case, term=Term(5, "working_day", rule="rút ngắn", certain=True))


def test_a_term_that_became_shorter_is_said_in_the_list_and_on_the_page(world: World) -> None:
    own(world, BUILDING, minutes=480 * 9)
    listed, edited = f"/studio/processes/?q={BUILDING}", f"/studio/processes/{world.case(BUILDING)}/"
    assert LONG not in page(world, listed) + page(world, edited)
    publish_anew(BUILDING, shorter)
    edited = f"/studio/processes/{world.case(BUILDING)}/"
    assert LONG in page(world, listed)
    shown = page(world, edited)
    assert "Quy trình đang áp dụng không còn khớp với thủ tục" in shown
    assert "Quy trình được công bố khi thủ tục ở phiên bản 1; thủ tục nay ở phiên bản 2." in shown
    assert "phiên bản riêng 1" in shown
    english = page(world, edited, language="en")
    assert "than the time limit now in force (5 working days)" in english


def test_a_field_that_is_not_in_the_form_is_said(world: World) -> None:
    own(world, MARITAL, asks=True)
    assert LOST not in page(world, f"/studio/processes/?q={MARITAL}")
    publish_form(form_key(world, MARITAL), None)
    assert LOST in page(world, f"/studio/processes/?q={MARITAL}")
    assert LOST in page(world, f"/studio/processes/{world.case(MARITAL)}/")


def test_an_old_address_leads_to_the_draft_of_today(world: World) -> None:
    before = own(world, MARITAL)
    publish_anew(MARITAL, lambda case: replace(case, name_vi="Tên mới"))
    now = world.case(MARITAL)
    shown = page(world, f"/studio/processes/{before}/")
    assert f'action="/studio/processes/{now}/"' in shown
    assert GONE not in shown
    browser = world.client("toan")
    kept = browser.post(
        f"/studio/processes/{before}/", {"what": "settings", "name": "Tên khác", "revision": 2}
    )
    assert kept.headers["Location"].startswith(f"/studio/processes/{now}/")
    assert authoring.draft_of(now).table.name == "Tên khác"


def test_a_case_that_is_gone_stays_in_the_list_and_says_so(world: World) -> None:
    before = own(world, MARITAL)
    factories.filed_dossier(world)
    publish_anew(MARITAL, lambda case: replace(case, key="khac"))
    listed = page(world, f"/studio/processes/?q={MARITAL}")
    assert f'href="/studio/processes/{before}/"' in listed
    assert f'href="/studio/processes/{world.case(MARITAL)}/"' in listed
    assert listed.count(GONE) == 1
    assert "1 hồ sơ: riêng 1" in listed
    shown = page(world, f"/studio/processes/{before}/")
    assert GONE in shown
    assert "Hồ sơ đã nộp theo trường hợp này vẫn đi theo quy trình của mình." in shown
    assert world.client("toan").get(f"/studio/processes/{before}/export/bpmn/").status_code == 200


@pytest.mark.parametrize("who", ["thu", "minh", "lan"])
def test_strangers_are_refused_as_before(world: World, who: str) -> None:
    before = own(world, MARITAL)
    publish_anew(MARITAL, lambda case: replace(case, name_vi="Tên mới"))
    browser = world.client(who)
    for case in (before, world.case(MARITAL)):
        assert browser.get(f"/studio/processes/{case}/").status_code in (403, 404)
        assert browser.post(f"/studio/processes/{case}/", {"what": "discard"}).status_code in (403, 404)


def test_the_list_costs_the_same_with_many_processes_that_no_longer_fit(world: World) -> None:
    def queries(path: str) -> int:
        browser = world.client("toan")
        browser.get(path)
        with CaptureQueriesContext(connection) as caught:
            browser.get(path)
        return len(caught)

    own(world, MARITAL, asks=True)
    publish_form(form_key(world, MARITAL), None)
    few = queries(f"/studio/processes/?q={MARITAL}")
    for code in (BIRTH, COPIES):
        own(world, code, asks=True)
        publish_form(form_key(world, code), None)
    own(world, BUILDING, minutes=480 * 9)
    publish_anew(BUILDING, shorter)
    assert queries("/studio/processes/") <= few + 1
