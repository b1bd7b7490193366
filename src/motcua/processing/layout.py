"""Where the boxes and lines of a process go: columns from left to right, lanes from top to bottom. Pure.

Layers by the longest way from the first node, ways back left out; a line that passes a column has a cell of its own in
it, so that no line runs through a box. Lines turn in the gutters between columns, each on its own track; a way back
runs in a channel below everything. Used by the BPMN file and by the picture in the studio, in the same units (pixels).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Between tracks, between the parts of a gutter, between rows, and around lanes.
TRACK, PAD, ROW_GAP, LANE_PAD = 12, 18, 22, 18
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A box to place: its size, and the lane it belongs to."""

    id: str
    lane: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A line to draw. ``room``: width of the words that stand where it leaves."""

    id: str
    source: str
    target: str
    room: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True)
class Drawing:
    """Boxes by node, points by edge, (top, height) by lane, and the size of all of it."""

    boxes: Mapping[str, Box]
    lines: Mapping[str, Sequence[Point]]
    lanes: Mapping[str, tuple[int, int]]
    width: int
    height: int


def back_edges(nodes: Sequence[Node], edges: Sequence[Edge]) -> set[str]:
    """Ids of the lines that lead back to where one has come from (depth first, in the given order)."""
    outgoing: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        outgoing[edge.source].append(edge)
    back: set[str] = set()
    state: dict[str, int] = {}  # 1: being walked, 2: done
    for start in nodes:
        if start.id in state:
            continue
        state[start.id] = 1
        stack = [(start.id, iter(outgoing[start.id]))]
        while stack:
            here, rest = stack[-1]
            way = next(rest, None)
            if way is None:
                state[here] = 2
                stack.pop()
            elif state.get(way.target) == 1:
                back.add(way.id)
            elif way.target not in state:
                state[way.target] = 1
                stack.append((way.target, iter(outgoing[way.target])))
    return back


def layers(nodes: Sequence[Node], edges: Sequence[Edge], back: set[str]) -> dict[str, int]:
    """Column of each node: the longest way to it."""
    waiting = {node.id: 0 for node in nodes}
    onward: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.id not in back:
            waiting[edge.target] += 1
            onward[edge.source].append(edge.target)
    column = {node.id: 0 for node in nodes}
    ready = [node.id for node in nodes if not waiting[node.id]]
    while ready:
        here = ready.pop(0)
        for target in onward[here]:
            column[target] = max(column[target], column[here] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return column


@dataclass
class _Cell:
    """A place in a column: of a node, or of a line that passes."""

    lane: str
    column: int
    before: list[_Cell] = field(default_factory=list)
    slot: int = -1


class _Plan:
    """One drawing in the making."""

    def __init__(self, nodes: Sequence[Node], edges: Sequence[Edge], lanes: Sequence[str]) -> None:
        self.nodes, self.edges, self.lanes = nodes, edges, lanes
        self.by_id = {node.id: node for node in nodes}
        self.back = back_edges(nodes, edges)
        self.column = layers(nodes, edges, self.back)
        self.columns = max(self.column.values(), default=0) + 1
        self.cells = {node.id: _Cell(node.lane, self.column[node.id]) for node in nodes}
        self.passing: dict[str, list[_Cell]] = {}
        self.row = max((node.height for node in nodes), default=0) + ROW_GAP

    def place(self) -> None:
        """Give each cell a slot in its lane, near the one it comes from."""
        for edge in self.edges:
            if edge.id in self.back:
                continue
            chain = [self.cells[edge.source]]
            for column in range(self.column[edge.source] + 1, self.column[edge.target]):
                cell = _Cell(self.by_id[edge.target].lane, column, [chain[-1]])
                chain.append(cell)
            self.passing[edge.id] = chain[1:]
            self.cells[edge.target].before.append(chain[-1])
        by_place: dict[tuple[str, int], list[_Cell]] = defaultdict(list)
        for cell in [*self.cells.values(), *(c for chain in self.passing.values() for c in chain)]:
            by_place[cell.lane, cell.column].append(cell)
        for column in range(self.columns):
            for lane in self.lanes:
                self._fill(by_place[lane, column], lane)
        self.depth = {
            lane: max(
                (c.slot + 1 for (at, _), cells in by_place.items() if at == lane for c in cells), default=1
            )
            for lane in self.lanes
        }

    def _fill(self, cells: list[_Cell], lane: str) -> None:
        def wish(cell: _Cell) -> float:
            near = [one.slot for one in cell.before if one.lane == lane and one.slot >= 0]
            if near:
                return sum(near) / len(near)
            above = any(self.lanes.index(one.lane) > self.lanes.index(lane) for one in cell.before)
            return 99 if above else 0

        wished = {id(cell): wish(cell) for cell in cells}
        last = -1
        for cell in sorted(cells, key=lambda one: wished[id(one)]):
            wanted = wished[id(cell)]
            cell.slot = last = max(last + 1, 0 if wanted == 99 else int(wanted))

    def draw(self) -> Drawing:
        tops, top = {}, 0
        for lane in self.lanes:
            tops[lane] = (top, self.depth[lane] * self.row + 2 * LANE_PAD - ROW_GAP)
            top += tops[lane][1]
        self.tops = tops
        widths = [
            max((n.width for n in self.nodes if self.column[n.id] == c), default=0)
            for c in range(self.columns)
        ]
        self._ports()
        turns = self._turns()
        gutters = [2 * PAD + self._room(c - 1) + TRACK * len(turns[c]) for c in range(self.columns + 1)]
        gutters[0] = 2 * PAD + TRACK * len(turns[0])
        lefts, x = [], 0
        for column in range(self.columns):
            x += gutters[column]
            lefts.append(x)
            x += widths[column]
        width = x + gutters[-1]
        boxes = {}
        for node in self.nodes:
            column = self.column[node.id]
            left = lefts[column] + (widths[column] - node.width) // 2
            boxes[node.id] = Box(
                left, self._y(self.cells[node.id]) - node.height // 2, node.width, node.height
            )
        self.boxes, self.lefts, self.widths, self.turns = boxes, lefts, widths, turns
        self.ends = [*(left for left in lefts), width]
        lines = {edge.id: self._line(edge, top) for edge in self.edges}
        height = top + (LANE_PAD + TRACK * len(self.back) if self.back else 0)
        return Drawing(boxes, lines, tops, width, height)

    def _room(self, column: int) -> int:
        return max((e.room for e in self.edges if self.column[e.source] == column), default=0)

    def _y(self, cell: _Cell) -> int:
        top, _ = self.tops[cell.lane]
        return top + LANE_PAD + cell.slot * self.row + (self.row - ROW_GAP) // 2

    def _ports(self) -> None:
        """How high above or below the middle of its boxes each line leaves and arrives."""
        self.leave: dict[str, int] = {}
        self.arrive: dict[str, int] = {}
        for node in self.nodes:
            out = [e for e in self.edges if e.source == node.id]
            come = [e for e in self.edges if e.target == node.id]
            out.sort(key=lambda e: (e.id in self.back, self._next(e)))
            come.sort(key=lambda e: (e.id in self.back, self._last(e)))
            for found, ports in ((out, self.leave), (come, self.arrive)):
                for number, edge in enumerate(found, 1):
                    ports[edge.id] = node.height * number // (len(found) + 1) - node.height // 2

    def _next(self, edge: Edge) -> int:
        chain = self.passing.get(edge.id)
        return self._y(chain[0] if chain else self.cells[edge.target])

    def _last(self, edge: Edge) -> int:
        chain = self.passing.get(edge.id)
        return self._y(chain[-1] if chain else self.cells[edge.source])

    def _levels(self, edge: Edge) -> list[int]:
        """Heights at which a forward line crosses each column, its two boxes included."""
        leave = self._y(self.cells[edge.source]) + self.leave[edge.id]
        arrive = self._y(self.cells[edge.target]) + self.arrive[edge.id]
        return [leave, *(self._y(cell) for cell in self.passing[edge.id]), arrive]

    def _turns(self) -> dict[int, list[tuple[str, int]]]:
        """By gutter (the one left of its column): (edge, which of its turns) on their tracks."""
        found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
        for edge in self.edges:
            source, target = self.column[edge.source], self.column[edge.target]
            if edge.id in self.back:
                found[source + 1].append((10_000, edge.id, 0))
                found[target].append((-1, edge.id, 1))
                continue
            levels = self._levels(edge)
            for number, (one, other) in enumerate(itertools.pairwise(levels)):
                if one != other:
                    # What goes down turns later the higher it comes from, so that parallel turns do not cross.
                    found[source + number + 1].append((-one if other > one else one, edge.id, number))
        return defaultdict(
            list, {gutter: [(edge, n) for _, edge, n in sorted(turns)] for gutter, turns in found.items()}
        )

    def _track(self, gutter: int, edge: str, number: int) -> int:
        """x of a turn: the tracks lie at the right end of their gutter, beside the boxes they lead to."""
        turns = self.turns[gutter]
        return self.ends[gutter] - PAD - TRACK * (len(turns) - 1 - turns.index((edge, number)))

    def _line(self, edge: Edge, bottom: int) -> list[Point]:
        source, target = self.boxes[edge.source], self.boxes[edge.target]
        first, last = self.column[edge.source], self.column[edge.target]
        if edge.id in self.back:
            leave, arrive = source.middle + self.leave[edge.id], target.middle + self.arrive[edge.id]
            channel = bottom + LANE_PAD + TRACK * sorted(self.back).index(edge.id)
            down, up = self._track(first + 1, edge.id, 0), self._track(last, edge.id, 1)
            return [
                (source.x + source.width, leave),
                (down, leave),
                (down, channel),
                (up, channel),
                (up, arrive),
                (target.x, arrive),
            ]
        levels = self._levels(edge)
        points = [(source.x + source.width, levels[0])]
        for number, (one, other) in enumerate(itertools.pairwise(levels)):
            if one != other:
                x = self._track(first + number + 1, edge.id, number)
                points += [(x, one), (x, other)]
        return [*points, (target.x, levels[-1])]


def draw(nodes: Sequence[Node], edges: Sequence[Edge], lanes: Sequence[str] = ("",)) -> Drawing:
    """Place everything. Every lane of a node is in ``lanes``, both ends of an edge in ``nodes``."""
    plan = _Plan(nodes, edges, lanes)
    plan.place()
    return plan.draw()
