"""Trying a calendar out: what a term would come to, and why, before anybody's dossier depends on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.kernel.working_time import ZONE, Term, Unit, WorkingTimeError, due
from motcua.law import keys, limits
from motcua.organisations.queries import calendar_for
from motcua.web.shared.days import day_line, weekday
from motcua.web.shared.formats import datetime_vn, time_vn

UNITS: dict[Unit, str] = {
    "wd": N_("ngày làm việc"),
    "wh": N_("giờ làm việc"),
    "d": N_("ngày"),
    "month": N_("tháng"),
    "same-day": N_("trong ngày"),
}
#: No term of a procedure is longer; the list of days stays one that a person can read.
LONGEST = 365
_CLOCK = re.compile(r"(\d{1,2})\s*[:.hg]\s*(\d{2})?", re.ASCII | re.IGNORECASE)


@dataclass(slots=True)
class Trial:
    """What was typed, what is wrong with it (field → sentence), and the answer when nothing is."""

    values: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] | None = None


def attempt(code: str, asked: Mapping[str, str], now: datetime, *, language: str) -> Trial:
    """The deadline of the asked term by the calendar of an agency (``""``: the national one)."""
    here = now.astimezone(ZONE)
    names = ("received-day", "received-month", "received-year", "at", "length", "unit")
    usual = (str(here.day), str(here.month), str(here.year), f"{here:%H:%M}", "5", "wd")
    tried = "length" in asked
    values = {
        name: asked.get(name, "" if tried else default)[:10]
        for name, default in zip(names, usual, strict=True)
    }
    found = Trial(values)
    if not tried:
        return found
    received, term = _received(found), _term(found)
    if received is None or term is None:
        return found
    try:
        cutoff = limits.clock(keys.INTAKE_CUTOFF, received)
        outcome = due(calendar_for(code), received, term, cutoff=cutoff)
        days = [{**day_line(note, language), "weekday": weekday(note.day)} for note in outcome.days]
    except (WorkingTimeError, LookupError):
        found.faults["received"] = _(
            "Lịch chưa có ngày nghỉ của khoảng thời gian này. Vui lòng chọn ngày khác."
        )
        return found
    found.answer = {
        "due": f"{weekday(outcome.at.date())}, {datetime_vn(outcome.at)}",
        "deemed": ""
        if outcome.deemed_received == outcome.received.replace(second=0, microsecond=0)
        else f"{weekday(outcome.deemed_received.date())}, {datetime_vn(outcome.deemed_received)}",
        "cutoff": time_vn(cutoff),
        "provisional": outcome.provisional,
        "by_minute": not term.by_day,
        "days": days,
    }
    return found


def _received(found: Trial) -> datetime | None:
    values, day, at = found.values, None, None
    try:
        day = date(*(int(values[f"received-{part}"]) for part in ("year", "month", "day")))
    except ValueError:
        found.faults["received"] = _("Ngày tiếp nhận không có trong lịch. Ví dụ: 24 11 2026.")
    match = _CLOCK.fullmatch(values["at"].strip())
    try:
        at = time(int(match[1]), int(match[2] or 0)) if match else None
    except ValueError:
        at = None
    if at is None:
        found.faults["at"] = _("Nhập giờ tiếp nhận theo 24 giờ. Ví dụ: 14:30.")
    return None if day is None or at is None else datetime.combine(day, at, ZONE)


def _term(found: Trial) -> Term | None:
    unit = next((known for known in UNITS if known == found.values["unit"]), None)
    if unit is None:
        found.faults["unit"] = _("Chọn đơn vị của thời hạn.")
        return None
    if unit == "same-day":
        return Term(0, unit)
    text = found.values["length"].strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        found.faults["length"] = _("Nhập thời hạn là số từ 1 đến %(longest)s.") % {"longest": LONGEST}
        return None
    return Term(int(text), unit)
