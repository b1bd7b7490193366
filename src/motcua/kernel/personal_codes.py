"""Numbers that name people and businesses: số định danh cá nhân and mã số thuế. Pure.

A citizen id is `PPP G YY NNNNNN`: place where the birth was registered, sex and century, year, six random digits. It
has **no check digit**, so a typing slip shows only beside the birth date and the sex; and people carry numbers that
differ from their papers for old reasons. Hence doubts warn and never block. New place codes after 1 July 2025 are not
published, so the first three digits are not checked at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.vn import mst

Sex = Literal["male", "female"]

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")


class WrongCode(ValueError):
    """`code` says what is wrong: `digits` (other signs in it), `length`, `checksum`, `component`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _digits(text: str) -> str:
    compact = _SEPARATORS.sub("", text)
    if not (compact.isascii() and compact.isdigit()):
        raise WrongCode("digits")
    return compact


@dataclass(frozen=True, slots=True)
class CitizenId:
    """What a 12-digit number says about its owner."""

    number: str
    birthplace: str
    sex: Sex
    birth_year: int


def parse_citizen_id(text: str) -> CitizenId:
    """`038 085 012345` or `038085012345` → CitizenId. Raises WrongCode (`digits`, `length`)."""
    number = _digits(text)
    if len(number) != 12:
        raise WrongCode("length")
    sex_and_century = int(number[3])
    return CitizenId(
        number=number,
        birthplace=number[:3],
        sex="female" if sex_and_century % 2 else "male",
        birth_year=1900 + 100 * (sex_and_century // 2) + int(number[4:6]),
    )


def citizen_id_doubts(
    number: str, *, birth_date: str | None = None, sex: Sex | None = None
) -> tuple[str, ...]:
    """What does not fit between a well-formed number and the rest of what the person told us.

    `birth_date` is `yyyy`, `yyyy-MM` or `yyyy-MM-dd`. Gives any of `century`, `year`, `sex`; a wrong century digit
    gives `century` only, because the year digits then cannot be judged.
    """
    told = parse_citizen_id(number)
    doubts: list[str] = []
    if birth_date:
        year = int(birth_date[:4])
        if year // 100 != told.birth_year // 100:
            doubts.append("century")
        elif year != told.birth_year:
            doubts.append("year")
    if sex and sex != told.sex:
        doubts.append("sex")
    return tuple(doubts)


@dataclass(frozen=True, slots=True)
class TaxCode:
    """`number` as it is stored and shown: 10 digits, `0312687878-001` for a branch, 12 digits for a person."""

    number: str
    kind: Literal["organisation", "branch", "personal"]


def parse_tax_code(text: str) -> TaxCode:
    """10 digits with a check digit, 13 for a branch, or 12: since 1 July 2025 a person's or household's tax code is the
    citizen id (python-stdnum knows only the first two). Raises WrongCode (`digits`, `length`, `checksum`, `component`).
    """
    number = _digits(text)
    if len(number) == 12:
        return TaxCode(number, "personal")
    if len(number) not in (10, 13):
        raise WrongCode("length")
    try:
        mst.validate(number)
    except InvalidChecksum:
        raise WrongCode("checksum") from None
    except ValidationError:
        raise WrongCode("component") from None
    if len(number) == 10:
        return TaxCode(number, "organisation")
    return TaxCode(f"{number[:10]}-{number[10:]}", "branch")
