import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.codes import (
    DossierCodeStyle,
    agency_code,
    format_dossier_code,
    is_national_code,
    level_1,
    national_code,
    parse_dossier_code,
)

AGENCIES = st.from_regex(r"[A-Y][0-9]{2}(\.[0-9]{1,3}){0,4}", fullmatch=True)
DAYS = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    "text, code",
    [
        ("1.001193", "1.001193"),
        (" 1.001193 ", "1.001193"),
        ("1.001193.H42", "1.001193"),
        ("1.001193.000.00.00.H56", "1.001193"),
        ("2.000815.h56", "2.000815"),
    ],
)
def test_local_tails_are_cut(text: str, code: str) -> None:
    assert national_code(text) == code
    assert is_national_code(text)


@pytest.mark.parametrize(
    "text", ["", "7.001193", "1.01193", "1001193", "1.0011934", "x1.001193", "1.001193."]
)
def test_other_text_is_no_procedure_code(text: str) -> None:
    assert not is_national_code(text)
    with pytest.raises(ValueError, match="procedure code"):
        national_code(text)


@pytest.mark.parametrize(
    "code, first", [("H56", "H56"), ("H56.14", "H56"), ("G09.20.003", "G09"), ("000.00.12.H56", "H56")]
)
def test_agency_codes_of_both_generations(code: str, first: str) -> None:
    assert agency_code(code) == code
    assert level_1(code) == first


@pytest.mark.parametrize("code", ["", "Z56", "H5", "H56.", "H56..1", "H56-14", "12.34", "H56" + ".123" * 9])
def test_bad_agency_codes(code: str) -> None:
    with pytest.raises(ValueError):
        agency_code(code)


def test_default_form() -> None:
    assert format_dossier_code("H56.14", dt.date(2025, 11, 24), 1) == "H56.14-251124-0001"


def test_the_ten_thousandth_dossier_grows_a_digit() -> None:
    assert format_dossier_code("H56.14", dt.date(2025, 11, 24), 9_999).endswith("-9999")
    assert format_dossier_code("H56.14", dt.date(2025, 11, 24), 10_000).endswith("-10000")


def test_other_styles() -> None:
    day = dt.date(2026, 6, 9)
    assert format_dossier_code("G09.20", day, 92_637, DossierCodeStyle.LONG_DAY) == "G09.20-20260609-0092637"
    assert (
        format_dossier_code("G01.001.02", day, 1, DossierCodeStyle.CENTRAL, system=7)
        == "G01.001.02-260609-070001"
    )
    with pytest.raises(ValueError, match="system"):
        format_dossier_code("G01", day, 1, DossierCodeStyle.CENTRAL)


@pytest.mark.parametrize(
    "text, agency, day, sequence",
    [
        ("000.00.12.H56-240101-0001", "000.00.12.H56", dt.date(2024, 1, 1), 1),
        ("H56.14-251124-0001", "H56.14", dt.date(2025, 11, 24), 1),
        ("g01.001.02-260609-070001", "G01.001.02", dt.date(2026, 6, 9), 70_001),
        ("G09.20-20260609-0092637", "G09.20", dt.date(2026, 6, 9), 92_637),
        (" H56.14 – 251124 – 0001 ", "H56.14", dt.date(2025, 11, 24), 1),
    ],
)
def test_every_generation_is_read(text: str, agency: str, day: dt.date, sequence: int) -> None:
    code = parse_dossier_code(text)
    assert (code.agency, code.day, code.sequence) == (agency, day, sequence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H56.14-251124",
        "H56.14-251324-0001",
        "H56.14-251124-001",
        "H56.14-251124-0000",
        "Z56-251124-0001",
        "H56-2511245-0001",
    ],
)
def test_what_is_not_a_dossier_code(text: str) -> None:
    with pytest.raises(ValueError, match="not a dossier code"):
        parse_dossier_code(text)


@given(AGENCIES, DAYS, st.integers(min_value=1, max_value=10**7))
def test_what_is_written_is_read_back(agency: str, day: dt.date, number: int) -> None:
    for style in (DossierCodeStyle.SHORT_DAY, DossierCodeStyle.LONG_DAY):
        parsed = parse_dossier_code(format_dossier_code(agency, day, number, style))
        assert (parsed.agency, parsed.day, parsed.sequence) == (agency, day, number)


@given(AGENCIES, DAYS, st.sets(st.integers(min_value=1, max_value=30_000), min_size=2, max_size=20))
def test_no_two_dossiers_share_a_code(agency: str, day: dt.date, numbers: set[int]) -> None:
    assert len({format_dossier_code(agency, day, n) for n in numbers}) == len(numbers)
