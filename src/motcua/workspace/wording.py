"""The desk's own words, used by its pages, its files and its e-mails alike."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.clock import VIETNAM
from motcua.workspace.models import Notice

COLUMN_NAMES: dict[str, str] = {
    "due": N_("Hạn"),
    "code": N_("Mã hồ sơ"),
    "procedure": N_("Thủ tục"),
    "applicant": N_("Người nộp"),
    "step": N_("Bước"),
    "status": N_("Trạng thái"),
    "claimed": N_("Người xử lý"),
    "submitted": N_("Ngày nộp"),
    "labels": N_("Nhãn"),
    "unit": N_("Đơn vị"),
    "channel": N_("Kênh nộp"),
    "age": N_("Số ngày từ khi nộp"),
}
DUE_STATES: dict[str, str] = {
    "late": N_("Trễ hạn"),
    "soon": N_("Sắp đến hạn"),
    "on_time": N_("Trong hạn"),
    "paused": N_("Đang tạm dừng"),
    "none": N_("Đã xong"),
}
CHANNELS: dict[int, str] = {1: N_("Trực tiếp"), 2: N_("Trực tuyến"), 3: N_("Bưu chính công ích")}
STATUSES: dict[int, str] = {
    1: N_("Mới đăng ký"),
    2: N_("Được tiếp nhận"),
    3: N_("Không được tiếp nhận"),
    4: N_("Đang xử lý"),
    5: N_("Yêu cầu bổ sung giấy tờ"),
    6: N_("Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: N_("Công dân yêu cầu rút hồ sơ"),
    8: N_("Dừng xử lý"),
    9: N_("Đã xử lý xong"),
    10: N_("Đã trả kết quả"),
}
#: kind: what an officer is told
NOTICES: dict[str, str] = {
    "assigned": N_("Hồ sơ %(code)s được giao cho Ông/Bà"),
    "soon_late": N_("Hồ sơ %(code)s Ông/Bà đang xử lý sắp đến hạn"),
    "late": N_("Hồ sơ %(code)s đã trễ hạn ở bước đang xử lý"),
    "escalated": N_("Hồ sơ %(code)s trễ hạn, cần Ông/Bà chỉ đạo"),
    "apology": N_("Hồ sơ %(code)s sắp quá hạn trả; còn kịp xin lỗi và hẹn lại"),
    "opinion_asked": N_("Đơn vị Ông/Bà được lấy ý kiến về hồ sơ %(code)s"),
    "opinion_soon": N_("Ý kiến về hồ sơ %(code)s sắp đến hạn trả lời"),
    "opinion_late": N_("Ý kiến về hồ sơ %(code)s đã quá hạn trả lời"),
    "opinion_given": N_("Đã có ý kiến trả lời về hồ sơ %(code)s"),
    "letter.answered": N_("Người nộp hồ sơ %(code)s đã trả lời thư"),
    "dossier.supplement_answered": N_("Người nộp đã bổ sung hồ sơ %(code)s"),
    "dossier.received": N_("Hồ sơ %(code)s đã được tiếp nhận"),
    "dossier.refused": N_("Hồ sơ %(code)s bị từ chối tiếp nhận"),
    "dossier.rejected": N_("Hồ sơ %(code)s bị từ chối giải quyết"),
    "dossier.supplement_asked": N_("Hồ sơ %(code)s được yêu cầu bổ sung"),
    "dossier.payment_asked": N_("Hồ sơ %(code)s chờ nghĩa vụ tài chính"),
    "dossier.finished": N_("Hồ sơ %(code)s đã có kết quả"),
    "dossier.returned": N_("Hồ sơ %(code)s đã trả kết quả"),
    "dossier.withdrawn": N_("Người nộp đã rút hồ sơ %(code)s"),
    "process.over_term": N_("Quy trình “%(name)s”: thời gian các bước dài hơn thời hạn giải quyết hiện hành"),
    "process.gone_field": N_("Quy trình “%(name)s”: bước “%(step)s” rẽ theo nội dung không còn trong tờ khai"),
    "process.condition_type": N_("Quy trình “%(name)s”: điều kiện ở bước “%(step)s” không còn hợp với tờ khai"),
    "process.condition_value": N_("Quy trình “%(name)s”: điều kiện ở bước “%(step)s” chờ một lựa chọn không còn trong tờ khai"),
    "process.gone_case": N_("Quy trình “%(name)s”: trường hợp này không còn trong phiên bản công bố hiện hành"),
}  # fmt: skip


def moment(value: datetime | None) -> str:
    """``24/11/2026 10:00``, of Vietnam; nothing for none."""
    return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if value is not None else ""


def notice_words(notice: Notice) -> str:
    """What a notice says; one of a kind that this version does not know still names its dossier, or its procedure."""
    text = NOTICES.get(notice.kind)
    names = [notice.about.get("procedure"), notice.about.get("case")]
    facts = {
        "code": notice.dossier.code if notice.dossier is not None else "",
        "name": " – ".join(name for name in names if name),
        "step": notice.about.get("step", ""),
    }
    return _(text) % facts if text else facts["code"] or facts["name"]


def place_of(notice: Notice) -> str:
    """Where on the site a notice leads: its dossier, or the page it is about."""
    if notice.dossier is not None:
        return f"/desk/dossiers/{notice.dossier.code}/"
    return str(notice.about.get("path", "/desk/"))


def mail_subject(count: int, *, digest: bool, first: str) -> str:
    """A digest says how many; what could not wait says itself. Codes, no names: mail is read on the way."""
    return _("Bàn làm việc một cửa: %(count)s tin mới") % {"count": count} if digest else first


def mail_body(lines: list[tuple[str, str]], *, digest: bool) -> str:
    """(words, address) of each notice, and where to set what is told."""
    head = (
        _("Tin trong ngày về hồ sơ Ông/Bà xử lý, theo dõi và quy trình Ông/Bà quản lý:")
        if digest
        else _("Tin cần biết ngay:")
    )
    listed = "\n".join(f"- {words}\n  {address}" for words, address in lines)
    foot = _("Chọn tin nào được gửi và khi nào: %(link)s") % {"link": f"{settings.BASE_URL}/desk/settings/"}
    return "\n\n".join([head, listed, foot])
