"""A value made from other answers; never read from a post.

Either `"compute": {"kind": …, "of": id or [ids]}` from a closed list (`date_words`: birth certificates write the date in
words, `number_words`, `money_words`, `sum` of numbers or of one `column` of a table, `count` of rows, `joined` texts),
or a `formula` in CEL (`formulas.py`) with `as` (`money`, `whole`, `number`, `text`) and `blanks` (`zero`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui
from motcua.eforms.fields.numbers import grouped
from motcua.eforms.fields.settings import Setting
from motcua.eforms.formulas import BadFormula, compile_formula, names
from motcua.kernel.money import dong_words, format_dong
from motcua.kernel.text import date_words, words

#: kind → (what it may be of, what it gives)
KINDS: Mapping[str, tuple[frozenset[str], str]] = {
    "date_words": (frozenset({"date"}), "text"),
    "number_words": (frozenset({"whole"}), "text"),
    "money_words": (frozenset({"whole"}), "text"),
    "sum": (frozenset({"whole", "number", "rows"}), "number"),
    "count": (frozenset({"rows", "choices"}), "whole"),
    "joined": (frozenset({"text", "choice", "date", "whole", "number"}), "text"),
}
AS = {"money": "whole", "whole": "whole", "number": "number", "text": "text"}


def _sources(field: Field) -> tuple[str, ...]:
    of = field.settings.get("compute", {}).get("of", ())
    return (of,) if isinstance(of, str) else tuple(of)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_BOTH = Text(
    "chỉ dùng một trong hai: cách tính có sẵn hoặc công thức", "give either a way of reckoning or a formula"
)
_NEITHER = Text(
    f"cần công thức, hoặc cách tính có sẵn ({', '.join(sorted(KINDS))}) và tính từ câu hỏi nào",
    f"needs a formula, or a way of reckoning ({', '.join(sorted(KINDS))}) and what it is of",
)


class Computed(FieldType):
    key = "computed"
    title = Text("Giá trị tự tính", "Computed value")
    help = Text(
        "Giá trị hệ thống tự tính từ câu trả lời khác; người khai không sửa được.",
        "A value worked out from other answers; nobody can type it.",
    )
    family = "layout"
    says = "number"
    options = {
        "compute": Setting(
            Text("Cách tính có sẵn", "Ready-made reckoning"),
            {
                "type": "object",
                "properties": {
                    "kind": {"type": "string"},
                    "of": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                    "column": {"type": "string"},
                    "with": {"type": "string", "maxLength": 20},
                },
                "additionalProperties": False,
            },
        ),
        "formula": settings.plain("Công thức (CEL)", "Formula (CEL)", longest=500),
        "as": settings.one_of("Hiện như", "Shown as", *AS),
        "blanks": settings.one_of("Ô để trống tính là", "Blank answers count as", "zero"),
        "unit": settings.plain("Đơn vị", "Unit", longest=20),
    }
    asks = False

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        return raw

    def depends(self, field: Field) -> frozenset[str]:
        formula = field.made.get("formula")
        return formula.needs if formula is not None else frozenset(_sources(field))

    def speaks(self, field: Field) -> str:
        formula = field.made.get("formula")
        if "as" in field.settings:
            return AS.get(str(field.settings["as"]), "number")
        if formula is not None:
            return str(formula.gives)
        kind = field.settings.get("compute", {}).get("kind")
        return KINDS[kind][1] if kind in KINDS else "number"

    def mentions(self, field: Field) -> frozenset[str]:
        return names(str(field.settings.get("formula", "")))

    def link(self, field: Field, fields: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
        if "formula" in field.settings:
            try:
                formula = compile_formula(str(field.settings["formula"]), fields)
            except BadFormula as wrong:
                return ((wrong.code, str(wrong)),)
            field.made["formula"] = formula
            wanted = AS.get(str(field.settings.get("as", "")), "")
            if wanted and (wanted == "text") != (formula.gives == "text"):
                return (("formula_type", f"gives {formula.gives}, shown as {field.settings['as']}"),)
            return ()
        kind = field.settings.get("compute", {}).get("kind")
        if kind not in KINDS:
            return ()
        known = [fields[name] for name in _sources(field) if name in fields]
        return tuple(
            ("compute_type", f"{kind} of {source.id}, which is {source.kind.speaks(source)}")
            for source in known
            if source.kind.speaks(source) not in KINDS[kind][0]
        )

    def compute(self, field: Field, values: Mapping[str, Any]) -> Any:
        formula = field.made.get("formula")
        if formula is not None:
            made = formula.value(values, zero=field.settings.get("blanks") == "zero")
            if isinstance(made, float) and field.settings.get("as") in ("money", "whole"):
                return int(made + 0.5)
            return made
        return self._ready_made(field, values)

    def _ready_made(self, field: Field, values: Mapping[str, Any]) -> Any:
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
        if isinstance(value, bool):
            return ("Yes" if value else "No") if lang == "en" else ("Có" if value else "Không")
        if field.settings.get("as") == "money" and isinstance(value, int):
            return format_dong(value)
        unit = field.settings.get("unit", "")
        shown = grouped(value) if isinstance(value, int | float) else str(value)
        return f"{shown}\u00a0{unit}" if unit else shown

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        shown = "" if value is None else self.display(field, value, ui.lang)
        return Control(kind="output", value=shown, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"], "readOnly": True}

    def faults(self, field: Field) -> tuple[Text, ...]:
        spec = field.settings.get("compute")
        if "formula" in field.settings:
            return (_BOTH,) if spec is not None else ()
        if not isinstance(spec, Mapping) or spec.get("kind") not in KINDS or not _sources(field):
            return (_NEITHER,)
        return ()


TYPES = (Computed(),)
