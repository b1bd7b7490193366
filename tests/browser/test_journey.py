"""The first dossier, the whole way, by hand: from "where do I ask for this?" to a signed result and a rating.

Also without a script, and by keyboard alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]

#: What to type where a form asks and nothing is filled in yet, by the end of the control's id.
TYPED = {
    "-day": "1", "-month": "3", "-year": "2020", "so_dinh_danh": "038192186762", "so_dien_thoai": "0912345678",
    "email": "lan@example.com", "so_ban": "2", "so_trang": "3",
}  # fmt: skip


def fill(page: Page, press: Callable[[Locator], None]) -> None:
    """Answer what the present part asks and is still empty. ``press`` chooses a radio or box."""
    form = page.locator("form#part")
    for group in form.locator(".govuk-radios").all():
        if group.is_visible() and not group.locator("input:checked").count():
            choices = group.locator("input")
            # Purpose: the last one, "another purpose", asks for the least.
            press(
                choices.last if "muc_dich" in (choices.first.get_attribute("name") or "") else choices.first
            )
    for box in form.locator("input[type=checkbox]").all():
        wrapper = box.locator("xpath=ancestor::*[@data-field][1]")
        if (
            box.is_visible()
            and not box.is_checked()
            and "cam_doan" in (wrapper.get_attribute("data-field") or "")
        ):
            press(box)
    for select in form.locator("select:visible").all():
        if not select.input_value():
            options = select.locator("option")
            if options.count() > 1:
                select.select_option(index=1)
    for control in form.locator("input.govuk-input:visible, textarea:visible").all():
        name = control.get_attribute("id") or ""
        optional = control.locator("xpath=ancestor::*[@data-field][1]").locator(".eforms-optional").count()
        if not control.input_value() and (not optional or "-from-" in name):
            ending = next((text for end, text in TYPED.items() if name.endswith(end)), "Vay vốn ngân hàng")
            control.fill(ending)


def click(target: Locator) -> None:
    """As a finger does it: govuk's round controls are drawn by their label."""
    target.locator("xpath=following-sibling::label[1]").click()


