"""What happened to a dossier, in the words of somebody at the counter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.lifecycle import OPEN, Status
from motcua.dossiers.models import Channel, Dossier
from motcua.kernel.clock import local_day
from motcua.kernel.models import Event
from motcua.web.shared.formats import datetime_vn

#: Internal turns (taken on by a colleague, drafted, put to the head …) are the office's own affair: not here.
WORDS: dict[str, str] = {
    "dossier.submitted": N_("Hồ sơ đã được gửi đến cơ quan"),
    "dossier.received": N_("Bộ phận một cửa đã tiếp nhận hồ sơ"),
    "dossier.refused": N_("Bộ phận một cửa không tiếp nhận hồ sơ"),
    "dossier.supplement_asked": N_("Cơ quan yêu cầu bổ sung hồ sơ"),
    "dossier.ineligible": N_("Hồ sơ chưa đủ điều kiện giải quyết, cơ quan trả lại để hoàn thiện"),
    "dossier.transferred": N_("Hồ sơ được chuyển đến cơ quan có thẩm quyền"),
    "dossier.extended": N_("Cơ quan xin lỗi và hẹn lại ngày trả kết quả"),
    "dossier.stop_asked": N_("Ông/Bà yêu cầu dừng giải quyết"),
    "dossier.stop_declined": N_("Cơ quan không dừng giải quyết, hồ sơ đi tiếp"),
    "dossier.stopped": N_("Hồ sơ đã dừng giải quyết"),
    "dossier.reopened": N_("Cơ quan mở lại hồ sơ để khắc phục sai sót"),
    "result.revoked": N_("Kết quả đã ký không còn hiệu lực"),
    "consultation.asked": N_("Cơ quan hỏi ý kiến đơn vị khác; thời hạn vẫn tính"),
    "dossier.supplement_answered": N_("Ông/Bà đã gửi phần bổ sung"),
    "dossier.taken_up": N_("Công chức bắt đầu thẩm định"),
    "dossier.proposed": N_("Đã thẩm định xong, trình người có thẩm quyền ký"),
    "dossier.rejected": N_("Sau khi thẩm định, hồ sơ không đủ điều kiện giải quyết"),
    "dossier.payment_asked": N_("Cơ quan yêu cầu thực hiện nghĩa vụ tài chính"),
    "dossier.duty_done": N_("Đã xác nhận nghĩa vụ tài chính, tiếp tục giải quyết"),
    "dossier.due_recomputed": N_("Thời gian hẹn trả được tính lại theo lịch làm việc"),
    "dossier.withdrawn": N_("Ông/Bà đã rút hồ sơ"),
    "dossier.finished": N_("Kết quả đã được ký"),
    "dossier.returned": N_("Đã trả kết quả"),
    "dossier.rated": N_("Ông/Bà đã đánh giá"),
    "dossier.part_opened": N_("Phần này được mở từ hồ sơ liên thông"),
    "dossier.part_told": N_("Kết quả của phần khác được chuyển vào phần này"),
    "joint.opened": N_("Các phần đã được chuyển đến cơ quan giải quyết"),
    "joint.corrected": N_("Nội dung Ông/Bà sửa ở một phần được cập nhật cho các phần dùng chung"),
    "joint.taken_up": N_("Phần đầu tiên bắt đầu được thẩm định"),
    "joint.due_moved": N_("Hẹn trả toàn bộ được dời theo phần muộn nhất"),
    "joint.stop_asked": N_("Ông/Bà đề nghị dừng các phần còn lại"),
    "joint.part_dropped": N_("Phần này không thể bắt đầu vì phần cần trước không có kết quả"),
    "joint.part_revived": N_("Phần này chờ lại kết quả của phần cần trước"),
    "joint.finished": N_("Tất cả các phần đã giải quyết xong"),
    "joint.returned": N_("Đã trả kết quả của tất cả các phần"),
    "joint.ended": N_("Hồ sơ liên thông kết thúc, không phần nào có kết quả"),
    "joint.reopened": N_("Một phần được giải quyết lại"),
}
_NEXT: dict[int, str] = {
    1: N_("Bộ phận một cửa đang kiểm tra hồ sơ. Ông/Bà chưa phải làm gì."),
    2: N_("Hồ sơ đã được nhận và đang chuyển đến công chức giải quyết. Ông/Bà chưa phải làm gì."),
    3: N_("Hồ sơ không được tiếp nhận. Xem lý do và cách làm lại trong trang hồ sơ."),
    4: N_("Đang được giải quyết. Ông/Bà chưa phải làm gì."),
    5: N_("Cần Ông/Bà bổ sung. Thời gian chờ không tính vào thời hạn giải quyết."),
    6: N_("Cần Ông/Bà thực hiện nghĩa vụ tài chính theo thông báo của cơ quan."),
    7: N_("Hồ sơ đã dừng theo yêu cầu của Ông/Bà."),
    8: N_("Hồ sơ đã dừng giải quyết. Xem lý do trong trang hồ sơ."),
    9: N_("Kết quả đã có, đang chờ trả cho Ông/Bà."),
    10: N_("Kết quả đã có trong kho dữ liệu của Ông/Bà."),
}


def next_words(status: int) -> str:
    """What the applicant can expect, or must do."""
    return _(_NEXT[status])


def entries(dossier: Dossier, events: Iterable[Event], expected: str = "") -> list[dict[str, Any]]:
    """The timeline in order, with what is expected at its end (``expected``: in other words than those of its status)."""
    found = []
    for event in events:
        if event.kind in WORDS:
            found.append(
                {"what": _(WORDS[event.kind]), "at": event.at, "note": _note(dossier, event), "state": "done"}
            )
    if dossier.state in OPEN:
        found.append({"what": expected or next_words(dossier.status), "at": None, "note": "", "state": "now"})
        if dossier.due_at is not None and dossier.state not in {Status.SUPPLEMENT, Status.FINANCIAL_DUTY}:
            note = _("Hẹn trả: %(when)s") % {"when": datetime_vn(dossier.due_at)}
            found.append({"what": _("Trả kết quả"), "at": None, "note": note, "state": "ahead"})
    elif dossier.state == Status.FINISHED:
        found.append({"what": _("Trả kết quả"), "at": None, "note": "", "state": "now"})
    return found


#: Events that have set another appointment.
_DUE_MOVED = frozenset({"dossier.due_recomputed", "dossier.extended", "joint.due_moved"})


def _note(dossier: Dossier, event: Event) -> str:
    if event.kind == "dossier.submitted":
        return {
            Channel.COUNTER: _("Cán bộ một cửa nhập giúp tại quầy"),
            Channel.POST: _("Gửi qua bưu chính công ích"),
        }.get(Channel(dossier.channel), _("Nộp trực tuyến"))
    if event.kind == "dossier.received":
        due = event.data.get("due_at")
        return _("Hẹn trả: %(when)s") % {"when": datetime_vn(datetime.fromisoformat(due))} if due else ""
    if event.kind == "dossier.supplement_answered" and event.data.get("restart"):
        return _("Thời hạn giải quyết được tính lại từ đầu.")
    if event.kind == "dossier.stopped":
        silent = event.data.get("why") == "silence"
        return _("Hết thời gian chờ bổ sung") if silent else _("Theo yêu cầu của Ông/Bà")
    if event.kind == "dossier.returned" and event.data.get("by_post"):
        return _("Gửi qua bưu chính công ích")
    if event.kind in _DUE_MOVED and event.data.get("after"):
        return _("Hẹn trả: %(when)s") % {
            "when": datetime_vn(datetime.fromisoformat(str(event.data["after"])))
        }
    if event.kind in {"dossier.finished", "joint.finished"} and event.data.get("late"):
        return _("Chậm so với hẹn. Chúng tôi xin lỗi Ông/Bà.")
    if (
        event.kind == "dossier.finished"
        and dossier.due_at
        and local_day(event.at) < local_day(dossier.due_at)
    ):
        return _("Sớm hơn thời gian đã hẹn")
    return ""
