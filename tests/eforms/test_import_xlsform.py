"""XLSForm in, definition out: what is mapped, what is told, what is refused; and that nothing is lost in silence."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from motcua.eforms.forms import check_definition, load_definition
from motcua.eforms.importing import MAX_QUESTIONS, Unreadable, expressions, say, xlsform
from motcua.eforms.importing.bounds import mask_of
from motcua.eforms.importing.expressions import Inexpressible, Target
from motcua.eforms.importing.languages import language
from motcua.eforms.importing.making import Names
from motcua.eforms.importing.rows import TYPES
from motcua.eforms.rules import validate, visible

from .generate import TODAY

VI, EN = "label::Vietnamese (vi)", "label::English (en)"
YES_NO = [("yn", "co", "Có", "Yes"), ("yn", "khong", "Không", "No")]


def workbook(*rows, choices=(), settings_=None, header=None):
    """The bytes of a workbook: rows as dicts of the survey sheet; `label` alone is both languages' column."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    rows = [
        {VI: row.get("label", "Câu hỏi"), **{k: v for k, v in row.items() if k != "label"}} for row in rows
    ]
    names = header or list(dict.fromkeys(["type", "name", *(name for row in rows for name in row)]))
    survey.append(names)
    for row in rows:
        survey.append([row.get(name) for name in names])
    if choices:
        sheet = book.create_sheet("choices")
        sheet.append(["list_name", "name", VI, EN])
        for row in choices:
            sheet.append(list(row))
    if settings_:
        sheet = book.create_sheet("settings")
        sheet.append(list(settings_))
        sheet.append(list(settings_.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def imported(*rows, **rest):
    made = xlsform.read(workbook(*rows, **rest), name="Mẫu khai.xlsx")
    assert check_definition(made.definition) == []
    for note in made.notes:
        assert say(note, "vi")
        assert say(note, "en")
    return made


def fields(made):
    return {f["id"]: f for section in made.definition["sections"] for f in section["fields"]}


def one(row, *others, **rest):
    """The field that a single row becomes, and the codes of the notes."""
    made = imported({"name": "x", **row}, *others, **rest)
    return fields(made)["x"], {note.code for note in made.notes} - {"title_missing", "no_lowest"}


TEXT = {"type": "text", "name": "ten", "label": "Tên"}


@pytest.mark.parametrize(
    ("row", "wanted", "told"),
    [
        ({"type": "text"}, {"type": "text"}, set()),
        ({"type": "text", "appearance": "multiline"}, {"type": "textarea"}, set()),
        ({"type": "text", "appearance": "numbers"}, {"type": "text", "inputmode": "numeric"}, set()),
        ({"type": "integer"}, {"type": "int"}, set()),
        ({"type": "decimal"}, {"type": "number"}, set()),
        ({"type": "range", "parameters": "start=1 end=9 step=1"}, {"type": "int", "min": 1, "max": 9}, set()),
        ({"type": "date"}, {"type": "date"}, set()),
        ({"type": "date", "appearance": "month-year"}, {"type": "date", "precision": "month"}, set()),
        ({"type": "date", "appearance": "ethiopian"}, {"type": "date"}, {"appearance_left_out"}),
        ({"type": "datetime"}, {"type": "date"}, {"time_left_out"}),
        ({"type": "time"}, {"type": "time"}, set()),
        ({"type": "note"}, {"type": "explanation"}, set()),
        ({"type": "geopoint"}, {"type": "map", "shape": "point"}, set()),
        ({"type": "geoshape"}, {"type": "map", "shape": "area"}, set()),
        ({"type": "image"}, {"type": "file", "component": "x"}, {"component_to_choose"}),
        ({"type": "image", "appearance": "signature"}, {"type": "file"}, {"component_to_choose", "appearance_left_out"}),
        ({"type": "file"}, {"type": "file", "component": "x"}, {"component_to_choose"}),
        ({"type": "acknowledge", "required": "yes"}, {"type": "declaration", "required": True}, set()),
        ({"type": "text", "hint": "Gợi ý"}, {"hint": {"vi": "Gợi ý"}}, set()),
        ({"type": "text", "guidance_hint": "Thêm"}, {"help": {"vi": "Thêm"}}, set()),
        ({"type": "text", "default": "abc"}, {}, {"default_left_out"}),
        ({"type": "text", "read_only": "yes"}, {}, {"read_only_dropped"}),
        ({"type": "text", EN: "A question"}, {"label": {"vi": "Câu hỏi", "en": "A question"}}, set()),
        ({"type": "text", "label::Khmer (km)": "…"}, {}, {"language_left_out"}),
        ({"type": "text", "label": "<b>Họ</b>   tên"}, {"label": {"vi": "Họ tên"}}, set()),
    ],
)  # fmt: skip
def test_types_and_words(row, wanted, told):
    made, codes = one(row, TEXT)
    assert {name: made.get(name) for name in wanted} == wanted
    assert codes == told


def test_choices_in_both_languages():
    made, codes = one({"type": "select_one yn"}, choices=YES_NO)
    assert made["type"] == "code"
    assert made["options"][0] == {"code": "co", "label": {"vi": "Có", "en": "Yes"}}
    assert codes == set()
    assert one({"type": "select_multiple yn"}, choices=YES_NO)[0]["type"] == "multi"
    assert one({"type": "select_one yn", "appearance": "minimal"}, choices=YES_NO)[0]["widget"] == "select"
    assert (
        one({"type": "select_one yn", "appearance": "autocomplete"}, choices=YES_NO)[0]["type"] == "reference"
    )


def test_or_other_asks_what_it_is():
    made = imported(
        {"type": "select_one yn or_other", "name": "a"},
        {"type": "select_one yn", "name": "b"},
        choices=YES_NO,
    )
    found = fields(made)
    assert [option["code"] for option in found["a"]["options"]] == ["co", "khong", "other"]
    assert [option["code"] for option in found["b"]["options"]] == ["co", "khong"]
    assert found["a_other"]["show_if"] == {"field": "a", "op": "eq", "value": "other"}
    form = load_definition(made.definition)
    assert "a_other" not in visible(form, {"a": "co"}, today=TODAY)
    assert "a_other" in visible(form, {"a": "other"}, today=TODAY)


def test_what_cannot_be_asked_is_told_and_the_rest_stays():
    made = imported(
        TEXT,
        {"type": "barcode", "name": "ma_vach", "label": "Mã vạch"},
        {"type": "rank yn", "name": "xep"},
        {"type": "geotrace", "name": "duong"},
        {"type": "start", "name": "start"},
        {"type": "select_one_from_file x.csv", "name": "ngoai"},
        choices=YES_NO,
    )
    assert list(fields(made)) == ["ten"]
    assert [(n.code, n.detail.split(":")[0]) for n in made.notes if n.code != "title_missing"] == [
        ("type_left_out", "barcode"),
        ("type_left_out", "rank"),
        ("type_left_out", "geotrace"),
        ("metadata_left_out", "start"),
        ("options_elsewhere", "x.csv"),
    ]


def test_groups_are_sections_and_inner_groups_headings():
    made = imported(
        TEXT,
        {"type": "begin group", "name": "nha", "label": "Nhà ở", "relevant": "${ten} != ''"},
        {"type": "begin group", "name": "dat", "label": "Thửa đất", "relevant": "${ten} = 'Lan'"},
        {"type": "text", "name": "so", "relevant": "${ten} != 'x'"},
        {"type": "end group"},
        {"type": "end group"},
        {"type": "text", "name": "cuoi"},
    )
    sections = made.definition["sections"]
    assert [(s["id"], s["title"]["vi"], [f["id"] for f in s["fields"]]) for s in sections] == [
        ("thong_tin", "Thông tin khai", ["ten"]),
        ("nha", "Nhà ở", ["dat", "so"]),
        ("thong_tin_2", "Thông tin khai", ["cuoi"]),
    ]
    assert sections[1]["show_if"] == {"field": "ten", "op": "filled"}
    lan = {"field": "ten", "op": "eq", "value": "Lan"}
    assert fields(made)["dat"] == {
        "id": "dat",
        "type": "heading",
        "label": {"vi": "Thửa đất"},
        "show_if": lan,
    }
    assert fields(made)["so"]["show_if"] == {"all": [lan, {"field": "ten", "op": "ne", "value": "x"}]}
    assert ("group_flattened", "dat") in {(n.code, n.where) for n in made.notes}


def test_repeats_are_lists():
    made = imported(
        {"type": "begin repeat", "name": "con", "label": "Con", "repeat_count": "2"},
        {"type": "text", "name": "ten_con", "label": "Tên", "required": "yes", "relevant": "${tuoi} > 3"},
        {"type": "integer", "name": "tuoi", "constraint": ". <= 18"},
        {"type": "image", "name": "anh", "label": "Ảnh"},
        {"type": "begin repeat", "name": "trong", "label": "Trong"},
        {"type": "text", "name": "sau"},
        {"type": "end repeat"},
        {"type": "end repeat"},
        {"type": "text", "name": "sau_cung", "relevant": "${tuoi} > 3"},
    )
    table = fields(made)["con"]
    assert (table["type"], table["min_rows"], table["max_rows"]) == ("table", 2, 2)
    assert [(c["id"], c["type"], c.get("required"), c.get("max")) for c in table["columns"]] == [
        ("ten_con", "text", True, None),
        ("tuoi", "int", None, 18),
    ]
    told = {(n.code, n.where) for n in made.notes}
    assert {
        ("condition_in_list", "ten_con"),
        ("column_left_out", "con"),
        ("repeat_nested", "con"),
        ("condition_left_out", "sau_cung"),
    } <= told
    assert "show_if" not in fields(made)["sau_cung"]


def test_a_list_of_as_many_rows_as_somebody_says_is_told():
    made = imported(
        {"type": "integer", "name": "n"},
        {"type": "begin repeat", "name": "r", "repeat_count": "${n}"},
        {"type": "text", "name": "t"},
        {"type": "end repeat"},
    )
    assert "min_rows" not in fields(made)["r"]
    assert ("rows_left_out", "r", "${n}") in {(n.code, n.where, n.detail) for n in made.notes}


@pytest.mark.parametrize(
    ("required", "wanted", "told"),
    [
        ("yes", {"required": True}, set()),
        ("true()", {"required": True}, set()),
        ("no", {}, set()),
        ("${ten} = 'a'", {"required_if": {"field": "ten", "op": "eq", "value": "a"}}, set()),
        ("pulldata('a', 'b')", {}, {"required_left_out"}),
    ],
)
def test_required(required, wanted, told):
    made, codes = one({"type": "text", "required": required}, TEXT)
    assert {name: made[name] for name in ("required", "required_if") if name in made} == wanted
    assert codes == told


NAMED = {
    "ten": Target("ten", "text"),
    "Tuoi": Target("tuoi_2", "whole"),
    "ngay": Target("ngay", "date"),
    "gio": Target("gio", "time"),
    "chon": Target("chon", "choice", frozenset({"a", "1"})),
    "nhieu": Target("nhieu", "choices", frozenset({"a", "b"})),
    "cam_doan": Target("cam_doan", "yes_no"),
    "cot": Target("cot", "text", inside=True),
    "hai_lan": None,
}


def is_(field, op, *value):
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("${ten} = 'Lan'", is_("ten", "eq", "Lan")),
        ("'Lan' = ${ten}", is_("ten", "eq", "Lan")),
        ("${ten} != ''", is_("ten", "filled")),
        ("${ten} = ''", is_("ten", "blank")),
        ("${ten}", is_("ten", "filled")),
        ("string-length(${ten}) > 0", is_("ten", "filled")),
        ("${Tuoi} >= 18", is_("tuoi_2", "ge", 18)),
        ("18 <= ${Tuoi}", is_("tuoi_2", "ge", 18)),
        ("${Tuoi} = '3'", is_("tuoi_2", "eq", 3)),
        ("${Tuoi} > -1.5", is_("tuoi_2", "gt", -1.5)),
        ("${ngay} < date('2020-01-31')", is_("ngay", "lt", "2020-01-31")),
        ("${gio} > '08:30'", is_("gio", "gt", "08:30")),
        ("selected(${chon}, 'a')", is_("chon", "eq", "a")),
        ("selected(${nhieu}, 'b')", is_("nhieu", "eq", "b")),
        ("${chon} = 1", is_("chon", "eq", "1")),
        ("count-selected(${nhieu}) >= 1", is_("nhieu", "filled")),
        ("${cam_doan} = 'OK'", is_("cam_doan", "filled")),
        ("not(${ten} = 'a')", {"not": is_("ten", "eq", "a")}),
        ("${ten} = 'a' and ${Tuoi} > 1 or ${Tuoi} < 0",
         {"any": [{"all": [is_("ten", "eq", "a"), is_("tuoi_2", "gt", 1)]}, is_("tuoi_2", "lt", 0)]}),
        ("${ten} = 'a' and (${Tuoi} > 1 or ${Tuoi} < 0)",
         {"all": [is_("ten", "eq", "a"), {"any": [is_("tuoi_2", "gt", 1), is_("tuoi_2", "lt", 0)]}]}),
        ("${Tuoi} > ${Tuoi}", {"field": "tuoi_2", "op": "gt", "other": "tuoi_2"}),
    ],
)  # fmt: skip
def test_expressions_that_conditions_can_say(said, wanted):
    assert expressions.condition(expressions.parse(said), NAMED) == wanted


