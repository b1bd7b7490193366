"""Calendars as agency data: inherited down the tree, edited by those who may, with a history."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from motcua.kernel import working_time
from motcua.kernel.actors import ANYONE, Actor, Role, Seat
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations import actions
from motcua.organisations.models import Agency, CalendarChange, CalendarDay, WorkingCalendar
from motcua.organisations.queries import ancestors, calendar_changed, calendar_for

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOURS = {str(day): [["07:30", "11:30"], ["13:30", "17:30"]] for day in range(1, 6)}


@pytest.fixture
def province() -> Agency:
    actions.seed_national_calendar(NOW)
    return Agency.objects.create(code="H56", name="UBND tỉnh", short_name="Tỉnh", level="province")


@pytest.fixture
def commune(province: Agency) -> Agency:
    return Agency.objects.create(
        code="H56.201", name="UBND phường", short_name="Phường", level="commune", parent=province
    )


def head_of(agency: Agency) -> Actor:
    seat = Seat(post=1, agency=agency.pk, agency_code=agency.code, unit=1, role=Role.HEAD)
    return Actor(kind="officer", account=None, name="Tuấn", seats=(seat,))


def close(agency: Agency, day: date, name: str, name_en: str) -> None:
    """A day off of an agency's own, set by its head."""
    actions.set_day(
        actor=head_of(agency), agency=agency, day=day, kind="off", name=name, name_en=name_en, now=NOW
    )


def due_of(code: str, received: datetime, term: str) -> datetime:
    calendar = calendar_for(code)
    return working_time.due(calendar, received, working_time.parse_term(term)).at


def test_line_of_an_agency_is_nearest_first() -> None:
    assert ancestors("H56.201.7") == ["H56.201.7", "H56.201", "H56"]


def test_seeding_twice_changes_nothing(province: Agency) -> None:
    before = CalendarDay.objects.count()
    assert before > 100
    assert actions.seed_national_calendar(NOW) == 0
    assert CalendarDay.objects.count() == before


def test_a_seeded_calendar_counts_like_the_shipped_one(commune: Agency) -> None:
    tet = datetime(2026, 2, 12, 8, 30, tzinfo=UTC)
    shipped = working_time.due(working_time.standard_calendar(), tet, working_time.parse_term("5wd")).at
    assert due_of("H56.201", tet, "5wd") == shipped


def test_a_day_off_of_the_province_is_one_of_its_communes_and_not_the_other_way(
    province: Agency, commune: Agency, django_capture_on_commit_callbacks: object
) -> None:
    monday = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert due_of("H56.201", monday, "1wd").date() == date(2026, 11, 25)  # the 24th is Culture Day
    with django_capture_on_commit_callbacks(execute=True):
        close(province, date(2026, 11, 25), "Bão số 9", "Typhoon")
    assert due_of("H56.201", monday, "1wd").date() == date(2026, 11, 26)
    with django_capture_on_commit_callbacks(execute=True):
        close(commune, date(2026, 11, 26), "Mất điện", "Power cut")
    assert due_of("H56.201", monday, "1wd").date() == date(2026, 11, 27)
    assert due_of("H56", monday, "1wd").date() == date(2026, 11, 26)
    assert CalendarChange.objects.filter(agency=commune).count() == 1


def test_own_hours_begin_on_their_day(commune: Agency, django_capture_on_commit_callbacks: object) -> None:
    early = {**HOURS, "1": [["06:30", "11:00"], ["13:00", "16:30"]]}
    with django_capture_on_commit_callbacks(execute=True):
        actions.set_hours(
            actor=head_of(commune),
            agency=commune,
            valid_from=date(2026, 12, 1),
            hours=early,
            reception={"6": [["07:30", "11:30"]]},
            now=NOW,
        )
    before = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    after = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
    assert due_of("H56.201", before, "same-day").strftime("%H:%M") == "17:30"
    assert due_of("H56.201", after, "same-day").strftime("%H:%M") == "16:30"


@pytest.mark.parametrize(
    "hours",
    [
        {"8": [["07:30", "11:30"]]},
        {"1": [["11:30", "07:30"]]},
        {"1": [["07:30", "11:30"], ["11:00", "12:00"]]},
        {"1": [["7h30", "11h30"]]},
        {"1": []},
    ],
)
def test_hours_that_cannot_be_are_refused(commune: Agency, hours: dict[str, list[list[str]]]) -> None:
    with pytest.raises(Refused):
        actions.set_hours(
            actor=head_of(commune),
            agency=commune,
            valid_from=date(2026, 12, 1),
            hours=hours,
            reception={},
            now=NOW,
        )
    assert not CalendarChange.objects.filter(agency=commune).exists()


def test_who_may_not_edit_is_refused(province: Agency, commune: Agency) -> None:
    for actor, agency in [(ANYONE, commune), (head_of(commune), province), (head_of(province), None)]:
        with pytest.raises(NotAllowed):
            actions.set_day(
                actor=actor,
                agency=agency,
                day=date(2026, 12, 1),
                kind="off",
                name="Nghỉ",
                name_en="",
                now=NOW,
            )
    with pytest.raises(NotAllowed):
        actions.remove_day(
            actor=head_of(commune), row_id=CalendarDay.objects.filter(agency=None)[0].pk, now=NOW
        )


def test_a_term_across_a_change_of_hours_is_reckoned_by_each_in_its_time(commune: Agency) -> None:
    """Winter hours to 30 November, then an hour earlier and an hour longer: twelve hours from Monday noon."""
    summer = {str(day): [["06:30", "11:30"], ["13:30", "17:30"]] for day in range(1, 6)}
    WorkingCalendar.objects.create(
        agency=commune, valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 31), hours=summer
    )
    CalendarChange.objects.create(at=NOW, agency=commune, change={})
    calendar_changed()
    monday = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)  # 13:30: four hours that day, nine the next, then back
    assert due_of("H56.201", monday, "12wh").astimezone(working_time.ZONE) == datetime(
        2026, 12, 1, 16, 30, tzinfo=working_time.ZONE
    )
    assert due_of("H56", monday, "12wh").astimezone(working_time.ZONE) == datetime(
        2026, 12, 1, 17, 30, tzinfo=working_time.ZONE
    )
    january = datetime(2026, 12, 31, 6, 30, tzinfo=UTC)
    assert due_of("H56.201", january, "4wh") == due_of("H56", january, "4wh")
    after = calendar_for("H56.201")
    assert (
        working_time.worked_minutes(
            after, datetime(2027, 1, 4, 0, tzinfo=UTC), datetime(2027, 1, 4, 12, tzinfo=UTC)
        )
        == 480
    )


def test_no_stretch_of_time_is_without_hours(commune: Agency) -> None:
    for number in range(3):
        WorkingCalendar.objects.create(
            agency=commune,
            valid_from=date(2024 + number, 4, 16),
            valid_to=date(2024 + number, 10, 15),
            hours=HOURS,
        )
    CalendarChange.objects.create(at=NOW, agency=commune, change={})
    calendar_changed()
    calendar = calendar_for("H56.201")
    assert calendar.last_day == working_time.standard_calendar().last_day
    stretches = 0
    part: working_time.Calendar | None = calendar
    while part is not None:
        stretches, part = stretches + 1, part.then
    assert stretches == 7
    for day in (
        date(2023, 1, 2),
        date(2024, 4, 15),
        date(2024, 4, 16),
        date(2026, 10, 16),
        date(2030, 12, 31),
    ):
        calendar.shape(day)
