"""A step in words: who does it, in which time, where it leads; and what a process sets for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from motcua.processing.checks import DAY
from motcua.processing.rules import ON, PARENT, Kind, Policy, StepSpec, UnitRule
from motcua.web.studio.processes.words.conditions import sentence_of
from motcua.web.studio.processes.words.vocabulary import OUTCOMES, ROLES, UNIT_RULES, word


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
