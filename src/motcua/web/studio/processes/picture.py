"""A process as a picture: the same table as boxes and lines, to be drawn as SVG by the page. Nothing is decided here.

Where it is written on, each line begins with a "+", its end can be held, and boxes and lines lead to what can be done
there (``panel.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from motcua.processing import layout
from motcua.processing.rules import Kind, StepSpec
from motcua.processing.table_edits import START, Line, drawn
from motcua.processing.tables import Table
from motcua.web.studio.processes.words import duration, outcome_name, who

#: Width of a letter at the size of the labels, lines of a label, letters a line.
LETTER, LINE = 7.2, 17
TASK_WIDTH, TASK_LETTERS, TASK_LINES = 176, 21, 3
SMALL = {Kind.CHOICE: (150, 84), Kind.FORK: (120, 44), Kind.JOIN: (120, 44), Kind.AUTO: (170, 64)}
END = (28, 28)
MISSING = (150, 60)
#: From the side of a box to the middle of the "+", from there to the words, and between two lines that leave a box.
PLUS, WORDS, APART = 17, 18, 28
HEAD = 52
_NAME_LETTERS = {Kind.CHOICE: 17, Kind.FORK: 15, Kind.JOIN: 15, Kind.AUTO: 21}


@dataclass(frozen=True)
class Picture:
    """What the template draws. ``told``: the picture in words, for those who do not see it."""

    width: int
    height: int
    lanes: list[dict[str, Any]] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    told: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a picture is drawn. ``link``: where a box leads, with ``{}`` for the key of its row; ``line``: where a line
    leads, ``{}`` for the line, where it is written on; ``chosen``: the key or the line that is being written on.
    """

    english: bool
    labels: Mapping[str, str]
    link: str
    line: str = ""
    wrong: frozenset[str] | set[str] = frozenset()
    chosen: str = ""


def wrapped(text: str, letters: int, lines: int) -> list[str]:
    """Words on lines of so many letters; what does not fit ends in an ellipsis."""
    found: list[str] = []
    for word in text.split():
        if found and len(found[-1]) + 1 + len(word) <= letters:
            found[-1] += f" {word}"
        else:
            found.append(word)
    found = [line if len(line) <= letters else f"{line[: letters - 1]}…" for line in found]
    if len(found) > lines:
        found = found[:lines]
        found[-1] = f"{found[-1][: letters - 1]}…"
    return found


def picture(table: Table, how: Drawn) -> Picture | None:
    """None when there is nothing to draw: no rows, or two of the same key. A row that is named and not there is drawn as
    what is missing.
    """
    steps = {step.key: step for step in table.steps}
    if not steps or len(steps) != len(table.steps):
        return None
    together = drawn(table)
    lanes = _lanes(table)
    nodes = _boxes(table, together, lanes, writing=bool(how.line))
    words = {lines: _edge_words(steps.get(lines[0].row), lines, how.labels) for lines in together}
    edges = {
        lines: layout.Edge(
            str(lines[0]),
            lines[0].row,
            _target(table, lines[0]),
            int(max(map(len, words[lines]), default=0) * LETTER * 0.9) + ((PLUS + WORDS) if how.line else 0),
        )
        for lines in together
    }
    done = layout.draw(nodes, list(edges.values()), list(dict.fromkeys(lanes.values())))
    return Picture(
        done.width + HEAD,
        done.height + 2,
        [
            {
                "name": wrapped(name, max(9, int(height / 6.6)), 3),
                "y": y,
                "height": height,
                "middle": y + height // 2,
            }
            for name, (y, height) in done.lanes.items()
        ],
        [_node(steps, node.id, done.boxes[node.id], how) for node in nodes],
        # Those of one box from top to bottom, as they are read and as keys go through them.
        sorted(
            (_edge(table, lines, edges[lines], done, words[lines], how) for lines in together),
            key=lambda edge: int(edge["plus"][1]),
        ),
        _told(table, how.labels, how.english),
    )


def _target(table: Table, line: Line) -> str:
    """Id of the box a line leads to; an end belongs to the row that leads to it."""
    if line == START:
        return table.steps[0].key
    to = next(step.outcomes[line.outcome] for step in table.steps if step.key == line.row)
    return to if to is not None else f"end {line.row}"


def _boxes(
    table: Table, together: Sequence[Sequence[Line]], lanes: dict[str, str], *, writing: bool
) -> list[layout.Node]:
    """Every box in the order in which they are read: the start, then each row with its end and with what is missing."""
    found = [layout.Node(START.row, lanes[table.steps[0].key], *END)]
    keys = {step.key for step in table.steps}
    for step in table.steps:
        width, height = SMALL.get(Kind(step.kind), (TASK_WIDTH, 92))
        # Where lines can be pressed, they leave the box so far apart that a finger can tell them.
        leaving = sum(lines[0].row == step.key for lines in together) if writing else 0
        found.append(layout.Node(step.key, lanes[step.key], width, max(height, APART * (leaving + 1))))
        if None in step.outcomes.values():
            found.append(layout.Node(f"end {step.key}", lanes[step.key], *END))
        for to in step.following:
            if to not in keys:
                keys.add(to)
                found.append(layout.Node(to, lanes[step.key], *MISSING))
    return found


