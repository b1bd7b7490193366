"""What Motcua writes as BPMN, opened, changed and saved by a real editor: bpmn-js, the engine of bpmn.io and Camunda Modeler.

The editor is loaded into an empty page and used by its own interface; nothing of it is served to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from motcua.processing import bpmn
from motcua.processing.bpmn.xml import parse
from motcua.processing.checks import problems
from motcua.processing.library import shipped
from motcua.processing.rules import Kind
from motcua.processing.tables import Table
from tests.browser.conftest import DESKTOP, ROOT
from tests.processing.bpmn.test_round_trip import GENERAL, same

pytestmark = pytest.mark.browser

EDITOR = ROOT / "node_modules" / "bpmn-js" / "dist" / "bpmn-modeler.development.js"
TABLES = {"general": GENERAL, **shipped()}
#: Two branches and a choice; a choice, an automatic step and steps of working hours.
BUILDING, MARITAL = "1.013225", "1.004873"

#: Opens a file, does something to it with the editor's own services, and saves it.
EDIT = """
async ([xml, script]) => {
  document.body.innerHTML = '<div id="canvas" style="width: 1200px; height: 800px"></div>';
  const editor = new BpmnJS({container: '#canvas'});
  const {warnings} = await editor.importXML(xml);
  const registry = editor.get('elementRegistry');
  const shape = id => { const found = registry.get(id); if (!found) throw new Error(`no ${id}`); return found; };
  const made = script ? await (new Function('editor', 'modeling', 'shape', `return (async () => { ${script} })()`))(
    editor, editor.get('modeling'), shape) : null;
  const drawn = registry.filter(element => {
    const graphics = registry.getGraphics(element);
    return graphics && (element.waypoints ? element.waypoints.length > 1 : element.width > 0 && element.height > 0);
  }).map(element => element.businessObject.id);
  const saved = await editor.saveXML({format: true});
  editor.destroy();
  return {warnings: warnings.map(one => one.message), drawn, saved: saved.xml, made};
}
"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    assert EDITOR.is_file(), "bpmn-js is not there: run `make setup`"
    context = chromium.new_context(viewport=DESKTOP, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_content("<!doctype html><title>bpmn-js</title>")
    page.add_script_tag(path=EDITOR)
    yield page
    context.close()
    assert not complaints, complaints


Edit = Callable[..., dict[str, Any]]


@pytest.fixture
def edit(page: Page) -> Edit:
    """``edit(table, script)``: what the editor says, draws and saves."""

    def run(table: Table, script: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = page.evaluate(EDIT, [bpmn.write(table).decode(), script])
        return answer

    return run


def ids(table: Table) -> set[str]:
    """Every node, line, lane and timer of the file, and its pool."""
    root = parse(bpmn.write(table))
    process = next(root.all("process"))
    found = {
        child.id
        for child in process.children
        if child.id and child.tag not in ("laneSet", "extensionElements")
    }
    found |= {lane.id for lanes in process.all("laneSet") for lane in lanes.all("lane")}
    return found | {pool.id for one in root.all("collaboration") for pool in one.all("participant")}


@pytest.mark.parametrize("code", TABLES)
def test_it_opens_without_a_warning_draws_everything_and_saves_the_same_process(
    edit: Edit, code: str
) -> None:
    table = TABLES[code]
    answer = edit(table)
    assert answer["warnings"] == []
    assert ids(table) <= set(answer["drawn"])
    back = bpmn.read(answer["saved"].encode())
    assert back.notes == ()
    assert same(back.table, table)


def test_what_is_renamed_in_the_editor_is_read(edit: Edit) -> None:
    table = TABLES[MARITAL]
    answer = edit(
        table, "modeling.updateProperties(shape('step_receive'), {name: 'Nhận và kiểm tra hồ sơ'});"
    )
    back = bpmn.read(answer["saved"].encode())
    assert back.notes == ()
    receive = table.row("receive")
    assert receive is not None
    assert same(back.table, table.with_row("receive", replace(receive, name="Nhận và kiểm tra hồ sơ")))


#: A task put between another and what follows it, as somebody does with "append" and the arrow.
APPEND = """
const before = shape('step_return');
const line = before.incoming[0];
const source = line.source;
const task = modeling.appendShape(source, {type: 'bpmn:UserTask'}, {x: source.x + source.width + 150, y: source.y + 40});
modeling.updateProperties(task, {name: 'Kiểm tra kết quả trước khi trả'});
modeling.connect(task, before);
modeling.removeConnection(line);
return {id: task.businessObject.id, after: source.businessObject.id};
"""


def test_a_task_that_the_editor_appended_and_connected_is_a_row(edit: Edit) -> None:
    table = GENERAL
    answer = edit(table, APPEND)
    back = bpmn.read(answer["saved"].encode())
    added = [step for step in back.table.steps if table.row(step.key) is None]
    assert [step.name for step in added] == ["Kiểm tra kết quả trước khi trả"]
    assert added[0].kind == Kind.TASK
    assert added[0].role  # of the lane it stands in
    assert set(added[0].outcomes.values()) == {"return"}
    # What led to the return before leads to the new row now, and the rest is as it was.
    for step in back.table.steps:
        old = table.row(step.key)
        if old is not None:
            led = {added[0].key if to == "return" else to for to in old.outcomes.values()}
            assert set(step.outcomes.values()) == led, step.key
            assert replace(step, outcomes=old.outcomes) == old
    assert problems(back.table.steps) == []
    # And the file that is written of it opens again.
    again = edit(back.table)
    assert again["warnings"] == []
    assert same(bpmn.read(again["saved"].encode()).table, back.table)


def test_a_task_moved_to_another_lane_is_done_by_whose_lane_it_is(edit: Edit) -> None:
    script = """
    const task = shape('step_appraise'), lane = shape('step_sign').businessObject.lanes || [];
    const head = editor.get('elementRegistry').filter(e => e.type === 'bpmn:Lane').find(
      e => e.businessObject.flowNodeRef.some(node => node.id === 'step_sign'));
    const delta = {x: 0, y: head.y + head.height / 2 - (task.y + task.height / 2)};
    modeling.moveElements([task], delta, head);
    """
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    moved, before = back.table.row("appraise"), GENERAL.row("appraise")
    assert moved is not None
    assert before is not None
    assert (moved.role, moved.unit_rule) == ("head", "leaders")
    assert replace(moved, role=before.role, unit_rule=before.unit_rule) == before


def test_a_longer_time_and_a_branch_of_its_own_are_read(edit: Edit) -> None:
    table = TABLES[BUILDING]
    fork = next(step for step in table.steps if step.kind == Kind.FORK)
    inside = table.row(next(iter(fork.following)))
    assert inside is not None
    script = f"""
    const timer = shape('timer_{inside.key}');
    editor.get('modeling').updateModdleProperties(
      timer, timer.businessObject.eventDefinitions[0].timeDuration, {{body: 'P2DT4H'}});
    const fork = shape('step_{fork.key}'), join = shape('step_{fork.join}');
    const task = modeling.appendShape(fork, {{type: 'bpmn:UserTask'}}, {{x: fork.x + 160, y: fork.y + 25}});
    modeling.updateProperties(task, {{name: 'Xác minh tại thực địa'}});
    modeling.connect(task, join);
    """
    back = bpmn.read(edit(table, script)["saved"].encode()).table
    longer = back.row(inside.key)
    assert longer is not None
    assert longer.working_minutes == 2 * 480 + 240
    added = next(step for step in back.steps if table.row(step.key) is None)
    forked = back.row(fork.key)
    assert forked is not None
    assert added.key in forked.following
    assert len(forked.outcomes) == len(fork.outcomes) + 1
    assert forked.join == fork.join
    assert set(added.outcomes.values()) == {fork.join}
    assert problems(back.steps) == []


def test_what_the_editor_removes_is_gone_and_named_where_it_is_missed(edit: Edit) -> None:
    """The editor takes the lines of a task with it. The decision it leaves behind is nobody's, and is refused by its name;
    without it, what led to the task ends there, and publication says that the rest is not reached.
    """
    saved = edit(GENERAL, "modeling.removeElements([shape('step_sign')]);")["saved"]
    with pytest.raises(bpmn.Unsupported) as refused:
        bpmn.read(saved.encode())
    assert (refused.value.what, refused.value.element) == ("choice_without_conditions", "way_sign")
    both = "modeling.removeElements([shape('step_sign'), shape('way_sign')]);"
    back = bpmn.read(edit(GENERAL, both)["saved"].encode()).table
    assert back.row("sign") is None
    assert {(problem.code, problem.step) for problem in problems(back.steps)} == {("unreachable", "return")}


@pytest.mark.parametrize("name", ["pool", "process"])
def test_a_process_renamed_in_the_editor_has_the_new_name(edit: Edit, name: str) -> None:
    script = {
        "pool": "modeling.updateProperties(shape('pool'), {name: 'Tên mới'});",
        "process": "shape('pool').businessObject.processRef.name = 'Tên mới';",
    }[name]
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    assert same(back.table, replace(GENERAL, name="Tên mới"))


def test_a_lane_renamed_after_somebody_else_is_theirs_and_that_is_told(edit: Edit) -> None:
    script = """
    const lane = editor.get('elementRegistry').filter(e => e.type === 'bpmn:Lane').find(
      e => e.businessObject.flowNodeRef.some(node => node.id === 'step_sign'));
    modeling.updateProperties(lane, {name: '%s'});
    """
    back = bpmn.read(edit(GENERAL, script % "Chuyên viên phòng Tư pháp")["saved"].encode())
    assert [note.code for note in back.notes] == ["role_guessed"]
    sign = back.table.row("sign")
    assert sign is not None
    assert (sign.role, sign.unit_rule) == ("civil_servant", "responsible")
    same_people = bpmn.read(edit(GENERAL, script % "Chủ tịch UBND xã")["saved"].encode())
    assert same_people.notes == ()
    assert same(same_people.table, GENERAL)


def test_a_task_whose_kind_was_changed_keeps_its_key_and_place(edit: Edit) -> None:
    """The editor drops what it does not know (English name, permits) when it changes the kind; the id is left."""
    script = "editor.get('bpmnReplace').replaceElement(shape('step_appraise'), {type: 'bpmn:Task'});"
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    assert {note.code for note in back.notes} == {"plain_task"}
    assert [step.key for step in back.table.steps] == [step.key for step in GENERAL.steps]
    before = GENERAL.row("appraise")
    assert before is not None
    assert same(back.table, GENERAL.with_row("appraise", replace(before, name_en="", permits=())))


def test_lanes_that_are_split_and_added_shapes_that_are_moved_and_coloured_keep_the_order(edit: Edit) -> None:
    script = """
    const lanes = () => editor.get('elementRegistry').filter(e => e.type === 'bpmn:Lane');
    modeling.splitLane(lanes()[0], 2);
    const added = modeling.addLane(lanes().pop(), 'bottom');
    modeling.updateProperties(added, {name: 'Phó Chủ tịch'});
    const sign = shape('step_sign');
    modeling.moveElements([sign], {x: 0, y: added.y + added.height / 2 - (sign.y + sign.height / 2)}, added);
    modeling.setColor([sign], {stroke: 'red', fill: 'yellow'});
    """
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    assert [note.code for note in back.notes] == ["role_guessed"]
    assert same(back.table, GENERAL)


def test_a_task_dropped_on_a_line_stands_between_its_ends(edit: Edit) -> None:
    script = """
    const line = editor.get('elementRegistry').filter(
      e => e.type === 'bpmn:SequenceFlow' && e.target.id === 'step_return')[0];
    const [from, to] = [line.waypoints[0], line.waypoints[line.waypoints.length - 1]];
    const task = editor.get('elementFactory').createShape({type: 'bpmn:UserTask'});
    modeling.createShape(task, {x: (from.x + to.x) / 2, y: (from.y + to.y) / 2}, line);
    modeling.updateProperties(task, {name: 'Đóng dấu'});
    """
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    assert [step.key for step in back.table.steps] == ["receive", "appraise", "sign", "dong_dau", "return"]
    assert problems(back.table.steps) == []


def test_a_timer_set_in_the_editor_is_the_time_of_the_step(edit: Edit) -> None:
    script = """
    const task = shape('step_appraise');
    const event = editor.get('elementFactory').createShape(
      {type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition'});
    const timer = modeling.createShape(event, {x: task.x + 20, y: task.y + task.height}, task, {attach: true});
    const definition = timer.businessObject.eventDefinitions[0];
    const duration = editor.get('moddle').create('bpmn:FormalExpression', {body: 'P2D'});
    duration.$parent = definition;
    modeling.updateModdleProperties(timer, definition, {timeDuration: duration});
    modeling.removeElements([shape('timer_receive')]);
    """
    back = bpmn.read(edit(GENERAL, script)["saved"].encode())
    assert [note.code for note in back.notes] == ["timer_interrupts"]
    assert [step.working_minutes for step in back.table.steps] == [None, 960, 240, 240]


REFUSED = {
    "subProcess": "editor.get('bpmnReplace').replaceElement(shape('step_appraise'), {type: 'bpmn:SubProcess', isExpanded: true});",
    "inclusiveGateway": "editor.get('bpmnReplace').replaceElement(shape('way_sign'), {type: 'bpmn:InclusiveGateway'});",
    "endEvent": "editor.get('bpmnReplace').replaceElement(editor.get('elementRegistry').filter(e => e.type === 'bpmn:EndEvent')[0],"
    " {type: 'bpmn:EndEvent', eventDefinitionType: 'bpmn:MessageEventDefinition'});",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_table_cannot_say_is_refused_as_the_editor_writes_it(edit: Edit, kind: str) -> None:
    saved = edit(GENERAL, REFUSED[kind])["saved"]
    with pytest.raises(bpmn.Unsupported) as refused:
        bpmn.read(saved.encode())
    assert refused.value.kind == kind
