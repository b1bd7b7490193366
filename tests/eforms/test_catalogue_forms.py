"""Every procedure of the catalogue that lists its fields can be filed; one wrong answer is refused where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import motcua.catalogue
from motcua.dossiers.joint.plans import plan_of
from motcua.eforms.from_catalogue import bundled_definition, definition_for, split_key
from motcua.eforms.rules import check_definition, load_definition, validate

from .generate import TODAY, good_answers, spoiled

DATA = Path(motcua.catalogue.__file__).parent / "data" / "procedures.json"
PROCEDURES = [p for p in json.loads(DATA.read_text(encoding="utf-8"))["procedures"] if p.get("form_fields")]
IDS = [p["national_code"] for p in PROCEDURES]


def definition(procedure):
    return definition_for(procedure["national_code"], procedure["name"], procedure["form_fields"])


def test_all_procedures_with_fields_are_here():
    assert len(PROCEDURES) == 57


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_a_form_builds_and_keeps_every_listed_field(procedure):
    made = definition(procedure)
    assert check_definition(made) == []
    asked = {f["id"] for section in made["sections"] for f in section["fields"]}
    wanted = {f["key"] for f in procedure["form_fields"]}
    if (plan := plan_of(procedure["national_code"])) is not None:
        # Asked once, and given to each part under the name that its own form has for it.
        wanted -= {name for part in plan.parts for name in part.answers}
    assert wanted <= asked


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_good_answers_are_taken_and_each_single_corruption_is_refused_at_its_field(procedure):
    form = load_definition(definition(procedure))
    answers = good_answers(form)
    judged = validate(form, answers, today=TODAY)
    assert judged.errors == {}
    for field_id in judged.asked:
        field = form.by_id[field_id]
        if not field.kind.asks:
            continue
        for wrong in spoiled(field, answers[field_id]):
            assert field_id in validate(form, {**answers, field_id: wrong}, today=TODAY).errors, (
                field_id,
                wrong,
            )


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_every_question_has_english_words(procedure):
    form = load_definition(definition(procedure))
    assert [field.id for field in form.fields if not field.label.en] == []


def test_only_the_person_signed_in_is_prefilled():
    procedure = next(p for p in PROCEDURES if p["national_code"] == "1.000656")
    form = load_definition(definition(procedure))
    filled = {field.id for field in form.fields if field.prefill}
    assert "nguoi_yeu_cau_ho_ten" in filled
    assert not any(name.startswith("nguoi_chet") for name in filled)


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("nguoi_chet_ngay_sinh", ("nguoi_chet", "ngay_sinh")),
        ("so_dien_thoai", ("", "so_dien_thoai")),
        ("dan_toc", ("", "dan_toc")),
        ("tre_gioi_tinh", ("", "tre_gioi_tinh")),
    ],
)
def test_keys_name_their_person(key, parts):
    assert split_key(key) == parts


@pytest.mark.parametrize("code", ["../forms", "1.001193/..", "", "9.999999"])
def test_a_strange_code_finds_no_file(code):
    assert bundled_definition(code) is None
