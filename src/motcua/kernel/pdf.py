"""Documents: a typst template of a room and data in, PDF/A out. Pure: no clock, no Django, no system fonts.

Data travels as JSON in `sys.inputs`, never as markup, so a name like `#eval("1+1")` or `<b>` is printed as it is
written. The same template, data and moment give the same bytes, on any machine: a reprint is the original.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import typst

from motcua.kernel import fonts

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
# The standards we stand behind. A signature adds an untagged form field, so a signed document cannot keep the promise
# of level "a"; the document is tagged all the same under "a-2b" (typst tags every PDF).
Standard = Literal["a-2b", "a-2a", "ua-1"]

ROOT = (
    Path(__file__).resolve().parent.parent
)  # templates may import each other inside the package, nothing outside


class TemplateError(Exception):
    """A template that is missing or does not fit its data: our mistake, never the person's."""


# One compiler a process: it keeps fonts and parsed templates warm (first document 60 ms, then 5–10). typst's compiler
# is one object with changing inputs, so threads take turns.
_turn = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    families = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts.DIRECTORY]
    )
    return typst.Compiler(input=b"", root=ROOT, font_paths=families, ignore_system_fonts=True)


def _printable(value: JSON) -> JSON:
    if isinstance(value, str):
        return fonts.printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_printable(item) for item in value]
    return value


def _template(name: str) -> Path:
    room, _, stem = name.partition("/")
    path = ROOT / room / "typst" / f"{stem}.typ"
    if not (room.isidentifier() and stem.replace("-", "_").isidentifier() and path.is_file()):
        raise TemplateError(f"no template {name!r}")
    return path


def render(template: str, data: Mapping[str, JSON], *, at: datetime, standard: Standard = "a-2b") -> bytes:
    """The PDF of `template` ("results/birth" is `results/typst/birth.typ`) filled with `data`, dated `at` (aware).

    `at` becomes the creation date in the metadata; title, author and language are set by the template.
    Raises TemplateError when the template is missing or asks for data that is not there.
    """
    if at.tzinfo is None:
        raise ValueError("a document needs an aware moment")
    payload = json.dumps(_printable(data), ensure_ascii=False)
    path = _template(template)
    with _turn:
        try:
            document = _compiler().compile(
                input=path,
                format="pdf",
                sys_inputs={"data": payload},
                pdf_standards=[standard],
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as error:
            # The message names template and line; it may quote data, so it is for the developer, not for the log of a face.
            raise TemplateError(f"{template}: {error.message}") from error
    assert isinstance(document, bytes)
    return document


#: typst drops from its memory what so many documents in a row have not used.
_REMEMBERED = 10


def forget() -> None:
    """Let the compiler drop what it remembers of the documents before: between the sheets of a large one."""
    with _turn:
        for _ in range(_REMEMBERED + 1):
            _compiler().compile(input=b"", format="pdf")
