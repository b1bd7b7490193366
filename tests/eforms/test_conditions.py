"""Conditions against a second, slow and obvious way; what publication refuses; and the sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.eforms import conditions, sentences
from motcua.eforms.rules import check_definition, load_definition, validate, visible

from .generate import TODAY

NAMES = ["a", "b", "c", "d", "e"]
VALUES = st.sampled_from([None, "", "x", "y", 1, 2, 3.5, True, False, ["x"], ["x", "y"], [], "2024-02-01"])
OPS = ["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "filled", "blank"]


@st.composite
def comparison(draw):
    op = draw(st.sampled_from(OPS))
    found = {"field": draw(st.sampled_from(NAMES)), "op": op}
    if op in ("filled", "blank"):
        return found
    if op in ("in", "not_in"):
        return {**found, "value": draw(st.lists(st.sampled_from(["x", "y", 1, True]), max_size=3))}
    if draw(st.booleans()):
        return {**found, "other": draw(st.sampled_from(NAMES))}
    return {**found, "value": draw(st.sampled_from(["x", "y", 1, 2, 3.5, True, False, "2024-02-01"]))}


TREES = st.recursive(
    comparison() | st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


def obvious(condition, values):
    """What the docstring of conditions.py says, word by word, over the JSON itself."""
    if isinstance(condition, str):
        condition = {"field": condition, "op": "filled"}
    if "all" in condition:
        return not [part for part in condition["all"] if not obvious(part, values)]
    if "any" in condition:
        return bool([part for part in condition["any"] if obvious(part, values)])
    if "not" in condition:
        return not obvious(condition["not"], values)
    op, left = condition["op"], values.get(condition["field"])
    nothing = [None, "", [], {}]
    if op == "filled":
        return left not in nothing and left is not False
    if op == "blank":
        return left in nothing or left is False
    right = values.get(condition["other"]) if "other" in condition else condition["value"]
    if left in nothing or ("other" in condition and right in nothing):
        return op in ("ne", "not_in")
    if op in ("eq", "ne"):
        same = right in left if isinstance(left, list) and not isinstance(right, list) else left == right
        return same == (op == "eq")
    if op in ("in", "not_in"):
        among = right if isinstance(right, list) else [right]
        found = [one for one in (left if isinstance(left, list) else [left]) if one in among]
        return bool(found) == (op == "in")
    try:
        return {"lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right}[op]
    except TypeError:
        return False


def depth(condition):
    if isinstance(condition, str) or "field" in condition:
        return 0
    inner = condition.get("all") or condition.get("any") or [condition["not"]]
    return 1 + max(map(depth, inner))


@settings(max_examples=600, deadline=None)
@given(TREES, st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_a_condition_says_what_the_obvious_way_says(tree, values):
    if depth(tree) > conditions.MAX_DEPTH:
        return
    assert conditions.compile_test(conditions.parse(tree))(values) == obvious(tree, values)


def q(name, kind="text", **rest):
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


@st.composite
def shown_forms(draw):
    """Forms of ticks in which each question may hang on any before it, and answers."""
    fields, answers = [], {}
    for i in range(draw(st.integers(2, 12))):
        rest = {}
        if i and draw(st.booleans()):
            on = draw(st.lists(st.integers(0, i - 1), min_size=1, max_size=3, unique=True))
            parts = [{"field": f"f{j}", "value": draw(st.booleans())} for j in on]
            rest["show_if"] = {draw(st.sampled_from(["all", "any"])): parts}
        fields.append(q(f"f{i}", "bool", **rest))
        if draw(st.booleans()):
            answers[f"f{i}"] = draw(st.sampled_from(["0", "1"]))
    draw(st.randoms(use_true_random=False)).shuffle(fields)
    return fields, answers


@settings(max_examples=150, deadline=None)
@given(shown_forms())
def test_what_is_shown_is_a_fixed_point_of_the_conditions(found):
    """The obvious way: start with everything, hide what does not hold by what is shown, until nothing changes."""
    fields, answers = found
    form = load_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}
    )
    by_id = {f["id"]: f for f in fields}
    shown = set(by_id)
    for _ in range(len(fields) + 1):
        values = {n: answers[n] == "1" for n in shown if n in answers}
        shown = {n for n, f in by_id.items() if "show_if" not in f or obvious(_with_op(f["show_if"]), values)}
    assert visible(form, answers) == shown
    judged = validate(form, answers, today=TODAY)
    assert judged.asked == shown
    assert judged.cleaned == {n: answers[n] == "1" for n in by_id if n in shown and n in answers}


def _with_op(condition):
    if "field" in condition:
        return {"op": "eq", **condition}
    return {word: [_with_op(part) for part in parts] for word, parts in condition.items()}


# --- what does not fit -------------------------------------------------------------------------------------------------------

OPTIONS = [
    {"code": "x", "label": {"vi": "Ích", "en": "Ex"}},
    {"code": "y", "label": {"vi": "Y dài", "en": "Why"}},
]
FIELDS = [
    q("ten"),
    q("so", "int"),
    q("tien", "money"),
    q("ngay", "date"),
    q("gio", "time"),
    q("co", "bool"),
    q("chon", "code", options=OPTIONS),
    q("nhieu", "multi", options=OPTIONS),
    q("bang", "table", columns=[q("x")]),
    q("dau", "heading"),
    q("can_bo", officer_only=True),
]


def with_condition(condition):
    fields = [*FIELDS, q("sau", show_if=condition)]
    return {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"field": "khong_co", "value": "x"}, "unknown_field"),
        ({"field": "ten", "op": "eq", "other": "khong_co"}, "unknown_field"),
        ({"field": "so", "value": "ba"}, "condition_type"),
        ({"field": "so", "value": True}, "condition_type"),
        ({"field": "ten", "op": "gt", "value": "x"}, "condition_type"),
        ({"field": "co", "op": "gt", "value": 1}, "condition_type"),
        ({"field": "co", "value": "yes"}, "condition_type"),
        ({"field": "ngay", "op": "lt", "value": "hôm nay"}, "condition_type"),
        ({"field": "gio", "op": "lt", "value": "25:00"}, "condition_type"),
        ({"field": "ngay", "op": "lt", "other": "so"}, "condition_type"),
        ({"field": "chon", "value": "z"}, "condition_value"),
        ({"field": "nhieu", "op": "in", "value": ["x", "z"]}, "condition_value"),
        ({"field": "bang", "value": "x"}, "condition_type"),
        ({"field": "dau", "op": "filled"}, "condition_type"),
        ({"field": "can_bo", "op": "filled"}, "officer_field"),
        ({"not": {"any": [{"field": "so", "op": "gt", "value": "1"}]}}, "condition_type"),
    ],
)
def test_a_condition_that_does_not_fit_is_refused(condition, code):
    assert [problem.code for problem in check_definition(with_condition(condition))] == [code]


@pytest.mark.parametrize(
    "condition",
    [
        "co",
        {"field": "so", "op": "gt", "other": "tien"},
        {"field": "ngay", "op": "ge", "value": "2024"},
        {"field": "nhieu", "value": "x"},
        {"field": "bang", "op": "filled"},
        {"field": "gio", "op": "lt", "value": "08:30"},
    ],
)
def test_one_that_fits_is_taken(condition):
    assert check_definition(with_condition(condition)) == []


@pytest.mark.parametrize(
    ("brought", "code"),
    [
        ({"blocks": [{"if": "co"}]}, "bad_outcome"),
        ({"blocks": [{"message": "Không"}]}, "bad_outcome"),
        ({"blocks": [{"if": "can_bo", "message": "Không"}]}, "officer_field"),
        ({"components": [{"if": "co"}]}, "bad_outcome"),
        ({"cases": [{"if": {"field": "so", "value": "x"}, "case": "k"}]}, "condition_type"),
        ({"routes": [{"if": {"exec": "rm"}, "sector": "k"}]}, "bad_condition"),
        ({"fee": {"formula": "khong_co"}}, "unknown_field"),
        ({"wishes": []}, "bad_shape"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(brought, code):
    made = with_condition("co") | {"outcomes": brought}
    assert [problem.code for problem in check_definition(made)] == [code]


# --- in words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "vi", "en"),
    [
        ("co", "đã đánh dấu “Câu co”", "“Question co” is ticked"),
        ({"field": "co", "value": False}, "không đánh dấu “Câu co”", "“Question co” is not ticked"),
        ({"field": "chon", "value": "x"}, "“Câu chon” là Ích", "“Question chon” is Ex"),
        ({"field": "chon", "op": "not_in", "value": ["x", "y"]}, "“Câu chon” không phải: Ích, Y dài", "“Question chon” is none of: Ex, Why"),
        ({"field": "tien", "op": "ge", "value": 1000000}, "“Câu tien” từ 1.000.000\u00a0đ trở lên", "“Question tien” is at least 1.000.000\u00a0đ"),
        ({"field": "ngay", "op": "lt", "value": "2024-02-01"}, "“Câu ngay” trước ngày 01/02/2024", "“Question ngay” is before 01/02/2024"),
        ({"field": "so", "op": "gt", "other": "tien"}, "“Câu so” lớn hơn “Câu tien”", "“Question so” is more than “Question tien”"),
        ({"not": "ten"}, "không phải (đã điền “Câu ten”)", "not (“Question ten” is filled in)"),
        (
            {"all": ["co", {"any": [{"field": "so", "value": 1}, {"field": "so", "value": 2}]}]},
            "đã đánh dấu “Câu co” và (“Câu so” là 1 hoặc “Câu so” là 2)",
            "“Question co” is ticked and (“Question so” is 1 or “Question so” is 2)",
        ),
    ],
)  # fmt: skip
def test_a_condition_as_a_sentence(condition, vi, en):
    form = load_definition(with_condition(condition))
    parsed = form.by_id["sau"].show_if
    assert sentences.condition(parsed, form.by_id, "vi") == vi
    assert sentences.condition(parsed, form.by_id, "en") == en


def test_everything_a_form_does_by_itself_is_said():
    made = with_condition("co") | {
        "checks": [{"if": {"field": "so", "op": "gt", "value": 5}, "field": "so", "message": {"vi": "Nhiều quá", "en": "Too many"}}],
        "outcomes": {
            "blocks": [{"if": "co", "message": {"vi": "Không nộp ở đây.", "en": "Not here."}}],
            "components": [{"if": "co", "component": "uy_quyen"}],
            "cases": [{"if": "co", "case": "nuoc_ngoai"}],
            "routes": [{"if": "co", "sector": "dat-dai"}],
            "fee": {"formula": "so * 2000"},
        },
    }  # fmt: skip
    form = load_definition(made)
    said = [one.text for one in sentences.describe(form, "en", {"uy_quyen": "Letter of attorney"})]
    assert said == [
        "The question “Question sau” shows only when “Question co” is ticked.",
        "An error at “Question so” when “Question so” is more than 5: Too many",
        "Cannot be filed when “Question co” is ticked: Not here.",
        "The paper “Letter of attorney” is required when “Question co” is ticked.",
        "It is the case “nuoc_ngoai” when “Question co” is ticked.",
        "Goes to the unit that answers for the sector “dat-dai” when “Question co” is ticked.",
        "The fee is reckoned by: so * 2000",
    ]
    assert len(sentences.describe(form, "vi")) == len(said)
