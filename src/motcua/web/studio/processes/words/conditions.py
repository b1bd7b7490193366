"""Conditions as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.eforms.conditions import BadCondition, Comparison, Condition, Junction, parse
from motcua.web.studio.conditions import OPERATORS
from motcua.web.studio.processes.words.vocabulary import word

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