@pytest.mark.parametrize(
    "said",
    ["", "${khong_co} = 1", "${hai_lan} = 1", "${cot} = 1", "${chon} = 'z'", "${nhieu} = 'a'", "${ten} > 'a'",
     "${ngay} > today()", "${ten} = ${Tuoi}", "pulldata('a','b') = 1", "${Tuoi} mod 2 = 0", "${Tuoi} + 1 = 2",
     "true()", "${ten} =", "(${ten} = 'a'", "${ten} = 'a' 'b'", "if(${ten}='a', 1, 2) = 1", "/data/ten = 1",
     "selected(${chon}, ${ten})", "${ngay} = '2020-02-31'", "${gio} > '25:00'", "${cam_doan} = 'yes'",
     "not(" * 50 + "${ten}" + ")" * 50, "${ten} = 'x' and " * 200 + "${ten}"],
)  # fmt: skip
def test_expressions_that_are_left_to_the_author(said):
    with pytest.raises(Inexpressible):
        expressions.condition(expressions.parse(said), NAMED)


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="${}ten'\"=<>!+-*/()., andornotselectedstring-length0123", max_size=60)
    | st.text(max_size=30)
)
def test_any_expression_is_read_or_refused(said):
    with contextlib.suppress(Inexpressible):
        expressions.condition(expressions.parse(said), NAMED)