def file_marital_status(
    page: Page, base: str, press: Callable[[Locator], None], go: Callable[[Page, str], None]
) -> str:
    """From a draft's first part to the page that says it is filed; returns the dossier's code."""
    for _ in range(14):
        if "/check/" in page.url:
            break
        if "/papers/" in page.url:
            go(page, "Lưu và tiếp tục")
            continue
        before = page.url
        fill(page, press)
        go(page, "Lưu và tiếp tục")
        assert page.url != before or page.locator(".govuk-error-summary").count(), "nothing happened"
    assert "/check/" in page.url, page.locator("main").inner_text()[:1500]
    left = page.locator("main .govuk-list--bullet li").all_inner_texts()
    assert "Kiểm tra trước khi nộp" in page.locator("h1").inner_text(), left
    press(page.locator("#declared"))
    go(page, "Nộp hồ sơ")
    expect(page.locator("h1")).to_have_text("Đã nộp hồ sơ")
    found = re.search(r"H56[\d.]*-\d{6}-\d{4}", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group(0)


def press_button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()
    page.wait_for_load_state()


def open_draft(visitor: Visitor, code: str = "1.004873") -> Page:
    """By searching as one types it, without diacritics, on the way a newcomer takes."""
    page = visitor.sign_in("lan", f"/procedures/{code}/start/")
    begun = page.get_by_role("link", name="Khai tiếp")
    if begun.count():
        begun.first.click()
    else:
        page.get_by_role("button", name="Bắt đầu khai").click()
    page.wait_for_load_state()
    return page


def turn(page: Page, name: str) -> None:
    """A decision on the desk's page of a dossier."""
    target = page.locator("main").get_by_role("button", name=name, exact=True)
    if not target.count():
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
        target = page.locator("main").get_by_role("button", name=name, exact=True)
    target.first.click()
    page.wait_for_load_state()


def test_the_first_dossier_the_whole_way(visitor: Visitors, tmp_path: Path) -> None:
    lan = visitor(PHONE)
    page = lan.go("/")
    page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill("giay doc than")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("tình trạng hôn nhân")).first.click()
    page.wait_for_url("**/procedures/1.004873/**")
    assert "Nộp hồ sơ" in page.locator("main").inner_text()
    page = open_draft(lan)
    code = file_marital_status(page, lan.base, click, press_button)
    secret = re.search(r"\b[2-9A-HJKMNP-Z]{8}\b", page.locator("main").inner_text().replace(code, ""))
    assert secret
    expect(page.get_by_role("link", name=re.compile("Tải phiếu xác nhận"))).to_be_visible(timeout=30_000)

    # Pressing the button again, by the browser's way back, finds the same dossier.
    page.go_back()
    if page.get_by_role("button", name="Nộp hồ sơ", exact=True).count():
        press_button(page, "Nộp hồ sơ")
    assert code in page.locator("main").inner_text() or "/account/" in page.url

    anybody = visitor(PHONE)
    page = anybody.go("/track/")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=secret]").fill(secret.group(0).lower())
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Mới đăng ký")
    assert "Nguyễn Thị Lan" not in page.locator("main").inner_text()

    minh = visitor()
    page = minh.sign_in("minh", f"/desk/dossiers/{code}/")
    turn(page, "Tiếp nhận hồ sơ")
    hoa = visitor()
    page = hoa.sign_in("hoa", f"/desk/dossiers/{code}/")
    page.locator("main").get_by_role("link", name="Trình ký kết quả", exact=True).first.click()
    page.wait_for_load_state()
    for field in page.locator(".mc-drafting input.govuk-input:visible, .mc-drafting textarea:visible").all():
        if not field.input_value():
            field.fill("Theo hồ sơ")
    page.locator("main form .mc-turnbuttons button").first.click()
    page.wait_for_load_state()
    assert not page.locator(".govuk-error-summary").count(), page.locator("main").inner_text()[:1200]
    tuan = visitor()
    page = tuan.sign_in("tuan", f"/desk/dossiers/{code}/")
    preview = tuan.context.request.get(f"{tuan.base}/desk/dossiers/{code}/result.pdf")
    assert preview.body().startswith(b"%PDF"), "the head sees the result before it becomes final"
    turn(page, "Ký số kết quả")
    page = minh.page
    for _ in range(40):
        minh.go(f"/desk/dossiers/{code}/")
        if page.locator("main").get_by_role("button", name="Trả kết quả", exact=True).count():
            break
        page.wait_for_timeout(500)
    turn(page, "Trả kết quả")

    page = lan.go("/account/store/")
    expect(page.locator("main")).to_contain_text("tình trạng hôn nhân")
    lan.go(f"/account/dossiers/{code}/")
    result = page.locator(
        "main a[href*='/account/files/'][href*='result'], main a[href*='/account/files/store']"
    ).first
    pdf = lan.context.request.get(lan.base + (result.get_attribute("href") or "")).body()
    assert pdf.startswith(b"%PDF")
    kept = tmp_path / "ket-qua.pdf"
    kept.write_bytes(pdf)
    page = anybody.go("/verify/")
    page.locator("#document").set_input_files(kept)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("h1")).to_contain_text("Chữ ký hợp lệ")
    kept.write_bytes(pdf.replace(b"/Title", b"/Titel", 1))
    page.locator("#document").set_input_files(kept)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("h1")).to_contain_text("đã bị sửa")

    page = lan.go(f"/account/dossiers/{code}/rate/")
    for group in page.locator("main form fieldset").all():
        click(group.locator("input[type=radio]").first)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    assert not page.locator(".govuk-error-summary").count()
    for one in (lan, minh, hoa, tuan):
        one.go(f"/account/dossiers/{code}/" if one is lan else f"/desk/dossiers/{code}/")
        assert one.axe() == []


def test_filing_without_any_script(visitor: Visitors) -> None:
    lan = visitor(PHONE, scripts=False)
    page = open_draft(lan)
    assert file_marital_status(page, lan.base, click, press_button)


def test_filing_by_keyboard_alone(visitor: Visitors) -> None:
    lan = visitor()
    page = open_draft(lan)

    def tab_to(target: Locator) -> None:
        """Walk with the tabulator, as somebody without a mouse does, to the control itself or its group."""
        name = target.get_attribute("name")
        for _ in range(200):
            page.keyboard.press("Tab")
            if target.evaluate("one => document.activeElement === one") or (
                name
                and target.get_attribute("type") == "radio"
                and target.evaluate("one => document.activeElement.name === one.name")
            ):
                return
        raise AssertionError(f"{name} cannot be reached with the tabulator")

    def press(target: Locator) -> None:
        tab_to(target)
        for _ in range(20):
            if target.evaluate("one => document.activeElement === one"):
                break
            page.keyboard.press("ArrowDown")
        if not target.is_checked():
            page.keyboard.press("Space")
        assert target.is_checked()

    def go(page: Page, name: str) -> None:
        tab_to(page.get_by_role("button", name=name, exact=True).last)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    assert file_marital_status(page, lan.base, press, go)
