"""How a dossier came, goes back and stands in time, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.web.shared.formats import working_time

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


def dossier_url(code: str) -> str:
    """Address of a dossier at the desk."""
    return f"/desk/dossiers/{code}/"


_DUE_SIGNS = {"late": "▲", "soon": "◷", "paused": "‖", "on_time": "", "none": ""}


def due_words(state: str, minutes: int) -> tuple[str, str]:
    """(sign, words) of a due state: the same words as the badge of the shared components, made for fifty rows."""
    if state == "late":
        words = _("Trễ %(time)s") % {"time": working_time(minutes)}
    elif state in ("soon", "on_time"):
        words = _("Còn %(time)s") % {"time": working_time(minutes)}
    elif state == "paused":
        words = _("Đang tạm dừng")
    else:
        words = _("Đã xong")
    return _DUE_SIGNS[state], words
