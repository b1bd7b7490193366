"""Each field type by a table of cases: what is typed, what is stored or refused, what is read."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.eforms import divisions
from motcua.eforms.fields import FIELD_TYPES, load_field_types
from motcua.eforms.fields.base import Context, Invalid
from motcua.eforms.forms import load_definition
from motcua.eforms.reference import NAMES, reference

TODAY = dt.date(2026, 11, 24)


def field(type_, **rest):
    raw = {"id": "f", "type": type_, "label": {"vi": "Câu hỏi", "en": "Question"}, **rest}
    form = load_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": [raw]}]}
    )
    return form.by_id["f"]


def clean(type_, raw, **rest):
    f = field(type_, **rest)
    return f.kind.clean(f, raw, Context(TODAY))


def refusal(type_, raw, **rest):
    with pytest.raises(Invalid) as wrong:
        clean(type_, raw, **rest)
    return [(e.code, e.part) for e in wrong.value.errors]


CASES = [
    ("text", "  Hộ   kinh doanh \x00 An\u200b ", "Hộ kinh doanh An"),
    ("text", "Hoa\u0300", "Hoà"),
    ("name", "<script>alert(1)</script> Ỷ Lan", "<script>alert(1)</script> Ỷ Lan"),
    ("name", "  nguyễn   THỊ  lan ", "nguyễn THỊ lan"),
    ("name", "Y Ê-ban O'Brien 李", "Y Ê-ban O'Brien 李"),
    ("phone_vn", "+84 912 345 678", "0912345678"),
    ("phone_vn", "84912345678", "0912345678"),
    ("phone_vn", "0912.345.678", "0912345678"),
    ("email", " Lan@Example.COM ", "Lan@example.com"),
    ("date", {"day": "1", "month": "2", "year": "2024"}, "2024-02-01"),
    ("date", {"day": "29/02/2024"}, "2024-02-29"),
    ("date", "27.3.2019", "2019-03-27"),
    ("date", "2019-03-27", "2019-03-27"),
    ("time", "7h5", "07:05"),
    ("time", "14 giờ 30 phút", "14:30"),
    ("int", "1.234", 1234),
    ("number", "1.234,5", 1234.5),
    ("number", "120.5", 120.5),
    ("number", "120", 120),
    ("money", "50.000.000 đ", 50_000_000),
    ("bool", "on", True),
    ("bool", False, False),
    ("tax_code", "0314409058002", "0314409058-002"),
]


@pytest.mark.parametrize(("type_", "typed", "stored"), CASES)
def test_what_is_typed_becomes_what_is_stored(type_, typed, stored):
    assert clean(type_, typed) == stored
    assert clean(type_, stored) == stored


@pytest.mark.parametrize(
    ("type_", "typed", "rest", "code"),
    [
        ("text", "56a0", {"mask": "9999"}, ("mask", "")),
        ("text", "x" * 11, {"max_length": 10}, ("too_long", "")),
        ("name", "007", {}, ("no_letters", "")),
        ("citizen_id", "03808501234", {}, ("citizen_id_length", "")),
        ("citizen_id", "03808501234a", {}, ("citizen_id_digits", "")),
        ("tax_code", "0100233480", {}, ("tax_code_checksum", "")),
        ("phone_vn", "0243 825 1234", {}, ("phone_wrong", "")),
        ("email", "lan@localhost", {}, ("email_wrong", "")),
        ("date", {"day": "31", "month": "4", "year": "2024"}, {}, ("date_wrong", "")),
        ("date", {"day": "3", "year": "2024"}, {}, ("date_incomplete", "month")),
        ("date", {"year": "2024"}, {}, ("date_incomplete", "month")),
        ("date", {"day": "3", "month": "4", "year": "24"}, {}, ("date_year", "year")),
        ("date", "2026-11-25", {"max": "today"}, ("date_future", "")),
        ("date", "2026-11-23", {"min": "today"}, ("date_past", "")),
        ("date", "2009-01-01", {"max": "today-18y"}, ("date_after", "")),
        ("date", "0001-01-01", {}, ("date_before", "")),
        ("int", "2147483648", {}, ("number_high", "")),
        ("int", "0", {"min": 1}, ("number_low", "")),
        ("number", "1e9", {}, ("number_wrong", "")),
        ("money", "10 USD", {}, ("money_wrong", "")),
        ("declaration", False, {"required": True}, ("must_tick", "")),
        ("appointment", {"day": "2026-11-24"}, {}, ("required", "session")),
        ("daterange", {"from": "2024-05-01", "to": "2024-04-30"}, {}, ("range_order", "to")),
        ("daterange", {"from": "2024-01-01", "to": "2026-06-01"}, {"max_years": 2}, ("range_long", "to")),
        ("id_paper", {"type": "can_cuoc", "number": "123456789"}, {}, ("paper_digits", "number")),
        ("bank_account", {"bank": "bidv", "number": "!!", "holder": "LAN"}, {}, ("account_number", "number")),
        (
            "address",
            {"province": "38", "commune": "00070", "detail": "x"},
            {},
            ("address_commune_elsewhere", "commune"),
        ),
        ("address", {"detail": "x"}, {}, ("address_province", "province")),
        ("photo", {"file": "../x"}, {}, ("photo_missing", "")),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(type_, typed, rest, code):
    assert code in refusal(type_, typed, **rest)


@pytest.mark.parametrize(
    ("type_", "value", "rest", "vi", "en"),
    [
        ("name", "Nguyễn Thị Ẩn", {"upper": True}, "NGUYỄN THỊ ẨN", "NGUYỄN THỊ ẨN"),
        ("date", "2024-02-01", {}, "01/02/2024", "01/02/2024"),
        ("date", "1980", {"partial": True}, "1980", "1980"),
        ("money", 1234567, {}, "1.234.567\u00a0đ", "1.234.567\u00a0đ"),
        ("number", 1234.5, {"unit": "m²"}, "1.234,5\u00a0m²", "1.234,5\u00a0m²"),
        ("bool", True, {}, "Có", "Yes"),
        ("code:GIOI_TINH", "2", {}, "Nữ", "Female"),
        ("daterange", {"from": "2024-01-02"}, {"open_end": True}, "02/01/2024 – nay", "02/01/2024 – now"),
        ("multi", ["a"], {"options": [{"code": "a", "label": {"vi": "Một", "en": "One"}}]}, "Một", "One"),
    ],
)
def test_what_a_person_reads(type_, value, rest, vi, en):
    f = field(type_, **rest)
    assert f.kind.display(f, value, "vi") == vi
    assert f.kind.display(f, value, "en") == en


def test_partial_dates():
    assert clean("date", {"year": "1980"}, partial=True) == "1980"
    assert clean("date", {"month": "5", "year": "1980"}, partial=True) == "1980-05"
    assert refusal("date", {"day": "3", "year": "1980"}, partial=True) == [("date_incomplete", "month")]
    assert clean("date", {"month": "5", "year": "1980"}, precision="month") == "1980-05"
    assert clean("date", {"year": "1980"}, precision="year") == "1980"


def test_an_address_abroad_needs_only_words():
    value = clean("address", {"country": "JP", "detail": "1-1 Chiyoda, Tokyo"}, abroad=True)
    assert value == {"country": "JP", "country_name": "Nhật Bản", "detail": "1-1 Chiyoda, Tokyo"}
    assert ("not_offered", "country") in refusal("address", {"country": "JP", "detail": "x"})


@pytest.mark.parametrize("said", ["38", "Thanh Hóa", "tỉnh Thanh Hoá", "THANH HOA"])
def test_a_province_is_found_as_people_write_it(said):
    found = divisions.find_province(said)
    assert found is not None
    assert found.code == "38"


def test_all_units_are_there():
    total = sum(len(divisions.communes(p.code).options) for p in divisions.provinces().options)
    assert (len(divisions.provinces().options), total) == (34, 3321)
    assert divisions.communes("99") is None


def test_what_is_no_province_is_not_kept():
    """Anybody may ask `/communes/` for anything, and what is kept is kept for ever."""

    def kept():
        caches = [one for one in vars(divisions).values() if hasattr(one, "cache_info")]
        return sum(one.cache_info().currsize for one in caches)

    divisions.communes("38")
    before = kept()
    for number in range(200):
        assert divisions.communes(f"x{number}") is None
        assert divisions.find_commune(f"x{number}", "1") is None
    assert kept() == before


def test_reference_lists():
    assert len(reference("DAN_TOC").options) == 54
    assert len(reference("QUOC_TICH").options) == 249
    assert reference("DAN_TOC").match("kinh") == "01"
    assert reference("GIOI_TINH").match("Nữ") == "2"
    for name in NAMES:
        codes = [option.code for option in reference(name).options]
        assert len(set(codes)) == len(codes)
        assert all(option.label.vi for option in reference(name).options)


def test_rows_name_the_row_and_the_column_that_is_wrong():
    columns = [
        {"id": "ten", "type": "name", "label": "Tên", "required": True},
        {"id": "so", "type": "citizen_id", "label": "Số"},
    ]
    rows = [{"ten": "Lan", "so": "12"}, {}, {"so": "038085012345"}]
    assert refusal("table", rows, columns=columns) == [("citizen_id_length", "0.so"), ("required", "2.ten")]
    assert clean("table", [{}, {"ten": "Lan"}], columns=columns) == [{"ten": "Lan"}]
    assert refusal("table", [{"ten": "Lan"}] * 3, columns=columns, max_rows=2) == [("too_many_rows", "")]


def test_the_registry_is_fresh_each_time_and_complete():
    assert load_field_types().keys() == FIELD_TYPES.keys()
    assert {"address", "appointment", "computed", "id_paper", "land_parcel", "photo", "table"} <= set(
        FIELD_TYPES.keys()
    )
    for kind in FIELD_TYPES:
        assert kind.title.vi
        assert kind.title.en
        assert all(words.vi and words.en for words in kind.messages.values())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["day", "year", "province", "detail", "number", "file", "old", "points", "name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
LINKED = {
    "groups": [
        {"code": "nong", "label": {"vi": "Nông nghiệp", "en": "Farming"}},
        {"code": "may", "label": "May mặc"},
    ],
    "options": [
        {"code": "lua", "group": "nong", "label": {"vi": "Trồng lúa", "en": "Rice"}},
        {"code": "ao", "group": "may", "label": {"vi": "May áo", "en": "Shirts"}},
    ],
}
#: What a type cannot be without.
NEEDED = {"linked": LINKED, "reference": {"reference": "NGHE_NGHIEP"}}
SIMPLE = [
    kind.key for kind in FIELD_TYPES if kind.asks and kind.key not in ("code", "multi", "group", "table")
]


@pytest.mark.parametrize("type_", SIMPLE)
@given(raw=anything)
def test_nothing_a_client_sends_breaks_a_type_and_cleaning_is_idempotent(type_, raw):
    f = field(type_, **NEEDED.get(type_, {}))
    context = Context(TODAY)
    if f.kind.blank(f, raw):
        return
    try:
        value = f.kind.clean(f, raw, context)
    except Invalid:
        return
    assert f.kind.clean(f, value, context) == value
    assert isinstance(f.kind.display(f, value, "vi"), str)
