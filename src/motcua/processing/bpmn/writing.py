"""A process as BPMN 2.0 XML, laid out, so that bpmn.io, Camunda Modeler and others show it as it is meant. Pure.

Standard words where BPMN has them (names, lanes, documentation, gateways, timers), Motcua's own namespace for the rest.
The meaning is BPMN's too: several ways into a fork meet in an exclusive gateway first, or the fork would wait for all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from motcua.processing import layout
from motcua.processing.bpmn.durations import write_duration
from motcua.processing.bpmn.expressions import LANGUAGE, readable
from motcua.processing.bpmn.words import OUTCOMES, lane_name
from motcua.processing.bpmn.xml import BPMN, BPMNDI, DC, DI, MOTCUA, XSI, attributes, escaped
from motcua.processing.checks import inside
from motcua.processing.rules import ENDING, Kind, StepSpec
from motcua.processing.tables import Table, linked, tidy

#: Sizes of shapes, as bpmn.io draws them; the headers of a pool and of its lanes.
SIZES = {"userTask": (130, 84), "serviceTask": (130, 84), "gateway": (50, 50), "event": (36, 36)}
POOL, LANE_HEAD, LETTER = 30, 30, 6


@dataclass(slots=True)
class _Node:
    id: str
    tag: str
    name: str
    lane: str
    inner: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        kind = (
            "gateway" if self.tag.endswith("Gateway") else "event" if self.tag.endswith("Event") else self.tag
        )
        return SIZES[kind]


@dataclass(slots=True)
class _Flow:
    id: str
    source: str
    target: str
    name: str = ""
    outcome: str = ""
    condition: object = None


class _Writer:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.steps = [tidy(step) for step in table.steps]
        self.nodes: dict[str, _Node] = {}
        self.flows: list[_Flow] = []
        self.timers: list[tuple[str, str, int]] = []
        self.lanes = self._lanes()
        self.doors: dict[str, str] = {}  # where lines into a row arrive: the row, or the gateway before it

    def _lanes(self) -> dict[str, tuple[str, StepSpec | None]]:
        """Lane id to (name, one of its tasks), in the order of the table; and the lane of each row."""
        found: dict[tuple[str, str, str, str], str] = {}
        lanes: dict[str, tuple[str, StepSpec | None]] = {}
        self.lane_of: dict[str, str] = {}
        for step in self.steps:
            if step.kind == Kind.TASK:
                who = (str(step.role), step.agency, str(step.unit_rule), step.unit)
                if who not in found:
                    found[who] = f"lane_{len(found) + 1}"
                    lanes[found[who]] = (lane_name(step), step)
                self.lane_of[step.key] = found[who]
        if not lanes:
            lanes["lane_1"] = ("Hệ thống", None)
        near = next(iter(lanes))
        before = {to: step.key for step in reversed(self.steps) for to in step.following}
        for step in self.steps:
            if step.key not in self.lane_of:
                self.lane_of[step.key] = self.lane_of.get(before.get(step.key, ""), near)
            near = self.lane_of[step.key]
        return lanes

    def build(self) -> None:
        self._node("start", "startEvent", "", self.lane_of[self.steps[0].key])
        for step in self.steps:
            self._row(step)
        self._doors()
        self._flow("start", self.doors[self.steps[0].key])
        for step in self.steps:
            self._ways(step)

    def _node(self, id_: str, tag: str, name: str, lane: str, inner: str = "", **extra: str) -> None:
        self.nodes[id_] = _Node(id_, tag, name, lane, inner, extra)

    def _flow(self, source: str, target: str, **more: object) -> str:
        flow = _Flow(f"flow_{len(self.flows) + 1}", source, target, **more)  # type: ignore[arg-type]  # the rest of a flow's words
        self.flows.append(flow)
        return flow.id

    def _row(self, step: StepSpec) -> None:
        tag = {
            Kind.TASK: "userTask",
            Kind.AUTO: "serviceTask",
            Kind.CHOICE: "exclusiveGateway",
        }.get(Kind(step.kind), "parallelGateway")
        own = attributes(
            key=step.key,
            kind=str(step.kind),
            nameEn=step.name_en or None,
            permits=" ".join(step.permits) or None,
            join=step.join or None,
            does=step.does or None,
        )
        told = f"<bpmn:documentation>{escaped(step.result)}</bpmn:documentation>" if step.result else ""
        inner = f"{told}<bpmn:extensionElements><motcua:step{own}/></bpmn:extensionElements>"
        self._node(f"step_{step.key}", tag, step.name, self.lane_of[step.key], inner)
        if step.working_minutes:
            self.timers.append((f"timer_{step.key}", f"step_{step.key}", step.working_minutes))

    def _doors(self) -> None:
        """A parallel gateway waits for all that lead to it: alternatives meet in an exclusive gateway before it."""
        coming: dict[str, int] = defaultdict(int)
        for step in self.steps:
            for to in step.following:
                coming[to] += 1
        coming[self.steps[0].key] += 1
        for step in self.steps:
            self.doors[step.key] = f"step_{step.key}"
            if step.kind == Kind.FORK and coming[step.key] > 1:
                self.doors[step.key] = self._meeting(f"meet_{step.key}", step)
        by_key = {step.key: step for step in self.steps}
        #: (row that leads to a join, join) → the gateway in which the ways of its branch meet
        self.meetings: dict[tuple[str, str], str] = {}
        for fork in (step for step in self.steps if step.kind == Kind.FORK):
            for number, branch in enumerate(fork.following, 1):
                within = inside(self.steps, _only(fork, branch)) if branch != fork.join else set()
                ways = [(key, fork.join) for key in within for to in by_key[key].following if to == fork.join]
                if len(ways) > 1:
                    met = self._meeting(f"meet_{fork.join}_{number}", by_key[fork.join])
                    self.meetings |= dict.fromkeys(ways, met)

    def _meeting(self, id_: str, step: StepSpec) -> str:
        self._node(id_, "exclusiveGateway", "", self.lane_of[step.key])
        self._flow(id_, f"step_{step.key}")
        return id_

    def _ways(self, step: StepSpec) -> None:
        source = f"step_{step.key}"
        if step.kind == Kind.TASK and len(step.outcomes) > 1:
            self._node(f"way_{step.key}", "exclusiveGateway", "", self.lane_of[step.key])
            self._flow(source, f"way_{step.key}")
            source = f"way_{step.key}"
        for outcome, to in step.outcomes.items():
            target = (
                self._end(step, outcome) if to is None else self.meetings.get((step.key, to), self.doors[to])
            )
            if step.kind in (Kind.JOIN, Kind.AUTO):
                self._flow(source, target)
                continue
            condition = step.conditions.get(outcome)
            name = OUTCOMES.get(outcome, outcome) if step.kind == Kind.TASK else ""
            if condition is not None:
                name = readable(condition)
            id_ = self._flow(source, target, name=name, outcome=outcome, condition=condition)
            if step.kind == Kind.CHOICE and condition is None:
                self.nodes[source].extra["default"] = id_
                self.flows[-1].name = "còn lại"

    def _end(self, step: StepSpec, outcome: str) -> str:
        """An end that stops everything for what ends the dossier, a plain one for the rest."""
        stops = outcome in ENDING and step.kind == Kind.TASK
        id_ = f"{'stop' if stops else 'end'}_{step.key}"
        inner = f'<bpmn:terminateEventDefinition id="all_{step.key}"/>' if stops else ""
        if id_ not in self.nodes:
            self._node(id_, "endEvent", "", self.lane_of[step.key], inner)
        return id_

    # --- as text -----------------------------------------------------------------------------------------------

    def lines(self) -> Iterable[str]:
        self.build()
        drawing = layout.draw(
            [layout.Node(node.id, node.lane, *node.size) for node in self.nodes.values()],
            [
                layout.Edge(flow.id, flow.source, flow.target, min(len(flow.name), 24) * LETTER)
                for flow in self.flows
            ],
            list(self.lanes),
        )
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield (
            f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:bpmndi="{BPMNDI}" xmlns:dc="{DC}" xmlns:di="{DI}"'
            f' xmlns:xsi="{XSI}" xmlns:motcua="{MOTCUA}" id="definitions" targetNamespace="{MOTCUA}" exporter="Motcua">'
        )
        name = attributes(name=self.table.name or None)
        yield '<bpmn:collaboration id="collaboration">'
        yield f'<bpmn:participant id="pool"{name} processRef="process"/>'
        yield "</bpmn:collaboration>"
        yield f'<bpmn:process id="process"{name} isExecutable="false">'
        yield from self._process()
        yield "</bpmn:process>"
        yield from self._diagram(drawing)
        yield "</bpmn:definitions>"

    def _process(self) -> Iterable[str]:
        policy = self.table.policy.written()
        own = attributes(
            name=self.table.name or None,
            order=" ".join(step.key for step in self.steps),
            ineligibleWithin=policy.get("ineligible_within"),
            afterSupplement=policy.get("after_supplement"),
            silenceCloses=policy.get("silence_closes"),
        )
        yield f"<bpmn:extensionElements><motcua:process{own}/></bpmn:extensionElements>"
        yield '<bpmn:laneSet id="lanes">'
        for id_, (name, step) in self.lanes.items():
            yield f"<bpmn:lane{attributes(id=id_, name=name)}>"
            if step is not None:
                who = attributes(
                    role=str(step.role), agency=step.agency or None, unitRule=str(step.unit_rule), unit=step.unit or None
                )  # fmt: skip
                yield f"<bpmn:extensionElements><motcua:who{who}/></bpmn:extensionElements>"
            yield from (
                f"<bpmn:flowNodeRef>{node.id}</bpmn:flowNodeRef>"
                for node in self.nodes.values()
                if node.lane == id_
            )
            yield from (
                f"<bpmn:flowNodeRef>{timer}</bpmn:flowNodeRef>"
                for timer, task, _ in self.timers
                if self.nodes[task].lane == id_
            )
            yield "</bpmn:lane>"
        yield "</bpmn:laneSet>"
        for node in self.nodes.values():
            yield from self._written(node)
        for timer, task, minutes in self.timers:
            yield (
                f'<bpmn:boundaryEvent id="{timer}" cancelActivity="false" attachedToRef="{task}">'
                f'<bpmn:timerEventDefinition id="due_{task}"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">'
                f"{write_duration(minutes)}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
            )
        for flow in self.flows:
            yield from self._written_flow(flow)

    def _written(self, node: _Node) -> Iterable[str]:
        """documentation and extension, then incoming and outgoing, then what the event is: the order of the schema."""
        event = node.inner if node.tag == "endEvent" else ""
        yield f"<bpmn:{node.tag}{attributes(id=node.id, name=node.name or None, **node.extra)}>"
        if not event:
            yield node.inner
        yield from (
            f"<bpmn:incoming>{flow.id}</bpmn:incoming>" for flow in self.flows if flow.target == node.id
        )
        yield from (
            f"<bpmn:outgoing>{flow.id}</bpmn:outgoing>" for flow in self.flows if flow.source == node.id
        )
        yield f"{event}</bpmn:{node.tag}>"

    def _written_flow(self, flow: _Flow) -> Iterable[str]:
        head = attributes(id=flow.id, name=flow.name or None, sourceRef=flow.source, targetRef=flow.target)
        if not flow.outcome:
            yield f"<bpmn:sequenceFlow{head}/>"
            return
        yield f"<bpmn:sequenceFlow{head}><bpmn:extensionElements>"
        yield f"<motcua:way{attributes(outcome=flow.outcome)}/>"
        if flow.condition is not None:
            data = json.dumps(flow.condition, ensure_ascii=False)
            yield f"<motcua:condition>{escaped(data)}</motcua:condition>"
        yield "</bpmn:extensionElements>"
        if flow.condition is not None:
            words = escaped(readable(flow.condition))
            yield (
                f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression" language="{LANGUAGE}">{words}'
                "</bpmn:conditionExpression>"
            )
        yield "</bpmn:sequenceFlow>"

    def _diagram(self, drawing: layout.Drawing) -> Iterable[str]:
        left, top = 160, 80
        across = left + POOL + LANE_HEAD
        yield '<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">'
        wide = drawing.width + LANE_HEAD
        yield _shape("pool", left, top, wide + POOL, drawing.height, horizontal=True)
        bottom = list(self.lanes)[-1]
        for lane, (y, height) in drawing.lanes.items():
            # What runs below everything belongs to the last lane, so that the lanes fill their pool.
            tall = drawing.height - y if lane == bottom else height
            yield _shape(lane, left + POOL, top + y, wide, tall, horizontal=True)
        for id_, box in drawing.boxes.items():
            yield _shape(id_, across + box.x, top + box.y, box.width, box.height)
        for timer, task, _ in self.timers:
            box = drawing.boxes[task]
            yield _shape(timer, across + box.x + box.width - 54, top + box.y + box.height - 18, 36, 36)
        for id_, points in drawing.lines.items():
            yield f'<bpmndi:BPMNEdge id="di_{id_}" bpmnElement="{id_}">'
            yield from (f'<di:waypoint x="{across + x}" y="{top + y}"/>' for x, y in points)
            yield "</bpmndi:BPMNEdge>"
        yield "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"


def _only(fork: StepSpec, branch: str) -> StepSpec:
    """The fork as if it had one branch."""
    return StepSpec(
        0, fork.key, "", "", "", "responsible", None, {"on": branch}, kind=fork.kind, join=fork.join
    )


def _shape(id_: str, x: int, y: int, width: int, height: int, *, horizontal: bool = False) -> str:
    flag = ' isHorizontal="true"' if horizontal else ""
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<bpmndi:BPMNShape id="di_{id_}" bpmnElement="{id_}"{flag}>{bounds}</bpmndi:BPMNShape>'


def write(table: Table) -> bytes:
    """The file. A table whose rows name rows that are not there cannot be drawn: ValueError."""
    if not linked(table.steps):
        raise ValueError("a process is drawn when all rows that are named are there")
    return ("\n".join(line for line in _Writer(table).lines() if line) + "\n").encode()
