"""A value made from other answers; never read from a post. `compute`: `{"kind": …, "of": id or [ids]}`.

Kinds: `date_words` (birth certificates write the date in words), `number_words`, `money_words`, `sum` (numbers, or one
`column` of a table), `count` (rows), `joined` (texts). A formula language is a later decision; this list needs none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui
from motcua.eforms.fields.numbers import grouped
from motcua.kernel.money import dong_words
from motcua.kernel.text import date_words, words

KINDS = {"date_words", "number_words", "money_words", "sum", "count", "joined"}


def _sources(field: Field) -> tuple[str, ...]:
    of = field.settings.get("compute", {}).get("of", ())
    return (of,) if isinstance(of, str) else tuple(of)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class Computed(FieldType):
    key = "computed"
    title = Text("Giá trị tự tính", "Computed value")
    options = frozenset({"compute"})
    asks = False

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        return raw

    def depends(self, field: Field) -> frozenset[str]:
        return frozenset(_sources(field))

    def compute(self, field: Field, values: Mapping[str, Any]) -> Any:
        spec = field.settings.get("compute", {})
        given = [values[source] for source in _sources(field) if values.get(source) is not None]
        if not given:
            return None
        match spec.get("kind"):
            case "date_words" if isinstance(given[0], str) and len(given[0]) == 10:
                return _capital(date_words(dt.date.fromisoformat(given[0])))
            case "number_words" if isinstance(given[0], int):
                return _capital(words(given[0]))
            case "money_words" if isinstance(given[0], int):
                return dong_words(given[0])
            case "sum":
                column = spec.get("column")
                numbers = [row.get(column, 0) for row in given[0]] if column else given
                total = sum(n for n in numbers if isinstance(n, int | float))
                return round(total, 6)
            case "count" if isinstance(given[0], list):
                return len(given[0])
            case "joined":
                return str(spec.get("with", " ")).join(str(item) for item in given)
            case _:
                return None

    def display(self, field: Field, value: Any, lang: str) -> str:
        return grouped(value) if isinstance(value, int | float) else str(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        shown = "" if value is None else self.display(field, value, ui.lang)
        return Control(kind="output", value=shown, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": ["string", "number"], "readOnly": True}

    def faults(self, field: Field) -> tuple[str, ...]:
        spec = field.settings.get("compute")
        if not isinstance(spec, Mapping) or spec.get("kind") not in KINDS or not _sources(field):
            return (f"compute needs a kind ({', '.join(sorted(KINDS))}) and what it is of",)
        return ()


class Heading(FieldType):
    """A heading inside a section; asks nothing and stores nothing."""

    key = "heading"
    title = Text("Tiêu đề", "Heading")
    asks = False

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        return None

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(kind="heading", **self.labels(field, ui))


class Explanation(Heading):
    """A paragraph for the reader: the label is its first line, the hint the rest."""

    key = "explanation"
    title = Text("Giải thích", "Explanation")

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(kind="note", **self.labels(field, ui))


TYPES = (Computed(), Heading(), Explanation())
