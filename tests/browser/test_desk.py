"""The desk by keyboard alone: mark, order in bulk, watch it done, export, and walk from dossier to dossier."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest

from tests.browser.conftest import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_label_many_by_keys_and_take_them_along(visitor: Visitors, viewport: dict[str, int]) -> None:
    minh = visitor(viewport)
    page = minh.sign_in("minh", "/desk/labels/")
    name = f"Gấp {viewport['width']}"
    page.locator("#name").fill(name)
    page.get_by_role("button", name="Thêm nhãn").click()
    minh.go("/desk/?list=unit&all=1")
    keys = page.keyboard
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    assert page.locator('#which option[value="chosen"]').inner_text() == "2 hồ sơ đã đánh dấu"
    keys.press("?")
    assert page.get_by_role("dialog").is_visible()
    assert minh.axe() == []
    keys.press("Escape")
    page.locator("#what").select_option("label")
    page.get_by_role("button", name="Tiếp tục").click()
    assert "2 hồ sơ" in page.get_by_role("heading", level=1).inner_text()
    assert minh.axe() == []
    page.locator("#label").select_option(label=name)
    page.get_by_role("button", name="Thực hiện với 2 hồ sơ").click()
    page.get_by_text("Đã xong: 2 trên 2 hồ sơ được thực hiện").wait_for()
    assert minh.axe() == []
    assert minh.sideways() == 0

    minh.go("/desk/?list=unit&all=1")
    assert page.locator(".mc-label", has_text=name).count() == 2
    for key in ("j", "x"):
        keys.press(key)
    page.get_by_role("button", name="Kết xuất").click()
    page.get_by_role("link", name="Tải tệp").wait_for()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tải tệp").click()
    with open(taken.value.path(), "rb") as file:  # noqa: PTH123 - a path of the browser's
        rows = list(openpyxl.load_workbook(io.BytesIO(file.read())).active.values)
    assert len(rows) == 2


def test_from_dossier_to_dossier_and_back_by_keys(visitor: Visitors) -> None:
    minh = visitor()
    page = minh.sign_in("minh", "/desk/?list=unit&all=1")
    codes = page.locator("[data-row-link]").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/dossiers/**")
    assert codes[0] in page.title()
    page.keyboard.press("n")
    page.wait_for_function(f"document.title.includes('{codes[1]}')")
    assert minh.axe() == []
    page.keyboard.press("p")
    page.wait_for_function(f"document.title.includes('{codes[0]}')")
    page.keyboard.press("u")
    page.locator("table[data-desk]").wait_for()


def test_without_a_script_everything_is_still_there(visitor: Visitors) -> None:
    minh = visitor(scripts=False)
    page = minh.sign_in("minh", "/desk/?list=unit&all=1")
    page.locator('input[name="line"]').first.check()
    page.locator("#what").select_option("claim")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Thực hiện với 1 hồ sơ").click()
    page.get_by_text("1 trên 1 hồ sơ").or_(page.get_by_text("không thực hiện được")).first.wait_for()
