"""Conditions and what they bring about as sentences, in Vietnamese and English. Pure: for authors, diffs and readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.compiled import Form
from motcua.eforms.conditions import Comparison, Condition
from motcua.eforms.fields.base import Field
from motcua.eforms.fields.date import written

_OPERATORS: Mapping[str, Text] = {
    "eq": Text("“{field}” là {value}", "“{field}” is {value}"),
    "ne": Text("“{field}” khác {value}", "“{field}” is not {value}"),
    "in": Text("“{field}” là một trong: {value}", "“{field}” is one of: {value}"),
    "not_in": Text("“{field}” không phải: {value}", "“{field}” is none of: {value}"),
    "lt": Text("“{field}” nhỏ hơn {value}", "“{field}” is less than {value}"),
    "le": Text("“{field}” không quá {value}", "“{field}” is at most {value}"),
    "gt": Text("“{field}” lớn hơn {value}", "“{field}” is more than {value}"),
    "ge": Text("“{field}” từ {value} trở lên", "“{field}” is at least {value}"),
    "filled": Text("đã điền “{field}”", "“{field}” is filled in"),
    "blank": Text("để trống “{field}”", "“{field}” is left blank"),
}
_DAYS: Mapping[str, Text] = {
    "lt": Text("“{field}” trước ngày {value}", "“{field}” is before {value}"),
    "le": Text("“{field}” không sau ngày {value}", "“{field}” is on or before {value}"),
    "gt": Text("“{field}” sau ngày {value}", "“{field}” is after {value}"),
    "ge": Text("“{field}” từ ngày {value} trở đi", "“{field}” is on or after {value}"),
}
_TICKED = Text("đã đánh dấu “{field}”", "“{field}” is ticked")
_UNTICKED = Text("không đánh dấu “{field}”", "“{field}” is not ticked")
_AND, _OR, _NOT = Text(" và ", " and "), Text(" hoặc ", " or "), Text("không phải ({part})", "not ({part})")
_GONE = Text("(câu hỏi không còn)", "(a question that is gone)")

Named = Mapping[str, Field]


def condition(found: Condition, fields: Named, lang: str) -> str:
    """`“Mục đích” là Đăng ký kết hôn`: a part of a sentence. Parts under another word stand in brackets."""
    if isinstance(found, Comparison):
        return _comparison(found, fields, lang)
    if found.word == "not":
        return _NOT(lang).format(part=condition(found.parts[0], fields, lang))
    said = []
    for part in found.parts:
        text = condition(part, fields, lang)
        other = (
            not isinstance(part, Comparison) and part.word not in ("not", found.word) and len(part.parts) > 1
        )
        said.append(f"({text})" if other else text)
    return (_AND if found.word == "all" else _OR)(lang).join(said)


def _comparison(c: Comparison, fields: Named, lang: str) -> str:
    field = fields.get(c.field)
    name = field.label(lang) if field else _GONE(lang)
    kind = field.kind.speaks(field) if field else ""
    if c.op in ("eq", "ne") and isinstance(c.value, bool):
        return (_TICKED if c.value is (c.op == "eq") else _UNTICKED)(lang).format(field=name)
    if c.op in ("filled", "blank") and kind == "yes_no":
        return (_TICKED if c.op == "filled" else _UNTICKED)(lang).format(field=name)
    words = _DAYS.get(c.op) if kind == "date" else None
    return (words or _OPERATORS[c.op])(lang).format(field=name, value=_value(c, field, fields, lang))


def _value(c: Comparison, field: Field | None, fields: Named, lang: str) -> str:
    if c.other:
        other = fields.get(c.other)
        return f"“{other.label(lang) if other else _GONE(lang)}”"
    values = c.value if isinstance(c.value, tuple) else (c.value,)
    if field is None:
        return ", ".join(map(str, values))
    if field.choices:
        return ", ".join(field.choices.label(str(value), lang) for value in values)
    kind = field.kind.speaks(field)
    return ", ".join(_shown(value, kind, field, lang) for value in values)


def _shown(value: Any, kind: str, field: Field, lang: str) -> str:
    if kind == "date":
        return written(str(value))
    return field.kind.display(field, value, lang) if kind in ("whole", "number") else str(value)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a form does by itself. `kind`: show, require, copy, check, block, component, case, route, fee, compute."""

    kind: str
    where: str
    text: str


