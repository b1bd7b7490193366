"""Claims of a provider whose formats nobody has published."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from motcua.identity import claims
from motcua.identity.claims import BirthDate, ClaimsError, parse
from motcua.kernel import crypto
from motcua.kernel.crypto import Keyring

LAN = {"sub": "a-1", "LoaiTaiKhoan": "1", "SoDinhDanh": "038192004517", "HoVaTen": "Nguyễn Thị Lan"}


def with_lan(**changes: Any) -> claims.Claims:
    return parse(LAN | changes)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("19920417", BirthDate(1992, date(1992, 4, 17))),
        ("17/04/1992", BirthDate(1992, date(1992, 4, 17))),
        ("7/4/1992", BirthDate(1992, date(1992, 4, 7))),
        ("17-04-1992", BirthDate(1992, date(1992, 4, 17))),
        ("1992-04-17", BirthDate(1992, date(1992, 4, 17))),
        ("1992-04-17T00:00:00+07:00", BirthDate(1992, date(1992, 4, 17))),
        ("1958", BirthDate(1958)),
        ("19580000", BirthDate(1958)),
        ("00/00/1958", BirthDate(1958)),
        ("29/02/1993", BirthDate(1993)),
        ("31/13/1993", BirthDate(1993)),
        ("0000", BirthDate()),
        ("sinh năm 1958", BirthDate()),
        ("", BirthDate()),
    ],
)
def test_birth_dates_come_in_many_shapes(text: str, read: BirthDate) -> None:
    assert claims.birth_date(text) == read
    assert with_lan(NgayThangNamSinh=text).birth == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Nam", "male"),
        ("1", "male"),
        (1, "male"),
        ("Nữ", "female"),
        ("NỮ", "female"),
        (2, "female"),
        ("0", ""),
        (None, ""),
    ],
)
def test_sex_as_word_or_code(value: Any, read: str) -> None:
    assert with_lan(GioiTinh=value).gender == read


def test_a_decomposed_name_is_composed_and_capitals_become_a_name() -> None:
    assert with_lan(HoVaTen=" nguye\u0302\u0303n  Thị Lan ").full_name == "nguyễn Thị Lan"
    assert with_lan(HoVaTen="NGUYỄN THỊ LAN").full_name == "Nguyễn Thị Lan"
    assert with_lan(HoVaTen="ĐỖ ANH TUẤN").full_name == "Đỗ Anh Tuấn"
    assert with_lan(HoVaTen="Sùng A Pó").full_name == "Sùng A Pó"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0912 345 678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("84912345678", "0912345678"),
        ("+44 20 7946 0000", "+442079460000"),
        ("không có", ""),
    ],
)
def test_phones_in_the_national_form(text: str, read: str) -> None:
    assert with_lan(SoDienThoai=text).phone == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("038192004517", "038192004517"),
        ("038 192 004 517", "038192004517"),
        ("123456789", ""),
        ("03819200451x", ""),
    ],
)
def test_a_citizen_id_is_twelve_digits_or_none(text: str, read: str) -> None:
    assert with_lan(SoDinhDanh=text).citizen_id == read


def test_a_household_is_its_owner_a_company_is_not_its_representative() -> None:
    household = with_lan(
        LoaiTaiKhoan="2", MaSoThue=LAN["SoDinhDanh"], TenDoanhNghiep="Hộ kinh doanh Bình Minh"
    )
    assert (household.kind, household.is_one_person) == ("business", True)
    company = with_lan(LoaiTaiKhoan=2, MaSoThue="0312687878", TenDoanhNghiep="Công ty Sông Mã")
    assert (company.kind, company.is_one_person, company.tax_code) == ("business", False, "0312687878")
    citizen = with_lan(MaSoThue="0312687878")
    assert (citizen.kind, citizen.is_one_person) == ("citizen", True)


def test_a_company_without_a_person_goes_by_its_own_name() -> None:
    read = parse(
        {"sub": "c", "LoaiTaiKhoan": "2", "TenDoanhNghiep": "Công ty Sông Mã", "MaSoThue": "0312687878-001"}
    )
    assert (read.full_name, read.tax_code) == ("Công ty Sông Mã", "0312687878-001")


@pytest.mark.parametrize(
    ("value", "level"),
    [("2", 2), ("LoA2", 2), (2, 2), (["LoA1", "LoA2"], 2), ("", 1), ("cao", 1), ("12", 1), ({"x": 3}, 3)],
)
def test_the_level_of_assurance(value: Any, level: int) -> None:
    assert with_lan(loAs=value).level_of_assurance == level


def test_addresses_as_objects_lines_or_json_in_text() -> None:
    address = {"MaTinhThanh": "38", "MaPhuongXa": "14797", "ChiTiet": " Số 5,  Lê Lợi "}
    tidy = {"MaTinhThanh": "38", "MaPhuongXa": "14797", "ChiTiet": "Số 5, Lê Lợi"}
    assert with_lan(ThuongTru=address).kept["ThuongTru"] == tidy
    assert with_lan(ThuongTru='{"MaTinhThanh": "38", "MaPhuongXa": 14797}').kept["ThuongTru"] == {
        "MaTinhThanh": "38",
        "MaPhuongXa": "14797",
    }
    assert with_lan(ThuongTru="Số 5, Lê Lợi").kept["ThuongTru"] == "Số 5, Lê Lợi"


def test_what_is_not_needed_is_not_kept() -> None:
    read = with_lan(TechID="device-7", AnhChanDung="base64…", NhomMau="O", userProfileUri="https://x")
    assert set(read.kept) == {"LoaiTaiKhoan", "SoDinhDanh", "HoVaTen"}


@pytest.mark.parametrize("value", [True, ["a"], {"a": ["b"]}, {"a": {}}, 1.5, "", None, {}])
def test_values_of_no_use_are_left_out(value: Any) -> None:
    assert "QueQuan" not in with_lan(QueQuan=value).kept


def test_an_ordinary_provider_works_too() -> None:
    read = parse(
        {"sub": "k", "name": "Lê Quang Minh", "birthdate": "1990-07-21", "email": "minh@example.com"}
    )
    assert (read.full_name, read.birth.year, read.email) == ("Lê Quang Minh", 1990, "minh@example.com")


@pytest.mark.parametrize(
    ("raw", "code"),
    [({}, "no_subject"), ({"sub": " "}, "no_subject"), ({"sub": 5}, "no_subject"), ({"sub": "a"}, "no_name")],
)
def test_nobody_is_signed_in_without_subject_and_name(raw: dict[str, Any], code: str) -> None:
    with pytest.raises(ClaimsError) as caught:
        parse(raw)
    assert caught.value.code == code


def test_claims_do_not_print_what_they_know() -> None:
    shown = repr(with_lan(SoDienThoai="0912345678", NgayThangNamSinh="19920417"))
    assert "038192004517" not in shown
    assert "0912345678" not in shown
    assert "1992" not in shown


def test_a_subject_that_may_be_an_identity_number_is_not_stored() -> None:
    old = crypto.use(Keyring.parse("1:demo-a", "demo-b"))
    try:
        assert claims.subject_of("demo", "a-1") == "demo|a-1"
        hidden = claims.subject_of("demo", "038192004517")
        assert "038192004517" not in hidden
        assert (
            hidden == claims.subject_of("demo", "038192004517") != claims.subject_of("other", "038192004517")
        )
        assert len(claims.subject_of("https://sso.example.vn", "x" * 300)) <= 200
    finally:
        crypto.use(old)
