"""What is written as BPMN is read back as it was, and the file means what the process means."""

from __future__ import annotations

import itertools

from hypothesis import given

from motcua.processing.bpmn import read, write
from motcua.processing.bpmn.xml import BPMN, BPMNDI, parse
from motcua.processing.checks import problems
from motcua.processing.definitions import DEFAULT
from motcua.processing.rules import Policy
from motcua.processing.tables import Table, of_process, written
from motcua.processing.tables import read as read_json
from tests.processing.made import tables

GENERAL = of_process("Quy trình chung", DEFAULT, Policy())


def same(one: Table, other: Table) -> bool:
    """Equal, and in the same order: of rows, of conditions, of what may be done."""
    return one == other and [list(s.conditions.items()) for s in one.steps] == [
        list(s.conditions.items()) for s in other.steps
    ]


@given(tables())
def test_reading_what_was_written_gives_it_back(table: Table) -> None:
    assert problems(table.steps) == []
    back = read(write(table))
    assert back.notes == ()
    assert same(back.table, table)
    assert same(read_json(written(table)), table)


@given(tables())
def test_gateways_mean_in_bpmn_what_they_mean_here(table: Table) -> None:
    """A parallel gateway waits for each line into it: exactly one from each branch, one into a fork."""
    root = parse(write(table))
    process = next(root.all("process"))
    flows = list(process.all("sequenceFlow"))
    for gateway in process.all("parallelGateway"):
        come = [flow for flow in flows if flow.get("targetRef") == gateway.id]
        go = [flow for flow in flows if flow.get("sourceRef") == gateway.id]
        own = gateway.own("step")
        assert own is not None
        if own.get("kind") == "fork":
            assert len(come) == 1
        else:
            fork = next(s for s in table.steps if s.join == own.get("key"))
            assert len(come) <= len(fork.outcomes)
            assert len(go) == 1


@given(tables())
def test_everything_is_drawn_once_and_nothing_lies_on_another(table: Table) -> None:
    root = parse(write(table))
    process = next(root.all("process"))
    plane = next(next(root.all("BPMNDiagram", BPMNDI)).all("BPMNPlane", BPMNDI))
    shapes = {shape.get("bpmnElement"): shape for shape in plane.all("BPMNShape", BPMNDI)}
    edges = {edge.get("bpmnElement"): edge for edge in plane.all("BPMNEdge", BPMNDI)}
    drawn = {
        c.id
        for c in process.children
        if c.space == BPMN and c.id and c.tag not in ("laneSet", "sequenceFlow")
    }
    assert drawn <= set(shapes)
    assert {flow.id for flow in process.all("sequenceFlow")} == set(edges)
    boxes = []
    for id_ in drawn:
        bounds = shapes[id_].children[0]
        x, y, width, height = (int(bounds.get(name)) for name in ("x", "y", "width", "height"))
        if not id_.startswith("timer_"):
            assert all(
                x + width <= a or a + c <= x or y + height <= b or b + d <= y for a, b, c, d in boxes
            ), id_
            boxes.append((x, y, width, height))
    pool = shapes["pool"].children[0]
    for x, y, width, height in boxes:
        assert int(pool.get("x")) <= x
        assert x + width <= int(pool.get("x")) + int(pool.get("width"))
        assert int(pool.get("y")) <= y
        assert y + height <= int(pool.get("y")) + int(pool.get("height"))
    for edge in edges.values():
        points = [(int(p.get("x")), int(p.get("y"))) for p in edge.children]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            assert x1 == x2 or y1 == y2
            for x, y, width, height in boxes:
                inside_x = max(min(x1, x2), x + 1) < min(max(x1, x2), x + width - 1)
                inside_y = max(min(y1, y2), y + 1) < min(max(y1, y2), y + height - 1)
                across = inside_x and y < y1 < y + height if y1 == y2 else inside_y and x < x1 < x + width
                assert not across, (edge.get("bpmnElement"), (x1, y1), (x2, y2), (x, y, width, height))


def test_the_general_process_as_a_file() -> None:
    text = write(GENERAL).decode()
    for said in (
        "Tiếp nhận hồ sơ",
        "P1D",
        "PT4H",
        'name="Từ chối tiếp nhận"',
        "terminateEventDefinition",
        "Công chức chuyên môn",
    ):
        assert said in text
    assert read(text.encode()).table == GENERAL
