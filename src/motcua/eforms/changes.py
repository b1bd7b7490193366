"""What is different between two versions of a form, and in words: for the author before publishing, for reviewers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms import sentences
from motcua.eforms.choices import EMPTY, Option, Text
from motcua.eforms.compiled import Form, Section
from motcua.eforms.conditions import Condition
from motcua.eforms.fields.base import Field


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is a key of `KINDS`; `where` the id of a field, a section or nothing; `before` and `after` in words."""

    kind: str
    where: str
    label: Text
    before: Text = EMPTY
    after: Text = EMPTY


KINDS: Mapping[str, Text] = {
    "title": Text("Tên biểu mẫu: “{before}” thành “{after}”", "Title of the form: “{before}” is now “{after}”"),
    "layout": Text("Cách chia trang: {before} thành {after}", "Pages: {before} is now {after}"),
    "section_added": Text("Thêm phần “{label}”", "Section “{label}” added"),
    "section_removed": Text("Bỏ phần “{label}”", "Section “{label}” removed"),
    "section_title": Text("Tên phần: “{before}” thành “{after}”", "Section title: “{before}” is now “{after}”"),
    "section_shown": Text(
        "Phần “{label}” hiện khi: {before} thành {after}", "Section “{label}” shows when: {before}; now {after}"
    ),
    "added": Text("Thêm câu hỏi “{label}”", "Question “{label}” added"),
    "removed": Text("Bỏ câu hỏi “{label}”", "Question “{label}” removed"),
    "type": Text("“{label}”: kiểu {before} thành {after}", "“{label}”: {before} is now {after}"),
    "label": Text("Lời hỏi: “{before}” thành “{after}”", "Wording: “{before}” is now “{after}”"),
    "hint": Text("Gợi ý của “{label}”: “{before}” thành “{after}”", "Hint of “{label}”: “{before}” is now “{after}”"),
    "required": Text("“{label}” nay bắt buộc", "“{label}” is now required"),
    "optional": Text("“{label}” không còn bắt buộc", "“{label}” is no longer required"),
    "required_when": Text(
        "“{label}” bắt buộc khi: {before} thành {after}", "“{label}” is required when: {before}; now {after}"
    ),
    "shown": Text("“{label}” hiện khi: {before} thành {after}", "“{label}” shows when: {before}; now {after}"),
    "copied": Text("“{label}” lấy theo câu khác khi: {before} thành {after}", "“{label}” is copied when: {before}; now {after}"),
    "option_added": Text("“{label}”: thêm lựa chọn “{after}”", "“{label}”: option “{after}” added"),
    "option_removed": Text("“{label}”: bỏ lựa chọn “{before}”", "“{label}”: option “{before}” removed"),
    "option_label": Text("“{label}”: “{before}” thành “{after}”", "“{label}”: option “{before}” is now “{after}”"),
    "columns": Text("“{label}”: cột {before} thành {after}", "“{label}”: columns {before}; now {after}"),
    "settings": Text("“{label}”: {before} thành {after}", "“{label}”: {before}; now {after}"),
    "officer": Text("“{label}”: người điền là {before} thành {after}", "“{label}”: filled in by {before}; now {after}"),
    "moved": Text("“{label}” chuyển từ phần “{before}” sang “{after}”", "“{label}” moved from “{before}” to “{after}”"),
    "rule_added": Text("Quy tắc mới: {after}", "New rule: {after}"),
    "rule_removed": Text("Bỏ quy tắc: {before}", "Rule removed: {before}"),
}  # fmt: skip
_ALWAYS = Text("luôn luôn", "always")
_NEVER = Text("không bao giờ", "never")
_LAYOUTS = {
    "sections": Text("mỗi phần một trang", "a page for each section"),
    "questions": Text("mỗi câu một trang", "a page for each question"),
}
_WHO = {False: Text("người nộp", "the applicant"), True: Text("cán bộ", "an official")}


def describe(change: Change, lang: str) -> str:
    """One sentence."""
    return KINDS[change.kind](lang).format(
        label=change.label(lang), before=change.before(lang), after=change.after(lang)
    )


def compare(old: Form, new: Form) -> tuple[Change, ...]:
    """Everything that is different, in the order of the new form; what left comes last. Nothing for equal forms."""
    return tuple(_compare(old, new))


def _compare(old: Form, new: Form) -> Iterator[Change]:
    if old.title != new.title:
        yield Change("title", "", new.title, old.title, new.title)
    if old.layout != new.layout:
        yield Change("layout", "", new.title, _LAYOUTS[old.layout], _LAYOUTS[new.layout])
    before = {section.id: section for section in old.sections}
    for section in new.sections:
        if section.id not in before:
            yield Change("section_added", section.id, section.title)
        else:
            yield from _sections(before[section.id], section, old, new)
        for field in section.fields:
            if field.id not in old.by_id:
                yield Change("added", field.id, field.label)
            else:
                yield from _fields(old.by_id[field.id], field, old, new)
    for section in old.sections:
        if section.id not in {s.id for s in new.sections}:
            yield Change("section_removed", section.id, section.title)
    for field in old.fields:
        if field.id not in new.by_id:
            yield Change("removed", field.id, field.label)
    yield from _rules(old, new)


