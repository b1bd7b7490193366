"""The law registry: dated rows, loud on gaps and overlaps; and the shipped files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from motcua.kernel.working_time import Term
from motcua.law import keys, limits
from motcua.law.registry import (
    Instrument,
    Law,
    LawError,
    NoParameterError,
    Parameter,
    load,
    read_instrument,
    read_parameter,
)

ACT = Instrument("1/2020/NĐ-CP", "Nghị định", "Decree", None, None, None, None, "in-force", True)
ROW = Parameter(
    "answer",
    8,
    "wh",
    ACT.number,
    "Điều 1",
    date(2020, 1, 1),
    date(2020, 12, 31),
    "verified",
    "Trả lời",
    "Answer",
)
RAW = {
    "key": "answer",
    "value": 8,
    "unit": "wh",
    "instrument": ACT.number,
    "article": "Điều 1",
    "valid_from": date(2020, 1, 1),
    "confidence": "verified",
    "title_vi": "Trả lời",
    "title_en": "Answer",
}
LAW = load()


@pytest.mark.parametrize(
    ("key", "on", "value", "instrument"),
    [
        # Online answer: Decree 45/2020, then Resolution 66.7/2025 for fourteen months.
        (keys.INTAKE_ONLINE_ANSWER, "2025-12-31", 8, "45/2020/NĐ-CP"),
        (keys.INTAKE_ONLINE_ANSWER, "2026-01-01", 8, "66.7/2025/NQ-CP"),
        (keys.INTAKE_ONLINE_ANSWER, "2027-02-28", 8, "66.7/2025/NQ-CP"),
        (keys.INTAKE_ONLINE_ANSWER, "2027-03-01", 8, "45/2020/NĐ-CP"),
        (keys.INTAKE_COUNTER_ANSWER, "2026-06-01", 1, "66.7/2025/NQ-CP"),
        # One-stop: Decree 61/2018 to 30/6/2025, Decree 118/2025 from 1/7/2025.
        (keys.INTAKE_CUTOFF, "2025-06-30", "15:00", "61/2018/NĐ-CP"),
        (keys.INTAKE_CUTOFF, "2025-07-01", "15:00", "118/2025/NĐ-CP"),
        (keys.NOT_ELIGIBLE_NOTICE, "2024-05-04", 3, "61/2018/NĐ-CP"),
        (keys.EXTENSIONS, "2026-11-23", 1, "118/2025/NĐ-CP"),
        # Forms: Circular 01/2018 (01–06), Circular 03/2025 (01–07).
        (keys.FORM_CONTROL_SLIP, "2025-09-14", "05", "01/2018/TT-VPCP"),
        (keys.FORM_CONTROL_SLIP, "2025-09-15", "06", "03/2025/TT-VPCP"),
        (keys.FORM_REGISTER, "2025-09-14", "06", "01/2018/TT-VPCP"),
        (keys.FORM_REGISTER, "2025-09-15", "07", "03/2025/TT-VPCP"),
        (keys.FORM_STOP, "2025-09-15", "05", "03/2025/TT-VPCP"),
        # Notice of maintenance: Circular 32/2017 art. 11, Decree 224/2026 art. 13.
        (keys.SERVICE_MAINTENANCE_NOTICE, "2026-06-30", 1, "32/2017/TT-BTTTT"),
        (keys.SERVICE_MAINTENANCE_NOTICE, "2026-07-01", 7, "224/2026/NĐ-CP"),
        (keys.REMOTE_SHARE_TARGET, "2023-04-21", 50, "17/QĐ-UBQGCĐS"),
    ],
)
def test_the_row_of_the_day(key: str, on: str, value: object, instrument: str) -> None:
    row = LAW.parameter(key, date.fromisoformat(on))
    assert (row.value, row.instrument) == (value, instrument)


def test_a_form_that_did_not_exist_yet_is_a_gap() -> None:
    before = date(2025, 9, 14)
    assert LAW.find(keys.FORM_STOP, before) is None
    with pytest.raises(NoParameterError) as refused:
        LAW.value(keys.FORM_STOP, before)
    assert refused.value.known
    with pytest.raises(NoParameterError) as refused:
        LAW.value("forms.stopp", before)
    assert not refused.value.known


def test_weights_of_the_index_sum_to_a_hundred() -> None:
    weights = [key for key in LAW.keys if key.startswith("index766.weight.")]
    assert sum(LAW.integer(key, date(2026, 1, 1)) for key in weights) == 100


def test_what_we_set_ourselves_never_passes_for_law() -> None:
    for key in LAW.keys:
        for row in LAW.history(key):
            if row.instrument == "motcua":
                assert row.confidence != "verified", key


def test_no_row_outlives_its_act() -> None:
    for key in LAW.keys:
        for row in LAW.history(key):
            act = LAW.instrument(row.instrument)
            if act.in_force is not None:
                assert row.valid_from >= act.in_force, key
            if act.until is not None:
                assert row.valid_to is not None, key
                assert row.valid_to <= act.until, key


def test_every_key_of_the_code_holds_today_and_long_after() -> None:
    for on in (date(2026, 11, 23), date(2028, 1, 1)):
        assert [key for key in keys.ALL if LAW.find(key, on) is None] == []


def test_terms_and_hours_come_typed() -> None:
    now = datetime(2026, 2, 12, 8, 30, tzinfo=UTC)
    assert limits.term(keys.INTAKE_ONLINE_ANSWER, now) == Term(8, "wh")
    assert limits.clock(keys.INTAKE_CUTOFF, now) == time(15)
    assert limits.integer(keys.UPLOAD_MAX_FILE_BYTES, now) == 20 * 1024 * 1024
    assert limits.parameter(keys.INTAKE_CUTOFF, now).article
    with pytest.raises(LawError):
        LAW.parameter(keys.INTAKE_CUTOFF, date(2026, 1, 1)).term  # noqa: B018 - reading it raises
    with pytest.raises(LawError):
        LAW.integer(keys.INTAKE_CUTOFF, date(2026, 1, 1))


def test_the_day_of_a_moment_is_the_day_in_vietnam() -> None:
    """23:30 UTC on 30 June is already 1 July in Vietnam: Decree 224/2026 holds."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert limits.parameter(keys.PARTIAL_NEEDS_REASON, late).instrument == "224/2026/NĐ-CP"


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, replace(ROW, valid_from=date(2020, 12, 31), valid_to=None)],
        [replace(ROW, valid_to=None), replace(ROW, valid_from=date(2021, 1, 1), valid_to=None)],
        [replace(ROW, valid_to=date(2019, 12, 31))],
        [replace(ROW, instrument="2/2020/NĐ-CP")],
        [ROW, replace(ROW, valid_from=date(2021, 1, 1), valid_to=None, unit="percent")],
    ],
)
def test_contradictory_rows_are_refused(rows: list[Parameter]) -> None:
    with pytest.raises(LawError):
        Law(rows, [ACT])


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "weeks"},
        {"confidence": "sure"},
        {"value": "8"},
        {"value": True},
        {"value": 0},
        {"value": "25:00", "unit": "time"},
        {"value": "yes", "unit": "flag"},
        {"value": "a", "unit": "codes"},
        {"valid_from": "2020-01-01"},
        {"valid_from": datetime(2020, 1, 1)},
        {"colour": "red"},
        {"article": ...},
    ],
)
def test_a_row_that_cannot_be_right_is_refused(change: dict[str, object]) -> None:
    row = {name: value for name, value in {**RAW, **change}.items() if value is not ...}
    with pytest.raises(LawError, match="answer"):
        read_parameter(row)
    assert read_parameter(RAW).term == Term(8, "wh")


def test_acts_are_checked_too() -> None:
    raw = {"number": "1", "title_vi": "a", "title_en": "b", "status": "asleep", "read": True}
    with pytest.raises(LawError):
        read_instrument(raw)
    with pytest.raises(LawError):
        Law([], [ACT, ACT])
    with pytest.raises(LawError):
        Law([], [replace(ACT, replaced_by="9/2099/NĐ-CP")])


def test_rows_laid_over_the_law_keep_what_held_before_and_after() -> None:
    changed = replace(ROW, value=4, valid_from=date(2020, 3, 1), valid_to=date(2020, 3, 31))
    law = Law([ROW], [ACT]).with_rows([changed])
    values = [law.value("answer", date(2020, month, 15)) for month in (2, 3, 4)]
    assert values == [8, 4, 8]
    assert [row.valid_from.isoformat() for row in law.history("answer")] == [
        "2020-01-01",
        "2020-03-01",
        "2020-04-01",
    ]
    whole = Law([ROW], [ACT]).with_rows([replace(ROW, value=2, valid_from=date(2019, 1, 1), valid_to=None)])
    assert [row.value for row in whole.history("answer")] == [2]
