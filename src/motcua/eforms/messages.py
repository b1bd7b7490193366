"""The words of the forms' errors, warnings and conditions, as a person at the counter would say them.

Codes shared by all types are worded here through gettext (Vietnamese source, English in this room's catalogue); codes
only one type raises are worded beside that type, so that adding a type stays one file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from motcua.eforms import sentences
from motcua.eforms.conditions import Condition
from motcua.eforms.fields.base import Field, FieldError, Text
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
    """A condition as part of a sentence, for people without JavaScript (`sentences.py` words it)."""
    return sentences.condition(condition, form.by_id, lang)
