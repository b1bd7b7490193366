"""The diagram of a process as a place to work: by pointer, by keyboard, and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_journey import press_button
from tests.browser.test_process_studio import publish

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
FINE = "Quy trình hợp lệ"


def opened(someone: Visitor, code: str) -> Page:
    """The editor of the process of a procedure, by way of the list."""
    page = someone.sign_in("toan", f"/studio/processes/?q={code}")
    page.goto(f"{someone.base}/studio/processes/?q={code}")
    page.locator("table a.govuk-link").first.click()
    page.wait_for_load_state()
    return page


def box(page: Page, key: str) -> Locator:
    return page.locator(f'svg a[data-row="{key}"]')


def plus(page: Page, line: str) -> Locator:
    return page.locator(f'svg a[data-lines~="{line}"]')


def drag(page: Page, source: Locator, target: Locator) -> None:
    """As a hand does it: press, a little way, then on to the target. Both are in the picture."""
    source.scroll_into_view_if_needed()
    held, onto = source.bounding_box(), target.bounding_box()
    assert held is not None
    assert onto is not None
    page.mouse.move(held["x"] + held["width"] / 2, held["y"] + held["height"] / 2)
    page.mouse.down()
    page.mouse.move(held["x"] + held["width"] / 2 + 9, held["y"] + held["height"] / 2 + 9)
    page.mouse.move(onto["x"] + onto["width"] / 2, onto["y"] + onto["height"] / 2, steps=5)
    expect(target).to_have_class(re.compile("is-target"))
    page.mouse.up()


def test_a_process_is_built_by_pointer_and_published(visitor: Visitors) -> None:
    toan = visitor({"width": 2400, "height": 1200})
    page = opened(toan, "1.000894")
    drag(page, page.locator("[data-kind=fork]"), plus(page, "receive:receive"))
    expect(page.locator("#p-name")).to_be_focused()
    expect(page.locator("#p-kind")).to_have_value("fork")
    page.keyboard.type("Lấy ý kiến")
    page.locator("#p-role").select_option("civil_servant")
    press_button(page, "Chèn bước")
    expect(box(page, "lay_y_kien")).to_be_focused()
    expect(page.locator("main")).to_contain_text(FINE)
    # A step from the palette on one branch, taken from there to the other.
    drag(page, page.locator("[data-kind=task]"), plus(page, "lay_y_kien:b1"))
    expect(page.locator("#p-name")).to_be_focused()
    page.keyboard.type("Kiểm tra thực địa")
    page.locator("#p-role").select_option("civil_servant")
    press_button(page, "Chèn bước")
    page.get_by_role("link", name="Đóng").click()
    with page.expect_navigation():
        drag(page, box(page, "kiem_tra_thuc_dia"), plus(page, "lay_y_kien:b2"))
    expect(page.locator("#row-lay_y_kien .mc-ways")).to_have_text(re.compile("Nhánh 1.*Kiểm tra thực địa"))
    # The end of a line is led to another box: unlawful, and taken back.
    grip = page.locator('.mc-process__grip[data-lines="nhanh_1:complete"]')
    with page.expect_navigation():
        drag(page, grip, box(page, "nhanh_2"))
    expect(page.locator("main")).to_contain_text("Chưa công bố được")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("main")).to_contain_text("Đã hoàn tác thay đổi gần nhất")
    expect(page.locator("main")).to_contain_text(FINE)
    # Dropped beside everything, or let go by Escape, nothing happens.
    was = page.url
    box(page, "nhanh_1").hover()
    source = box(page, "nhanh_1").bounding_box()
    assert source is not None
    page.mouse.move(source["x"] + 40, source["y"] + 40)
    page.mouse.down()
    page.mouse.move(source["x"] + 60, source["y"] + 60)
    expect(page.locator(".mc-process__ghost")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".mc-process__ghost")).to_have_count(0)
    page.mouse.up()
    assert page.url.split("?")[0] == was.split("?")[0]
    publish(page, "Quyết định 12/QĐ-UBND về quy trình nội bộ")


def test_everything_is_done_by_keyboard(visitor: Visitors) -> None:
    toan = visitor()
    page = opened(toan, "1.004884")
    order = page.locator("svg a").evaluate_all("all => all.map(one => one.dataset.row ?? one.dataset.lines)")
    assert order[:5] == ["@start:on", "receive", "receive:refuse", "receive:receive", "appraise"]
    box(page, "receive").focus()
    page.keyboard.press("Tab")
    expect(plus(page, "receive:refuse")).to_be_focused()
    page.keyboard.press("Tab")
    expect(plus(page, "receive:receive")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    assert "?line=receive:receive" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_have_count(0)
    expect(plus(page, "receive:receive")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.locator("#p-name").focus()
    page.keyboard.type("Kiểm tra thực địa")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.locator("#p-name").press("Enter")
    new = box(page, "kiem_tra_thuc_dia")
    expect(new).to_be_focused()
    expect(page.locator("main")).to_contain_text(FINE)
    # From the panel of the box it goes to another line, and out again.
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.get_by_text("Dời sang chỗ khác").press("Enter")
    page.locator("#p-line").select_option(label="Thẩm định hồ sơ: Trình ký → Ký duyệt kết quả")
    with page.expect_navigation():
        page.get_by_role("button", name="Dời bước").press("Enter")
    expect(page.locator("#row-appraise")).to_contain_text("Trình ký → Kiểm tra thực địa")
    with page.expect_navigation():
        page.get_by_role("button", name="Bỏ bước này").press("Enter")
    expect(new).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name="Hoàn tác").press("Enter")
    expect(new).to_have_count(1)


def test_without_a_script_the_same_is_done_by_links_and_forms(visitor: Visitors) -> None:
    toan = visitor(PHONE, scripts=False)
    page = opened(toan, "1.004859")
    expect(page.locator("[data-palette]")).to_be_hidden()
    plus(page, "receive:receive").click()
    page.locator("#p-name").fill("Lấy ý kiến")
    page.locator("#p-kind").select_option("fork")
    page.locator("#p-role").select_option("civil_servant")
    press_button(page, "Chèn bước")
    expect(page.locator("main")).to_contain_text("Đã lưu bản thảo")
    press_button(page, "Thêm nhánh song song")
    page.locator("#panel").get_by_role("link", name="Sửa bước").click()
    page.locator("#role").select_option("civil_servant")
    press_button(page, "Lưu bước này")
    expect(page.locator("main")).to_contain_text(FINE)
    box(page, "nhanh_3").click()
    page.locator("#panel").get_by_role("link", name="Xong bước").click()
    page.locator("#p-to").select_option(label="Nhánh 2")
    page.locator("#panel").get_by_role("button", name="Đổi nơi đến").click()
    expect(page.locator("main")).to_contain_text("Chưa công bố được")
    press_button(page, "Hoàn tác")
    expect(page.locator("main")).to_contain_text(FINE)
    publish(page, "Quyết định 13/QĐ-UBND về quy trình nội bộ")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_panels_are_clean_at_both_sizes(visitor: Visitors, viewport: dict[str, int], language: str) -> None:
    toan = visitor(viewport, language=language)
    page = opened(toan, "1.004837")
    path = page.url.removeprefix(toan.base).split("?")[0].split("#")[0]
    wrong = []
    for end in ("?at=appraise#panel", "?line=receive:receive#panel", "?line=@start:on#panel"):
        toan.go(path + end)
        expect(page.locator("#panel")).to_be_visible()
        wrong += [f"{end}: {finding}" for finding in toan.axe()]
        if (pixels := toan.sideways()) > 0:
            wrong.append(f"{end}: {pixels} pixels too wide at {viewport}")
    small = page.locator("svg a").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width < 24 || box.height < 24).length"
    )
    assert small == 0
    assert not wrong, "\n".join(wrong)


def test_without_a_network_the_page_stays_with_what_was_typed(visitor: Visitors) -> None:
    toan = visitor(DESKTOP)
    page = opened(toan, "1.001193")
    address = page.url
    held = page.get_by_role("alert").filter(has_text="Không có mạng")
    toan.context.set_offline(True)
    box(page, "receive").click()
    expect(held).to_be_visible()
    assert page.url == address
    toan.context.set_offline(False)
    plus(page, "receive:receive").click()
    page.locator("#p-name").fill("Kiểm tra thêm")
    toan.context.set_offline(True)
    press = page.get_by_role("button", name="Chèn bước")
    press.click()
    expect(held).to_be_visible()
    expect(page.locator("#p-name")).to_have_value("Kiểm tra thêm")
    drag(page, box(page, "appraise"), plus(page, "receive:refuse"))
    expect(box(page, "appraise")).to_be_visible()
    toan.context.set_offline(False)
    press_button(page, "Chèn bước")
    expect(page.locator("main")).to_contain_text("Đã lưu bản thảo")
    press_button(page, "Hoàn tác")
