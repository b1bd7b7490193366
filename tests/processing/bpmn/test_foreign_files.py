"""Files as other editors write them: what is understood, what is guessed, and what is refused by its element."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.processing.bpmn import Unreadable, Unsupported, read, write
from motcua.processing.bpmn.durations import parse_duration, write_duration
from motcua.processing.bpmn.xml import MAX_BYTES
from motcua.processing.checks import problems
from motcua.processing.rules import StepSpec
from motcua.processing.tables import Malformed
from tests.processing.bpmn.test_round_trip import GENERAL

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.bpmn").read_bytes()


def test_a_file_of_camunda_modeler_becomes_a_process_that_may_be_published() -> None:
    found = read(sample("camunda-modeler"))
    table = found.table
    assert table.name == "Cấp phép xây dựng nhà ở riêng lẻ"
    assert problems(table.steps) == []
    assert [step.key for step in table.steps] == [
        "tiep_nhan_ho_so", "gateway_fork", "kiem_tra_quy_hoach", "kiem_tra_pccc", "gateway_join",
        "du_thao_giay_phep", "ky_giay_phep", "tra_ket_qua",
    ]  # fmt: skip
    receive, sign = table.steps[0], next(s for s in table.steps if s.name == "Ký giấy phép")
    assert (receive.name, receive.role, receive.unit_rule) == ("Tiếp nhận hồ sơ", "one_stop", "one_stop")
    assert receive.outcomes == {"receive": table.steps[1].key, "refuse": None}
    assert (receive.working_minutes, receive.result) == (240, "Giấy tiếp nhận và hẹn trả kết quả")
    assert (sign.role, sign.unit_rule) == ("head", "leaders")
    assert sign.outcomes == {"sign": "tra_ket_qua", "send_back": "du_thao_giay_phep"}
    fork = next(s for s in table.steps if s.kind == "fork")
    assert table.row(fork.join) is not None
    assert next(s for s in table.steps if "PCCC" in s.name).working_minutes == 5 * 480
    codes = {note.code for note in found.notes}
    assert {"role_guessed", "outcome_guessed", "timer_interrupts"} <= codes
    assert all(note.line > 0 for note in found.notes)


def test_a_sketch_of_bpmn_io_is_read_in_the_order_of_the_work_and_its_guesses_are_told() -> None:
    found = read(sample("bpmn-io"))
    assert [step.name for step in found.table.steps] == [
        "Receive the application", "Assess", "Sign", "Return the result",
    ]  # fmt: skip
    receive, assess, sign, give = found.table.steps
    assert receive.outcomes == {"receive": assess.key}
    assert assess.outcomes == {"propose": sign.key, "send_back": assess.key, "reject": None}
    assert sign.outcomes == {"sign": give.key}
    assert give.outcomes == {"return_result": None}
    codes = [note.code for note in found.notes]
    assert codes.count("plain_task") == 4
    assert codes.count("role_unknown") == 4
    assert "left_out" in codes


def test_code_in_a_condition_is_refused_where_it_stands() -> None:
    with pytest.raises(Unsupported) as refused:
        read(sample("camunda-expressions"))
    assert (refused.value.element, refused.value.what, refused.value.line) == ("f3", "condition_code", 9)


def refused(change: tuple[str, str], *, of: bytes | None = None) -> Unsupported:
    text = (of or write(GENERAL)).decode()
    assert change[0] in text, "the file no longer holds what is changed"
    with pytest.raises(Unsupported) as found:
        read(text.replace(*change, 1).encode())
    assert found.value.line > 1
    return found.value


END = "</bpmn:process>"
TASK = 'id="step_appraise"'
ADDED = {
    "kind": [
        f'<bpmn:{tag} id="odd"/>'
        for tag in ("subProcess", "transaction", "adHocSubProcess", "callActivity", "scriptTask", "sendTask", "receiveTask",
                    "manualTask", "businessRuleTask", "inclusiveGateway", "eventBasedGateway", "complexGateway",
                    "intermediateCatchEvent", "intermediateThrowEvent")
    ],
    "no_id": ["<bpmn:userTask/>"],
    "id_twice": ['<bpmn:userTask id="step_sign"/>'],
    "second_start": ['<bpmn:startEvent id="odd"><bpmn:outgoing>o</bpmn:outgoing></bpmn:startEvent><bpmn:sequenceFlow id="o" sourceRef="odd" targetRef="step_sign"/>'],
    "dangling": ['<bpmn:sequenceFlow id="odd" sourceRef="step_sign" targetRef="nowhere"/>'],
    "implicit_fork": ['<bpmn:sequenceFlow id="odd" sourceRef="step_sign" targetRef="step_return"/>'],
    "timer_twice": ['<bpmn:boundaryEvent id="odd" attachedToRef="step_sign"><bpmn:timerEventDefinition/></bpmn:boundaryEvent>'],
    "boundary_kind": ['<bpmn:boundaryEvent id="odd" attachedToRef="step_sign"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>'],
    "timer_place": ['<bpmn:boundaryEvent id="odd" attachedToRef="start"><bpmn:timerEventDefinition/></bpmn:boundaryEvent>'],
    "gateway_ends": ['<bpmn:parallelGateway id="odd"/>'],
}  # fmt: skip


@pytest.mark.parametrize(("what", "added"), [(what, one) for what, many in ADDED.items() for one in many])
def test_what_a_table_cannot_say_is_refused_by_its_element(what: str, added: str) -> None:
    found = refused((END, added + END))
    assert found.what == what
    if 'id="odd"' in added and what != "implicit_fork":
        assert found.element == "odd"


@pytest.mark.parametrize(
    ("change", "element", "what"),
    [
        ((">P1D<", ">P1M<"), "timer_receive", "duration"),
        ((">P1D<", ">PT0.5H<"), "timer_receive", "duration"),
        ((">P1D<", ">${days}<"), "timer_receive", "duration"),
        ((">P1D<", ">P1W<"), "timer_receive", "duration"),
        ((">P1D<", ">PT90S<"), "timer_receive", "duration"),
        (('<bpmn:incoming>flow_1</bpmn:incoming>', '<bpmn:multiInstanceLoopCharacteristics/>'), "step_receive", "repeats"),
        (('<bpmn:incoming>flow_1</bpmn:incoming>', '<bpmn:standardLoopCharacteristics/>'), "step_receive", "repeats"),
        (('<bpmn:outgoing>flow_1</bpmn:outgoing>', '<bpmn:messageEventDefinition/>'), "start", "event_kind"),
        (('<bpmn:terminateEventDefinition id="all_receive"/>', '<bpmn:errorEventDefinition/>'), "stop_receive", "event_kind"),
        (('<motcua:step key="sign"', '<x:taskListener xmlns:x="urn:x"/><motcua:step key="sign"'), "step_sign", "engine_code"),
        (('<bpmn:participant ', '<bpmn:messageFlow id="odd"/><bpmn:participant '), "odd", "kind"),
        (('<bpmn:collaboration', '<bpmn:process id="b"><bpmn:task id="t"/></bpmn:process><bpmn:collaboration'), "process", "several_processes"),
    ],
)  # fmt: skip
def test_what_is_changed_in_a_file_is_refused_by_its_element(
    change: tuple[str, str], element: str, what: str
) -> None:
    found = refused(change)
    assert (found.element, found.what) == (element, what)


@pytest.mark.parametrize(
    "word", ["executionListener", "executionListeners", "taskListener", "taskListeners", "inputOutput", "connector", "script", "ioMapping"]
)  # fmt: skip
def test_whatever_an_engine_would_run_is_refused(word: str) -> None:
    found = refused(('<motcua:step key="sign"', f'<x:{word} xmlns:x="urn:x"/><motcua:step key="sign"'))
    assert (found.element, found.what) == ("step_sign", "engine_code")


@pytest.mark.parametrize(
    ("flow", "element", "what"),
    [
        ('sourceRef="stop_receive" targetRef="step_sign"', "stop_receive", "end_goes_on"),
        ('sourceRef="step_sign" targetRef="start"', "start", "start_ways"),
        ('sourceRef="start" targetRef="step_sign"', "start", "start_ways"),
    ],
)
def test_a_beginning_begins_and_an_end_ends(flow: str, element: str, what: str) -> None:
    found = refused((END, f'<bpmn:sequenceFlow id="odd" {flow}/>{END}'))
    assert (found.element, found.what) == (element, what)


def test_a_step_that_undoes_another_is_refused() -> None:
    found = refused(('id="step_sign"', 'id="step_sign" isForCompensation="true"'))
    assert (found.element, found.what) == ("step_sign", "compensation")


@pytest.mark.parametrize("kind", ["timeCycle", "timeDate"])
def test_other_timers_are_refused(kind: str) -> None:
    text = write(GENERAL).decode().replace("bpmn:timeDuration", f"bpmn:{kind}")
    with pytest.raises(Unsupported) as found:
        read(text.encode())
    assert (found.value.element, found.value.what) == ("timer_receive", "timer_kind")


def test_who_is_moved_to_another_lane_and_what_is_renamed_in_another_editor_counts() -> None:
    text = write(GENERAL).decode()
    moved = text.replace("<bpmn:flowNodeRef>step_sign</bpmn:flowNodeRef>", "", 1).replace(
        "<bpmn:flowNodeRef>step_receive</bpmn:flowNodeRef>",
        "<bpmn:flowNodeRef>step_receive</bpmn:flowNodeRef><bpmn:flowNodeRef>step_sign</bpmn:flowNodeRef>",
        1,
    )
    row = read(moved.encode()).table.row("sign")
    assert row is not None
    assert row.role == "one_stop"
    renamed = read(text.replace('name="Từ chối giải quyết"', 'name="Xong bước"').encode())
    appraise = renamed.table.row("appraise")
    assert appraise is not None
    assert "complete" in appraise.outcomes
    assert [note.code for note in renamed.notes] == ["renamed"]


# --- files that are no files ------------------------------------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><definitions>&lol3;</definitions>"""
XXE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://127.0.0.1:1/evil.dtd"><definitions/>"""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "doctype"),
        (XXE, "doctype"),
        (OUTSIDE, "doctype"),
        (b"", "no_xml"),
        (b"PK\x03\x04not xml", "no_xml"),
        (b"<a><b></a>", "no_xml"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "no_xml"),
        (b"<html/>", "no_bpmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "no_process"),
        (b"<a>" * 100 + b"</a>" * 100, "too_deep"),
        (b"<a>" + b"<b/>" * 30_000 + b"</a>", "too_many"),
        (b"<a>" + b" " * (50 * 1024 * 1024) + b"</a>", "too_large"),
    ],
)
def test_what_is_no_bpmn_is_refused_with_the_reason(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused_:
        read(data)
    assert refused_.value.code == code


def test_just_below_the_bound_is_read() -> None:
    data = write(GENERAL)
    assert read(data + b" " * (MAX_BYTES - len(data))).table == GENERAL


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises((Unreadable, Unsupported)):
        read(data)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.binary(max_size=12))
