"""JSON Schema in, definition out: draft 7 and 2020-12, our own schemas read back, and any JSON survived."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.eforms.forms import check_definition, load_definition
from motcua.eforms.from_catalogue import bundled_codes, bundled_definition
from motcua.eforms.importing import MAX_QUESTIONS, WORDS, Unreadable, json_schema, say
from motcua.eforms.rules import validate, visible
from motcua.eforms.schema import form_schema

from .generate import TODAY, good_answers
from .test_catalogue_forms import IDS, PROCEDURES, definition
from .test_types import EVERY_TYPE


def imported(properties, required=(), **rest):
    made = json_schema.read(
        {"type": "object", "title": "Đơn", "properties": properties, "required": list(required), **rest}
    )
    assert check_definition(made.definition) == []
    for note in made.notes:
        assert say(note, "vi")
        assert say(note, "en")
    return made


def fields(made):
    return {f["id"]: f for section in made.definition["sections"] for f in section["fields"]}


def told(made):
    return {note.code for note in made.notes} - {"label_missing", "option_label_missing", "no_lowest"}


TEXT = {"type": "string", "title": "Tên"}


@pytest.mark.parametrize(
    ("node", "wanted", "codes"),
    [
        ({"type": "string"}, {"type": "text"}, set()),
        ({"type": ["string", "null"]}, {"type": "text"}, set()),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "int"}, set()),
        ({"type": "string", "maxLength": 40}, {"type": "text", "max_length": 40}, set()),
        ({"type": "string", "maxLength": 1000}, {"type": "textarea", "max_length": 1000}, set()),
        ({"type": "string", "minLength": 3}, {"type": "text"}, {"constraint_left_out"}),
        ({"type": "string", "pattern": "^[0-9]{12}$"}, {"type": "citizen_id"}, set()),
        ({"type": "string", "pattern": "^[0-9]{5}$"}, {"type": "text", "mask": "99999"}, set()),
        ({"type": "string", "pattern": "^[A-Z]+$", "examples": ["AB"]},
         {"pattern": "[A-Z]+", "example": "AB"}, set()),
        ({"type": "string", "pattern": "AB", "examples": ["xABy"]},
         {"pattern": ".*(?:AB).*", "example": "xABy"}, set()),
        ({"type": "string", "pattern": "^[A-Z]+$"}, {"type": "text"}, {"pattern_needs_example"}),
        ({"type": "string", "pattern": "^(?=a)b$", "examples": ["b"]}, {"type": "text"}, {"pattern_needs_example"}),
        ({"type": "string", "format": "date"}, {"type": "date"}, set()),
        ({"type": "string", "format": "date-time"}, {"type": "date"}, {"time_left_out"}),
        ({"type": "string", "format": "time"}, {"type": "time"}, set()),
        ({"type": "string", "format": "email"}, {"type": "email"}, set()),
        ({"type": "string", "format": "uri"}, {"type": "text"}, {"format_left_out"}),
        ({"type": "string", "contentMediaType": "application/pdf"}, {"type": "file"}, {"component_to_choose"}),
        ({"type": "integer", "minimum": 1, "maximum": 9}, {"type": "int", "min": 1, "max": 9}, set()),
        ({"type": "integer", "minimum": -5}, {"type": "int", "min": -5}, set()),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}, {"min": 1, "max": 9}, set()),
        ({"type": "number", "exclusiveMinimum": 0.5}, {"type": "number", "min": 0.5}, {"bound_loosened"}),
        ({"type": "number", "multipleOf": 5}, {"type": "number"}, {"keyword_left_out"}),
        ({"type": "boolean"}, {"type": "bool"}, set()),
        ({"type": "boolean", "const": True}, {"type": "declaration"}, set()),
        ({"type": "string", "default": "a"}, {"type": "text"}, {"default_left_out"}),
        ({"description": "Viết có dấu"}, {"hint": {"vi": "Viết có dấu"}}, {"type_changed"}),
        ({"type": "string", "description": "dài " * 60}, {"help": {"vi": ("dài " * 60).strip()}}, set()),
        ({"type": ["string", "number"]}, {"type": "text"}, {"type_changed"}),
    ],
)  # fmt: skip
def test_single_values(node, wanted, codes):
    made = imported({"x": {"title": "Câu hỏi", **node}})
    assert {name: fields(made)["x"].get(name) for name in wanted} == wanted
    assert told(made) == codes


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"type": "string", "readOnly": True}, "read_only_left_out"),
        ({"const": 5}, "fixed_left_out"),
        (
            {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}}]},
            "alternatives_left_out",
        ),
        ({"type": "null"}, "type_left_out"),
        ({"type": "array", "items": [{"type": "string"}]}, "type_left_out"),
        ({"type": "object"}, "type_left_out"),
        ({"$ref": "https://example.org/a.json"}, "remote_reference"),
        ({"$ref": "#/$defs/khong_co"}, "remote_reference"),
        (False, "question_left_out"),
        ({"enum": []}, "alternatives_left_out"),
    ],
)
def test_what_cannot_be_asked_is_told_and_the_rest_stays(node, code):
    made = imported({"ten": TEXT, "x": node})
    assert list(fields(made)) == ["ten"]
    assert code in told(made)


def test_choices():
    made = imported(
        {
            "a": {"title": "A", "enum": ["x", "y", "", None]},
            "b": {"title": "B", "oneOf": [{"const": 1, "title": "Một"}, {"const": 2, "title": "Hai"}]},
            "c": {"title": "C", "type": "array", "items": {"enum": ["x", "y"]}, "minItems": 1, "maxItems": 2},
            "d": {"title": "D", "enum": [f"o{i}" for i in range(20)]},
        }
    )
    found = fields(made)
    assert found["a"]["options"] == [{"code": "x", "label": {"vi": "x"}}, {"code": "y", "label": {"vi": "y"}}]
    assert found["b"]["options"][0] == {"code": "1", "label": {"vi": "Một"}}
    assert (found["c"]["type"], found["c"]["min"], found["c"]["max"]) == ("multi", 1, 2)
    assert found["d"]["type"] == "reference"
    assert {n.where for n in made.notes if n.code == "option_label_missing"} == {"a", "c", "d"}


def test_objects_are_sections_and_deeper_ones_groups():
    made = imported(
        {
            "ten": TEXT,
            "nguoiNop": {
                "type": "object",
                "title": "Người nộp",
                "required": ["hoTen"],
                "properties": {
                    "hoTen": {"type": "string", "title": "Họ tên"},
                    "nganHang": {
                        "title": "Tài khoản",
                        "properties": {
                            "so": {"type": "string", "title": "Số"},
                            "chu": {"type": "string", "title": "Chủ"},
                        },
                        "required": ["so"],
                    },
                    "sau": {
                        "title": "Sâu",
                        "type": "object",
                        "properties": {
                            "ds": {"type": "array", "items": {"properties": {"ten": TEXT}}},
                            "ten": TEXT,
                        },
                    },
                },
            },
            "cuoi": {"type": "boolean", "title": "Đồng ý"},
        },
        ["nguoiNop"],
    )
    assert [(s["id"], [f["id"] for f in s["fields"]]) for s in made.definition["sections"]] == [
        ("thong_tin", ["ten"]),
        ("nguoi_nop", ["ho_ten", "ngan_hang", "sau", "ds", "ten_2"]),
        ("thong_tin_2", ["cuoi"]),
    ]
    found = fields(made)
    assert found["ho_ten"]["required"] is True
    assert [(c["id"], c.get("required")) for c in found["ngan_hang"]["columns"]] == [
        ("so", True),
        ("chu", None),
    ]
    assert found["sau"]["type"] == "heading"
    assert ("renamed", "ho_ten", "hoTen → ho_ten") in {(n.code, n.where, n.detail) for n in made.notes}
    assert "optional_part" not in told(made)


def test_a_part_that_may_be_missing_is_told():
    made = imported({"phan": {"type": "object", "properties": {"ten": TEXT}, "required": ["ten"]}})
    assert "optional_part" in told(made)


def test_lists_of_objects_and_of_single_values_are_tables():
    made = imported(
        {
            "con": {"title": "Con", "type": "array", "minItems": 1, "maxItems": 5,
                    "items": {"type": "object", "required": ["ten"],
                              "properties": {"ten": TEXT, "trong": {"type": "array", "items": {"properties": {"a": TEXT}}}}}},
            "ghi_chu": {"title": "Ghi chú", "type": "array", "items": {"type": "string"}},
        }
    )  # fmt: skip
    con = fields(made)["con"]
    assert (con["type"], con["min_rows"], con["max_rows"]) == ("table", 1, 5)
    assert [(c["id"], c.get("required")) for c in con["columns"]] == [("ten", True)]
    assert fields(made)["ghi_chu"]["columns"][0]["id"] == "gia_tri"
    assert {"column_left_out", "type_changed"} <= told(made)


def test_references_inside_the_file_are_followed():
    made = imported(
        {"a": {"$ref": "#/$defs/ten", "title": "Tên A"}, "b": {"allOf": [{"$ref": "#/definitions/p%20q"}]}},
        **{"$defs": {"ten": {"type": "string", "maxLength": 9, "title": "Tên"}},
           "definitions": {"p q": {"$ref": "#/$defs/ten"}}},
    )  # fmt: skip
    assert {n: (f["label"]["vi"], f["max_length"]) for n, f in fields(made).items()} == {
        "a": ("Tên A", 9),
        "b": ("Tên", 9),
    }


CONDITIONAL = {"loai": {"title": "Loại", "enum": ["ca_nhan", "to_chuc"]}, "tuoi": {"type": "integer", "title": "Tuổi"},
               "co": {"type": "boolean", "title": "Có"}, "ds": {"title": "DS", "type": "array", "items": {"enum": ["a", "b"]}},
               "ten": TEXT, "khac": TEXT}  # fmt: skip


def is_(field, op, *value):
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("if_", "condition"),
    [
        ({"properties": {"loai": {"const": "to_chuc"}}, "required": ["loai"]}, is_("loai", "eq", "to_chuc")),
        ({"properties": {"loai": {"enum": ["ca_nhan", "to_chuc"]}}}, is_("loai", "in", ["ca_nhan", "to_chuc"])),
        ({"properties": {"loai": {"not": {"const": "to_chuc"}}}}, {"not": is_("loai", "eq", "to_chuc")}),
        ({"properties": {"tuoi": {"minimum": 18}}}, is_("tuoi", "ge", 18)),
        ({"properties": {"tuoi": {"exclusiveMaximum": 18}}}, is_("tuoi", "lt", 18)),
        ({"properties": {"co": {"const": True}}}, is_("co", "eq", True)),
        ({"properties": {"ds": {"contains": {"const": "a"}}}}, is_("ds", "eq", "a")),
        ({"required": ["ten"]}, is_("ten", "filled")),
        ({"not": {"required": ["ten"]}}, {"not": is_("ten", "filled")}),
        ({"anyOf": [{"required": ["ten"]}, {"properties": {"co": {"const": True}}}]},
         {"any": [is_("ten", "filled"), is_("co", "eq", True)]}),
        ({"properties": {"loai": {"const": "to_chuc"}, "co": {"const": False}}},
         {"all": [is_("loai", "eq", "to_chuc"), is_("co", "eq", False)]}),
    ],
)  # fmt: skip
def test_if_then_else(if_, condition):
    made = imported(
        CONDITIONAL,
        **{
            "if": if_,
            "then": {"properties": {"mst": {"type": "string", "title": "MST"}}, "required": ["mst"]},
            "else": {"required": ["khac"]},
        },
    )
    found = fields(made)
    assert found["mst"]["show_if"] == condition
    assert found["mst"]["required"] is True
    opposite = condition["not"] if set(condition) == {"not"} else {"not": condition}
    assert found["khac"]["required_if"] == opposite
    assert told(made) == set()


def test_a_branch_shows_and_requires_when_it_is_answered_so():
    made = imported(
        CONDITIONAL,
        allOf=[
            {"if": {"properties": {"loai": {"const": "to_chuc"}}},
             "then": {"properties": {"mst": {"type": "string", "title": "Mã số thuế"}}, "required": ["mst", "ten"]}},
        ],
    )  # fmt: skip
    form = load_definition(made.definition)
    assert "mst" not in visible(form, {"loai": "ca_nhan"}, today=TODAY)
    assert "mst" in visible(form, {"loai": "to_chuc"}, today=TODAY)
    assert set(validate(form, {"loai": "ca_nhan"}, today=TODAY).errors) == set()
    assert set(validate(form, {"loai": "to_chuc"}, today=TODAY).errors) == {"mst", "ten"}


@pytest.mark.parametrize(
    "if_", [{"properties": {"ten": {"pattern": "a"}}}, {"properties": {"la": {"const": 1}}}, {}, True,
            {"properties": {"loai": {"const": "to_chuc"}}, "maxProperties": 3}, {"properties": {"tuoi": {"const": "x"}}}],
)  # fmt: skip
def test_conditions_that_cannot_be_said_are_told(if_):
    made = imported(
        CONDITIONAL, **{"if": if_, "then": {"properties": {"mst": TEXT}, "required": ["mst", "ten"]}}
    )
    assert "show_if" not in fields(made)["mst"]
    assert "required_if" not in fields(made)["ten"]
    assert {"condition_left_out", "required_left_out"} <= told(made)


def test_a_condition_on_an_option_that_is_not_there_is_told():
    made = imported(
        CONDITIONAL, **{"if": {"properties": {"loai": {"const": "z"}}}, "then": {"properties": {"mst": TEXT}}}
    )
    assert "show_if" not in fields(made)["mst"]
    assert "condition_left_out" in told(made)


@pytest.mark.parametrize("word", ["dependentRequired", "dependencies"])
def test_what_one_answer_requires(word):
    made = imported(CONDITIONAL, **{word: {"loai": ["ten"]}})
    assert fields(made)["ten"]["required_if"] == is_("loai", "filled")
    made = imported(CONDITIONAL, dependentSchemas={"loai": {"properties": {"them": TEXT}}})
    assert fields(made)["them"]["show_if"] == is_("loai", "filled")


def test_a_condition_looks_into_another_part():
    made = imported(
        {
            "nguoi": {"type": "object", "properties": {"loai": {"title": "Loại", "enum": ["a", "b"]}}},
            "ten": TEXT,
        },
        **{
            "if": {"properties": {"nguoi": {"properties": {"loai": {"const": "a"}}}}},
            "then": {"required": ["ten"]},
        },
    )
    assert fields(made)["ten"]["required_if"] == is_("loai", "eq", "a")


def test_one_rule_in_another():
    made = imported(
        CONDITIONAL,
        **{
            "if": {"properties": {"loai": {"const": "to_chuc"}}},
            "then": {
                "if": {"required": ["ten"]},
                "then": {"properties": {"them": TEXT}},
                "else": {"required": ["khac"]},
            },
        },
    )
    company = is_("loai", "eq", "to_chuc")
    assert fields(made)["them"]["show_if"] == {"all": [company, is_("ten", "filled")]}
    assert fields(made)["khac"]["required_if"] == {"all": [company, {"not": is_("ten", "filled")}]}


def test_rules_of_a_branch_that_are_not_kept_are_told():
    made = imported(
        CONDITIONAL,
        **{"if": {"required": ["ten"]}, "then": {"properties": {"tuoi": {"minimum": 3}}, "minProperties": 2}},
    )
    assert {n.detail for n in made.notes if n.code == "branch_left_out"} == {"Tuoi: minimum", "minProperties"}


# --- our own schemas ------------------------------------------------------------------------------------------------------


def kinds(form):
    return {f.id: f.kind.speaks(f) for f in form.fields if f.kind.asks and not f.officer_only}


@pytest.mark.parametrize("code", bundled_codes())
def test_the_schema_of_a_shipped_form_reads_back(code):
    form = load_definition(bundled_definition(code))
    made = json_schema.read(json.dumps(form_schema(form)), name=f"{code}.json")
    again = load_definition(made.definition)
    assert kinds(again) == kinds(form)
    assert validate(again, good_answers(again), today=TODAY).errors == {}
    same = {
        "address",
        "id_paper",
        "date",
        "citizen_id",
        "phone_vn",
        "email",
        "tax_code",
        "table",
        "group",
        "money",
        "int",
    }
    for field in form.fields:
        if field.kind.key in same and field.id in again.by_id:
            assert again.by_id[field.id].kind is field.kind


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_the_schema_of_every_form_of_the_catalogue_reads_back(procedure):
    form = load_definition(definition(procedure))
    made = json_schema.read(json.loads(json.dumps(form_schema(form))))
    assert check_definition(made.definition) == []
    assert set(kinds(load_definition(made.definition))) == set(kinds(form))


def test_every_type_reads_back():
    form = load_definition(EVERY_TYPE)
    again = load_definition(json_schema.read(form_schema(form)).definition)
    assert set(kinds(again)) == set(kinds(form))


# --- refusals ---------------------------------------------------------------------------------------------------------------


def nested(depth):
    node = {"type": "string"}
    for _ in range(depth):
        node = {"type": "object", "properties": {"a": node}}
    return node


TREE = {
    "type": "object",
    "title": "Cây",
    "properties": {"ten": TEXT, "con": {"type": "array", "items": {"$ref": "#"}}},
}
BOMB = {
    "type": "object",
    "properties": {"x": {"$ref": "#/$defs/d0"}},
    "$defs": {
        f"d{i}": {"properties": {k: {"$ref": f"#/$defs/d{i + 1}"} for k in "abcdefgh"}}
        if i < 9
        else {"type": "string"}
        for i in range(10)
    },
}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        ("[" * 100_000, "too_deep"),
        (nested(60), "too_deep"),
        (b" " * (3 * 1024 * 1024), "too_large"),
        (list(range(300_000)), "too_large"),
        ([], "not_an_object_schema"),
        (None, "not_an_object_schema"),
        ({}, "not_an_object_schema"),
        ({"type": "string"}, "not_an_object_schema"),
        ({"type": "array", "items": {"type": "string"}}, "not_an_object_schema"),
        ({"properties": {}}, "not_an_object_schema"),
        ({"properties": {"a": {"type": "null"}}}, "no_questions"),
        (TREE, "cycle"),
        ({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}}, "cycle"),
        ({"properties": {"a": {"$ref": "#/$defs/a"}},
          "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}}, "b": {"properties": {"a": {"$ref": "#/$defs/a"}}}}},
         "cycle"),
        (BOMB, "too_many_questions"),
        ({"properties": {f"a{i}": {"type": "string"} for i in range(MAX_QUESTIONS + 1)}}, "too_many_questions"),
        ({"properties": {f"a{i}": {"enum": [f"{j}" for j in range(1500)]} for i in range(20)}}, "too_many_options_in_all"),
        (bundled_definition("1.001193"), "not_an_object_schema"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)  # fmt: skip
def test_what_is_refused(data, code):
    with pytest.raises(Unreadable) as refused:
        json_schema.read(data)
    assert refused.value.code == code
    assert say(refused.value, "vi") != say(refused.value, "en")


def test_the_words_are_complete():
    for code, text in WORDS.items():
        assert text.vi, code
        assert text.en, code
        assert ("{detail}" in text.vi) == ("{detail}" in text.en), code


WORDS_OF_SCHEMAS = ["type", "properties", "required", "items", "enum", "const", "oneOf", "anyOf", "allOf", "if", "then", "else",
                    "$ref", "$defs", "not", "minimum", "maximum", "exclusiveMinimum", "pattern", "examples", "format", "title",
                    "description", "maxLength", "minItems", "maxItems", "dependentRequired", "dependencies", "default", "a", "b",
                    "contains", "readOnly", "additionalProperties"]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["string", "object", "array", "integer", "number", "boolean", "#", "#/properties/a", "#/$defs/a", "date",
                       "a", "b", "^[0-9]{3}$"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS_OF_SCHEMAS), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


def published_or_refused(data):
    made = None
    with contextlib.suppress(Unreadable):
        made = json_schema.read(data, name="x.json")
    if made is not None:
        assert check_definition(made.definition) == []
        validate(load_definition(made.definition), {}, today=TODAY)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_json_is_a_form_that_can_be_published_or_is_refused(data):
    published_or_refused(data)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.text(max_size=8), ANYTHING, min_size=1, max_size=3), st.dictionaries(st.sampled_from(WORDS_OF_SCHEMAS), ANYTHING, max_size=4))  # fmt: skip
def test_any_properties_are_a_form_that_can_be_published_or_are_refused(properties, rest):
    published_or_refused({**rest, "type": "object", "properties": {"ten": TEXT, **properties}})


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_any_file_is_refused_in_words_at_most(data):
    published_or_refused(data)
