"""What the programme's pages say: states, steps, boxes of an assessment, faults of files and of events in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.models import Event
from motcua.programme.review import words as both
from motcua.programme.review.rules import Difference
from motcua.programme.review.sheets import Problem

#: State → words, sign, tone of its tag.
STATES: Mapping[str, tuple[str, str, str]] = {
    "todo": (N_("Chưa đánh giá"), "○", "new"),
    "draft": (N_("Đang soạn"), "◐", "working"),
    "returned": (N_("Trả lại"), "!", "waiting"),
    "submitted": (N_("Chờ kiểm tra"), "▶", "working"),
    "checked": (N_("Chờ phê duyệt"), "▶", "working"),
    "approved": (N_("Đã phê duyệt"), "✓", "done"),
    "excluded": (N_("Không rà soát"), "–", "stopped"),
}
STANDINGS: Mapping[str, tuple[str, str, str]] = {
    "on_time": (N_("Đã gửi đúng hạn"), "✓", "done"),
    "late": (N_("Đã gửi, trễ hạn"), "▲", "waiting"),
    "missing": (N_("Chưa gửi, quá hạn"), "✕", "refused"),
    "waiting": (N_("Chưa gửi, còn hạn"), "○", "new"),
}
STEPS: Mapping[str, str] = {
    "submit": N_("Gửi đơn vị đầu mối kiểm tra"),
    "check": N_("Đồng ý, trình phê duyệt"),
    "approve": N_("Phê duyệt"),
    "send_back": N_("Trả lại"),
    "reopen": N_("Mở lại để sửa"),
}
#: Box → label and hint, in the order of the form. Readiness first, then what the law requires.
READINESS: Mapping[str, tuple[str, str]] = {
    "information_complete": (
        N_("Thông tin về thủ tục đã công bố đầy đủ"),
        N_("Trình tự, thành phần hồ sơ, thời hạn, phí, kết quả, căn cứ."),
    ),
    "electronic_form": (
        N_("Có biểu mẫu điện tử để nộp hồ sơ"),
        N_("Người nộp khai trên mạng, không phải in ra."),
    ),
    "electronic_resolution": (
        N_("Giải quyết trên hệ thống điện tử"),
        N_("Mọi bước xử lý đều thực hiện trên hệ thống một cửa điện tử."),
    ),
    "electronic_result": (
        N_("Có kết quả điện tử được ký số"),
        N_("Kết quả trả trong kho dữ liệu của người nộp."),
    ),
    "result_by_post": (
        N_("Trả kết quả bản giấy qua bưu chính công ích"),
        N_("Người nộp không phải đến lấy."),
    ),
}
REQUIREMENTS: Mapping[str, tuple[str, str]] = {
    "presence": (N_("Người nộp phải có mặt tại cơ quan"), N_("Pháp luật buộc có mặt, ví dụ để ký hoặc lấy sinh trắc học.")),
    "onsite": (N_("Cơ quan phải xác minh tại thực địa"), N_("Pháp luật buộc kiểm tra tại chỗ.")),
    "originals": (N_("Phải nộp bản chính giấy tờ"), N_("Còn giấy tờ phải nộp bản chính mà chưa có dữ liệu thay thế.")),
    "wet_signature": (N_("Phải ký tay trên bản giấy"), N_("Chưa chấp nhận ký số hoặc xác nhận điện tử.")),
    "physical_result": (N_("Kết quả phải là vật, thẻ hoặc bản giấy"), N_("Ví dụ thẻ, biển số, sổ có phôi bảo an.")),
    "technical": (N_("Có vướng mắc kỹ thuật chưa khắc phục được"), N_("Nêu rõ vướng mắc ở phần minh chứng.")),
}  # fmt: skip
PAYMENT_LABEL = N_("Thanh toán phí, lệ phí")
PAYMENTS: Mapping[str, str] = {
    "online": N_("Thanh toán trực tuyến được"),
    "none": N_("Không có phí, lệ phí"),
    "offline": N_("Chỉ thu trực tiếp"),
}
FAULTS: Mapping[str, str] = {
    "missing": N_("Chọn một câu trả lời."),
    "not_allowed": N_("Câu trả lời này không dùng được."),
    "bad_date": N_("Ngày không có trong lịch. Ví dụ: 24 11 2026."),
    "contradiction": N_("Câu này mâu thuẫn với một câu khác. Vui lòng xem lại cả hai."),
}
SOURCES: Mapping[str, str] = {
    "definition": N_("Đề xuất từ nội dung thủ tục đã công bố"),
    "form": N_("Đề xuất từ biểu mẫu điện tử đang có"),
    "channels": N_("Đề xuất từ cách thức thực hiện đã công bố"),
    "fees": N_("Đề xuất từ biểu phí đã công bố"),
    "notes": N_("Đề xuất từ ghi chú của thủ tục; cần đối chiếu văn bản"),
    "results": N_("Đề xuất từ tên kết quả; cần đối chiếu văn bản"),
}
PROBLEMS: Mapping[str, str] = {
    "too_large": N_("Tệp nặng %(detail)s MB, lớn hơn mức 2 MB cho một danh sách."),
    "empty": N_("Tệp không có dòng nào."),
    "not_text": N_("Tệp không phải văn bản UTF-8 hay bảng tính XLSX."),
    "bad_quotes": N_("Dấu nháy kép không khớp."),
    "too_many_rows": N_("Nhiều hơn %(detail)s dòng."),
    "archive_bomb": N_("Tệp không an toàn để mở."),
    "not_a_spreadsheet": N_("Tệp không phải bảng tính XLSX, hoặc bị hỏng."),
    "merged_cells": N_("Các ô %(detail)s bị gộp. Vui lòng bỏ gộp ô: mỗi dòng phải có đủ giá trị của mình."),
    "heading_twice": N_("Tiêu đề “%(detail)s” có hai lần."),
    "heading_missing": N_("Dòng đầu thiếu tiêu đề: %(detail)s."),
    "row_too_long": N_("Dòng quá dài."),
    "code_missing": N_("Thiếu mã thủ tục."),
    "code_unreadable": N_("“%(detail)s” không phải mã thủ tục. Ví dụ: 1.001193."),
    "row_twice": N_("Thủ tục có hai dòng: %(detail)s."),
    "not_in_round": N_("Thủ tục %(detail)s không thuộc đợt rà soát này."),
    "agency_missing": N_("Thiếu mã cơ quan."),
    "agency_not_in_round": N_("Cơ quan “%(detail)s” không tham gia đợt rà soát này."),
    "handed_up": N_("Thủ tục %(detail)s đã gửi kiểm tra nên không giao lại được."),
    "not_a_number": N_("“%(detail)s” không phải số hồ sơ."),
    "online_more_than_all": N_("Số nộp trực tuyến lớn hơn tổng số: %(detail)s."),
}  # fmt: skip
DIFFERENCES: Mapping[str, str] = {
    "added": N_("Thêm mới"),
    "removed": N_("Đưa ra khỏi danh mục"),
    "raised": N_("Nâng mức"),
    "lowered": N_("Hạ mức"),
    "moved": N_("Đổi cơ quan"),
}
_EVENTS: Mapping[str, str] = {
    "assessment.saved": N_("Lưu đánh giá"),
    "assessment.submitted": N_("Gửi kiểm tra"),
    "assessment.checked": N_("Kiểm tra xong, trình phê duyệt"),
    "assessment.approved": N_("Phê duyệt"),
    "assessment.sent_back": N_("Trả lại"),
    "assessment.reopened": N_("Mở lại để sửa"),
    "review.assigned": N_("Giao cho cơ quan %(agency)s"),
    "review.excluded": N_("Không rà soát trong đợt này"),
    "review.included": N_("Đưa trở lại đợt rà soát"),
}


def state_tag(state: str) -> dict[str, str]:
    words, sign, tone = STATES[state]
    return {"text": _(words), "sign": sign, "tone": tone}


def standing_tag(state: str) -> dict[str, str]:
    words, sign, tone = STANDINGS[state]
    return {"text": _(words), "sign": sign, "tone": tone}


def level_words(level: str, *, english: bool) -> str:
    return both.level_words(level, english=english)


def cause_words(cause: str, *, english: bool) -> str:
    words = both.CAUSES[cause][english]
    return words[:1].upper() + words[1:]


def problem_words(problem: Problem) -> str:
    """Row and reason of one fault of a file."""
    said = _(PROBLEMS[problem.code]) % {"detail": problem.detail}
    return _("Dòng %(row)s: %(said)s") % {"row": problem.row, "said": said} if problem.row else said


def difference_words(one: Difference, *, english: bool) -> dict[str, str]:
    """One change of the list: what happened, from and to."""
    levels = one.kind != "moved"

    def value(text: str) -> str:
        return level_words(text, english=english) if levels and text else text or "–"

    return {
        "code": one.code,
        "what": _(DIFFERENCES[one.kind]),
        "before": value(one.before),
        "after": value(one.after),
    }


def box_label(name: str) -> str:
    """What a box of the form is called."""
    if name == "payment":
        return _(PAYMENT_LABEL)
    if name in READINESS:
        return _(READINESS[name][0])
    if name in REQUIREMENTS:
        return _(REQUIREMENTS[name][0])
    return {
        "fixed_by": _("Ngày khắc phục xong"),
        "replaced": _("Giấy tờ thay bằng dữ liệu"),
        "note": _("Ghi chú"),
    }.get(name, name)


def event_line(event: Event, *, english: bool) -> dict[str, Any]:
    """One line of an assessment's history."""
    data = event.data
    notes = []
    if event.kind == "assessment.saved":
        if data.get("before") != data.get("level"):
            notes.append(
                _("Mức độ: %(before)s → %(after)s")
                % {
                    "before": level_words(data.get("before") or "", english=english),
                    "after": level_words(data["level"], english=english),
                }
            )
        if data.get("changed"):
            notes.append(
                _("Sửa: %(boxes)s") % {"boxes": ", ".join(box_label(name) for name in data["changed"])}
            )
    if data.get("remark") or data.get("reason"):
        notes.append(str(data.get("remark") or data.get("reason")))
    return {
        "what": _(_EVENTS.get(event.kind, event.kind)) % {"agency": data.get("agency", "")},
        "who": event.officer or _("Hệ thống"),
        "at": event.at,
        "notes": notes,
    }
