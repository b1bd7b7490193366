"""Messages in words. ``kind`` → title, text; used by the inbox and by e-mail alike."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.models import Dossier
from motcua.kernel.clock import VIETNAM
from motcua.messaging.models import Message

_WORDS: dict[str, tuple[str, str]] = {
    "submitted": (
        N_("Đã nộp hồ sơ %(code)s"),
        N_("Hồ sơ “%(procedure)s” đã được gửi đến %(agency)s lúc %(at)s. Cán bộ một cửa sẽ trả lời chậm nhất %(answer_by)s. Ông/Bà chưa cần làm gì thêm."),
    ),
    "received": (
        N_("Đã tiếp nhận hồ sơ %(code)s"),
        N_("%(agency)s đã tiếp nhận hồ sơ “%(procedure)s”. Thời điểm hẹn trả kết quả: %(due)s."),
    ),
    "refused": (
        N_("Hồ sơ %(code)s không được tiếp nhận"),
        N_("%(agency)s không tiếp nhận hồ sơ “%(procedure)s”. Lý do: %(reason)s"),
    ),
    "supplement": (
        N_("Cần bổ sung hồ sơ %(code)s"),
        N_("%(agency)s đề nghị Ông/Bà bổ sung hồ sơ “%(procedure)s”, một lần và đầy đủ. Lý do: %(reason)s Các mục cần bổ sung được ghi trong trang hồ sơ."),
    ),
    "supplement_answered": (
        N_("Đã nhận phần bổ sung của hồ sơ %(code)s"),
        N_("Phần bổ sung của hồ sơ “%(procedure)s” đã được gửi đến %(agency)s."),
    ),
    "rejected": (
        N_("Hồ sơ %(code)s không đủ điều kiện giải quyết"),
        N_("Sau khi thẩm định, %(agency)s không giải quyết hồ sơ “%(procedure)s”. Lý do: %(reason)s"),
    ),
    "finished": (
        N_("Hồ sơ %(code)s đã có kết quả"),
        N_("Kết quả hồ sơ “%(procedure)s” đã được ký và sẽ được %(agency)s trả cho Ông/Bà."),
    ),
    "returned": (
        N_("Đã trả kết quả hồ sơ %(code)s"),
        N_("Kết quả hồ sơ “%(procedure)s” đã có trong kho dữ liệu điện tử của Ông/Bà. Mời Ông/Bà đánh giá mức độ hài lòng."),
    ),
    "payment": (
        N_("Hồ sơ %(code)s cần thực hiện nghĩa vụ tài chính"),
        N_("Để tiếp tục giải quyết hồ sơ “%(procedure)s”, Ông/Bà cần thực hiện nghĩa vụ tài chính theo thông báo của %(agency)s. Thời gian chờ không tính vào thời hạn giải quyết."),
    ),
    "withdrawn": (
        N_("Đã rút hồ sơ %(code)s"),
        N_("Hồ sơ “%(procedure)s” đã dừng giải quyết theo yêu cầu của Ông/Bà."),
    ),
    "part_finished": (
        N_("Phần “%(procedure)s” đã có kết quả (%(code)s)"),
        N_("Phần “%(procedure)s” của hồ sơ liên thông %(joint)s đã được ký và sẽ được %(agency)s trả cho Ông/Bà. Các phần khác vẫn được giải quyết."),
    ),
    "part_returned": (
        N_("Đã trả kết quả phần “%(procedure)s” (%(code)s)"),
        N_("Kết quả phần “%(procedure)s” của hồ sơ liên thông %(joint)s đã có trong kho dữ liệu điện tử của Ông/Bà."),
    ),
    "part_dropped": (
        N_("Phần “%(procedure)s” không thể bắt đầu (%(code)s)"),
        N_("Phần “%(procedure)s” của hồ sơ liên thông %(joint)s cần kết quả của một phần khác, mà phần đó không có kết quả. Các phần còn lại vẫn được giải quyết. Ông/Bà có thể nộp riêng phần này khi đã đủ điều kiện."),
    ),
    "joint_done": (
        N_("Hồ sơ liên thông %(code)s đã xong"),
        N_("Kết quả của cả %(total)s phần đã được trả cho Ông/Bà. Mời Ông/Bà đánh giá mức độ hài lòng."),
    ),
    "joint_partial": (
        N_("Hồ sơ liên thông %(code)s đã xong, có phần không có kết quả"),
        N_("Đã trả kết quả %(done)s trên %(total)s phần. %(ended)s phần không có kết quả; lý do được ghi ở phần đó trong trang hồ sơ. Mời Ông/Bà đánh giá mức độ hài lòng."),
    ),
    "joint_none": (
        N_("Hồ sơ liên thông %(code)s kết thúc, không phần nào có kết quả"),
        N_("Không phần nào của hồ sơ “%(procedure)s” có kết quả. Lý do được ghi ở từng phần trong trang hồ sơ."),
    ),
}  # fmt: skip

KINDS = frozenset(_WORDS)


def _when(text: object) -> str:
    if not isinstance(text, str) or not text:
        return _("chưa xác định")
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def _facts(message: Message, dossier: Dossier) -> dict[str, object]:
    facts = dict(message.facts)
    return {
        **facts,
        "code": dossier.code,
        "procedure": dossier.procedure.short_name,
        "agency": dossier.agency.name,
        "due": _when(facts.get("due_at")),
        "at": _when(facts.get("at")),
        "answer_by": _when(facts.get("answer_by")),
        "reason": facts.get("reason", ""),
        **{name: facts.get(name, 0) for name in ("done", "total", "ended")},
        "joint": dossier.joint.code if dossier.joint is not None else "",
    }


def subject_of(message: Message, dossier: Dossier) -> str:
    """Title of a message in the active language."""
    return _(_WORDS[message.kind][0]) % _facts(message, dossier)


def text_of(message: Message, dossier: Dossier) -> str:
    """Its one paragraph."""
    return _(_WORDS[message.kind][1]) % _facts(message, dossier)


def body_of(message: Message, dossier: Dossier) -> str:
    """The e-mail: the paragraph, where to look, and who writes. No personal data beyond the code."""
    link = f"{settings.BASE_URL}/account/dossiers/{dossier.code}/"
    return "\n\n".join(
        [
            _("Kính gửi Ông/Bà,"),
            text_of(message, dossier),
            _("Xem hồ sơ: %(link)s") % {"link": link},
            f"{dossier.agency.name}\n{dossier.agency.phone}".strip(),
        ]
    )