def _sections(a: Section, b: Section, old: Form, new: Form) -> Iterator[Change]:
    if a.title != b.title:
        yield Change("section_title", b.id, b.title, a.title, b.title)
    if a.show_if != b.show_if:
        yield Change("section_shown", b.id, b.title, _when(a.show_if, old), _when(b.show_if, new))


def _fields(a: Field, b: Field, old: Form, new: Form) -> Iterator[Change]:
    def change(kind: str, before: Text = EMPTY, after: Text = EMPTY) -> Change:
        return Change(kind, b.id, b.label, before, after)

    if a.kind.key != b.kind.key:
        yield change("type", a.kind.title, b.kind.title)
    if a.label != b.label:
        yield change("label", a.label, b.label)
    if (a.hint, a.help) != (b.hint, b.help):
        yield change("hint", a.hint or a.help, b.hint or b.help)
    if a.required != b.required:
        yield change("required" if b.required else "optional")
    if a.required_if != b.required_if:
        yield change("required_when", _when(a.required_if, old, _NEVER), _when(b.required_if, new, _NEVER))
    if a.show_if != b.show_if:
        yield change("shown", _when(a.show_if, old), _when(b.show_if, new))
    if (a.copy_from, a.copy_if) != (b.copy_from, b.copy_if):
        yield change("copied", _when(a.copy_if, old, _NEVER), _when(b.copy_if, new, _NEVER))
    if a.officer_only != b.officer_only:
        yield change("officer", _WHO[a.officer_only], _WHO[b.officer_only])
    yield from _options(a, b)
    names = [_columns(f) for f in (a, b)]
    if names[0] != names[1]:
        yield change("columns", *(Text(", ".join(c.label.vi for c in f.columns), ", ".join(c.label("en") for c in f.columns)) for f in (a, b)))  # fmt: skip
    limits = [_limits(f) for f in (a, b)]
    if limits[0] != limits[1]:
        keys = sorted(k for k in limits[0].keys() | limits[1].keys() if limits[0].get(k) != limits[1].get(k))
        yield change("settings", _settings(limits[0], keys, b), _settings(limits[1], keys, b))
    if old.section_of[a.id] != new.section_of[b.id]:
        places = (old.section(old.section_of[a.id]).title, new.section(new.section_of[b.id]).title)
        yield change("moved", *places)


def _columns(field: Field) -> tuple[Any, ...]:
    return tuple((c.id, c.kind.key, c.label, c.required, _codes(c).keys()) for c in field.columns)


def _codes(field: Field) -> dict[str, Option]:
    return dict(field.choices.by_code) if field.choices else {}


def _options(a: Field, b: Field) -> Iterator[Change]:
    before, after = _codes(a), _codes(b)
    if a.choices is b.choices:
        return
    for code, option in after.items():
        if code not in before:
            yield Change("option_added", b.id, b.label, EMPTY, option.label)
        elif before[code].label != option.label:
            yield Change("option_label", b.id, b.label, before[code].label, option.label)
    for code, option in before.items():
        if code not in after:
            yield Change("option_removed", b.id, b.label, option.label)


def _limits(field: Field) -> dict[str, Any]:
    own = dict(field.settings)
    return {**own, "max_length": field.max_length, "upper": field.upper, "prefill": field.prefill}


def _settings(found: Mapping[str, Any], keys: list[str], field: Field) -> Text:
    def said(key: str, lang: str) -> str:
        setting = field.kind.options.get(key)
        name = setting.label(lang) if setting else key
        value = found.get(key)
        return f"{name} = {'–' if value in (None, '', 0, False) else value}"

    return Text(*(", ".join(said(key, lang) for key in keys) for lang in ("vi", "en")))


def _when(condition: Condition | None, form: Form, none: Text = _ALWAYS) -> Text:
    if condition is None:
        return none
    return Text(*(sentences.condition(condition, form.by_id, lang) for lang in ("vi", "en")))


def _rules(old: Form, new: Form) -> Iterator[Change]:
    """Checks and outcomes by what they say: they have no ids of their own."""
    said = []
    for form in (old, new):
        pairs = zip(sentences.describe(form, "vi"), sentences.describe(form, "en"), strict=True)
        said.append({vi.text: Text(vi.text, en.text) for vi, en in pairs if vi.kind in _RULES})
    for key, text in said[1].items():
        if key not in said[0]:
            yield Change("rule_added", "", new.title, EMPTY, text)
    for key, text in said[0].items():
        if key not in said[1]:
            yield Change("rule_removed", "", new.title, text)


_RULES = frozenset({"check", "block", "component", "case", "route", "fee"})

__all__ = ["Change", "compare", "describe"]