@pytest.mark.parametrize(
    ("kind", "constraint", "wanted", "told"),
    [
        ("integer", ". >= 1 and . <= 10", {"min": 1, "max": 10}, set()),
        ("integer", ". > 0 and 10 > .", {"min": 1, "max": 9}, set()),
        ("decimal", ". > 0", {"min": 0}, {"bound_loosened"}),
        ("decimal", ". >= -1.5", {"min": -1.5}, set()),
        ("date", ". <= today()", {"max": "today"}, set()),
        ("date", ". < today()", {"max": "today-1d"}, set()),
        ("date", ". >= today() - 30", {"min": "today-30d"}, set()),
        ("date", ". > '2019-12-31'", {"min": "2020-01-01"}, set()),
        ("text", "string-length(.) <= 20", {"max_length": 20}, set()),
        ("text", "regex(., '^[0-9]{12}$')", {"mask": "9" * 12}, set()),
        ("text", "regex(., '^[A-Z]+$')", {}, {"pattern_needs_example"}),
        ("text", "string-length(.) = 3", {}, {"constraint_left_out"}),
        ("integer", ". mod 2 = 0", {}, {"constraint_left_out"}),
        ("integer", ". >= 1 and . mod 2 = 0", {"min": 1}, {"constraint_left_out"}),
        ("select_multiple yn", "count-selected(.) <= 1", {"max": 1}, set()),
        ("select_multiple yn", "count-selected(.) = 2", {"min": 2, "max": 2}, set()),
    ],
)
def test_constraints_become_settings(kind, constraint, wanted, told):
    made, codes = one({"type": kind, "constraint": constraint}, choices=YES_NO)
    assert {k: made[k] for k in ("min", "max", "mask", "max_length") if k in made} == wanted
    assert codes == told


