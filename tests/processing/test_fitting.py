"""What the conditions of a process may ask: publication refuses what no answer could ever meet, with the step and the field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from motcua.dossiers.models import Assistance
from motcua.processing import actions, authoring, fitting
from motcua.processing.actions import StillFaulty
from motcua.processing.checks import Problem
from motcua.processing.choosing import FACTS, facts_of
from motcua.processing.definitions import DEFAULT, Faulty, publish
from motcua.processing.tables import Table
from motcua.web.studio.processes.words import FACT_VALUES
from tests import factories
from tests.factories import MARITAL, NOW, World
from tests.processing.asking import ASKED, QUESTION, REASON, asking, asks, form_key, publish_form

NUMBER = {**QUESTION, "type": "int"}
CHOICE = {
    **QUESTION, "type": "code",
    "options": [{"code": "xa", "label": {"vi": "Xã"}}, {"code": "tinh", "label": {"vi": "Tỉnh"}}],
}  # fmt: skip
ONLINE = {"field": "dossier.online", "op": "eq", "value": True}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    factories.forget()


def wrong(case: int | None, condition: Any) -> list[tuple[str, str, str]]:
    """What publication says of the default process with a choice."""
    steps = asking(Table("Có rẽ", DEFAULT), condition).steps
    try:
        with transaction.atomic():
            publish(case=case, name="Có rẽ", steps=steps, now=NOW)
            transaction.set_rollback(True)
    except Faulty as refused:
        return [(one.code, one.step, one.detail) for one in refused.problems]
    return []


@pytest.mark.parametrize(
    ("question", "condition", "said"),
    [
        (None, asks(), "gone_field"),
        (None, asks(op="filled") | {"value": None}, "gone_field"),
        (QUESTION, asks(), ""),
        (QUESTION, asks(18, "ge"), "condition_type"),
        (NUMBER, asks(18, "ge"), ""),
        (NUMBER, asks("xa"), "condition_type"),
        (NUMBER, asks(True), "condition_type"),
        (CHOICE, asks("xa"), ""),
        (CHOICE, asks("huyen"), "condition_value"),
        (CHOICE, asks(["xa", "huyen"], "in"), "condition_value"),
        (QUESTION, {"all": [ONLINE, {"not": asks()}]}, ""),
        (None, {"all": [ONLINE, {"any": [{"not": asks()}, ONLINE]}]}, "gone_field"),
        (NUMBER, {"field": ASKED, "op": "eq", "other": "dossier.channel"}, "condition_type"),
        (QUESTION, ONLINE, ""),
        (None, ONLINE, ""),
    ],
)  # fmt: skip
def test_a_condition_that_could_never_hold_is_refused_at_its_step(
    world: World, question: dict[str, Any] | None, condition: dict[str, Any], said: str
) -> None:
    if condition.get("value", "") is None:
        condition = {name: part for name, part in condition.items() if name != "value"}
    if question is not None:
        publish_form(form_key(world), question)
    assert wrong(world.case(MARITAL), condition) == ([(said, "re", ASKED)] if said else [])


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"field": "dossier.channel", "op": "eq", "value": "fax"}, ("condition_value", "re", "dossier.channel")),
        ({"field": "dossier.online", "op": "eq", "value": "có"}, ("condition_type", "re", "dossier.online")),
        ({"field": "dossier.assistance", "op": "lt", "value": "none"}, ("condition_type", "re", "dossier.assistance")),
        ({"field": "dossier.weight", "op": "eq", "value": 1}, ("no_form", "re", "dossier.weight")),
        (asks(), ("no_form", "re", ASKED)),
        ({"field": "dossier.return_by", "op": "in", "value": ["post", "counter"]}, None),
        ({"field": "dossier.applicant_kind", "op": "ne", "value": "business"}, None),
    ],
)  # fmt: skip
def test_the_general_process_asks_facts_of_the_dossier_alone(
    world: World, condition: Any, said: tuple[str, str, str] | None
) -> None:
    publish_form(form_key(world))
    assert wrong(None, condition) == ([said] if said else [])


def test_facts_have_the_values_a_dossier_can_have_and_words_for_each(world: World) -> None:
    dossier = factories.filed_dossier(world)
    facts = facts_of(dossier)
    for name, field in FACTS.items():
        assert name in facts
        if field.choices is not None:
            assert facts[name] in field.choices.by_code
            assert set(field.choices.by_code) == set(FACT_VALUES[name])
    assert set(Assistance.values) == set(FACT_VALUES["dossier.assistance"])


def test_the_form_is_looked_at_as_it_is_and_not_as_this_process_remembers_it(world: World) -> None:
    key, case = form_key(world), world.case(MARITAL)
    publish_form(key)
    steps = asking(Table("Có rẽ", DEFAULT), asks()).steps
    assert fitting.unfit(case, steps) == []
    publish_form(key, None)
    assert fitting.unfit(case, steps) == [Problem("gone_field", "re", ASKED)]


def test_a_draft_that_asks_what_is_not_asked_is_not_published_from_the_studio(world: World) -> None:
    case, toan = world.case(MARITAL), world.officer("toan")
    table = asking(authoring.draft_of(case).table, asks())
    draft = actions.save_draft(actor=toan, case=case, revision=0, table=table, change="settings", now=NOW)
    with pytest.raises(StillFaulty) as refused, transaction.atomic():
        actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=NOW)
    assert [one.code for one in refused.value.problems] == ["gone_field"]
    publish_form(form_key(world))
    actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=NOW)


def test_a_condition_that_cannot_be_read_is_told_as_such_and_once(world: World) -> None:
    assert [code for code, _step, _field in wrong(world.case(MARITAL), {"field": ASKED, "op": "like"})] == [
        "bad_condition"
    ]
