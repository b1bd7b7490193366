"""Linked choices: the second list hangs on the first. One grouped list, so that it works without JavaScript.

Definition: `"groups": [{"code", "label"}]` and `"options"` that each name their `group`. The value is the code of the
inner choice, which is unique in the whole list; the outer one follows from it.
"""

from __future__ import annotations

from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.fields.base import Control, Field, Ui, as_input
from motcua.eforms.fields.code import Choice
from motcua.eforms.fields.settings import WORDING, Setting


class Linked(Choice):
    key = "linked"
    title = Text("Chọn theo nhóm", "Linked choices")
    help = Text(
        "Hai danh sách nối nhau, ví dụ lĩnh vực rồi nghề; hiện thành một danh sách chia nhóm.",
        "Two lists, the second hanging on the first, shown as one list in groups.",
    )
    options = {
        "groups": Setting(
            Text("Các nhóm", "Groups"),
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"code": {"type": "string", "minLength": 1}, "label": WORDING},
                    "required": ["code", "label"],
                    "additionalProperties": False,
                },
            },
        )
    }

    def groups(self, field: Field) -> dict[str, Text]:
        return {str(group["code"]): Text.of(group["label"]) for group in field.settings.get("groups", ())}

    def _group_of(self, field: Field, code: str, lang: str) -> str:
        option = field.choices.by_code.get(code) if field.choices else None
        found = self.groups(field).get(option.group) if option else None
        return found(lang) if found else ""

    def display(self, field: Field, value: Any, lang: str) -> str:
        outer, inner = self._group_of(field, str(value), lang), super().display(field, value, lang)
        return f"{outer} – {inner}" if outer else inner

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        groups = tuple((code, label(ui.lang)) for code, label in self.groups(field).items())
        return Control(
            kind="select",
            value=as_input(value),
            choices=field.choices,
            groups=groups,
            **self.labels(field, ui),
        )

    def export_columns(self, field: Field, lang: str) -> tuple[str, ...]:
        label = field.label(lang)
        return (f"{label}: {'group' if lang == 'en' else 'nhóm'}", label)

    def export_cells(self, field: Field, value: Any, lang: str) -> tuple[str, ...]:
        if value is None:
            return ("", "")
        return (self._group_of(field, str(value), lang), super().display(field, value, lang))

    def faults(self, field: Field) -> tuple[Text, ...]:
        found = list(super().faults(field))
        groups = self.groups(field)
        if not groups:
            found.append(Text("chưa có nhóm nào", "there are no groups"))
        options = field.choices.options if field.choices else ()
        found += [
            Text(f"lựa chọn “{option.code}” không thuộc nhóm nào", f"{option.code} is in no group")
            for option in options
            if option.group not in groups
        ]
        empty = groups.keys() - {option.group for option in options}
        found += [
            Text(f"nhóm “{code}” không có lựa chọn nào", f"the group {code} has no option")
            for code in sorted(empty)
        ]
        return tuple(found)


TYPES = (Linked(),)
