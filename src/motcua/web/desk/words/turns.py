"""Turns of the desk, and how steps ended, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.web.shared.formats import date_vn, time_vn

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
    return (
        _(
            "%(by)s đã quyết định “%(decided)s” lúc %(time)s ngày %(day)s. Thao tác của Ông/Bà chưa có hiệu lực; trang này cho thấy tình trạng hiện tại."
        )
        % said
    )
