"""Short text, with an optional mask (`9999`: digits, `A`: letters, `X`: either). A `pattern` is judged
by RE2, which cannot hang; it needs an example, so that the message can say what fits."""

from __future__ import annotations

from typing import Any

from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy
from motcua.eforms.formulas import fits, pattern_fault

DEFAULT_MAX = 255


def fits_mask(text: str, mask: str) -> bool:
    if len(text) != len(mask):
        return False
    for char, sign in zip(text, mask, strict=True):
        if sign == "9" and not (char.isascii() and char.isdigit()):
            return False
        if sign == "A" and not (char.isascii() and char.isalpha()):
            return False
        if sign == "X" and not (char.isascii() and char.isalnum()):
            return False
        if sign not in "9AX" and char != sign:
            return False
    return True


_NO_EXAMPLE = Text("biểu thức cần một ví dụ khớp với nó", "an expression needs an example that fits it")


class ShortText(FieldType):
    key = "text"
    title = Text("Văn bản ngắn", "Short text")
    help = Text(
        "Câu trả lời một dòng. Dùng khuôn hoặc biểu thức khi có hình thức cố định.",
        "One line. Give a mask or an expression when it has a fixed shape.",
    )
    family = "text"
    options = {
        "mask": settings.plain(
            "Khuôn: 9 là chữ số, A là chữ cái, X là một trong hai", "Mask: 9 digit, A letter, X either"
        ),
        "pattern": settings.plain("Biểu thức chính quy (RE2)", "Regular expression (RE2)"),
        "example": settings.plain("Ví dụ đúng với biểu thức", "An example that fits the expression"),
        "autocomplete": settings.AUTOCOMPLETE,
        "width": settings.one_of(
            "Chiều rộng của ô", "Width of the box", "2", "3", "4", "5", "10", "20", "30"
        ),
        "inputmode": settings.one_of(
            "Bàn phím của điện thoại", "Keyboard of a phone", "text", "numeric", "decimal", "tel"
        ),
        "spellcheck": settings.one_of("Kiểm tra chính tả", "Check spelling", "true", "false"),
    }
    messages = {
        "mask": Text("{subject} phải có dạng {mask}", "{subject} must look like {mask}"),
        "pattern": Text("{subject} phải có dạng như {example}", "{subject} must look like {example}"),
    }

    def clean(self, field: Field, raw: Any, context: Context) -> str:
        text = tidy(raw)
        limit = field.max_length or DEFAULT_MAX
        if len(text) > limit:
            raise invalid("too_long", limit=limit, length=len(text))
        mask = field.settings.get("mask", "")
        if mask and not fits_mask(text, mask):
            raise invalid("mask", mask=mask)
        pattern = field.settings.get("pattern", "")
        if pattern and not fits(pattern, text):
            raise invalid("pattern", example=str(field.settings.get("example", "")))
        if not text:
            raise invalid("required")
        return text

    def faults(self, field: Field) -> tuple[Text, ...]:
        pattern = field.settings.get("pattern")
        if pattern is None:
            return ()
        if wrong := pattern_fault(str(pattern)):
            return (Text(f"biểu thức chính quy viết sai: {wrong}", f"the expression is wrong: {wrong}"),)
        if not fits(str(pattern), str(field.settings.get("example", ""))):
            return (_NO_EXAMPLE,)
        return ()

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        s = field.settings
        return Control(
            kind="input",
            value=as_input(value),
            autocomplete=s.get("autocomplete", ""),
            inputmode=s.get("inputmode", ""),
            spellcheck=s.get("spellcheck", ""),
            width=s.get("width", ""),
            **self.labels(field, ui),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": field.max_length or DEFAULT_MAX}


class Agency(ShortText):
    """The office that keeps a register or issued a paper, in words: many of them no longer exist under that name."""

    key = "agency"
    title = Text("Cơ quan", "Agency")
    help = Text(
        "Tên cơ quan như ghi trên giấy tờ; nhiều cơ quan nay đã đổi tên.",
        "The name of an office as the paper has it; many have been renamed.",
    )
    family = "text"


TEXT = ShortText()
TYPES = (TEXT, Agency())
