"""Calendars as agency data: inherited down the tree, edited by those who may, with a history."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from motcua.kernel import working_time
from motcua.kernel.actors import ANYONE, Actor, Role, Seat
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.organisations import actions
from motcua.organisations.models import Agency, CalendarChange, CalendarDay
from motcua.organisations.queries import ancestors, calendar_for

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


def due_of(code: str, received: datetime, term: str) -> datetime:
    calendar = calendar_for(code, received.date())
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
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.set_day(
            actor=head_of(province), agency=province, day=date(2026, 11, 25), kind="off", name="Bão số 9",
            name_en="Typhoon", now=NOW,
        )  # fmt: skip
    assert due_of("H56.201", monday, "1wd").date() == date(2026, 11, 26)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.set_day(
            actor=head_of(commune), agency=commune, day=date(2026, 11, 26), kind="off", name="Mất điện",
            name_en="Power cut", now=NOW,
        )  # fmt: skip
    assert due_of("H56.201", monday, "1wd").date() == date(2026, 11, 27)
    assert due_of("H56", monday, "1wd").date() == date(2026, 11, 26)
    assert CalendarChange.objects.filter(agency=commune).count() == 1


def test_own_hours_begin_on_their_day(commune: Agency, django_capture_on_commit_callbacks: object) -> None:
    early = {**HOURS, "1": [["06:30", "11:00"], ["13:00", "16:30"]]}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.set_hours(
            actor=head_of(commune), agency=commune, valid_from=date(2026, 12, 1), hours=early,
            reception={"6": [["07:30", "11:30"]]}, now=NOW,
        )  # fmt: skip
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
