"""What asks nothing and stores nothing: headings and explanations between the questions."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui


class Heading(FieldType):
    key = "heading"
    title = Text("Tiêu đề", "Heading")
    help = Text("Tiêu đề nhỏ giữa các câu hỏi.", "A small heading between questions.")
    family = "layout"
    says = "nothing"
    asks = False

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        return None

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(kind="heading", **self.labels(field, ui))


class Explanation(Heading):
    """A paragraph for the reader: the label is its first line, the hint the rest."""

    key = "explanation"
    title = Text("Giải thích", "Explanation")
    help = Text("Đoạn giải thích cho người khai.", "A paragraph for the one who files.")

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        return Control(kind="note", **self.labels(field, ui))


TYPES = (Heading(), Explanation())
