"""What a field type is. Pure: no Django, no clock, no database.

Three shapes of one value:
- **raw**: what a browser posted, JSON-able, kept as typed in a draft even when wrong, so that nothing typed is lost;
- **value**: cleaned, what a dossier stores;
- **text**: what a person reads.

`clean` takes a raw value *or* a value, and cleaning a value gives it back unchanged. So a draft may hold either.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar

from motcua.eforms.choices import EMPTY, Choices, Option, Text
from motcua.eforms.conditions import Condition
from motcua.eforms.fields.settings import Setting
from motcua.kernel import text as kernel_text

PostData = Mapping[str, Sequence[str]]
"""A posted form as lists of strings: `dict(request.POST.lists())`."""


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


SAYS = ("text", "date", "time", "number", "whole", "yes_no", "choice", "choices", "rows", "pieces", "nothing")
"""What an answer can be: decides which comparisons and formulas fit it."""

ABSENT: Any = _Absent()
"""`parse` found none of the field's inputs in the post: leave the stored answer alone."""


NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NO_SETTINGS


@dataclass(frozen=True, eq=False)
class Field:
    """One question of a form version, compiled. `settings` are the options only its type knows."""

    id: str
    kind: FieldType
    label: Text
    hint: Text = EMPTY
    help: Text = EMPTY
    required: bool = False
    required_if: Condition | None = None
    upper: bool = False
    max_length: int = 0
    choices: Choices | None = None
    columns: tuple[Field, ...] = ()
    prefill: str = ""
    show_if: Condition | None = None
    copy_from: str = ""
    copy_if: Condition | None = None
    officer_only: bool = False
    subject: Text = EMPTY
    settings: Mapping[str, Any] = field(default_factory=_nothing)
    made: dict[str, Any] = field(default_factory=dict, repr=False)
    """What its type has worked out once, when the form was compiled (:meth:`FieldType.link`)."""

    def called(self, lang: str) -> str:
        """How a message refers to this field in the middle of a sentence."""
        name = (self.subject or self.label)(lang)
        return name[:1].lower() + name[1:] if not name[:2].isupper() else name


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong, for `messages.py` to word. `part` is the piece of a compound field (`province`, `0.ho_ten`)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=_nothing)
    part: str = ""

    def under(self, part: str) -> FieldError:
        return replace(self, part=f"{part}.{self.part}" if self.part else part)


class Invalid(Exception):
    """Every fault of one answer at once."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


def invalid(code: str, part: str = "", **params: Any) -> Invalid:
    return Invalid(FieldError(code, params, part))


@dataclass(frozen=True, slots=True)
class Context:
    """What cleaning may know. `today` None: bounds relative to today are not judged (visibility of a draft)."""

    today: dt.date | None = None
    is_working_day: Callable[[dt.date], bool] | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A widget as data, drawn by `templates/eforms/widgets.html`: a type composes these and needs no template.

    `kind`: input, textarea, select, lookup, radios, checkboxes, checkbox, date, fieldset, rows, file, map, output, note,
    heading.
    """

    kind: str
    name: str = ""
    id: str = ""
    label: str = ""
    value: Any = ""
    hint: str = ""
    error: str = ""
    required: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    type: str = "text"
    spellcheck: str = ""
    lang: str = ""
    width: str = ""
    suffix: str = ""
    rows: int = 4
    max_length: int = 0
    choices: Choices | None = None
    groups: tuple[tuple[str, str], ...] = ()
    placeholder: str = ""
    children: tuple[Control, ...] = ()
    button: str = ""
    text: str = ""
    depends: str = ""


@dataclass(frozen=True, slots=True)
class Ui:
    """Where and how to draw: names, ids, language, and the worded errors of this field by part."""

    name: str
    id: str
    lang: str
    errors: Mapping[str, str] = field(default_factory=_nothing)

    @property
    def error(self) -> str:
        return self.errors.get("", "")

    def child(self, part: str) -> Ui:
        prefix = f"{part}."
        inner = {
            key[len(prefix) :] if key != part else "": message
            for key, message in self.errors.items()
            if key == part or key.startswith(prefix)
        }
        return Ui(f"{self.name}.{part}", f"{self.id}-{part.replace('.', '-')}", self.lang, inner)


def tidy(raw: Any, *, multiline: bool = False) -> str:
    """A posted value as safe text: NFC, trimmed, no control or invisible signs. Anything not text or number is empty."""
    if isinstance(raw, str):
        if raw.isascii() and raw.isprintable() and "  " not in raw:
            return raw.strip()
        return kernel_text.clean(raw[:200_000], multiline=multiline)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    return ""


def first(data: PostData, name: str) -> Any:
    values = data.get(name)
    return values[-1] if values else ABSENT


