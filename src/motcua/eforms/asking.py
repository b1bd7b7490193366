"""What a form asks, whether compiled or still being written: the same small shape of each question for whoever judges wording.

Pure. A definition may be half finished or wrong: what can't be read is taken as not said, and nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from motcua.eforms.choices import EMPTY, Text
from motcua.eforms.compiled import Form
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import Field
from motcua.eforms.reference import NAMES, reference


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    type: str
    label: Text = EMPTY
    hint: Text = EMPTY
    help: Text = EMPTY
    required: bool = False
    conditional: bool = False
    """It is not always asked: it, or its section, has a condition."""
    prefill: str = ""
    copied: bool = False
    officer_only: bool = False
    options: tuple[Text, ...] = ()
    listed: bool = False
    """Its list is a reference list, worded elsewhere."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Question, ...] = ()

    @property
    def asks(self) -> bool:
        return self.type in FIELD_TYPES and FIELD_TYPES.get(self.type).asks


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    title: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    title: Text
    parts: tuple[Part, ...]

    def questions(self) -> Iterator[tuple[Part, Question]]:
        for part in self.parts:
            for question in part.questions:
                yield part, question


def read(source: Form | Any) -> Asked:
    """From a compiled form, or from any JSON that may become a definition."""
    if isinstance(source, Form):
        return Asked(
            source.title,
            tuple(
                Part(s.id, s.title, tuple(_of_field(f, s.show_if is not None) for f in s.fields))
                for s in source.sections
            ),
        )
    data = source if isinstance(source, Mapping) else {}
    return Asked(_text(data.get("title")), tuple(_part(raw) for raw in _mappings(data.get("sections"))))


def _of_field(f: Field, conditional: bool) -> Question:
    return Question(
        id=f.id,
        type=f.kind.key,
        label=f.label,
        hint=f.hint,
        help=f.help,
        required=f.required,
        conditional=conditional or f.show_if is not None,
        prefill=f.prefill,
        copied=bool(f.copy_from),
        officer_only=f.officer_only,
        options=tuple(option.label for option in f.choices.options) if f.choices else (),
        listed=f.choices is not None and f.choices.key in NAMES,
        settings=f.settings,
        columns=tuple(_of_field(column, False) for column in f.columns),
    )


def _part(raw: Mapping[str, Any]) -> Part:
    conditional = raw.get("show_if") is not None
    questions = tuple(_question(one, conditional) for one in _mappings(raw.get("fields")))
    return Part(str(raw.get("id", "")), _text(raw.get("title")), questions)


def _question(raw: Mapping[str, Any], conditional: bool, depth: int = 0) -> Question:
    kind, _, list_name = str(raw.get("type", "")).partition(":")
    list_name = str(raw.get("reference") or list_name)
    listed = list_name in NAMES
    return Question(
        id=str(raw.get("id", "")),
        type=kind,
        label=_text(raw.get("label")),
        hint=_text(raw.get("hint")),
        help=_text(raw.get("help")),
        required=raw.get("required") is True,
        conditional=conditional or raw.get("show_if") is not None,
        prefill=str(raw.get("prefill") or ""),
        copied=bool(raw.get("copy_from")),
        officer_only=raw.get("officer_only") is True,
        options=tuple(option.label for option in reference(list_name).options)
        if listed
        else tuple(_text(option.get("label")) for option in _mappings(raw.get("options"))),
        listed=listed,
        settings=raw,
        columns=()
        if depth
        else tuple(_question(column, False, depth + 1) for column in _mappings(raw.get("columns"))),
    )


def _text(raw: Any) -> Text:
    return Text.of(raw) if isinstance(raw, str | Mapping) else EMPTY


def _mappings(raw: Any) -> Iterator[Mapping[str, Any]]:
    for one in raw if isinstance(raw, list | tuple) else ():
        if isinstance(one, Mapping):
            yield one
