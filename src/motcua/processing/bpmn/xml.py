"""XML from strangers, read safely into a small tree; and escaped when written. Pure.

expat with every door closed: a document type (the way to entities, bombs and other files) is refused where it begins,
and size, depth and number of elements are bounded before anything is built from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
#: What BPMN has no words for. A name, not an address: nothing is ever fetched.
MOTCUA: Final = "urn:motcua:process:1"

MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS = 2 * 1024 * 1024, 60, 20_000
_SEP = "\x1f"


class Unreadable(ValueError):
    """The file is no XML that is read here: ``code`` is too_large, no_xml, doctype, too_deep, too_many or no_bpmn."""

    def __init__(self, code: str, line: int = 0, detail: str = "") -> None:
        super().__init__(f"{code} {detail} (line {line})".strip())
        self.code, self.line, self.detail = code, line, detail


class Unsupported(ValueError):
    """An element that a process table cannot say. ``element``: its id, or its kind when it has none; ``what``: why.

    ``kind``: the local name of the element; ``line``: where it stands.
    """

    def __init__(self, element: Element, what: str, detail: str = "") -> None:
        self.element, self.kind, self.line = element.id or element.tag, element.tag, element.line
        self.what, self.detail = what, detail
        super().__init__(f"{what}: {self.kind} {self.element} (line {self.line}) {detail}".strip())


@dataclass(slots=True)
class Element:
    """One element: namespace, local name, attributes by ``name`` or ``{namespace}name``, line, children, own text."""

    space: str
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def all(self, tag: str, space: str = BPMN) -> Iterator[Element]:
        return (child for child in self.children if child.tag == tag and child.space == space)

    def one(self, tag: str, space: str = BPMN) -> Element | None:
        return next(self.all(tag, space), None)

    def own(self, tag: str) -> Element | None:
        """What Motcua itself wrote into the extension elements."""
        extensions = self.one("extensionElements")
        return extensions.one(tag, MOTCUA) if extensions else None


def parse(data: bytes) -> Element:
    """The root of a document. Raises :class:`Unreadable`."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", 0, str(len(data)))
    parser = expat.ParserCreate(namespace_separator=_SEP)
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        line = parser.CurrentLineNumber
        if count > MAX_ELEMENTS:
            raise Unreadable("too_many", line)
        if len(stack) >= MAX_DEPTH:
            raise Unreadable("too_deep", line)
        space, _, tag = name.rpartition(_SEP)
        plain = {_attribute(key): value for key, value in attributes.items()}
        element = Element(space, tag, plain, line)
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].texts.append(data)

    def doctype(*_: object) -> None:
        raise Unreadable("doctype", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as wrong:
        raise Unreadable("no_xml", wrong.lineno, expat.errors.messages.get(wrong.code, "")) from wrong
    except (ValueError, LookupError) as wrong:
        if isinstance(wrong, Unreadable):
            raise
        raise Unreadable("no_xml", parser.CurrentLineNumber, "encoding") from wrong  # an encoding nobody has
    return roots[0]


def _attribute(name: str) -> str:
    space, _, local = name.rpartition(_SEP)
    return f"{{{space}}}{local}" if space else local


_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_NEEDS = re.compile(r'[&<>"\n\r\t]')


def escaped(value: str) -> str:
    """Text for an element or an attribute; what is read back is exactly what was written."""
    return _NEEDS.sub(lambda match: _ESCAPES[match[0]], value)


def attributes(**values: str | None) -> str:
    """`` name="value"`` of those that are not None; ``__`` stands for the colon of a prefix."""
    return "".join(
        f' {name.rstrip("_").replace("__", ":")}="{escaped(value)}"'
        for name, value in values.items()
        if value is not None
    )
