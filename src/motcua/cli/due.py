"""`motcua due`: the deadline of a dossier and the reasoning behind it, day by day.

Needs no database: the standard calendar and the shipped holidays are used unless --agency names one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Final

from motcua.cli._sentences import Unusable
from motcua.kernel.working_time import (
    ZONE,
    Calendar,
    DayCode,
    DayNote,
    Due,
    Term,
    WorkingTimeError,
    describe_day,
    due,
    parse_term,
    standard_calendar,
)

NAME = "due"
HELP = "compute a deadline in working time and print why: each day, worked or why not"

WEEKDAYS: Final = (
    ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)

DAYS: Final[Mapping[str, tuple[str, str]]] = {
    DayCode.AFTER_CUTOFF: ("không tính: nhận từ giờ chốt {cutoff} trở đi", "not counted: received at or after the cut-off {cutoff}"),
    DayCode.OUTSIDE_HOURS: ("không tính: nhận ngoài giờ làm việc", "not counted: received outside working hours"),
    DayCode.BEFORE_RESTART: ("không tính: trước khi tính lại từ đầu", "not counted: before the count restarted"),
    DayCode.FIRST_DAY: ("không tính: ngày tiếp nhận (Bộ luật Dân sự 2015, Điều 147)", "not counted: day of receipt (Civil Code 2015 art. 147)"),
    DayCode.RECEIPT_DAY: ("làm việc: ngày tiếp nhận", "worked: day of receipt"),
    DayCode.WORKED: ("làm việc", "worked"),
    DayCode.CALENDAR_DAY: ("tính theo lịch", "counted by the calendar"),
    DayCode.ROLLED: ("ngày làm việc tiếp theo (Bộ luật Dân sự 2015, Điều 148)", "next working day (Civil Code 2015 art. 148)"),
    DayCode.GIVEN_BACK: ("làm việc: bù thời gian tạm dừng", "worked: time given back for the pause"),
    DayCode.PAUSED: ("không tính: tạm dừng", "not counted: paused"),
    DayCode.WEEKEND: ("nghỉ: ngày nghỉ hằng tuần", "off: weekly day off"),
    DayCode.RECEPTION_ONLY: ("không tính: chỉ tiếp nhận hồ sơ", "not counted: reception only"),
    DayCode.HOLIDAY: ("nghỉ: {title}", "off: {title}"),
    DayCode.OBSERVED: ("nghỉ: {title}", "off: {title}"),
    DayCode.SWAPPED: ("nghỉ: {title}", "off: {title}"),
    DayCode.LOCAL: ("nghỉ: {title}", "off: {title}"),
}  # fmt: skip

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "wh": ("{n} giờ làm việc", "{n} working hours"),
    "wd": ("{n} ngày làm việc", "{n} working days"),
    "d": ("{n} ngày", "{n} calendar days"),
    "month": ("{n} tháng", "{n} months"),
    "minutes": ("{n} phút làm việc", "{n} working minutes"),
    "same-day": ("trong ngày", "same day"),
}

ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("Thiếu {option}.", "{option} is missing."),
    "moment": ("{option}: không đọc được thời điểm {text!r}; hãy viết như 2026-02-12T15:30.", "{option}: cannot read the moment {text!r}; write it like 2026-02-12T15:30."),
    "clock": ("--cutoff: không đọc được giờ {text!r}; hãy viết như 15:00.", "--cutoff: cannot read the hour {text!r}; write it like 15:00."),
    "pause": ("--pause: {text!r} phải có dạng TỪ/ĐẾN, ví dụ 2026-02-12T09:00/2026-02-13T09:00.", "--pause: {text!r} must be FROM/TO, like 2026-02-12T09:00/2026-02-13T09:00."),
    "term-syntax": ("--term: không đọc được thời hạn {text!r}; hãy viết như 5wd, 12wh, 30d, 2month hoặc same-day.", "--term: cannot read the term {text!r}; write it like 5wd, 12wh, 30d, 2month or same-day."),
    "term-value": ("--term: thời hạn quá ngắn hoặc quá dài ({value}).", "--term: the term is too short or too long ({value})."),
    "outside-calendar": ("Lịch chỉ có các ngày từ {first} đến {last}; thời hạn này vượt ra ngoài.", "The calendar knows the days from {first} to {last}; this deadline lies outside."),
    "pause-reversed": ("--pause: khoảng tạm dừng kết thúc trước khi bắt đầu ({start} / {end}).", "--pause: the pause ends before it begins ({start} / {end})."),
    "restart-before-receipt": ("--restart: không thể tính lại từ trước khi tiếp nhận.", "--restart: the count cannot restart before receipt."),
    "agency": ("--agency: không có cơ quan mang mã {text!r}.", "--agency: there is no agency with the code {text!r}."),
    "database": ("--agency cần cơ sở dữ liệu, hiện không dùng được: {detail}", "--agency needs the database, which is not available: {detail}"),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    # Plain strings, read in run(): a wrong one gets one sentence, not a usage screen.
    parser.add_argument(
        "--received", metavar="AT", help="moment of receipt, like 2026-02-12T15:30 (Vietnam time)"
    )
    parser.add_argument("--term", help="5wd, 12wh, 30d, 2month, 90minutes or same-day")
    parser.add_argument(
        "--cutoff", metavar="HH:MM", help="receipt from this hour on counts from the next working day"
    )
    parser.add_argument(
        "--pause", metavar="FROM/TO", action="append", default=[], help="the clock stood still; may repeat"
    )
    parser.add_argument("--restart", metavar="AT", help="the count begins anew at this moment")
    parser.add_argument(
        "--agency", metavar="CODE", help="use the calendar of this agency (needs the database)"
    )
    parser.add_argument(
        "--lang", choices=("vi", "en"), default="vi", help="language of the reasoning (default: vi)"
    )


def run(args: argparse.Namespace) -> int:
    language = 1 if args.lang == "en" else 0
    try:
        lines = list(_lines(_compute(args), args.agency, language))
    except (Unusable, WorkingTimeError) as error:
        # An agency's own calendar can be wrong in ways no argument is: those speak for themselves.
        sentence = ERRORS[error.code][language].format(**error.params) if error.code in ERRORS else str(error)
        print(sentence, file=sys.stderr)
        return 1 if error.code == "database" else 2
    print("\n".join(lines))
    return 0


def _compute(args: argparse.Namespace) -> Due:
    received = _moment("--received", args.received)
    if args.term is None:
        raise Unusable("missing", option="--term")
    term: Term = parse_term(args.term)
    cutoff = None if args.cutoff is None else _clock(args.cutoff)
    pauses = [_pause(text) for text in args.pause]
    restart = None if args.restart is None else _moment("--restart", args.restart)
    calendar = standard_calendar() if args.agency is None else _agency_calendar(args.agency)
    return due(calendar, received, term, cutoff=cutoff, pauses=pauses, restart_at=restart)


def _moment(option: str, text: str | None) -> datetime:
    """An aware moment; without an offset it is Vietnam's clock."""
    if text is None:
        raise Unusable("missing", option=option)
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (ValueError, OverflowError) as error:
        raise Unusable("moment", option=option, text=text) from error


