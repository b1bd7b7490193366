"""The words of the forms' errors, warnings and conditions, as a person at the counter would say them.

Codes shared by all types are worded here through gettext (Vietnamese source, English in this room's catalogue); codes
only one type raises are worded beside that type, so that adding a type stays one file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from motcua.eforms.conditions import Comparison, Condition
from motcua.eforms.fields.base import Field, FieldError, Text
from motcua.eforms.fields.date import written
from motcua.eforms.forms import Form


def error_text(field: Field, error: FieldError, lang: str) -> str:
    """One sentence for one fault of one field. Plain text: escape it when shown as HTML."""
    piece = error.params.get("piece")
    subject_field = piece if isinstance(piece, Field) else field
    with override(lang):
        sentence = _sentence(field, subject_field, error, lang)
        row = error.params.get("row")
        return _("Dòng %(row)s: %(sentence)s") % {"row": row, "sentence": sentence} if row else sentence


def _sentence(field: Field, subject: Field, error: FieldError, lang: str) -> str:
    said = {"label": subject.label(lang), "name": subject.called(lang), **_spoken(error.params, lang)}
    match error.code:
        case "required" if subject.kind.key == "photo":
            return _("Tải lên %(name)s") % said
        case "required" if subject.kind.key in ("consent", "declaration"):
            return _("Đánh dấu vào ô “%(label)s” để nộp hồ sơ") % said
        case "required" if subject.kind.key == "table":
            return _("Thêm ít nhất một dòng vào “%(label)s”") % said
        case "required" if subject.kind.chooses:
            return _("Chọn %(name)s") % said
        case "required":
            return _("Nhập %(name)s") % said
        case "too_long":
            return _("%(label)s dài %(length)s ký tự; tối đa %(limit)s") % said
        case "not_offered":
            return _("%(label)s: lựa chọn này không có trong danh sách. Hãy chọn lại") % said
        case "check":
            return str(said["message"])
        case _:
            return _own_words(field, subject, error.code, said, lang)


def _own_words(field: Field, subject: Field, code: str, said: Mapping[str, Any], lang: str) -> str:
    for owner in (subject, field):
        words = owner.kind.messages.get(code)
        if words is not None:
            lowered = str(said["name"])
            subject_text = lowered[:1].upper() + lowered[1:]
            return words(lang).format(**{**said, "subject": subject_text, "subject_lower": lowered})
    return _("%(label)s chưa đúng") % said


def _spoken(params: Mapping[str, Any], lang: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, value in params.items():
        if isinstance(value, Text):
            said[key] = value(lang)
        elif key == "missing":
            pieces = {"day": _("ngày"), "month": _("tháng"), "year": _("năm")}
            said[key] = _(" và ").join(pieces[piece] for piece in value)
        else:
            said[key] = value
    return said


def error_texts(form: Form, field_id: str, errors: Sequence[FieldError], lang: str) -> dict[str, str]:
    """Sentences of one field by part (`""` for the whole); the first one of a part wins."""
    texts: dict[str, str] = {}
    for error in errors:
        if error.part not in texts:
            texts[error.part] = error_text(form.by_id[field_id], error, lang)
    return texts


def condition_text(condition: Condition, form: Form, lang: str) -> str:
    """A condition as part of a sentence: `“Mục đích” là Đăng ký kết hôn`. For people without JavaScript, and authors."""
    with override(lang):
        return _condition(condition, form, lang)


def _condition(condition: Condition, form: Form, lang: str) -> str:
    if isinstance(condition, Comparison):
        return _comparison(condition, form, lang)
    parts = [_condition(part, form, lang) for part in condition.parts]
    if condition.word == "not":
        return _("không phải (%(part)s)") % {"part": parts[0]}
    return (_(" và ") if condition.word == "all" else _(" hoặc ")).join(parts)


def _comparison(c: Comparison, form: Form, lang: str) -> str:
    field = form.by_id[c.field]
    said = {"field": field.label(lang), "value": _value(c, field, form, lang)}
    match c.op:
        case "eq" if c.value is True:
            return _("đã đánh dấu “%(field)s”") % said
        case "eq" if c.value is False:
            return _("không đánh dấu “%(field)s”") % said
        case "eq":
            return _("“%(field)s” là %(value)s") % said
        case "ne":
            return _("“%(field)s” khác %(value)s") % said
        case "in":
            return _("“%(field)s” là một trong: %(value)s") % said
        case "not_in":
            return _("“%(field)s” không phải: %(value)s") % said
        case "lt":
            return _("“%(field)s” nhỏ hơn %(value)s") % said
        case "le":
            return _("“%(field)s” không quá %(value)s") % said
        case "gt":
            return _("“%(field)s” lớn hơn %(value)s") % said
        case "ge":
            return _("“%(field)s” từ %(value)s trở lên") % said
        case "blank":
            return _("để trống “%(field)s”") % said
        case _:
            return _("đã điền “%(field)s”") % said


def _value(c: Comparison, field: Field, form: Form, lang: str) -> str:
    if c.other:
        return f"“{form.by_id[c.other].label(lang)}”"
    values = c.value if isinstance(c.value, tuple) else (c.value,)
    if field.choices:
        return ", ".join(field.choices.label(str(value), lang) for value in values)
    return ", ".join(written(value) if field.kind.key == "date" else str(value) for value in values)
