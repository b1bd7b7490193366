"""The pages of a form: one for each section or one for each question, as its author chose. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.compiled import QUESTIONS, Form, Section
from motcua.eforms.fields.base import Field
from motcua.eforms.rules import visible

SEPARATOR = "-"
"""Between the section and the question in the key of a page; ids have none of it."""


@dataclass(frozen=True)
class Page:
    """`key` is the section's id, or `section-question`; `fields` in the order of the form."""

    key: str
    section: Section
    fields: tuple[Field, ...]
    single: bool = False

    def title(self, lang: str) -> str:
        """What the page is called in lists: its question, or its section."""
        asked = next((field for field in self.fields if field.kind.asks), None)
        return asked.label(lang) if self.single and asked else self.section.title(lang)


def pages(form: Form) -> tuple[Page, ...]:
    """All pages, shown or not."""
    return tuple(page for section in form.sections for page in _of_section(form, section))


def _of_section(form: Form, section: Section) -> Iterator[Page]:
    if form.layout != QUESTIONS:
        yield Page(section.id, section, section.fields)
        return
    groups: list[list[Field]] = []
    before: list[Field] = []
    for field in section.fields:
        before.append(field)
        if field.kind.asks:
            groups.append(before)
            before = []
    if before and groups:
        # Words and computed values after the last question stand with it.
        groups[-1] += before
    for group in groups:
        asked = next(field for field in group if field.kind.asks)
        yield Page(f"{section.id}{SEPARATOR}{asked.id}", section, tuple(group), single=True)


def page(form: Form, key: str) -> Page:
    """Raises KeyError. A section's own id leads to its first page, so that an old link still finds it."""
    for one in pages(form):
        if one.key == key or one.section.id == key:
            return one
    raise KeyError(key)


def page_of(form: Form, field_id: str) -> Page:
    """The page a question stands on. Raises KeyError."""
    for one in pages(form):
        if any(field.id == field_id for field in one.fields):
            return one
    raise KeyError(field_id)


def pages_asked(form: Form, answers: Mapping[str, Any], *, officer: bool = False) -> tuple[Page, ...]:
    """The pages that have something to ask, given the answers so far: the steps of a filing."""
    asked = visible(form, answers, officer=officer)
    return tuple(p for p in pages(form) if any(f.id in asked and f.kind.asks for f in p.fields))


__all__ = ["Page", "page", "page_of", "pages", "pages_asked"]
