"""Formulas and patterns: what they give, what publication refuses, and that none can hang."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.eforms import formulas, rendering
from motcua.eforms.rules import check_definition, computed, load_definition, outcome_of, validate

from .generate import TODAY


def q(name, kind="text", **rest):
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


ASKED = (
    q("n", "int"),
    q("gia", "money"),
    q("dt", "number"),
    q("ten"),
    q("sinh", "date", partial=True),
    q("nop", "date"),
    q("co", "bool"),
    q("chon", "code", options=[{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]),
    q("nhieu", "multi", options=[{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]),
    q("dat", "table", columns=[q("x", "number"), q("y", "int"), q("z")]),
    q("gop", "group", columns=[q("p", "int")]),
)


def definition(formula, *more, **rest):
    fields = [*ASKED, q("kq", "computed", formula=formula, **rest), *more]
    return {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}


def result(formula, answers, **rest):
    return validate(load_definition(definition(formula, **rest)), answers, today=TODAY).cleaned.get("kq")


ROWS = [{"x": "2", "y": "3"}, {"x": "1,5", "y": "4"}]


@pytest.mark.parametrize(
    ("formula", "answers", "rest", "gives"),
    [
        ("n * gia", {"n": "3", "gia": "50.000"}, {}, 150_000),
        ("dt * 2.0", {"dt": "1,25"}, {}, 2.5),
        ("double(n) * 1.5", {"n": "2"}, {}, 3),
        ("n > 10 ? 5 : n", {"n": "11"}, {}, 5),
        ("round(dt * 1000.0)", {"dt": "1,2346"}, {}, 1235),
        ("up(dt) + down(dt)", {"dt": "1,5"}, {}, 3),
        ("sum(dat.map(r, r.x * r.y))", {"dat": ROWS}, {}, 12),
        ("sum(dat.filter(r, r.y > 3.0).map(r, r.x))", {"dat": ROWS}, {}, 1.5),
        ("largest([double(n), dt])", {"n": "2", "dt": "3"}, {}, 3),
        ("size(dat)", {}, {}, 0),
        ("gop.p + 1.0", {"gop": {"p": "4"}}, {}, 5),
        ("years(sinh, nop)", {"sinh": "2000-11-25", "nop": "2026-11-24"}, {}, 25),
        ("years(sinh, nop)", {"sinh": {"year": "2000"}, "nop": "2026-11-24"}, {}, 26),
        ("days(sinh, nop)", {"sinh": "2026-11-20", "nop": "2026-11-24"}, {}, 4),
        ("year(sinh)", {"sinh": "2000-11-25"}, {}, 2000),
        ("upper(ten)", {"ten": "ẩn"}, {}, "ẨN"),
        ("money_words(gia)", {"gia": "50000"}, {}, "Năm mươi nghìn đồng"),
        ("chon == 'a' ? 10 : 20", {"chon": "b"}, {}, 20),
        ("'a' in nhieu && co ? 1 : 2", {"nhieu": ["a"], "co": "1"}, {}, 1),
        ("co ? 1 : 2", {}, {}, 2),
        # A blank answer gives nothing, or nought where the author says so.
        ("n + gia", {"n": "3"}, {}, None),
        ("n + gia", {"n": "3"}, {"blanks": "zero"}, 3),
        ("n / gia", {"n": "3", "gia": "0"}, {}, None),
        ("1.0 / dt", {"dt": "0"}, {}, None),
        ("gia * gia * gia", {"gia": "900.000.000.000.000"}, {}, None),
    ],
)
def test_what_a_formula_gives(formula, answers, rest, gives):
    assert result(formula, answers, **rest) == gives


def test_a_formula_over_a_formula_and_how_it_is_shown():
    form = load_definition(
        definition(
            "n * 2000", q("tong", "computed", formula="kq + 1000", **{"as": "money"}), **{"as": "money"}
        )
    )
    cleaned = validate(form, {"n": "3"}, today=TODAY).cleaned
    assert (cleaned["kq"], cleaned["tong"]) == (6000, 7000)
    assert computed(form, "tong", {"n": "3"}) == 7000
    assert "7.000" in rendering.field_html(form, "tong", {"n": "3"})
    shown = dict(rendering.answers_summary(form, cleaned)[0][1])
    assert shown["Câu tong"] == "7.000\u00a0đ"


def test_a_hidden_or_forged_answer_is_not_reckoned_with():
    fields = [
        q("hien", "bool"),
        q("n", "int", show_if="hien"),
        q("kq", "computed", formula="n * 2", blanks="zero"),
    ]
    form = load_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}
    )
    assert validate(form, {"hien": "1", "n": "4"}, today=TODAY).cleaned["kq"] == 8
    forged = validate(form, {"hien": "0", "n": "4", "kq": 99}, today=TODAY).cleaned
    assert forged == {"hien": False, "kq": 0}
    assert computed(form, "kq", {"hien": "0", "n": "4"}) == 0


def test_what_a_formula_gives_can_decide_what_is_asked():
    more = q("ly_do", required=True, show_if={"field": "kq", "op": "gt", "value": 100})
    form = load_definition(definition("n * 10", more))
    assert "ly_do" not in validate(form, {"n": "3"}, today=TODAY).errors
    assert "ly_do" in validate(form, {"n": "30"}, today=TODAY).errors


BOMB = "dat.map(a, dat.map(b, dat.map(c, a.x + b.x + c.x).size()).size()).size()"


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("", "bad_formula"),
        ("n +", "bad_formula"),
        ("khong_co * 2", "unknown_field"),
        ("n + ten", "formula_type"),
        ("n * 1.5", "formula_type"),
        ("dat.map(r, r.x * 2)", "formula_type"),
        ("sum(dat.map(r, r.x * 2))", "formula_type"),
        ("sum(dat.map(r, r.khong_co))", "formula_type"),
        ("nhieu", "formula_type"),
        ("timestamp('2024-01-01T00:00:00Z')", "formula_type"),
        ("kq + 1", "cycle"),
        ("n + " * 200 + "n", "bad_shape"),
        ("(" * 100 + "n" + ")" * 100, "bad_formula"),
        ("[1].map(a, [1].map(b, [1].map(c, [1].map(d, 1).size()).size()).size()).size()", "formula_size"),
        ("[ten].map(t,t+t+t+t+t+t+t+t+t+t+t+t+t).map(t,t+t+t+t+t+t+t+t+t+t+t+t).map(t,t+t)[0]", "formula_size"),
        (BOMB, "formula_slow"),
        ("ten.matches('(x+x+)+y') ? 1 : 2 + chua_co", "unknown_field"),
        ("__import__('os')", "unknown_field"),
        ("eval('1')", "unknown_field"),
    ],
)  # fmt: skip
def test_publication_refuses(formula, code):
    found = check_definition(definition(formula))
    codes = {problem.code for problem in found}
    assert code in codes, found


def test_formulas_in_a_circle_are_refused_and_named():
    fields = [q("n", "int"), q("a", "computed", formula="b + n"), q("b", "computed", formula="a + 1")]
    fields.append(q("sau", "int", show_if={"field": "a", "op": "gt", "value": 1}))
    found = check_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}
    )
    assert [(p.code, p.detail) for p in found] == [("cycle", "a, b")]


def test_the_largest_form_reckons_in_time():
    """What was published is quick with the largest answers a form can hold, however it was written."""
    form = load_definition(definition("sum(dat.map(r, sum(dat.filter(s, s.x > r.x).map(s, s.y))))"))
    rows = [{"x": float(i), "y": i} for i in range(50)]
    start = time.process_time()
    assert validate(form, {"dat": rows}, today=TODAY).cleaned["kq"] is not None
    assert time.process_time() - start < 0.1


def test_an_engine_out_of_budget_gives_nothing_instead_of_hanging():
    """The trial refuses such a formula; should one get past it, the budget of rounds ends it."""
    field = load_definition(definition("size(dat)")).by_id
    program = formulas.cel.NewEnv(variables={"dat": formulas._TYPES["rows"]}).compile(BOMB)
    bomb = formulas.Formula(BOMB, frozenset({"dat"}), "whole", program, {"dat": "rows"})
    start = time.process_time()
    assert bomb.value({"dat": [{"x": 1.0}] * 2000}) is None
    assert time.process_time() - start < 2
    assert "dat" in field


def test_a_fee():
    made = definition("n * 1") | {"outcomes": {"fee": {"formula": "double(gia) * 0.005", "blanks": "zero"}}}
    form = load_definition(made)
    assert outcome_of(form, validate(form, {"gia": "1.000.100"}, today=TODAY).cleaned).fee == 5001
    assert outcome_of(form, {}).fee == 0
    wrong = definition("n * 1") | {"outcomes": {"fee": {"formula": "ten"}}}
    assert [p.code for p in check_definition(wrong)] == ["formula_type"]


# --- patterns ---------------------------------------------------------------------------------------------------------------


def test_a_pattern_is_judged_whole_and_says_its_example():
    form = load_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": [q("ma", pattern="[A-Z]{2}-\\d{3}", example="TH-123")]}]}
    )  # fmt: skip
    assert validate(form, {"ma": "TH-123"}, today=TODAY).ok
    for wrong in ("TH-1234", "xTH-123", "th-123"):
        errors = validate(form, {"ma": wrong}, today=TODAY).errors
        assert rendering.error_list(form, errors, "vi")[0]["text"] == "Câu ma phải có dạng như TH-123"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*a){20}", "([a-z]+)*[0-9]", "(x+x+)+y"])
def test_a_pattern_that_hangs_other_engines_does_not_hang_this_one(pattern):
    start = time.process_time()
    formulas.fits(pattern, "a" * 2000 + "!")
    assert time.process_time() - start < 0.05


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab+*(){}|?.[]^$\\0123456789,", max_size=200))
def test_any_pattern_is_refused_or_quick(pattern):
    start = time.process_time()
    if not formulas.pattern_fault(pattern):
        formulas.fits(pattern, "ab" * 1000)
    assert time.process_time() - start < 0.5


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ndat.mpfilersuzo+-*/()[],'\"rx 0123456789?:<>=&|\\", max_size=80))
def test_any_text_is_a_formula_or_refused_and_never_hangs(text):
    fields = load_definition(definition("n * 1")).by_id
    start = time.process_time()
    with suppress(formulas.BadFormula):
        formulas.compile_formula(text, fields)
    assert time.process_time() - start < 1