_SAID: Mapping[str, Text] = {
    "show_section": Text("Phần “{what}” chỉ hiện khi {when}.", "The part “{what}” shows only when {when}."),
    "show": Text("Câu hỏi “{what}” chỉ hiện khi {when}.", "The question “{what}” shows only when {when}."),
    "require": Text(
        "Câu hỏi “{what}” bắt buộc khi {when}.", "The question “{what}” is required when {when}."
    ),
    "copy": Text("“{what}” lấy theo “{other}” khi {when}.", "“{what}” is taken from “{other}” when {when}."),
    "check": Text(
        "Báo lỗi tại “{what}” khi {when}: {message}", "An error at “{what}” when {when}: {message}"
    ),
    "warn": Text(
        "Nhắc xem lại “{what}” khi {when}: {message}", "A warning at “{what}” when {when}: {message}"
    ),
    "block": Text("Không nộp được khi {when}: {message}", "Cannot be filed when {when}: {message}"),
    "component": Text("Phải nộp giấy tờ “{what}” khi {when}.", "The paper “{what}” is required when {when}."),
    "case": Text("Là trường hợp “{what}” khi {when}.", "It is the case “{what}” when {when}."),
    "route": Text(
        "Chuyển đến đơn vị phụ trách lĩnh vực “{what}” khi {when}.",
        "Goes to the unit that answers for the sector “{what}” when {when}.",
    ),
    "fee": Text("Phí, lệ phí tính theo công thức: {formula}", "The fee is reckoned by: {formula}"),
    "compute": Text("“{what}” tính theo công thức: {formula}", "“{what}” is reckoned by: {formula}"),
}


def describe(form: Form, lang: str, names: Mapping[str, str] | None = None) -> list[Sentence]:
    """Everything a form does by itself, in its order. `names` has the wording of components, cases and sectors by key."""
    return list(_of_fields(form, lang)) + list(_of_outcomes(form, lang, names or {}))


def _of_fields(form: Form, lang: str) -> Iterator[Sentence]:
    fields = form.by_id

    def say(kind: str, where: str, word: str = "", **said: str) -> Sentence:
        return Sentence(kind, where, _SAID[word or kind](lang).format(**said))

    for section in form.sections:
        if section.show_if:
            when = condition(section.show_if, fields, lang)
            yield say("show", section.id, "show_section", what=section.title(lang), when=when)
        for field in section.fields:
            what = field.label(lang)
            if field.show_if:
                yield say("show", field.id, what=what, when=condition(field.show_if, fields, lang))
            if field.required_if:
                yield say("require", field.id, what=what, when=condition(field.required_if, fields, lang))
            if field.copy_if and field.copy_from:
                other = fields[field.copy_from].label(lang)
                yield say(
                    "copy", field.id, what=what, other=other, when=condition(field.copy_if, fields, lang)
                )
            if formula := field.made.get("formula"):
                yield say("compute", field.id, what=what, formula=formula.text)
    for check in form.checks:
        said = {"what": fields[check.field].label(lang), "when": condition(check.condition, fields, lang)}
        word = "check" if check.level == "error" else "warn"
        yield say("check", check.field, word, message=check.message(lang), **said)


def _of_outcomes(form: Form, lang: str, names: Mapping[str, str]) -> Iterator[Sentence]:
    found, fields = form.outcomes, form.by_id
    for block in found.blocks:
        when = condition(block.condition, fields, lang)
        yield Sentence("block", "", _SAID["block"](lang).format(when=when, message=block.message(lang)))
    for kind, choices in (("component", found.components), ("case", found.cases), ("route", found.routes)):
        for one in choices:
            when = condition(one.condition, fields, lang)
            what = names.get(one.target, one.target)
            yield Sentence(kind, one.target, _SAID[kind](lang).format(what=what, when=when))
    if found.fee:
        yield Sentence("fee", "", _SAID["fee"](lang).format(formula=found.fee.formula.text))


__all__ = ["Sentence", "condition", "describe"]
