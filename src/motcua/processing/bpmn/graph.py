"""The nodes and lines of a BPMN file, and what each is in a process table: rows, decisions, meetings, ends. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from motcua.processing.bpmn.notes import Notes
from motcua.processing.bpmn.xml import BPMN, Element, Unreadable, Unsupported
from motcua.processing.rules import Kind

TASKS = frozenset({"userTask", "task"})
GATEWAYS = frozenset({"parallelGateway", "exclusiveGateway"})
NODES = TASKS | GATEWAYS | {"serviceTask", "startEvent", "endEvent"}
#: Drawn to explain, or kept for engines: nothing a dossier would do differently.
_BESIDE = frozenset(
    {"textAnnotation", "association", "group", "dataObject", "dataObjectReference", "dataStoreReference", "property",
     "ioSpecification", "auditing", "monitoring"}
)  # fmt: skip
_IN_NODE = frozenset({"documentation", "extensionElements", "incoming", "outgoing"})
_IN_TASK_BESIDE = frozenset(
    {"ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation", "resourceRole", "potentialOwner",
     "humanPerformer", "performer", "rendering"}
)  # fmt: skip
#: In extension elements of engines: behaviour that would be lost.
_CODE = frozenset({"executionListener", "taskListener", "inputOutput", "connector", "script", "ioMapping", "executionListeners",
                   "taskListeners"})  # fmt: skip
_ROOT_BESIDE = frozenset(
    {"category", "message", "error", "signal", "escalation", "itemDefinition", "dataStore", "resource"}
)
#: A serviceTask of an engine names what it calls with one of these.


class Graph:
    """One process, checked node by node."""

    def __init__(self, process: Element, pool_name: str, notes: Notes) -> None:
        self.process, self.pool_name, self.notes = process, pool_name, notes
        self.nodes: dict[str, Element] = {}
        self.flows: dict[str, Element] = {}
        self.timers: dict[str, Element] = {}
        self.lane_of: dict[str, Element] = {}
        self.out: dict[str, list[Element]] = defaultdict(list)
        self.come: dict[str, list[Element]] = defaultdict(list)

    # --- gathering -----------------------------------------------------------------------------------------------

    def gather(self) -> None:
        boundary = []
        for child in self.process.children:
            if child.space != BPMN or child.tag in ("documentation", "extensionElements"):
                continue
            if child.tag in NODES:
                self._once(child)
                self.nodes[child.id] = child
            elif child.tag == "sequenceFlow":
                self._once(child)
                self.flows[child.id] = child
            elif child.tag == "boundaryEvent":
                boundary.append(child)
            elif child.tag == "laneSet":
                self._lanes(child)
            elif child.tag in _BESIDE:
                self.notes.add("left_out", child, child.tag)
            else:
                raise Unsupported(child, "kind")
        _no_code(self.process)
        for flow in self.flows.values():
            self._ends_of(flow)
        for event in boundary:
            self._boundary(event)
        for node in self.nodes.values():
            self._node(node)

    def _once(self, element: Element) -> None:
        if not element.id:
            raise Unsupported(element, "no_id")
        if element.id in self.nodes or element.id in self.flows:
            raise Unsupported(element, "id_twice")

    def _lanes(self, lane_set: Element) -> None:
        for lane in lane_set.all("lane"):
            for ref in lane.all("flowNodeRef"):
                self.lane_of[ref.text.strip()] = lane
            for inner in lane.all("childLaneSet"):
                self._lanes(inner)

    def _ends_of(self, flow: Element) -> None:
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if flow.one("conditionExpression") is not None and flow.own("condition") is None:
            expression = flow.one("conditionExpression")
            raise Unsupported(flow, "condition_code", expression.text.strip()[:80] if expression else "")
        if source in self.nodes and target in self.nodes:
            self.out[source].append(flow)
            self.come[target].append(flow)
            return
        boundary = any(c.id == source for c in self.process.all("boundaryEvent"))
        raise Unsupported(flow, "timer_flow" if boundary else "dangling")

    def _boundary(self, event: Element) -> None:
        to = event.get("attachedToRef")
        kinds = [c for c in event.children if c.space == BPMN and c.tag.endswith("EventDefinition")]
        if len(kinds) != 1 or kinds[0].tag != "timerEventDefinition":
            raise Unsupported(event, "boundary_kind", ", ".join(kind.tag for kind in kinds))
        if to not in self.nodes or self.nodes[to].tag not in TASKS:
            raise Unsupported(event, "timer_place")
        if to in self.timers:
            raise Unsupported(event, "timer_twice")
        self.timers[to] = event

    def _node(self, node: Element) -> None:
        if node.tag == "task":
            self.notes.add("plain_task", node)
        _no_code(node)
        for child in node.children:
            if child.space != BPMN or child.tag in _IN_NODE:
                continue
            if child.tag.endswith("LoopCharacteristics"):
                raise Unsupported(node, "repeats", child.tag)
            if node.tag == "endEvent" and child.tag == "terminateEventDefinition":
                continue
            if child.tag.endswith("EventDefinition"):
                raise Unsupported(node, "event_kind", child.tag)
            if child.tag in _IN_TASK_BESIDE:
                self.notes.add("left_out", child, child.tag)
                continue
            raise Unsupported(child, "kind")
        if node.get("isForCompensation") == "true":
            raise Unsupported(node, "compensation")
        ways = len(self.out[node.id])
        if node.tag == "startEvent" and (ways != 1 or self.come[node.id]):
            raise Unsupported(node, "start_ways")
        if node.tag == "endEvent" and ways:
            raise Unsupported(node, "end_goes_on")
        if node.tag in TASKS | {"serviceTask"} and ways > 1:
            raise Unsupported(node, "implicit_fork")
        if node.tag in GATEWAYS:
            if not ways:
                raise Unsupported(node, "gateway_ends")
            if node.tag == "parallelGateway" and ways > 1 and len(self.come[node.id]) > 1:
                raise Unsupported(node, "fork_and_join")
            if node.tag == "exclusiveGateway" and self._open_choice(node):
                raise Unsupported(node, "choice_without_conditions")

    def _open_choice(self, node: Element) -> bool:
        """Ways without conditions, and no task that decides them."""
        return len(self.out[node.id]) > 1 and not self._is_choice(node) and self.decided_by(node.id) is None

    # --- what a node is --------------------------------------------------------------------------------------------

    def first(self) -> str:
        """Id of the row that begins."""
        starts = [node for node in self.nodes.values() if node.tag == "startEvent"]
        if not starts:
            raise Unsupported(self.process, "no_start")
        if len(starts) > 1:
            raise Unsupported(starts[1], "second_start")
        found = self.target(self.out[starts[0].id][0])
        if found is None:
            raise Unsupported(starts[0], "no_steps")
        return found

    def kind(self, id_: str) -> Kind | None:
        """The kind of row a node is; None for what is none (starts, ends, decisions of a task, meetings)."""
        node = self.nodes[id_]
        if node.tag in TASKS:
            return Kind.TASK
        if node.tag == "serviceTask":
            return Kind.AUTO
        if node.tag == "parallelGateway":
            if len(self.out[id_]) > 1:
                return Kind.FORK
            own = node.own("step")
            joins = len(self.come[id_]) > 1 or (own is not None and own.get("kind") == Kind.JOIN)
            return Kind.JOIN if joins else None
        return Kind.CHOICE if node.tag == "exclusiveGateway" and self._is_choice(node) else None

    def _is_choice(self, node: Element) -> bool:
        ways = self.out[node.id]
        return len(ways) > 1 and any(flow.own("condition") is not None for flow in ways)

    def decided_by(self, id_: str) -> str | None:
        """The task whose outcomes the ways of an exclusive gateway are: it stands right behind it, and nothing else does."""
        come = self.come[id_]
        if len(come) != 1 or len(self.out[id_]) < 2:
            return None
        task = self.nodes[come[0].get("sourceRef")]
        return task.id if task.tag in TASKS else None

    def ways(self, id_: str) -> list[Element]:
        """The lines that lead on from a row: those of the decision behind a task are its own."""
        flows = self.out[id_]
        if self.nodes[id_].tag in TASKS and len(flows) == 1:
            behind = flows[0].get("targetRef")
            if (
                self.nodes[behind].tag == "exclusiveGateway"
                and self.kind(behind) is None
                and self.decided_by(behind) == id_
            ):
                return self.out[behind]
        if self.kind(id_) != Kind.CHOICE:
            for flow in flows:
                if flow.own("condition") is not None:
                    raise Unsupported(flow, "condition_here")
        return flows

    def target(self, flow: Element) -> str | None:
        """Id of the row a line leads to, through the gateways in which ways only meet; None: an end."""
        seen = set()
        here = flow.get("targetRef")
        while self.kind(here) is None:
            if self.nodes[here].tag == "endEvent":
                return None
            if here in seen or len(self.out[here]) != 1:
                raise Unsupported(self.nodes[here], "circle" if here in seen else "choice_without_conditions")
            seen.add(here)
            here = self.out[here][0].get("targetRef")
        return here

    def join_of(self, fork: str, marked: str = "", depth: int = 0) -> str:
        """Id of the join in which the branches of a fork meet."""
        if marked and self.kind(marked) == Kind.JOIN:
            return marked
        if depth > 20:
            raise Unsupported(self.nodes[fork], "fork_without_join")
        found: set[str] = set()
        for flow in self.out[fork]:
            met = self._joins_from(self.target(flow), fork, depth)
            if not met:
                continue  # a branch that only ends (a refusal) waits for nobody
            found |= met
        if len(found) != 1:
            raise Unsupported(self.nodes[fork], "fork_without_join")
        return found.pop()

    def _joins_from(self, start: str | None, fork: str, depth: int) -> set[str]:
        found: set[str] = set()
        seen: set[str] = set()
        waiting: list[str | None] = [start]
        while waiting:
            here = waiting.pop()
            if here is None or here in seen:
                continue
            seen.add(here)
            kind = self.kind(here)
            if kind == Kind.JOIN:
                found.add(here)
            elif kind == Kind.FORK:
                if here == fork:
                    continue
                inner = self.join_of(here, "", depth + 1)
                waiting += [self.target(flow) for flow in self.out[inner]]
            else:
                waiting += [self.target(flow) for flow in self.ways(here)]
        return found


def _no_code(element: Element) -> None:
    """Listeners, scripts and mappings of an engine are behaviour: refused rather than lost."""
    extensions = element.one("extensionElements")
    for child in extensions.children if extensions else ():
        if child.tag in _CODE:
            raise Unsupported(element, "engine_code", child.tag)


def graph_of(root: Element, notes: Notes) -> Graph:
    """The one process of a file. Raises :class:`Unreadable`, :class:`Unsupported`."""
    if root.space != BPMN or root.tag != "definitions":
        raise Unreadable("no_bpmn", root.line, root.tag)
    pool = ""
    for child in root.children:
        if (
            child.space != BPMN
            or child.tag in ("process", "extensionElements", "documentation")
            or child.tag in _ROOT_BESIDE
        ):
            continue
        if child.tag != "collaboration":
            raise Unsupported(child, "kind")
        pool = _collaboration(child, notes) or pool
    filled = [process for process in root.all("process") if _holds_something(process)]
    if not filled:
        raise Unreadable("no_process", root.line)
    if len(filled) > 1:
        raise Unsupported(filled[1], "several_processes")
    graph = Graph(filled[0], pool, notes)
    graph.gather()
    return graph


def _collaboration(element: Element, notes: Notes) -> str:
    name = ""
    for child in element.children:
        if child.space != BPMN or child.tag in ("documentation", "extensionElements"):
            continue
        if child.tag == "participant":
            if child.one("participantMultiplicity") is not None:
                raise Unsupported(child, "repeats", "participantMultiplicity")
            if child.get("processRef"):
                name = name or child.get("name")
            else:
                notes.add("left_out", child, "participant")
        elif child.tag in _BESIDE:
            notes.add("left_out", child, child.tag)
        else:
            raise Unsupported(child, "kind")
    return name


def _holds_something(process: Element) -> bool:
    beside: Iterable[str] = {"documentation", "extensionElements", "laneSet"}
    return any(child.space == BPMN and child.tag not in beside for child in process.children)
