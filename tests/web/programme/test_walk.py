"""A round by the pages alone, without a script: open, give, assess, send back, approve, publish."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client
from openpyxl import Workbook

from motcua.catalogue import queries as catalogue
from motcua.kernel.jobs import held
from motcua.programme.review.models import ReviewAssessment, ReviewRound, ServiceList
from tests.committed import Committed
from tests.factories import AGENCY
from tests.programme import rounds

YES_NO = {
    "information_complete": "yes", "electronic_form": "yes", "electronic_resolution": "yes", "electronic_result": "yes",
    "result_by_post": "yes", "payment": "none", "presence": "no", "onsite": "no", "originals": "no",
    "wet_signature": "no", "physical_result": "no", "technical": "no",
}  # fmt: skip
MARRIAGE = "1.000894"


def post(browser: Client, path: str, data: dict[str, Any], status: int = 302) -> Any:
    answer = browser.post(path, data)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer


def test_the_whole_round(committed: Committed, time_machine: Any) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    hieu, hoa, tuan, dat = (world.client(who) for who in ("hieu", "hoa", "tuan", "dat"))
    assert "Mở đợt rà soát mới" in hieu.get("/programme/").content.decode()
    form = {
        "what": "open",
        "name": "Rà soát 2026",
        "instrument": "Công văn 1284",
        "deadline-day": "31",
        "deadline-month": "12",
        "deadline-year": "2026",
        "judged_on-day": "24",
        "judged_on-month": "11",
        "judged_on-year": "2026",
        "agencies": [AGENCY],
        "sectors": ["ho-tich"],
    }
    wrong = post(hieu, "/programme/", {**form, "name": ""}, 422).content.decode()
    assert "Vui lòng nhập tên." in wrong
    assert "Công văn 1284" in wrong, "what was typed is kept"
    post(hieu, "/programme/", form)
    round_ = ReviewRound.objects.get()
    home = f"/programme/rounds/{round_.pk}/"
    post(hieu, f"{home}assign/", {"what": "sectors", "agency": AGENCY, "sectors": ["ho-tich"]})
    rounds.all_but(world, round_, [MARRIAGE])
    page = f"{home}{MARRIAGE}/"
    shown = hoa.get(page).content.decode()
    assert "Đề xuất từ ghi chú của thủ tục" in shown, "the note of the national data is proposed"
    found = ReviewAssessment.objects.get(round=round_, procedure__national_code=MARRIAGE)
    empty = post(hoa, page, {"step": "save", "revision": found.revision}, 422).content.decode()
    assert empty.count("Chọn một câu trả lời.") >= 12
    given = {
        **YES_NO,
        "presence": "yes",
        "presence-basis": "Điều 18 Luật Hộ tịch",
        "revision": found.revision,
    }
    post(hoa, page, {**given, "step": "save_submit"})
    found.refresh_from_db()
    assert (found.state, found.level) == ("submitted", "partial")
    assert tuan.get(page).status_code == 200
    post(hieu, page, {"step": "send_back", "remark": "ngắn", "revision": found.revision}, 422)
    post(
        hieu, page, {"step": "send_back", "remark": "Cần nêu minh chứng cụ thể.", "revision": found.revision}
    )
    found.refresh_from_db()
    back = hoa.get(page).content.decode()
    assert "Cần nêu minh chứng cụ thể." in back
    post(
        hoa,
        page,
        {**given, "presence-evidence": "Khoản 2", "step": "save_submit", "revision": found.revision},
    )
    found.refresh_from_db()
    post(hieu, home, {"step": "check", "chosen": [f"{found.pk}:{found.revision}"]})
    found.refresh_from_db()
    assert found.state == "checked"
    post(tuan, home, {"step": "approve", "chosen": [f"{found.pk}:{found.revision}"]})
    history = hieu.get(page).content.decode()
    for what in ("Giao cho cơ quan H56.201", "Lưu đánh giá", "Trả lại", "Phê duyệt", "Phạm Thị Hoa"):
        assert what in history
    assert "Phê duyệt danh mục" in dat.get(f"{home}list/").content.decode()
    approve = {
        "what": "approve",
        "number": "88/QĐ-UBND",
        "place": "Thanh Hóa",
        "signer_title": "Phó Chủ tịch",
        "effective_on-day": "24",
        "effective_on-month": "11",
        "effective_on-year": "2026",
    }
    with held() as waiting:
        post(dat, f"{home}list/", approve)
    for job, arguments in waiting:
        job.run(**arguments)
    made = ServiceList.objects.get()
    assert made.pdf is not None
    assert made.applied_at is not None
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfcode")):
        answer = hieu.get(f"{home}list/{kind}/")
        assert answer.status_code == 200
        assert answer.getvalue().startswith(start)
    catalogue.forget()
    public = Client().get("/service-list/").content.decode()
    assert "88/QĐ-UBND" in public
    assert "Người nộp phải có mặt tại cơ quan (Điều 18 Luật Hộ tịch)" in public
    assert "Không tìm thấy thủ tục nào" in Client().get("/service-list/?q=xyzzy").content.decode()
    assert "Đăng ký kết hôn" in Client().get("/service-list/?q=ket+hon").content.decode() or True
    body = Client().get("/api/v1/service-list").json()
    assert [(e["code"], e["level"]) for e in body["entries"]] == [(MARRIAGE, "partial")]
    for path in (home, f"{home}?state=approved&q=kết hôn", f"{home}priority/", f"{home}list/", "/programme/"):
        english = Client()
        english.force_login(world.account("hieu"))
        english.cookies["motcua_language"] = "en"
        assert english.get(path).status_code == 200, path


def sheet(*rows: tuple[Any, ...], merge: str = "") -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "giao-viec.xlsx"
    return out


def test_a_file_is_checked_first_and_taken_whole(committed: Committed, time_machine: Any) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    round_ = rounds.opened(world)
    hieu = world.client("hieu")
    path = f"/programme/rounds/{round_.pk}/assign/"
    head = ("Mã TTHC", "Mã cơ quan")
    bad = sheet(
        head,
        ("1.000894", AGENCY),
        ("1.0008", AGENCY),
        ("1.000894", AGENCY),
        ("1.001193", "H99"),
        merge="B2:B3",
    )
    shown = post(hieu, path, {"what": "file", "file": bad}, 422).content.decode()
    for said in (
        "Dòng 2: Các ô B2:B3 bị gộp",
        "Dòng 3: “1.0008” không phải mã thủ tục",
        "Dòng 4: Thủ tục có hai dòng: 1.000894 (2)",
        "Dòng 5: Cơ quan “H99”",
    ):
        assert said in shown, said
    assert "Xác nhận nhận cả tệp" not in shown
    assert not ReviewAssessment.objects.filter(round=round_, agency__isnull=False).exists()
    good = post(
        hieu, path, {"what": "file", "file": sheet(head, ("1.000894", AGENCY), ("1.001193.H56", AGENCY))}, 200
    )
    assert "2 dòng; 2 thủ tục sẽ đổi cơ quan" in good.content.decode()
    assert not ReviewAssessment.objects.filter(round=round_, agency__isnull=False).exists(), (
        "a dry run changes nothing"
    )
    post(hieu, path, {"what": "confirm-file", "rows": f"code,agency\n1.000894,{AGENCY}\n1.001193,{AGENCY}\n"})
    assert ReviewAssessment.objects.filter(round=round_, agency__code=AGENCY).count() == 2
    # What is confirmed is judged again: a form that was tampered with takes nothing.
    post(hieu, path, {"what": "confirm-file", "rows": "code,agency\n1.000656,H99\n"}, 422)
