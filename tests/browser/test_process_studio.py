"""A process with two branches, built in the studio without a script, published, and followed by a dossier that Lan files."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_journey import click, file_marital_status, open_draft, press_button, turn

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
LAND, CIVIL = "Ý kiến địa chính", "Ý kiến hộ tịch"


def add(page: Page, name: str, kind: str, after: str) -> None:
    """A new row; the page of the row opens."""
    page.locator("#name").fill(name)
    page.get_by_label(kind, exact=True).check()
    page.locator("#after").select_option(label=after)
    press_button(page, "Thêm bước")
    expect(page.locator("h1")).to_contain_text(name)


def back(page: Page) -> None:
    page.get_by_role("link", name="Quay lại, không lưu").click()
    page.wait_for_load_state()


def edit(page: Page, name: str) -> None:
    page.locator("table.mc-table--steps").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


def build(page: Page) -> None:
    """Two opinions at once between receipt and appraisal."""
    add(page, "Lấy ý kiến song song", "Tách nhánh song song", "Tiếp nhận hồ sơ")
    back(page)
    add(page, "Chờ đủ ý kiến", "Chờ đủ các nhánh", "Lấy ý kiến song song")
    page.locator("#to-on").select_option(label="Thẩm định hồ sơ")
    press_button(page, "Lưu bước này")
    for name in (CIVIL, LAND):
        add(page, name, "Việc của người", "Lấy ý kiến song song")
        page.locator("#role").select_option(label="Công chức chuyên môn")
        page.locator("#unit_rule").select_option(label="Đơn vị phụ trách lĩnh vực")
        page.locator("#time").fill("2")
        page.locator("#to-complete").select_option(label="Chờ đủ ý kiến")
        press_button(page, "Lưu bước này")
    edit(page, "Lấy ý kiến song song")
    page.locator("#way-0-to").select_option(label=LAND)
    page.locator("#way-1-to").select_option(label=CIVIL)
    page.locator("#join").select_option(label="Chờ đủ ý kiến")
    press_button(page, "Lưu bước này")
    edit(page, "Tiếp nhận hồ sơ")
    page.locator("#to-receive").select_option(label="Lấy ý kiến song song")
    press_button(page, "Lưu bước này")
    expect(page.locator("main")).to_contain_text("Quy trình hợp lệ")


def publish(page: Page, reason: str) -> None:
    page.get_by_role("link", name="So sánh và công bố").click()
    page.locator("#reason").fill(reason)
    press_button(page, "Công bố phiên bản mới")
    expect(page.locator("main")).to_contain_text("Đã công bố phiên bản")


def test_a_process_with_two_branches_is_built_published_and_followed(visitor: Visitors) -> None:
    toan = visitor(scripts=False)
    page = toan.sign_in("toan", "/studio/processes/?q=1.004873")
    page.goto(f"{toan.base}/studio/processes/?q=1.004873")
    page.locator("table a.govuk-link").first.click()
    path = page.url.removeprefix(toan.base).split("?")[0]
    build(page)
    publish(page, "Quyết định 1234/QĐ-UBND về quy trình nội bộ")

    lan = visitor(PHONE)
    code = file_marital_status(open_draft(lan), lan.base, click, press_button)
    minh = visitor()
    desk = minh.sign_in("minh", f"/desk/dossiers/{code}/")
    desk.goto(f"{minh.base}/desk/dossiers/{code}/")
    turn(desk, "Tiếp nhận hồ sơ")
    desk.wait_for_load_state()

    # Back to the general steps, so that other tests find them; the dossier stays in its two branches.
    page.goto(toan.base + path + "import/")
    page.locator("#source").select_option(label="Quy trình chung, phiên bản 1")
    press_button(page, "Xem thử bản chép")
    press_button(page, "Thay bản thảo bằng quy trình này")
    publish(page, "Thử xong, trở lại các bước của quy trình chung")
    tuan = visitor()
    head = tuan.sign_in("tuan", path + "dossiers/")
    head.goto(tuan.base + path + "dossiers/")
    head.get_by_role("link", name=re.compile("riêng 1")).click()
    row = head.locator("tr", has_text=code)
    expect(row).to_contain_text(LAND)
    expect(row).to_contain_text(CIVIL)
    head.locator("#reason").fill("Thử chuyển hồ sơ đang ở hai nhánh")
    for select in head.locator("select[name^=map-]").all():
        select.select_option(label="Thẩm định hồ sơ")
    press_button(head, "Chuyển các hồ sơ đã chọn")
    # The general process has no fork to go on in: it stays, and its row says why.
    expect(head.locator("tr", has_text=code)).to_contain_text("Hồ sơ đang ở nhánh song song")


def test_a_box_of_the_diagram_leads_to_its_row_by_keyboard_and_rows_are_dragged(visitor: Visitors) -> None:
    toan = visitor()
    page = toan.sign_in("toan", "/studio/processes/?q=2.000815")
    page.goto(f"{toan.base}/studio/processes/?q=2.000815")
    page.locator("table a.govuk-link").first.click()
    page.locator("svg a.mc-process__node").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.locator("#panel").get_by_role("link", name="Sửa bước").press("Enter")
    expect(page.locator("h1")).to_contain_text("Thẩm định hồ sơ")
    back(page)
    rows = page.locator("table.mc-table--steps tbody tr")
    before = rows.evaluate_all("all => all.map(row => row.dataset.key)")
    with page.expect_navigation():
        rows.nth(3).drag_to(
            rows.nth(1), source_position={"x": 10, "y": 10}, target_position={"x": 10, "y": 2}
        )
    assert rows.evaluate_all("all => all.map(row => row.dataset.key)") == [
        before[0],
        before[3],
        before[1],
        before[2],
    ]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_are_clean_at_both_sizes(visitor: Visitors, viewport: dict[str, int], language: str) -> None:
    toan = visitor(viewport)
    page = toan.sign_in("toan", "/studio/processes/")
    if language == "en":
        toan.context.add_cookies([{"name": "motcua_language", "value": "en", "url": toan.base}])
    page.goto(f"{toan.base}/studio/processes/?q=1.001193")
    path = page.locator("table a.govuk-link").first.get_attribute("href") or ""
    wrong = []
    for address in (
        "/studio/processes/",
        path,
        path + "rows/appraise/",
        path + "publish/",
        path + "import/",
        path + "dossiers/",
        "/studio/processes/general/",
    ):
        toan.go(address)
        wrong += [f"{address} {viewport}: {finding}" for finding in toan.axe()]
        if (pixels := toan.sideways()) > 0:
            wrong.append(f"{address}: {pixels} pixels too wide at {viewport}")
    assert not wrong, "\n".join(wrong)