def test_a_constraint_between_two_answers_is_a_check():
    made = imported(
        {"type": "date", "name": "tu"},
        {"type": "date", "name": "den", "constraint": ". >= ${tu}", "constraint_message": "Sau ngày bắt đầu"},
    )
    form = load_definition(made.definition)
    assert validate(form, {"tu": "2020-01-02", "den": "2020-01-03"}, today=TODAY).errors == {}
    assert set(validate(form, {"tu": "2020-01-02", "den": "2020-01-01"}, today=TODAY).errors) == {"den"}
    assert made.definition["checks"][0]["message"] == {"vi": "Sau ngày bắt đầu"}


@pytest.mark.parametrize(
    ("calculation", "formula"),
    [
        ("${a} * 2 + ${a}", "((a * 2) + a)"),
        ("${a} * 1.5", "(double(a) * 1.5)"),
        ("${a} div 2", "(double(a) / 2.0)"),
        ("${b} - ${a}", "(b - double(a))"),
        ("concat(${a}, 'x')", None),
        ("${d} + 1", None),
        ("pulldata('x')", None),
    ],
)
def test_calculations(calculation, formula):
    made = imported(
        {"type": "integer", "name": "a"},
        {"type": "decimal", "name": "b"},
        {"type": "date", "name": "d"},
        {"type": "calculate", "name": "c", "label": "Tổng", "calculation": calculation},
    )
    assert fields(made).get("c", {}).get("formula") == formula
    assert ("calculation_left_out" in {n.code for n in made.notes}) == (formula is None)


