"""The register of an agency (sổ theo dõi hồ sơ, mẫu 07): a line and a number for every dossier it receives.

A volume is a year. The number is given in the transaction of the receipt, without gaps, by the counter that gives all
numbers (docs/decisions/0008), and the line stays when the dossier has gone elsewhere: the book of an agency is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier, RegisterEntry
from motcua.dossiers.slips import RegisterLine
from motcua.kernel import crypto
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import VIETNAM, local_day
from motcua.kernel.events import Happened
from motcua.organisations.models import Agency

SERIES = "register"

# One statement, since receiving is a hot action: it enters nothing twice, and a number that is not used is not taken.
_ENTER = """
    WITH wanted AS (
        SELECT WHERE NOT EXISTS (
            SELECT FROM dossiers_registerentry WHERE dossier_id = %(dossier)s AND agency_id = %(agency)s)),
    next AS (
        INSERT INTO dossiers_daycounter (agency_id, series, day, last)
        SELECT %(agency)s, %(series)s, %(first)s, 1 FROM wanted
        ON CONFLICT (agency_id, series, day) DO UPDATE SET last = dossiers_daycounter.last + 1
        RETURNING last)
    INSERT INTO dossiers_registerentry (agency_id, dossier_id, year, number, day)
    SELECT %(agency)s, %(dossier)s, %(year)s, last, %(day)s FROM next
"""


def enter(dossier: Dossier, *, now: datetime) -> None:
    """Give a received dossier its line in the book of its agency; the one it has stays. The dossier is locked."""
    day = local_day(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _ENTER,
            {
                "dossier": dossier.pk,
                "agency": dossier.agency_id,
                "series": SERIES,
                "first": date(day.year, 1, 1),
                "year": day.year,
                "day": day,
            },
        )


def on_received(happened: Happened) -> None:
    """Subscriber of ``dossier.received``."""
    enter(happened.subject, now=happened.at)


def words(dossier: Dossier) -> str:
    """Volume and number as a receipt says them; empty before it is entered."""
    entry = RegisterEntry.objects.filter(dossier=dossier.pk, agency=dossier.agency_id).first()
    return f"Quyển số {entry.year}, số thứ tự {entry.number}" if entry else ""


# --- reading ------------------------------------------------------------------------------------------------


def books(actor: Actor) -> list[Agency]:
    """The agencies whose register the actor keeps: where they sit at the one-stop desk."""
    wanted = {seat.agency for seat in actor.seats_as(Role.ONE_STOP)}
    found = Agency.objects.select_related("parent").filter(pk__in=wanted)
    return list(found.order_by("code")) if wanted else []


@dataclass(frozen=True, slots=True)
class Period:
    """Days of receipt, both included, in the book of an agency."""

    agency: int
    since: date
    until: date

    @property
    def volume(self) -> str:
        """The volumes it lies in."""
        first, last = self.since.year, self.until.year
        return str(first) if first == last else f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the book, as facts. ``elsewhere`` is the agency the dossier lies with now, when it is another one."""

    year: int
    number: int
    day: date
    code: str
    procedure: str
    name: str
    address: str
    phone: str
    lead: str
    elsewhere: str
    status: Status
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    return_by: str

    @property
    def key(self) -> str:
        """Where the next page goes on."""
        return f"{self.year}~{self.number}"


