"""What a reader of foreign files had to guess or leave out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.processing.bpmn.xml import Element


@dataclass(frozen=True, slots=True)
class Note:
    """``code`` is worded by the face; ``element``: id of what it is about, ``line`` where it stands."""

    code: str
    element: str
    line: int
    detail: str = ""


class Notes(list[Note]):
    """In the order found, each once."""

    def add(self, code: str, element: Element, detail: str = "") -> None:
        note = Note(code, element.id or element.tag, element.line, detail[:120])
        if note not in self:
            self.append(note)
