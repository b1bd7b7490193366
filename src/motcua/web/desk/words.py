"""The desk's words for what the domain says in codes: turns, events, outcomes, days of a deadline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.lifecycle import EDGES
from motcua.web.shared.days import day_line as day_line
from motcua.web.shared.formats import date_vn, datetime_vn, money, time_vn, working_time

#: turn: (button, what it means, what is said when it has been done)
TURNS: dict[str, tuple[str, str, str]] = {
    "receive": (
        N_("Tiếp nhận hồ sơ"),
        N_("Hồ sơ hợp lệ: thời hạn giải quyết bắt đầu tính, giấy hẹn (mẫu 01) được gửi cho người nộp."),
        N_("Đã tiếp nhận. Giấy tiếp nhận và hẹn trả kết quả đang được gửi cho người nộp."),
    ),
    "refuse": (
        N_("Từ chối tiếp nhận"),
        N_("Hồ sơ không thuộc thẩm quyền hoặc không đủ điều kiện tiếp nhận: lập phiếu từ chối (mẫu 03)."),
        N_("Đã từ chối tiếp nhận. Phiếu từ chối đang được gửi cho người nộp."),
    ),
    "ask_supplement": (
        N_("Yêu cầu bổ sung"),
        N_("Chỉ được yêu cầu một lần, nêu đầy đủ (mẫu 02). Thời hạn tạm dừng đến khi người nộp trả lời."),
        N_("Đã gửi yêu cầu bổ sung. Thời hạn tạm dừng đến khi người nộp trả lời."),
    ),
    "return_ineligible": (
        N_("Trả hồ sơ chưa đủ điều kiện"),
        N_(
            "Trong 03 ngày làm việc kể từ khi tiếp nhận, nêu đầy đủ một lần. Khi người nộp hoàn thiện, thời hạn tính lại từ đầu."
        ),
        N_("Đã trả hồ sơ để hoàn thiện. Thời hạn tính lại từ đầu khi người nộp bổ sung đủ."),
    ),
    "claim": (
        N_("Nhận xử lý"),
        N_("Đồng nghiệp sẽ thấy Ông/Bà đang xử lý hồ sơ này."),
        N_("Ông/Bà đã nhận xử lý hồ sơ này."),
    ),
    "release": (
        N_("Trả lại cho đơn vị"),
        N_("Hồ sơ trở lại danh sách chung của đơn vị."),
        N_("Đã trả hồ sơ lại danh sách chung của đơn vị."),
    ),
    "propose": (
        N_("Trình ký kết quả"),
        N_("Soạn dự thảo kết quả và trình người có thẩm quyền ký."),
        N_("Đã trình dự thảo kết quả để ký."),
    ),
    "ask_payment": (
        N_("Yêu cầu nghĩa vụ tài chính"),
        N_("Thời hạn tạm dừng đến khi người nộp hoàn thành nghĩa vụ tài chính."),
        N_("Đã thông báo nghĩa vụ tài chính. Thời hạn tạm dừng."),
    ),
    "confirm_duty": (
        N_("Xác nhận đã hoàn thành nghĩa vụ tài chính"),
        N_("Ông/Bà đã xem chứng từ nộp tiền; thời hạn tiếp tục tính."),
        N_("Đã xác nhận. Thời hạn tiếp tục tính."),
    ),
    "reject": (
        N_("Từ chối giải quyết"),
        N_("Sau thẩm định, hồ sơ không đủ điều kiện: văn bản nêu lý do (mẫu 03)."),
        N_("Đã từ chối giải quyết. Văn bản nêu lý do đang được gửi cho người nộp."),
    ),
    "sign": (
        N_("Ký số kết quả"),
        N_("Ông/Bà đã xem dự thảo bên dưới. Sau khi ký, nội dung không sửa được nữa."),
        N_("Đã chuyển đến dịch vụ ký số."),
    ),
    "send_back": (
        N_("Trả lại đơn vị thẩm định"),
        N_("Kèm nội dung cần sửa; đơn vị soạn lại và trình lại."),
        N_("Đã trả lại đơn vị thẩm định."),
    ),
    "return_result": (
        N_("Trả kết quả"),
        N_("Bản điện tử vào kho dữ liệu của người nộp; hồ sơ kết thúc."),
        N_("Đã trả kết quả. Hồ sơ đã hoàn tất."),
    ),
    "sign_again": (
        N_("Ký lại"),
        N_("Chuyển lại kết quả đã đóng băng đến dịch vụ ký số."),
        N_("Đã chuyển lại đến dịch vụ ký số."),
    ),
}
INTAKE_DONE = N_("Đã tiếp nhận tại quầy. Giấy tiếp nhận được lập ngay bên dưới để in cho người nộp.")

#: Turns that one press takes; the others ask for something first.
AT_ONCE = frozenset({"claim", "release", "receive", "confirm_duty", "sign", "return_result", "sign_again"})
#: Turns that end or stop something: never the green button.
GRAVE = frozenset({"refuse", "reject", "send_back"})

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
    "step.claimed": N_("Nhận xử lý"),
    "step.released": N_("Trả lại danh sách chung của đơn vị"),
    "result.drafted": N_("Soạn dự thảo kết quả"),
    "result.signature_ordered": N_("Chuyển ký số"),
    "result.signed": N_("Ký số xong"),
    "slip.issued": N_("Lập phiếu"),
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
PAUSES: dict[str, str] = {
    "supplement": N_("chờ người nộp bổ sung"),
    "payment": N_("chờ người nộp thực hiện nghĩa vụ tài chính"),
}
CHANNELS: dict[int, str] = {1: N_("Trực tiếp tại quầy"), 2: N_("Trực tuyến"), 3: N_("Bưu chính công ích")}
ASSISTANCE: dict[str, str] = {
    "none": N_("tự nộp"),
    "outreach": N_("tổ công nghệ số cộng đồng hỗ trợ"),
    "counter_staff": N_("cán bộ nhập giúp"),
    "kiosk": N_("máy tại bộ phận một cửa"),
    "proxy": N_("người được ủy quyền nộp"),
}
RETURN_BY: dict[str, str] = {
    "online": N_("bản điện tử"),
    "counter": N_("tại bộ phận một cửa"),
    "post": N_("qua bưu chính công ích"),
}
ORIGINS: dict[str, str] = {
    "uploaded": N_("người nộp tải lên"),
    "scanned": N_("cán bộ quét"),
    "store": N_("lấy từ kho dữ liệu"),
}
VIEWS: dict[str, str] = {
    "mine": N_("Việc của tôi"),
    "unit": N_("Việc của đơn vị"),
    "late": N_("Trễ hạn"),
    "soon": N_("Sắp đến hạn"),
    "waiting": N_("Đang chờ"),
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
}
_ARTICLES = {(edge.action, int(edge.after)): edge.article for edge in reversed(EDGES)}


def article_of(kind: str, data: Mapping[str, Any]) -> str:
    """The article an event stands on; empty for those that move no status."""
    action = _ACTION.get(kind)
    return _ARTICLES.get((action, int(data.get("status", 0))), "") if action else ""


def event_note(kind: str, data: Mapping[str, Any]) -> str:
    """What is worth saying about an event, from its data."""
    if kind == "dossier.received" and data.get("due_at"):
        return _("Hẹn trả: %(due)s") % {"due": datetime_vn(datetime.fromisoformat(data["due_at"]))}
    if kind == "dossier.payment_asked" and data.get("amount"):
        return money(int(data["amount"]))
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


def dossier_url(code: str) -> str:
    """Address of a dossier at the desk."""
    return f"/desk/dossiers/{code}/"


_DUE_SIGNS = {"late": "▲", "soon": "◷", "paused": "‖", "on_time": "", "none": ""}


def due_words(state: str, minutes: int) -> tuple[str, str]:
    """(sign, words) of a due state: the same words as the badge of the shared components, made for fifty rows."""
    if state == "late":
        words = _("Trễ %(time)s") % {"time": working_time(minutes)}
    elif state == "soon":
        words = _("Còn %(time)s") % {"time": working_time(minutes)}
    elif state == "paused":
        words = _("Đang tạm dừng")
    elif state == "on_time":
        words = _("Còn %(time)s") % {"time": working_time(minutes)}
    else:
        words = _("Đã xong")
    return _DUE_SIGNS[state], words


def conflict_words(params: Mapping[str, Any]) -> str:
    """What a colleague decided first, and when: for the notice above the page as it is now."""
    outcome = str(params.get("outcome", ""))
    decided = _(TURNS[outcome][0]) if outcome in TURNS else outcome
    at = params.get("at")
    moment = datetime.fromisoformat(str(at)) if at else None
    said = {
        "by": params.get("by") or _("đồng nghiệp"),
        "decided": decided,
        "time": time_vn(moment) if moment else "",
        "day": date_vn(moment) if moment else "",
    }
    return _("%(by)s đã quyết định “%(decided)s” lúc %(time)s ngày %(day)s. Thao tác của Ông/Bà chưa có hiệu lực; trang này cho thấy tình trạng hiện tại.") % said  # fmt: skip
