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
    "ineligible": (
        N_("Hồ sơ %(code)s chưa đủ điều kiện, cần hoàn thiện"),
        N_("Sau khi thẩm định, %(agency)s trả hồ sơ “%(procedure)s” để Ông/Bà hoàn thiện, một lần và đầy đủ. Lý do: %(reason)s Khi hồ sơ đủ, thời hạn giải quyết được tính lại từ đầu."),
    ),
    "transferred": (
        N_("Hồ sơ %(code)s được chuyển đến cơ quan có thẩm quyền"),
        N_("Hồ sơ “%(procedure)s” được chuyển từ %(before)s đến %(after)s để giải quyết. Lý do: %(reason)s Mã hồ sơ và thời gian hẹn trả giữ nguyên; Ông/Bà không phải làm gì."),
    ),
    "extended": (
        N_("Xin lỗi và hẹn lại ngày trả kết quả hồ sơ %(code)s"),
        N_("%(agency)s chưa thể trả kết quả hồ sơ “%(procedure)s” đúng hẹn và xin lỗi Ông/Bà. Lý do: %(reason)s Thời điểm hẹn trả mới: %(due)s. Cơ quan chỉ được hẹn lại một lần."),
    ),
    "early": (
        N_("Hồ sơ %(code)s có kết quả trước hạn"),
        N_("Kết quả hồ sơ “%(procedure)s” đã được ký sớm hơn thời gian hẹn (%(due)s). %(agency)s sẽ trả cho Ông/Bà theo cách Ông/Bà đã chọn; không phải chờ đến ngày hẹn."),
    ),
    "returned_by_post": (
        N_("Đã gửi kết quả hồ sơ %(code)s qua bưu chính"),
        N_("Kết quả hồ sơ “%(procedure)s” đã được %(agency)s gửi qua bưu chính công ích, số hiệu bưu gửi %(number)s. Bản điện tử có trong kho dữ liệu của Ông/Bà."),
    ),
    "stop_asked": (
        N_("Đã nhận yêu cầu dừng hồ sơ %(code)s"),
        N_("%(agency)s đã nhận yêu cầu dừng giải quyết hồ sơ “%(procedure)s”. Trong khi chờ trả lời, hồ sơ vẫn được giải quyết."),
    ),
    "stopped": (
        N_("Hồ sơ %(code)s đã dừng giải quyết"),
        N_("%(agency)s đã dừng giải quyết hồ sơ “%(procedure)s” theo yêu cầu của Ông/Bà. Ông/Bà có thể nộp hồ sơ mới bất cứ lúc nào."),
    ),
    "closed_silent": (
        N_("Hồ sơ %(code)s đã dừng giải quyết"),
        N_("%(agency)s đã dừng giải quyết hồ sơ “%(procedure)s” vì hết thời gian chờ bổ sung mà chưa nhận được. Ông/Bà có thể nộp hồ sơ mới bất cứ lúc nào."),
    ),
    "stop_declined": (
        N_("Hồ sơ %(code)s tiếp tục được giải quyết"),
        N_("%(agency)s không dừng giải quyết hồ sơ “%(procedure)s” theo yêu cầu của Ông/Bà. Lý do: %(reason)s"),
    ),
    "reopened": (
        N_("Hồ sơ %(code)s được mở lại"),
        N_("%(agency)s mở lại hồ sơ “%(procedure)s” để khắc phục sai sót của cơ quan. Lý do: %(reason)s Ông/Bà không phải nộp lại."),
    ),
    "reopened_revoked": (
        N_("Hồ sơ %(code)s được mở lại, kết quả cũ không còn hiệu lực"),
        N_("%(agency)s mở lại hồ sơ “%(procedure)s” để khắc phục sai sót của cơ quan. Lý do: %(reason)s Kết quả đã ký không còn hiệu lực: xin Ông/Bà không dùng bản đó nữa. Ông/Bà không phải nộp lại."),
    ),
    "letter": (
        N_("Cơ quan nhắn Ông/Bà về hồ sơ %(code)s"),
        N_("%(agency)s đã gửi Ông/Bà một thư về hồ sơ “%(procedure)s”. Nội dung chỉ xem được sau khi đăng nhập, trong trang hồ sơ; Ông/Bà có thể trả lời tại đó."),
    ),
    "withdrawn": (
        N_("Đã rút hồ sơ %(code)s"),
        N_("Hồ sơ “%(procedure)s” đã dừng giải quyết theo yêu cầu của Ông/Bà."),
    ),
    "draft_expires": (
        N_("Bản khai chưa nộp sẽ được xóa ngày %(until)s"),
        N_("Ông/Bà đang khai dở thủ tục “%(procedure)s” và chưa nộp. Bản khai được giữ đến hết ngày %(until)s; mở ra và lưu lại thì được giữ tiếp."),
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


def _day(text: object) -> str:
    return datetime.fromisoformat(str(text)).astimezone(VIETNAM).strftime("%d/%m/%Y") if text else ""


def _facts(message: Message, dossier: Dossier | None) -> dict[str, object]:
    facts = dict(message.facts)
    if dossier is None:
        return {**facts, "until": _day(facts.get("until"))}
    return {
        # Agencies a dossier went between, the number of an envelope: of the kinds that name them.
        "before": "",
        "after": "",
        "number": "",
        **facts,
        "code": dossier.code,
        "procedure": dossier.procedure.short_name,
        "agency": dossier.agency.name,
        "due": _when(facts.get("due_at")),
        "at": _when(facts.get("at")),
        "answer_by": _when(facts.get("answer_by")),
        "reason": _sentence(str(facts.get("reason", ""))),
        **{name: facts.get(name, 0) for name in ("done", "total", "ended")},
        "joint": dossier.joint.code if dossier.joint is not None else "",
    }


def _sentence(text: str) -> str:
    """A reason as officers write it, ended with a full stop, so that what follows it begins anew."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…;:" else f"{text}."


def subject_of(message: Message, dossier: Dossier | None) -> str:
    """Title of a message in the active language."""
    return _(_WORDS[message.kind][0]) % _facts(message, dossier)


def text_of(message: Message, dossier: Dossier | None) -> str:
    """Its one paragraph."""
    return _(_WORDS[message.kind][1]) % _facts(message, dossier)


def place_of(message: Message, dossier: Dossier | None) -> str:
    """Where on the site a message leads: its dossier, or the draft that it is about."""
    if dossier is not None:
        return f"/account/dossiers/{dossier.code}/"
    return f"/drafts/{message.facts['draft']}/" if message.facts.get("draft") else "/account/"


def body_of(message: Message, dossier: Dossier | None) -> str:
    """The e-mail: the paragraph, where to look, and who writes. No personal data beyond the code."""
    link = f"{settings.BASE_URL}{place_of(message, dossier)}"
    if dossier is None:
        return "\n\n".join(
            [_("Kính gửi Ông/Bà,"), text_of(message, None), _("Khai tiếp: %(link)s") % {"link": link}]
        )
    return "\n\n".join(
        [
            _("Kính gửi Ông/Bà,"),
            text_of(message, dossier),
            _("Xem hồ sơ: %(link)s") % {"link": link},
            f"{dossier.agency.name}\n{dossier.agency.phone}".strip(),
        ]
    )
