"""The newer field types by cases, and every type once in one form: drawn, parsed, filed, read, exported, described."""

from __future__ import annotations

import pytest

from motcua.eforms import divisions, rendering
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import SAYS
from motcua.eforms.fields.map_place import area_m2, crosses_itself
from motcua.eforms.reference import reference
from motcua.eforms.rules import (
    check_definition,
    export_columns,
    export_row,
    load_definition,
    parse_section,
    validate,
)

from .generate import TODAY, good_answers
from .test_fields import LINKED, clean, field, refusal
from .test_rendering import Page


def q(name, kind, **rest):
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


CHOICES = {"options": [{"code": "a", "label": {"vi": "Một", "en": "One"}}, {"code": "b", "label": "Hai"}]}
NEEDS = {
    "code": CHOICES,
    "multi": CHOICES,
    "linked": LINKED,
    "reference": {"reference": "QUOC_TICH"},
    "group": {"columns": [q("x", "text")]},
    "table": {"columns": [q("x", "text", required=True), q("y", "int")]},
    "computed": {"formula": "f_int * 2"},
    "file": {"component": "to_khai"},
}
EVERY_TYPE = {
    "key": "every",
    "title": {"vi": "Mọi kiểu", "en": "Every type"},
    "sections": [
        {
            "id": "s",
            "title": {"vi": "Phần", "en": "Section"},
            "fields": [
                q(f"f_{kind.key}", kind.key, required=kind.asks, **NEEDS.get(kind.key, {}))
                for kind in FIELD_TYPES
            ],
        }
    ],
}


def test_the_types_of_issue_4_are_all_here():
    assert {
        "text", "textarea", "name", "number", "int", "money", "date", "time", "bool", "code", "multi", "linked",
        "reference", "citizen_id", "tax_code", "phone_vn", "email", "address", "id_paper", "file", "photo", "table",
        "group", "person", "business", "bank_account", "computed", "explanation", "heading", "declaration", "consent",
        "map",
    } <= set(FIELD_TYPES.keys())  # fmt: skip


def test_every_type_declares_itself():
    for kind in FIELD_TYPES:
        assert all((kind.title.vi, kind.title.en, kind.help.vi, kind.help.en)), kind.key
        assert kind.says in SAYS, kind.key
        assert kind.family in {"text", "number", "choice", "person", "place", "paper", "several", "layout"}, (
            kind.key
        )
        for name, setting in kind.options.items():
            assert all((setting.label.vi, setting.label.en, setting.schema)), (kind.key, name)


def test_every_type_is_drawn_parsed_filed_read_and_exported():
    assert check_definition(EVERY_TYPE) == []
    form = load_definition(EVERY_TYPE)
    judged = validate(form, good_answers(form), today=TODAY)
    assert judged.errors == {}
    asked = {f.id for f in form.fields if f.kind.asks}
    assert asked | {"f_computed"} == set(judged.cleaned)
    for lang in ("vi", "en"):
        page = Page(rendering.section_html(form, "s", judged.cleaned, lang=lang))
        assert page.open == []
        assert len(set(page.ids)) == len(page.ids)
        assert page.pointed <= set(page.ids)
        posted = parse_section(form, "s", {name: [""] for name in page.names})
        assert set(posted) == asked
        errors = validate(form, {}, today=TODAY).errors
        assert set(errors) == asked
        empty = Page(rendering.section_html(form, "s", {}, errors, lang))
        for link in rendering.error_list(form, errors, lang):
            assert link["href"].removeprefix("#") in empty.ids, link
        assert len(export_row(form, judged.cleaned, lang)) == len(export_columns(form, lang))
        rows = dict(rendering.answers_summary(form, judged.cleaned, lang)[0][1])
        assert len(rows) == len(judged.cleaned)
        assert all(rows.values())


def test_a_page_posted_back_as_it_was_drawn_loses_nothing():
    """What a browser sends for an untouched page of cleaned answers is judged to the same answers."""
    from motcua.web.portal.answers import control, pairs

    form = load_definition(EVERY_TYPE)
    cleaned = validate(form, good_answers(form), today=TODAY).cleaned
    for name in cleaned:
        one = form.by_id[name]
        if not one.kind.asks or one.kind.key == "photo":
            continue
        data: dict[str, list[str]] = {}
        for key, value in pairs(control(one, cleaned[name], "vi")):
            data.setdefault(key, []).append(value)
        raw = one.kind.parse(one, data, name)
        assert validate(form, {**cleaned, name: raw}, today=TODAY).cleaned[name] == cleaned[name], name


