"""The desk's words for what the domain says in codes: turns, events, outcomes, days of a deadline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.lifecycle import EDGES
from motcua.kernel.actors import Actor, Role
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
    "transfer": (
        N_("Chuyển cơ quan có thẩm quyền"),
        N_(
            "Hồ sơ thuộc thẩm quyền cơ quan khác: mã hồ sơ và thời hạn giữ nguyên, người nộp được báo nơi giải quyết mới."
        ),
        N_("Đã chuyển hồ sơ đến cơ quan có thẩm quyền. Người nộp đang được thông báo."),
    ),
    "consult": (
        N_("Lấy ý kiến"),
        N_("Hỏi một đơn vị hoặc cơ quan khác, có thời hạn trả lời. Thời hạn giải quyết hồ sơ vẫn tính."),
        N_("Đã gửi câu hỏi. Đơn vị được hỏi thấy hồ sơ từ bây giờ."),
    ),
    "answer_consultation": (
        N_("Gửi ý kiến"),
        N_("Nêu rõ đồng ý hay không đồng ý và căn cứ; đơn vị hỏi đọc nguyên văn."),
        N_("Đã gửi ý kiến đến đơn vị hỏi."),
    ),
    "revoke_consultation": (
        N_("Không hỏi nữa"),
        N_("Đơn vị được hỏi không còn phải trả lời."),
        N_("Đã rút câu hỏi."),
    ),
    "complete": (
        N_("Hoàn thành bước"),
        N_("Việc của bước này đã xong; hồ sơ sang bước tiếp theo của quy trình."),
        N_("Đã hoàn thành bước. Hồ sơ sang bước tiếp theo."),
    ),
    "approve": (
        N_("Đồng ý"),
        N_("Ông/Bà thống nhất với nội dung trình; hồ sơ sang bước tiếp theo của quy trình."),
        N_("Đã đồng ý. Hồ sơ sang bước tiếp theo."),
    ),
    "assign": (
        N_("Giao đồng nghiệp"),
        N_(
            "Giao bước này cho một người đang ngồi ở vị trí đó; người được giao thấy trong danh sách việc của mình."
        ),
        N_("Đã giao việc cho đồng nghiệp."),
    ),
    "go_back": (
        N_("Trả lại bước trước"),
        N_("Hồ sơ chuyển nhầm hoặc chưa đủ để làm bước này: về người đã làm bước trước, kèm lý do."),
        N_("Đã trả hồ sơ về bước trước."),
    ),
    "extend": (
        N_("Xin lỗi và hẹn lại"),
        N_(
            "Chỉ một lần, chậm nhất một ngày trước khi hết hạn (mẫu 04). Xem ngày hẹn mới trước khi xác nhận."
        ),
        N_("Đã hẹn lại. Phiếu xin lỗi với ngày hẹn mới đang được gửi cho người nộp."),
    ),
    "stop": (
        N_("Dừng theo yêu cầu của người nộp"),
        N_("Chưa có quyết định nào: hồ sơ dừng giải quyết (mẫu 05), giấy tờ bản chính được trả lại."),
        N_("Đã dừng giải quyết theo yêu cầu. Người nộp đang được thông báo."),
    ),
    "decline_stop": (
        N_("Không dừng, nêu lý do"),
        N_("Đã có quyết định về hồ sơ, hoặc người yêu cầu không có quyền dừng hồ sơ này."),
        N_("Đã trả lời người nộp: hồ sơ tiếp tục được giải quyết."),
    ),
    "reopen": (
        N_("Mở lại hồ sơ"),
        N_(
            "Cơ quan đã sai và tự khắc phục: người nộp không phải nộp lại. Thời hạn cũ giữ nguyên, chậm thì tính là chậm."
        ),
        N_("Đã mở lại hồ sơ. Người nộp đang được thông báo."),
    ),
    "move_version": (
        N_("Chuyển sang quy trình mới"),
        N_("Quy trình của thủ tục đã có phiên bản mới: hồ sơ đi tiếp theo phiên bản đó, kèm lý do."),
        N_("Hồ sơ đi tiếp theo phiên bản mới của quy trình."),
    ),
}
#: What an intake is answered with, by how the dossier came.
INTAKES: dict[str, str] = {
    "intake": N_("Đã tiếp nhận tại quầy. Giấy tiếp nhận được lập ngay bên dưới để in cho người nộp."),
    "post": N_(
        "Đã vào sổ hồ sơ gửi qua bưu chính. Kiểm tra rồi tiếp nhận, yêu cầu bổ sung hoặc từ chối ngay bên dưới."
    ),
}

#: Turns that one press takes; the others ask for something first.
AT_ONCE = frozenset({"claim", "release", "receive", "confirm_duty", "sign", "return_result", "sign_again"})
#: Turns that end, stop or undo something: never the green button.
GRAVE = frozenset({"refuse", "reject", "send_back", "go_back", "stop", "decline_stop", "reopen"})

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
    "others": N_("Ở nơi khác"),
    "late": N_("Trễ hạn"),
    "soon": N_("Sắp đến hạn"),
    "waiting": N_("Chờ người dân"),
    "opinions": N_("Cho ý kiến"),
    "followed": N_("Đang theo dõi"),
}
#: bulk action: (its name in a list of choices, what it means before it is ordered)
BULK: dict[str, tuple[str, str]] = {
    "claim": (N_("Nhận xử lý"), N_("Ông/Bà nhận xử lý từng hồ sơ; hồ sơ đồng nghiệp đã nhận thì bỏ qua.")),
    "release": (N_("Trả lại cho đơn vị"), N_("Các hồ sơ Ông/Bà đang giữ trở lại danh sách chung của đơn vị.")),
    "assign": (N_("Giao cho đồng nghiệp"), N_("Người được giao nhận tin ngay; hồ sơ hiện trong việc của người đó.")),
    "receive": (N_("Tiếp nhận hồ sơ"), N_("Mỗi hồ sơ được tiếp nhận, tính hạn và lập giấy hẹn (mẫu 01) riêng. Chỉ chọn hồ sơ đã kiểm tra thành phần.")),
    "sign": (N_("Ký số kết quả"), N_("Mỗi kết quả là một lệnh ký riêng. Sau khi ký, nội dung không sửa được nữa.")),
    "return_result": (N_("Trả kết quả"), N_("Từng hồ sơ kết thúc; bản điện tử vào kho dữ liệu của người nộp.")),
    "label": (N_("Gắn nhãn"), N_("Nhãn của đơn vị, chỉ cán bộ thấy.")),
    "unlabel": (N_("Gỡ nhãn"), N_("Gỡ nhãn khỏi các hồ sơ đã chọn.")),
}  # fmt: skip
_BULK_FOR = {
    "receive": Role.ONE_STOP,
    "return_result": Role.ONE_STOP,
    "sign": Role.HEAD,
}


BULK_STATES: dict[str, str] = {
    "waiting": N_("Chờ đến lượt"),
    "done": N_("Đã thực hiện"),
    "refused": N_("Không thực hiện được"),
    "failed": N_("Lỗi hệ thống"),
    "cancelled": N_("Đã hủy"),
}
BULK_TONES: dict[str, str] = {
    "waiting": "new", "done": "done", "refused": "waiting", "failed": "refused", "cancelled": "stopped",
}  # fmt: skip
FORMATS: dict[str, str] = {
    "csv": N_("Bảng CSV"),
    "xlsx": N_("Bảng Excel (XLSX)"),
    "zip": N_("ZIP kèm tệp hồ sơ"),
    "slips": N_("PDF các phiếu để in"),
}
EXPORT_STATES: dict[str, str] = {
    "waiting": N_("Chờ đến lượt"),
    "working": N_("Đang tạo"),
    "done": N_("Đã xong"),
    "cancelled": N_("Đã hủy hoặc hết hạn"),
    "failed": N_("Không tạo được"),
}


COLOURS: dict[str, str] = {
    "grey": N_("xám"), "blue": N_("xanh dương"), "sky": N_("xanh da trời"), "green": N_("xanh lá"),
    "yellow": N_("vàng"), "orange": N_("cam"), "red": N_("đỏ"), "purple": N_("tím"),
}  # fmt: skip
#: what an officer may want to hear at once
URGENT: dict[str, str] = {
    "assigned": N_("Hồ sơ được giao cho tôi"),
    "soon_late": N_("Hồ sơ tôi phụ trách sắp đến hạn hoặc đã trễ"),
    "answered": N_("Người nộp trả lời thư hoặc đã bổ sung hồ sơ"),
}


def bulk_choices(actor: Actor) -> list[tuple[str, str]]:
    """(key, words) of what this officer's posts can do in bulk; the action judges each dossier."""
    return [
        (key, _(name))
        for key, (name, _means) in BULK.items()
        if key not in _BULK_FOR or actor.holds(_BULK_FOR[key])
    ]


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
        return _("Người nộp không bổ sung trong thời hạn") if data.get("why") == "silence" else _("Theo yêu cầu của người nộp")  # fmt: skip
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


