"""The sweepers: who is told when, once each, by however many workers; a poisoned row stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.models import Event
from motcua.kernel.working_time import Term, standard_calendar
from motcua.organisations.models import Unit
from motcua.processing import actions, clock, definitions, sweeps
from motcua.processing.actions import alarming
from motcua.processing.models import Consultation, StepRun
from motcua.processing.rules import Alarm, Ladder, Policy, alarms, next_alarm, ringing
from tests import factories
from tests.factories import MARITAL, OTHER_AGENCY, World

LADDER = Ladder(soon=480, head=480, superior=1440, apology_days=1)
FOUND = ("step.due_soon", "step.late", "step.escalated", "dossier.apology_due", "dossier.stopped")
CALENDAR = standard_calendar()


def said(dossier: Dossier) -> list[tuple[str, str]]:
    """What the sweepers have said of a dossier, in order: kind, and to whom."""
    events = Event.objects.filter(stream=dossier.stream, kind__in=FOUND).order_by("seq")
    return [(event.kind, str(event.data.get("to", ""))) for event in events]


def sweep_for(days: int, since: datetime) -> None:
    """Every three hours, day and night."""
    for number in range(days * 8):
        sweeps.alarms_at(since + timedelta(hours=3 * number))


def test_a_step_is_warned_of_then_told_then_taken_up_the_line_once_each(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    assert run.alarm_at is not None
    sweep_for(12, world.now)
    assert said(dossier) == [
        ("step.due_soon", "unit"),
        ("step.late", "unit"),
        ("step.escalated", "head"),
        ("step.escalated", "superior"),
    ]
    run.refresh_from_db()
    assert run.alarm_at is None
    sweep_for(1, world.now + timedelta(days=13))
    assert len(said(dossier)) == 4


def test_who_comes_late_to_it_says_where_it_stands_and_no_more(world: World) -> None:
    dossier = factories.filed_dossier(world)
    assert sweeps.alarms_at(world.now + timedelta(days=30)) >= 1
    assert said(dossier) == [("step.escalated", "superior")]


def test_what_is_done_in_time_or_waits_for_its_applicant_is_not_spoken_of(world: World) -> None:
    done = factories.advance(world, factories.filed_dossier(world), "returned")
    waits = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    sweep_for(12, world.now + timedelta(hours=3))
    assert said(done) == []
    assert said(waits) == []


def test_the_head_is_told_while_an_apology_can_still_be_given_and_not_when_there_was_one(
    world: World,
) -> None:
    plain = factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )
    extended = factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )
    actions.extend(
        actor=world.officer("tuan"),
        dossier_id=extended.pk,
        working_days=5,
        reason="Cần xác minh thêm.",
        now=world.now,
    )
    assert plain.due_at is not None
    sweep_for(20, world.now)
    told = Event.objects.get(stream=plain.stream, kind="dossier.apology_due")
    assert told.at <= plain.due_at - timedelta(days=1)
    assert ("dossier.apology_due", "head") not in said(extended)
    assert ("step.due_soon", "unit") in said(extended)


def test_more_time_begins_the_line_anew(world: World) -> None:
    dossier = factories.advance(
        world, factories.filed_dossier(world), "received", start=world.now - timedelta(hours=1)
    )
    assert dossier.due_at is not None
    sweeps.alarms_at(working_time.minutes_before(CALENDAR, dossier.due_at, 480) - timedelta(days=1))
    actions.extend(actor=world.officer("tuan"), dossier_id=dossier.pk, working_days=2, reason="Cần xác minh thêm.",
                   now=dossier.due_at - timedelta(days=1))  # fmt: skip
    run = factories.open_run(dossier)
    assert run.alarms == 0
    before = dossier.due_at
    dossier.refresh_from_db()
    sweeps.alarms_at(before)
    assert ("step.late", "unit") not in said(dossier)


def test_a_poisoned_dossier_never_stops_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned, healthy = factories.filed_dossier(world), factories.filed_dossier(world)
    StepRun.objects.filter(dossier=poisoned).update(alarm_at=world.now - timedelta(days=9))
    real = alarming.look_at

    def look(*, run_id: int, now: datetime) -> bool:
        if StepRun.objects.get(pk=run_id).dossier_id == poisoned.pk:
            raise ArithmeticError("poison")
        return real(run_id=run_id, now=now)

    monkeypatch.setattr(sweeps, "look_at", look)
    late = world.now + timedelta(days=5)
    sweeps.alarms_at(late, limit=1)  # the poisoned one is first, and alone in this run
    assert said(healthy) == []
    sweeps.alarms_at(late, limit=1)
    assert said(healthy) != []
    put_off = factories.open_run(poisoned).alarm_at
    assert put_off == late + sweeps.PUT_OFF, "tried again, an hour later"


def test_opinions_are_reminded_of_and_overdue_ones_told_once(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    unit = Unit.objects.get(agency__code=OTHER_AGENCY, code="culture")

    def ask(who: int | None = None) -> Consultation:
        return actions.consult(
            actor=world.officer("hoa"), run_id=factories.open_run(dossier).pk, unit=unit.pk, expert=who,
            question="Nơi cư trú trước đây có đúng không?", within=Term(3, "wd"), now=world.now + timedelta(hours=5),
        )  # fmt: skip

    asked, answered = ask(), ask(world.account("cuong").pk)
    actions.answer_consultation(
        actor=world.officer("cuong"), consultation_id=answered.pk, agrees=True, answer="Đúng như khai trong hồ sơ.",
        now=world.now + timedelta(hours=6),
    )  # fmt: skip
    for hours in range(0, 24 * 9, 2):
        sweeps.opinions_at(world.now + timedelta(hours=hours))
    told = Event.objects.filter(stream=dossier.stream, kind__startswith="consultation.").order_by("seq")
    assert [(e.kind, e.data["consultation"]) for e in told][3:] == [
        ("consultation.due_soon", asked.pk), ("consultation.late", asked.pk)
    ]  # fmt: skip


def test_silence_is_swept_where_the_process_says_so(world: World) -> None:
    general = factories.ask_supplement(
        world, factories.filed_dossier(world, code=factories.COPIES), component=_paper(world)
    )
    definitions.publish(
        case=world.case(MARITAL), name="Im lặng", steps=definitions.DEFAULT, now=world.now,
        policy=Policy.read({"silence_closes": "15wd"}),
    )  # fmt: skip
    silent = factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    until = clock.silence_until(silent)
    assert until is not None
    assert sweeps.silence_at(until) == 0
    assert sweeps.silence_at(until + timedelta(minutes=1)) == 1
    assert said(silent) == [("dossier.stopped", "")]
    assert sweeps.silence_at(until + timedelta(days=400)) == 0
    general.refresh_from_db()
    assert general.status == 5


def _paper(world: World) -> int:
    components = factories.bundles.case_bundle(world.case(factories.COPIES)).components
    return next(c.pk for c in components if not c.by_form)


# --- the ladder itself, pure ----------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 1), timezones=st.just(UTC))


@given(MOMENTS, st.none() | MOMENTS, st.booleans(), st.integers(0, 31))
def test_the_ladder_goes_up(due: datetime, dossier_due: datetime | None, extended: bool, heard: int) -> None:
    due = due.replace(second=0, microsecond=0)
    coming = alarms(CALENDAR, LADDER, due, dossier_due, extended=extended)
    line = [coming[alarm] for alarm in (Alarm.SOON, Alarm.LATE, Alarm.HEAD, Alarm.SUPERIOR)]
    assert line == sorted(line)
    assert (Alarm.APOLOGY in coming) == (dossier_due is not None and not extended)
    if Alarm.APOLOGY in coming and dossier_due is not None:
        assert coming[Alarm.APOLOGY] <= dossier_due - timedelta(days=1)
    before = Alarm(heard)
    following = next_alarm(coming, before)
    if following is None:
        assert set(coming) <= set(before)
    else:
        assert ringing(coming, before, following) & ~before
        assert ringing(coming, before, following - timedelta(seconds=1)) == Alarm(0)
        assert next_alarm(coming, before | ringing(coming, before, following)) != following
