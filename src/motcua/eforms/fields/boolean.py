"""Yes or no; and consents and declarations, which must be ticked when required."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import (
    ABSENT,
    Context,
    Control,
    Field,
    FieldType,
    PostData,
    Text,
    Ui,
    first,
    invalid,
    tidy,
)

YES = frozenset({"1", "true", "yes", "on", "có", "co"})
NO = frozenset({"0", "false", "no", "off", "không", "khong"})


class YesNo(FieldType):
    """A single tick box. A browser sends nothing for an empty box, so a hidden `.present` marks that it was shown."""

    key = "bool"
    title = Text("Có hoặc không", "Yes or no")
    help = Text(
        "Một ô đánh dấu: có hoặc không.",
        "One box: yes or no.",
    )
    family = "choice"
    says = "yes_no"
    chooses = True

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        posted = first(data, name)
        if posted is not ABSENT:
            return posted
        return False if first(data, f"{name}.present") is not ABSENT else ABSENT

    def blank(self, field: Field, raw: Any) -> bool:
        return raw is None or raw == ""

    def clean(self, field: Field, raw: Any, context: Context) -> bool:
        if isinstance(raw, bool):
            return raw
        said = tidy(raw).lower()
        if said in YES:
            return True
        if said in NO:
            return False
        raise invalid("not_offered")

    def display(self, field: Field, value: Any, lang: str) -> str:
        return ("Yes" if value else "No") if lang == "en" else ("Có" if value else "Không")

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        ticked = value is True or (isinstance(value, str) and value.lower() in YES)
        return Control(kind="checkbox", value=ticked, **self.labels(field, ui))

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "boolean"}


class Consent(YesNo):
    """A statement the person makes her own. Required means it must be ticked; `text` is the full wording."""

    key = "consent"
    title = Text("Cam đoan, đồng ý", "Declaration, consent")
    help = Text(
        "Sự đồng ý; nếu bắt buộc thì phải đánh dấu mới nộp được.",
        "Consent; when required it must be ticked.",
    )
    family = "choice"
    says = "yes_no"
    options = {"text": settings.words("Lời cam đoan đầy đủ", "The whole statement")}
    messages = {
        "must_tick": Text("Đánh dấu vào ô “{label}” để nộp hồ sơ", "Tick “{label}” to file the dossier"),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> bool:
        ticked = super().clean(field, raw, context)
        if field.required and not ticked:
            raise invalid("must_tick")
        return ticked

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        base = super().control(field, value, ui)
        text = Text.of(field.settings.get("text"))(ui.lang)
        return Control(
            kind="checkbox",
            name=base.name,
            id=base.id,
            label=base.label,
            value=base.value,
            hint=base.hint,
            error=base.error,
            required=base.required,
            text=text,
        )


class Declaration(Consent):
    key = "declaration"
    title = Text("Lời cam đoan", "Declaration")
    help = Text(
        "Lời cam đoan; nếu bắt buộc thì phải đánh dấu mới nộp được.",
        "A declaration; when required it must be ticked.",
    )
    family = "choice"
    says = "yes_no"


TYPES = (YesNo(), Consent(), Declaration())
