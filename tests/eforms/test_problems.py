"""What is wrong with a form is said in both languages, and leads to a part that is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import motcua.eforms
from motcua.eforms import editing, fields
from motcua.eforms.choices import Text
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.forms import Problem, check_definition
from motcua.eforms.problems import WORDS, place, say

from .made import RICH, options, q, words
from .test_editing import DAMAGE, GHOST, of_form, of_rule, of_section, small, with_

HERE = Path(motcua.eforms.__file__).parent
SOURCES = [
    HERE / "reading.py",
    HERE / "fitting.py",
    HERE / "formulas.py",
    *sorted(Path(fields.__file__).parent.glob("*.py")),
]


def codes_in(path: Path) -> set[str]:
    """First arguments of `say` and `BadFormula`, what `fitting` yields and what `link` returns."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("say", "BadFormula") and node.args:
                found |= constants(node.args[0])
        if isinstance(node, ast.Yield) and path.name == "fitting.py" and isinstance(node.value, ast.Tuple):
            found |= constants(node.value.elts[0])
        if isinstance(node, ast.FunctionDef) and node.name == "link":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Tuple) and len(inner.elts) == 2:
                    found |= constants(inner.elts[0])
    return found


def constants(node: ast.expr) -> set[str]:
    branches = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return {one.value for one in branches if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_code_in_the_source_has_words_and_no_words_are_left_over():
    found = set().union(*map(codes_in, SOURCES))
    assert {"bad_shape", "condition_value", "formula_slow", "compute_type", "unknown_field"} <= found
    assert found == WORDS.keys()


def test_the_words_are_of_two_languages():
    for code, text in WORDS.items():
        assert text.vi, code
        assert text.en, code
        assert text.vi != text.en, code
        assert ("{detail}" in text.vi) == ("{detail}" in text.en), code


def made(*sections, **rest):
    return small(*sections, **rest)


NUMBERS = [q("a", "int"), q("t", "table", columns=[q("x", "int")])]
BOMB = "t.map(a, t.map(b, t.map(c, a.x + b.x + c.x).size()).size()).size()"
#: Each code made to happen.
HAPPENS = {
    "bad_shape": of_form(layout="spiral"),
    "unknown_option": of_section(0, colour="red"),
    "no_key": {k: v for k, v in RICH.items() if k != "key"},
    "no_title": of_section(0, title=""),
    "no_sections": editing.skeleton("k", words("T")),
    "no_fields": made(["a"], []),
    "no_label": with_(RICH, "ten", label=""),
    "too_many_fields": made([q(f"a{n}") for n in range(501)]),
    "duplicate_id": with_(RICH, "me_so", id="ten"),
    "bad_id": with_(RICH, "me_so", id="Số"),
    "unknown_type": with_(RICH, "me_so", type="telepathy"),
    "unknown_reference": with_(RICH, "me_so", type="code", reference="NOWHERE"),
    "bad_option": with_(RICH, "quan_he", options=[{"code": ""}]),
    "bad_setting": with_(RICH, "quan_he", options=[]),
    "bad_condition": with_(RICH, "ten", show_if={"all": []}),
    "condition_inside": with_(RICH, "thua.ma", show_if="ten"),
    "condition_value": with_(RICH, "me_so", show_if={"field": "quan_he", "value": "x"}),
    "condition_type": with_(RICH, "me_so", show_if={"field": "so_ban", "value": "x"}),
    "unknown_field": with_(RICH, "me_so", show_if=GHOST),
    "officer_field": with_(RICH, "me_so", show_if="y_kien"),
    "cycle": with_(with_(RICH, "me_so", show_if="me_nghe"), "me_nghe", show_if="me_so"),
    "copy_type": with_(RICH, "me_so", copy_from={"field": "ten", "if": "ten"}),
    "bad_check": of_rule("checks", 0, message=""),
    "bad_outcome": of_rule("routes", 0, sector=""),
    "bad_formula": with_(RICH, "tong", formula="1 +"),
    "formula_size": with_(RICH, "tong", formula="1" * 501),
    "formula_type": with_(RICH, "tong", formula="ten * 2"),
    "formula_slow": made([*NUMBERS, q("f", "computed", formula=BOMB)]),
    "compute_type": with_(RICH, "bang_chu", compute={"kind": "number_words", "of": "ten"}),
}  # fmt: skip


def test_every_code_is_made_to_happen():
    assert HAPPENS.keys() == WORDS.keys()


@pytest.mark.parametrize("code", HAPPENS)
def test_it_happens_and_is_said(code):
    found = [problem for problem in check_definition(HAPPENS[code]) if problem.code == code]
    if code == "formula_size":  # longer than the setting may be: a fee has no such limit
        fee = of_form(outcomes={"fee": {"formula": "1" * 501}})
        found = [problem for problem in check_definition(fee) if problem.code == code]
    assert found
    for lang in ("vi", "en"):
        said = say(found[0], lang)
        assert code not in said
        assert "{" not in said.replace(found[0].detail, "")


EVERYTHING = {**{f"code {k}": v for k, v in HAPPENS.items()}, **{k: v for k, (v, _) in DAMAGE.items()}}


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_problem_leads_to_a_part_that_is_there(name):
    definition = EVERYTHING[name]
    problems = check_definition(definition)
    assert problems
    for problem in problems:
        kind, key = place(problem)
        match kind:
            case "field" if "id with a dot" in name:
                pass  # no draft has one: catalogue.forms.actions.shaped
            case "field":
                assert editing.field_of(definition, key)
            case "section":
                assert editing.section_of(definition, key)
            case "rule" if key == "fee":
                assert definition["outcomes"]["fee"]
            case "rule":
                rule, _, number = key.partition(".")
                assert editing.rules(definition, rule)[int(number)]
            case _:
                assert (kind, key) == ("form", "")


@pytest.mark.parametrize(
    ("where", "code", "detail", "kind", "key"),
    [
        ("", "no_title", "", "form", ""),
        ("sections", "no_sections", "", "form", ""),
        ("sections", "duplicate_id", "s", "section", "s"),
        ("sections.s", "no_fields", "", "section", "s"),
        ("sections.s.fields.f", "no_label", "", "field", "f"),
        ("sections.s.fields.?", "bad_id", "", "section", "s"),
        ("sections.s.fields.f.columns", "duplicate_id", "c", "field", "f"),
        ("sections.s.fields.f.options", "duplicate_id", "x", "field", "f"),
        ("sections.s.fields.f.columns.c", "no_label", "", "field", "f.c"),
        ("sections.s.fields.f.columns.?", "bad_id", "", "field", "f"),
        ("sections.0.fields.1.max", "bad_shape", "…", "form", ""),
        ("fields", "duplicate_id", "f", "field", "f"),
        ("fields", "cycle", "f, g", "field", "f"),
        ("checks.2", "bad_check", "", "rule", "checks.2"),
        ("outcomes.blocks.1", "bad_outcome", "", "rule", "blocks.1"),
        ("outcomes.fee", "bad_formula", "", "rule", "fee"),
    ],
)
def test_places(where, code, detail, kind, key):
    assert place(Problem(code, where, detail)) == (kind, key)


def test_questions_are_called_by_their_words():
    names = {"a": "Họ tên", "b": "Ngày sinh"}
    assert "Họ tên, Ngày sinh, c" in say(Problem("cycle", "fields", "a, b, c"), "vi", names)
    assert "Họ tên" in say(Problem("officer_field", "sections.s.fields.x", "a"), "vi", names)
    # An id that is used twice is meant, not what it asks.
    assert "“a”" in say(Problem("duplicate_id", "fields", "a"), "vi", names)
    assert "“ghost”" in say(Problem("unknown_field", "sections.s.fields.x", "ghost"), "vi", names)


def test_a_detail_may_have_braces_and_a_new_code_still_says_something():
    assert "{x}" in say(Problem("bad_formula", "outcomes.fee", "{x}"), "vi")
    assert say(Problem("brand_new", "", "d"), "vi") == "brand_new: d"


#: (type, settings that are wrong): every fault a type can tell.
FAULTY = [
    ("agency", {"pattern": "(x", "example": "x"}),
    ("text", {"pattern": "(x", "example": "x"}), ("text", {"pattern": "x"}), ("text", {"pattern": "x", "example": "y"}),
    ("text", {"mask": "99", "pattern": "x", "example": "x"}), ("text", {"pattern": "((x{100}){100}){100}", "example": "x"}),
    ("text", {"mask": "--"}), ("text", {"pattern": "x" * 150 + "(", "example": "x"}),
    ("int", {"min": 5, "max": 1}), ("number", {"min": 5, "max": 1}), ("money", {"min": 5, "max": 1}),
    ("date", {"min": "2024-02-31"}), ("date", {"min": "today", "max": "2020-01-01"}), ("date", {"precision": "year", "partial": True}),
    ("date", {"min": "2024-05-01", "max": "2024-01-01"}),
    ("code", {}), ("code", {"options": options("a"), "reference": "GIOI_TINH"}), ("multi", {}), ("multi", {"options": options("a"), "most": 0}),
    ("multi", {"options": options("a", "b"), "least": 2, "most": 1}), ("multi", {"options": options("a"), "min": 3}),
    ("linked", {}), ("linked", {"options": options("a"), "groups": [{"code": "g", "label": "G"}]}),
    ("reference", {}), ("reference", {"reference": "GIOI_TINH", "options": options("a")}),
    ("group", {}), ("table", {}), ("table", {"columns": [q("x")], "one_of": "y"}), ("table", {"columns": [q("x")], "min_rows": 5, "max_rows": 2}),
    ("computed", {}), ("computed", {"compute": {"kind": "magic", "of": "a"}}), ("computed", {"formula": "1", "compute": {"kind": "sum", "of": "a"}}),
    ("file", {}), ("photo", {}), ("person", {"pieces": []}), ("business", {"pieces": []}), ("person", {"pieces": ["x"]}),
    ("explanation", {}), ("heading", {}), ("declaration", {}), ("consent", {}), ("map", {"shape": "area", "center": [0]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given"), FAULTY)
def test_faults_of_types_are_sentences_in_two_languages(kind, given):
    problems = check_definition(small([q("a", kind, **given)]))
    for problem in problems:
        if problem.code == "bad_setting":
            assert isinstance(problem.said, Text)
            assert problem.said.vi
            assert problem.said.en
            assert problem.said.vi != problem.said.en
            assert problem.detail == problem.said.en
            assert problem.said.vi in say(problem, "vi")
            assert problem.said.en in say(problem, "en")


def test_every_type_that_can_be_at_fault_was():
    judged = {
        kind
        for kind, given in FAULTY
        if any(p.code == "bad_setting" for p in check_definition(small([q("a", kind, **given)])))
    }
    base = FIELD_TYPES.get("name").faults.__func__
    able = {kind.key for kind in FIELD_TYPES if kind.faults.__func__ is not base}
    assert able <= judged
