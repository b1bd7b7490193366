"""Between a browser's fields and a draft's answers: what has really changed, what two tabs disagree on, form pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, Invalid, Ui
from motcua.eforms.forms import Form


def same(field: Field, left: Any, right: Any) -> bool:
    """Whether two raw or cleaned answers say the same: a prefilled date and the three boxes it was drawn as do."""
    if left == right:
        return True
    blank_left, blank_right = field.kind.blank(field, left), field.kind.blank(field, right)
    if blank_left or blank_right:
        return blank_left and blank_right
    context = Context()
    try:
        return bool(field.kind.clean(field, left, context) == field.kind.clean(field, right, context))
    except Invalid:
        return False


def changed(form: Form, stored: Mapping[str, Any], posted: Mapping[str, Any]) -> dict[str, Any]:
    """The posted answers that differ from the stored ones."""
    return {
        name: value for name, value in posted.items() if not same(form.by_id[name], stored.get(name), value)
    }


def conflicts(
    form: Form,
    stored: Mapping[str, Any],
    touched: Mapping[str, int],
    posted: Mapping[str, Any],
    revision: int,
) -> list[str]:
    """Fields changed elsewhere since ``revision`` that this post would overwrite with something else."""
    return [
        name
        for name, value in posted.items()
        if touched.get(name, 0) > revision and not same(form.by_id[name], stored.get(name), value)
    ]


def shown(field: Field, value: Any, language: str) -> str:
    """An answer as text, also when it is not right: then what was typed."""
    if field.kind.blank(field, value):
        return ""
    try:
        return field.kind.display(field, field.kind.clean(field, value, Context(None)), language)
    except (Invalid, KeyError, TypeError, ValueError):
        return " ".join(text for _, text in pairs(control(field, value, language)) if text)


def plain(value: Any) -> str:
    """Something typed, of a question that is gone, as a line of text."""
    if isinstance(value, Mapping):
        return ", ".join(text for item in value.values() if (text := plain(item)))
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := plain(item)))
    return "" if value is None or isinstance(value, bool) else str(value)


def control(field: Field, value: Any, language: str) -> Control:
    return field.kind.control(field, value, Ui(field.id, f"f-{field.id}", language))


def pairs(drawn: Control) -> list[tuple[str, str]]:
    """The names and values a browser would submit for a control: what autosave.js puts back into the page."""
    match drawn.kind:
        case "output" | "note" | "heading" | "file":
            return []
        case "checkboxes":
            return [(drawn.name, str(value)) for value in drawn.value or ()]
        case "checkbox":
            return [(drawn.name, "1")] if drawn.value else []
        case "date" | "fieldset":
            return _all(drawn.children)
        case "rows":
            return [(f"{drawn.name}.rows", str(drawn.value)), *_all(row for row in drawn.children)]
        case _ if drawn.children:
            return _all(drawn.children)
        case _:
            return [(drawn.name, str(drawn.value if drawn.value is not None else ""))]


def _all(children: Iterable[Control]) -> list[tuple[str, str]]:
    return [pair for child in children for pair in pairs(child)]


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that two tabs disagree on."""

    field: str
    label: str
    theirs: str
    mine: str


def choices(
    form: Form, names: Iterable[str], stored: Mapping[str, Any], posted: Mapping[str, Any], language: str
) -> list[Choice]:
    return [
        Choice(
            field=name,
            label=form.by_id[name].label(language),
            theirs=shown(form.by_id[name], stored.get(name), language),
            mine=shown(form.by_id[name], posted[name], language),
        )
        for name in names
    ]