class FieldType(ABC):
    """One kind of question. An instance is stateless and shared; everything about one question is in its Field."""

    key: ClassVar[str]
    title: ClassVar[Text]
    help: ClassVar[Text] = EMPTY
    """For an author: when to use this type."""
    family: ClassVar[str] = "text"
    """The shelf of the studio: text, number, choice, person, place, paper, several, layout."""
    says: ClassVar[str] = "text"
    """What an answer is to conditions and formulas: one of `SAYS`."""
    options: ClassVar[Mapping[str, Setting]] = MappingProxyType({})
    """The settings a definition may give beside the common ones."""
    messages: ClassVar[Mapping[str, Text]] = NO_SETTINGS
    """Wording of the codes only this type raises; `{subject}` and the error's params may be used."""
    asks: ClassVar[bool] = True
    """False for headings, explanations and computed values: nothing is read from a post."""
    chooses: ClassVar[bool] = False
    """The empty-answer message says "choose", not "enter"."""
    completes: ClassVar[bool] = False
    """A claim may bring a part of the answer, which the person completes."""

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        """The raw value from a post, or ABSENT."""
        return first(data, name)

    def blank(self, field: Field, raw: Any) -> bool:
        return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == [] or raw == {}

    @abstractmethod
    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        """A value from a raw value that is not blank. Raises Invalid."""

    def doubts(self, field: Field, value: Any, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """Warnings, judged beside the other cleaned values. They never stop a filing."""
        return ()

    def display(self, field: Field, value: Any, lang: str) -> str:
        """What a person reads. Plain text: the template escapes it. Lines are parted by newlines."""
        shown = str(value)
        return shown.upper() if field.upper else shown

    @abstractmethod
    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        """The widget for a raw value or a value (None when unanswered)."""

    def anchor(self, field: Field, part: str, base: str) -> str:
        """The id of the control an error about `part` should lead to."""
        return f"{base}-{part.replace('.', '-')}" if part else base

    def json_schema(self, field: Field) -> dict[str, Any]:
        """JSON Schema of the value."""
        return {"type": "string"}

    def export_columns(self, field: Field, lang: str) -> tuple[str, ...]:
        return (field.label(lang),)

    def export_cells(self, field: Field, value: Any, lang: str) -> tuple[str, ...]:
        return ("" if value is None else self.display(field, value, lang),)

    def from_claim(self, field: Field, claim: Any) -> Any:
        """A raw value from an identity claim or a register's answer, or None when it says nothing usable."""
        return claim if isinstance(claim, str) and claim.strip() else None

    def depends(self, field: Field) -> frozenset[str]:
        """Fields that must be cleaned before this one (computed values)."""
        return frozenset()

    def compute(self, field: Field, values: Mapping[str, Any]) -> Any:
        """Only called when `asks` is false; None for nothing."""
        return None

    def faults(self, field: Field) -> tuple[Text, ...]:
        """What is wrong with this field's definition, in words for its author."""
        return ()

    def mentions(self, field: Field) -> frozenset[str]:
        """Words that may be other fields, before `link`: those are linked first."""
        return frozenset()

    def link(self, field: Field, fields: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
        """Tie the field to the others of its form, when all are read; (code, detail) of what does not fit.

        Computed values compile their formula here. What is worked out is kept in `field.made`.
        """
        return ()

    def speaks(self, field: Field) -> str:
        """What an answer to this very field is; differs from `says` where a setting decides."""
        return self.says

    def example(self, field: Field) -> Any:
        """A valid raw value, for trial filings and tests of types that `examples.py` does not know."""
        return None

    # --- what every simple control has in common --------------------------------------------------------------------

    def labels(self, field: Field, ui: Ui) -> dict[str, Any]:
        return {
            "name": ui.name,
            "id": ui.id,
            "label": field.label(ui.lang),
            "hint": field.hint(ui.lang),
            "error": ui.error,
            "required": field.required,
        }


def as_input(value: Any) -> str:
    """A raw value as the text of an input: what was typed, also when it was wrong."""
    return value if isinstance(value, str) else "" if value is None else str(value)


def part(name: str, kind: FieldType, vi: str, en: str, **rest: Any) -> Field:
    """A piece of a compound type."""
    settings = rest.pop("settings", NO_SETTINGS)
    return Field(id=name, kind=kind, label=Text(vi, en), settings=settings, **rest)


__all__ = [
    "ABSENT",
    "EMPTY",
    "NO_SETTINGS",
    "SAYS",
    "Choices",
    "Context",
    "Control",
    "Field",
    "FieldError",
    "FieldType",
    "Invalid",
    "Option",
    "PostData",
    "Text",
    "Ui",
    "as_input",
    "first",
    "invalid",
    "part",
    "tidy",
]