def _clock(text: str) -> time:
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise Unusable("clock", text=text) from error
    if found.tzinfo is not None:
        raise Unusable("clock", text=text)
    return found.replace(second=0, microsecond=0)


def _pause(text: str) -> tuple[datetime, datetime]:
    since, slash, until = text.partition("/")
    if not slash or not since or not until:
        raise Unusable("pause", text=text)
    return _moment("--pause", since), _moment("--pause", until)


def _agency_calendar(code: str) -> Calendar:
    # Django only here: everything else of this command answers without settings or a database.
    from motcua.cli import setup_django

    try:
        setup_django()
    except Exception as error:  # whatever keeps the settings from loading, the person sees one sentence
        raise Unusable("database", detail=_first_line(error)) from error
    from django.db import Error as DatabaseError

    from motcua.organisations.models import Agency
    from motcua.organisations.queries import calendar_for

    try:
        if not Agency.objects.filter(code=code).exists():
            raise Unusable("agency", text=code)
        return calendar_for(code)
    except DatabaseError as error:
        raise Unusable("database", detail=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _lines(outcome: Due, agency: str | None, language: int) -> Iterator[str]:
    def say(vietnamese: str, english: str) -> str:
        return english if language else vietnamese

    if agency is not None:
        yield say(f"Lịch làm việc: cơ quan {agency}", f"Calendar: agency {agency}")
    yield say("Tiếp nhận", "Received") + f": {_stamp(outcome.received, language)}"
    if outcome.restart_at is not None:
        yield say("Tính lại từ đầu", "Restarted") + f": {_stamp(outcome.restart_at, language)}"
    origin = outcome.restart_at or outcome.received
    if outcome.counted_from != origin.replace(second=0, microsecond=0):
        yield say("Coi như nhận lúc", "Deemed received") + f": {_stamp(outcome.counted_from, language)}"
    unit = UNITS[outcome.term.unit][language].format(n=outcome.term.value)
    yield say("Thời hạn", "Term") + f": {unit}"
    if outcome.paused:
        yield say("Tạm dừng", "Paused") + f": {outcome.paused} " + say("phút làm việc", "working minutes")
    yield ""
    for note in outcome.days:
        yield _day(note, outcome, language)
    if outcome.provisional:
        yield ""
        yield say(
            f"Lịch nghỉ từ ngày {outcome.calendar.provisional_from} là dự kiến, chưa công bố chính thức.",
            f"Holidays from {outcome.calendar.provisional_from} on are expected, not yet proclaimed.",
        )
    yield ""
    yield say("Hạn trả kết quả:", "Deadline:")
    yield outcome.at.isoformat()


def _stamp(moment: datetime, language: int) -> str:
    return f"{WEEKDAYS[language][moment.weekday()]} {moment:%d/%m/%Y %H:%M}"


def _day(note: DayNote, outcome: Due, language: int) -> str:
    code, params = describe_day(note)
    title = params.get("title_en" if language else "title_vi") or params.get("title_vi", "")
    text = DAYS[code][language].format(
        title=title, cutoff=f"{outcome.cutoff:%H:%M}" if outcome.cutoff else ""
    )
    details: list[str] = []
    if note.ordinal is not None:
        details.append(f"{note.ordinal}/{outcome.term.value}")
    if code == DayCode.CALENDAR_DAY and title:
        details.append(str(title))
    if note.instead_of is not None and code not in (DayCode.SWAPPED,):
        details.append(
            (f"in place of {note.instead_of}") if language else f"làm bù cho ngày {note.instead_of:%d/%m/%Y}"
        )
    if note.worked and outcome.term.unit in ("wh", "minutes", "same-day"):
        details.append(f"{note.worked} " + ("min" if language else "phút"))
    if note.paused:
        details.append((f"paused {note.paused} min") if language else f"tạm dừng {note.paused} phút")
    if note.provisional and note.title_vi:
        details.append("expected" if language else "dự kiến")
    tail = f" ({'; '.join(details)})" if details else ""
    return f"{note.day.isoformat()}  {WEEKDAYS[language][note.day.weekday()]:<3}  {text}{tail}"
