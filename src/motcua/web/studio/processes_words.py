"""Processes in words: rows, decisions, conditions, what is wrong with a table and what a file could not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.eforms.conditions import BadCondition, Comparison, Condition, Junction, parse
from motcua.kernel.actors import Role
from motcua.processing.checks import DAY, Problem
from motcua.processing.differences import Difference
from motcua.processing.rules import ON, PARENT, Kind, Policy, StepSpec, UnitRule
from motcua.web.shared.formats import status_words

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
FIELDS: dict[str, str] = {
    "key": N_("mã bước"),
    "kind": N_("loại"),
    "name": N_("tên"),
    "name_en": N_("tên tiếng Anh"),
    "role": N_("vị trí"),
    "unit_rule": N_("đơn vị"),
    "unit": N_("mã đơn vị"),
    "agency": N_("cơ quan"),
    "working_minutes": N_("thời gian"),
    "outcomes": N_("quyết định"),
    "permits": N_("việc được làm thêm"),
    "conditions": N_("điều kiện"),
    "join": N_("bước chờ nhánh"),
    "does": N_("việc tự động"),
    "result": N_("kết quả"),
}
OPERATORS: dict[str, str] = {
    "eq": N_("là"),
    "ne": N_("không là"),
    "in": N_("là một trong"),
    "not_in": N_("không thuộc"),
    "lt": N_("nhỏ hơn"),
    "le": N_("không quá"),
    "gt": N_("lớn hơn"),
    "ge": N_("từ"),
    "filled": N_("có điền"),
    "blank": N_("để trống"),
}
FACTS: dict[str, str] = {
    "dossier.channel": N_("Kênh nộp"),
    "dossier.applicant_kind": N_("Loại người nộp"),
    "dossier.return_by": N_("Cách nhận kết quả"),
    "dossier.assistance": N_("Người hỗ trợ nộp"),
    "dossier.online": N_("Nộp trực tuyến"),
}
FACT_VALUES: dict[str, dict[str, str]] = {
    "dossier.channel": {
        "counter": N_("trực tiếp"), "online": N_("trực tuyến"), "post": N_("bưu chính công ích"),
    },
    "dossier.applicant_kind": {"citizen": N_("công dân"), "business": N_("tổ chức, doanh nghiệp")},
    "dossier.return_by": {
        "online": N_("bản điện tử"), "counter": N_("tại bộ phận một cửa"), "post": N_("qua bưu chính công ích"),
    },
    "dossier.assistance": {
        "none": N_("tự nộp"), "outreach": N_("tổ công nghệ số cộng đồng"), "counter_staff": N_("cán bộ một cửa"),
        "kiosk": N_("máy tại bộ phận một cửa"), "proxy": N_("người được ủy quyền"),
    },
}  # fmt: skip
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
    "not_joint": N_("Thủ tục này không liên thông nên không có phần nào để mở."),
}
MALFORMED: dict[str, str] = {
    "no_table": N_("Tệp không phải bảng quy trình."),
    "no_row": N_("Dòng %(row)s không phải một bước."),
    "unknown_word": N_("Có mục không hiểu được ở %(row)s: %(detail)s."),
    "too_many_rows": N_("Quy trình có %(detail)s bước, nhiều hơn mức cho phép."),
    "bad_policy": N_("Quy định chung của quy trình chưa đúng: %(detail)s."),
    "bad_text": N_("Nội dung quá dài hoặc có ký tự không dùng được: bước %(row)s, mục %(detail)s."),
    "bad_key": N_(
        "Mã bước “%(detail)s” chưa đúng: dùng chữ thường không dấu, số và gạch dưới, bắt đầu bằng chữ."
    ),
    "bad_kind": N_("Bước %(row)s có loại không hiểu được: %(detail)s."),
    "bad_unit_rule": N_("Bước %(row)s có cách chọn đơn vị không hiểu được: %(detail)s."),
    "bad_minutes": N_("Bước %(row)s có thời gian chưa đúng: %(detail)s."),
    "bad_outcomes": N_("Bước %(row)s có quyết định chưa đúng."),
    "bad_permits": N_("Bước %(row)s có việc làm thêm chưa đúng."),
    "bad_conditions": N_("Bước %(row)s có điều kiện chưa đúng: %(detail)s."),
}
UNREADABLE: dict[str, str] = {
    "too_large": N_("Tệp quá lớn. Tệp quy trình không quá 2 MB."),
    "no_xml": N_("Tệp không phải XML hoặc bị hỏng (dòng %(line)s)."),
    "doctype": N_("Tệp có khai báo DOCTYPE (dòng %(line)s). Vì an toàn, hệ thống không đọc tệp như vậy."),
    "too_deep": N_("Tệp lồng quá nhiều tầng (dòng %(line)s)."),
    "too_many": N_("Tệp có quá nhiều phần tử (dòng %(line)s)."),
    "no_bpmn": N_("Tệp không phải BPMN 2.0."),
    "no_process": N_("Tệp BPMN không có quy trình nào."),
    "no_json": N_("Tệp JSON bị hỏng."),
    "no_file": N_("Vui lòng chọn tệp."),
}
UNSUPPORTED: dict[str, str] = {
    "kind": N_("loại phần tử này chưa dùng được"),
    "no_id": N_("phần tử không có mã (id)"),
    "id_twice": N_("mã (id) bị trùng"),
    "no_start": N_("quy trình không có điểm bắt đầu"),
    "second_start": N_("quy trình có nhiều điểm bắt đầu"),
    "no_steps": N_("quy trình không có bước nào"),
    "start_ways": N_("điểm bắt đầu phải có đúng một đường đi"),
    "end_goes_on": N_("điểm kết thúc không được có đường đi tiếp"),
    "dangling": N_("đường nối đến phần tử không có trong tệp"),
    "implicit_fork": N_("nhiều đường ra mà không có cổng: không rõ là rẽ hay song song"),
    "fork_and_join": N_("một cổng vừa gom vừa tách nhánh"),
    "fork_without_join": N_("các nhánh không gặp lại ở một cổng song song"),
    "gateway_ends": N_("cổng không có đường ra"),
    "choice_without_conditions": N_(
        "cổng rẽ không đứng ngay sau một việc và không có điều kiện dạng dữ liệu"
    ),
    "circle": N_("các cổng nối vòng với nhau"),
    "condition_code": N_("điều kiện là mã lệnh, hệ thống không chạy mã từ tệp"),
    "condition_bad": N_("điều kiện không đúng dạng dữ liệu"),
    "condition_differs": N_("lời của điều kiện khác với dữ liệu của nó"),
    "condition_here": N_("điều kiện chỉ đặt được trên đường ra của cổng rẽ"),
    "outcome_twice": N_("hai đường ra mang cùng một quyết định"),
    "service_code": N_("việc tự động gọi chương trình ngoài"),
    "engine_code": N_("có mã lệnh của phần mềm khác"),
    "repeats": N_("việc lặp lại hoặc nhiều bản"),
    "compensation": N_("việc bù trừ"),
    "event_kind": N_("loại sự kiện này chưa dùng được"),
    "boundary_kind": N_("sự kiện gắn vào việc không phải hẹn giờ"),
    "timer_kind": N_("hẹn giờ không phải một khoảng thời gian"),
    "timer_place": N_("hẹn giờ không gắn vào việc của người"),
    "timer_twice": N_("việc đã có một hẹn giờ"),
    "timer_flow": N_("hẹn giờ có đường đi riêng khi quá hạn"),
    "duration": N_("khoảng thời gian không đọc được: chỉ nhận ngày, giờ, phút (P3D, PT4H)"),
    "several_processes": N_("tệp có nhiều quy trình"),
    "policy": N_("quy định chung của quy trình chưa đúng"),
}
NOTES: dict[str, str] = {
    "left_out": N_("bỏ qua, không ảnh hưởng cách xử lý"),
    "plain_task": N_("việc không ghi loại, coi là việc của người"),
    "role_guessed": N_("đoán vị trí theo tên làn “%(detail)s”"),
    "role_unknown": N_("chưa rõ ai làm, cần chọn vị trí"),
    "outcome_guessed": N_("đoán quyết định theo tên “%(detail)s”"),
    "outcome_unknown": N_("không hiểu quyết định “%(detail)s”, cần chọn lại"),
    "renamed": N_("đường nối đã đổi tên, dùng tên mới “%(detail)s”"),
    "implicit_end": N_("không có đường ra, coi là kết thúc"),
    "timer_interrupts": N_("hẹn giờ ngắt việc, ở đây chỉ là hạn của bước"),
    "key_taken": N_("mã bước “%(detail)s” đã có, đặt mã khác"),
    "shortened": N_("nội dung được cắt còn %(detail)s ký tự"),
}  # fmt: skip
CHANGES: dict[str, str] = {
    "row": N_("Sửa bước “%(row)s”"),
    "added": N_("Thêm bước “%(row)s”"),
    "removed": N_("Bỏ bước “%(row)s”"),
    "moved": N_("Đổi thứ tự bước “%(row)s”"),
    "settings": N_("Sửa thông tin chung"),
    "imported": N_("Nhập từ tệp"),
    "copied": N_("Chép từ quy trình khác"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """A code in words; one nobody knows stays as it is."""
    return _(table[code]) if code in table else code


def problem_words(problem: Problem) -> str:
    """What is wrong, as a sentence. Outcomes, statuses and roles inside are put into words too."""
    detail = problem.detail
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


def duration(minutes: int | None) -> str:
    """`3 ngày`, `4 giờ`, `1 ngày 2 giờ`: exact, unlike the rounded words of a clock."""
    if minutes is None:
        return _("theo thời hạn")
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(_("%(count)s ngày") % {"count": days})
    if hours:
        parts.append(_("%(count)s giờ") % {"count": hours})
    if left or not parts:
        parts.append(_("%(count)s phút") % {"count": left})
    return " ".join(parts)


def who(step: StepSpec) -> str:
    """Role, unit and agency of a task."""
    if step.kind != Kind.TASK:
        return _("Hệ thống")
    unit = step.unit if step.unit_rule == UnitRule.NAMED else word(UNIT_RULES, step.unit_rule)
    agency = {"": "", PARENT: _("cơ quan cấp trên")}.get(step.agency, step.agency)
    role = word(ROLES, step.role) if step.role else _("Chưa chọn vị trí")
    return " · ".join(part for part in (role, unit, agency) if part)


def outcome_name(step: StepSpec, outcome: str, labels: Mapping[str, str] | None = None) -> str:
    """A way on in words: a decision, a condition, or nothing to say."""
    if step.kind == Kind.TASK:
        return word(OUTCOMES, outcome)
    if step.kind == Kind.CHOICE:
        condition = step.conditions.get(outcome)
        return _("còn lại") if condition is None else sentence_of(condition, labels or {})
    if step.kind == Kind.FORK:
        return _("nhánh")
    return _("đi tiếp") if outcome == ON else outcome


# --- conditions -----------------------------------------------------------------------------------------------------


def sentence_of(data: Any, labels: Mapping[str, str]) -> str:
    """A condition as a sentence. ``labels``: of the fields of the form."""
    try:
        return _said(parse(data), labels)
    except BadCondition:
        return _("điều kiện không đọc được")


def _said(condition: Condition, labels: Mapping[str, str], inner: bool = False) -> str:
    if isinstance(condition, Comparison):
        return _compared(condition, labels)
    if condition.word == "not":
        return _("không phải (%(what)s)") % {"what": _said(condition.parts[0], labels)}
    return _joined(condition, labels, inner)


def _joined(condition: Junction, labels: Mapping[str, str], inner: bool) -> str:
    between = _(" và ") if condition.word == "all" else _(" hoặc ")
    text = between.join(_said(part, labels, inner=True) for part in condition.parts)
    return f"({text})" if inner and len(condition.parts) > 1 else text


def _compared(c: Comparison, labels: Mapping[str, str]) -> str:
    name = field_name(c.field, labels)
    if c.op in ("filled", "blank"):
        return f"{name} {word(OPERATORS, c.op)}"
    right = field_name(c.other, labels) if c.other else value_words(c.field, c.value)
    return f"{name} {word(OPERATORS, c.op)} {right}"


def field_name(key: str, labels: Mapping[str, str]) -> str:
    """A field of the form, or a fact of the dossier."""
    return _(FACTS[key]) if key in FACTS else labels.get(key, key)


def value_words(field: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(value_words(field, one) for one in value)
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return f"“{word(FACT_VALUES.get(field, {}), str(value))}”"


# --- differences ----------------------------------------------------------------------------------------------------


def policy_words(policy: Policy | None) -> str:
    """What a process sets for itself, in one line."""
    if policy is None:
        return "–"
    parts = []
    if policy.ineligible_within is not None:
        parts.append(
            _("trả hồ sơ chưa đủ điều kiện trong %(term)s")
            % {"term": term_words(str(policy.ineligible_within))}
        )
    if policy.after_supplement:
        said = _("tính lại từ đầu") if policy.after_supplement == "restart" else _("tính tiếp")
        parts.append(_("sau bổ sung: %(said)s") % {"said": said})
    if policy.silence_closes is not None:
        parts.append(
            _("đóng hồ sơ sau %(term)s không trả lời") % {"term": term_words(str(policy.silence_closes))}
        )
    return "; ".join(parts) or _("theo quy định chung")


def term_words(text: str) -> str:
    """`3wd` as `3 ngày làm việc`."""
    units = {
        "wd": _("ngày làm việc"),
        "wh": _("giờ làm việc"),
        "d": _("ngày"),
        "month": _("tháng"),
        "same-day": _("trong ngày"),
    }
    number = "".join(c for c in text if c.isdigit())
    return f"{number} {units.get(text[len(number) :], text[len(number) :])}".strip()


def value_of(field: str, value: Any, names: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """One side of a changed field. ``names``: of the rows, by key."""
    if value in (None, "", [], {}, set()):
        return duration(None) if field == "working_minutes" else "–"
    match field:
        case "working_minutes":
            return duration(int(value))
        case "outcomes":
            return "; ".join(
                f"{word(OUTCOMES, name)} → {_('kết thúc') if to is None else names.get(to, to)}"
                for name, to in value.items()
            )
        case "permits":
            return ", ".join(word(PERMITS, name) for name in sorted(value))
        case "conditions":
            return "; ".join(sentence_of(condition, labels) for _name, condition in value)
        case "join":
            return names.get(str(value), str(value))
        case "kind":
            return word({key: words[0] for key, words in KINDS.items()}, value)
    tables = {"role": ROLES, "unit_rule": UNIT_RULES, "does": AUTOMATIC}
    if field == "agency":
        return _("cơ quan cấp trên") if value == PARENT else str(value)
    return word(tables.get(field, {}), str(value))


def _row_words(step: Any, names: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """A row that was added or removed, in one line; empty for everything else."""
    if not isinstance(step, StepSpec):
        return ""
    ways = (
        f"{outcome_name(step, name, labels)} → {_('kết thúc') if to is None else names.get(to, to)}"
        for name, to in step.outcomes.items()
    )
    parts = (
        [who(step), duration(step.working_minutes)] if step.kind == Kind.TASK else [_(KINDS[step.kind][0])]
    )
    return "; ".join([*parts, *ways])


def difference_words(
    found: Iterable[Difference], names: Mapping[str, str], labels: Mapping[str, str]
) -> list[dict[str, str]]:
    """Lines of a comparison: {row, name, what, before, after}."""
    lines = []
    for one in found:
        what = {
            "added": _("thêm bước"),
            "removed": _("bỏ bước"),
            "moved": _("đổi thứ tự"),
            "name": _("tên quy trình"),
            "policy": _("quy định chung"),
        }.get(one.what) or word(FIELDS, one.field)  # fmt: skip
        before, after = _row_words(one.before, names, labels), _row_words(one.after, names, labels)
        if one.what == "changed":
            before, after = (value_of(one.field, value, names, labels) for value in (one.before, one.after))
        elif one.what == "name":
            before, after = str(one.before), str(one.after)
        elif one.what == "policy":
            before, after = policy_words(one.before), policy_words(one.after)
        lines.append(
            {
                "row": one.row,
                "name": one.name or _("Cả quy trình"),
                "what": what,
                "before": before,
                "after": after,
            }
        )
    return lines