def _lanes(table: Table) -> dict[str, str]:
    """Name of the lane of each row: who does it; what nobody does stands with the row that leads to it."""
    found = {step.key: who(step) for step in table.steps if step.kind == Kind.TASK}
    before = {to: step.key for step in reversed(table.steps) for to in step.following}
    last = next(iter(found.values()), _("Hệ thống"))
    for step in table.steps:
        if step.key not in found:
            found[step.key] = found.get(before.get(step.key, ""), last)
        last = found[step.key]
    return {step.key: found[step.key] for step in table.steps}


def _edge_words(step: StepSpec | None, lines: Sequence[Line], labels: Mapping[str, str]) -> list[str]:
    if step is None or step.kind not in (Kind.TASK, Kind.CHOICE):
        return []
    return [text for line in lines for text in wrapped(outcome_name(step, line.outcome, labels), 22, 2)]


def name_of(step: StepSpec, *, english: bool) -> str:
    """The name of a row in the language of the page."""
    return (english and step.name_en) or step.name or step.key


def line_name(table: Table, lines: Sequence[Line], how: Drawn) -> str:
    """A line in words: `Thẩm định hồ sơ: Trình ký → Ký số`."""
    names = {step.key: name_of(step, english=how.english) for step in table.steps}
    target = _target(table, lines[0])
    to = names.get(target) or (_("kết thúc") if target.startswith("end ") else f"{target}?")
    if lines[0] == START:
        return f"{_('Bắt đầu')} → {to}"
    step = next(step for step in table.steps if step.key == lines[0].row)
    said = ", ".join(outcome_name(step, line.outcome, how.labels) for line in lines)
    return f"{names[step.key]}: {said} → {to}"


def _node(steps: Mapping[str, StepSpec], id_: str, box: layout.Box, how: Drawn) -> dict[str, Any]:
    x = box.x + HEAD
    place = {
        "id": id_,
        "x": x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "cx": x + box.width // 2,
        "cy": box.middle,
        "wrong": False,
    }
    step = steps.get(id_)
    if step is None:
        if id_ == START.row or " " in id_:
            return {**place, "kind": "start" if id_ == START.row else "end"}
        gone = [(_("Không còn bước"), box.middle - 4), (wrapped(id_, 18, 1)[0], box.middle + 14)]
        return {**place, "kind": "missing", "lines": gone}
    kind = Kind(step.kind)
    lines = wrapped(
        name_of(step, english=how.english),
        _NAME_LETTERS.get(kind, TASK_LETTERS),
        TASK_LINES if kind == Kind.TASK else 2,
    )
    foot = duration(step.working_minutes) if kind == Kind.TASK else ""
    height = LINE * (len(lines) + (1 if foot else 0))
    top = box.middle - height // 2 + 13
    # What is seen stands in what is said, as it is seen.
    shown = " ".join([*lines, foot]).strip()
    return {
        **place,
        "kind": str(kind),
        "lines": [(text, top + LINE * number) for number, text in enumerate(lines)],
        "foot": foot,
        "foot_y": top + LINE * len(lines),
        "title": ". ".join(part for part in (shown, who(step) if kind == Kind.TASK else "") if part),
        "href": how.link.format(step.key),
        "wrong": step.key in how.wrong,
        "chosen": step.key == how.chosen,
        "points": f"{x},{box.middle} {x + box.width // 2},{box.y} {x + box.width},{box.middle} {x + box.width // 2},{box.y + box.height}",
    }


def _edge(
    table: Table, lines: Sequence[Line], edge: layout.Edge, done: layout.Drawing, words: list[str], how: Drawn
) -> dict[str, Any]:
    points = [(x + HEAD, y) for x, y in done.lines[edge.id]]
    kinds = {step.key: step.kind for step in table.steps}
    (x0, y0), (x1, y1) = points[0], points[-1]
    ahead = x1 >= points[-2][0]
    slant = [
        abs(y - box.middle) * box.width // max(box.height, 1) if kinds.get(id_) == Kind.CHOICE else 0
        for id_, box, y in (
            (edge.source, done.boxes[edge.source], y0),
            (edge.target, done.boxes[edge.target], y1),
        )
    ]
    # A rhombus is narrower above and below its middle than the box around it.
    points[0], points[-1] = (x0 - slant[0], y0), (x1 + (slant[1] if ahead else -slant[1]), y1)
    tip = points[-1][0]
    side = -9 if ahead else 9
    indent = PLUS + WORDS if how.line else 6
    return {
        "id": edge.id,
        "source": edge.source,
        "lines": " ".join(map(str, lines)),
        "path": "M" + " L".join(f"{x} {y}" for x, y in points),
        "tip": f"{tip},{y1} {tip + side},{y1 - 5} {tip + side},{y1 + 5}",
        "end": (tip, y1),
        "plus": (x0 + PLUS, y0),
        "href": how.line.format(edge.id) if how.line else "",
        "title": line_name(table, lines, how) if how.line else "",
        "chosen": how.chosen in map(str, lines),
        "said": [
            (text, x0 + indent, y0 - 5 - 15 * (len(words) - 1 - number)) for number, text in enumerate(words)
        ],
    }


def _told(table: Table, labels: Mapping[str, str], english: bool) -> str:
    """The picture in sentences: row by row where each decision leads."""
    names = {step.key: name_of(step, english=english) for step in table.steps}
    parts = []
    for step in table.steps:
        ways = "; ".join(
            f"{outcome_name(step, outcome, labels)} → {names.get(to, to) if to else _('kết thúc')}"
            for outcome, to in step.outcomes.items()
        )
        parts.append(f"{names[step.key]}: {ways}")
    return ". ".join(parts)
