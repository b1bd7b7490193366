"""The words of a table of steps: what a row may say, code by code."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.actors import Role
from motcua.processing.rules import Kind, UnitRule

KINDS: dict[str, tuple[str, str]] = {
    Kind.TASK: (N_("Việc của người"), N_("Một vị trí thực hiện và quyết định")),
    Kind.FORK: (N_("Tách nhánh song song"), N_("Nhiều nhánh cùng lúc, gặp lại ở một bước chờ")),
    Kind.JOIN: (N_("Chờ đủ các nhánh"), N_("Đi tiếp khi mọi nhánh đã xong")),
    Kind.CHOICE: (N_("Rẽ theo điều kiện"), N_("Theo nội dung hồ sơ, không cần người quyết định")),
    Kind.AUTO: (N_("Hệ thống tự làm"), N_("Làm ngay khi hồ sơ đến bước này")),
}
ROLES: dict[str, str] = {
    Role.ONE_STOP: N_("Cán bộ một cửa"),
    Role.CIVIL_SERVANT: N_("Công chức chuyên môn"),
    Role.HEAD: N_("Lãnh đạo"),
}
UNIT_RULES: dict[str, str] = {
    UnitRule.ONE_STOP: N_("Bộ phận một cửa"),
    UnitRule.RESPONSIBLE: N_("Đơn vị phụ trách lĩnh vực"),
    UnitRule.LEADERS: N_("Lãnh đạo cơ quan"),
    UnitRule.NAMED: N_("Đơn vị có mã sau"),
}
OUTCOMES: dict[str, str] = {
    "receive": N_("Tiếp nhận"),
    "propose": N_("Trình ký"),
    "complete": N_("Xong bước"),
    "approve": N_("Đồng ý"),
    "sign": N_("Ký số"),
    "return_result": N_("Trả kết quả"),
    "send_back": N_("Trả lại bước trước"),
    "refuse": N_("Từ chối tiếp nhận"),
    "reject": N_("Từ chối giải quyết"),
}
PERMITS: dict[str, str] = {
    "ask_supplement": N_("Yêu cầu bổ sung"),
    "return_ineligible": N_("Trả hồ sơ chưa đủ điều kiện"),
    "ask_payment": N_("Yêu cầu nghĩa vụ tài chính"),
    "consult": N_("Lấy ý kiến"),
    "transfer": N_("Chuyển cơ quan có thẩm quyền"),
}
AUTOMATIC: dict[str, str] = {
    "hand_over": N_("Chuyển sang đang xử lý"),
    "notify": N_("Báo tiến độ cho người nộp"),
    "return_online": N_("Trả kết quả điện tử"),
    "open_parts": N_("Mở các phần của hồ sơ liên thông"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """A code in words; one nobody knows stays as it is."""
    return _(table[code]) if code in table else code
