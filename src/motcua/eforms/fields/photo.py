"""A portrait: a reference to a stored file. The paper pages upload it; this type only holds which one it is.

The value is `{"file": id, "name": original name}`. A posted id is a claim: whoever files checks that the file belongs
to this draft before it is bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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

_FILE_ID = re.compile(r"[0-9A-Za-z\-]{8,64}")


class Photo(FieldType):
    key = "photo"
    title = Text("Ảnh chân dung", "Portrait photo")
    help = Text(
        "Ảnh chân dung tải lên.",
        "An uploaded portrait.",
    )
    family = "paper"
    says = "pieces"
    options = {"spec": settings.words("Yêu cầu của ảnh", "What the photo must be like")}
    chooses = True
    messages = {
        "photo_missing": Text("Tải lên {subject_lower}", "Upload {subject_lower}"),
    }

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        file = first(data, f"{name}.file")
        if file is ABSENT:
            return ABSENT
        title = first(data, f"{name}.name")
        return {"file": file, "name": "" if title is ABSENT else title}

    def blank(self, field: Field, raw: Any) -> bool:
        return not isinstance(raw, Mapping) or not tidy(raw.get("file"))

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, str]:
        file = tidy(raw.get("file"))
        if not _FILE_ID.fullmatch(file):
            raise invalid("photo_missing")
        return {"file": file, "name": tidy(raw.get("name"))[:200]}

    def display(self, field: Field, value: Any, lang: str) -> str:
        return value["name"] or ("photo" if lang == "en" else "ảnh")

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        given = value if isinstance(value, Mapping) else {}
        shown = {"file": tidy(given.get("file")), "name": tidy(given.get("name"))}
        return Control(
            kind="file",
            value=shown,
            text=Text.of(field.settings.get("spec"))(ui.lang),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"file": {"type": "string"}, "name": {"type": "string"}},
            "required": ["file"],
            "additionalProperties": False,
        }

    def from_claim(self, field: Field, claim: Any) -> Any:
        return None


TYPES = (Photo(),)
