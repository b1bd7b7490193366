"""Codes and numbers given by agencies: without gaps, under a row lock (R3.24–3.26, docs/decisions/0008)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from motcua.kernel.codes import format_dossier_code

_NEXT = """
    INSERT INTO dossiers_daycounter (agency_id, series, day, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (agency_id, series, day) DO UPDATE SET last = dossiers_daycounter.last + 1
    RETURNING last
"""


def take(agency: int, series: str, day: date) -> int:
    """The next number of a series. Must be called inside the transaction that uses it: a roll-back gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [agency, series, day])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


_HOLD = """
    INSERT INTO dossiers_daycounter (agency_id, series, day, last) VALUES (%s, %s, %s, 0)
    ON CONFLICT (agency_id, series, day) DO UPDATE SET last = dossiers_daycounter.last
"""


def hold_codes(agencies: Iterable[int], day: date) -> None:
    """Lock the counts of codes of several agencies, in the order given, without taking a number.

    For what takes a code after another number: everybody takes codes first, so nobody locks anybody out.
    """
    with connection.cursor() as cursor:
        for agency in agencies:
            cursor.execute(_HOLD, [agency, "dossier", day])


def dossier_code(agency: int, agency_code: str, day: date) -> str:
    """A new dossier code of an agency on a day (TT 01/2018/TT-VPCP art. 19; QĐ 20/2020/QĐ-TTg art. 4)."""
    return format_dossier_code(agency_code, day, take(agency, "dossier", day))


def in_year(agency: int, series: str, day: date) -> int:
    """The next number of a yearly series (slips, results)."""
    return take(agency, series, date(day.year, 1, 1))
