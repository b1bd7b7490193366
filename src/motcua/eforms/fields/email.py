"""An e-mail address. The only real test is a letter that arrives, so the shape is checked loosely."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy

MAX = 254


def is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(
        at
        and local
        and len(local) <= 64
        and "@" not in local
        and not any(c.isspace() or c in '<>,;:"()[]\\' for c in text)
        and "." in domain
        and ".." not in text
        and not text.startswith(".")
        and all(label and label[0] != "-" and label[-1] != "-" for label in domain.split("."))
        and not local.endswith(".")
    )


class Email(FieldType):
    key = "email"
    title = Text("Thư điện tử", "E-mail")
    help = Text(
        "Địa chỉ thư điện tử.",
        "An e-mail address.",
    )
    family = "person"
    options = {"autocomplete": settings.AUTOCOMPLETE}
    messages = {
        "email_wrong": Text(
            "{subject} phải có dạng ten@example.com", "{subject} must look like name@example.com"
        ),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw)
        if len(text) > MAX:
            raise invalid("too_long", limit=MAX, length=len(text))
        if not is_address(text):
            raise invalid("email_wrong")
        local, _, domain = text.rpartition("@")
        return f"{local}@{domain.lower()}"

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(
            kind="input",
            value=as_input(value),
            type="email",
            spellcheck="false",
            autocomplete=field.settings.get("autocomplete", ""),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": MAX}


EMAIL = Email()
TYPES = (EMAIL,)