# --- linked choices ----------------------------------------------------------------------------------------------------------


def test_linked_choices_are_one_list_in_groups():
    f = field("linked", **LINKED)
    assert clean("linked", "lua", **LINKED) == "lua"
    assert refusal("linked", "nong", **LINKED) == [("not_offered", "")]
    assert f.kind.display(f, "lua", "vi") == "Nông nghiệp – Trồng lúa"
    assert f.kind.display(f, "lua", "en") == "Farming – Rice"
    assert f.kind.export_cells(f, "ao", "vi") == ("May mặc", "May áo")
    form = load_definition({"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": [q("n", "linked", **LINKED)]}]})  # fmt: skip
    html = rendering.field_html(form, "n", {"n": "lua"})
    assert '<optgroup label="Nông nghiệp"><option value="lua" selected>Trồng lúa</option></optgroup>' in html


@pytest.mark.parametrize(
    "rest",
    [
        {"options": LINKED["options"]},
        {**LINKED, "options": [{"code": "x", "group": "khong", "label": "X"}, *LINKED["options"]]},
        {**LINKED, "groups": [*LINKED["groups"], {"code": "rong", "label": "Rỗng"}]},
    ],
)
def test_linked_choices_that_do_not_fit_together(rest):
    made = {
        "key": "k",
        "title": "T",
        "sections": [{"id": "s", "title": "S", "fields": [q("n", "linked", **rest)]}],
    }
    assert {p.code for p in check_definition(made)} == {"bad_setting"}


# --- reference lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("DAN_TOC", "kinh", "01"),
        ("DAN_TOC", "E-de", "12"),
        ("QUOC_TICH", "nhat ban", "JP"),
        ("QUOC_TICH", "Viet Nam", "VN"),
        ("QUOC_TICH", "Germany", "DE"),
        ("NGHE_NGHIEP", "giao vien bac trung", "36"),
        ("QUAN_HE", "Con nuôi", "con_nuoi"),
        ("TON_GIAO", "cong giao", "02"),
    ],
)
def test_a_reference_is_found_as_people_type_it(name, typed, code):
    assert clean("reference", typed, reference=name) == code
    assert clean("reference", code, reference=name) == code


def test_a_reference_that_is_unknown_or_several_says_so():
    assert refusal("reference", "xyzzy", reference="DAN_TOC") == [("reference_unknown", "")]
    form = load_definition({"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": [q("n", "reference", reference="QUAN_HE")]}]})  # fmt: skip
    errors = validate(form, {"n": "ông"}, today=TODAY).errors
    assert [e.code for e in errors["n"]] == ["reference_several"]
    assert "Ông nội, Ông ngoại" in rendering.error_list(form, errors, "vi")[0]["text"]
    html = str(rendering.field_html(form, "n", {"n": "ông"}, errors))
    assert 'value="ông"' in html
    assert 'list="f-n-list"' in html
    assert '<option value="Ông nội" data-code="ong_noi">' in html


def test_the_lists_the_issue_names():
    for name, least in (
        ("DAN_TOC", 54),
        ("TON_GIAO", 15),
        ("QUOC_TICH", 200),
        ("QUAN_HE", 25),
        ("NGHE_NGHIEP", 40),
    ):
        assert len(reference(name).options) >= least
        assert all(o.label.en for o in reference(name).options) or name == "TINH"


# --- a person, a business ----------------------------------------------------------------------------------------------------------


LAN = {"name": "nguyễn thị lan", "citizen_id": "038190012345", "birth_date": "1990-03-27", "sex": "2"}


def test_a_person_is_asked_what_the_form_chooses():
    rest = {"pieces": ["name", "birth_date", "sex", "citizen_id"], "optional": ["sex"]}
    assert clean("person", LAN, **rest) == LAN | {}
    f = field("person", **rest)
    assert "NGUYỄN THỊ LAN" in f.kind.display(f, LAN, "vi")
    assert refusal("person", {"name": "Lan"}, **rest) == [
        ("required", "birth_date"),
        ("required", "citizen_id"),
    ]
    claims = {
        "HoVaTen": "Nguyễn Thị Lan",
        "SoDinhDanh": "038190012345",
        "NgayThangNamSinh": "19900327",
        "GioiTinh": "Nữ",
    }
    raw = f.kind.from_claim(f, claims)
    assert clean("person", raw, **rest) == {**LAN, "name": "Nguyễn Thị Lan"}


