"""A process as a picture: the same table as boxes and lines, to be drawn as SVG by the page. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from motcua.processing import layout
from motcua.processing.rules import Kind, StepSpec
from motcua.processing.tables import Table, linked
from motcua.web.studio.processes.words import duration, outcome_name, who

#: Width of a letter at the size of the labels, lines of a label, letters a line.
LETTER, LINE = 7.2, 17
TASK_WIDTH, TASK_LETTERS, TASK_LINES = 176, 21, 3
SMALL = {Kind.CHOICE: (150, 84), Kind.FORK: (120, 44), Kind.JOIN: (120, 44), Kind.AUTO: (170, 64)}
END = (28, 28)
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


def picture(
    table: Table, *, english: bool, wrong: set[str], labels: Mapping[str, str], link: str
) -> Picture | None:
    """None when rows are named that are not there: then only the table and its faults are shown.

    ``link``: where a box leads, with ``{}`` for the key of its row.
    """
    if not linked(table.steps):
        return None
    steps = {step.key: step for step in table.steps}
    lanes = _lanes(table)
    nodes: list[layout.Node] = []
    edges: dict[tuple[str, str], list[str]] = {}
    for step in table.steps:
        width, height = SMALL.get(Kind(step.kind), (TASK_WIDTH, 92))
        nodes.append(layout.Node(step.key, lanes[step.key], width, height))
        ends = [outcome for outcome, to in step.outcomes.items() if to is None]
        if ends:
            nodes.append(layout.Node(f"end {step.key}", lanes[step.key], *END))
        for outcome, to in step.outcomes.items():
            target = to if to is not None else f"end {step.key}"
            edges.setdefault((step.key, target), []).append(outcome)
    words = {ends: _edge_words(steps[ends[0]], outcomes, labels) for ends, outcomes in edges.items()}
    lines = [
        layout.Edge(
            f"{source} {target}",
            source,
            target,
            int(max(map(len, words[source, target]), default=0) * LETTER * 0.9),
        )
        for source, target in edges
    ]
    drawn = layout.draw(nodes, lines, list(dict.fromkeys(lanes.values())))
    return Picture(
        drawn.width + HEAD,
        drawn.height + 2,
        [
            {
                "name": wrapped(name, max(9, int(height / 6.6)), 3),
                "y": y,
                "height": height,
                "middle": y + height // 2,
            }
            for name, (y, height) in drawn.lanes.items()
        ],
        [_node(steps, node.id, drawn.boxes[node.id], wrong, link, english) for node in nodes],
        [_edge(drawn.lines[edge.id], words[edge.source, edge.target]) for edge in lines],
        _told(table, labels, english),
    )


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


def _edge_words(step: StepSpec, outcomes: list[str], labels: Mapping[str, str]) -> list[str]:
    if step.kind not in (Kind.TASK, Kind.CHOICE):
        return []
    return [line for outcome in outcomes for line in wrapped(outcome_name(step, outcome, labels), 22, 2)]


def name_of(step: StepSpec, *, english: bool) -> str:
    """The name of a row in the language of the page."""
    return (english and step.name_en) or step.name or step.key


def _node(
    steps: Mapping[str, StepSpec], id_: str, box: layout.Box, wrong: set[str], link: str, english: bool
) -> dict[str, Any]:
    x = box.x + HEAD
    place = {
        "x": x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "cx": x + box.width // 2,
        "cy": box.middle,
    }
    step = steps.get(id_)
    if step is None:
        return {**place, "kind": "end", "lines": [], "title": _("Kết thúc"), "href": "", "wrong": False}
    kind = Kind(step.kind)
    lines = wrapped(
        name_of(step, english=english),
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
        "href": link.format(step.key),
        "wrong": step.key in wrong,
        "points": f"{x},{box.middle} {x + box.width // 2},{box.y} {x + box.width},{box.middle} {x + box.width // 2},{box.y + box.height}",
    }


def _edge(points: Any, words: list[str]) -> dict[str, Any]:
    moved = [(x + HEAD, y) for x, y in points]
    first = moved[0]
    x1, (x2, y2) = moved[-2][0], moved[-1]
    tip = (
        f"{x2},{y2} {x2 - 9},{y2 - 5} {x2 - 9},{y2 + 5}"
        if x2 >= x1
        else f"{x2},{y2} {x2 + 9},{y2 - 5} {x2 + 9},{y2 + 5}"
    )
    return {
        "path": "M" + " L".join(f"{x} {y}" for x, y in moved),
        "tip": tip,
        "lines": [
            (text, first[0] + 6, first[1] - 5 - 15 * (len(words) - 1 - number))
            for number, text in enumerate(words)
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
