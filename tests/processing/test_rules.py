"""The pure rules of execution: what follows a step, when it is due, and when something is to be said about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from motcua.kernel.refusals import Conflict
from motcua.kernel.working_time import ZONE, standard_calendar
from motcua.processing.definitions import DEFAULT
from motcua.processing.rules import (
    Alarm,
    Ladder,
    Policy,
    Process,
    alarms,
    next_alarm,
    ringing,
    step_due,
)

STANDARD = standard_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_what_follows_is_what_the_table_says() -> None:
    process = Process(7, DEFAULT)
    assert process.after(process.step("receive"), "receive") == process.step("appraise")
    assert process.after(process.step("receive"), "refuse") is None
    with pytest.raises(Conflict) as refused:
        process.after(process.step("receive"), "sign")
    assert refused.value.code == "step.no_such_outcome"
    assert (process.has("sign"), process.has("dance")) == (True, False)
    assert process.by_pk(DEFAULT[0].pk).pk == DEFAULT[0].pk


OPENED = "2026-03-02T09:00"


@pytest.mark.parametrize(
    ("minutes", "dossier_due", "expected"),
    [
        # Without minutes of its own a step may take what the term leaves; without a term either, one working day.
        (None, "2026-03-09T17:30", "2026-03-09T17:30"),
        (None, None, "2026-03-03T09:00"),
        (60, None, "2026-03-02T10:00"),
        (60, "2026-03-09T17:30", "2026-03-02T10:00"),
        # Never later than the dossier, down to its last minute.
        (960, "2026-03-03T17:30", "2026-03-03T17:30"),
        (60, OPENED, OPENED),
        # What is late already is not late at once: the step gets its time.
        (60, "2026-03-02T08:59", "2026-03-02T10:00"),
        (None, "2026-02-27T17:30", "2026-02-27T17:30"),
    ],
)
def test_when_a_step_is_due(minutes: int | None, dossier_due: str | None, expected: str) -> None:
    assert step_due(STANDARD, at(OPENED), minutes, at(dossier_due) if dossier_due else None) == at(expected)


LADDER = Ladder(soon=240, head=480, superior=960, apology_days=1)
COMING = {
    Alarm.SOON: at("2026-03-04T13:30"),
    Alarm.LATE: at("2026-03-04T17:30"),
    Alarm.HEAD: at("2026-03-05T17:30"),
    Alarm.SUPERIOR: at("2026-03-06T17:30"),
}


@pytest.mark.parametrize(
    ("dossier_due", "extended", "apology"),
    [
        # NĐ 61/2018 art. 19 cl. 9: a day before the term ends; told half a day before that, and once only.
        ("2026-03-06T17:30", False, "2026-03-05T13:30"),
        ("2026-03-06T17:30", True, None),
        (None, False, None),
        (None, True, None),
    ],
)
def test_when_alarms_come(dossier_due: str | None, extended: bool, apology: str | None) -> None:
    due = at(dossier_due) if dossier_due else None
    found = alarms(STANDARD, LADDER, at("2026-03-04T17:30"), due, extended=extended)
    assert found == {**COMING, **({Alarm.APOLOGY: at(apology)} if apology else {})}


def test_alarms_come_one_after_another_and_each_once() -> None:
    said, heard = Alarm(0), []
    while (moment := next_alarm(COMING, said)) is not None:
        assert ringing(COMING, said, moment - timedelta(minutes=1)) == Alarm(0)
        now = ringing(COMING, said, moment)
        heard.append((now, moment))
        said |= now
    assert heard == list(COMING.items())
    # Nobody looked for a week: everything that has come is said, what was said before is not.
    assert ringing(COMING, Alarm.SOON, at("2026-03-20T08:00")) == Alarm.LATE | Alarm.HEAD | Alarm.SUPERIOR


def test_alarms_are_kept_as_numbers() -> None:
    """They lie in ``StepRun.alarms``: a number never comes to mean another."""
    assert {alarm.name: alarm.value for alarm in Alarm} == {
        "SOON": 1, "LATE": 2, "HEAD": 4, "SUPERIOR": 8, "APOLOGY": 16,
    }  # fmt: skip


@pytest.mark.parametrize("after", ["restart", "resume", ""])
def test_a_policy_says_what_a_completion_does_to_the_term(after: str) -> None:
    policy = Policy.read({"after_supplement": after})
    assert policy.after_supplement == after
    assert policy.written() == ({"after_supplement": after} if after else {})


def test_a_policy_with_words_it_does_not_know_names_them() -> None:
    with pytest.raises(ValueError, match="unknown words in a policy: a, b"):
        Policy.read({"b": 1, "a": 2})
