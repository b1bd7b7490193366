"""BPMN 2.0 XML as interchange: processes written for other tools, and read back from them. Pure.

What a file may hold is what a process table can say; everything else is refused by the element that says it
(:class:`Unsupported`). Conditions travel as data, never as code.
"""

from motcua.processing.bpmn.reading import Imported, Note, read
from motcua.processing.bpmn.writing import write
from motcua.processing.bpmn.xml import Unreadable, Unsupported

__all__ = ["Imported", "Note", "Unreadable", "Unsupported", "read", "write"]
