"""The e-form of every procedure that lists its fields: filed end to end, refused where it is wrong, printed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pikepdf
import pytest

import motcua.catalogue
from motcua.dossiers import actions as filing
from motcua.dossiers import declarations
from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Dossier, Draft
from motcua.eforms.rendering import answers_summary
from motcua.eforms.rules import load_definition, validate
from motcua.kernel.clock import local_day
from tests import factories
from tests.eforms.generate import spoiled
from tests.factories import NOW, World
from tests.kernel.test_pdf import words_of

DATA = Path(motcua.catalogue.__file__).parent / "data" / "procedures.json"
CODES = [
    p["national_code"]
    for p in json.loads(DATA.read_text(encoding="utf-8"))["procedures"]
    if p.get("form_fields") and p["national_code"]
]


def submit(world: World, draft: Draft) -> Dossier:
    with factories.after_commit():
        return factories.file(world, draft)


def letters(text: str) -> str:
    """What a PDF's text tables keep for sure: letters and digits."""
    return "".join(c for c in text if c.isalnum())


def test_they_are_all_here() -> None:
    assert len(CODES) == 57


@pytest.mark.parametrize("code", CODES)
def test_each_is_filed_refused_where_wrong_and_printed(world: World, code: str) -> None:
    draft = factories.draft(world, "lan", code)
    form, uploads = form_of(draft.form_id or 0), list(draft.uploads.all())
    answers = dict(draft.answers)

    # One wrong answer is refused by the very check that files, at its field; nothing was written.
    cleaned = filing.check(draft, uploads, now=NOW)
    asked = validate(form, answers, today=local_day(NOW)).asked
    fields = [form.by_id[name] for name in cleaned if name in asked and form.by_id[name].kind.asks]
    assert fields
    for field in fields:
        for wrong in spoiled(field, answers[field.id]):
            draft.answers = {**answers, field.id: wrong}
            with pytest.raises(filing.NotFilable) as refused:
                filing.check(draft, uploads, now=NOW)
            assert field.id in refused.value.errors, (field.id, wrong)
    draft.answers = answers

    dossier = submit(world, draft)
    filed = dossier.answer_sets.get().values
    assert filed == json.loads(json.dumps(cleaned))
    assert dossier.form_id == draft.form_id

    # The declaration says every answer, and the same every time.
    document = declarations.of(dossier)
    assert document is not None
    assert declarations.of(dossier) == document
    printed = letters(words_of(document))
    assert letters(dossier.code) in printed
    for _, rows in answers_summary(form, filed, "vi"):
        for label, value in rows:
            assert letters(label) in printed, label
            for line in value.split("\n"):
                assert letters(line) in printed, (label, line)


def test_a_stored_version_replays_to_the_same_page_and_paper(world: World) -> None:
    """What was filed is drawn again from the stored version, however the form has moved on since."""
    from motcua.dossiers.bundles import newest_form
    from motcua.eforms import actions as forms
    from motcua.eforms import rendering
    from motcua.eforms.models import FormVersion
    from motcua.kernel import jobs

    dossier = factories.filed_dossier(world)
    filed = dossier.answer_sets.get().values
    stored = FormVersion.objects.get(pk=dossier.form_id)
    before = rendering.answers_summary_html(form_of(stored.pk), filed), declarations.of(dossier)
    changed = json.loads(json.dumps(stored.definition))
    changed["sections"] = changed["sections"][:1]
    changed["sections"][0]["fields"][0]["label"] = {"vi": "Lời khác", "en": "Other words"}
    with jobs.held():
        forms.publish(key=stored.key, definition=_alone(changed), now=NOW)
    newest_form.forget()
    form_of.forget()
    again = load_definition(FormVersion.objects.get(pk=dossier.form_id).definition)
    assert (rendering.answers_summary_html(again, filed), declarations.of(dossier)) == before
    assert validate(again, filed, today=local_day(dossier.submitted_at)).cleaned == filed
    newest_form.forget()


def _alone(definition: dict) -> dict:
    """Without what looks at the sections that left."""
    ids = {f["id"] for s in definition["sections"] for f in s["fields"]}
    for section in definition["sections"]:
        section.pop("show_if", None)
        for field in section["fields"]:
            for word in ("show_if", "required_if", "copy_from", "birth_date", "sex"):
                field.pop(word, None)
    definition["checks"] = []
    assert ids
    return definition


def test_the_declaration_is_handed_to_its_owner_only(world: World) -> None:
    dossier = factories.filed_dossier(world)
    url = f"/account/dossiers/{dossier.code}/declaration.pdf"
    answer = world.client("lan").get(url)
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as file:
        assert len(file.pages) >= 1
    assert url in world.client("lan").get(f"/account/dossiers/{dossier.code}/").content.decode()
    assert world.client("nguoila").get(url).status_code == 404
