"""The picture of a process: boxes beside one another in their lanes, lines from box to box around all others."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from motcua.processing.definitions import DEFAULT
from motcua.processing.layout import Drawing, Edge, Node, back_edges, draw, layers
from motcua.processing.rules import StepSpec
from motcua.processing.tables import Table
from tests.processing import made
from tests.processing.test_checks import EVERYTHING, LOOKED_AT, PARALLEL


def check(nodes: list[Node], edges: list[Edge], lanes: list[str]) -> Drawing:
    """Draw it and hold it against what the eye would say."""
    drawing = draw(nodes, edges, lanes)
    assert set(drawing.boxes) == {node.id for node in nodes}
    tops = [drawing.lanes[lane] for lane in lanes]
    assert all(one[0] + one[1] == two[0] for one, two in itertools.pairwise(tops)), (
        "lanes lie under each other"
    )
    for node in nodes:
        box, (top, height) = drawing.boxes[node.id], drawing.lanes[node.lane]
        assert (box.width, box.height) == (node.width, node.height)
        assert top < box.y, node
        assert box.y + box.height < top + height, node
        assert box.x > 0, node
        assert box.x + box.width < drawing.width, node
    for one, other in itertools.combinations(drawing.boxes.values(), 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    sides: set[tuple[int, int]] = set()
    for edge in edges:
        line, source, target = drawing.lines[edge.id], drawing.boxes[edge.source], drawing.boxes[edge.target]
        assert line[0][0] == source.x + source.width
        assert line[-1][0] == target.x
        for box, (_, y) in ((source, line[0]), (target, line[-1])):
            assert box.y <= y <= box.y + box.height, "it leaves and arrives at its boxes"
        assert not {line[0], line[-1]} & sides, "two lines share no end"
        sides |= {line[0], line[-1]}
        # Its words stand before its first turn.
        assert line[1][0] - line[0][0] >= edge.room
        for (x1, y1), (x2, y2) in itertools.pairwise(line):
            assert x1 == x2 or y1 == y2
            assert min(x1, x2) >= 0
            assert max(x1, x2) <= drawing.width
            assert min(y1, y2) >= 0
            assert max(y1, y2) <= drawing.height
            for box in drawing.boxes.values():
                across = max(x1, x2) > box.x and min(x1, x2) < box.x + box.width
                assert not (across and max(y1, y2) > box.y and min(y1, y2) < box.y + box.height), (edge, box)
    uprights = [
        (one[0], *sorted((one[1], two[1])), edge.id)
        for edge in edges
        for one, two in itertools.pairwise(drawing.lines[edge.id])
        if one[0] == two[0] and one[1] != two[1]
    ]
    for (x, top, bottom, id_), (x2, top2, bottom2, id2) in itertools.combinations(uprights, 2):
        assert x != x2 or bottom <= top2 or bottom2 <= top or id_ == id2, "each turn has its own track"
    return drawing


def drawn(steps: Sequence[StepSpec], room: int = 0) -> Drawing:
    nodes = [
        Node(step.key, step.role or "system", 100 + 10 * (n % 3), 40 + 20 * (n % 2))
        for n, step in enumerate(steps)
    ]
    edges = [
        Edge(f"{step.key}:{outcome}", step.key, following, room * (n % 3))
        for n, step in enumerate(steps)
        for outcome, following in step.outcomes.items()
        if following is not None
    ]
    return check(nodes, edges, list(dict.fromkeys(node.lane for node in nodes)))


@pytest.mark.parametrize("steps", [DEFAULT, PARALLEL, EVERYTHING, LOOKED_AT, ()])
@pytest.mark.parametrize("room", [0, 90])
def test_a_process_is_drawn_without_lines_through_boxes(steps: tuple[StepSpec, ...], room: int) -> None:
    drawn(steps, room)


@settings(max_examples=40, deadline=None)
@given(made.tables())
def test_every_process_is(table: Table) -> None:
    drawn(table.steps)


def test_what_is_done_at_once_stands_one_above_the_other() -> None:
    boxes = drawn(PARALLEL).boxes
    assert boxes["land"].x + boxes["land"].width // 2 == boxes["fire"].x + boxes["fire"].width // 2
    assert boxes["land"].y != boxes["fire"].y
    order = ["receive", "appraise", "fire", "fire2", "met", "draft", "sign", "give"]
    assert [boxes[key].x for key in order] == sorted(boxes[key].x for key in order)


def test_a_way_back_is_no_way_forward() -> None:
    nodes = [Node(key, "", 10, 10) for key in "abcd"]
    edges = [Edge("ab", "a", "b"), Edge("ba", "b", "a"), Edge("bc", "b", "c"), Edge("ac", "a", "c"), Edge("cc", "c", "c"), Edge("dc", "d", "c")]  # fmt: skip
    back = back_edges(nodes, edges)
    assert back == {"ba", "cc"}
    assert layers(nodes, edges, back) == {"a": 0, "b": 1, "c": 2, "d": 0}
    check(nodes, edges, [""])
