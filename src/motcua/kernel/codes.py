"""Codes the administration gives: procedures, agencies, dossiers. Pure.

Agency codes: QĐ 20/2020/QĐ-TTg art. 4 (≤ 35 characters, groups separated by dots, level-1 group `MX1X2` leftmost,
M = A..Y); the older QCVN 102:2016 form has the level-1 group rightmost (`000.00.12.H56`).
Dossier codes: TT 01/2018/TT-VPCP art. 19, TT 03/2025 art. 13 as amended by TT 04/2025 for centralised services.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

_NATIONAL = re.compile(r"(?P<code>[1-6]\.\d{6})(?:\.[0-9A-Z]+)*")
_LEVEL_1 = r"[A-Y]\d{2}"
_AGENCY = re.compile(rf"{_LEVEL_1}(?:\.[0-9A-Z]+)*")
_AGENCY_2016 = re.compile(rf"(?:\d{{2,3}}\.){{1,3}}{_LEVEL_1}")
_DOSSIER = re.compile(r"(?P<agency>[.0-9A-Z]+)-(?P<day>\d{8}|\d{6})-(?P<digits>\d{4,12})")
MAX_AGENCY_CODE = 35


def national_code(text: str) -> str:
    """The national procedure code `d.dddddd`; local tails are cut (`1.001193.000.00.00.H56` → `1.001193`).

    Raises ValueError for anything else.
    """
    match = _NATIONAL.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError(f"not a procedure code: {text!r}")
    return match["code"]


def is_national_code(text: str) -> bool:
    return _NATIONAL.fullmatch(text.strip().upper()) is not None


def agency_code(text: str) -> str:
    """A checked agency code, either generation. Raises ValueError."""
    code = text.strip().upper()
    if len(code) > MAX_AGENCY_CODE or not (_AGENCY.fullmatch(code) or _AGENCY_2016.fullmatch(code)):
        raise ValueError(f"not an agency code: {text!r}")
    return code


def level_1(agency: str) -> str:
    """The ministry or province of an agency code: `H56.14` → `H56`, `000.00.12.H56` → `H56`."""
    code = agency_code(agency)
    return code[:3] if _AGENCY.fullmatch(code) else code[-3:]


class DossierCodeStyle(StrEnum):
    """How an agency writes new codes. Reading accepts all of them, whatever is configured."""

    SHORT_DAY = "short_day"  # H56.14-251124-0001            TT 01/2018 art. 19
    LONG_DAY = "long_day"  # G09.20-20260609-0092637       seen in live integrations
    CENTRAL = "central"  # G01.001.02-260609-070001      TT 04/2025: AA = number of the centralised system


@dataclass(frozen=True, slots=True)
class DossierCode:
    """A dossier code taken apart. `sequence` counts from 1 each day; `digits` keeps the width it was written with.

    With the central style the first two digits are the system's number; nothing in the text itself says which style
    was used, so they stay part of `sequence` when read.
    """

    agency: str
    day: dt.date
    sequence: int
    digits: str

    @property
    def level_1(self) -> str:
        return level_1(self.agency)


def format_dossier_code(
    agency: str,
    day: dt.date,
    number: int,
    style: DossierCodeStyle = DossierCodeStyle.SHORT_DAY,
    *,
    system: int = 0,
) -> str:
    """The code of the `number`-th dossier of an agency on a day, e.g. `H56.14-251124-0001`.

    The count grows a digit past 9,999 (or past 9,999,999 in the long style) instead of wrapping: a code is never given
    twice. Raises ValueError for a number below 1, a bad agency code or a system outside 1..99 in the central style.
    """
    if number < 1:
        raise ValueError("dossiers are counted from 1")
    if not 2000 <= day.year <= 2099:
        raise ValueError("the two-digit year of a dossier code means 2000..2099")
    code = agency_code(agency)
    if style is DossierCodeStyle.LONG_DAY:
        return f"{code}-{day:%Y%m%d}-{number:07d}"
    if style is DossierCodeStyle.CENTRAL:
        if not 1 <= system <= 99:
            raise ValueError("a centralised system has a number from 1 to 99")
        return f"{code}-{day:%y%m%d}-{system:02d}{number:04d}"
    return f"{code}-{day:%y%m%d}-{number:04d}"


def parse_dossier_code(text: str) -> DossierCode:
    """Read any generation of dossier code, as a person types it: case and stray spaces do not matter.

    Raises ValueError.
    """
    compact = re.sub(r"\s+", "", text).upper().replace("–", "-").replace("—", "-")
    match = _DOSSIER.fullmatch(compact)
    if match is None:
        raise ValueError(f"not a dossier code: {text!r}")
    raw_day = match["day"]
    try:
        day = dt.date.fromisoformat(
            f"{raw_day[:4]}-{raw_day[4:6]}-{raw_day[6:]}"
            if len(raw_day) == 8
            else f"20{raw_day[:2]}-{raw_day[2:4]}-{raw_day[4:]}"
        )
        agency = agency_code(match["agency"])
    except ValueError:
        raise ValueError(f"not a dossier code: {text!r}") from None
    sequence = int(match["digits"])
    if sequence == 0:
        raise ValueError(f"not a dossier code: {text!r}")
    return DossierCode(agency=agency, day=day, sequence=sequence, digits=match["digits"])
