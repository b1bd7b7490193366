"""What is wrong with a table, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.processing.checks import Problem
from motcua.web.shared.formats import status_words
from motcua.web.studio.processes.words.conditions import field_name
from motcua.web.studio.processes.words.vocabulary import AUTOMATIC, OUTCOMES, ROLES, word

PROBLEMS: dict[str, str] = {
    "empty": N_("Quy trình chưa có bước nào."),
    "key_twice": N_("Có hai bước cùng mã “%(step)s”."),
    "no_name": N_("Bước chưa có tên."),
    "no_outcome": N_("Chưa có quyết định nào dẫn đi tiếp."),
    "no_time": N_("Thời gian phải lớn hơn 0; để trống nếu theo thời hạn của thủ tục."),
    "no_role": N_("Chưa chọn vị trí thực hiện."),
    "unknown_outcome": N_("Quyết định “%(detail)s” không có trong hệ thống."),
    "unknown_permit": N_("Việc làm thêm “%(detail)s” không có trong hệ thống."),
    "no_unit_named": N_("Chưa ghi mã đơn vị."),
    "fork_of_one": N_("Tách nhánh cần ít nhất hai nhánh."),
    "one_way_on": N_("Bước này phải có đúng một đường đi tiếp."),
    "unknown_automatic": N_("Chưa chọn việc hệ thống tự làm."),
    "unknown_kind": N_("Loại bước không có trong hệ thống."),
    "choice_without_otherwise": N_("Cần ít nhất một điều kiện và đúng một đường cho trường hợp còn lại."),
    "bad_condition": N_("Điều kiện chưa đúng: %(detail)s."),
    "unknown_next": N_("Dẫn đến bước không còn trong bảng: %(detail)s."),
    "fork_without_join": N_("Chưa chọn bước chờ đủ các nhánh."),
    "join_without_fork": N_("Bước chờ này không thuộc một lần tách nhánh nào, hoặc thuộc nhiều lần."),
    "begins_with_join": N_("Quy trình không thể bắt đầu bằng bước chờ nhánh."),
    "unreachable": N_("Không có đường nào dẫn đến bước này."),
    "never_ends": N_("Từ bước này hồ sơ không bao giờ kết thúc được."),
    "circle_without_task": N_("Vòng lặp không có việc nào của người: hệ thống sẽ chạy mãi."),
    "branch_leaves": N_("Nhánh đi ra ngoài mà không qua bước chờ: “%(detail)s”."),
    "ends_in_branch": N_("Trong nhánh song song, quyết định “%(detail)s” không được kết thúc hồ sơ."),
    "moves_in_branch": N_("Quyết định này không đặt trong nhánh song song được: %(detail)s."),
    "branch_entered": N_("Đi tắt vào giữa một nhánh song song: %(detail)s."),
    "branches_meet": N_("Hai nhánh song song dùng chung một bước trước khi đến bước chờ."),
    "unlawful": N_("Pháp luật không cho phép ở đây: %(detail)s."),
    "ends_open": N_("Quy trình kết thúc khi hồ sơ chưa giải quyết xong: %(detail)s."),
    "over_term": N_("Tổng thời gian các bước vượt thời hạn giải quyết: %(detail)s phút làm việc."),
    "no_seat": N_("Không có vị trí nào nhận bước này: %(detail)s."),
    "gone_field": N_("Rẽ theo nội dung không có trong tờ khai đang áp dụng: “%(detail)s”."),
    "no_form": N_(
        "Quy trình chung dùng cho mọi thủ tục nên không rẽ theo nội dung tờ khai được: “%(detail)s”."
    ),
    "condition_type": N_("Điều kiện so sánh “%(detail)s” với loại nội dung khác, nên không rẽ đúng được."),
    "condition_value": N_("Điều kiện chờ ở “%(detail)s” một lựa chọn không có, nên không rẽ đúng được."),
    "not_joint": N_("Thủ tục này không liên thông nên không có phần nào để mở."),
}


#: Those about what a condition asks: a question of the form, or a fact of the dossier.
ASKED = ("gone_field", "no_form", "condition_type", "condition_value")


def problem_words(problem: Problem, labels: Mapping[str, str] | None = None) -> str:
    """What is wrong, as a sentence. Outcomes, statuses, roles and fields (``labels``) inside are put into words too."""
    detail = problem.detail
    if problem.code in ASKED:
        detail = field_name(detail, labels or {})
    if problem.code in ("ends_in_branch", "moves_in_branch", "unknown_outcome"):
        detail = ", ".join(word({**AUTOMATIC, **OUTCOMES}, part.strip()) for part in detail.split(","))
    if problem.code in ("unlawful", "ends_open"):
        outcome, _colon, status = detail.partition(": ")
        said = {"outcome": word({**AUTOMATIC, **OUTCOMES}, outcome), "status": status_words(int(status))}
        detail = _("“%(outcome)s” khi hồ sơ ở trạng thái “%(status)s”") % said
    if problem.code == "over_term":
        detail = detail.replace(">", _("so với"))
    if problem.code == "no_seat":
        role, _slash, agency = detail.partition(" / ")
        detail = f"{word(ROLES, role)}, {agency}" if agency else word(ROLES, role)
    if problem.code not in PROBLEMS:
        return f"{problem.code} {detail}"
    return _(PROBLEMS[problem.code]) % {"step": problem.step, "detail": detail}
