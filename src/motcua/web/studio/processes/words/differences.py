"""What was changed in a draft, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.processing.differences import Difference
from motcua.processing.rules import PARENT, Kind, StepSpec
from motcua.web.studio.processes.words.conditions import sentence_of
from motcua.web.studio.processes.words.steps import duration, outcome_name, policy_words, who
from motcua.web.studio.processes.words.vocabulary import (
    AUTOMATIC,
    KINDS,
    OUTCOMES,
    PERMITS,
    ROLES,
    UNIT_RULES,
    word,
)

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
CHANGES: dict[str, str] = {
    "row": N_("Sửa bước “%(row)s”"),
    "added": N_("Thêm bước “%(row)s”"),
    "removed": N_("Bỏ bước “%(row)s”"),
    "moved": N_("Đổi thứ tự bước “%(row)s”"),
    "inserted": N_("Chèn bước “%(row)s” trên sơ đồ"),
    "relocated": N_("Dời bước “%(row)s” trên sơ đồ"),
    "led": N_("Đổi nơi đến của một đường đi từ bước “%(row)s”"),
    "first": N_("Bắt đầu từ bước “%(row)s”"),
    "cut": N_("Bỏ một đường đi từ bước “%(row)s”"),
    "way": N_("Thêm một đường đi từ bước “%(row)s”"),
    "branch": N_("Thêm nhánh song song “%(row)s”"),
    "duplicated": N_("Nhân đôi bước “%(row)s”"),
    "settings": N_("Sửa thông tin chung"),
    "imported": N_("Nhập từ tệp"),
    "copied": N_("Chép từ quy trình khác"),
}


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
        }.get(one.what) or word(FIELDS, one.field)
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
