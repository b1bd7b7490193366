"""A review round by hand: open, assess, send back, approve, publish, and submit to a second running instance, whose board shows it.

The Ministry's side is a Motcua of its own: other processes, another database, another data folder, ``MOTCUA_ROLE=national``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor, running

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
SECTOR, AGENCY = "nuoi-con-nuoi", "H56.201"
#: The procedures of the sector: one described in detail, and whatever else the index has.
DETAILED = "2.001263"


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a second Motcua, which receives lists."""
    data = tmp_path_factory.mktemp("ministry")
    with running(data, MOTCUA_DEMO_DOSSIERS="4", MOTCUA_ROLE="national") as base:
        yield base


def fill_date(page: Page, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name={name}-{part}]").fill(str(value))


def choose(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        page.locator(f"input[name={name}][value={value}]").check()


def test_a_round_reaches_the_board_of_the_ministry(
    visitor: Visitors, chromium: Browser, ministry: str
) -> None:
    today = date.today()
    # The Ministry asks, and gives Thanh Hóa a token.
    context = chromium.new_context(viewport=DESKTOP, locale="vi-VN")
    context.set_default_timeout(20_000)
    there = Visitor(context, ministry)
    page = there.sign_in("hieu", "/programme/collections/")
    page.locator("#name").fill("Danh mục DVCTT cả nước")
    page.locator("#instrument").fill("Công văn số 1/BKHCN")
    fill_date(page, "deadline", today + timedelta(days=9))
    page.get_by_role("button", name="Mở đợt", exact=True).click()
    expect(page.locator("h1")).to_have_text("Danh mục DVCTT cả nước")
    collection = page.url.rstrip("/").rsplit("/", 1)[1]
    row = page.locator("tr", has_text="Tỉnh Thanh Hóa")
    expect(row).to_contain_text("Chưa gửi, còn hạn")
    page.locator("#sender").select_option("thanh-hoa")
    page.get_by_role("button", name="Cấp mã", exact=True).click()
    token = page.locator("#token").inner_text()
    assert token.startswith("mtc_")

    # The province opens a round over one sector and gives it to Hạc Thành.
    hieu = visitor()
    page = hieu.sign_in("hieu", "/programme/")
    page.locator("#name").fill("Rà soát nuôi con nuôi")
    page.locator("#instrument").fill("Kế hoạch 99/KH-UBND")
    fill_date(page, "deadline", today + timedelta(days=20))
    page.get_by_text("Chỉ rà soát một số lĩnh vực").click()
    page.locator(f"input[name=sectors][value={SECTOR}]").check()
    page.get_by_role("button", name="Mở đợt rà soát").click()
    expect(page.get_by_text("Đã mở đợt rà soát")).to_be_visible()
    home = re.sub(r"assign/.*$", "", page.url.removeprefix(hieu.base))
    page.locator("#agency").select_option(AGENCY)
    page.locator(f"input[name=sectors][value={SECTOR}]").check()
    page.get_by_role("button", name="Giao các lĩnh vực đã chọn").click()
    expect(page.get_by_text(re.compile(r"Đã giao \d+ thủ tục"))).to_be_visible()
    codes = hieu.go(home).locator("a[data-row-link]").all_inner_texts()
    assert DETAILED in codes
    for code in codes:
        if code != DETAILED:
            hieu.go(f"{home}{code}/").locator("#remark").fill("Thuộc thẩm quyền của cơ quan khác.")
            page.get_by_role("button", name="Đưa ra khỏi đợt").click()
            expect(page.get_by_text("Đã lưu", exact=True)).to_be_visible()

    # Hoa assesses on her phone; Hiếu sends it back; she mends it.
    hoa = visitor(PHONE)
    hers = hoa.sign_in("hoa", f"{home}{DETAILED}/")
    assert hoa.sideways() <= 0
    assert hoa.axe() == []
    choose(
        hers,
        information_complete="yes",
        electronic_form="yes",
        electronic_resolution="yes",
        electronic_result="yes",
        result_by_post="yes",
        payment="none",
        presence="yes",
        onsite="no",
        originals="no",
        wet_signature="no",
        physical_result="no",
        technical="no",
    )
    hers.get_by_role("button", name="Lưu và gửi kiểm tra").click()
    expect(hers.get_by_text("Chờ kiểm tra").first).to_be_visible()
    expect(hers.locator("#why")).to_be_visible()
    hieu.go(f"{home}{DETAILED}/").locator("#remark").fill("Chưa nêu căn cứ buộc có mặt.")
    page.get_by_role("button", name="Trả lại").click()
    expect(page.get_by_text("Trả lại").first).to_be_visible()
    hers = hoa.go(f"{home}{DETAILED}/")
    expect(hers.get_by_text("Chưa nêu căn cứ buộc có mặt.").first).to_be_visible()
    hers.locator("#presence-basis").fill("Điều 22 Luật Nuôi con nuôi")
    hers.get_by_role("button", name="Lưu và gửi kiểm tra").click()
    expect(hers.get_by_text("Điều 22 Luật Nuôi con nuôi").first).to_be_visible()

    # Checked, approved by her head; the province's head approves the list.
    hieu.go(f"{home}{DETAILED}/").get_by_role("button", name="Đồng ý, trình phê duyệt").click()
    tuan = visitor()
    his = tuan.sign_in("tuan", f"{home}{DETAILED}/")
    his.get_by_role("button", name="Phê duyệt", exact=True).click()
    expect(his.get_by_text("Đã phê duyệt").first).to_be_visible()
    dat = visitor()
    head = dat.sign_in("dat", f"{home}list/")
    head.locator("#number").fill("2024/QĐ-UBND")
    head.get_by_role("button", name="Phê duyệt và ký số").click()
    expect(head.get_by_text("Danh mục đã được phê duyệt")).to_be_visible()
    for _ in range(60):
        if dat.go(f"{home}list/").get_by_role("link", name="PDF đã ký số").count():
            break
        head.wait_for_timeout(1000)
    assert dat.axe() == []
    with head.expect_download() as waiting:
        head.get_by_role("link", name="Bản Word để chỉnh sửa").click()
    assert waiting.value.suggested_filename.endswith(".docx")

    # Anybody reads it.
    anybody = visitor(scripts=False)
    public = anybody.go("/service-list/?q=nuoi+con+nuoi")
    expect(public.get_by_text("2024/QĐ-UBND")).to_be_visible()
    expect(public.get_by_text("Điều 22 Luật Nuôi con nuôi")).to_be_visible()

    # It goes to the Ministry, and stands on its board.
    page = hieu.go(f"{home}list/")
    page.locator("#address").fill(ministry)
    page.locator("#collection").fill(collection)
    page.locator("#token").fill(token)
    page.get_by_role("button", name="Lưu nơi nhận").click()
    page.get_by_role("button", name="Gửi danh mục").click()
    expect(page.get_by_text("Danh mục đang được gửi")).to_be_visible()
    for _ in range(60):
        if hieu.go(f"{home}list/").get_by_text("Đã nhận, số biên nhận").count():
            break
        page.wait_for_timeout(1000)
    receipt = re.search(r"BN-\d{8}-\w{8}", page.locator("main").inner_text())
    assert receipt is not None
    board = there.go(f"/programme/collections/{collection}/")
    row = board.locator("tr", has_text="Tỉnh Thanh Hóa")
    expect(row).to_contain_text("Đã gửi đúng hạn")
    expect(row).to_contain_text("2024/QĐ-UBND")
    expect(row).to_contain_text(receipt[0])
    assert there.axe() == []
    there.go(f"/programme/collections/{collection}/consolidated/?q={DETAILED}")
    expect(board.locator("tbody tr", has_text=DETAILED)).to_have_count(1)
    complaints = list(there.complaints)
    context.close()
    assert complaints == []
