"""A process read from BPMN 2.0 XML, Motcua's own or drawn in another editor; what no table can say is refused. Pure.

Guesses (who a lane is, which outcome a line means) are told as notes, so that a dry run shows what to look at. The
diagram is ignored: where a shape stands says nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from motcua.eforms.conditions import BadCondition
from motcua.kernel.text import fold
from motcua.kernel.working_time import WorkingTimeError
from motcua.processing import layout, tables
from motcua.processing.bpmn.durations import parse_duration
from motcua.processing.bpmn.expressions import readable
from motcua.processing.bpmn.graph import Graph, graph_of
from motcua.processing.bpmn.notes import Note, Notes
from motcua.processing.bpmn.words import lane_name, outcome_of_task, outcome_said, role_said
from motcua.processing.bpmn.xml import Element, Unsupported, parse
from motcua.processing.rules import ON, Kind, Policy, StepSpec, UnitRule
from motcua.processing.tables import KEY, LENGTHS, Table, free_key

__all__ = ["Imported", "Note", "read"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file says, and what had to be guessed or left out."""

    table: Table
    notes: tuple[Note, ...]


def read(data: bytes) -> Imported:
    """Raises :class:`Unreadable` (no such file), :class:`Unsupported` (an element), :class:`tables.Malformed` (bounds)."""
    notes = Notes()
    graph = graph_of(parse(data), notes)
    return _Reader(graph, notes).read()


