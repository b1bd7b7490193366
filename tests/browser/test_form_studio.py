"""A form is built in the studio and filed on a phone; by hand, by keyboard, by dragging; and what every page looks like to axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_journey import click, open_draft, press_button
from tests.browser.test_process_studio import publish

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
COPIES = "2.000815"
STUDIO = f"/studio/forms/{COPIES}/"


def opened(author: Visitor, path: str = STUDIO) -> Page:
    author.sign_in("toan", "/desk/")
    author.page.goto(author.base + path)
    return author.page


def add(page: Page, part: str, label: str, kind: str) -> None:
    """A question at the end of a part; its page opens."""
    section = page.locator("section.mc-part", has=page.get_by_role("heading", name=part))
    section.locator("details.mc-add > summary").click()
    section.get_by_label("Lời hỏi").fill(label)
    section.get_by_label("Kiểu câu hỏi").select_option(label=kind)
    section.get_by_role("button", name="Thêm câu hỏi").click()
    expect(page.locator("h1")).to_contain_text(label)


def save(page: Page) -> None:
    press_button(page, "Lưu câu hỏi")
    expect(page.locator("main")).to_contain_text("Đã lưu bản thảo")


def test_a_form_is_built_in_the_studio_without_a_script_and_filed_on_a_phone(visitor: Visitors) -> None:
    author = visitor(scripts=False)
    page = opened(author)
    # Everything that was asked leaves; a new form is written in its place.
    while page.locator("section.mc-part:not(.mc-part--new)").count():
        part = page.locator("section.mc-part:not(.mc-part--new)").first
        part.locator("> .mc-part__head details.mc-more > summary").click()
        part.get_by_role("button", name="Bỏ phần này").click()
        page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Biểu mẫu chưa hỏi gì")
    # A rule that names what left is said to be wrong until somebody takes it away.
    while page.locator(".mc-rules li").count():
        page.locator(".mc-rules li").first.get_by_role("link", name="Sửa").click()
        press_button(page, "Bỏ quy tắc này")
    page.locator("#title_vi-new").fill("Bản sao cần xin")
    press_button(page, "Thêm phần")
    add(page, "Bản sao cần xin", "Xin bản sao để làm gì?", "Chọn một")
    page.locator("#o-0-vi").fill("Đi học")
    page.locator("#o-1-vi").fill("Việc khác")
    save(page)
    add(page, "Bản sao cần xin", "Nêu việc khác", "Văn bản ngắn")
    page.locator("#show_if-0-field").select_option(label="Xin bản sao để làm gì?")
    page.locator("#show_if-0-value").fill("Việc khác")
    save(page)
    add(page, "Bản sao cần xin", "Số bản sao", "Số nguyên")
    page.locator("#s-min").fill("1")
    page.locator("#s-max").fill("9")
    save(page)
    expect(page.locator("main")).to_contain_text("Biểu mẫu hợp lệ: 3 câu hỏi.")
    expect(page.locator("main")).to_contain_text("hiện khi “Xin bản sao để làm gì?” là Việc khác")

    page.get_by_role("link", name="Điền thử").click()
    press_button(page, "Tiếp tục")
    expect(page.locator(".govuk-error-summary")).to_contain_text("bản sao")
    click(page.get_by_label("Đi học"))
    page.get_by_label("Số bản sao").fill("3")
    press_button(page, "Tiếp tục")
    expect(page.locator("main")).to_contain_text("Nộp được")
    page.goto(author.base + STUDIO)
    publish(page, "Tờ khai mới, soạn lại từ đầu để thử")

    lan = visitor(PHONE)
    phone = open_draft(lan, COPIES)
    expect(phone.locator("h1")).to_contain_text("Bản sao cần xin")
    expect(phone.get_by_label("Nêu việc khác")).to_be_hidden()
    click(phone.get_by_label("Việc khác", exact=True))
    phone.get_by_label("Nêu việc khác").fill("Xin việc làm")
    phone.get_by_label("Số bản sao").fill("12")
    press_button(phone, "Lưu và tiếp tục")
    expect(phone.locator(".govuk-error-summary")).to_contain_text("9")
    phone.get_by_label("Số bản sao").fill("2")
    press_button(phone, "Lưu và tiếp tục")
    phone.goto(phone.url.split("/part/")[0].split("/papers/")[0].rstrip("/") + "/check/")
    expect(phone.locator("main")).to_contain_text("Xin việc làm")
    assert lan.sideways() == 0

    # Back to what was in force, so that other tests find it; it too is a version.
    page.goto(author.base + STUDIO)
    page.get_by_role("link", name="Phiên bản 1", exact=True).click()
    press_button(page, "Lấy bản này làm bản thảo")
    publish(page, "Thử xong, trở lại tờ khai trước")
    # Lan's draft follows: what no question asks any more is set aside, and she is told.
    phone.reload()
    expect(phone.locator("main")).to_contain_text("Biểu mẫu đã có bản mới")


def test_questions_are_dragged_from_the_palette_and_into_another_order(visitor: Visitors) -> None:
    page = opened(visitor())
    palette = page.locator("[data-palette]")
    expect(palette).to_be_visible()
    first = page.locator("ol[data-order]").first
    count = first.locator("> li").count()
    with page.expect_navigation():
        palette.locator("[data-kind=phone_vn]").drag_to(
            first.locator("> li").first, target_position={"x": 40, "y": 2}
        )
    expect(page.locator("h1")).to_contain_text("Số điện thoại")
    # The question is drawn beside what is typed, while it is typed.
    page.locator("#label_vi").fill("Số máy của người thân")
    expect(page.locator("[data-preview-box]")).to_contain_text("Số máy của người thân")
    save(page)
    rows = page.locator("ol[data-order]").first.locator("> li")
    expect(rows).to_have_count(count + 1)
    expect(rows.first).to_contain_text("Số máy của người thân")
    with page.expect_navigation():
        rows.first.drag_to(rows.nth(1), source_position={"x": 6, "y": 10}, target_position={"x": 60, "y": 30})
    expect(page.locator("ol[data-order]").first.locator("> li").nth(1)).to_contain_text(
        "Số máy của người thân"
    )
    frame = page.frame_locator("[data-preview] iframe")
    expect(frame.locator("main")).to_contain_text("Số máy của người thân")
    for _ in range(3):
        press_button(page, "Hoàn tác")
    expect(page.locator("main")).not_to_contain_text("Số máy của người thân")


def test_a_question_is_moved_and_written_by_keyboard_alone(visitor: Visitors) -> None:
    page = opened(visitor())
    second = page.locator("ol[data-order]").first.locator("> li").nth(1)
    label = second.locator("a.govuk-link").inner_text()
    second.locator("details.mc-more > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(second.get_by_role("button", name="Lên")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("ol[data-order]").first.locator("> li").first).to_contain_text(label)
    page.get_by_role("link", name=label, exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.locator("#label_en").focus()
    page.keyboard.type(" again")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Đã lưu bản thảo")
    for _ in range(2):
        press_button(page, "Hoàn tác")


def test_without_a_network_a_press_is_held_and_nothing_typed_is_lost(visitor: Visitors) -> None:
    author = visitor(PHONE)
    page = opened(author, f"{STUDIO}fee/")
    page.locator("#formula").fill("8000")
    author.context.set_offline(True)
    page.get_by_role("button", name="Lưu công thức").click()
    expect(page.get_by_role("alert").filter(has_text="Không có mạng nên chưa lưu")).to_be_visible()
    expect(page.locator("#formula")).to_have_value("8000")
    author.context.set_offline(False)
    press_button(page, "Lưu công thức")
    expect(page.locator("main")).to_contain_text("Đã lưu bản thảo")
    press_button(page, "Hoàn tác")


@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "vi"), (DESKTOP, "en")])
def test_every_page_is_accessible_and_fits(
    visitor: Visitors, viewport: dict[str, int], language: str
) -> None:
    author = visitor(viewport, language=language)
    opened(author, "/studio/forms/")
    wrong = []
    base = "/studio/forms/1.004873/"
    for path in (
        "/studio/forms/", "/studio/forms/library/", base, f"{base}fields/muc_dich_loai/", f"{base}fields/ket_hon_voi/",
        f"{base}fields/thoi_gian_cu_tru/", f"{base}sections/muc_dich/", f"{base}rules/checks/0/", f"{base}rules/components/new/",
        f"{base}fee/", f"{base}preview/", f"{base}trial/", f"{base}compare/", f"{base}publish/", f"{base}import/",
    ):  # fmt: skip
        author.go(path)
        wrong += [f"{path}: {found}" for found in author.axe()]
        if author.sideways():
            wrong.append(f"{path}: {author.sideways()} px too wide")
    assert not wrong, "\n".join(wrong)
