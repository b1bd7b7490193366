"""A question that is answered by papers: it names a component of the procedure, which is uploaded on the papers page.

Where the question is asked and required, so is its paper (`rules.papers_wanted`); where it is hidden, the paper is not
asked for. Nothing is stored among the answers: the files are the dossier's papers, checked and kept once.
"""

from __future__ import annotations

from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Ui

_NO_COMPONENT = Text("chưa chọn thành phần hồ sơ", "no paper is chosen")


class Files(FieldType):
    key = "file"
    title = Text("Tệp giấy tờ", "Files")
    help = Text(
        "Giấy tờ phải nộp khi câu hỏi này hiện ra; tải lên ở trang Giấy tờ.",
        "A paper that must be given when this question shows; uploaded on the page of papers.",
    )
    family = "paper"
    says = "nothing"
    asks = False
    options = {"component": settings.plain("Mã thành phần hồ sơ", "Key of the component", longest=80)}

    def clean(self, field: Field, raw: Any, context: Context) -> Any:
        return None

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        text = (
            "You will upload this paper on the page “Papers”."
            if ui.lang == "en"
            else "Giấy tờ này được tải lên ở trang “Giấy tờ”."
        )
        return Control(kind="note", text=text, **self.labels(field, ui))

    def faults(self, field: Field) -> tuple[Text, ...]:
        return () if field.settings.get("component") else (_NO_COMPONENT,)


TYPES = (Files(),)