def test_a_citizen_id_in_a_block_that_does_not_fit_the_birth_date_is_a_doubt():
    f = field("person", pieces=["name", "birth_date", "sex", "citizen_id"])
    assert f.kind.doubts(f, LAN, {}) == ()
    doubts = f.kind.doubts(f, {**LAN, "birth_date": "1991-03-27", "sex": "1"}, {})
    assert {d.code for d in doubts} == {"citizen_id_year", "citizen_id_sex"}


def test_a_business_takes_every_tax_code():
    rest = {"pieces": ["name", "tax_code"]}
    for code, kept in (
        ("0100233488", "0100233488"),
        ("0314409058002", "0314409058-002"),
        ("038190012345", "038190012345"),
    ):
        assert clean("business", {"name": "Hộ kinh doanh Lan", "tax_code": code}, **rest)["tax_code"] == kept
    assert ("tax_code_checksum", "tax_code") in refusal(
        "business", {"name": "X", "tax_code": "0100233480"}, **rest
    )


@pytest.mark.parametrize(
    "rest", [{"pieces": []}, {"pieces": ["name", "name"]}, {"pieces": ["name"], "optional": ["sex"]}]
)
def test_pieces_that_cannot_be(rest):
    made = {
        "key": "k",
        "title": "T",
        "sections": [{"id": "s", "title": "S", "fields": [q("n", "person", **rest)]}],
    }
    assert {p.code for p in check_definition(made)} == {"bad_setting"}


# --- places ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "19.8075, 105.7764",
        "19.8075,105.7764",
        "19,8075; 105,7764",
        "(19.8075 105.7764)",
        "  19.8075   105.7764 ",
    ],
)
def test_a_point_as_people_and_phones_write_it(typed):
    assert clean("map", typed) == {"points": [[19.8075, 105.7764]]}


SQUARE = "19.8, 105.8\n19.8, 105.81\n19.81, 105.81\n19.81, 105.8"


def test_an_area_has_its_size():
    value = clean("map", SQUARE, shape="area")
    # A hundredth of a degree each way at 19.8° north: about 1.112 km by 1.046 km.
    assert 1_150_000 < value["area_m2"] < 1_175_000
    closed = clean("map", SQUARE + "\n19.8, 105.8", shape="area")
    assert closed == value
    f = field("map", shape="area")
    assert "m²" in f.kind.display(f, value, "vi")
    assert area_m2([(0, 0), (0, 1), (1, 1), (1, 0)]) == pytest.approx(1.236e10, rel=0.005)


@pytest.mark.parametrize(
    ("typed", "rest", "code"),
    [
        ("nhà tôi", {}, "place_wrong"),
        ("95, 105", {}, "place_wrong"),
        (SQUARE, {}, "place_one"),
        ("19.8, 105.8\n19.8, 105.9", {"shape": "area"}, "area_few"),
        ("19.8, 105.8\n19.9, 105.9\n19.9, 105.8\n19.8, 105.9", {"shape": "area"}, "area_crosses"),
        (SQUARE, {"shape": "area", "max_points": 3}, "area_many"),
    ],
)
def test_places_that_are_refused(typed, rest, code):
    assert refusal("map", typed, **rest) == [(code, "")]


def test_latitude_and_longitude_the_wrong_way_round_are_a_doubt():
    f = field("map")
    assert [d.code for d in f.kind.doubts(f, {"points": [[16.0, 108.2]]}, {})] == []
    assert [d.code for d in f.kind.doubts(f, {"points": [[48.85, 2.35]]}, {})] == ["place_abroad"]
    assert crosses_itself([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)])


# --- addresses of older papers -------------------------------------------------------------------------------------------------------


def test_an_older_paper_names_units_that_are_gone():
    old = "xã Hà Bình, huyện Hà Trung, tỉnh Thanh Hóa"
    value = clean("address", {"old": old, "detail": "Thôn 3"}, old_units=True)
    assert value == {"old": old, "detail": "Thôn 3"}
    f = field("address", old_units=True)
    assert f.kind.display(f, value, "vi") == f"Thôn 3, {old}"
    commune = divisions.communes("38").options[0]
    both = clean(
        "address", {"province": "38", "commune": commune.code, "detail": "Thôn 3", "old": old}, old_units=True
    )
    assert f.kind.display(f, both, "vi") == f"Thôn 3, {commune.label.vi}, Thanh Hóa\n(trước 01/7/2025: {old})"
    assert refusal("address", {"old": "Hà Trung"}, old_units=True) == [("address_old", "old")]
    # Where the form does not allow it, it is not read.
    assert ("address_province", "province") in refusal("address", {"old": old, "detail": "Thôn 3"})
