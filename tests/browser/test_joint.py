"""A joint dossier by hand: filed once from a phone, decided at three desks, its results coming one by one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.test_journey import click, fill, press_button, turn

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]


def answer(page: Page) -> None:
    """Every part, until the check: an address takes a second round, when the communes of the province are there."""
    for _ in range(40):
        if "/check/" in page.url:
            return
        if "/papers/" not in page.url and "/part/cha/" not in page.url:
            born = page.locator("#f-tre_ngay_sinh-year")
            if born.count() and born.is_visible() and not born.input_value():
                for piece, value in (("day", "3"), ("month", "9"), ("year", "2026")):
                    page.locator(f"#f-tre_ngay_sinh-{piece}").fill(value)
            fill(page, click)
            for detail in page.locator("form#part input[id$='-detail']:visible").all():
                if not detail.input_value():
                    detail.fill("Trạm Y tế, tổ 3")
        press_button(page, "Lưu và tiếp tục")
    raise AssertionError(page.locator("main").inner_text()[:1500])


def propose(page: Page, **facts: str) -> None:
    page.locator("main").get_by_role("link", name="Trình ký kết quả", exact=True).first.click()
    page.wait_for_load_state()
    for name, value in facts.items():
        page.locator(f"[name=result-{name}]").fill(value)
    for field in page.locator(".mc-drafting input.govuk-input:visible, .mc-drafting textarea:visible").all():
        if not field.input_value():
            field.fill("Theo hồ sơ")
    page.locator("main form .mc-turnbuttons button").first.click()
    page.wait_for_load_state()
    assert not page.locator(".govuk-error-summary").count(), page.locator("main").inner_text()[:1200]


def decide(visitor: Visitors, code: str, officer: str, head: str, desk: str, **facts: str) -> None:
    """A part from its appraisal to its result in the applicant's hands, by three people of one agency."""
    path = f"/desk/dossiers/{code}/"
    propose(visitor().sign_in(officer, path), **facts)
    turn(visitor().sign_in(head, path), "Ký số kết quả")
    clerk = visitor()
    page = clerk.sign_in(desk, path)
    for _ in range(60):
        clerk.go(path)
        if page.locator("main").get_by_role("button", name="Trả kết quả", exact=True).count():
            break
        page.wait_for_timeout(500)
    assert clerk.axe() == []
    turn(page, "Trả kết quả")


def test_a_birth_filed_once_comes_back_in_three_parts(visitor: Visitors) -> None:
    lan = visitor(PHONE)
    page = lan.sign_in("lan", "/procedures/2.000986/start/")
    expect(page.locator("main")).to_contain_text("Một hồ sơ, 3 việc")
    assert lan.axe() == []
    assert lan.sideways() == 0
    page.get_by_role("button", name="Bắt đầu khai").click()
    page.wait_for_load_state()
    answer(page)
    click(page.locator("#declared"))
    press_button(page, "Nộp hồ sơ")
    expect(page.locator("h1")).to_have_text("Đã nộp hồ sơ")
    found = re.search(r"H56[\d.]*-\d{6}-\d{4}", page.locator("main").inner_text())
    assert found
    whole = found.group(0)

    minh = visitor()
    turn(minh.sign_in("minh", f"/desk/dossiers/{whole}/"), "Tiếp nhận hồ sơ")
    expect(minh.page.locator("main")).to_contain_text("Các phần đang được giải quyết")
    assert minh.axe() == []

    page = lan.go(f"/account/dossiers/{whole}/")
    expect(page.locator("main")).to_contain_text("0 trên 3 phần đã có kết quả")
    expect(page.locator("main")).to_contain_text("Bắt đầu khi có kết quả của phần: Đăng ký khai sinh.")
    assert lan.axe() == []
    assert lan.sideways() == 0
    codes = page.locator(".mc-parts .mc-numbers").all_inner_texts()
    assert [code.rpartition("-")[0].rpartition("-")[0] for code in codes] == [
        "H56.201",
        "G01.56.201",
        "G24.56",
    ]
    birth, residence, insurance = codes

    decide(visitor, birth, "hoa", "tuan", "minh", citizen_id="038326004321")
    page = lan.go(f"/account/dossiers/{whole}/")
    expect(page.locator("main")).to_contain_text("1 trên 3 phần đã có kết quả")
    link = page.get_by_role("link", name=re.compile("Tải kết quả"))
    assert link.count() == 1, "a partial result is there while the others go on"
    pdf = lan.context.request.get(lan.base + (link.get_attribute("href") or "")).body()
    assert pdf.startswith(b"%PDF")

    decide(visitor, insurance, "quyen", "binhan", "diep")
    decide(visitor, residence, "tien", "cong", "thu")
    page = lan.go(f"/account/dossiers/{whole}/")
    expect(page.locator("main")).to_contain_text("Đã trả kết quả 3 trên 3 phần.")
    assert page.get_by_role("link", name=re.compile("Tải kết quả")).count() == 3
    assert lan.axe() == []
    page = lan.go("/account/store/")
    expect(page.locator("main")).to_contain_text("Giấy khai sinh")
