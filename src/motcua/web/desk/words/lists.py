"""The words around the desk's lists: views, turns in bulk, exports, labels, notices."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.actors import Actor, Role

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
    "release": (
        N_("Trả lại cho đơn vị"),
        N_("Các hồ sơ Ông/Bà đang giữ trở lại danh sách chung của đơn vị."),
    ),
    "assign": (
        N_("Giao cho đồng nghiệp"),
        N_("Người được giao nhận tin ngay; hồ sơ hiện trong việc của người đó."),
    ),
    "receive": (
        N_("Tiếp nhận hồ sơ"),
        N_(
            "Mỗi hồ sơ được tiếp nhận, tính hạn và lập giấy hẹn (mẫu 01) riêng. Chỉ chọn hồ sơ đã kiểm tra thành phần."
        ),
    ),
    "sign": (
        N_("Ký số kết quả"),
        N_("Mỗi kết quả là một lệnh ký riêng. Sau khi ký, nội dung không sửa được nữa."),
    ),
    "return_result": (
        N_("Trả kết quả"),
        N_("Từng hồ sơ kết thúc; bản điện tử vào kho dữ liệu của người nộp."),
    ),
    "label": (N_("Gắn nhãn"), N_("Nhãn của đơn vị, chỉ cán bộ thấy.")),
    "unlabel": (N_("Gỡ nhãn"), N_("Gỡ nhãn khỏi các hồ sơ đã chọn.")),
}
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
    "waiting": "new",
    "done": "done",
    "refused": "waiting",
    "failed": "refused",
    "cancelled": "stopped",
}
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
