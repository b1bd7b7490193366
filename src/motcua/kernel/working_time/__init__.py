"""Working time: calendars, terms, deadlines. Pure and exact; see docs/decisions/0003-working-time.md."""

from .calendar import Calendar, standard_calendar
from .counting import add_minutes, minutes_before, next_opening, worked_minutes
from .days import NO_HOURS, ZONE, DayOff, DayShape, MakeUpDay, Week, week
from .deadlines import DayCode, DayNote, Due, Pause, describe_day, due
from .shipped import STANDARD_WEEK, NationalDays, national_days
from .table import CalendarRangeError
from .terms import DAY_UNITS, UNITS, Term, Unit, WorkingTimeError, parse_term

__all__ = [
    "DAY_UNITS",
    "NO_HOURS",
    "STANDARD_WEEK",
    "UNITS",
    "ZONE",
    "Calendar",
    "CalendarRangeError",
    "DayCode",
    "DayNote",
    "DayOff",
    "DayShape",
    "Due",
    "MakeUpDay",
    "NationalDays",
    "Pause",
    "Term",
    "Unit",
    "Week",
    "WorkingTimeError",
    "add_minutes",
    "describe_day",
    "due",
    "minutes_before",
    "national_days",
    "next_opening",
    "parse_term",
    "standard_calendar",
    "week",
    "worked_minutes",
]