def test_no_damage_to_a_file_breaks_the_reader(start: int, length: int, new: bytes) -> None:
    whole = write(GENERAL)
    with contextlib.suppress(Unreadable, Unsupported, Malformed):
        read(whole[:start] + new + whole[start + length % 60 :])


# --- durations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("PT4H", 240), ("P3D", 1440), ("P1DT2H30M", 630), ("PT45M", 45), (" PT8H ", 480), ("P", None), ("PT", None),
        ("P1DT", None), ("P1Y", None), ("P1M", None), ("P1W", None), ("PT30S", None), ("PT1.5H", None), ("PT0M", None),
        ("-PT4H", None), ("4H", None), ("", None), ("P٣D", None), ("PT4h", None),
    ],
)  # fmt: skip
def test_durations(text: str, minutes: int | None) -> None:
    assert parse_duration(text) == minutes


@given(st.integers(1, 190_000))
def test_durations_there_and_back(minutes: int) -> None:
    assert parse_duration(write_duration(minutes)) == minutes


@pytest.mark.parametrize(
    ("minutes", "text"), [(30, "PT30M"), (60, "PT1H"), (90, "PT1H30M"), (480, "P1D"), (540, "PT9H")]
)
def test_a_duration_is_written_without_what_is_none(minutes: int, text: str) -> None:
    assert write_duration(minutes) == text


