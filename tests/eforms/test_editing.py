"""Writing a form part by part: each edit by a case, and that nothing is lost, made up or broken, by property."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from motcua.eforms import conditions, editing, schema
from motcua.eforms.editing import NoSuchPart
from motcua.eforms.editing.naming import names_in
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.problems import place
from motcua.eforms.rules import check_definition, load_definition, outcome_of, validate, visible

from .generate import TODAY, good_answers
from .made import RICH, q, shipped, words
from .test_catalogue_forms import PROCEDURES
from .test_catalogue_forms import definition as from_catalogue
from .test_types import EVERY_TYPE

FORMS = {**shipped(), "every": EVERY_TYPE}
KEYS = sorted(FORMS)


def small(*sections, **rest):
    """`small(["a", "b"], ["c"])`: sections s0, s1 with text questions; a dict stands for itself."""
    return {
        "key": "k",
        "title": words("T"),
        "sections": [
            {
                "id": f"s{n}",
                "title": words(f"S{n}"),
                "fields": [f if isinstance(f, dict) else q(f) for f in fields],
            }
            for n, fields in enumerate(sections)
        ],
        **rest,
    }


def shape(definition):
    return [[f["id"] for f in section.get("fields", ())] for section in definition["sections"]]


def field(definition, name):
    return editing.field_of(definition, name)


def codes(definition):
    return {problem.code for problem in check_definition(definition)}


# --- each edit by a case ------------------------------------------------------------------------------------------------


def test_the_forms_of_these_tests_are_sound():
    for key, definition in FORMS.items():
        assert check_definition(definition) == [], key


def test_a_skeleton_asks_nothing_and_is_of_the_right_shape():
    made = editing.skeleton("1.001", {"vi": "Tên"})
    assert schema.definition_errors(made, FIELD_TYPES) == []
    assert codes(made) == {"no_sections"}


@pytest.mark.parametrize(
    ("label", "taken", "fallback", "made"),
    [
        ("Họ và tên", (), "x", "ho_va_ten"),
        ("Họ và tên", ("ho_va_ten",), "x", "ho_va_ten_2"),
        ("Họ và tên", ("ho_va_ten", "ho_va_ten_2"), "x", "ho_va_ten_3"),
        ("Đường, số nhà (nếu có)?", (), "x", "duong_so_nha_neu_co"),
        ("123", (), "cau_hoi", "cau_hoi"),
        ("李", ("cau_hoi",), "cau_hoi", "cau_hoi_2"),
        ("", (), "phan", "phan"),
        ("a" * 200, (), "x", "a" * 40),
    ],
)
def test_an_id_is_made_of_a_label(label, taken, fallback, made):
    assert editing.free_id(label, taken, fallback) == made
    assert editing.ID.fullmatch(made)


@pytest.mark.parametrize(("after", "order"), [("", ["s0", "s1", "moi"]), ("s0", ["s0", "moi", "s1"])])
def test_adding_a_section(after, order):
    made, name = editing.add_section(small(["a"], ["b"]), words("Mới"), after=after)
    assert name == "moi"
    assert [s["id"] for s in made["sections"]] == order
    assert editing.section_of(made, name) == {"id": "moi", "title": words("Mới"), "fields": []}


@pytest.mark.parametrize(
    ("where", "order"), [(None, ["a", "b", "moi"]), (0, ["moi", "a", "b"]), (1, ["a", "moi", "b"])]
)
def test_adding_a_question(where, order):
    made, name = editing.add_field(small(["a", "b"]), "text", words("Mới"), section="s0", place=where)
    assert (name, shape(made)) == ("moi", [order])
    assert field(made, name) == {"id": "moi", "type": "text", "label": words("Mới"), "required": True}
    assert editing.home_of(made, name) == "s0"


def test_words_are_not_required_and_a_section_without_a_list_gets_one():
    made = small(["a"])
    del made["sections"][0]["fields"]
    made, name = editing.add_field(made, "heading", words("Mục"), section="s0")
    assert "required" not in field(made, name)


def test_a_column_has_an_id_among_its_columns_only():
    table = q("bang", "table", columns=[q("moi")])
    made, path = editing.add_column(small([table, "khac"]), "bang", "int", words("Mới"))
    assert path == "bang.moi_2"
    assert field(made, path)["type"] == "int"
    made, path = editing.add_column(made, "bang", "text", words("Khác"))
    assert path == "bang.khac"


def test_a_question_as_it_is_now():
    made = editing.put_field(RICH, "so_ban", {**field(RICH, "so_ban"), "max": 7})
    assert field(made, "so_ban")["max"] == 7
    made = editing.put_field(RICH, "thua.dien_tich", q("dien_tich", "int"))
    assert field(made, "thua.dien_tich") == q("dien_tich", "int")


def test_another_id_is_put_wherever_the_question_is_named():
    made = editing.put_field(RICH, "so_ban", {**field(RICH, "so_ban"), "id": "so_luong"})
    assert check_definition(made) == []
    assert editing.uses(made, "so_luong") == editing.uses(RICH, "so_ban")
    assert editing.uses(made, "so_ban") == []
    assert made == editing.renamed(RICH, "so_ban", "so_luong")


def test_a_sections_own_words():
    made = editing.put_section(small(["a", "b"]), "s0", {"id": "s0", "title": words("Tên"), "fields": []})
    assert shape(made) == [["a", "b"]]
    assert made["sections"][0]["title"] == words("Tên")


def test_words_of_the_form_itself():
    made = editing.put_settings(small(["a"]), title=words("Khác"), layout="questions")
    assert (made["title"], made["layout"], shape(made)) == (words("Khác"), "questions", [["a"]])


def test_taking_away():
    assert shape(editing.without_field(small(["a", "b"]), "a")) == [["b"]]
    assert [c["id"] for c in field(editing.without_field(RICH, "thua.ma"), "thua")["columns"]] == [
        "dien_tich",
        "chinh",
    ]
    assert shape(editing.without_section(small(["a"], ["b"]), "s0")) == [["b"]]


def test_a_copy_stands_behind_with_an_id_of_its_own():
    made, path = editing.duplicated(small(["a", "b", "a_2"]), "a")
    assert (path, shape(made)) == ("a_3", [["a", "a_3", "b", "a_2"]])
    assert {**field(made, "a_3"), "id": "a"} == field(made, "a")
    made, path = editing.duplicated(RICH, "thua.ma")
    assert path == "thua.ma_2"
    assert [c["id"] for c in field(made, "thua")["columns"]] == ["ma", "ma_2", "dien_tich", "chinh"]


@pytest.mark.parametrize(
    ("path", "by", "order"),
    [
        ("a", 1, [["b", "a", "c"], [], ["d"]]),
        ("b", -1, [["b", "a", "c"], [], ["d"]]),
        ("c", 1, [["a", "b"], ["c"], ["d"]]),
        ("d", -1, [["a", "b", "c"], ["d"], []]),
        ("a", -1, [["a", "b", "c"], [], ["d"]]),
        ("d", 1, [["a", "b", "c"], [], ["d"]]),
    ],
)
def test_moving_over_the_edges_of_sections(path, by, order):
    assert shape(editing.moved(small(["a", "b", "c"], [], ["d"]), path, by)) == order


def test_over_an_edge_a_question_comes_to_the_near_end():
    assert shape(editing.moved(small(["a"], ["b", "c"]), "a", 1)) == [[], ["a", "b", "c"]]
    assert shape(editing.moved(small(["a", "b"], ["c"]), "c", -1)) == [["a", "b", "c"], []]


@pytest.mark.parametrize(
    ("path", "by", "order"),
    [
        ("thua.ma", 1, ["dien_tich", "ma", "chinh"]),
        ("thua.ma", -1, ["ma", "dien_tich", "chinh"]),
        ("thua.chinh", 1, ["ma", "dien_tich", "chinh"]),
    ],
)
def test_a_column_stays_in_its_table(path, by, order):
    made = editing.moved(RICH, path, by)
    assert [c["id"] for c in field(made, "thua")["columns"]] == order
    assert shape(made) == shape(RICH)


@pytest.mark.parametrize(
    ("section", "by", "order"), [("s0", 1, [1, 0, 2]), ("s2", 1, [0, 1, 2]), ("s0", -1, [0, 1, 2])]
)
def test_moving_a_section(section, by, order):
    made = editing.section_moved(small(["a"], ["b"], ["c"]), section, by)
    assert [s["id"] for s in made["sections"]] == [f"s{n}" for n in order]


def test_arranging():
    made = small(["a", "b"], ["c"])
    order = [("s1", "b"), ("s1", "a"), ("s0", "c")]
    assert shape(editing.arranged(made, order)) == [["c"], ["b", "a"]]
    for wrong in (order[:2], [*order, ("s0", "a")], [*order[:2], ("s0", "x")], [*order[:2], ("s9", "c")], []):
        with pytest.raises(NoSuchPart):
            editing.arranged(made, wrong)


def test_arranging_loses_nothing_of_a_form_with_an_id_twice():
    twice = small(["a", q("a", "int")], ["b"])
    with pytest.raises(NoSuchPart):
        editing.arranged(twice, [("s0", "a"), ("s1", "b")])
    made = editing.arranged(twice, [("s1", "a"), ("s0", "b"), ("s0", "a")])
    assert shape(made) == [["b", "a"], ["a"]]
    assert sorted(f["type"] for _, f in editing.fields(made)) == ["int", "text", "text"]
    made = small(["a"], ["b"])
    made["sections"][1]["id"] = "s0"
    assert shape(editing.arranged(made, [("s0", "b"), ("s0", "a")])) == [["b", "a"], []]


MISSING = [
    lambda d: editing.section_of(d, "x"),
    lambda d: editing.field_of(d, "x"),
    lambda d: editing.field_of(d, "a.x"),
    lambda d: editing.home_of(d, "x"),
    lambda d: editing.add_section(d, words("x"), after="x"),
    lambda d: editing.add_field(d, "text", words("x"), section="x"),
    lambda d: editing.add_field(d, "no_such_kind", words("x"), section="s0"),
    lambda d: editing.add_column(d, "x", "text", words("x")),
    lambda d: editing.put_field(d, "x", q("x")),
    lambda d: editing.put_section(d, "x", {}),
    lambda d: editing.without_field(d, "x"),
    lambda d: editing.without_section(d, "x"),
    lambda d: editing.duplicated(d, "x"),
    lambda d: editing.moved(d, "x", 1),
    lambda d: editing.section_moved(d, "x", 1),
    lambda d: editing.block_of(d, "x"),
    lambda d: editing.with_block(d, {"id": "b", "fields": []}, after="x"),
    lambda d: editing.put_rule(d, "checks", 0, {}),
    lambda d: editing.put_rule(d, "fee", None, {}),
    lambda d: editing.put_rule(d, "blocks", -1, {}),
    lambda d: editing.without_rule(d, "checks", 0),
    lambda d: editing.without_rule(d, "fee", 0),
    lambda d: editing.without_rule(d, "routes", -1),
]


@pytest.mark.parametrize("edit", MISSING)
def test_what_is_not_there_is_told(edit):
    made = small(["a"], outcomes={"fee": {"formula": "1"}})
    with pytest.raises(NoSuchPart):
        edit(made)
    assert made == small(["a"], outcomes={"fee": {"formula": "1"}})


RULE = {"if": "a", "message": words("M")}


def test_rules_come_change_and_go():
    made = small(["a"])
    for kind in editing.RULES:
        one = editing.put_rule(made, kind, None, RULE)
        assert editing.rules(one, kind) == [RULE]
        two = editing.put_rule(one, kind, None, {"if": "b"})
        assert editing.rules(editing.put_rule(two, kind, 0, {"if": "c"}), kind) == [{"if": "c"}, {"if": "b"}]
        assert editing.rules(editing.without_rule(two, kind, 0), kind) == [{"if": "b"}]
        # No empty lists are left behind: the form is the one it was.
        assert editing.without_rule(one, kind, 0) == made
        with pytest.raises(NoSuchPart):
            editing.without_rule(one, kind, 1)


def test_the_fee():
    made = editing.with_fee(small(["a"]), "2000", zero=True)
    assert made["outcomes"] == {"fee": {"formula": "2000", "blanks": "zero"}}
    assert editing.with_fee(made, "5", zero=False)["outcomes"] == {"fee": {"formula": "5"}}
    assert editing.with_fee(made, "", zero=True) == small(["a"])
    assert editing.with_fee(RICH, "", zero=False)["outcomes"].keys() == RICH["outcomes"].keys() - {"fee"}


# --- blocks -------------------------------------------------------------------------------------------------------------


def test_a_block_stands_by_itself():
    block = editing.block_of(RICH, "ten")
    assert "show_if" not in block
    me_ten, _, me_nghe = block["fields"]
    assert "copy_from" not in me_ten
    assert (me_nghe["show_if"], "required_if" in me_nghe) == ("me_ten", False)
    assert check_definition({"key": "b", "title": "B", "sections": [block]}) == []
    marked = editing.with_block(RICH, block, mark="me@1")[0]
    assert "block" not in editing.block_of(marked, "ten_2")


def test_ids_that_are_taken_get_a_number_also_where_the_block_names_them():
    block = {
        "id": "s0",
        "title": words("Khối"),
        "fields": [
            q("a", "int"),
            q("b", show_if={"field": "a", "op": "gt", "value": 1}),
            q("a_2", "computed", formula="a * 2"),
            q("d"),
        ],
    }
    made, name = editing.with_block(small(["a", "b"], ["c"]), block, mark="khoi@2", after="s0")
    assert name == "s0_2"
    assert shape(made) == [["a", "b"], ["a_3", "b_2", "a_2", "d"], ["c"]]
    assert made["sections"][1]["block"] == "khoi@2"
    assert field(made, "b_2")["show_if"]["field"] == "a_3"
    assert field(made, "a_2")["formula"] == "a_3 * 2"
    assert check_definition(made) == []
    again, _ = editing.with_block(made, block)
    assert shape(again)[-1] == ["a_4", "b_3", "a_2_2", "d_2"]
    assert check_definition(again) == []


@pytest.mark.parametrize("key", KEYS)
def test_every_section_can_be_copied_into_its_own_form(key):
    for section in FORMS[key]["sections"]:
        made, name = editing.with_block(FORMS[key], editing.block_of(FORMS[key], section["id"]))
        ids = editing.ids(made)
        assert len(set(ids)) == len(ids)
        assert len(editing.section_of(made, name)["fields"]) == len(section["fields"])
        assert {p.code for p in check_definition(made)} <= {"unknown_field"}


# --- names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "made"),
    [
        ("a * 2", "x * 2"),
        ("a+b+a", "x+b+x"),
        ("ab + a_b + ba + a1", "ab + a_b + ba + a1"),
        ("r.a + a.r", "r.a + x.r"),
        ("r . a + a . r", "r . a + x . r"),
        ("a(1) + a (1) + a", "a(1) + a (1) + x"),
        ("'a' + \"a\" + a", "'a' + \"a\" + x"),
        (r"'it\'s a' + a", r"'it\'s a' + x"),
        (r'"say \"a\"" + a', r'"say \"a\"" + x'),
        ("r'a' + a", "r'a' + x"),
        ("t.map(r, r.a * a)", "t.map(r, r.a * x)"),
        ("a > 1 ? 'a' : string(a)", "x > 1 ? 'a' : string(x)"),
        ("A + aB + 1a", "A + aB + 1a"),
        ("a['a']", "x['a']"),
    ],
)
def test_names_in_formulas(formula, made):
    form = small([q("f", "computed", formula=formula)])
    assert field(editing.renamed(form, "a", "x"), "f")["formula"] == made


def test_words_of_the_language_of_formulas_are_no_names():
    form = small([q("f", "computed", formula="'x' in t ? true : false")])
    assert editing.renamed(form, "in", "y") == editing.renamed(form, "true", "y") == form


def test_a_check_that_is_not_finished_is_renamed_too():
    form = small(["a"], checks=[{"field": "a"}])
    assert editing.renamed(form, "a", "b")["checks"] == [{"field": "b"}]


def fresh(definition, name):
    """An id that occurs nowhere in the definition."""
    text = json.dumps(definition)
    while name in text:
        name += "z"
    return name


def every_field():
    for key in KEYS:
        for name in editing.ids(FORMS[key]):
            yield pytest.param(key, name, id=f"{key}-{name}")


def renamed_answers(answers, old, new):
    return {new if name == old else name: value for name, value in answers.items()}


def errors(found):
    return {name: [(e.code, e.part) for e in all_] for name, all_ in found.items()}


@pytest.mark.parametrize(("key", "old"), list(every_field()))
def test_called_otherwise_and_back_a_form_is_what_it_was_and_does_the_same(key, old):
    definition = FORMS[key]
    new = fresh(definition, "zz_moi")
    made = editing.renamed(definition, old, new)
    assert editing.renamed(made, new, old) == definition
    assert old not in editing.ids(made)
    before, after = load_definition(definition), load_definition(made)
    answers = good_answers(before)
    samples = [{}, answers]
    # Each of some other answers blank, and wrong in two ways.
    for name in [*list(answers)[::5], old]:
        if name in answers:
            samples += [{**answers, name: wrong} for wrong in (None, "@@", {"x": "y"})]
    if key == "rich":
        samples += [
            {**answers, "so_ban": n, "so_trang": m, "quan_he": w}
            for n, m in ((1, 1), (6, 3), (85, 600))
            for w in ("me", "khac")
        ]
        samples += [{**answers, "gioi_tinh": "2", "ngay_sinh": "1985-03-27", "so_dinh_danh": "038090012345"}]
    for sample in samples:
        there = renamed_answers(sample, old, new)
        back = {new: old}
        assert {back.get(n, n) for n in visible(after, there, today=TODAY)} == visible(
            before, sample, today=TODAY
        )
        one, two = validate(before, sample, today=TODAY), validate(after, there, today=TODAY)
        assert renamed_answers(two.cleaned, new, old) == one.cleaned
        assert renamed_answers(errors(two.errors), new, old) == errors(one.errors)
        assert renamed_answers(errors(two.warnings), new, old) == errors(one.warnings)
        assert outcome_of(after, two.cleaned) == outcome_of(before, one.cleaned)
        if sample is answers:
            assert one.ok or key == "rich"


def parts_that_complain(definition):
    return {place(p)[1] for p in check_definition(definition) if p.code in ("unknown_field", "bad_check")}


@pytest.mark.parametrize(("key", "name"), list(every_field()))
def test_uses_are_the_places_that_name_nothing_when_the_question_leaves(key, name):
    found = {use.where for use in editing.uses(FORMS[key], name)}
    assert found == parts_that_complain(editing.without_field(FORMS[key], name))


def test_uses_of_the_rich_form_are_there_and_say_by_what():
    found = {(use.where, use.word) for use in editing.uses(RICH, "so_ban")}
    assert found == {
        ("tong", "formula"), ("cong", "formula"), ("bang_chu", "formula"), ("loi", "formula"), ("vi_sao", "show_if"),
        ("checks.1", "if"), ("checks.1", "field"), ("blocks.0", "if"), ("components.0", "if"), ("cases.0", "if"),
        ("fee", "formula"),
    }  # fmt: skip
    assert {(use.where, use.word) for use in editing.uses(RICH, "quan_he")} == {
        ("ten", "show_if"), ("me_ten", "copy_from"), ("me_nghe", "required_if"),
    }  # fmt: skip
    assert {(use.where, use.word) for use in editing.uses(RICH, "gioi_tinh")} == {("so_dinh_danh", "setting")}


def test_a_section_with_the_id_of_a_question_may_name_it():
    made = small(["a"], ["b"])
    made["sections"][1] |= {"id": "a", "show_if": "a"}
    assert editing.uses(made, "a") == [editing.Use("a", "show_if")]


@pytest.mark.parametrize("procedure", PROCEDURES[::4], ids=lambda p: p["national_code"])
def test_forms_built_from_the_catalogue_too(procedure):
    definition = from_catalogue(procedure)
    for name in editing.ids(definition):
        found = {use.where for use in editing.uses(definition, name)}
        assert found == parts_that_complain(editing.without_field(definition, name))
        made = editing.renamed(definition, name, "zz_moi")
        assert check_definition(made) == []
        assert editing.renamed(made, "zz_moi", name) == definition


# --- random edits ---------------------------------------------------------------------------------------------------------


class Author:
    """Presses anything, and remembers which questions there must be."""

    def __init__(self, draw, definition):
        self.draw, self.made = draw, deepcopy(definition)
        self.known = sorted(editing.ids(definition))

    def some_field(self):
        return self.draw(st.sampled_from([*editing.ids(self.made), "ghost", "", "a.b"]))

    def some_path(self):
        name = self.some_field()
        columns = [
            c["id"] for _, f in editing.fields(self.made) if f["id"] == name for c in f.get("columns", ())
        ]
        return self.draw(
            st.sampled_from([name, *(f"{name}.{column}" for column in columns), f"{name}.ghost"])
        )

    def some_section(self):
        return self.draw(st.sampled_from([*(s["id"] for s in self.made["sections"]), "ghost"]))

    def some_words(self):
        return words(self.draw(st.sampled_from(["Họ tên", "", "123", "a", "Số bản", "Thửa đất"])))

    def kind(self):
        return self.draw(st.sampled_from([*sorted(FIELD_TYPES.keys()), "ghost"]))

    def add_section(self):
        after = self.draw(st.sampled_from(["", self.some_section()]))
        self.made, _ = editing.add_section(self.made, self.some_words(), after=after)

    def add_field(self):
        where = self.draw(st.sampled_from([None, 0, 1, 99]))
        self.made, name = editing.add_field(
            self.made, self.kind(), self.some_words(), section=self.some_section(), place=where
        )
        self.known.append(name)

    def add_column(self):
        self.made, path = editing.add_column(self.made, self.some_field(), self.kind(), self.some_words())
        assert editing.field_of(self.made, path)

    def put_field(self):
        path = self.some_path()
        old = editing.field_of(self.made, path)
        name = old["id"]
        if "." not in path and self.draw(st.booleans()):
            name = editing.free_id("moi", editing.ids(self.made))
        self.made = editing.put_field(self.made, path, {**old, "id": name, "hint": self.some_words()})
        if "." not in path:
            self.known.remove(old["id"])
            self.known.append(name)

    def put_section(self):
        section = self.some_section()
        self.made = editing.put_section(self.made, section, {"id": section, "title": self.some_words()})

    def without_field(self):
        path = self.some_path()
        self.made = editing.without_field(self.made, path)
        if "." not in path:
            self.known.remove(path)

    def without_section(self):
        section = self.some_section()
        gone = [f["id"] for s, f in editing.fields(self.made) if s["id"] == section]
        self.made = editing.without_section(self.made, section)
        for name in gone:
            self.known.remove(name)

    def duplicated(self):
        path = self.some_path()
        self.made, copy = editing.duplicated(self.made, path)
        if "." not in path:
            self.known.append(copy)

    def moved(self):
        self.made = editing.moved(self.made, self.some_path(), self.draw(st.sampled_from([-1, 1])))

    def section_moved(self):
        self.made = editing.section_moved(self.made, self.some_section(), self.draw(st.sampled_from([-1, 1])))

    def arranged(self):
        order = self.draw(st.permutations(editing.ids(self.made)))
        self.made = editing.arranged(self.made, [(self.some_section(), name) for name in order])

    def with_block(self):
        section = self.some_section()
        block = editing.block_of(self.made, section)
        self.made, name = editing.with_block(
            self.made, block, mark="khoi@1", after=self.draw(st.sampled_from(["", section]))
        )
        self.known += [f["id"] for f in editing.section_of(self.made, name)["fields"]]

    def put_rule(self):
        kind = self.draw(st.sampled_from([*editing.RULES, "fee"]))
        rule = {"if": self.some_field() or "x", "message": self.some_words(), "field": self.some_field()}
        self.made = editing.put_rule(self.made, kind, self.draw(st.sampled_from([None, 0, 5])), rule)

    def without_rule(self):
        self.made = editing.without_rule(self.made, self.draw(st.sampled_from([*editing.RULES, "fee"])), 0)

    def with_fee(self):
        self.made = editing.with_fee(
            self.made, self.draw(st.sampled_from(["", "2000", "so_ban * 3"])), zero=self.draw(st.booleans())
        )


EDITS = sorted(name for name in vars(Author) if name in editing.__all__)


def test_the_random_author_knows_every_edit():
    edits = {n for n in editing.__all__ if n.startswith(("add_", "put_", "with"))} | {
        "duplicated", "moved", "section_moved", "arranged",
    }  # fmt: skip
    assert edits - {"put_settings"} <= set(EDITS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(KEYS), st.lists(st.sampled_from(EDITS), min_size=1, max_size=12))
def test_any_edits_lose_no_question_and_keep_ids_apart(data, key, edits):
    author = Author(data.draw, FORMS[key])
    for edit in edits:
        before = author.made
        kept = json.dumps(before)
        known = list(author.known)
        try:
            getattr(author, edit)()
        except NoSuchPart:
            author.known = known
        assert json.dumps(before) == kept, f"{edit} changed what it was given"
        ids = editing.ids(author.made)
        assert len(set(ids)) == len(ids)
        assert sorted(ids) == sorted(author.known)
        sections = [s["id"] for s in author.made["sections"]]
        assert len(set(sections)) == len(sections)
        for _, f in editing.fields(author.made):
            columns = [c["id"] for c in f.get("columns", ())]
            assert len(set(columns)) == len(columns)
        assert schema.definition_errors(author.made, FIELD_TYPES) == []
    form, left_out = editing.drawable(author.made)
    if form is not None:
        assert form.by_id.keys() | set(left_out) == set(author.known)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(KEYS))
def test_moving_and_arranging_keep_all_content(data, key):
    definition = FORMS[key]
    author = Author(data.draw, definition)
    for edit in data.draw(st.lists(st.sampled_from(["moved", "section_moved", "arranged"]), max_size=8)):
        try:
            getattr(author, edit)()
        except NoSuchPart:
            continue

    def content(made):
        bare = [{**s, "fields": None} for s in made["sections"]]
        return (
            {**made, "sections": None},
            sorted(bare, key=lambda s: s["id"]),
            {
                f["id"]: {**f, "columns": sorted(f.get("columns", ()), key=lambda c: c["id"])}
                for _, f in editing.fields(made)
            },
        )

    assert content(author.made) == content(definition)


# --- what can be drawn of an unfinished form --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_good_form_is_drawn_as_it_is(key):
    form, left_out = editing.drawable(FORMS[key])
    good = load_definition(FORMS[key])
    assert left_out == ()
    assert form is not None
    assert (form.key, form.title, list(form.by_id), form.section_of) == (
        good.key, good.title, list(good.by_id), good.section_of,
    )  # fmt: skip
    assert [s.show_if for s in form.sections] == [s.show_if for s in good.sections]
    assert [(f.show_if, f.required_if, f.copy_from) for f in form.fields] == [
        (f.show_if, f.required_if, f.copy_from) for f in good.fields
    ]
    assert len(form.checks) == len(good.checks)
    for kind in ("blocks", "components", "cases", "routes"):
        assert len(getattr(form.outcomes, kind)) == len(getattr(good.outcomes, kind))


def with_(definition, name, **change):
    made = deepcopy(definition)
    field(made, name).update(change)
    return made


def of_form(**change):
    return {**deepcopy(RICH), **change}


def of_section(n, **change):
    made = deepcopy(RICH)
    made["sections"][n].update(change)
    return made


def of_rule(kind, place_, **change):
    made = deepcopy(RICH)
    editing.rules(made, kind)[place_] |= change
    return made


ALL = set(editing.ids(RICH))
GHOST = {"field": "ghost", "value": 1}
DAMAGE = {
    "no title": (of_form(title=""), set()),
    "no key": (of_form(key=None) | {"key": ""}, None),
    "unknown word of the form": (of_form(nonsense=1), set()),
    "no title of a section": (of_section(1, title=words("")), set()),
    "unknown word of a section": (of_section(1, colour="red"), set()),
    "bad condition of a section": (of_section(1, show_if={"field": "ten", "op": "exec"}), set()),
    "condition of a section on nothing": (of_section(1, show_if=GHOST), set()),
    "condition of a section on an official": (of_section(1, show_if="y_kien"), set()),
    "bad id of a section": (of_section(1, id="Phần hai"), set()),
    "id of a section twice": (of_section(1, id="dat"), set()),
    "empty section": (of_section(1, fields=[]), {"me_ten", "me_so", "me_nghe"} - {"me_ten", "me_so", "me_nghe"}),
    "no label": (with_(RICH, "me_so", label=words("")), {"me_so"}),
    "unknown type": (with_(RICH, "me_so", type="telepathy"), {"me_so"}),
    "unknown list": (with_(RICH, "quan_he", reference="NOWHERE", options=[]), {"quan_he"}),
    "unknown word of a question": (with_(RICH, "me_so", colour="red"), set()),
    "bad condition": (with_(RICH, "me_so", show_if={"all": []}), set()),
    "condition on nothing": (with_(RICH, "me_so", show_if=GHOST), set()),
    "condition of the wrong kind": (with_(RICH, "me_so", show_if={"field": "so_ban", "value": "x"}), set()),
    "condition on no option": (with_(RICH, "me_so", show_if={"field": "quan_he", "value": "x"}), set()),
    "condition on an official": (with_(RICH, "me_so", show_if="y_kien"), set()),
    "copy of another type": (with_(RICH, "me_so", copy_from={"field": "ten", "if": "ten"}), set()),
    "setting that names nothing": (with_(RICH, "so_dinh_danh", birth_date="ghost"), set()),
    "condition in a column": (with_(RICH, "thua.ma", show_if="ten"), set()),
    "no label of a column": (with_(RICH, "thua.ma", label=words("")), set()),
    "marked column missing": (with_(RICH, "thua", one_of="ghost"), {"thua", "tong", "gap_doi"}),
    "bad formula": (with_(RICH, "bang_chu", compute=None, formula="1 +") , None),
    "formula over nothing": (with_(RICH, "tong", formula="ghost * 2.0"), {"tong", "gap_doi"}),
    "a circle of conditions": (
        with_(with_(RICH, "me_so", show_if="me_nghe"), "me_nghe", show_if="me_so"), {"me_so", "me_nghe"},
    ),
    "a circle of formulas": (with_(RICH, "tong", formula="gap_doi * 2.0"), {"tong", "gap_doi"}),
    "id twice": (with_(RICH, "me_so", id="ten"), {"ten"}),
    "bad id": (with_(RICH, "me_so", id="Số"), {"Số"}),
    "id with a dot": (with_(RICH, "me_so", id="so.me"), {"so.me"}),
    "check without words": (of_rule("checks", 0, message=""), set()),
    "check at nothing": (of_rule("checks", 0, field="ghost"), set()),
    "block without words": (of_rule("blocks", 0, message=""), set()),
    "component without name": (of_rule("components", 0, component=""), set()),
    "fee over nothing": (of_form(outcomes={**RICH["outcomes"], "fee": {"formula": "ghost"}}), set()),
}  # fmt: skip
DAMAGE = {name: pair for name, pair in DAMAGE.items() if pair[1] is not None}


@pytest.mark.parametrize("name", DAMAGE)
def test_only_what_is_wrong_is_left_out(name):
    definition, gone = DAMAGE[name]
    kept = json.dumps(definition)
    form, left_out = editing.drawable(definition)
    assert json.dumps(definition) == kept
    assert form is not None
    assert set(left_out) == gone
    assert form.by_id.keys() == (set(editing.ids(definition)) - (gone - {"ten"}))
    # Conditions of other questions stay.
    if not gone & {"quan_he", "ten"} and not name.startswith(("empty", "a circle of cond")):
        assert form.by_id["me_nghe"].show_if == conditions.parse("me_ten")
        assert form.by_id["me_nghe"].required_if is not None
        assert form.by_id["me_ten"].copy_from == "ten"
        assert form.by_id["vi_sao"].show_if is not None
    if "of a section" not in name or "title" in name or "word" in name or "id" in name:
        by_id = {s.title.vi: s for s in form.sections}
        if "Mẹ" in by_id and "quan_he" not in gone:
            assert by_id["Mẹ"].show_if is not None


@pytest.mark.parametrize(
    ("name", "checks", "components", "blocks", "fee"),
    [
        ("check without words", 1, 2, 1, True),
        ("check at nothing", 1, 2, 1, True),
        ("block without words", 2, 2, 0, True),
        ("component without name", 2, 1, 1, True),
        ("fee over nothing", 2, 2, 1, False),
    ],
)
def test_a_rule_that_is_wrong_does_not_take_the_others_along(name, checks, components, blocks, fee):
    form, _ = editing.drawable(DAMAGE[name][0])
    assert form is not None
    assert (len(form.checks), len(form.outcomes.components), len(form.outcomes.blocks)) == (
        checks,
        components,
        blocks,
    )
    assert (form.outcomes.fee is not None) == fee
    assert len(form.outcomes.routes) == 1


@pytest.mark.parametrize(
    "definition",
    [
        editing.skeleton("k", words("T")),
        {"key": "k", "title": "T"},
        small([]),
        small([q("a", "telepathy")]),
        small([q("a", label="")]),
        small([q(f"a{n}") for n in range(501)]),
    ],
)
def test_nothing_can_be_drawn(definition):
    assert editing.drawable(definition)[0] is None


def damage(draw, made):
    """Spoil something; the questions it may cost."""
    names = [f["id"] for _, f in editing.fields(made)]
    if not names:
        return set()
    name = draw(st.sampled_from(names))
    one = next(f for _, f in editing.fields(made) if f["id"] == name)
    section = draw(st.sampled_from(made["sections"]))
    ghost = draw(
        st.sampled_from(
            [
                GHOST,
                "ghost",
                {},
                {"all": []},
                {"field": name, "op": "exec"},
                ["x"][0],
                {"not": {"any": [GHOST]}},
            ]
        )
    )
    match draw(st.integers(0, 19)):
        case 0:
            place_ = draw(st.sampled_from(made["sections"]))
            place_["fields"] = [f for f in place_.get("fields", ()) if f["id"] != name]
            return {name}
        case 1:
            one["show_if"] = ghost
        case 2:
            one["required_if"] = ghost
        case 3:
            one["copy_from"] = {"field": "ghost", "if": ghost}
        case 4:
            one["label"] = {"vi": ""}
            return {name}
        case 5:
            section["title"] = {"vi": " "}
        case 6:
            section["show_if"] = ghost
        case 7:
            one["type"] = "telepathy"
            return {name}
        case 8:
            one["nonsense"] = 1
        case 9:
            section["nonsense"] = 1
        case 10:
            section.setdefault("fields", []).append(q(name, "int"))
            return {name}
        case 11:
            section["id"] = draw(st.sampled_from([made["sections"][0]["id"], "Bad Id", "a.b"]))
        case 12:
            old, one["id"] = one["id"], draw(st.sampled_from(["Bad Id", "a.b", "", "9"]))
            return {old, one["id"]}
        case 13:
            other = draw(st.sampled_from(names))
            one["show_if"] = other
            next(f for _, f in editing.fields(made) if f["id"] == other)["show_if"] = name
            # Whoever stands between the two is in the circle as well.
            return set(names)
        case 14:
            one["formula"] = draw(st.sampled_from(["ghost + 1", "1 +", "", "x" * 400]))
            return {name}
        case 15:
            for key in ("options", "reference", "columns", "compute"):
                if key in one:
                    one.pop(key)
            return {name}
        case 16:
            editing_rules = made.setdefault("checks", [])
            editing_rules.append({"if": ghost, "field": name, "message": {"vi": "M"}})
        case 17:
            made.setdefault("outcomes", {}).setdefault("blocks", []).insert(0, {"if": ghost})
        case 18:
            made.setdefault("outcomes", {})["fee"] = {
                "formula": draw(st.sampled_from(["ghost", "1 +", "'x'"]))
            }
        case _:
            made["title"] = ""
    return set()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from([*KEYS, "rich", "rich"]), st.integers(1, 5))
def test_of_any_damaged_form_what_is_not_at_fault_is_drawn(data, key, times):
    made = deepcopy(FORMS[key])
    whole = set(editing.ids(made))
    guilty = set()
    for _ in range(times):
        guilty |= damage(data.draw, made)
    assume(schema.definition_errors(made, FIELD_TYPES) == [])
    # Who reckons with something that is gone goes too.
    while True:
        more = {f["id"] for _, f in editing.fields(made)
                if names_in({w: f[w] for w in ("formula", "compute") if w in f}) & guilty} - guilty  # fmt: skip
        if not more:
            break
        guilty |= more
    form, left_out = editing.drawable(made)
    innocent = (whole & set(editing.ids(made))) - guilty
    if form is None:
        assert not innocent
        return
    assert form.by_id.keys() | set(left_out) == set(editing.ids(made))
    assert set(left_out) <= guilty
    assert innocent <= form.by_id.keys()
    assert load_definition(FORMS[key]).by_id.keys() >= innocent
