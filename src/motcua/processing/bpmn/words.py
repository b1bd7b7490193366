"""What other people call things in their diagrams: outcomes, lanes. Pure; a guess is always told (``reading.Note``)."""

from __future__ import annotations

import re

from motcua.kernel.actors import Role
from motcua.kernel.text import fold
from motcua.processing.rules import PARENT, StepSpec, UnitRule

#: Names of outcomes as written into files.
OUTCOMES = {
    "receive": "Tiếp nhận",
    "refuse": "Từ chối tiếp nhận",
    "propose": "Trình ký",
    "complete": "Xong bước",
    "approve": "Đồng ý",
    "send_back": "Trả lại",
    "reject": "Từ chối giải quyết",
    "sign": "Ký",
    "return_result": "Trả kết quả",
}
#: Returning a result, and not checking (kiểm tra) or verifying (thẩm tra) one.
_RETURN = "(?<!kiem )(?<!tham )tra ket qua"
#: In this order: what is more exact stands before what it contains. Folded: no marks, lower case.
_SAID = (
    (r"tu choi tiep nhan|khong tiep nhan|refuse (receipt|intake|to receive)", "refuse"),
    (rf"{_RETURN}|return (the )?result|deliver", "return_result"),
    (r"tra lai|lam lai|chua dat|sua lai|send back|return(ed)? for|rework|revise", "send_back"),
    (
        r"khong (du dieu kien|dong y|duyet|giai quyet)|tu choi|bac ho so|reject|refus|deny|not approved",
        "reject",
    ),
    (r"tiep nhan|hop le|receive|accept", "receive"),
    (r"trinh|du thao|soan|propose|draft|submit", "propose"),
    (r"ky duyet|\bky\b|ky so|\bsign", "sign"),
    (r"dong y|phe duyet|duyet|\bdat\b|approve|\byes\b|^co$|agree", "approve"),
    (r"xong|hoan thanh|tiep tuc|complete|done|next|continue", "complete"),
)
_OF_TASK = (
    (r"tiep nhan|receive|intake", "receive"),
    (rf"{_RETURN}|return|deliver|hand out", "return_result"),
    (r"\bky\b|sign", "sign"),
    (r"tham dinh|giai quyet|du thao|soan|xu ly|apprais|assess|draft|process", "propose"),
    (r"duyet|kiem tra|soat|approve|review|check", "approve"),
)
_ROLES = (
    (r"mot cua|tiep nhan|trung tam phuc vu hanh chinh|one.?stop|reception|front", Role.ONE_STOP),
    (r"lanh dao|chu tich|giam doc|thu truong|truong (phong|ban)|head|leader|chair|director|manager", Role.HEAD),
    (r"chuyen vien|cong chuc|can bo|tham dinh|chuyen mon|xu ly|civil servant|officer|expert|specialist|clerk", Role.CIVIL_SERVANT),
)  # fmt: skip
_RULES = {
    Role.ONE_STOP: UnitRule.ONE_STOP,
    Role.HEAD: UnitRule.LEADERS,
    Role.CIVIL_SERVANT: UnitRule.RESPONSIBLE,
}
_ROLE_NAMES = {
    Role.ONE_STOP: "Cán bộ một cửa",
    Role.CIVIL_SERVANT: "Công chức chuyên môn",
    Role.HEAD: "Lãnh đạo",
    Role.OUTREACH: "Tổ công nghệ số",
    Role.OPERATOR: "Quản trị",
}
_RULE_NAMES = {
    UnitRule.ONE_STOP: "bộ phận một cửa",
    UnitRule.RESPONSIBLE: "đơn vị phụ trách lĩnh vực",
    UnitRule.LEADERS: "lãnh đạo cơ quan",
}


def _first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    said = fold(text)
    return next((found for pattern, found in table if re.search(pattern, said)), None)


def outcome_said(text: str) -> str | None:
    """The outcome a line is named after; None when it says nothing known."""
    said = fold(text)
    exact = next((key for key, name in OUTCOMES.items() if fold(name) == said or key == text.strip()), None)
    return exact or _first(_SAID, text)


def outcome_of_task(name: str) -> str:
    """What is decided at a task whose only line has no name."""
    return _first(_OF_TASK, name) or "complete"


def role_said(text: str) -> tuple[Role, UnitRule] | None:
    """Role and unit rule a lane is named after."""
    found = _first(tuple((pattern, str(role)) for pattern, role in _ROLES), text)
    return (Role(found), _RULES[Role(found)]) if found else None


def lane_name(step: StepSpec) -> str:
    """Who does a step, as the name of its lane."""
    role = _ROLE_NAMES.get(Role(step.role), step.role) if step.role in list(Role) else step.role or "Chưa rõ"
    unit = step.unit if step.unit_rule == UnitRule.NAMED else _RULE_NAMES.get(UnitRule(step.unit_rule), "")
    agency = {"": "", PARENT: "cơ quan cấp trên"}.get(step.agency, step.agency)
    return " · ".join(part for part in (role, unit, agency) if part)
