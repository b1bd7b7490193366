"""Worklists: open step runs by the officer's seats as they are *now*, and dossiers that are searched or followed.

One condition per list (``conditions.py``, as SQL in ``sources.py``) makes its rows, its count, its neighbours and its exports
(``reading.py``; ``lines.py`` is what they are), so that they agree by construction. Plain SQL and light rows: a list of fifty is the page officers open most.
"""

from __future__ import annotations

from motcua.workspace.rules import VIEWS, Asked, View
from motcua.workspace.worklists.conditions import COUNT_TO, soon_until
from motcua.workspace.worklists.lines import Line, Neighbours, Row, Worklist, key_of, read_key
from motcua.workspace.worklists.options import Options, options
from motcua.workspace.worklists.reading import counts, lines, neighbours, walk, worklist

__all__ = [
    "COUNT_TO", "VIEWS", "Asked", "Line", "Neighbours", "Options", "Row", "View", "Worklist", "counts", "key_of", "lines",
    "neighbours", "options", "read_key", "soon_until", "walk", "worklist",
]  # fmt: skip