def test_ids_are_made_to_fit_and_followed():
    made = imported(
        {"type": "select_one yn", "name": "Hộ-tên", "label": "Một"},
        {"type": "text", "name": "ho_ten", "label": "Hai", "relevant": "${Hộ-tên} = 'co'"},
        {"type": "text", "name": "_1", "label": "Ba", "relevant": "${ho_ten} = 'x'"},
        choices=YES_NO,
    )
    found = fields(made)
    assert list(found) == ["ho_ten", "ho_ten_2", "cau_1"]
    assert found["ho_ten_2"]["show_if"]["field"] == "ho_ten"
    assert found["cau_1"]["show_if"]["field"] == "ho_ten_2"
    assert ("renamed", "ho_ten_2", "ho_ten → ho_ten_2") in {(n.code, n.where, n.detail) for n in made.notes}


def test_conditions_in_a_circle_are_taken_out_and_told():
    made = imported(
        {"type": "text", "name": "a", "relevant": "${b} = 'x'"},
        {"type": "text", "name": "b", "relevant": "${a} = 'x'"},
    )
    assert {n.where for n in made.notes if n.code == "condition_left_out"} == {"a", "b"}


def test_one_check_that_does_not_fit_takes_no_other_with_it():
    made = imported(
        {"type": "calculate", "name": "tong", "label": "Tổng", "calculation": "pulldata('x')"},
        {"type": "integer", "name": "a"},
        {"type": "integer", "name": "b", "constraint": ". != ${a}"},
        {"type": "integer", "name": "c", "constraint": ". != ${tong}"},
    )
    assert [check["field"] for check in made.definition["checks"]] == ["b"]
    assert ("constraint_left_out", "c") in {(n.code, n.where) for n in made.notes}


def test_a_list_that_shows_sometimes():
    made = imported(
        TEXT,
        {"type": "begin repeat", "name": "con", "label": "Con", "relevant": "${ten} = 'Lan'"},
        {"type": "text", "name": "t"},
        {"type": "end repeat"},
    )
    assert fields(made)["con"]["show_if"] == {"field": "ten", "op": "eq", "value": "Lan"}


def test_title_key_and_language_of_the_file():
    made = imported(TEXT, settings_={"form_title": "Đơn đề nghị", "form_id": "don_de_nghi"})
    assert (made.definition["title"], made.definition["key"]) == ({"vi": "Đơn đề nghị"}, "don_de_nghi")
    assert made.notes == ()
    made = imported({"type": "text", "name": "a", VI: None, "label": None, EN: "Name"})
    assert fields(made)["a"]["label"] == {"vi": "Name", "en": "Name"}
    assert "no_vietnamese" in {n.code for n in made.notes}


def test_a_plain_label_is_in_the_default_language():
    data = workbook({"type": "text", "name": "a", "label": None, VI: None}, header=["type", "name"])
    made = xlsform.read(data, name="a.xlsx")
    assert ("label_missing", "a", "A") in {(n.code, n.where, n.detail) for n in made.notes}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("English", "en"), ("English (en)", "en"), ("Vietnamese (vi)", "vi"), ("Tiếng Việt", "vi"), ("vi", "vi"),
     ("Khmer (km)", ""), ("French", "")],
)  # fmt: skip
def test_languages(name, wanted):
    assert language(name) == wanted


