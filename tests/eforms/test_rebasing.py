"""Moving open answers to a newer version: each rule by a case, and that nothing is lost or made up, by property."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.eforms import changes
from motcua.eforms.from_catalogue import bundled_codes, bundled_definition
from motcua.eforms.rebasing import ASIDE, Moved, describe, rebase
from motcua.eforms.rules import load_definition, validate

from .generate import TODAY, good_answers


def q(name, kind="text", **rest):
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


def form(*fields, **rest):
    return load_definition(
        {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": list(fields)}], **rest}
    )


def options(*codes):
    return [{"code": code, "label": {"vi": f"Lựa chọn {code}", "en": f"Option {code}"}} for code in codes]


def moved(old, new, answers):
    found = rebase(old, new, answers, today=TODAY)
    return found.answers, [(one.kind, one.field) for one in found.changes]


OLD = [q("a"), q("b", "int"), q("c", "code", options=options("x", "y"))]
ANSWERS = {"a": "một", "b": "2", "c": "x"}


@pytest.mark.parametrize(
    ("new", "answers", "told"),
    [
        (OLD, ANSWERS, []),
        (OLD[1:], {"b": "2", "c": "x", ASIDE: {"a": [{"kind": "text", "value": "một", "label": "Câu a"}]}}, [("removed", "a")]),
        ([q("a", "textarea"), *OLD[1:]], ANSWERS, []),
        ([q("a", "date"), *OLD[1:]], {"b": "2", "c": "x", ASIDE: {"a": [{"kind": "text", "value": "một", "label": "Câu a"}]}}, [("set_aside", "a")]),
        ([*OLD, q("d")], ANSWERS, [("added", "d")]),
        ([*OLD, q("d", required=True)], ANSWERS, [("added_required", "d")]),
        ([*OLD, q("d", required=True, show_if={"field": "c", "value": "y"})], ANSWERS, []),
        ([q("a", max_length=2), *OLD[1:]], ANSWERS, [("wrong", "a")]),
        ([*OLD[:2], q("c", "code", options=options("y", "z"))], ANSWERS, [("wrong", "c")]),
        ([*OLD[:2], q("c", "multi", options=options("x", "y"))], {**ANSWERS, "c": ["x"]}, []),
        ([OLD[0], q("b", "number"), OLD[2]], ANSWERS, []),
        ([{**OLD[0], "label": {"vi": "Lời mới", "en": "New"}}, *OLD[1:]], ANSWERS, [("reworded", "a")]),
        ([{**OLD[0], "show_if": {"field": "c", "value": "y"}}, *OLD[1:]], ANSWERS, [("hidden", "a")]),
    ],
)  # fmt: skip
def test_each_rule(new, answers, told):
    assert moved(form(*OLD), form(*new), ANSWERS) == (answers, told)


def test_a_question_that_is_required_now_is_told_only_where_it_is_blank():
    old, new = form(q("a"), q("b")), form(q("a", required=True), q("b", required=True))
    assert moved(old, new, {"a": "x"})[1] == [("required", "b")]


def test_what_left_comes_back_with_its_answer():
    old, without = form(*OLD), form(*OLD[1:])
    away = rebase(old, without, ANSWERS, today=TODAY)
    again = rebase(without, old, away.answers, today=TODAY)
    assert again.answers == ANSWERS
    assert [(one.kind, one.field) for one in again.changes] == [("back", "a")]


def test_what_was_answered_meanwhile_is_not_overwritten_by_what_comes_back():
    old, other = form(*OLD), form(q("a", "date"), *OLD[1:])
    away = rebase(old, other, ANSWERS, today=TODAY)
    answered = {**away.answers, "a": "2024-02-01"}
    again = rebase(other, old, answered, today=TODAY)
    assert again.answers["a"] == "một"
    assert [e["value"] for e in again.answers[ASIDE]["a"]] == ["2024-02-01"]


def test_what_is_set_aside_is_never_filed():
    new = form(*OLD[1:])
    away = rebase(form(*OLD), new, ANSWERS, today=TODAY)
    assert validate(new, away.answers, today=TODAY).cleaned == {"b": 2, "c": "x"}


def test_a_removed_option_is_refused_where_it_was_chosen():
    """Trap 14: an option that is gone is not accepted, and a new required question is not passed by."""
    new = form(*OLD[:2], q("c", "code", options=options("y", "z")), q("d", required=True))
    answers, _ = moved(form(*OLD), new, ANSWERS)
    assert set(validate(new, answers, today=TODAY).errors) == {"c", "d"}


def test_sentences_in_both_languages():
    told = Moved.of(Moved("removed", "a", form(*OLD).by_id["a"].label).as_data())
    assert describe(told, "vi").startswith("“Câu a” không còn được hỏi")
    assert describe(told, "en").startswith("“Question a” is no longer asked")


# --- properties ---------------------------------------------------------------------------------------------------------

KINDS = ["text", "textarea", "name", "int", "number", "bool", "date", "code", "multi", "email"]
RAW = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["x", "y", "z", "1", "2,5", "2024-02-01", "lan@example.com", "Nguyễn Thị Lan"]),
    st.booleans(),
    st.just(["x"]),
    st.just({"day": "1", "month": "2", "year": "2024"}),
)


@st.composite
def versions(draw):
    """Definitions of one form, each a random change of the one before, and raw answers to the first."""
    names = ["a", "b", "c", "d", "e"]
    made = []
    for _ in range(draw(st.integers(2, 4))):
        fields = []
        for name in draw(st.lists(st.sampled_from(names), min_size=1, unique=True)):
            kind = draw(st.sampled_from(KINDS))
            rest = {"options": options("x", "y")} if kind in ("code", "multi") else {}
            fields.append(q(name, kind, required=draw(st.booleans()), **rest))
        made.append(form(*fields))
    answers = draw(st.dictionaries(st.sampled_from(names), RAW))
    return made, {name: raw for name, raw in answers.items() if name in made[0].by_id}


def held(one, answers):
    """Everything a draft holds, asked or set aside, as (id, JSON). Blanks hold nothing; `["x"]` is `"x"` chosen once."""
    pairs = [
        (name, raw)
        for name, raw in answers.items()
        if name != ASIDE and not (name in one.by_id and one.by_id[name].kind.blank(one.by_id[name], raw))
    ]
    pairs += [(name, entry["value"]) for name, entries in answers.get(ASIDE, {}).items() for entry in entries]
    flat = [(name, raw[0] if isinstance(raw, list) and len(raw) == 1 else raw) for name, raw in pairs]
    return {(name, json.dumps(raw, sort_keys=True)) for name, raw in flat}


@settings(max_examples=100, deadline=None)
@given(versions())
def test_moving_through_any_versions_loses_nothing_and_makes_nothing_up(found):
    made, answers = found
    for old, new in pairwise(made):
        moved_on = json.loads(json.dumps(rebase(old, new, answers, today=TODAY).answers))
        assert held(new, moved_on) == held(old, answers)
        answers = moved_on


@settings(max_examples=60, deadline=None)
@given(versions())
def test_moving_to_the_same_version_changes_nothing(found):
    made, answers = found
    for one in made[:1]:
        again = rebase(one, one, answers, today=TODAY)
        blank = {n for n, raw in answers.items() if one.by_id[n].kind.blank(one.by_id[n], raw)}
        assert {n: r for n, r in again.answers.items() if n not in blank} == {
            n: r for n, r in answers.items() if n not in blank
        }
        assert again.changes == ()


@pytest.mark.parametrize("code", bundled_codes())
def test_the_bundled_forms_move_to_themselves(code):
    one = load_definition(bundled_definition(code))
    answers = good_answers(one)
    again = rebase(one, load_definition(bundled_definition(code)), answers, today=TODAY)
    assert (again.answers, again.changes) == (answers, ())
    assert changes.compare(one, load_definition(bundled_definition(code))) == ()


# --- the difference in words ----------------------------------------------------------------------------------------------


def test_every_kind_of_change_is_said():
    old = load_definition(
        {
            "key": "k",
            "title": {"vi": "Cũ", "en": "Old"},
            "sections": [
                {"id": "s", "title": "S", "fields": [*OLD, q("t", "table", columns=[q("x")]), q("m")]},
                {"id": "gone", "title": "Bỏ", "fields": [q("g")]},
                {"id": "r", "title": "R", "fields": [q("w", required=True), q("v", officer_only=True)]},
            ],
            "checks": [{"if": {"field": "b", "op": "gt", "value": 5}, "field": "b", "message": "Nhiều quá"}],
        }
    )
    new = load_definition(
        {
            "key": "k",
            "title": {"vi": "Mới", "en": "New"},
            "layout": "questions",
            "sections": [
                {
                    "id": "s",
                    "title": "Mới",
                    "show_if": {"field": "w", "op": "filled"},
                    "fields": [
                        {**q("a"), "label": {"vi": "Khác", "en": "Other"}, "hint": "Gợi ý", "required": True},
                        q("b", "number", max=9),
                        q("c", "code", options=[*options("y", "z")]),
                        q("t", "table", columns=[q("x"), q("y")]),
                        q("n", required_if={"field": "b", "op": "gt", "value": 3}),
                    ],
                },
                {
                    "id": "r",
                    "title": "R",
                    "fields": [q("m"), q("w"), q("v", show_if={"field": "w", "value": "x"})],
                },
            ],
            "outcomes": {"blocks": [{"if": {"field": "b", "op": "gt", "value": 5}, "message": "Không được"}]},
        }
    )
    found = changes.compare(old, new)
    kinds = {one.kind for one in found}
    assert kinds == {
        "title", "layout", "section_removed", "section_title", "section_shown", "added", "removed", "type", "label",
        "hint", "required", "optional", "shown", "option_added", "option_removed", "columns", "settings", "officer",
        "moved", "rule_added", "rule_removed",
    }  # fmt: skip
    for one in found:
        for lang in ("vi", "en"):
            assert "{" not in changes.describe(one, lang)
    said = [changes.describe(one, "vi") for one in found]
    assert "“Câu c”: bỏ lựa chọn “Lựa chọn x”" in said
    assert "“Câu m” chuyển từ phần “S” sang “R”" in said
    assert "Quy tắc mới: Không nộp được khi “Câu b” lớn hơn 5: Không được" in said