class _Reader:
    """Rows from the nodes of a graph."""

    def __init__(self, graph: Graph, notes: Notes) -> None:
        self.graph, self.notes = graph, notes
        self.keys: dict[str, str] = {}
        self.rows = {id_: node for id_, node in graph.nodes.items() if graph.kind(id_) is not None}

    def read(self) -> Imported:
        ordered = self._ordered()
        if not ordered:
            raise Unsupported(self.graph.process, "no_steps")
        for id_ in ordered:
            self.keys[id_] = self._key(self.rows[id_])
        steps = [self._step(id_) for id_ in ordered]
        table = Table(self._name(), tuple(tables.tidy(step) for step in steps), self._policy())
        # Through the same door as every other document: lengths, words and numbers are bounded there.
        return Imported(tables.read(tables.written(table)), tuple(self.notes))

    def _name(self) -> str:
        """Of the process, or of the pool where that is the one that was renamed: it is what an editor shows."""
        own = self.graph.process.own("process")
        written = own.get("name") if own else ""
        names = (self.graph.process.get("name"), self.graph.pool_name)
        renamed = next((name for name in names if written and name and name != written), "")
        return self._short(renamed or names[0] or names[1], 200, self.graph.process)

    def _policy(self) -> Policy:
        own = self.graph.process.own("process")
        words = (("ineligible_within", "ineligibleWithin"), ("after_supplement", "afterSupplement"), ("silence_closes", "silenceCloses"))  # fmt: skip
        try:
            return Policy.read({key: own.get(name) for key, name in words if own.get(name)} if own else {})
        except (ValueError, WorkingTimeError) as wrong:
            raise Unsupported(self.graph.process, "policy", str(wrong)[:120]) from wrong

    def _ordered(self) -> list[str]:
        """As written where Motcua wrote all of it; else from the start on, what comes later below."""
        first = self.graph.first()
        ids = list(self.rows)
        if kept := self._as_written():
            return kept
        ids.sort(key=lambda id_: id_ != first)
        pairs = [(id_, to) for id_ in ids for to in self._targets(id_) if to is not None]
        nodes = [layout.Node(id_, "", 0, 0) for id_ in ids]
        edges = [layout.Edge(str(n), one, other) for n, (one, other) in enumerate(pairs)]
        column = layout.layers(nodes, edges, layout.back_edges(nodes, edges))
        met = self._met(first)
        return sorted(ids, key=lambda id_: (met.get(id_, 999) == 999, column[id_], met.get(id_, 999)))

    def _as_written(self) -> list[str]:
        """The order Motcua wrote into its file, which editors do not keep; a new row comes behind the one that leads to it.

        Empty for a file of somebody else, and where the row that begins is no longer the first.
        """
        own = self.graph.process.own("process")
        place = {key: number for number, key in enumerate((own.get("order") if own else "").split())}
        known = {id_: place[key] for id_ in self.rows if (key := self._written_key(self.rows[id_])) in place}
        found = sorted(known, key=known.__getitem__)
        if not found or found[0] != self.graph.first():
            return []
        waiting = [id_ for id_ in self.rows if id_ not in known]
        while waiting:
            id_ = next(
                (one for one in waiting if any(one in self._targets(row) for row in found)), waiting[0]
            )
            waiting.remove(id_)
            before = [row for row in found if id_ in self._targets(row)]
            found.insert(found.index(before[0]) + 1 if before else len(found), id_)
        return found

    @staticmethod
    def _written_key(node: Element) -> str:
        """The key Motcua gave a row: beside it, or in the id alone where an editor that changed its kind dropped the rest."""
        own = node.own("step")
        return own.get("key") if own else node.id.removeprefix("step_") if node.id.startswith("step_") else ""

    def _targets(self, id_: str) -> list[str | None]:
        return [self.graph.target(flow) for flow in self.graph.ways(id_)]

    def _met(self, first: str) -> dict[str, int]:
        found: dict[str, int] = {}
        waiting = [first]
        while waiting:
            here = waiting.pop(0)
            if here not in found:
                found[here] = len(found)
                waiting += [to for to in self._targets(here) if to is not None]
        return found

    def _key(self, node: Element) -> str:
        wanted = self._written_key(node)
        taken = set(self.keys.values())
        if KEY.fullmatch(wanted) and wanted not in taken:
            return wanted
        if wanted:
            self.notes.add("key_taken", node, wanted)
        return free_key(fold(node.get("name")).replace(" ", "_") or node.id, taken)

    def _short(self, text: str, most: int, at: Element) -> str:
        plain = _CONTROL.sub(" ", text)
        if len(plain) > most:
            self.notes.add("shortened", at, str(most))
        return plain[:most]

    def _step(self, id_: str) -> StepSpec:
        node, kind = self.rows[id_], self.graph.kind(id_)
        own = node.own("step")
        told = node.one("documentation")
        step = StepSpec(
            0,
            self.keys[id_],
            self._short(node.get("name"), LENGTHS["name"], node),
            own.get("nameEn") if own else "",
            "",
            UnitRule.RESPONSIBLE,
            None,
            {},
            kind=str(kind),
            result=self._short(told.text, LENGTHS["result"], told) if told else "",
        )
        if not step.name.strip() and kind != Kind.TASK:
            step = replace(step, name=_NAMES[Kind(step.kind)])
        match kind:
            case Kind.TASK:
                return self._task(id_, node, step)
            case Kind.CHOICE:
                return self._choice(id_, step)
            case Kind.FORK:
                ways = {
                    self._branch(flow, n): self._to(flow) for n, flow in enumerate(self.graph.ways(id_), 1)
                }
                if len(ways) != len(self.graph.ways(id_)):
                    raise Unsupported(node, "outcome_twice")
                return replace(
                    step, outcomes=ways, join=self.keys[self.graph.join_of(id_, self._marked(node))]
                )
            case _:
                flows = self.graph.ways(id_)
                does = own.get("does") if own else ""
                if kind == Kind.AUTO and not does:
                    raise Unsupported(node, "service_code")
                if not flows:
                    self.notes.add("implicit_end", node)
                return replace(step, outcomes={ON: self._to(flows[0]) if flows else None}, does=does)

    def _marked(self, node: Element) -> str:
        """Id of the join that Motcua wrote beside a fork, where it is still there."""
        own = node.own("step")
        wanted = own.get("join") if own else ""
        return next((id_ for id_, key in self.keys.items() if key == wanted), "")

    def _to(self, flow: Element) -> str | None:
        target = self.graph.target(flow)
        return None if target is None else self.keys[target]

    def _branch(self, flow: Element, number: int) -> str:
        own = flow.own("way")
        said = own.get("outcome") if own else ""
        return said if KEY.fullmatch(said) else free_key(fold(flow.get("name")) or f"b{number}", ())

    # --- tasks ---------------------------------------------------------------------------------------------------

    def _task(self, id_: str, node: Element, step: StepSpec) -> StepSpec:
        own = node.own("step")
        permits = tuple((own.get("permits") if own else "").split())
        step = replace(step, permits=permits, working_minutes=self._minutes(id_), **self._who(id_, node))
        flows = self.graph.ways(id_)
        outcomes: dict[str, str | None] = {}
        guess = self._only_unsaid(flows, step)
        for flow in flows:
            outcome = self._outcome(flow, step, alone=flow is guess)
            if outcome in outcomes:
                raise Unsupported(flow, "outcome_twice", outcome)
            outcomes[outcome] = self._to(flow)
        if not flows:
            outcomes[outcome_of_task(step.name)] = None
            self.notes.add("implicit_end", node)
        return replace(step, outcomes=outcomes)

    def _only_unsaid(self, flows: list[Element], step: StepSpec) -> Element | None:
        """The one line that says nothing, where what the task is named after is said by no other: drawn in an editor from
        the decision behind a task, it has no name yet.
        """
        if len(flows) == 1:
            return flows[0]
        unsaid = [flow for flow in flows if not flow.own("way") and not flow.get("name").strip()]
        said = {self._outcome(flow, step, alone=False) for flow in flows if flow not in unsaid}
        return unsaid[0] if len(unsaid) == 1 and outcome_of_task(step.name) not in said else None

    def _outcome(self, flow: Element, step: StepSpec, *, alone: bool) -> str:
        own, name = flow.own("way"), flow.get("name").strip()
        marked = own.get("outcome") if own else ""
        said = outcome_said(name) if name else None
        if KEY.fullmatch(marked):
            if said and said != marked:
                # Renamed in another editor: what people read on the line is what they mean.
                self.notes.add("renamed", flow, name)
                return said
            return marked
        if said:
            self.notes.add("outcome_guessed", flow, name)
            return said
        if alone:
            found = outcome_of_task(step.name)
            self.notes.add("outcome_guessed", flow, step.name)
            return found
        self.notes.add("outcome_unknown", flow, name)
        return free_key(fold(name) or flow.id, ())

    def _minutes(self, id_: str) -> int | None:
        event = self.graph.timers.get(id_)
        if event is None:
            return None
        timer = event.one("timerEventDefinition")
        duration = timer.one("timeDuration") if timer else None
        if duration is None:
            raise Unsupported(event, "timer_kind")
        minutes = parse_duration(duration.text)
        if minutes is None:
            raise Unsupported(event, "duration", duration.text.strip()[:60])
        if event.get("cancelActivity", "true") != "false":
            self.notes.add("timer_interrupts", event)
        return minutes

    def _who(self, id_: str, node: Element) -> dict[str, Any]:
        lane = self.graph.lane_of.get(id_)
        own = lane.own("who") if lane else None
        if own is not None and lane is not None and not self._renamed(lane, own):
            return {
                "role": own.get("role"),
                "agency": own.get("agency"),
                "unit_rule": own.get("unitRule") or str(UnitRule.RESPONSIBLE),
                "unit": own.get("unit"),
            }
        groups = next((v for k, v in node.attributes.items() if k.endswith("}candidateGroups")), "")
        said = (lane.get("name") if lane else "") or groups
        found = role_said(said) if said else None
        if found is None:
            self.notes.add("role_unknown", lane or node, said)
            return {}
        self.notes.add("role_guessed", lane or node, said)
        return {"role": str(found[0]), "unit_rule": str(found[1])}

    @staticmethod
    def _renamed(lane: Element, own: Element) -> bool:
        """Whether a lane is named after another role than the one written beside it: what people read is what they mean."""
        said, rule = role_said(lane.get("name")), own.get("unitRule")
        if said is None or str(said[0]) == own.get("role") or rule not in list(UnitRule):
            return False
        written = StepSpec(
            0, "", "", "", own.get("role"), rule, None, {}, agency=own.get("agency"), unit=own.get("unit")
        )
        return lane.get("name") != lane_name(written)

    # --- choices -------------------------------------------------------------------------------------------------

    def _choice(self, id_: str, step: StepSpec) -> StepSpec:
        outcomes: dict[str, str | None] = {}
        conditions: dict[str, Any] = {}
        for number, flow in enumerate(self.graph.ways(id_), 1):
            outcome = self._branch(flow, number)
            if outcome in outcomes:
                raise Unsupported(flow, "outcome_twice", outcome)
            outcomes[outcome] = self._to(flow)
            condition = condition_of(flow)
            if condition is not None:
                conditions[outcome] = condition
        return replace(step, outcomes=outcomes, conditions=conditions)


#: Gateways of other editors have no names, and rows have one.
_NAMES = {
    Kind.FORK: "Thực hiện song song",
    Kind.JOIN: "Chờ đủ các nhánh",
    Kind.CHOICE: "Rẽ theo điều kiện",
    Kind.AUTO: "Hệ thống tự thực hiện",
}


def condition_of(flow: Element) -> Any:
    """The condition of a line as data; None when it has none. Code is refused, and words that differ from the data."""
    said, data = flow.one("conditionExpression"), flow.own("condition")
    if data is None:
        if said is None:
            return None
        raise Unsupported(flow, "condition_code", said.text.strip()[:80])
    try:
        condition = json.loads(data.text)
        words = readable(condition)
    except (ValueError, BadCondition, RecursionError) as wrong:
        raise Unsupported(flow, "condition_bad", str(wrong)[:120]) from wrong
    if said is not None and said.text.strip() != words.strip():
        raise Unsupported(flow, "condition_differs", said.text.strip()[:80])
    return condition
