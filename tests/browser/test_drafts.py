"""A draft in a real browser: the network is cut, the session ends, two tabs, a file stops half-way, somebody helps."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]

LINE = "[data-autosave-status]"
BIRTH, COPIES = "1.001193", "2.000815"


def open_draft(somebody: Visitor, username: str = "lan", code: str = BIRTH) -> str:
    """A draft of a procedure, begun or taken up; its address."""
    page = somebody.sign_in(username, f"/procedures/{code}/start/")
    begun = page.get_by_role("link", name="Khai tiếp")
    if begun.count():
        begun.first.click()
    else:
        page.get_by_role("button", name="Bắt đầu khai").click()
    page.wait_for_url("**/drafts/**")
    found = re.search(r"/drafts/[0-9a-f-]{36}/", page.url)
    assert found
    return found.group(0)


def type_in(page: Page, field: str, text: str) -> None:
    page.locator(f"#f-{field}").fill(text)
    page.locator(f"#f-{field}").press("Tab")


def state(page: Page, name: str) -> None:
    page.wait_for_selector(f'{LINE}[data-state="{name}"]')


def test_what_is_typed_while_the_network_is_cut_is_saved_when_it_is_back(visitor: Visitors) -> None:
    lan = visitor(PHONE)
    base = open_draft(lan)
    page = lan.go(f"{base}part/me/")
    lan.context.set_offline(True)
    type_in(page, "me_ho_ten", "Trần Thị Ngoại Tuyến")
    state(page, "waiting")
    assert "giữ trên máy này" in page.locator(LINE).inner_text()
    lan.context.set_offline(False)
    state(page, "saved")
    assert re.search(r"Đã lưu lúc \d\d:\d\d", page.locator(LINE).inner_text())
    # Cut again, and the page closed before it is back: the browser keeps it for the next visit.
    lan.context.set_offline(True)
    type_in(page, "me_ho_ten", "Trần Thị Đóng Trang")
    state(page, "waiting")
    page.goto("about:blank")
    lan.context.set_offline(False)
    page = lan.go(f"{base}part/me/")
    state(page, "saved")
    assert page.locator("#f-me_ho_ten").input_value() == "Trần Thị Đóng Trang"
    elsewhere = visitor()
    elsewhere.sign_in("lan", "/account/")
    expect(elsewhere.go(f"{base}part/me/").locator("#f-me_ho_ten")).to_have_value("Trần Thị Đóng Trang")
    assert page.evaluate("localStorage.length") == 0, "nothing personal stays once it is saved"


def test_a_session_that_ends_while_typing_loses_nothing(visitor: Visitors) -> None:
    """Trap 43: the line says so, one signs in again in another tab, and what was typed is saved by itself."""
    lan = visitor()
    base = open_draft(lan)
    page = lan.go(f"{base}part/cha/")
    lan.context.clear_cookies(name="motcua_session")
    type_in(page, "cha_ho_ten", "Lê Văn Hết Phiên")
    state(page, "signed-out")
    link = page.locator(f"{LINE} a")
    with lan.context.expect_page() as opened:
        link.click()
    other = opened.value
    other.wait_for_load_state()
    other.locator("main form button[type=submit]").first.click()
    other.wait_for_load_state()
    if other.locator("#username").count():
        other.locator("#username").fill("lan")
        other.locator("#pin").fill("123456")
        other.get_by_role("button", name="Đăng nhập", exact=True).click()
    other.wait_for_url(lambda url: url.startswith(lan.base))
    other.close()
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    state(page, "saved")
    page.reload()
    expect(page.locator("#f-cha_ho_ten")).to_have_value("Lê Văn Hết Phiên")


def test_two_tabs_never_overwrite_each_other_unseen(visitor: Visitors) -> None:
    lan = visitor()
    base = open_draft(lan)
    first = lan.go(f"{base}part/tre/")
    second = lan.context.new_page()
    second.goto(f"{lan.base}{base}part/tre/")
    type_in(second, "so_giay_chung_sinh", "Tab hai")
    state(second, "saved")
    # The first tab saves something else, which moves the draft on; it has still not seen the other's answer.
    type_in(first, "tre_ho_ten", "Lê Thị Bé")
    first.wait_for_selector(f'{LINE}[data-state="saved"]')
    type_in(first, "so_giay_chung_sinh", "Tab một")
    choice = first.locator(".mc-choice")
    choice.wait_for()
    assert "Tab hai" in choice.inner_text()
    expect(first.locator("#f-so_giay_chung_sinh")).to_have_value("Tab một")
    choice.get_by_role("button", name="Giữ bản tôi vừa gõ").click()
    state(first, "saved")
    # The second one's form, sent as it stands, is asked too, without a script's help.
    second.locator("#f-so_giay_chung_sinh").fill("Tab hai, lần nữa")
    second.evaluate("document.querySelector('form#part').removeAttribute('data-autosave')")
    second.get_by_role("button", name="Lưu và tiếp tục").last.click()
    second.wait_for_load_state()
    if second.locator("h1", has_text="Mục vừa được sửa ở nơi khác").count():
        assert "Tab một" in second.locator("main").inner_text()
    else:
        second.locator(".mc-choice").wait_for()
    second.close()


def scan(folder: Path, name: str, size: int) -> Path:
    """A PDF of about ``size`` bytes that holds up to a look inside."""
    import pikepdf

    path = folder / name
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Filler = pikepdf.Stream(pdf, bytes(range(256)) * (size // 256))
        pdf.save(path, compress_streams=False)
    return path


def test_a_file_is_cancelled_paused_by_a_cut_and_goes_on_after_a_reload(
    visitor: Visitors, tmp_path: Path
) -> None:
    lan = visitor(PHONE)
    base = open_draft(lan)
    page = lan.go(f"{base}papers/")
    box = page.locator("div[data-upload]").first
    picker = box.locator("input[type=file]")
    assert "tối đa" in box.locator(".govuk-hint").inner_text().lower(), "limits are said before one chooses"

    # The second piece is held back: the file stops half-way.
    gate = {"open": False}
    page.route(
        re.compile(r"/uploads/[0-9a-f-]{36}/$"),
        lambda route: (
            route.continue_()
            if route.request.method != "PUT"
            or gate["open"]
            or route.request.headers.get("upload-offset") == "0"
            else route.abort("connectionreset")
        ),
    )
    cancelled = scan(tmp_path, "huy.pdf", 1_500_000)
    picker.set_input_files(cancelled)
    row = box.locator(".mc-file", has_text="huy.pdf")
    expect(row.locator(".mc-file__note")).to_contain_text("Mất mạng")
    row.get_by_role("button", name="Hủy").click()
    expect(row).to_have_count(0)

    picker.set_input_files(scan(tmp_path, "tiep.pdf", 1_500_000))
    row = box.locator(".mc-file", has_text="tiep.pdf")
    expect(row.locator(".mc-file__note")).to_contain_text("Mất mạng")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    row = page.locator(".mc-file", has_text="tiep.pdf")
    expect(row).to_contain_text("Chọn lại đúng tệp này để gửi tiếp")
    gate["open"] = True
    sent: list[str] = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.headers.get("upload-offset", "")) if request.method == "PUT" else None
        ),
    )
    box = page.locator("div[data-upload]").first
    box.locator("input[type=file]").set_input_files(tmp_path / "tiep.pdf")
    done = box.locator('.mc-file[data-state="done"]', has_text="tiep.pdf")
    done.wait_for()
    assert sent == ["1048576"], "only what was missing was sent"
    assert box.locator(".mc-file", has_text="tiep.pdf").count() == 1

    # Photos: the button appears with the first one, and makes one PDF of all.
    for name, colour in (("1.jpg", "red"), ("2.jpg", "blue")):
        out = BytesIO()
        Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
        (tmp_path / name).write_bytes(out.getvalue())
    join = page.locator("[data-join]").first
    expect(join).to_be_hidden()
    box.locator("input[type=file]").set_input_files([tmp_path / "1.jpg", tmp_path / "2.jpg"])
    expect(box.locator('.mc-file[data-state="done"]')).to_have_count(3)
    expect(join).to_be_visible()
    assert lan.axe() == []
    assert lan.sideways() == 0
    join.get_by_role("button").click()
    page.wait_for_load_state()
    box = page.locator("div[data-upload]").first
    expect(box.locator('.mc-file[data-state="done"]')).to_have_count(1)
    expect(box).to_contain_text("tiep.pdf")


def test_a_picture_that_is_no_picture_says_why_and_what_next(visitor: Visitors, tmp_path: Path) -> None:
    lan = visitor()
    base = open_draft(lan)
    page = lan.go(f"{base}papers/")
    box = page.locator("div[data-upload]").first
    (tmp_path / "hong.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    box.locator("input[type=file]").set_input_files(tmp_path / "hong.jpg")
    failed = box.locator('.mc-file[data-state="failed"]')
    expect(failed).to_contain_text("hỏng")
    expect(failed.get_by_role("button", name="Gửi lại")).to_be_visible()
    failed.get_by_role("button", name="Xóa").click()
    expect(failed).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_somebody_helps_with_a_part(visitor: Visitors, viewport: dict[str, int]) -> None:
    lan, binh = visitor(viewport), visitor(viewport)
    base = open_draft(lan)
    page = lan.go(f"{base}part/me/")
    page.get_by_role("link", name="Nhờ người khác khai giúp một phần").click()
    page.get_by_label("Tên người được nhờ").fill("Anh Bình")
    page.locator("label", has_text=re.compile("mẹ", re.I)).first.click()
    page.get_by_role("button", name="Tạo liên kết mời").click()
    link = page.locator("#link").input_value()
    assert lan.axe() == []
    assert lan.sideways() == 0

    opened = binh.sign_in("binh", link.removeprefix(lan.base))
    opened.get_by_role("button", name="Nhận khai giúp").click()
    opened.wait_for_url("**/part/**")
    assert "/part/me/" in opened.url
    assert binh.axe() == []
    type_in(opened, "me_ho_ten", f"Trần Thị Giúp {viewport['width']}")
    state(opened, "saved")
    opened.get_by_role("button", name="Lưu và thoát").click()
    opened.wait_for_url("**/account/")
    expect(opened.locator("main")).to_contain_text("nhờ Ông/Bà khai giúp một phần")
    binh.go(f"{base}shared/")
    assert binh.axe() == []
    assert binh.sideways() == 0

    page = lan.go(f"{base}check/")
    expect(page.locator("main")).to_contain_text("Anh Bình khai")
    page = lan.go(f"{base}invite/")
    page.get_by_role("button", name="Thu hồi Anh Bình").first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Đã thu hồi")
    assert binh.go(f"{base}part/me/").get_by_text("Không tìm thấy").count()


def test_a_register_fills_in_what_signing_in_did_not_tell_and_says_so(visitor: Visitors) -> None:
    """The demo's own registers, over HTTP: Đức's account does not tell his ethnic group, the population database does."""
    duc = visitor(PHONE)
    base = open_draft(duc, "duc")
    page = duc.go(f"{base}part/nguoi_yeu_cau/")
    group = page.locator('[data-field="nguoi_yeu_cau_dan_toc"]')
    expect(group.locator("select")).not_to_have_value("")
    expect(group.locator(".eforms-source")).to_contain_text("Cơ sở dữ liệu quốc gia về dân cư lúc")
    name = page.locator('[data-field="nguoi_yeu_cau_ho_ten"] .eforms-source')
    expect(name).to_contain_text("tài khoản định danh")
    assert duc.axe() == []
    assert duc.sideways() == 0
