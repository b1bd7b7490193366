"""JSON Schema at the edge: of definitions (hostile ones too) and of answers."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.eforms import schema
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.from_catalogue import bundled_codes, bundled_definition
from motcua.eforms.rules import check_definition, load_definition, validate

from .generate import TODAY, good_answers
from .test_catalogue_forms import IDS, PROCEDURES, definition
from .test_types import EVERY_TYPE


def test_the_schemas_are_schemas():
    jsonschema_rs.meta.validate(schema.definition_schema(FIELD_TYPES))
    jsonschema_rs.meta.validate(schema.form_schema(load_definition(EVERY_TYPE)))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_what_was_judged_right_has_the_published_shape(procedure):
    form = load_definition(definition(procedure))
    cleaned = validate(form, good_answers(form), today=TODAY).cleaned
    assert schema.answer_errors(form, json.loads(json.dumps(cleaned))) == []
    assert schema.answer_errors(form, {**cleaned, "khong_co": 1}) != []


def test_the_answers_of_every_type_have_the_published_shape():
    form = load_definition(EVERY_TYPE)
    judged = validate(form, good_answers(form), today=TODAY)
    assert judged.errors == {}
    assert schema.answer_errors(form, json.loads(json.dumps(judged.cleaned))) == []
    for name, value in judged.cleaned.items():
        other = {"not": "this"} if not isinstance(value, dict) else "nor this"
        assert [
            path.split(".")[0] for path, _ in schema.answer_errors(form, {**judged.cleaned, name: other})
        ], name


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"sections": "none"}, "sections"),
        ({"sections": ["a"]}, "sections.0"),
        ({"title": {"en": "only English"}}, "title"),
        ({"layout": "spiral"}, "layout"),
        ({"checks": [{"level": "fatal"}]}, "checks.0.level"),
        ({"outcomes": {"fee": {}}}, "outcomes.fee"),
    ],
)
def test_a_wrong_shape_is_told_with_its_place(change, where):
    made = {**bundled_definition(bundled_codes()[0]), **change}
    assert (where, "bad_shape") in {(p.where, p.code) for p in check_definition(made)}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "key", "type", "label", "title", "sections", "fields", "columns", "options", "show_if", "checks",
                 "if", "field", "outcomes", "formula", "compute", "copy_from", "min", "max", "settings", "pieces"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_json_is_judged_and_never_breaks_the_judge(data):
    assert check_definition(data)


KEYS = sorted(FIELD_TYPES.keys())


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(KEYS), st.dictionaries(st.sampled_from(sorted(schema.COMMON | {n for k in FIELD_TYPES for n in k.options})), ANYTHING, max_size=4))  # fmt: skip
def test_any_field_is_judged_and_what_is_taken_can_be_asked(kind, given_):
    """A definition an author's tool or an enemy made: refused with reasons, or compiled and usable without an error."""
    from motcua.eforms import rendering

    raw = {"label": "Câu", **given_, "id": "f", "type": kind}
    made = {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": [raw]}]}
    if check_definition(made):
        return
    form = load_definition(made)
    validate(form, {"f": "x"}, today=TODAY)
    assert rendering.section_html(form, "s", {}) is not None
