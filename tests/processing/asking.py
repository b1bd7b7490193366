"""A question of a form that comes and goes, and a process that asks it: what publication refuses and the night job finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from motcua.dossiers.bundles import case_bundle
from motcua.eforms import actions as eforms
from motcua.eforms.models import FormVersion
from motcua.processing import actions, authoring
from motcua.processing.models import ProcessVersion
from motcua.processing.rules import Kind, StepSpec
from motcua.processing.tables import Table
from tests import factories
from tests.factories import MARITAL, NOW, World

REASON = "Quyết định 1234/QĐ-UBND về quy trình nội bộ"
ASKED = "muc_dich_rieng"
QUESTION = {"id": ASKED, "type": "text", "label": {"vi": "Mục đích riêng", "en": "Own purpose"}}


def form_key(world: World, code: str = MARITAL) -> str:
    return case_bundle(world.case(code)).form_key or ""


def with_question(key: str, question: Mapping[str, Any] | None = QUESTION) -> dict[str, Any]:
    """The definition in force with the question in its last section, in place of what it was; None: without it."""
    definition = FormVersion.objects.filter(key=key).latest("number").definition
    *before, last = [
        {**section, "fields": [one for one in section["fields"] if one.get("id") != ASKED]}
        for section in definition["sections"]
    ]
    if question is not None:
        last = {**last, "fields": [*last["fields"], dict(question)]}
    return {**definition, "sections": [*before, last]}


def publish_form(key: str, question: Mapping[str, Any] | None = QUESTION) -> FormVersion:
    """The form in force asks the question, or no more."""
    last = FormVersion.objects.filter(key=key).latest("number")
    at = max(NOW, last.published_at) + timedelta(minutes=1)
    version = eforms.publish(key=key, definition=with_question(key, question), now=at)
    factories.forget()
    return version


def asking(table: Table, condition: Any) -> Table:
    """The table with a choice behind the receipt."""
    receive = table.row("receive")
    assert receive is not None
    onward = receive.outcomes["receive"]
    choice = StepSpec(
        0, "re", "Rẽ theo mục đích", "Branch by purpose", "", "responsible", None, {"xa": onward, "gan": onward},
        kind=Kind.CHOICE, conditions={"xa": condition},
    )  # fmt: skip
    first = replace(receive, outcomes={**receive.outcomes, "receive": "re"})
    return replace(table, steps=(first, choice, *table.steps[1:]))


def asks(value: Any = "xa", op: str = "eq", field: str = ASKED) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def own(
    world: World, code: str = MARITAL, *, condition: Any = None, minutes: int | None = None
) -> ProcessVersion:
    """A process of its own, published in the studio, with a choice (asking the question unless told otherwise)."""
    case, toan = world.case(code), world.officer("toan")
    written = authoring.draft_of(case)
    table = written.table
    row = table.row("appraise")
    assert row is not None
    table = table.with_row("appraise", replace(row, working_minutes=minutes))
    if table.row("re") is None:
        table = asking(table, condition or asks())
    draft = actions.save_draft(
        actor=toan, case=case, revision=written.revision, table=table, change="settings", now=NOW
    )
    return actions.publish_draft(actor=toan, case=case, revision=draft.revision, reason=REASON, now=NOW)
