"""Citizen ids and tax codes, by tables of cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.personal_codes import WrongCode, citizen_id_doubts, parse_citizen_id, parse_tax_code


@pytest.mark.parametrize(
    ("typed", "sex", "year"),
    [
        ("038085012345", "male", 1985),
        ("038 185 012345", "female", 1985),
        ("001.204.000001", "male", 2004),
        ("001-399-000001", "female", 2099),
        ("096500000001", "female", 2100),
    ],
)
def test_a_citizen_id_says_sex_and_year(typed, sex, year):
    parsed = parse_citizen_id(typed)
    assert (parsed.sex, parsed.birth_year) == (sex, year)
    assert parsed.birthplace == parsed.number[:3]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "digits"),
        ("03808501234", "length"),
        ("0380850123456", "length"),
        ("03808501234x", "digits"),
        ("０３８０８５０１２３４５", "digits"),
    ],
)
def test_a_wrong_citizen_id_says_why(typed, code):
    with pytest.raises(WrongCode) as wrong:
        parse_citizen_id(typed)
    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("number", "birth", "sex", "doubts"),
    [
        ("038085012345", "1985-03-27", "male", ()),
        ("038085012345", "1985", None, ()),
        ("038085012345", None, None, ()),
        ("038085012345", "2085-03-27", "male", ("century",)),
        ("038285012345", "1985-03-27", "male", ("century",)),
        ("038085012345", "1986-03-27", "male", ("year",)),
        ("038085012345", "1985-03-27", "female", ("sex",)),
        ("038085012345", "1984", "female", ("year", "sex")),
    ],
)
def test_what_does_not_fit_is_doubted(number, birth, sex, doubts):
    assert citizen_id_doubts(number, birth_date=birth, sex=sex) == doubts


@pytest.mark.parametrize(
    ("typed", "number", "kind"),
    [
        ("0100233488", "0100233488", "organisation"),
        ("01.00.233.488", "0100233488", "organisation"),
        ("0314409058-002", "0314409058-002", "branch"),
        ("0314409058002", "0314409058-002", "branch"),
        ("038085012345", "038085012345", "personal"),
    ],
)
def test_three_kinds_of_tax_code(typed, number, kind):
    parsed = parse_tax_code(typed)
    assert (parsed.number, parsed.kind) == (number, kind)
    assert parse_tax_code(parsed.number) == parsed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0100233480", "checksum"),
        ("12345", "length"),
        ("01002334ab", "digits"),
        ("0314409058-000", "component"),
    ],
)
def test_a_wrong_tax_code_says_why(typed, code):
    with pytest.raises(WrongCode) as wrong:
        parse_tax_code(typed)
    assert wrong.value.code == code


@given(st.integers(min_value=0, max_value=8), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_of_a_tax_code_is_nearly_always_found(position, change):
    """The weights are odd primes below 31 and the modulus 11: a single slip changes the sum unless 11 divides it."""
    good = "0100233488"
    slipped = good[:position] + str((int(good[position]) + change) % 10) + good[position + 1 :]
    with pytest.raises(WrongCode):
        parse_tax_code(slipped)