_LINES = """
    SELECT entry.year, entry.number, entry.day, dossier.code, coalesce(nullif(procedure.short_name, ''), procedure.name),
           dossier.applicant_name, dossier.contact, coalesce(unit.name, agency.name),
           CASE WHEN dossier.agency_id <> entry.agency_id THEN agency.name ELSE '' END,
           dossier.status, dossier.received_at, dossier.due_at, dossier.finished_at, dossier.returned_at, dossier.return_by
      FROM (SELECT * FROM dossiers_registerentry
             WHERE agency_id = %(agency)s AND day BETWEEN %(since)s AND %(until)s
               AND (year, number) > (%(year)s, %(number)s)
             ORDER BY year, number LIMIT %(limit)s) AS entry
      JOIN dossiers_dossier AS dossier ON dossier.id = entry.dossier_id
      JOIN catalogue_procedure AS procedure ON procedure.id = dossier.procedure_id
      JOIN organisations_agency AS agency ON agency.id = dossier.agency_id
      LEFT JOIN organisations_unit AS unit ON unit.id = dossier.unit_id
     ORDER BY entry.year, entry.number
"""
_CONTACT = "dossiers_dossier.contact"


def lines(period: Period, *, after: str = "", limit: int = 50) -> list[Line]:
    """Lines of a period in the order of the book, after the ``key`` of one; one query. The caller has checked who asks."""
    year, number = _read_key(after)
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES,
            {
                "agency": period.agency,
                "since": period.since,
                "until": period.until,
                "year": year,
                "number": number,
                "limit": limit,
            },
        )
        return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> Line:
    (year, number, day, code, procedure, name, encrypted, lead, elsewhere, status, received_at, due_at, finished_at,
     returned_at, return_by) = row  # fmt: skip
    contact: dict[str, str] = orjson.loads(crypto.decrypt(encrypted, _CONTACT)) if encrypted else {}
    return Line(
        year=year,
        number=number,
        day=day,
        code=code,
        procedure=procedure,
        name=name,
        address=contact.get("address", ""),
        phone=contact.get("phone", ""),
        lead=lead,
        elsewhere=elsewhere,
        status=Status(status),
        received_at=received_at,
        due_at=due_at,
        finished_at=finished_at,
        returned_at=returned_at,
        return_by=return_by,
    )


def _read_key(after: str) -> tuple[int, int]:
    """The place behind a key; the beginning for anything that is not one."""
    found = re.fullmatch(r"(\d{4})~(\d{1,9})", after, re.ASCII)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def every(period: Period, *, batch: int = 500) -> Iterator[Line]:
    """All lines of a period, read in batches: in memory is one of them."""
    after = ""
    while found := lines(period, after=after, limit=batch):
        yield from found
        after = found[-1].key


def count(period: Period) -> int:
    """How many lines a period has."""
    return RegisterEntry.objects.filter(agency=period.agency, day__range=(period.since, period.until)).count()


# --- in words: the same for the printed book and for the files made from it ------------------------------------

_RETURN_BY = {"online": "Trực tuyến", "counter": "Trực tiếp", "post": "Bưu chính"}
_ENDED = {
    Status.WITHDRAWN: "Rút hồ sơ",
    Status.STOPPED: "Dừng giải quyết",
    Status.NOT_RECEIVED: "Không tiếp nhận",
}


def in_words(line: Line, *, with_year: bool = False) -> RegisterLine:
    """A line in the words of the form, which are Vietnamese by law."""
    returned = line.returned_at is not None
    return RegisterLine(
        number=f"{line.number}/{line.year}" if with_year else str(line.number),
        code=line.code,
        procedure=line.procedure,
        name=line.name,
        contact="; ".join(filter(None, (line.address, line.phone))),
        lead=line.lead,
        received=_moment(line.received_at),
        due=_moment(line.due_at),
        returned=_moment(line.returned_at),
        method=_RETURN_BY.get(line.return_by, line.return_by),
        signature="Đã nhận bản điện tử" if returned and line.return_by == "online" else "",
        note=note(line),
    )


def note(line: Line) -> str:
    """What the last column says: where the dossier went, how it ended, or that it was late."""
    said = [f"Chuyển {line.elsewhere}"] if line.elsewhere else []
    if line.status in _ENDED:
        said.append(_ENDED[line.status])
    elif line.finished_at and line.due_at and line.finished_at > line.due_at:
        said.append("Quá hạn")
    return "; ".join(said)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if moment else ""
