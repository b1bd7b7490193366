"""One choice or several, from options of the definition or a reference list."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import (
    ABSENT,
    EMPTY,
    Choices,
    Context,
    Control,
    Field,
    FieldType,
    Option,
    PostData,
    Text,
    Ui,
    as_input,
    first,
    invalid,
    tidy,
)

RADIOS_UP_TO = 7


NO_CHOICES = Text("chưa có lựa chọn nào hoặc chưa chọn danh mục", "there are no options and no list")


class Choice(FieldType):
    """Radios up to seven options, a list beyond; `widget` says otherwise. Only codes of the stored version pass."""

    key = "code"
    title = Text("Chọn một", "One choice")
    help = Text(
        "Chọn một trong danh sách; đến bảy lựa chọn thì hiện hết.",
        "One of a list; up to seven are all shown.",
    )
    family = "choice"
    says = "choice"
    options = {"widget": settings.one_of("Cách hiện", "Shown as", "radios", "select")}
    chooses = True

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        code = tidy(raw)
        if field.choices is None or code not in field.choices.by_code:
            raise invalid("not_offered")
        return code

    def display(self, field: Field, value: Any, lang: str) -> str:
        return field.choices.label(str(value), lang) if field.choices else str(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        size = len(field.choices.options) if field.choices else 0
        kind = field.settings.get("widget") or ("radios" if size <= RADIOS_UP_TO else "select")
        return Control(kind=kind, value=as_input(value), choices=field.choices, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": list(field.choices.by_code) if field.choices else []}

    def from_claim(self, field: Field, claim: Any) -> Any:
        return field.choices.match(str(claim)) if field.choices and claim not in (None, "") else None

    def faults(self, field: Field) -> tuple[Text, ...]:
        return () if field.choices and field.choices.options else (NO_CHOICES,)


class MultiChoice(FieldType):
    """Several choices, stored in the order of the list, each once."""

    key = "multi"
    title = Text("Chọn nhiều", "Several choices")
    help = Text(
        "Chọn một hoặc nhiều trong danh sách.",
        "One or several of a list.",
    )
    family = "choice"
    says = "choices"
    options = {
        "min": settings.whole("Chọn ít nhất", "At least", high=100),
        "max": settings.whole("Chọn nhiều nhất", "At most", low=1, high=100),
    }
    chooses = True
    messages = {
        "too_few": Text("Chọn ít nhất {limit} mục ở “{label}”", "Choose at least {limit} under “{label}”"),
        "too_many": Text("Chọn nhiều nhất {limit} mục ở “{label}”", "Choose at most {limit} under “{label}”"),
    }

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        if name in data:
            return [item for item in data[name] if item]
        return [] if first(data, f"{name}.present") is not ABSENT else ABSENT

    def clean(self, field: Field, raw: Any, context: Context) -> list[str]:
        asked = {tidy(item) for item in (raw if isinstance(raw, list) else [raw])}
        offered = field.choices.by_code if field.choices else {}
        if not asked <= offered.keys():
            raise invalid("not_offered")
        if len(asked) < field.settings.get("min", 0):
            raise invalid("too_few", limit=field.settings["min"])
        if len(asked) > field.settings.get("max", len(offered)):
            raise invalid("too_many", limit=field.settings["max"])
        return [code for code in offered if code in asked]

    def display(self, field: Field, value: Any, lang: str) -> str:
        return "\n".join(field.choices.label(code, lang) for code in value) if field.choices else ""

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        chosen = value if isinstance(value, list) else []
        return Control(kind="checkboxes", value=chosen, choices=field.choices, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        codes = list(field.choices.by_code) if field.choices else []
        return {"type": "array", "items": {"type": "string", "enum": codes}, "uniqueItems": True}

    def faults(self, field: Field) -> tuple[Text, ...]:
        return () if field.choices and field.choices.options else (NO_CHOICES,)


def choices_of(*pairs: tuple[str, str, str], key: str = "inline") -> Choices:
    """Choices from (code, Vietnamese, English)."""
    return Choices(key, tuple(Option(code, Text(vi, en), EMPTY) for code, vi, en in pairs))


CHOICE = Choice()
TYPES = (CHOICE, MultiChoice())
