"""What has been asked, extended, sent on and taken up again: all that a dossier's page tells besides its steps.

One query for all of it: the page an officer opens has ten, whatever has happened to the dossier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from motcua.processing.clock import COURSE, Course, read_course


@dataclass(frozen=True, slots=True)
class Extended:
    """The one re-appointment."""

    at: datetime
    by: str
    title: str
    reason: str
    days: int
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class StopAsked:
    """What the applicant asked, and what they were answered; open while ``answered_at`` is None."""

    at: datetime
    reason: str
    answered_at: datetime | None
    by: str
    accepted: bool | None
    answer: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """A consultation. ``unit_id`` and ``expert_id`` are what ``actions.consulting.may_answer`` asks for."""

    id: int
    run: int
    unit_id: int
    unit: str
    agency_id: int
    agency: str
    expert_id: int | None
    expert: str
    question: str
    at: datetime
    by: str
    due_at: datetime
    answered_at: datetime | None
    answered_by: str
    agrees: bool | None
    answer: str
    revoked_at: datetime | None

    @property
    def open(self) -> bool:
        return self.answered_at is None and self.revoked_at is None


@dataclass(frozen=True, slots=True)
class Sent:
    """Sent on to the competent agency."""

    at: datetime
    by: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """Taken up again after it had ended."""

    at: datetime
    by: str
    reason: str
    status: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """A signed result that holds no more."""

    id: int
    title: str
    number: int | None
    year: int | None
    signer: str
    signed_at: datetime | None
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """An officer has looked at the dossier on a day."""

    name: str
    day: date
    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What went by post: ``way`` "in" (the envelope it came in) or "out" (the result)."""

    way: str
    number: str
    party: str
    posted: date | None
    arrived: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Matters:
    """``newest_version``: of the process of the case, None if it has none of its own; ``course``: of its clock."""

    extension: Extended | None = None
    stops: tuple[StopAsked, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    transfers: tuple[Sent, ...] = ()
    reopenings: tuple[Reopened, ...] = ()
    revoked: tuple[Revoked, ...] = ()
    looks: tuple[Look, ...] = ()
    posted: tuple[Posted, ...] = ()
    newest_version: int | None = None
    course: Course = field(default_factory=Course)

    @property
    def stop_asked(self) -> StopAsked | None:
        """The request that waits for an answer."""
        return next((stop for stop in self.stops if stop.answered_at is None), None)


#: How many looks the page lists: the newest days.
LOOKS = 60

#: One value, for :func:`read_matters`: asked for alone, or within the statement of whoever reads more of a dossier
#: (``workspace.queries``). Its values: dossier, case, looks, most.
MATTERS = f"""
    jsonb_build_object(
    'extension', (SELECT jsonb_build_array(at, by_name, by_title, reason, working_days, before, after)
                    FROM processing_extension WHERE dossier_id = %(dossier)s),
    'stops', (SELECT jsonb_agg(jsonb_build_array(asked.asked_at, asked.reason, asked.answered_at,
                               coalesce(answerer.full_name, ''), asked.accepted, asked.answer) ORDER BY asked.id)
                FROM processing_stoprequest AS asked
                LEFT JOIN identity_account AS answerer ON answerer.id = asked.answered_by_id
               WHERE asked.dossier_id = %(dossier)s),
    'opinions', (SELECT jsonb_agg(jsonb_build_array(asked.id, asked.run_id, asked.unit_id, unit.name, asked.agency_id,
                                  agency.short_name, asked.expert_id, coalesce(expert.full_name, ''), asked.question,
                                  asked.asked_at, asker.full_name, asked.due_at, asked.answered_at,
                                  coalesce(answerer.full_name, ''), asked.agrees, asked.answer, asked.revoked_at)
                                  ORDER BY asked.asked_at, asked.id)
                   FROM processing_consultation AS asked
                   JOIN organisations_unit AS unit ON unit.id = asked.unit_id
                   JOIN organisations_agency AS agency ON agency.id = asked.agency_id
                   JOIN identity_account AS asker ON asker.id = asked.asked_by_id
                   LEFT JOIN identity_account AS expert ON expert.id = asked.expert_id
                   LEFT JOIN identity_account AS answerer ON answerer.id = asked.answered_by_id
                  WHERE asked.dossier_id = %(dossier)s),
    'transfers', (SELECT jsonb_agg(jsonb_build_array(sent.at, sender.full_name, one.name, other.name, sent.reason)
                                   ORDER BY sent.id)
                    FROM processing_transfer AS sent
                    JOIN identity_account AS sender ON sender.id = sent.by_id
                    JOIN organisations_agency AS one ON one.id = sent.from_agency_id
                    JOIN organisations_agency AS other ON other.id = sent.to_agency_id
                   WHERE sent.dossier_id = %(dossier)s),
    'reopenings', (SELECT jsonb_agg(jsonb_build_array(again.at, head.full_name, again.reason, again.status_before)
                                    ORDER BY again.id)
                     FROM processing_reopening AS again
                     JOIN identity_account AS head ON head.id = again.by_id
                    WHERE again.dossier_id = %(dossier)s),
    'revoked', (SELECT jsonb_agg(jsonb_build_array(id, title, number, year, signer_name, signed_at, revoked_at,
                                 revoked_because) ORDER BY id)
                  FROM results_resultdocument WHERE formerly_id = %(dossier)s),
    'looks', (SELECT jsonb_agg(jsonb_build_array(officer.full_name, seen.day, seen.first_at, seen.last_at, seen.count)
                               ORDER BY seen.last_at DESC)
                FROM (SELECT * FROM dossiers_dossierview WHERE %(looks)s AND dossier_id = %(dossier)s
                       ORDER BY last_at DESC LIMIT %(most)s) AS seen
                JOIN identity_account AS officer ON officer.id = seen.officer_id),
    'posted', (SELECT jsonb_agg(jsonb_build_array(way, number, party, posted_on, arrived_on, at) ORDER BY id)
                 FROM dossiers_posting WHERE dossier_id = %(dossier)s),
    'course', (SELECT jsonb_agg(jsonb_build_array(what, at, until, reason, days) ORDER BY at)
                 FROM ({COURSE}) AS course (what, at, until, reason, days)),
    'newest', (SELECT version.id
                 FROM catalogue_procedurecase AS own
                 JOIN catalogue_procedureversion AS edition ON edition.id = own.version_id
                 JOIN catalogue_procedureversion AS any_edition ON any_edition.procedure_id = edition.procedure_id
                 JOIN catalogue_procedurecase AS same ON same.version_id = any_edition.id AND same.key = own.key
                 JOIN processing_processversion AS version ON version.case_id = same.id
                WHERE own.id = %(case)s
                ORDER BY version.id DESC LIMIT 1))::text
"""  # noqa: S608 - our own text in our own text


def matters_of(dossier: int, case: int) -> Matters:
    """What is told of a dossier, without who has looked at it; one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MATTERS}", {"dossier": dossier, "case": case, "looks": False, "most": LOOKS})
        row = cursor.fetchone()
    assert row is not None
    return read_matters(row[0])


def read_matters(text: str) -> Matters:
    """What :data:`MATTERS` gave."""
    found: dict[str, Any] = orjson.loads(text)
    moment = datetime.fromisoformat
    extension = found["extension"]
    return Matters(
        extension=None
        if extension is None
        else Extended(
            moment(extension[0]), extension[1], extension[2], extension[3], extension[4], moment(extension[5]),
            moment(extension[6]),
        ),
        stops=tuple(
            StopAsked(moment(at), reason, _moment(answered), by, accepted, answer)
            for at, reason, answered, by, accepted, answer in found["stops"] or ()
        ),
        opinions=tuple(_opinion(one) for one in found["opinions"] or ()),
        transfers=tuple(
            Sent(moment(at), by, before, after, reason)
            for at, by, before, after, reason in found["transfers"] or ()
        ),
        reopenings=tuple(
            Reopened(moment(at), by, reason, status) for at, by, reason, status in found["reopenings"] or ()
        ),
        revoked=tuple(
            Revoked(pk, title, number, year, signer, _moment(signed), moment(at), reason)
            for pk, title, number, year, signer, signed, at, reason in found["revoked"] or ()
        ),
        looks=tuple(
            Look(name, date.fromisoformat(day), moment(first), moment(last), count)
            for name, day, first, last, count in found["looks"] or ()
        ),
        posted=tuple(
            Posted(way, number, party, _day(posted), _day(arrived), moment(at))
            for way, number, party, posted, arrived, at in found["posted"] or ()
        ),
        newest_version=found["newest"],
        course=read_course(
            (what, moment(at), _moment(until), reason, days)
            for what, at, until, reason, days in found["course"] or ()
        ),
    )  # fmt: skip


def _opinion(row: list[Any]) -> Opinion:
    (pk, run, unit, unit_name, agency, agency_name, expert, expert_name, question, at, by, due, answered, answerer,
     agrees, answer, revoked) = row  # fmt: skip
    return Opinion(
        id=pk, run=run, unit_id=unit, unit=unit_name, agency_id=agency, agency=agency_name, expert_id=expert,
        expert=expert_name, question=question, at=datetime.fromisoformat(at), by=by,
        due_at=datetime.fromisoformat(due), answered_at=_moment(answered), answered_by=answerer, agrees=agrees,
        answer=answer, revoked_at=_moment(revoked),
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
