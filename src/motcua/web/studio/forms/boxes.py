"""The settings of a type of question as boxes of a page, from the shape each declares; and back, as its definition."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.eforms.fields.base import FieldType
from motcua.eforms.fields.settings import WORDING, Setting
from motcua.kernel.text import clean
from motcua.web.studio.saving import Typed

#: What the codes of a choice among few mean.
CODES: dict[str, str] = {
    "radios": N_("Nút chọn, thấy hết"),
    "select": N_("Danh sách thả xuống"),
    "day": N_("ngày, tháng, năm"),
    "month": N_("tháng, năm"),
    "year": N_("năm"),
    "money": N_("số tiền"),
    "whole": N_("số nguyên"),
    "number": N_("số"),
    "text": N_("chữ"),
    "zero": N_("không"),
    "numeric": N_("chữ số"),
    "decimal": N_("số thập phân"),
    "tel": N_("điện thoại"),
    "true": N_("có"),
    "false": N_("không"),
    "point": N_("một điểm"),
    "area": N_("một vùng"),
}


@dataclass(frozen=True)
class Box:
    """One setting to draw. ``kind``: flag, number, choice, choices, field, wording, json, text."""

    name: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def wording(post: QueryDict, name: str, longest: int, *, lines: bool = False) -> dict[str, str]:
    """A wording in both languages as typed; empty for none. Raises :class:`Typed` where only the English is there."""
    vi, en = (clean(post.get(f"{name}_{lang}", ""), multiline=lines) for lang in ("vi", "en"))
    for lang, text in (("vi", vi), ("en", en)):
        if len(text) > longest:
            raise Typed(f"{name}_{lang}", _("Dài quá %(limit)s ký tự.") % {"limit": longest})
    if en and not vi:
        raise Typed(f"{name}_vi", _("Nhập tiếng Việt trước."))
    return {"vi": vi, **({"en": en} if en else {})} if vi else {}


def spread_wording(found: QueryDict, name: str, words: Any) -> None:
    """A wording over its two boxes, in place; a bare text is Vietnamese."""
    found[f"{name}_vi"] = words if isinstance(words, str) else str((words or {}).get("vi", ""))
    found[f"{name}_en"] = "" if isinstance(words, str) else str((words or {}).get("en", ""))


def boxes(kind: FieldType, fields: Sequence[tuple[str, str]], lang: str) -> list[Box]:
    """The settings of a type. ``fields``: the other questions, for those that name one."""
    return [_box(name, setting, kind, fields, lang) for name, setting in kind.options.items()]


def _box(name: str, setting: Setting, kind: FieldType, fields: Sequence[tuple[str, str]], lang: str) -> Box:
    label, shape = setting.label(lang), setting.schema
    if setting.names == "field":
        return Box(name, label, "field", (*((one, one) for one in sorted(setting.besides)), *fields))
    if shape == WORDING:
        return Box(name, label, "wording")
    match shape.get("type"):
        case "boolean":
            return Box(name, label, "flag")
        case "integer" | "number":
            return Box(name, label, "number")
        case "string" if "enum" in shape:
            return Box(name, label, "choice", tuple((code, _code(code)) for code in shape["enum"]))
        case "array" if "enum" in shape.get("items", {}):
            return Box(name, label, "choices", _pieces(kind, shape["items"]["enum"], lang))
        case "array" | "object":
            return Box(name, label, "json", hint=_("Viết theo JSON, như trong tệp biểu mẫu."))
    hint = ""
    if "today" in str(shape.get("pattern", "")):
        hint = _("Ngày (2026-12-31), today, hoặc khoảng cách với hôm nay: today-18y, today+30d.")
    return Box(name, label, "text", hint=hint)


def _code(code: str) -> str:
    return _(CODES[code]) if code in CODES else code


def _pieces(kind: FieldType, codes: Sequence[str], lang: str) -> tuple[tuple[str, str], ...]:
    """Pieces of a person or a business, by the names of the type itself."""
    named = {piece.id: piece.label(lang) for piece in getattr(kind, "offered", ())}
    return tuple((code, named.get(code, code)) for code in codes)


def values(kind: FieldType, field: Mapping[str, Any], found: QueryDict) -> None:
    """The settings of a field over their boxes, in place."""
    for name, setting in kind.options.items():
        box, value = f"s-{name}", field.get(name)
        if value is None:
            continue
        if setting.schema == WORDING:
            spread_wording(found, box, value)
        elif isinstance(value, bool):
            found[box] = "1" if value else ""
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            found.setlist(box, value)
        elif isinstance(value, list | dict):
            found[box] = json.dumps(value, ensure_ascii=False, indent=1)
        else:
            found[box] = str(value)


def read(kind: FieldType, post: QueryDict) -> dict[str, Any]:
    """The settings that were typed, those that say something. Raises :class:`Typed`."""
    found = {}
    for name, setting in kind.options.items():
        value = _read(f"s-{name}", setting, post)
        # A smallest number of zero says something; a box that is not ticked does not.
        if value is not False and value not in (None, "", [], {}):
            found[name] = value
    return found


def _read(box: str, setting: Setting, post: QueryDict) -> Any:
    shape, text = setting.schema, clean(post.get(box, ""), multiline=True)
    if shape == WORDING:
        return wording(post, box, 2000)
    match shape.get("type"):
        case "boolean":
            return text == "1"
        case "integer" | "number":
            return _number(box, text, whole=shape["type"] == "integer", shape=shape)
        case "string" if "enum" in shape:
            return text if text in shape["enum"] else None
        case "array" if "enum" in shape.get("items", {}):
            return [code for code in post.getlist(box) if code in shape["items"]["enum"]]
        case "array" | "object":
            return _json(box, text)
    longest = int(shape.get("maxLength", 200))
    if len(text) > longest:
        raise Typed(box, _("Dài quá %(limit)s ký tự.") % {"limit": longest})
    return text


def _number(box: str, text: str, *, whole: bool, shape: Mapping[str, Any]) -> int | float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError as wrong:
        raise Typed(box, _("Nhập một số, ví dụ 12 hoặc 2,5.")) from wrong
    low, high = shape.get("minimum", -1e15), shape.get("maximum", 1e15)
    if value != value or not low <= value <= high or (whole and not value.is_integer()):
        raise Typed(box, _("Nhập số nguyên từ %(low)s đến %(high)s.") % {"low": low, "high": high} if whole else _("Số quá lớn."))  # fmt: skip
    return int(value) if value.is_integer() else value


def _json(box: str, text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Typed(box, _("Chưa đúng JSON: kiểm tra dấu ngoặc, dấu phẩy và dấu nháy.")) from wrong
