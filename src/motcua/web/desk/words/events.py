"""The history of a dossier in words: events, the articles they stand on, slips."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.lifecycle import EDGES
from motcua.web.shared.formats import datetime_vn, money

EVENTS: dict[str, str] = {
    "dossier.submitted": N_("Nộp hồ sơ"),
    "dossier.received": N_("Tiếp nhận hồ sơ"),
    "dossier.refused": N_("Không tiếp nhận hồ sơ"),
    "dossier.supplement_asked": N_("Yêu cầu bổ sung hồ sơ"),
    "dossier.ineligible": N_("Trả hồ sơ chưa đủ điều kiện giải quyết"),
    "dossier.supplement_answered": N_("Người nộp đã bổ sung hồ sơ"),
    "dossier.taken_up": N_("Bắt đầu xử lý"),
    "dossier.proposed": N_("Trình ký kết quả"),
    "dossier.rejected": N_("Từ chối giải quyết"),
    "dossier.sent_back": N_("Trả lại đơn vị thẩm định"),
    "dossier.finished": N_("Có kết quả giải quyết"),
    "dossier.returned": N_("Trả kết quả"),
    "dossier.payment_asked": N_("Yêu cầu thực hiện nghĩa vụ tài chính"),
    "dossier.duty_done": N_("Đã hoàn thành nghĩa vụ tài chính"),
    "dossier.withdrawn": N_("Người nộp rút hồ sơ"),
    "dossier.rated": N_("Người nộp đánh giá"),
    "dossier.due_recomputed": N_("Tính lại hạn theo lịch làm việc"),
    "dossier.transferred": N_("Chuyển hồ sơ đến cơ quan có thẩm quyền"),
    "dossier.notified": N_("Thông báo cho người nộp"),
    "dossier.extended": N_("Xin lỗi và hẹn lại ngày trả kết quả"),
    "dossier.stop_asked": N_("Người nộp yêu cầu dừng giải quyết"),
    "dossier.stop_declined": N_("Không dừng giải quyết theo yêu cầu"),
    "dossier.stopped": N_("Dừng giải quyết hồ sơ"),
    "dossier.reopened": N_("Mở lại hồ sơ"),
    "process.moved": N_("Chuyển sang phiên bản quy trình khác"),
    "step.claimed": N_("Nhận xử lý"),
    "step.released": N_("Trả lại danh sách chung của đơn vị"),
    "step.assigned": N_("Giao việc cho đồng nghiệp"),
    "step.completed": N_("Hoàn thành bước"),
    "step.went_back": N_("Trả lại bước trước"),
    "step.due_soon": N_("Báo trước: bước sắp đến hạn"),
    "step.late": N_("Bước trễ hạn"),
    "step.escalated": N_("Báo lên cấp trên vì bước trễ hạn"),
    "dossier.apology_due": N_("Báo người đứng đầu: cần xin lỗi và hẹn lại trước khi hết hạn"),
    "consultation.due_soon": N_("Nhắc đơn vị được hỏi ý kiến"),
    "consultation.late": N_("Ý kiến trả lời trễ hạn"),
    "consultation.asked": N_("Lấy ý kiến"),
    "consultation.answered": N_("Có ý kiến trả lời"),
    "consultation.revoked": N_("Rút câu hỏi lấy ý kiến"),
    "result.revoked": N_("Thu hồi kết quả đã ký"),
    "result.drafted": N_("Soạn dự thảo kết quả"),
    "result.signature_ordered": N_("Chuyển ký số"),
    "result.signed": N_("Ký số xong"),
    "slip.issued": N_("Lập phiếu"),
    "note.written": N_("Ghi chú nội bộ"),
    "label.put": N_("Gắn nhãn"),
    "label.taken": N_("Gỡ nhãn"),
    "letter.sent": N_("Gửi thư cho người nộp"),
    "letter.answered": N_("Người nộp trả lời thư"),
    "dossier.part_opened": N_("Mở phần từ hồ sơ liên thông"),
    "dossier.part_told": N_("Nhận dữ liệu từ kết quả của phần khác"),
    "joint.opened": N_("Chuyển các phần đến cơ quan giải quyết"),
    "joint.corrected": N_("Cập nhật nội dung người nộp đã sửa ở phần khác"),
    "joint.taken_up": N_("Phần đầu tiên bắt đầu được xử lý"),
    "joint.due_moved": N_("Dời hẹn trả toàn bộ theo phần muộn nhất"),
    "joint.stop_asked": N_("Người nộp đề nghị dừng các phần còn lại"),
    "joint.part_dropped": N_("Phần không thể bắt đầu: phần cần trước không có kết quả"),
    "joint.part_revived": N_("Phần chờ lại kết quả của phần cần trước"),
    "joint.finished": N_("Tất cả các phần đã giải quyết xong"),
    "joint.returned": N_("Đã trả kết quả của tất cả các phần"),
    "joint.ended": N_("Kết thúc, không phần nào có kết quả"),
    "joint.reopened": N_("Một phần được giải quyết lại"),
}
SLIPS: dict[str, str] = {
    "ack": N_("Xác nhận nộp trực tuyến"),
    "01": N_("Mẫu 01 – Giấy tiếp nhận và hẹn trả kết quả"),
    "02": N_("Mẫu 02 – Phiếu yêu cầu bổ sung"),
    "03": N_("Mẫu 03 – Phiếu từ chối"),
    "04": N_("Mẫu 04 – Phiếu xin lỗi và hẹn lại"),
    "05": N_("Mẫu 05 – Thông báo dừng giải quyết"),
    "06": N_("Mẫu 06 – Phiếu kiểm soát"),
    "tbkd": N_("Thông báo hồ sơ không đủ điều kiện giải quyết"),
}
#: The edge of the lifecycle an event is, for the article beside it.
_ACTION = {
    "dossier.submitted": "submit",
    "dossier.received": "receive",
    "dossier.refused": "refuse",
    "dossier.supplement_asked": "ask_supplement",
    "dossier.ineligible": "return_ineligible",
    "dossier.supplement_answered": "answer_supplement",
    "dossier.taken_up": "hand_over",
    "dossier.rejected": "reject",
    "dossier.finished": "finish",
    "dossier.returned": "return_result",
    "dossier.payment_asked": "ask_payment",
    "dossier.duty_done": "duty_done",
    "dossier.withdrawn": "withdraw",
    "dossier.reopened": "reopen",
}
#: Turns that move no status stand on an article too; with that of their action's docstring.
_OTHER_ARTICLES = {
    "dossier.transferred": "NĐ 118/2025 Đ.17, Đ.18",
    "dossier.extended": "NĐ 61/2018 Đ.19 k.9; TT 03/2025/TT-VPCP mẫu 04",
    "dossier.stop_asked": "NĐ 118/2025 Đ.21",
    "dossier.stop_declined": "NĐ 118/2025 Đ.21",
    "consultation.asked": "NĐ 61/2018 Đ.19 k.5",
    "process.moved": "NĐ 224/2026 Đ.23",
}
_ARTICLES = {(edge.action, int(edge.after)): edge.article for edge in reversed(EDGES)}


def article_of(kind: str, data: Mapping[str, Any]) -> str:
    """The article an event stands on; empty for those that move no status."""
    if kind in _OTHER_ARTICLES:
        return _OTHER_ARTICLES[kind]
    if kind == "dossier.submitted" and data.get("channel") in (1, 3):
        return "NĐ 118/2025 Đ.16, Đ.17 k.1"
    # A dossier is stopped at its applicant's request, or because of a silence that the law ends: not by the same article.
    silent = kind == "dossier.stopped" and data.get("why") == "silence"
    action = ("close_silent" if silent else "stop") if kind == "dossier.stopped" else _ACTION.get(kind)
    return _ARTICLES.get((action, int(data.get("status", 0))), "") if action else ""


def event_note(kind: str, data: Mapping[str, Any]) -> str:
    """What is worth saying about an event, from its data."""
    if kind == "dossier.received" and data.get("due_at"):
        return _("Hẹn trả: %(due)s") % {"due": datetime_vn(datetime.fromisoformat(data["due_at"]))}
    if kind == "dossier.payment_asked" and data.get("amount"):
        return money(int(data["amount"]))
    if kind == "dossier.extended" and data.get("after"):
        return _("Hẹn cũ %(before)s, hẹn mới %(after)s") % {
            "before": datetime_vn(datetime.fromisoformat(data["before"])),
            "after": datetime_vn(datetime.fromisoformat(data["after"])),
        }
    if kind == "dossier.supplement_answered" and data.get("due_at"):
        said = (
            _("Thời hạn tính lại từ đầu. Hẹn trả: %(due)s") if data.get("restart") else _("Hẹn trả: %(due)s")
        )
        return said % {"due": datetime_vn(datetime.fromisoformat(data["due_at"]))}
    if kind == "dossier.stopped":
        return (
            _("Người nộp không bổ sung trong thời hạn")
            if data.get("why") == "silence"
            else _("Theo yêu cầu của người nộp")
        )
    if kind == "dossier.returned" and data.get("by_post"):
        return _("Gửi qua bưu chính công ích")
    if kind == "consultation.asked" and data.get("due_at"):
        return _("Trả lời trước %(due)s") % {"due": datetime_vn(datetime.fromisoformat(data["due_at"]))}
    if kind == "consultation.answered":
        said = _("Đồng ý") if data.get("agrees") else _("Không đồng ý")
        return f"{said} ({_('trễ hạn')})" if data.get("late") else said
    if kind == "dossier.due_recomputed" and data.get("after") and data.get("before"):
        return _("Hạn cũ %(before)s, hạn mới %(after)s") % {
            "before": datetime_vn(datetime.fromisoformat(data["before"])),
            "after": datetime_vn(datetime.fromisoformat(data["after"])),
        }
    if kind == "dossier.finished":
        return _("Trễ hạn") if data.get("late") else _("Đúng hạn")
    if kind == "slip.issued":
        return slip_name(str(data.get("kind", "")))
    return ""


def slip_name(kind: str) -> str:
    """A slip by its kind."""
    return _(SLIPS[kind]) if kind in SLIPS else kind


def event_name(kind: str) -> str:
    """An event in words; one from a later version is shown by its code rather than hidden."""
    return _(EVENTS[kind]) if kind in EVENTS else kind
