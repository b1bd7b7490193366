"""One of a long reference list, found by typing: ethnic groups, religions, countries, relations, occupations.

The browser's own list of suggestions helps while typing and needs no script; what was typed is found by code, by name,
without diacritics, or by the only name that has all of its words. Several that fit are named in the message.
"""

from __future__ import annotations

from typing import Any

from motcua.eforms.choices import Choices, Text
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Ui, invalid, tidy
from motcua.kernel.text import fold

SUGGESTED = 4


def search(choices: Choices, said: str, limit: int = 50) -> list[str]:
    """Codes whose name has every word of what was typed as the beginning of one of its own; the shortest names first."""
    wanted = fold(said).split()
    if not wanted:
        return []
    found = []
    for place, option in enumerate(choices.options):
        for name in (option.label.vi, option.label.en):
            words = fold(name).split()
            if all(any(word.startswith(one) for word in words) for one in wanted):
                found.append((len(words), place, option.code))
                break
    return [code for _, _, code in sorted(found)[:limit]]


_NO_LIST = Text("chưa chọn danh mục", "no list is chosen")


class ReferenceList(FieldType):
    key = "reference"
    title = Text("Danh mục có tìm kiếm", "Reference list with search")
    help = Text(
        "Chọn trong danh mục dài bằng cách gõ vài chữ: dân tộc, quốc gia, nghề nghiệp.",
        "Chosen from a long list by typing a few letters: ethnic group, country, occupation.",
    )
    family = "choice"
    says = "choice"
    chooses = True
    messages = {
        "reference_unknown": Text(
            "{subject}: không có “{typed}” trong danh mục. Gõ ít chữ hơn rồi chọn trong gợi ý",
            "{subject}: “{typed}” is not in the list. Type less and choose among the suggestions",
        ),
        "reference_several": Text(
            "{subject}: “{typed}” có thể là {names}. Hãy gõ rõ hơn",
            "{subject}: “{typed}” may be {names}. Type more of it",
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        said = tidy(raw)[:200]
        choices = field.choices
        if choices is None:
            raise invalid("not_offered")
        code = choices.match(said)
        if code is not None:
            return code
        found = search(choices, said, SUGGESTED)
        if len(found) == 1:
            return found[0]
        if not found:
            raise invalid("reference_unknown", typed=said)
        names = Text(
            ", ".join(choices.label(code, "vi") for code in found),
            ", ".join(choices.label(code, "en") for code in found),
        )
        raise invalid("reference_several", typed=said, names=names)

    def display(self, field: Field, value: Any, lang: str) -> str:
        return field.choices.label(str(value), lang) if field.choices else str(value)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        said = tidy(value)
        # A code is shown as its name, and what was typed as it was typed.
        known = field.choices is not None and said in field.choices.by_code
        shown = field.choices.label(said, ui.lang) if field.choices is not None and known else said
        return Control(kind="lookup", value=shown, choices=field.choices, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "enum": list(field.choices.by_code) if field.choices else []}

    def from_claim(self, field: Field, claim: Any) -> Any:
        return field.choices.match(str(claim)) if field.choices and claim not in (None, "") else None

    def faults(self, field: Field) -> tuple[Text, ...]:
        return () if field.choices and field.choices.options else (_NO_LIST,)


TYPES = (ReferenceList(),)