# --- conditions -------------------------------------------------------------------------------------------------------

CHOICE = replace(
    GENERAL,
    steps=(
        replace(GENERAL.steps[0], outcomes={"receive": "kind", "refuse": None}),
        StepSpec(0, "kind", "Rẽ", "", "", "responsible", None, {"w1": "appraise", "else": "sign"}, kind="choice",
                 conditions={"w1": {"field": "dossier.channel", "op": "eq", "value": "online"}}),
        *GENERAL.steps[1:],
    ),
)  # fmt: skip
WORDS = 'dossier.channel = "online"'.replace('"', "&quot;")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ((f">{WORDS}</bpmn:conditionExpression>", ">dossier.channel = &quot;post&quot;</bpmn:conditionExpression>"), "condition_differs"),
        (("<motcua:condition>", "<motcua:other>"), ""),
        (("&quot;op&quot;: &quot;eq&quot;", "&quot;op&quot;: &quot;eval&quot;"), "condition_bad"),
        ((">{&quot;field&quot;", ">__import__(&quot;os&quot;)"), "condition_bad"),
    ],
)  # fmt: skip
def test_the_data_of_a_condition_counts_and_must_agree_with_its_words(
    change: tuple[str, str], what: str
) -> None:
    of = write(CHOICE)
    assert read(of).table == CHOICE
    if not what:
        text = of.decode().replace("motcua:condition>", "motcua:other>")
        with pytest.raises(Unsupported) as found:
            read(text.encode())
        assert found.value.what == "condition_code"  # words alone are an expression nobody here evaluates
        return
    assert refused(change, of=of).what == what


def test_a_condition_on_a_line_that_is_no_choice_is_refused() -> None:
    text = write(GENERAL).decode()
    last = text[text.index("<bpmn:sequenceFlow", text.index('sourceRef="step_return"') - 120) :].split(
        "</bpmn:sequenceFlow>"
    )[0]
    changed = last.replace(
        "</bpmn:extensionElements>", '<motcua:condition>"tuoi"</motcua:condition></bpmn:extensionElements>'
    )
    assert changed != last
    with pytest.raises(Unsupported) as found:
        read(text.replace(last, changed).encode())
    assert found.value.what == "condition_here"
