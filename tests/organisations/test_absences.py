"""Absences and substitutes: who may set them, and which cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from motcua.kernel.clock import local_day
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.actions import MOST_AWAY, end_absence, set_absence
from motcua.organisations.models import Absence
from motcua.organisations.queries import absences, colleagues, seats_of
from tests.factories import World


def away(
    world: World, by: str, officer: str, substitute: str, first: int = 0, days: int = 3, **more: Any
) -> Absence:
    today = local_day(world.now)
    return set_absence(
        actor=world.officer(by),
        officer=world.account(officer).pk,
        substitute=world.account(substitute).pk,
        since=more.get("since", today + timedelta(days=first)),
        until=more.get("until", today + timedelta(days=first + days - 1)),
        note=" Nghỉ phép ",
        now=world.now,
    )


def sits_for(world: World, who: str, on: date) -> set[int | None]:
    return {seat.instead_of for seat in seats_of(world.account(who).pk, on)}


def test_oneself_for_oneself_and_only_in_those_days(world: World) -> None:
    today = local_day(world.now)
    made = away(world, "hoa", "hoa", "minh", first=1, days=2)
    assert (made.note, made.made_by_id) == ("Nghỉ phép", world.account("hoa").pk)
    hoa = world.account("hoa").pk
    assert [hoa in sits_for(world, "minh", today + timedelta(days=n)) for n in range(4)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("by", "allowed"), [("tuan", True), ("hoa", True), ("minh", False), ("hung", False), ("linh", False)]
)
def test_the_head_of_their_agency_and_nobody_else(world: World, by: str, allowed: bool) -> None:
    if allowed:
        assert away(world, by, "hoa", "minh").made_by_id == world.account(by).pk
    else:
        with pytest.raises(NotAllowed):
            away(world, by, "hoa", "minh")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"substitute": "hoa"}, "absence.of_two"),
        ({"substitute": "linh"}, "absence.other_agency"),
        ({"substitute": "lan"}, "absence.other_agency"),
        ({"days": 0}, "absence.dates"),
        ({"first": -5, "days": 3}, "absence.dates"),
        ({"days": MOST_AWAY + 2}, "absence.too_long"),
    ],
)
def test_what_cannot_be(world: World, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as told:
        away(world, "hoa", "hoa", **{"substitute": "minh", **more})
    assert told.value.code == code
    assert not Absence.objects.exists()


def test_nobody_is_stood_in_for_twice_and_chains_are_refused(world: World) -> None:
    away(world, "hoa", "hoa", "minh")
    for officer, substitute, code in (
        ("hoa", "dung", "absence.already"),
        ("dung", "hoa", "absence.substitute_away"),
        ("minh", "dung", "absence.stands_in"),
    ):
        with pytest.raises(Conflict) as told:
            away(world, "tuan", officer, substitute)
        assert told.value.code == code
    assert away(world, "tuan", "minh", "dung", first=10).pk


def test_ended_early_by_oneself_or_the_head(world: World) -> None:
    made = away(world, "hoa", "hoa", "minh")
    today = local_day(world.now)
    for stranger in ("minh", "hung"):
        with pytest.raises(NotAllowed):
            end_absence(actor=world.officer(stranger), absence_id=made.pk, now=world.now)
    end_absence(actor=world.officer("tuan"), absence_id=made.pk, now=world.now)
    assert sits_for(world, "minh", today) == {None}
    with pytest.raises(Conflict):
        end_absence(actor=world.officer("hoa"), absence_id=made.pk, now=world.now)
    assert away(world, "hoa", "hoa", "minh").pk != made.pk


def test_a_head_stood_in_for_does_not_pass_on_this_right(world: World) -> None:
    away(world, "tuan", "tuan", "minh")
    with pytest.raises(NotAllowed):
        away(world, "minh", "hoa", "dung", first=10)


def test_who_sees_which(world: World) -> None:
    away(world, "hoa", "hoa", "minh")
    today = local_day(world.now)
    seen = {who: len(absences(world.officer(who), today)) for who in ("hoa", "minh", "tuan", "dung", "hung")}
    assert seen == {"hoa": 1, "minh": 1, "tuan": 1, "dung": 0, "hung": 0}
    assert absences(world.officer("hoa"), today + timedelta(days=3)) == []


def test_colleagues_at_a_step_are_those_who_sit_there_that_day(world: World) -> None:
    today = local_day(world.now)
    seat = next(iter(world.officer("hoa").seats))
    before = {one.account for one in colleagues(seat.agency, today, unit=seat.unit, role="civil_servant")}
    away(world, "hoa", "hoa", "minh")
    after = {one.account for one in colleagues(seat.agency, today, unit=seat.unit, role="civil_servant")}
    assert after - before == {world.account("minh").pk}
