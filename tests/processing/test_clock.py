"""What has bent a term, and until when the law allows what: without a database. The rest is in ``test_lawful``."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from motcua.dossiers.models import Dossier
from motcua.kernel.working_time import ZONE, parse_term, standard_calendar
from motcua.processing import clock
from motcua.processing.clock import Course, Rest, read_course
from motcua.processing.models import StepRun
from motcua.processing.rules import Policy

ONE, TWO, THREE = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (2, 3, 4))
REST = ("rest", ONE, TWO, "supplement", 0)
OPEN = ("rest", THREE, None, "duty", 0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], Course()),
        ([REST, OPEN], Course((Rest(ONE, TWO, "supplement"), Rest(THREE, None, "duty")))),
        ([("extension", ONE, None, "", 5)], Course(extended_by=5)),
        # Counted anew (NĐ 118/2025 art. 19), the term is another: an apology given before belongs to the one that is gone.
        ([("extension", ONE, None, "", 5), ("restart", TWO, None, "", 0)], Course(restart_at=TWO)),
        ([("restart", ONE, None, "", 0), ("extension", TWO, None, "", 5)], Course(restart_at=ONE, extended_by=5)),
        ([("restart", ONE, None, "", 0), ("restart", TWO, None, "", 0)], Course(restart_at=TWO)),
        ([REST, ("restart", TWO, None, "", 0)], Course((Rest(ONE, TWO, "supplement"),), TWO)),
    ],
)  # fmt: skip
def test_the_course_of_a_term(
    rows: list[tuple[str, datetime, datetime | None, str, int]], expected: Course
) -> None:
    assert read_course(rows) == expected


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _standard_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every agency keeps the hours that ship."""
    monkeypatch.setattr(clock, "calendar_of", lambda dossier: standard_calendar())
    monkeypatch.setattr(clock, "calendar_for", lambda code: standard_calendar())
    monkeypatch.setattr(clock, "units_of", lambda agency: SimpleNamespace(agency=SimpleNamespace(code="")))


@pytest.mark.parametrize("day", ["2024-03-04T09:00", "2026-03-04T09:00"])
@pytest.mark.parametrize(("after", "expected"), [("", True), ("restart", True), ("resume", False)])
def test_a_completed_dossier_is_counted_anew_unless_its_process_says_otherwise(
    day: str, after: str, expected: bool
) -> None:
    """NĐ 61/2018 art. 19 cl. 4, and NĐ 118/2025 art. 19 since July 2025."""
    assert clock.restarts(Policy(after_supplement=after), local(day)) is expected


@pytest.mark.parametrize(
    ("received", "policy", "expected"),
    [
        # NĐ 61/2018 art. 19 cl. 4: three working days, the day of receipt left out.
        ("2026-11-25T09:00", Policy(), "2026-11-30T17:30"),
        ("2026-11-25T09:00", Policy(ineligible_within=parse_term("5wd")), "2026-12-02T17:30"),
        (None, Policy(), None),
    ],
)
def test_until_when_a_dossier_may_be_given_back(
    received: str | None, policy: Policy, expected: str | None
) -> None:
    dossier = Dossier(received_at=local(received) if received else None)
    assert clock.ineligible_until(dossier, policy) == (local(expected) if expected else None)


def test_an_apology_is_given_a_day_before_the_term_ends() -> None:
    """NĐ 61/2018 art. 19 cl. 9."""
    due = local("2026-12-02T17:30")
    assert clock.extend_until(due, local("2026-11-25T09:00")) == local("2026-12-01T17:30")


@pytest.mark.parametrize(
    ("days", "expected"), [(1, "2026-12-03T17:30"), (2, "2026-12-04T17:30"), (3, "2026-12-07T17:30")]
)
def test_a_new_appointment_is_so_many_working_days_later(days: int, expected: str) -> None:
    assert clock.later(Dossier(), local("2026-12-02T17:30"), days) == local(expected)


def test_when_a_due_time_is_set_everything_is_said_of_it_anew() -> None:
    run, dossier = StepRun(alarms=3), Dossier(due_at=local("2026-12-04T17:30"))
    opened = local("2026-12-01T08:00")
    clock.set_due(run, dossier, 960, since=opened, now=opened)
    assert (run.due_at, run.alarms) == (local("2026-12-03T08:00"), 0)
    # The warning comes first: a working day before (processing.late_warning_lead).
    assert run.alarm_at == local("2026-12-02T08:00")
    # A step that may take all of the term: first of all the head may still give an apology.
    clock.set_due(run, dossier, None, since=opened, now=opened)
    assert (run.due_at, run.alarm_at) == (dossier.due_at, local("2026-12-03T07:30"))
