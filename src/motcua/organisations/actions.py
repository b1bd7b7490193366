"""Writes to agencies and calendars. A calendar has its own history (``CalendarChange``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from motcua.kernel import events, locks
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.events import Noted
from motcua.kernel.ids import uuid7
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.working_time import standard_calendar
from motcua.kernel.working_time.shipped import national_days
from motcua.organisations.models import (
    Absence,
    Agency,
    CalendarChange,
    CalendarDay,
    Holding,
    WorkingCalendar,
)
from motcua.organisations.queries import calendar_changed

#: Days; longer than any leave a labour law knows at a stretch, short enough to catch a wrong year.
MOST_AWAY = 366
_WEEKDAYS = tuple(str(day) for day in range(1, 8))


def seed_national_calendar(now: datetime) -> int:
    """The national hours and days, from the shipped list; days that somebody has edited stay as they are."""
    standard = standard_calendar()
    with transaction.atomic():
        WorkingCalendar.objects.get_or_create(
            agency=None,
            valid_from=date(2023, 1, 1),
            defaults={
                "hours": {
                    str(day + 1): [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in spans]
                    for day, spans in enumerate(standard.weekly)
                    if spans
                }
            },
        )
        national = national_days()
        rows = [
            CalendarDay(
                day=d.day,
                kind="off",
                name=d.title_vi,
                name_en=d.title_en,
                provisional=d.day >= national.provisional_from,
            )
            for d in national.days_off
        ] + [
            CalendarDay(
                day=d.day,
                kind="worked",
                name=f"Làm bù ngày {d.instead_of:%d/%m/%Y}" if d.instead_of else "Làm bù",
                name_en=f"Worked instead of {d.instead_of:%d/%m/%Y}" if d.instead_of else "Make-up day",
            )
            for d in national.make_up_days
        ]
        before = CalendarDay.objects.filter(agency=None).count()
        CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
        added = CalendarDay.objects.filter(agency=None).count() - before
        if added:
            CalendarChange.objects.create(at=now, change={"seeded": added})
    calendar_changed()
    return added


def check_may_edit(actor: Actor, agency: Agency | None) -> None:
    """Operators and heads of the agency or of one above it; the national calendar: operators only."""
    for seat in actor.seats:
        # With its dot: H56.2 is not above H56.20.
        below = agency is not None and f"{agency.code}.".startswith(f"{seat.agency_code}.")
        if (seat.role == Role.OPERATOR and (agency is None or below)) or (seat.role == Role.HEAD and below):
            return
    raise NotAllowed("calendar.not_yours")


@action("organisations.set_second_publisher")
def set_second_publisher(*, actor: Actor, agency: Agency, needed: bool, now: datetime) -> None:
    """Say whether forms that an agency, or one below it, uses are published by somebody else than who wrote them."""
    check_may_edit(actor, agency)
    row = Agency.objects.select_for_update().get(pk=agency.pk)
    row.second_publisher = needed
    row.save(update_fields=["second_publisher"])
    change = Noted(uuid7())
    facts = {"agency": agency.code, "needed": needed}
    events.append(change, "organisations.second_publisher_set", actor=actor, at=now, data=facts)


def _check_hours(hours: Mapping[str, Sequence[Sequence[str]]]) -> None:
    for day, spans in hours.items():
        if day not in _WEEKDAYS:
            raise Refused("calendar.bad_hours", day=day)
        last = time(0)
        for span in spans:
            try:
                start, end = (time.fromisoformat(text) for text in span)
            except ValueError as error:
                raise Refused("calendar.bad_hours", day=day) from error
            if not last <= start < end:
                raise Refused("calendar.bad_hours", day=day)
            last = end


@transaction.atomic
def set_day(
    *, actor: Actor, agency: Agency | None, day: date, kind: str, name: str, name_en: str, now: datetime
) -> CalendarDay:
    """Make a day off, or a worked one, for an agency and all below it."""
    check_may_edit(actor, agency)
    if kind not in CalendarDay.Kind.values or not name.strip():
        raise Refused("calendar.day_incomplete")
    row, _ = CalendarDay.objects.update_or_create(
        agency=agency,
        day=day,
        defaults={"kind": kind, "name": name.strip(), "name_en": name_en.strip(), "provisional": False},
    )
    _note(actor, agency, {"day": day.isoformat(), "kind": kind, "name": name}, now)
    return row


@transaction.atomic
def remove_day(*, actor: Actor, row_id: int, now: datetime) -> Agency | None:
    """Make a day like its weekday again; returns whose calendar it was."""
    row = (
        CalendarDay.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=row_id).first()
    )
    if row is None:
        raise NotAllowed("calendar.unknown_day")
    check_may_edit(actor, row.agency)
    agency = row.agency
    _note(actor, agency, {"removed": row.day.isoformat(), "kind": row.kind, "name": row.name}, now)
    row.delete()
    return agency


@transaction.atomic
def set_hours(
    *,
    actor: Actor,
    agency: Agency | None,
    valid_from: date,
    hours: Mapping[str, Sequence[Sequence[str]]],
    reception: Mapping[str, Sequence[Sequence[str]]],
    now: datetime,
) -> WorkingCalendar:
    """The weekly hours of an agency from a day on."""
    check_may_edit(actor, agency)
    _check_hours(hours)
    _check_hours(reception)
    if not any(hours.values()):
        raise Refused("calendar.no_hours")
    row, _ = WorkingCalendar.objects.update_or_create(
        agency=agency, valid_from=valid_from, defaults={"hours": dict(hours), "reception": dict(reception)}
    )
    _note(actor, agency, {"hours_from": valid_from.isoformat()}, now)
    return row


def _note(actor: Actor, agency: Agency | None, change: dict[str, Any], now: datetime) -> None:
    CalendarChange.objects.create(at=now, officer_id=actor.account, agency=agency, change=change)
    transaction.on_commit(calendar_changed)


# --- absences -------------------------------------------------------------------------------------------


def _posts(account: int, since: date, until: date) -> dict[int, str]:
    """Agencies (key → code) in which an account holds a post on some day of a period."""
    held = Holding.objects.filter(officer=account, since__lte=until).exclude(until__lt=since)
    return dict(held.values_list("post__unit__agency", "post__unit__agency__code"))


def may_absent(actor: Actor, agencies: Mapping[int, str]) -> bool:
    """Whether the actor heads one of these agencies, or one above it."""
    return any(
        seat.agency == key or code.startswith(f"{seat.agency_code}.")
        for seat in actor.seats_as(Role.HEAD)
        if seat.instead_of is None
        for key, code in agencies.items()
    )


@transaction.atomic
def set_absence(
    *, actor: Actor, officer: int, substitute: int, since: date, until: date, note: str, now: datetime
) -> Absence:
    """Let ``substitute`` sit in the seats of ``officer`` from ``since`` to ``until``, both days included.

    By the officer for themselves, or by the head of their agency. The substitute is of the same agency throughout, is
    not away in those days, and nobody is stood in for twice at once: whose work it is must have one answer.
    """
    if actor.account is None:
        raise NotAllowed("absence.not_yours")
    # One at a time, of all agencies: two that name each other must not both be made. It happens a few times a day.
    locks.wait_for("absences")
    agencies = _posts(officer, since, until)
    if not agencies or (officer != actor.account and not may_absent(actor, agencies)):
        raise NotAllowed("absence.not_yours")
    if until < since or until < local_day(now):
        raise Refused("absence.dates")
    if officer == substitute:
        raise Refused("absence.of_two")
    # Not for years: the seat of somebody who is away so long is given to somebody else.
    if (until - since).days > MOST_AWAY:
        raise Refused("absence.too_long", most=MOST_AWAY)
    if not set(agencies) & set(_posts(substitute, since, until)):
        raise Refused("absence.other_agency")
    meanwhile = Absence.objects.filter(ended_at=None, since__lte=until, until__gte=since)
    if meanwhile.filter(officer=officer).exists():
        raise Conflict("absence.already")
    if meanwhile.filter(officer=substitute).exists():
        raise Conflict("absence.substitute_away")
    if meanwhile.filter(substitute=officer).exists():
        raise Conflict("absence.stands_in")
    return Absence.objects.create(
        officer_id=officer,
        substitute_id=substitute,
        since=since,
        until=until,
        note=note.strip()[:200],
        made_by_id=actor.account,
        made_at=now,
    )


@transaction.atomic
def end_absence(*, actor: Actor, absence_id: int, now: datetime) -> Absence:
    """Take an absence back, or end it early: the substitute's seats are gone from now on."""
    absence = Absence.objects.select_for_update().filter(pk=absence_id).first()
    if absence is None or (
        absence.officer_id != actor.account
        and not may_absent(actor, _posts(absence.officer_id, absence.since, absence.until))
    ):
        raise NotAllowed("absence.not_yours")
    if absence.ended_at is not None or absence.until < local_day(now):
        raise Conflict("absence.over")
    absence.ended_at = now
    absence.save(update_fields=["ended_at"])
    return absence