@pytest.mark.parametrize(
    ("pattern", "mask"),
    [("^[0-9]{3}$", "999"), (r"\d{2}-[A-Za-z]", "99-A"), ("^0[0-9]{2}$", "099"), ("[a-zA-Z0-9]{2}", "XX"), ("abc", None),
     ("[0-9]+", None), ("^9[0-9]$", None), ("[0-9]{1,2}", None), ("(a)", None), ("[0-9]{900}", None)],
)  # fmt: skip
def test_masks_of_patterns(pattern, mask):
    assert mask_of(pattern) == mask


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_name_becomes_an_id_that_fits_and_is_its_own(said):
    names = Names()
    made = [names.give(one, "cau") for one in said]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) for name in made)
    assert len(set(made)) == len(made)


# --- refusals -------------------------------------------------------------------------------------------------------------


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_sheet(change):
    """A good workbook with its first sheet's XML changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(TEXT))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            content = old.read(item)
            new.writestr(
                item.filename, change(content) if item.filename == "xl/worksheets/sheet1.xml" else content
            )
    return out.getvalue()


BILLION = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.xlsx", "not_a_workbook"),
        (b"type,name\ntext,a", "a.csv", "not_a_workbook"),
        (b"PK\x03\x04 nothing", "a.xlsx", "not_a_workbook"),
        (packed(**{"a.txt": "x"}), "a.xlsx", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "cu.xls", "old_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "khoa.xlsx", "locked_workbook"),
        (b"PK\x03\x04" + bytes(3 * 1024 * 1024), "a.xlsx", "too_large"),
        (with_sheet(lambda xml: xml + b" " * (30 * 1024 * 1024)), "a.xlsx", "archive_bomb"),
        (with_sheet(lambda xml: xml.replace(b"</sheetData>", b"<c/>" * 200_000 + b"</sheetData>")), "a.xlsx", "too_large"),
        (with_sheet(lambda xml: BILLION + xml), "a.xlsx", "not_a_workbook"),
        (with_sheet(lambda xml: xml[:300]), "a.xlsx", "not_a_workbook"),
        (workbook({"type": "begin group", "name": "g"}), "a.xlsx", "bad_xlsform"),
        (workbook({"type": "text", "name": "a"}, {"type": "text", "name": "a"}), "a.xlsx", "bad_xlsform"),
        (workbook({"type": "barcode", "name": "a"}), "a.xlsx", "no_questions"),
        (workbook({"type": "note", "name": "a"}), "a.xlsx", "no_questions"),
        (workbook(*({"type": "text", "name": f"a{i}"} for i in range(MAX_QUESTIONS + 1))), "a.xlsx",
         "too_many_questions"),
        (workbook(*({"type": "select_one l", "name": f"a{i}"} for i in range(30)),
                  choices=[("l", f"c{i}", "x", "y") for i in range(1000)]), "a.xlsx", "too_many_options_in_all"),
        (workbook(*({"type": "start", "name": f"a{i}"} for i in range(4 * MAX_QUESTIONS + 1))), "a.xlsx",
         "too_many_questions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_refused(data, name, code):
    with pytest.raises(Unreadable) as refused:
        xlsform.read(data, name=name)
    assert refused.value.code == code
    assert say(refused.value, "vi") != say(refused.value, "en")


def test_a_workbook_of_something_else_has_no_survey():
    book = Workbook()
    book.active.title = "Danh sách"
    book.create_sheet("Khác")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unreadable) as refused:
        xlsform.read(out.getvalue(), name="a.xlsx")
    assert refused.value.code == "no_survey"


CELL = (
    st.none()
    | st.text(max_size=12)
    | st.integers(-5, 5)
    | st.sampled_from(["${a}", "${b} = 'x'", ". > 1", "yes", "a b"])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from([*TYPES, "begin group", "end group", "begin repeat", "end repeat",
                                         "select_one yn", "select_multiple yn", "rank yn", "x", None]),
                "name": st.sampled_from(["a", "b", "Ă", "c d", "_", "x" * 80, None]) | CELL,
            },
            optional=dict.fromkeys(("label", "hint", "required", "relevant", "constraint", "calculation", "appearance",
                                        "default", "repeat_count", "parameters", "choice_filter"), CELL),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_any_workbook_is_a_form_that_can_be_published_or_is_refused(rows):
    try:
        data = workbook(*rows, choices=YES_NO)
    except Exception:  # a sign that openpyxl does not write
        return
    made = None
    with contextlib.suppress(Unreadable):
        made = xlsform.read(data, name="a.xlsx")
    assert made is None or check_definition(made.definition) == []