#: Ways in which a step ends without a decision at it.
_ENDS: dict[str, str] = {
    "transferred": N_("Chuyển cơ quan có thẩm quyền"),
    "went_back": N_("Trả lại bước trước"),
    "moved": N_("Chuyển sang quy trình mới"),
    "withdrawn": N_("Người nộp rút hồ sơ"),
    "stopped": N_("Dừng theo yêu cầu của người nộp"),
    "silent": N_("Dừng vì người nộp không bổ sung"),
    "reopened": N_("Mở lại hồ sơ"),
    "ended": N_("Hồ sơ đã kết thúc ở nhánh khác"),
}


def outcome_name(outcome: str) -> str:
    """How a step ended, in words."""
    if outcome in TURNS:
        return _(TURNS[outcome][0])
    return _(_ENDS[outcome]) if outcome in _ENDS else outcome


def conflict_words(params: Mapping[str, Any]) -> str:
    """What a colleague decided first, and when: for the notice above the page as it is now."""
    outcome = str(params.get("outcome", ""))
    decided = outcome_name(outcome)
    at = params.get("at")
    moment = datetime.fromisoformat(str(at)) if at else None
    said = {
        "by": params.get("by") or _("đồng nghiệp"),
        "decided": decided,
        "time": time_vn(moment) if moment else "",
        "day": date_vn(moment) if moment else "",
    }
    return _("%(by)s đã quyết định “%(decided)s” lúc %(time)s ngày %(day)s. Thao tác của Ông/Bà chưa có hiệu lực; trang này cho thấy tình trạng hiện tại.") % said  # fmt: skip
